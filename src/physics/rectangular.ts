/**
 * The count-intensity forward model: real and imaginary parts of the object have separate scales.
 *
 * @module
 */
import source from "../../shaders/physics/rectangular.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { Graph, Value } from "../ops/graph.ts";
import { recordSum } from "../ops/reduce.ts";
import { diffract } from "./diffract.ts";
import { type BatchShape, illuminate } from "./illuminate.ts";
import { partialCount, type ScalarParameter } from "../ops/scalar_parameter.ts";

const table = {
  source,
  snippets: [index],
  params: {
    count: "u32",
    pixels: "u32",
    first: "u32",
    second: "u32",
    gained: "u32",
    partials: "u32",
  },
} as const;
const scale = defineKernel({
  ...table,
  label: "physics/rectangular#scale",
  entryPoint: "scale",
  bindings: { source: "read", weights: "read", gain: "read", result: "read_write" },
});
const partialsKernel = defineKernel({
  ...table,
  label: "physics/rectangular#partials",
  entryPoint: "partials",
  bindings: { source: "read", gradient: "read", gain: "read", sums: "read_write" },
});

/** What scales the patches of {@linkcode rectangularScale}. */
export interface RectangularScale {
  /** Factor of the real part. */
  readonly s1: ScalarParameter;
  /** Factor of the imaginary part; in the same flat tensors as `s1`. */
  readonly s2: ScalarParameter;
  /** (batch) f32: common factor of each sample; default 1. */
  readonly gain?: Tensor;
}

/**
 * gain * (s1 Re E + i s2 Im E), with gradients for E, s1 and s2.
 *
 * @param patches (batch, channels, N, N, 2) f32.
 * @returns same shape.
 */
export function rectangularScale(
  graph: Graph,
  patches: Value,
  { s1, s2, gain }: RectangularScale,
): Value {
  const { plan } = graph;
  const { weights, gradients } = s1;
  const { shape } = patches.tensor;
  const count = patches.tensor.length / 2;
  gain?.checkRange(0, shape[0]);
  const params = {
    count,
    pixels: count / shape[0],
    first: s1.offset,
    second: s2.offset,
    gained: gain === undefined ? 0 : 1,
    partials: 0,
  };
  const scaled = graph.value("scaled patches", shape);
  const common = { weights, gain: gain ?? weights };
  plan.run(scale, { source: patches.tensor, ...common, result: scaled.tensor }, params, count);
  graph.onBackward([scaled], () => {
    const { gradient } = scaled;
    if (gradient === undefined) return;
    graph.contribute(patches, false, (target) => {
      plan.run(scale, { source: gradient, ...common, result: target }, params, count);
    });
    if (gradients === undefined) return;
    const { arena } = graph.gpu;
    const partials = partialCount(count);
    const sums = arena.allocate("scale partials", [2, partials]);
    const both = arena.allocate("scale gradients", [2]);
    const tensors = { source: patches.tensor, gradient, gain: common.gain, sums };
    plan.run(partialsKernel, tensors, { ...params, partials }, partials);
    recordSum(plan, sums, both, 2, partials);
    plan.copy(both, gradients, 1, 0, s1.offset);
    plan.copy(both, gradients, 1, 1, s2.offset);
    arena.release(sums);
    arena.release(both);
  });
  return scaled;
}

/**
 * Predicted counts: sum over modes |F(g (s1 P Re E + i s2 P Im E))|^2, zero frequency in the middle.
 *
 * @param patches (batch, channels, N, N, 2) f32.
 * @param probe (1 or batch, 1 or channels, K, N, N, 2) f32.
 * @returns intensity, (batch, channels, N, N) f32.
 */
export function rectangularIntensity(
  graph: Graph,
  patches: Value,
  probe: Value,
  scales: RectangularScale,
  shape: BatchShape,
): Value {
  const scaled = rectangularScale(graph, patches, scales);
  const waves = illuminate(graph, scaled, probe, shape);
  graph.done(scaled);
  const intensity = diffract(graph, waves, { quantity: "intensity" });
  graph.done(waves);
  return intensity;
}
