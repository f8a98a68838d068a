/**
 * Per-pixel standardisation of images.
 *
 * @module
 */
import source from "../../shaders/ops/standardize.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import { defineKernel } from "../gpu/kernel.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { Graph, Value } from "./graph.ts";

const shared = {
  source,
  snippets: [index],
  bindings: { x: "read", statistics: "read", y: "read_write" },
  params: { count: "u32", quads: "u32" },
} as const;
const forward = defineKernel({
  ...shared,
  label: "ops/standardize#forward",
  entryPoint: "forward",
});
const backward = defineKernel({
  ...shared,
  label: "ops/standardize#backward",
  entryPoint: "backward",
});

/**
 * Records y = (x - mean) * scale for every pixel of every plane.
 *
 * @param input (B, C, H, W), H * W a multiple of 4.
 * @param statistics (2, H, W): mean and scale.
 * @throws {ShapeError} if the planes do not fit the statistics.
 */
export function standardize(graph: Graph, input: Value, statistics: Tensor): Value {
  const { shape, length } = input.tensor,
    pixels = shape[shape.length - 1] * shape[shape.length - 2];
  if (statistics.length !== 2 * pixels || pixels % 4 !== 0) {
    throw new ShapeError(
      `Cannot standardize planes of ${pixels} pixels by statistics of ${statistics.length} values: ` +
        "mean and scale of each pixel are needed",
    );
  }
  const output = graph.value(`standardized ${input.tensor.label}`, shape);
  const params = { count: length / 4, quads: pixels / 4 };
  plan(graph, forward, input.tensor, statistics, output.tensor, params);
  graph.onBackward([output], () => {
    graph.contribute(
      input,
      false,
      (target) => plan(graph, backward, output.gradient!, statistics, target, params),
    );
  });
  return output;
}

function plan(
  graph: Graph,
  kernel: typeof forward | typeof backward,
  x: Tensor,
  statistics: Tensor,
  y: Tensor,
  params: { count: number; quads: number },
): void {
  graph.plan.run(kernel, { x, statistics, y }, params, params.count);
}
