import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type OpenScan,
  openScan,
  prefetchDepth,
  spawnPatternWorker,
} from "../../src/commands/data.ts";
import { Terminal } from "../../src/commands/host.ts";
import { resolveRun, type RunOverrides } from "../../src/config/presets.ts";
import { defaultExecution } from "../../src/config/resolution/defaults.ts";
import { ConfigError, DatasetError, FileFormatError } from "../../src/errors.ts";
import { WorkerPool } from "../../src/feeding/pool.ts";
import type { PrefetchStatistics } from "../../src/feeding/prefetch.ts";
import { encodeCheckpoint } from "../../src/workflows/checkpoint.ts";
import { infer } from "../../src/workflows/infer.ts";
import { Trainer } from "../../src/workflows/train.ts";
import { inFolder } from "../commands/tiny_run.ts";
import { withGpu } from "../support/device.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";
import { scanFile } from "./scan_file.ts";

/** Runs a body with a scan file opened by so many workers. */
async function withScan(
  bytes: Uint8Array,
  workers: number,
  body: (scan: OpenScan) => Promise<void>,
  options = {},
): Promise<void> {
  await inFolder(async (dir) => {
    await Deno.writeFile(join(dir, "scan.npz"), bytes);
    using terminal = new Terminal({ quiet: true });
    await using scan = await openScan(join(dir, "scan.npz"), options, terminal, workers);
    await body(scan);
  });
}

for (
  const [name, form] of [
    ["stored", {}],
    ["deflated", { compress: true }],
    ["legacy axis order", { legacy: true }],
  ] as const
) {
  Deno.test(`any number of workers reads the same patterns: ${name}`, async () => {
    const plain = tinyScan(11), bytes = await scanFile(plain, form);
    const wanted = [10, 0, 3, 3, 7, 1, 9];
    const expected = await plain.readDiffraction(wanted), factor = Math.fround(0.3127);
    for (const workers of [1, 3, 20]) {
      await withScan(bytes, workers, async ({ dataset, pool }) => {
        assert.equal(pool?.size, Math.min(workers, 11));
        assert.deepEqual(await dataset.readDiffraction(wanted), expected);
        const scaled = await dataset.readDiffraction.scaled!(wanted, factor);
        assert.deepEqual(scaled, expected.map((v) => v * factor));
        // Every pattern was read by its owner, twice.
        const owners = new Array(pool!.size).fill(0);
        for (const n of wanted) owners[Math.floor(n * pool!.size / 11)] += 2;
        assert.deepEqual(pool!.statistics.patterns, owners);
      });
    }
  });
}

Deno.test("a stack over the memory limit is read row by row in every worker", async () => {
  const plain = tinyScan(11), bytes = await scanFile(plain);
  const wanted = [10, 2, 6], expected = await plain.readDiffraction(wanted);
  await withScan(bytes, 2, async ({ dataset }) => {
    assert.deepEqual(await dataset.readDiffraction(wanted), expected);
  }, { memoryLimit: 1000 });
});

Deno.test("cropping, binning and counts are done by the workers", async () => {
  const bytes = await scanFile(tinyScan(6));
  const options = { cropTo: 32, bin: 2, diffractionKind: "counts" };
  let expected = new Float32Array();
  await withScan(bytes, 0, async ({ dataset, pool }) => {
    assert.equal(pool, undefined);
    expected = Float32Array.from(await dataset.readDiffraction([4, 1]));
  }, options);
  await withScan(bytes, 2, async ({ dataset }) => {
    assert.equal(dataset.N, 16);
    assert.deepEqual(await dataset.readDiffraction([4, 1]), expected);
  }, options);
});

Deno.test("bad patterns and numbers give the same error with and without workers", async () => {
  const scan = tinyScan(6), values = await scan.readDiffraction([0, 1, 2, 3, 4, 5]);
  values[4 * 64 * 64 + 5] = NaN;
  const broken = { ...scan, readDiffraction: () => Promise.resolve(values) };
  const bytes = await scanFile(broken);
  const messages: string[] = [];
  for (const workers of [0, 2]) {
    await withScan(bytes, workers, async ({ dataset }) => {
      for (const wanted of [[5], [6], [-1], [0.5]]) {
        await assert.rejects(dataset.readDiffraction(wanted), (error: Error) => {
          assert.ok(error instanceof DatasetError, error.name);
          return messages.push(error.message) > 0;
        });
      }
    });
  }
  assert.deepEqual(messages.slice(0, 4), messages.slice(4));
});

Deno.test("a file that is not there is reported by the workers, and ended workers refuse", async () => {
  using pool = new WorkerPool({
    workers: 2,
    patterns: 6,
    N: 64,
    spawn: spawnPatternWorker,
    source: "/nowhere/scan.npz",
    options: {},
    warn: () => {},
  });
  await assert.rejects(
    pool.read([0, 5]),
    (error: Error) => error instanceof FileFormatError && /no such file/.test(error.message),
  );
  const open = pool.read([1]);
  pool.dispose();
  await assert.rejects(open, /workers have ended/);
  await assert.rejects(pool.read([1]), /workers have ended/);
});

Deno.test("a worker that cannot start fails every question with one clear line", async () => {
  const source = "data:application/javascript,throw new Error('no reader here')";
  using pool = new WorkerPool({
    workers: 1,
    patterns: 6,
    N: 64,
    spawn: () => new Worker(source, { type: "module" }),
    source: "scan.npz",
    options: {},
    warn: () => {},
  });
  await assert.rejects(pool.read([0]), /workers as one failed: .*no reader here/);
});

/** Trains on a file read by so many workers. */
async function trained(
  bytes: Uint8Array,
  workers: number,
  prefetch: number,
  overrides: RunOverrides = {},
): Promise<{
  model: Uint8Array;
  object: Float32Array;
  feeding: PrefetchStatistics;
  patterns: readonly number[];
}> {
  let result: Awaited<ReturnType<typeof trained>> | undefined;
  await withGpu((gpu) =>
    withScan(bytes, workers, async ({ dataset, pool }) => {
      const config = resolveRun({
        n_filters_scale: 0.05,
        nepochs: 2,
        batch_size: 2,
        ...overrides,
      });
      using trainer = await Trainer.create(gpu, dataset, config, { prefetch, logInterval: 2 });
      for await (const _ of trainer.run());
      const checkpoint = await trainer.checkpoint();
      const { object } = await infer(gpu, dataset, checkpoint, { batchSize: 4, prefetch });
      result = {
        model: encodeCheckpoint(checkpoint),
        object: object.data as Float32Array,
        feeding: trainer.feeding,
        patterns: pool?.statistics.patterns ?? [],
      };
    })
  );
  return result!;
}

Deno.test("num_workers: training and inference give the same bytes for any number", async () => {
  const bytes = await scanFile(tinyScan(12), { compress: true });
  const runs = [
    [{}, [1, 3]],
    [{ gridsize: 2, nepochs: 1 }, [3]],
    [{ overlap_group_size: 2, nepochs: 1 }, [3]],
  ] as const;
  for (const [overrides, counts] of runs) {
    const alone = await trained(bytes, 0, 0, overrides);
    assert.deepEqual(alone.patterns, []);
    for (const workers of counts) {
      const many = await trained(bytes, workers, 2 * workers, overrides);
      assert.deepEqual(many.model, alone.model);
      assert.deepEqual(many.object, alone.object);
      assert.equal(many.patterns.length, workers);
      assert.ok(many.patterns.every((n) => n > 0), "every worker has read patterns");
    }
  }
});

Deno.test("prefetch_factor: batches lie ready before they are wanted, as many as asked for", async () => {
  const bytes = await scanFile(tinyScan(12));
  const none = await trained(bytes, 2, 0);
  assert.deepEqual(none.feeding, { batches: 12, deepest: 0, waits: 12 });
  const two = await trained(bytes, 2, 2), four = await trained(bytes, 2, 4);
  assert.equal(two.feeding.deepest, 2);
  assert.equal(four.feeding.deepest, 4);
  assert.ok(four.feeding.waits < none.feeding.waits);
  assert.deepEqual(four.model, none.model);
});

Deno.test("prefetch without workers is refused; workers alone prepare two batches each", () => {
  const depth = (num_workers: number, prefetch_factor: number | null): number =>
    prefetchDepth(defaultExecution({ num_workers, prefetch_factor }));
  assert.equal(depth(0, null), 0);
  assert.equal(depth(3, null), 6);
  assert.equal(depth(3, 4), 12);
  assert.throws(
    () => depth(0, 4),
    (error: Error) => error instanceof ConfigError && /add --num-workers/.test(error.message),
  );
});
