import assert from "node:assert/strict";
import { resolveRun, type RunOverrides } from "../../src/config/presets.ts";
import { createSchedule } from "../../src/update/schedule.ts";
import { tabulate } from "../../src/workflows/groups.ts";
import { declareModel } from "../../src/workflows/pinn.ts";
import { deriveScaling } from "../../src/workflows/scaling.ts";
import { Trainer } from "../../src/workflows/train.ts";
import type { ScanDataset } from "../../src/scan/dataset.ts";
import { withGpu } from "../support/device.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";

/** Number of weights of a model. */
const weights = (overrides: RunOverrides): number =>
  declareModel(resolveRun({ n_filters_scale: 0.1, ...overrides }), 1).layers.layout.count;

const shapes: readonly (readonly [string, RunOverrides, RunOverrides])[] = [
  ["n_filters_scale", { n_filters_scale: 0.1 }, { n_filters_scale: 0.2 }],
  ["decoder", { decoder: "full" }, { decoder: "split" }],
  ["cbam_encoder", {}, { cbam_encoder: true }],
  ["cbam_bottleneck", {}, { cbam_bottleneck: true }],
];
for (const [name, a, b] of shapes) {
  Deno.test(`${name} changes the number of weights`, () => {
    assert.notEqual(weights(a), weights(b));
  });
}

/** Two probe modes that overlap, so that the sum of modes matters. */
function twoModes(): ScanDataset {
  const scan = tinyScan(8), { data, N } = scan.probe;
  const both = new Float32Array(2 * data.length);
  both.set(data);
  both.set(data.map((v, i) => i % 2 === 0 ? 0.5 * v : -v), data.length);
  return { ...scan, probe: { modes: 2, N, data: both } };
}

/** Losses of a short training. */
async function losses(overrides: RunOverrides, scan = tinyScan(8)): Promise<number[]> {
  const found: number[] = [];
  await withGpu(async (gpu) => {
    const config = resolveRun({ n_filters_scale: 0.1, nepochs: 1, batch_size: 4, ...overrides });
    using trainer = await Trainer.create(gpu, scan, config);
    for await (const event of trainer.run()) {
      if (event.kind === "epoch") found.push(event.trainLoss);
    }
  });
  return found;
}

const computed: readonly (readonly [string, RunOverrides, RunOverrides, (() => ScanDataset)?])[] = [
  ["cnn_output_mode", {}, { cnn_output_mode: "real_imag" }],
  ["physics_forward_mode", {}, { physics_forward_mode: "rectangular_scaled" }],
  ["probe_mode_sum", {}, { probe_mode_sum: "coherent" }, twoModes],
  ["probe_big", { decoder: "split" }, { decoder: "split", probe_big: false }],
  ["nphotons", {}, { nphotons: 12345 }],
];
for (const [name, a, b, scan] of computed) {
  Deno.test(`${name} changes the loss`, async () => {
    const [x, y] = [await losses(a, scan?.()), await losses(b, scan?.())];
    assert.ok(x.length === 1 && Number.isFinite(x[0]));
    assert.notEqual(x[0], y[0]);
  });
}

Deno.test("nepochs: so many epochs are run", async () => {
  assert.equal((await losses({ nepochs: 3 })).length, 3);
});

Deno.test("nphotons sets the scale of the physics", async () => {
  const scale = async (nphotons: number): Promise<number> =>
    (await deriveScaling(tinyScan(8), resolveRun({ nphotons }))).physics_scale;
  assert.ok(Math.abs(await scale(4e6) / await scale(1e6) - 2) < 1e-6);
});

Deno.test("enable_oversampling allows more groups than positions", () => {
  const config = { gridsize: 2, n_groups: 30, neighbor_count: 5 };
  assert.throws(() => tabulate(tinyScan(12), resolveRun(config)), /enable_oversampling/);
  assert.equal(
    tabulate(tinyScan(12), resolveRun({ ...config, enable_oversampling: true })).count,
    30,
  );
});

Deno.test("neighbor_pool_size widens the choice when oversampling", () => {
  const config = { gridsize: 2, n_groups: 30, neighbor_count: 4, enable_oversampling: true };
  // Four of four neighbours leave one choice a seed; a pool of eight leaves seventy.
  const different = (more: RunOverrides): number => {
    const { indices } = tabulate(tinyScan(12), resolveRun({ ...config, ...more }));
    const groups = Array.from(
      { length: 30 },
      (_, i) => [...indices.slice(4 * i, 4 * i + 4)].sort(),
    );
    return new Set(groups.map(String)).size;
  };
  assert.ok(different({ neighbor_pool_size: 8 }) > different({}));
});

/** Rates over epochs whose losses are given. */
function rates(more: RunOverrides, seen: readonly number[]): number[] {
  const { training } = resolveRun({ scheduler: "plateau", plateau_patience: 0, ...more });
  const schedule = createSchedule(training);
  return seen.map((loss, i) => {
    const rate = schedule.rate(i);
    schedule.endEpoch(loss);
    return rate;
  });
}
const flat = [1, 1, 1, 1];
const plateaus: readonly (readonly [string, RunOverrides, RunOverrides, readonly number[]])[] = [
  ["plateau_factor", {}, { plateau_factor: 0.1 }, flat],
  ["plateau_patience", {}, { plateau_patience: 2 }, flat],
  ["plateau_min_lr", {}, { plateau_min_lr: 4e-4 }, flat],
  ["plateau_threshold", {}, { plateau_threshold: 0.1 }, [1, 0.99, 0.98, 0.97]],
];
for (const [name, a, b, seen] of plateaus) {
  Deno.test(`${name} changes the learning-rate curve`, () => {
    assert.notDeepEqual(rates(a, seen), rates(b, seen));
  });
}

Deno.test("plateau_threshold: a loss must fall by that share of the best", () => {
  // 5 % down is better than a threshold of 4 %, and no better than one of 6 %.
  assert.deepEqual(rates({ plateau_threshold: 0.04 }, [1, 0.95, 0]).slice(2), [1e-3]);
  assert.deepEqual(rates({ plateau_threshold: 0.06 }, [1, 0.95, 0]).slice(2), [5e-4]);
});
