import { type NdArray, toFloat32 } from "../../src/array.ts";
import { resolveRun, type RunConfig } from "../../src/config/presets.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { scanFromArrays } from "../../src/scan/dataset.ts";
import { PinnModel } from "../../src/workflows/pinn.ts";
import type { ScalingStatistics } from "../../src/workflows/checkpoint.ts";
import type { CheckResult } from "./check.ts";
import type { GoldenContext } from "./kinds.ts";
import { modelOverrides } from "./overrides.ts";

type Arrays = Map<string, NdArray>;

/** Loss, gradients by name, and weights after 1 and 5 steps of Adam. */
export async function trainingStepCase(context: GoldenContext): Promise<CheckResult[]> {
  const { gpu, files, config } = context;
  const batch = await context.read(files.batch);
  const weights = await context.read(files.weights);
  const losses = await context.read(files.losses);
  const optimizer = config.optimizer as Record<string, unknown>;
  const rate = Number(optimizer.learning_rate);
  const [beta1, beta2] = optimizer.betas as number[];
  const resolve = (mode: "poisson" | "mae"): RunConfig =>
    resolveRun({
      ...modelOverrides(config.model),
      torch_loss_mode: mode,
      batch_size: batch.get("images")!.shape[0],
      max_neighbor_distance: toFloat32(batch.get("max_neighbor_distance")!)[0],
      optimizer: optimizer.name as "adam",
      learning_rate: rate,
      adam_beta1: beta1,
      adam_beta2: beta2,
      neighbor_count: 9,
    }, "reference");
  const tolerance = (name: string): number => Number(context.tolerance[name]);
  const results: CheckResult[] = [];
  using model = await open(gpu, resolve(config.loss as "poisson" | "mae"), batch, weights);
  const expectedLosses = toFloat32(losses.get("loss_before_each_step")!);
  const steps = expectedLosses.length - 1;
  for (let step = 0; step < steps; step++) {
    model.step(step, rate, true);
    const loss = await model.takeLoss();
    results.push(relative(`loss ${step}`, loss, expectedLosses[step], tolerance("loss_relative")));
    if (step === 0) {
      const expected = await context.read(files.gradients);
      results.push(...compareGradients("", await model.gradients(), expected, tolerance));
    }
    const after = files[`adam${step + 1}`];
    if (after !== undefined) {
      const saved = (await model.save()).weights;
      results.push(...compareWeights(saved, await context.read(after), step + 1, tolerance));
    }
  }
  const last = await model.evaluate();
  results.push(
    relative(`loss ${steps}`, last, expectedLosses[steps], tolerance("loss_relative")),
  );
  if (losses.has("mae_loss")) {
    using mae = await open(gpu, resolve("mae"), batch, weights);
    mae.step(0, rate, false);
    const expected = toFloat32(losses.get("mae_loss")!)[0];
    results.push(
      relative("mae loss", await mae.takeLoss(), expected, tolerance("loss_relative")),
    );
    const named: Arrays = new Map();
    for (const [key, value] of losses) {
      if (key.startsWith("mae_grad.")) named.set(key.slice("mae_grad.".length), value);
    }
    // The derivative of |p - y| jumps where p meets y, so single elements may take either sign.
    const jumps = (): number => tolerance("gradient_max_of_tensor_max");
    results.push(...compareGradients("mae ", await mae.gradients(), named, jumps));
  }
  return results;
}

/** A model with the batch of a case uploaded. */
async function open(
  gpu: Gpu,
  config: RunConfig,
  batch: Arrays,
  weights: Arrays,
): Promise<PinnModel> {
  const { N } = config.model;
  const probe = batch.get("probe")!, data = toFloat32(probe);
  const physics = toFloat32(batch.get("physics_scaling_constant")!);
  const rms = toFloat32(batch.get("rms_scaling_constant")!);
  if (rms.some((v) => v !== 1) || physics.some((v) => v !== physics[0])) {
    throw new Error("batches with scales that differ between samples are not part of this system");
  }
  const scaling: ScalingStatistics = {
    input_factor: 1,
    physics_scale: physics[0],
    nphotons: physics[0] ** 2 * (N / 2) ** 2,
    probe_factor: 1 / toFloat32(batch.get("probe_scale")!)[0],
  };
  const dataset = scanFromArrays({
    name: "golden",
    positions: Float64Array.of(0, 0, 8, 8),
    probe: { modes: data.length / (2 * N * N), N, data },
    patterns: new Float32Array(2 * N * N).fill(1),
  });
  const model = await PinnModel.create(gpu, dataset, config, scaling, { weights });
  model.upload(toFloat32(batch.get("images")!), toFloat32(batch.get("coords_relative")!));
  return model;
}

function relative(name: string, actual: number, expected: number, tolerance: number): CheckResult {
  const error = Math.abs(actual - expected) / Math.abs(expected);
  return { name, error: Number.isNaN(error) ? Infinity : error, tolerance };
}

function compareGradients(
  prefix: string,
  actual: Arrays,
  expected: Arrays,
  tolerance: (name: string) => number,
): CheckResult[] {
  const results: CheckResult[] = [];
  for (const [name, array] of expected) {
    const want = toFloat32(array);
    const have = actual.get(name);
    if (have === undefined) {
      results.push({
        name: `${prefix}gradient of ${name} is missing`,
        error: Infinity,
        tolerance: 0,
      });
      continue;
    }
    const errors = differences(toFloat32(have), want);
    const scale = want.reduce((largest, v) => Math.max(largest, Math.abs(v)), 1e-30);
    const p99 = errors[Math.min(errors.length - 1, Math.floor(0.99 * errors.length))] / scale;
    const max = errors[errors.length - 1] / scale;
    const limits = ["gradient_p99_of_tensor_max", "gradient_max_of_tensor_max"].map(tolerance);
    results.push({ name: `${prefix}gradient p99 ${name}`, error: p99, tolerance: limits[0] });
    results.push({ name: `${prefix}gradient max ${name}`, error: max, tolerance: limits[1] });
  }
  return results;
}

function compareWeights(
  actual: Arrays,
  expected: Arrays,
  steps: number,
  tolerance: (name: string) => number,
): CheckResult[] {
  const results: CheckResult[] = [];
  for (const [name, array] of expected) {
    const have = actual.get(name);
    if (have === undefined) continue; // numbers the original registers and never uses
    const errors = differences(toFloat32(have), toFloat32(array));
    const p99 = errors[Math.min(errors.length - 1, Math.floor(0.99 * errors.length))];
    const limit = tolerance("parameter_p99_abs");
    results.push({ name: `weights after ${steps} ${name}`, error: p99, tolerance: limit });
  }
  return results;
}

/** Absolute differences, ascending; a value that is not a number counts as infinite. */
function differences(actual: Float32Array, expected: Float32Array): Float64Array {
  const out = new Float64Array(expected.length);
  for (let i = 0; i < out.length; i++) {
    const error = Math.abs(actual[i] - expected[i]);
    out[i] = Number.isNaN(error) || actual.length !== expected.length ? Infinity : error;
  }
  return out.sort();
}
