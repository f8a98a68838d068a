/**
 * Multiplication by the exponential of a trainable number, as in a tied intensity scale: the network
 * input is divided by exp(w) and its prediction multiplied by exp(w), with one w.
 *
 * @module
 */
import source from "../../shaders/physics/scale_by.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Graph, Value } from "../ops/graph.ts";
import { recordSum } from "../ops/reduce.ts";
import { partialCount, type ScalarParameter } from "../ops/scalar_parameter.ts";

const table = {
  source,
  snippets: [index],
  params: { count: "u32", position: "u32", sign: "f32", partials: "u32" },
} as const;
const scale = defineKernel({
  ...table,
  label: "physics/scale_by#scale",
  entryPoint: "scale",
  bindings: { source: "read", weights: "read", result: "read_write" },
});
const partialsKernel = defineKernel({
  ...table,
  label: "physics/scale_by#partials",
  entryPoint: "partials",
  bindings: { gradient: "read", scaled: "read", sums: "read_write" },
});

/**
 * value * exp(sign * w). The gradient with respect to w is added up over all uses of the parameter.
 *
 * @param parameter w; use the same object for all uses within a recording.
 * @returns same shape as `value`.
 */
export function scaleBy(
  graph: Graph,
  value: Value,
  parameter: ScalarParameter,
  sign: 1 | -1,
): Value {
  const { plan } = graph;
  const { weights, offset, gradients } = parameter;
  const scaled = graph.value(`scaled ${value.tensor.label}`, value.tensor.shape);
  const count = Math.ceil(value.tensor.length / 4);
  const params = { count, position: offset, sign, partials: 0 };
  plan.run(scale, { source: value.tensor, weights, result: scaled.tensor }, params, count);
  graph.onBackward([scaled], () => {
    const { gradient } = scaled;
    if (gradient === undefined) return;
    graph.contribute(value, false, (target) => {
      plan.run(scale, { source: gradient, weights, result: target }, params, count);
    });
    if (gradients === undefined) return;
    const elements = value.tensor.length, partials = partialCount(elements);
    const sums = graph.gpu.arena.allocate("scale partials", [partials]);
    plan.run(
      partialsKernel,
      { gradient, scaled: scaled.tensor, sums },
      { ...params, count: elements, partials },
      partials,
    );
    const accumulate = parameter.recorded;
    recordSum(plan, sums, gradients, 1, partials, { factor: sign, offset, accumulate });
    parameter.recorded = true;
    graph.gpu.arena.release(sums);
  });
  return scaled;
}
