import assert from "node:assert/strict";
import { realArray } from "../../src/array.ts";
import { ShapeError } from "../../src/errors.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { type AttentionParameters, cbam } from "../../src/ops/attention.ts";
import { Graph, type Value } from "../../src/ops/graph.ts";
import { ParameterLayout, ParameterStore } from "../../src/ops/parameters.ts";
import {
  attentionBackward,
  attentionForward,
  type AttentionSizes,
  type AttentionWeights,
} from "../reference/attention.ts";
import { assertClose, randomValues } from "../support/close.ts";
import { poison, withGpu } from "../support/device.ts";
import { type OpResult, runOp } from "./run_op.ts";

type Names = keyof AttentionWeights;
const NAMES: readonly Names[] = ["w1", "b1", "w2", "b2", "conv"];

function makeStore(gpu: Gpu, C: number, R: number, weights: AttentionWeights) {
  const layout = new ParameterLayout();
  // Something in front, so that offsets matter.
  layout.add("first.bias", [5]);
  const parameters: AttentionParameters = {
    weight1: layout.add("w1", [R, C]),
    bias1: layout.add("b1", [R]),
    weight2: layout.add("w2", [C, R]),
    bias2: layout.add("b2", [C]),
    spatial: layout.add("conv", [1, 2, 7, 7]),
  };
  const store = new ParameterStore(gpu, layout, true);
  store.load(
    new Map(layout.parameters.map((p) => {
      const values = p.name === "first.bias" ? new Float32Array(5) : weights[p.name as Names];
      return [p.name, realArray(p.shape, Float32Array.from(values))];
    })),
  );
  return { store, parameters };
}

function randomWeights(C: number, R: number, seed: number): AttentionWeights {
  const make = (count: number, k: number, scale: number): Float64Array =>
    Float64Array.from(randomValues(count, seed + k, scale));
  return {
    w1: make(R * C, 1, 1 / Math.sqrt(C)),
    b1: make(R, 2, 0.3),
    w2: make(C * R, 3, R > 0 ? 1 / Math.sqrt(R) : 1),
    b2: make(C, 4, 0.3),
    conv: make(98, 5, 0.2),
  };
}

async function check(
  gpu: Gpu,
  sizes: AttentionSizes,
  rectified: boolean,
  values: Float32Array,
): Promise<{ result: OpResult; expected: ReturnType<typeof attentionBackward> }> {
  const { B, C, R, H, W } = sizes;
  const weights = randomWeights(C, R, 10 * C);
  const { store, parameters } = makeStore(gpu, C, R, weights);
  // The weights as the device has them.
  for (const name of NAMES) weights[name].set(Float32Array.from(weights[name]));
  const dz = randomValues(values.length, 3);
  poison(gpu, store.gradients!);
  const result = await runOp(
    gpu,
    [{ shape: [B, C, H, W], values, rectified }],
    (graph, [x]) => cbam(graph, x, parameters, store),
    dz,
  );
  const forward = attentionForward(sizes, values, weights);
  assertClose("z", result.output, forward.z, 2e-6);
  const expected = attentionBackward(sizes, values, weights, dz);
  if (rectified) values.forEach((v, i) => v > 0 || (expected.x[i] = 0));
  assertClose("dx", result.gradients[0], expected.x, 5e-6);
  const gradients = await store.saveGradients();
  for (const name of NAMES) {
    assertClose(name, gradients.get(name)!.data as Float32Array, expected[name], 1e-5);
  }
  const flat = await gpu.read(store.gradients!);
  assert.ok(flat.subarray(0, 8).every(Number.isNaN), "wrote outside its parameters");
  store.dispose();
  return { result, expected };
}

const SIZES: AttentionSizes[] = [
  { B: 1, C: 1, R: 0, H: 1, W: 4 },
  { B: 3, C: 5, R: 2, H: 7, W: 12 },
  { B: 2, C: 33, R: 2, H: 32, W: 32 },
];

for (const texelReads of [true, false]) {
  Deno.test(`attention agrees with float64 on three shapes (texelReads ${texelReads})`, () =>
    withGpu(async (gpu) => {
      for (const sizes of SIZES) {
        const values = randomValues(sizes.B * sizes.C * sizes.H * sizes.W, 7);
        await check(gpu, sizes, false, values);
        await check(gpu, sizes, true, values.map((v) => Math.max(0, v)));
      }
    }, { texelReads }));
}

Deno.test("the float64 reference of attention agrees with finite differences", () => {
  const sizes = SIZES[1], { B, C, R, H, W } = sizes;
  const x = Float64Array.from(randomValues(B * C * H * W, 7));
  const dz = randomValues(x.length, 3), weights = randomWeights(C, R, 50);
  const loss = (): number =>
    attentionForward(sizes, x, weights).z.reduce((sum, z, i) => sum + z * dz[i], 0);
  const gradient = attentionBackward(sizes, x, weights, dz);
  const h = 1e-6;
  for (const name of ["x", ...NAMES] as const) {
    const values = name === "x" ? x : weights[name];
    for (let k = 0; k < Math.min(12, values.length); k++) {
      const i = Math.floor(k * values.length / Math.min(12, values.length)), kept = values[i];
      values[i] = kept + h;
      const plus = loss();
      values[i] = kept - h;
      const slope = (plus - loss()) / (2 * h);
      values[i] = kept;
      const error = Math.abs(slope - gradient[name][i]);
      assert.ok(
        error < 1e-6 * (1 + Math.abs(slope)),
        `${name}[${i}] ${slope} ${gradient[name][i]}`,
      );
    }
  }
});

Deno.test("the gradient of equal maxima goes to the first one", () =>
  withGpu(async (gpu) => {
    const sizes = { B: 2, C: 3, R: 1, H: 4, W: 8 };
    // Whole planes of one value, and every third pixel a second plateau.
    const values = Float32Array.from({ length: 192 }, (_, i) => i % 3 === 0 ? 1 : 0.5);
    await check(gpu, sizes, false, values);
    await check(gpu, sizes, false, new Float32Array(192).fill(-2));
    await check(gpu, sizes, true, new Float32Array(192));
  }));

Deno.test("attention in inference gives the same values, shows its gates and leaks nothing", () =>
  withGpu(async (gpu, keep) => {
    const sizes = SIZES[1], { B, C, R, H, W } = sizes;
    const values = randomValues(B * C * H * W, 7), weights = randomWeights(C, R, 50);
    const { store, parameters } = makeStore(gpu, C, R, weights);
    const x = keep(gpu.tensor("x", [B, C, H, W], values));
    const bytes = gpu.arena.liveBytes;
    {
      using graph = new Graph(gpu, "test", false);
      const seen = new Map<string, Value>();
      const z = cbam(
        graph,
        graph.wrap(x),
        parameters,
        store,
        (gate, value) => seen.set(gate, graph.keep(value)),
      );
      assert.equal(seen.get(""), z);
      graph.plan.submit();
      const [gated, out] = await gpu.readAll([seen.get(".ChannelGate")!.tensor, z.tensor]);
      const forward = attentionForward(sizes, values, weights);
      assertClose("y", gated, forward.y, 2e-6);
      assertClose("z", out, forward.z, 2e-6);
    }
    assert.equal(gpu.arena.liveBytes, bytes);
    using graph = new Graph(gpu, "test", false);
    const wrong = graph.wrap(keep(gpu.tensor("x", [B, C + 1, H, W])));
    assert.throws(() => cbam(graph, wrong, parameters, store), ShapeError);
    const odd = graph.wrap(keep(gpu.tensor("x", [B, C, H, 6])));
    assert.throws(() => cbam(graph, odd, parameters, store), ShapeError);
    store.dispose();
  }));
