/**
 * Comparison of the predicted object with a known one.
 *
 * @module
 */
import source from "../../shaders/loss/absolute.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { Graph, Value } from "../ops/graph.ts";
import { recordSum } from "../ops/reduce.ts";
import { partialCount } from "../ops/scalar_parameter.ts";
import { sampleSizes } from "./summary.ts";

const table = {
  source,
  snippets: [index],
  params: { count: "u32", elements: "u32", first: "f32", second: "f32" },
} as const;
const terms = defineKernel({
  ...table,
  label: "loss/absolute#terms",
  entryPoint: "terms",
  bindings: { value: "read", label: "read", result: "read_write" },
});
const total = defineKernel({
  ...table,
  label: "loss/absolute#total",
  entryPoint: "total",
  bindings: { sums: "read", loss: "read_write" },
  workgroup: 1,
});
const gradientKernel = defineKernel({
  ...table,
  label: "loss/absolute#gradient",
  entryPoint: "gradient",
  bindings: { value: "read", label: "read", result: "read_write" },
});

const AMPLITUDE_WEIGHT = 2, PHASE_WEIGHT = 4;

/** An object in two parts. */
export interface ObjectParts<T> {
  /** (batch, channels, N, N) f32. */
  readonly amplitude: T;
  /** (batch, channels, N, N) f32, radians. */
  readonly phase: T;
}

/**
 * 2 * sum |amplitude - label| + 4 * sum |phase - label| over the whole batch, and its gradient.
 *
 * @returns (4) f32: loss, then zeros; filled at every replay.
 * @throws {ShapeError} if the shapes differ.
 */
export function supervisedLoss(
  graph: Graph,
  predicted: ObjectParts<Value>,
  labels: ObjectParts<Tensor>,
): Tensor {
  const { plan } = graph;
  const loss = graph.allocate("supervised loss", [4]);
  const sums = graph.allocate("supervised sums", [2]);
  const parts = [
    { value: predicted.amplitude, label: labels.amplitude, weight: AMPLITUDE_WEIGHT },
    { value: predicted.phase, label: labels.phase, weight: PHASE_WEIGHT },
  ];
  parts.forEach(({ value, label, weight }, i) => {
    const { batch, elements: each } = sampleSizes(value, label);
    const elements = batch * each, count = partialCount(elements);
    const partials = graph.allocate("supervised partials", [count]);
    const params = { count, elements, first: weight, second: 0 };
    plan.run(terms, { value: value.tensor, label, result: partials }, params, count);
    recordSum(plan, partials, sums, 1, count, { offset: i });
    graph.release(partials);
    graph.contribute(value, false, (target) => {
      const tensors = { value: value.tensor, label, result: target };
      plan.run(gradientKernel, tensors, { ...params, count: elements }, elements);
    });
  });
  const weights = { first: AMPLITUDE_WEIGHT, second: PHASE_WEIGHT };
  plan.run(total, { sums, loss }, { count: 1, elements: 1, ...weights }, 1);
  graph.release(sums);
  return loss;
}
