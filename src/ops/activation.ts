/**
 * Activations of the network's heads, and the joint of centre and border in the split decoder.
 *
 * @module
 */
import source from "../../shaders/ops/activation.wgsl" with { type: "text" };
import combineSource from "../../shaders/ops/activation_combine.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { countOf } from "../array.ts";
import { ShapeError } from "../errors.ts";
import { defineKernel } from "../gpu/kernel.ts";
import type { Graph, Value } from "./graph.ts";

/** Name of an activation f; `constant` is f = 0, which leaves the offset alone. */
export type ActivationKind =
  | "linear"
  | "sigmoid"
  | "silu"
  | "softplus"
  | "relu"
  | "tanh"
  | "constant";

/** An activation y = scale * f(x) + offset. */
export interface Activation {
  /** f. */
  readonly kind: ActivationKind;
  /** Factor; default 1. */
  readonly scale?: number;
  /** Added last; default 0. */
  readonly offset?: number;
}

const KINDS: readonly ActivationKind[] = [
  "linear",
  "sigmoid",
  "silu",
  "softplus",
  "relu",
  "tanh",
  "constant",
];

const shared = {
  source,
  snippets: [index],
  params: { count: "u32", kind: "u32", scale: "f32", offset: "f32" },
} as const;
const forward = defineKernel({
  ...shared,
  label: "ops/activation#forward",
  entryPoint: "forward",
  bindings: { x: "read", y: "read_write" },
});
const backward = defineKernel({
  ...shared,
  label: "ops/activation#backward",
  entryPoint: "backward",
  bindings: { x: "read", yGradient: "read", xGradient: "read_write" },
});

const combineShared = {
  source: combineSource,
  snippets: [index],
  params: { count: "u32", side: "u32", innerSide: "u32", hasOuter: "u32" },
} as const;
const combineForward = defineKernel({
  ...combineShared,
  label: "ops/activation_combine#forward",
  entryPoint: "forward",
  bindings: { source: "texel", outer: "read", y: "read_write" },
});
const innerBackward = defineKernel({
  ...combineShared,
  label: "ops/activation_combine#inner_backward",
  entryPoint: "inner_backward",
  bindings: { source: "texel", gradient: "read_write" },
});
const outerBackward = defineKernel({
  ...combineShared,
  label: "ops/activation_combine#outer_backward",
  entryPoint: "outer_backward",
  bindings: { source: "texel", gradient: "read_write" },
});

/** Records y = scale * f(x) + offset, element by element; any shape, no overflow for any finite x. */
export function activate(graph: Graph, input: Value, activation: Activation): Value {
  const { plan } = graph;
  const x = input.tensor;
  const output = graph.value(`${activation.kind}(${x.label})`, x.shape);
  const count = Math.ceil(x.length / 4);
  const params = {
    count,
    kind: KINDS.indexOf(activation.kind),
    scale: activation.scale ?? 1,
    offset: activation.offset ?? 0,
  };
  plan.run(forward, { x, y: output.tensor }, params, count);
  graph.onBackward([output], () => {
    const yGradient = output.gradient!;
    graph.contribute(input, false, (xGradient) => {
      plan.run(backward, { x, yGradient, xGradient }, params, count);
    });
  });
  return output;
}

/**
 * Records y = inner in the middle + outer outside the central N/2 x N/2.
 *
 * @param inner (B, C, N/2, N/2), zero-padded by N/4 on each side, or (B, C, N, N), added as it is.
 * @param outer (B, C, N, N); without it y is the padded `inner`, N = twice its side.
 * @returns (B, C, N, N).
 * @throws {ShapeError} if the planes do not fit each other, are not square or N is no multiple of 4.
 */
export function combineHeads(graph: Graph, inner: Value, outer?: Value): Value {
  const { plan } = graph;
  const [B, C, innerSide, width] = inner.tensor.shape;
  const side = outer === undefined ? 2 * innerSide : outer.tensor.shape[2];
  const fits = inner.tensor.shape.length === 4 && innerSide === width && side % 4 === 0 &&
    (innerSide === side || 2 * innerSide === side);
  if (!fits) {
    throw new ShapeError(
      `Cannot combine heads of shape (${inner.tensor.shape.join(", ")}) and side ${side}: ` +
        "square planes of side N/2 or N, N a multiple of 4, are needed",
    );
  }
  outer?.tensor.expectShape(B, C, side, side);
  const output = graph.value(`combined(${inner.tensor.label})`, [B, C, side, side]);
  const count = countOf([B, C, side, side / 4]);
  const params = { count, side, innerSide, hasOuter: outer === undefined ? 0 : 1 };
  plan.run(
    combineForward,
    { source: inner.tensor, outer: (outer ?? inner).tensor, y: output.tensor },
    params,
    count,
  );
  graph.onBackward([output], () => {
    const source = output.gradient!;
    graph.contribute(inner, false, (gradient) => {
      const innerCount = gradient.length / 4;
      plan.run(
        innerBackward,
        { source, gradient },
        { ...params, count: innerCount },
        innerCount,
      );
    });
    if (outer === undefined) return;
    graph.contribute(outer, false, (gradient) => {
      plan.run(outerBackward, { source, gradient }, params, count);
    });
  });
  return output;
}
