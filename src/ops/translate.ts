/**
 * Bilinear translation of images by sub-pixel offsets, and its adjoint.
 *
 * @module
 */
import source from "../../shaders/ops/translate.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import gridPosition from "../../shaders/ops/grid_position.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { Graph, Value } from "./graph.ts";

const translateKernel = defineKernel({
  label: "ops/translate#translate",
  source,
  snippets: [index, gridPosition],
  entryPoint: "translate",
  bindings: { image: "texel", offsets: "read", moved: "read_write" },
  params: {
    count: "u32",
    rows: "u32",
    columns: "u32",
    components: "u32",
    rowStep: "f32",
    columnStep: "f32",
    sign: "f32",
  },
});

/** Step of the normalised coordinates -1 .. 1 of an axis of `pixels` pixels; 0 for a single pixel. */
export function gridStep(pixels: number): number {
  return pixels > 1 ? 2 / (pixels - 1) : 0;
}

/** Shape of a batch of planes. */
export interface Planes {
  /** Number of planes, each with its own offset. */
  readonly planes: number;
  /** Pixels along y. */
  readonly rows: number;
  /** Pixels along x. */
  readonly columns: number;
  /** 1 for real images, 2 for interleaved complex ones. */
  readonly components: 1 | 2;
}

/**
 * Records out[y, x] = in[y - dy, x - dx], bilinear, with zeros outside the frame.
 *
 * @param image (planes, rows, columns[, 2]) f32.
 * @param offsets (planes, 2) f32: (dx, dy) in pixels.
 * @param moved same shape as `image`, another tensor.
 * @param adjoint records the transposed operation instead.
 * @throws {ShapeError} if a tensor is too small.
 */
export function recordTranslate(
  plan: Plan,
  image: Tensor,
  offsets: Tensor,
  moved: Tensor,
  shape: Planes,
  adjoint = false,
): void {
  const { planes, rows, columns, components } = shape;
  const count = planes * rows * columns * components;
  image.checkRange(0, count);
  moved.checkRange(0, count);
  offsets.checkRange(0, 2 * planes);
  const sign = adjoint ? -1 : 1;
  const steps = { rowStep: gridStep(rows), columnStep: gridStep(columns) };
  const params = { count, rows, columns, components, ...steps, sign };
  plan.run(translateKernel, { image, offsets, moved }, params, count);
}

/**
 * Translates a batch of images; gradients flow to the images, not to the offsets.
 *
 * @param offsets (planes, 2) f32: (dx, dy) in pixels.
 * @returns same shape as `image`.
 */
export function translate(graph: Graph, image: Value, offsets: Tensor, shape: Planes): Value {
  const moved = graph.value("translated", image.tensor.shape);
  recordTranslate(graph.plan, image.tensor, offsets, moved.tensor, shape);
  graph.onBackward([moved], () => {
    const { gradient } = moved;
    if (gradient === undefined) return;
    graph.contribute(image, false, (target) => {
      recordTranslate(graph.plan, gradient, offsets, target, shape, true);
    });
  });
  return moved;
}
