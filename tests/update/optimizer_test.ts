import assert from "node:assert/strict";
import { ShapeError } from "../../src/errors.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { ParameterLayout, ParameterStore } from "../../src/ops/parameters.ts";
import { createOptimizer, type OptimizerOptions } from "../../src/update/optimizer.ts";
import {
  referenceClip,
  type ReferenceOptions,
  type ReferenceState,
  referenceStep,
} from "../reference/optimizer.ts";
import { assertClose, randomValues } from "../support/close.ts";
import { withGpu } from "../support/device.ts";

/** A small layout with padding behind most parameters, or one number, or a realistic size. */
function makeLayout(size: "smallest" | "odd" | "realistic"): ParameterLayout {
  const layout = new ParameterLayout();
  if (size === "smallest") layout.add("a.bias", [1]);
  else if (size === "odd") {
    layout.add("a.weight", [3, 2, 3, 3], true);
    layout.add("a.bias", [3]);
    layout.add("b.weight", [0, 5]);
    layout.add("b.bias", [7]);
  } else {
    for (let i = 0; i < 4; i++) {
      layout.add(`${i}.weight`, [32, 33, 3, 3], true);
      layout.add(`${i}.bias`, [33]);
    }
  }
  return layout;
}

/** Random values of the flat layout, zero where it pads. */
function flatValues(layout: ParameterLayout, seed: number, scale = 1): Float32Array {
  const flat = new Float32Array(layout.length);
  for (const p of layout.parameters) {
    const columns = p.packed ? p.shape[0] : p.shape.reduce((a, b) => a * b, 1);
    const stride = p.packed ? Math.ceil(columns / 4) * 4 : p.length;
    const rows = p.length === 0 ? 0 : p.length / stride;
    const values = randomValues(rows * columns, seed + p.offset, scale);
    for (let r = 0; r < rows; r++) {
      flat.set(values.subarray(r * columns, (r + 1) * columns), p.offset + r * stride);
    }
  }
  return flat;
}

async function compare(gpu: Gpu, layout: ParameterLayout, options: OptimizerOptions) {
  const store = new ParameterStore(gpu, layout, true);
  using optimizer = createOptimizer(gpu, store, options);
  const weights = flatValues(layout, 1, 0.1);
  gpu.write(store.weights, weights);
  const reference: ReferenceOptions = {
    kind: options.kind,
    beta1: options.beta1 ?? 0.9,
    beta2: options.beta2 ?? 0.999,
    epsilon: options.epsilon ?? 1e-8,
    momentum: options.momentum ?? 0,
    nesterov: options.nesterov ?? (options.momentum ?? 0) > 0,
    weightDecay: options.weightDecay ?? 0,
  };
  const zeros = (): Float64Array => new Float64Array(layout.length);
  const s: ReferenceState = { w: Float64Array.from(weights), m: zeros(), v: zeros() };
  const segments = layout.parameters.map((p) => [p.offset, p.length] as const);
  const accumulation = options.accumulation ?? 1;
  for (let step = 0; step < 5; step++) {
    const rate = 1e-2 * (1 + step);
    // The last update takes fewer gradients, as at the end of an epoch.
    const count = step === 4 ? Math.ceil(accumulation / 2) : accumulation;
    const mean = zeros();
    for (let k = 0; k < count; k++) {
      const g = flatValues(layout, 100 + 10 * step + k, 10 ** (step - 2));
      g.forEach((v, i) => mean[i] += v / count);
      gpu.write(store.gradients!, g);
      optimizer.accumulation?.submit();
    }
    if (options.clip !== undefined) {
      referenceClip(mean, s.w, segments, options.clip.algorithm, options.clip.limit);
    }
    referenceStep(s, mean, reference, rate, step + 1);
    optimizer.prepare(step, rate, count);
    optimizer.plan.submit();
    if (options.clip !== undefined) {
      assertClose(`clipped ${step}`, await gpu.read(store.gradients!), mean, 2e-6);
    }
  }
  const after = await gpu.read(store.weights);
  // Five roundings of the weights, and a share of the change. Adam divides by |g|: where averaged
  // gradients cancel, their rounding is magnified.
  const largest = (values: ArrayLike<number>): number =>
    Array.from(values).reduce((top, v) => Math.max(top, Math.abs(v)), 0);
  const change = largest(s.w.map((w, i) => w - weights[i]));
  const tolerance = 3e-7 * largest(s.w) + (accumulation > 1 ? 1e-4 : 5e-6) * change;
  assertClose(options.kind, after, s.w, tolerance, { relative: false });
  const mask = flatValues(layout, 1);
  for (const values of [after, ...(await optimizer.state()).values()]) {
    assert.ok(values.every((v, i) => mask[i] !== 0 || v === 0), "padding became non-zero");
  }
  store.dispose();
}

const RULES: OptimizerOptions[] = [
  { kind: "adam" },
  { kind: "adam", weightDecay: 0.1, beta1: 0.8, beta2: 0.99, epsilon: 1e-3 },
  { kind: "adamw", weightDecay: 0.1 },
  { kind: "sgd" },
  { kind: "sgd", momentum: 0.9, nesterov: false, weightDecay: 0.01 },
  { kind: "sgd", momentum: 0.9 },
  { kind: "adam", accumulation: 3 },
  { kind: "sgd", clip: { algorithm: "norm", limit: 1 } },
  { kind: "sgd", clip: { algorithm: "value", limit: 0.5 } },
  { kind: "sgd", clip: { algorithm: "agc", limit: 0.5 } },
  { kind: "adam", accumulation: 2, clip: { algorithm: "norm", limit: 0.3 } },
];

for (const size of ["smallest", "odd", "realistic"] as const) {
  Deno.test(`update rules agree with float64 over 5 steps (${size})`, () =>
    withGpu(async (gpu) => {
      for (const rule of RULES) await compare(gpu, makeLayout(size), rule);
    }));
}

Deno.test("agc treats weights near zero as having norm 1e-3", () =>
  withGpu(async (gpu) => {
    const layout = new ParameterLayout();
    layout.add("a.bias", [4]);
    const store = new ParameterStore(gpu, layout, true);
    using optimizer = createOptimizer(gpu, store, {
      kind: "sgd",
      clip: { algorithm: "agc", limit: 0.1 },
    });
    gpu.write(store.gradients!, Float32Array.from([3, 0, 0, 4]));
    optimizer.prepare(0, 1);
    optimizer.plan.submit();
    assertClose("w", await gpu.read(store.weights), [-0.6e-4, 0, 0, -0.8e-4], 1e-5);
    store.dispose();
  }));

Deno.test("a saved optimiser state goes on with the same bits", () =>
  withGpu(async (gpu) => {
    const layout = makeLayout("odd");
    const options: OptimizerOptions = { kind: "adam", accumulation: 2 };
    const store = new ParameterStore(gpu, layout, true);
    const a = createOptimizer(gpu, store, options), b = createOptimizer(gpu, store, options);
    const micro = (optimizer: typeof a, step: number): void => {
      gpu.write(store.gradients!, flatValues(layout, 7 + step));
      optimizer.accumulation!.submit();
      if (step % 2 === 0) return;
      optimizer.prepare((step - 1) / 2, 1e-3);
      optimizer.plan.submit();
    };
    // Saved in the middle of an accumulation.
    for (let step = 0; step < 3; step++) micro(a, step);
    const weights = await gpu.read(store.weights), state = await a.state();
    for (let step = 3; step < 6; step++) micro(a, step);
    const expected = await gpu.read(store.weights);
    gpu.write(store.weights, weights);
    b.load(state);
    for (let step = 3; step < 6; step++) micro(b, step);
    assert.deepEqual(await gpu.read(store.weights), expected);
    assert.throws(() => b.load(new Map()), ShapeError);
    assert.throws(
      () => b.load(new Map([...state].map(([k, v]) => [k, v.slice(1)]))),
      /first_moment|accumulated/,
    );
    a.dispose();
    b.dispose();
    store.dispose();
  }));

Deno.test("update rules refuse impossible settings and leak nothing", () =>
  withGpu((gpu) => {
    const layout = makeLayout("odd");
    const store = new ParameterStore(gpu, layout, true);
    const frozen = new ParameterStore(gpu, layout, false);
    const bytes = gpu.arena.liveBytes;
    assert.throws(() => createOptimizer(gpu, frozen, { kind: "adam" }), ShapeError);
    for (
      const bad of [
        { kind: "adam", beta2: 1 },
        { kind: "sgd", momentum: -1 },
        { kind: "adam", accumulation: 0 },
        { kind: "adam", clip: { algorithm: "norm", limit: 0 } },
      ] as OptimizerOptions[]
    ) {
      assert.throws(() => createOptimizer(gpu, store, bad), RangeError);
    }
    assert.equal(gpu.arena.liveBytes, bytes);
    store.dispose();
    frozen.dispose();
    return Promise.resolve();
  }));
