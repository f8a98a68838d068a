import assert from "node:assert/strict";
import { resolveRun } from "../../src/config/presets.ts";
import { Trainer } from "../../src/workflows/train.ts";
import { withGpu } from "../support/device.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";

const tiny = { n_filters_scale: 0.05, batch_size: 1 };

Deno.test("the process does not grow over a thousand steps", () =>
  withGpu(async (gpu) => {
    const scan = tinyScan(20), long = resolveRun({ ...tiny, nepochs: 50 });
    using trainer = await Trainer.create(gpu, scan, long, { logInterval: 20 });
    let before: { rss: number; live: number; reserved: number; pipelines: number } | undefined;
    const state = () => ({
      rss: Deno.memoryUsage().rss,
      live: gpu.arena.liveBytes,
      reserved: gpu.arena.reservedBytes,
      pipelines: gpu.pipelines.size,
    });
    let steps = 0;
    for await (const event of trainer.run()) {
      if (event.kind !== "step") continue;
      steps += 20;
      if (steps === 100) before = state();
    }
    assert.equal(steps, 1000);
    const { rss, ...device } = state(), { rss: first, ...same } = before!;
    assert.deepEqual(device, same);
    // The driver keeps a few KiB of each submission; a leaked tensor a step would be far above.
    assert.ok(rss - first < 32 * 2 ** 20, `grew by ${Math.round((rss - first) / 2 ** 20)} MiB`);
  }));
