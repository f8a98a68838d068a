import assert from "node:assert/strict";
import { join } from "node:path";
import { openScan } from "../../src/commands/data.ts";
import { Terminal } from "../../src/commands/host.ts";
import { resolveRun } from "../../src/config/presets.ts";
import { Trainer } from "../../src/workflows/train.ts";
import { inFolder } from "../commands/tiny_run.ts";
import { withGpu } from "../support/device.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";
import { writeSparseNpz } from "./sparse_npz.ts";

const N = 64, PATTERNS = 640_000, BYTES = N * N * 4;
/** What the process may grow by while it reads from a file forty times as large. */
const BOUND = 256 * 2 ** 20;

Deno.test("a stack of 10 GB is read group by group, in bounded memory, with and without workers", () =>
  inFolder(async (dir) => {
    const path = join(dir, "huge.npz"), scan = tinyScan(8);
    // A square grid; the first, the last and some patterns in between are written.
    const side = Math.sqrt(PATTERNS), positions = new Float64Array(PATTERNS);
    const row = positions.map((_, i) => 50 + 3 * (i % side));
    const column = positions.map((_, i) => 50 + 3 * Math.floor(i / side));
    const numbers = [0, 1, 262_143, 262_144, 300_000, 524_288, 600_001, PATTERNS - 1];
    const pieces = await Promise.all(numbers.map(async (number, i) => ({
      at: number * BYTES,
      bytes: new Uint8Array((await scan.readDiffraction([i])).buffer),
    })));
    const whole = (values: Float64Array) => [{ at: 0, bytes: new Uint8Array(values.buffer) }];
    const axis = { descr: "<f8", shape: [PATTERNS], itemSize: 8 };
    const size = await writeSparseNpz(path, [
      { name: "xcoords", ...axis, pieces: whole(row) },
      { name: "diffraction", descr: "<f4", shape: [PATTERNS, N, N], itemSize: 4, pieces },
      { name: "ycoords", ...axis, pieces: whole(column) },
      {
        name: "probeGuess",
        descr: "<c8",
        shape: [N, N],
        itemSize: 8,
        pieces: [{ at: 0, bytes: new Uint8Array(scan.probe.data.slice().buffer) }],
      },
    ]);
    assert.ok(size > 10e9, `${size}`);
    const info = await Deno.stat(path);
    assert.equal(info.size, size);
    if ((info.blocks ?? 0) * 512 > 1e9) {
      console.warn("the file system keeps no holes: the test file took its full size");
    }
    using terminal = new Terminal({ quiet: true });
    for (const workers of [0, 2]) {
      await using opened = await openScan(path, {}, terminal, workers);
      const { dataset } = opened;
      assert.equal(dataset.count, PATTERNS);
      const before = Deno.memoryUsage().rss;
      const expected = await scan.readDiffraction([7, 0, 3, 5, 2]);
      const found = await dataset.readDiffraction([
        numbers[7],
        0,
        numbers[3],
        numbers[5],
        numbers[2],
      ]);
      assert.deepEqual(found, expected);
      // Scattered groups all over the file, and a long stretch of it.
      for (let group = 0; group < 60; group++) {
        const first = (group * 104_729) % (PATTERNS - 8);
        await dataset.readDiffraction([0, 7, 3, 1].map((k) => first + k));
      }
      for (let first = 250_000; first < 258_000; first += 250) {
        await dataset.readDiffraction(Array.from({ length: 250 }, (_, i) => first + i));
      }
      const growth = Deno.memoryUsage().rss - before;
      assert.ok(growth < BOUND, `${workers} workers: grew by ${Math.round(growth / 2 ** 20)} MiB`);
    }
    await withGpu(async (gpu) => {
      await using opened = await openScan(path, {}, terminal);
      const before = Deno.memoryUsage().rss;
      const config = resolveRun({
        n_filters_scale: 0.05,
        nepochs: 1,
        batch_size: 4,
        n_subsample: 8,
        sequential_sampling: true,
        input_transform: "none",
      });
      // The scales of the data would need a pass over all of it.
      const scaling = { input_factor: 0.1, physics_scale: 1, nphotons: 1e4, probe_factor: 0.1 };
      using trainer = await Trainer.create(gpu, opened.dataset, config, { scaling });
      let steps = 0;
      for await (const event of trainer.run()) if (event.kind === "step") steps++;
      assert.equal(steps, 2);
      const growth = Deno.memoryUsage().rss - before;
      assert.ok(growth < 2 * BOUND, `training grew by ${Math.round(growth / 2 ** 20)} MiB`);
    });
  }));
