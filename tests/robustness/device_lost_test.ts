import assert from "node:assert/strict";
import { join } from "node:path";
import { resolveRun } from "../../src/config/presets.ts";
import { DeviceLostError } from "../../src/errors.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { infer } from "../../src/workflows/infer.ts";
import { Trainer } from "../../src/workflows/train.ts";
import { inFolder } from "../commands/tiny_run.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";
import { withFlags } from "../commands/document.ts";
import { errorLines, runScript, TINY, writeTinyScan } from "./run_cli.ts";

const SCRIPT = new URL("lost_device.ts", import.meta.url);

Deno.test("a device that is lost in the middle of a run gives the typed error", async () => {
  using gpu = await Gpu.open();
  const config = resolveRun({ n_filters_scale: 0.05, nepochs: 3, batch_size: 4 });
  using trainer = await Trainer.create(gpu, tinyScan(8), config, { logInterval: 1 });
  let steps = 0;
  await assert.rejects(
    async () => {
      for await (const event of trainer.run()) {
        if (event.kind === "step" && ++steps === 2) gpu.device.destroy();
      }
    },
    (error: Error) => {
      assert.ok(error instanceof DeviceLostError, `${error.name}: ${error.message}`);
      return /device was lost .*restart from the last checkpoint/.test(error.message);
    },
  );
  assert.equal(steps, 2);
});

Deno.test("a device that is lost during inference gives the typed error", async () => {
  using gpu = await Gpu.open();
  const scan = tinyScan(12);
  using trainer = await Trainer.create(gpu, scan, resolveRun({ n_filters_scale: 0.05 }));
  const model = await trainer.checkpoint();
  const onProgress = (done: number): void => {
    if (done === 8) gpu.device.destroy();
  };
  await assert.rejects(infer(gpu, scan, model, { batchSize: 4, onProgress }), DeviceLostError);
});

Deno.test("a command on a lost device ends with 1 and one line, and its checkpoint resumes", () =>
  inFolder(async (dir) => {
    const scan = await writeTinyScan(dir), out = join(dir, "run");
    const train = ["train", "--train-data-file", scan, "--output-dir", out];
    // Somewhere after the first epoch of two steps, long before the fortieth epoch.
    const lost = await runScript(SCRIPT, [
      "90",
      ...train,
      ...withFlags(TINY, { "--nepochs": "40" }),
    ]);
    assert.equal(lost.code, 1, lost.stderr);
    const lines = errorLines(lost.stderr);
    assert.equal(lines.length, 1, lost.stderr);
    assert.match(lines[0], /^error: The GPU device was lost.*restart from the last checkpoint/);
    const names = [...Deno.readDirSync(out)].map((entry) => entry.name);
    assert.ok(names.includes("checkpoint.safetensors"), `${names}`);
    assert.ok(!names.some((name) => name.endsWith(".tmp") || name === "model.safetensors"));
    const rows = (await Deno.readTextFile(join(out, "metrics.csv"))).trim().split("\n").length;
    assert.ok(rows > 1 && rows < 41, `${rows}`);
    const again = await runScript(SCRIPT, [
      "0",
      ...train,
      "--resume",
      "--nepochs",
      String(rows),
      "--quiet",
      "--json",
    ]);
    assert.equal(again.code, 0, again.stderr);
    assert.equal(JSON.parse(again.stdout).epochs, rows);
  }));
