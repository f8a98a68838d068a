import assert from "node:assert/strict";
import { complexArray, type NdArray, realArray, toFloat32 } from "../../src/array.ts";
import { resolveRun } from "../../src/config/presets.ts";
import { createTrainingPayload } from "../../src/config/resolution/payload.ts";
import { ConfigError, DatasetError } from "../../src/errors.ts";
import { openNpz, writeNpz } from "../../src/io/npz.ts";
import { bytesSource } from "../../src/io/source.ts";
import { readScan, type ScanDataset, scanFromArrays } from "../../src/scan/dataset.ts";
import { infer } from "../../src/workflows/infer.ts";
import { Trainer } from "../../src/workflows/train.ts";
import { dataFile, memoryHost } from "../config/hosts.ts";
import { withGpu } from "../support/device.ts";
import { tinyScan } from "./tiny_scan.ts";

const SMALL = {
  n_filters_scale: 0.25,
  batch_size: 4,
  model_type: "supervised",
  learning_rate: 3e-3,
  validation_fraction: 0,
} as const;

/** The tiny scan with labels that its patterns decide: flat patches, stronger for brighter patterns. */
async function labelled(count = 12): Promise<ScanDataset> {
  const scan = tinyScan(count), { N } = scan, size = N * N;
  const patterns = await scan.readDiffraction(Array.from({ length: count }, (_, i) => i));
  const amplitude = new Float32Array(count * size), phase = new Float32Array(count * size);
  for (let i = 0; i < count; i++) {
    for (let p = 0; p < size; p++) {
      amplitude[i * size + p] = 0.4 + 0.2 * Math.cos(0.2 * (p % N));
      phase[i * size + p] = 0.5 * Math.sin(0.15 * Math.floor(p / N));
    }
  }
  const { positions, probe } = scan;
  return scanFromArrays({
    name: "labelled",
    positions,
    probe,
    patterns,
    labels: { amplitude, phase },
  });
}

Deno.test("supervised training learns the labels, and infer gives them", async () => {
  await withGpu(async (gpu) => {
    const scan = await labelled();
    using trainer = await Trainer.create(gpu, scan, resolveRun({ ...SMALL, nepochs: 25 }));
    const losses: number[] = [], ratios: number[] = [];
    for await (const event of trainer.run()) {
      if (event.kind !== "epoch") continue;
      losses.push(event.trainLoss);
      ratios.push(event.energyRatio);
    }
    assert.ok(losses.at(-1)! < 0.35 * losses[0], `${losses[0]} to ${losses.at(-1)}`);
    assert.ok(Math.abs(ratios.at(-1)! - 1) < 0.25, `energy ${ratios.at(-1)}`);
    const { object, coverage } = await infer(gpu, scan, await trainer.checkpoint(), {
      middleTrim: 8,
    });
    const values = toFloat32(object), weights = toFloat32(coverage);
    let sum = 0, count = 0;
    for (let i = 0; i < weights.length; i++) {
      if (weights[i] === 0) continue;
      sum += Math.hypot(values[2 * i], values[2 * i + 1]);
      count++;
    }
    assert.ok(sum / count > 0.3 && sum / count < 0.75, `mean amplitude ${sum / count}`);
  });
});

Deno.test("the first loss is the formula on the network's first output", async () => {
  await withGpu(async (gpu) => {
    const scan = await labelled(4);
    const config = resolveRun({ ...SMALL, nepochs: 1, sequential_sampling: true });
    using trainer = await Trainer.create(gpu, scan, config);
    const start = await trainer.checkpoint();
    let loss = NaN;
    for await (const event of trainer.run()) if (event.kind === "epoch") loss = event.trainLoss;
    // Patches far apart: what is reassembled are the patches.
    const { N } = scan, labels = await scan.readLabels!([0, 1, 2, 3]);
    const positions = Float64Array.from(
      { length: 8 },
      (_, i) => i % 2 === 0 ? 100 : 100 + 80 * (i >> 1),
    );
    const patterns = await scan.readDiffraction([0, 1, 2, 3]);
    const apart = scanFromArrays({ name: "apart", positions, probe: scan.probe, patterns });
    const made = await infer(gpu, apart, start, { middleTrim: N, patchWeighting: "uniform" });
    const values = toFloat32(made.object), W = made.object.shape[1];
    let expected = 0;
    for (let i = 0; i < 4; i++) {
      const x0 = 100 + 80 * i - N / 2 - made.geometry.originX,
        y0 = 100 - N / 2 - made.geometry.originY;
      for (let p = 0; p < N * N; p++) {
        const at = 2 * ((Math.floor(p / N) + y0) * W + p % N + x0), l = i * N * N + p;
        const [re, im] = [values[at], values[at + 1]];
        expected += 2 * Math.abs(Math.hypot(re, im) - labels.amplitude[l]) +
          4 * Math.abs(Math.atan2(im, re) - labels.phase[l]);
      }
    }
    assert.ok(Math.abs(loss / expected - 1) < 1e-3, `${loss} instead of ${expected}`);
  });
});

Deno.test("groups of four learn their labels in order, and validation data needs labels too", async () => {
  await withGpu(async (gpu) => {
    const scan = await labelled();
    const config = resolveRun({ ...SMALL, gridsize: 2, nepochs: 4 });
    using trainer = await Trainer.create(gpu, scan, config, { validation: await labelled(8) });
    const epochs: [number, number | undefined][] = [];
    for await (const event of trainer.run()) {
      if (event.kind === "epoch") epochs.push([event.trainLoss, event.validationLoss]);
    }
    assert.ok(epochs[3][0] < epochs[0][0] && epochs[3][1]! < epochs[0][1]!, JSON.stringify(epochs));
    await assert.rejects(
      Trainer.create(gpu, scan, config, { validation: tinyScan(8) }),
      /on tiny as it holds no labels/,
    );
  });
});

Deno.test("data without labels are refused with both remedies, before anything is computed", async () => {
  await withGpu(async (gpu) => {
    await assert.rejects(
      Trainer.create(gpu, tinyScan(), resolveRun({ ...SMALL, nepochs: 1 })),
      (error) =>
        error instanceof DatasetError && /label_amp and label_phase/.test(error.message) &&
        /simulate --labels object/.test(error.message) && /model_type pinn/.test(error.message),
    );
  });
});

Deno.test("a supervised run compares by mae and refuses fields of the physics", () => {
  assert.equal(resolveRun(SMALL).training.torch_loss_mode, "mae");
  assert.equal(resolveRun({}).training.torch_loss_mode, "poisson");
  for (
    const [change, what] of [
      [{ torch_loss_mode: "poisson" }, /needs torch_loss_mode mae/],
      [{ cnn_output_mode: "real_imag" }, /needs cnn_output_mode amp_phase/],
      [{ probe_trainable: true }, /needs probe_trainable false/],
      [{ overlap_group_size: 4 }, /needs overlap_group_size 0/],
      [{ phase_first_epochs: 1 }, /needs phase_first_epochs 0/],
      [{ torch_mae_pred_l2_match_target: true }, /needs torch_mae_pred_l2_match_target false/],
    ] as const
  ) {
    assert.throws(
      () => resolveRun({ ...SMALL, ...change }),
      (error) => error instanceof ConfigError && what.test(error.message),
    );
  }
});

Deno.test("labels are read under every name, and unfit ones are refused when they are used", async () => {
  const scan = tinyScan(4), { N } = scan, size = N * N;
  const patterns = await scan.readDiffraction([0, 1, 2, 3]);
  const axis = (i: number): NdArray => ({
    shape: [4],
    dtype: "f64",
    data: Float64Array.from({ length: 4 }, (_, n) => scan.positions[2 * n + i]),
  });
  const base = {
    diffraction: realArray([4, N, N], patterns),
    xcoords: axis(1),
    ycoords: axis(0),
    probeGuess: complexArray([N, N], scan.probe.data),
  };
  const open = async (arrays: Record<string, NdArray>, options = {}): Promise<ScanDataset> =>
    await readScan(
      await openNpz(bytesSource("scan.npz", await writeNpz({ ...base, ...arrays }))),
      options,
    );
  const ramp = Float32Array.from({ length: 4 * size }, (_, i) => 0.1 + (i % 97) / 97);
  const turn = ramp.map((v) => 2 * v - 1);
  const complex = new Float32Array(8 * size);
  ramp.forEach((a, i) => {
    complex[2 * i] = a * Math.cos(turn[i]);
    complex[2 * i + 1] = a * Math.sin(turn[i]);
  });
  const real = (values: Float32Array): NdArray => realArray([4, N, N], values);
  for (
    const arrays of [
      { label_amp: real(ramp), label_phase: real(turn) },
      { label: complexArray([4, N, N], complex) },
      { ground_truth_patches: complexArray([4, N, N, 1], complex) },
    ] as Record<string, NdArray>[]
  ) {
    const { amplitude, phase } = await (await open(arrays)).readLabels!([2, 0]);
    for (const [i, at] of [[0, 2], [size, 0]]) {
      assert.ok(Math.abs(amplitude[i + 5] - ramp[at * size + 5]) < 1e-6);
      assert.ok(Math.abs(phase[i + 5] - turn[at * size + 5]) < 1e-6);
    }
  }
  assert.equal((await open({})).readLabels, undefined);
  const use = async (arrays: Record<string, NdArray>, options = {}) =>
    await (await open(arrays, options)).readLabels!([0]);
  await assert.rejects(use({ label_amp: real(ramp) }), /label_phase is missing/);
  await assert.rejects(use({ label: real(ramp) }), /holds f32: store complex/);
  await assert.rejects(use({ label: complexArray([4, size, 1], complex) }), /store \(4, 64, 64\)/);
  const nan = real(ramp.map((v, i) => i === 3 ? NaN : v));
  await assert.rejects(use({ label_amp: nan, label_phase: real(turn) }), /not finite/);
  await assert.rejects(
    use({ label: complexArray([4, N, N], complex) }, { bin: 2 }),
    /leave --crop-to and --bin out/,
  );
});

Deno.test("fields that only the physics uses are told to have no effect on labels", async () => {
  const host = memoryHost({ "a.npz": await dataFile() });
  const overrides = {
    model_type: "supervised",
    probe_mode_sum: "coherent",
    max_neighbor_distance: 5,
  };
  const { run } = await createTrainingPayload(
    { overrides, flags: { train_data_file: "a.npz" } },
    host,
  );
  assert.equal(run.training.torch_loss_mode, "mae");
  const told = host.deprecations.filter((line) =>
    /no effect with model_type supervised/.test(line)
  );
  assert.equal(told.length, 2, host.deprecations.join("; "));
});
