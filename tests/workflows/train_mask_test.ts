import assert from "node:assert/strict";
import { toFloat32 } from "../../src/array.ts";
import { resolveRun, type RunOverrides } from "../../src/config/presets.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import type { ScanDataset } from "../../src/scan/dataset.ts";
import { resolveRecipe } from "../../src/simulation/recipe.ts";
import type { EpochEvent } from "../../src/workflows/events.ts";
import { simulateRecipe } from "../../src/workflows/simulate.ts";
import { Trainer } from "../../src/workflows/train.ts";
import { withGpu } from "../support/device.ts";

/** A scan behind a beamstop, whose mask is known or not. */
async function stopped(gpu: Gpu, beamstop: number, known: boolean): Promise<ScanDataset> {
  const recipe = resolveRecipe({
    N: 64,
    seed: 4,
    "object.kind": "lines",
    "probe.kind": "aberrated",
    "scan.kind": "raster",
    "scan.count": 16,
    "scan.overlap": 0.8,
    "detector.beamstop": beamstop,
  });
  const { mask, ...scan } = (await simulateRecipe(gpu, recipe)).dataset;
  assert.equal(mask !== undefined, beamstop > 0);
  return known ? { ...scan, mask: mask ?? new Uint8Array(4096).fill(1) } : scan;
}

async function train(
  gpu: Gpu,
  scan: ScanDataset,
  overrides: RunOverrides = {},
): Promise<{ first: EpochEvent; weights: Float32Array }> {
  const config = resolveRun({
    n_filters_scale: 0.1,
    nepochs: 1,
    batch_size: 4,
    seed: 3,
    ...overrides,
  });
  using trainer = await Trainer.create(gpu, scan, config);
  const epochs: EpochEvent[] = [];
  for await (const event of trainer.run()) if (event.kind === "epoch") epochs.push(event);
  const { weights } = await trainer.checkpoint();
  return {
    first: epochs[0],
    weights: Float32Array.from([...weights.values()].flatMap((a) => [...toFloat32(a)])),
  };
}

Deno.test("what the detector did not measure is no error of the prediction", () =>
  withGpu(async (gpu) => {
    const overrides = { torch_loss_mode: "mae", nphotons: 1e5 } as const;
    const known = await train(gpu, await stopped(gpu, 11, true), overrides);
    const not = await train(gpu, await stopped(gpu, 11, false), overrides);
    // The beam that is stopped is predicted, but nothing is held against it.
    assert.ok(
      known.first.trainLoss < 0.8 * not.first.trainLoss,
      `${known.first.trainLoss} ${not.first.trainLoss}`,
    );
    assert.ok(Math.abs(known.first.energyRatio - 1) < 0.5, `${known.first.energyRatio}`);
    assert.ok(known.weights.every(Number.isFinite));
  }));

Deno.test("a mask that hides nothing changes no bit", () =>
  withGpu(async (gpu) => {
    const open = await train(gpu, await stopped(gpu, 0, true)),
      none = await train(gpu, await stopped(gpu, 0, false));
    assert.deepEqual(open.weights, none.weights);
    assert.equal(open.first.trainLoss, none.first.trainLoss);
  }));

for (
  const overrides of [
    { torch_loss_mode: "mae" },
    { physics_forward_mode: "rectangular_scaled", object_big: false },
    { gridsize: 2 },
  ] as RunOverrides[]
) {
  Deno.test(`masks work with ${JSON.stringify(overrides)}`, () =>
    withGpu(async (gpu) => {
      const known = await train(gpu, await stopped(gpu, 11, true), overrides);
      const not = await train(gpu, await stopped(gpu, 11, false), overrides);
      assert.ok(known.weights.every(Number.isFinite));
      assert.ok(known.weights.some((v, i) => v !== not.weights[i]));
    }));
}
