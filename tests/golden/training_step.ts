import { type NdArray, toFloat32 } from "../../src/array.ts";
import { resolveRun, type RunConfig } from "../../src/config/presets.ts";
import { ConfigError } from "../../src/errors.ts";
import type { CheckResult } from "./check.ts";
import type { GoldenContext } from "./kinds.ts";
import { modelOverrides } from "./overrides.ts";
import { limit, oneOf, onlyFields } from "./recorded.ts";
import { compareForward, goldenBatch, openModel } from "./step_model.ts";
import { stepOptions } from "./step_options.ts";

type Arrays = Map<string, NdArray>;

const NONE = new Float32Array(0);

/** Loss, gradients by name, and weights after any number of updates. */
export async function trainingStepCase(context: GoldenContext): Promise<CheckResult[]> {
  const { gpu, files, config } = context;
  onlyFields(config, ["model", "loss", "optimizer"], "config");
  onlyFields(context.tolerance, [...LIMITS, "note"], "tolerance");
  const after = filesAfterSteps(files);
  const batch = await context.read(files.batch);
  const weights = await context.read(files.weights);
  const losses = await context.read(files.losses);
  const main = goldenBatch(batch, "");
  const { rate, epsilon, fields } = stepOptions(config.optimizer, main.rms);
  const wanted = oneOf(config.loss, ["poisson", "mae"], "config.loss");
  const resolve = (mode: "poisson" | "mae"): RunConfig =>
    resolveRun({
      ...modelOverrides(config.model),
      ...fields,
      torch_loss_mode: mode,
      batch_size: batch.need("images").shape[0],
      max_neighbor_distance: toFloat32(batch.need("max_neighbor_distance"))[0],
      neighbor_count: 9,
    }, "reference");
  const tolerance = (name: string): number => limit(context.tolerance, name);
  const lossLimit = tolerance("loss_relative");
  const results: CheckResult[] = [];
  using model = await openModel(gpu, resolve(wanted), main, weights, epsilon);
  const expectedLosses = toFloat32(losses.need("loss_before_each_step"));
  const steps = expectedLosses.length - 1;
  for (const step of after.keys()) {
    if (!(step >= 1 && step <= steps)) {
      throw new ConfigError(`There are weights after ${step} steps, but losses of ${steps}`);
    }
  }
  const compare = (name: string, actual: number, expected: number): void => {
    results.push(relative(name, actual, expected, lossLimit));
  };
  for (let step = 0; step < steps; step++) {
    model.step(step, rate, true);
    compare(`loss ${step}`, main.rms * await model.takeLoss(), expectedLosses[step]);
    if (step === 0 && files.gradients !== undefined) {
      const expected = await context.read(files.gradients);
      results.push(...compareGradients("", await model.gradients(), expected, tolerance, main.rms));
    }
    const saved = after.get(step + 1);
    if (saved === undefined) continue;
    const { weights: have } = await model.save();
    results.push(...compareWeights(have, await context.read(saved), step + 1, tolerance));
  }
  compare(`loss ${steps}`, main.rms * await model.evaluate(), expectedLosses[steps]);
  if (losses.has("native_loss")) {
    const native = goldenBatch(losses, "native_", batch);
    using other = await openModel(gpu, resolve("poisson"), native, weights);
    const expected = toFloat32(losses.need("native_loss"))[0];
    // With 1e-7 photons a pixel the original's float32 count + 1 moves its loss by 6e-4.
    const actual = native.rms * await other.evaluate();
    results.push(relative("native loss", actual, expected, Math.max(lossLimit, 1e-3)));
  }
  if (losses.has("mae_loss")) {
    using mae = await openModel(gpu, resolve("mae"), main, weights);
    mae.step(0, rate, false);
    const expected = toFloat32(losses.need("mae_loss"))[0];
    compare("mae loss", main.rms * await mae.takeLoss(), expected);
    const named: Arrays = new Map();
    for (const key of losses.keys()) {
      if (key.startsWith("mae_grad.")) named.set(key.slice("mae_grad.".length), losses.need(key));
    }
    // The derivative of |p - y| jumps where p meets y, so single elements may take either sign.
    const jumps = (): number => tolerance("gradient_max_of_tensor_max");
    results.push(...compareGradients("mae ", await mae.gradients(), named, jumps, main.rms));
  }
  results.push(...await compareForward(gpu, resolve(wanted), main, weights, losses, tolerance));
  return results;
}

const LIMITS = [
  "loss_relative",
  "gradient_p99_of_tensor_max",
  "gradient_max_of_tensor_max",
  "parameter_p99_abs",
];

/** Files of weights by the number of updates before them: roles end with it, as `adam5`. */
function filesAfterSteps(files: Readonly<Record<string, string>>): Map<number, string> {
  const after = new Map<number, string>();
  for (const [role, file] of Object.entries(files)) {
    if (["batch", "weights", "gradients", "losses"].includes(role)) continue;
    const match = /^[a-z_]+(\d+)$/.exec(role);
    if (match === null) throw new ConfigError(`The golden runner does not know the file ${role}`);
    after.set(Number(match[1]), file);
  }
  return after;
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
  factor: number,
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
    const errors = differences(toFloat32(have).map((v) => v * factor), want);
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
    // Numbers that the original registers and never uses.
    if (have === undefined && name.startsWith("model.forward_model.")) continue;
    const errors = differences(have === undefined ? NONE : toFloat32(have), toFloat32(array));
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
