import assert from "node:assert/strict";
import { join } from "node:path";
import { diskHost } from "../../src/commands/disk_host.ts";
import { readModel } from "../../src/commands/model_file.ts";
import { createReconstructors } from "../../src/lifecycle/registry.ts";
import { withGpu } from "../support/device.ts";
import { rawScan } from "./raw_scan.ts";

Deno.test("a reconstructor on the disk: its model is one the commands read", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await withGpu(async (gpu) => {
      const lines: string[] = [], host = diskHost((line) => lines.push(line));
      const { PINN } = createReconstructors({ gpu, host });
      PINN.configure({ n_filters_scale: 0.16, nepochs: 1, batch_size: 4, n_images: 8 });
      assert.match(lines.join(), /n_images is an old name/);
      PINN.ingest(await rawScan());
      await PINN.exportTrainingData(join(dir, "run", "train_data.npz"));
      const { history, warnings } = await PINN.train(join(dir, "run"));
      assert.equal(history.val_loss, null);
      assert.ok(warnings.some((line) => /test_data\.npz does not exist/.test(line)));
      await PINN.saveModel(join(dir, "run"));
      const model = await readModel(join(dir, "run"));
      assert.equal(model.config.training.n_groups, 8);
      assert.equal(await host.kind(join(dir, "run")), "folder");
      assert.equal(await host.kind(join(dir, "none")), undefined);
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
