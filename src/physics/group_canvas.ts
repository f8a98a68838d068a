/**
 * The overlap constraint: patches of a group are merged on a common canvas and cut out again.
 *
 * Offsets keep the sign of the original system, `centre - position` in (x, y) px, so merging moves a
 * patch by minus its offset (to where it was measured) and cutting out moves the canvas by plus it.
 *
 * @module
 */
import extractSource from "../../shaders/physics/extract.wgsl" with { type: "text" };
import mergeSource from "../../shaders/physics/merge.wgsl" with { type: "text" };
import bilinear from "../../shaders/physics/bilinear.wgsl" with { type: "text" };
import gridPosition from "../../shaders/ops/grid_position.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { Graph, Value } from "../ops/graph.ts";
import { gridStep } from "../ops/translate.ts";
import {
  checkGroupShape,
  type GroupShape,
  type PatchWeighting,
  recordMergeWeights,
} from "./merge_weights.ts";

const params = {
  count: "u32",
  channels: "u32",
  size: "u32",
  canvas: "u32",
  gridStep: "f32",
} as const;
const snippets = [index, bilinear, gridPosition];
const mergeTable = {
  source: mergeSource,
  snippets,
  bindings: {
    offsets: "read",
    source: "texel",
    shifted: "read",
    factor: "read",
    result: "read_write",
  },
  params,
} as const;
const extractTable = {
  source: extractSource,
  snippets,
  bindings: { offsets: "read", source: "texel", result: "read_write" },
  params,
} as const;
const mergeKernel = defineKernel({
  ...mergeTable,
  label: "physics/merge#merge",
  entryPoint: "merge",
});
const mergeBackward = defineKernel({
  ...mergeTable,
  label: "physics/merge#backward",
  entryPoint: "backward",
});
const extractKernel = defineKernel({
  ...extractTable,
  label: "physics/extract#extract",
  entryPoint: "extract",
});
const extractBackward = defineKernel({
  ...extractTable,
  label: "physics/extract#backward",
  entryPoint: "backward",
});

/**
 * Merges the patches of each group: sum of shifted patch * shifted weight, normalised by the rule.
 *
 * @param patches (groups, channels, N, N, 2) f32, any leading axes of that many patches.
 * @param offsets (groups, channels, 2) f32: (x, y) = group centre - position, px.
 * @param weights (N, N) f32 of `patchWeights`; data, no gradient.
 * @returns canvases, (groups, M, M, 2) f32.
 * @throws {ShapeError} if a tensor is too small or the canvas is smaller than a patch.
 */
export function mergeGroups(
  graph: Graph,
  patches: Value,
  offsets: Tensor,
  weights: Tensor,
  shape: GroupShape,
  weighting: PatchWeighting,
): Value {
  const { groups, channels, size, canvas } = shape;
  checkGroupShape(shape);
  patches.tensor.checkRange(0, groups * channels * size * size * 2);
  const shifted = graph.allocate("shifted weights", [groups, channels, canvas, canvas]);
  const factor = graph.allocate("merge factor", [groups, canvas, canvas]);
  recordMergeWeights(graph.plan, offsets, weights, shifted, factor, shape, weighting);
  const merged = graph.value("merged", [groups, canvas, canvas, 2]);
  const sizes = { channels, size, canvas, gridStep: gridStep(canvas) };
  const count = groups * canvas * canvas;
  graph.plan.run(
    mergeKernel,
    { offsets, source: patches.tensor, shifted, factor, result: merged.tensor },
    { count, ...sizes },
    count,
  );
  const free = (): void => [shifted, factor].forEach((tensor) => graph.release(tensor));
  if (!graph.training) free();
  graph.onBackward([merged], () => {
    const { gradient } = merged;
    if (gradient !== undefined) {
      graph.contribute(patches, false, (target) => {
        const count = groups * channels * size * size;
        const tensors = { offsets, source: gradient, shifted, factor, result: target };
        graph.plan.run(mergeBackward, tensors, { count, ...sizes }, count);
      });
    }
    free();
  });
  return merged;
}

/**
 * Cuts the patches of each group out of its canvas, each moved by its offset.
 *
 * @param canvas (groups, M, M, 2) f32.
 * @param offsets (groups, channels, 2) f32: (x, y) = group centre - position, px.
 * @returns patches, (groups, channels, N, N, 2) f32.
 * @throws {ShapeError} if a tensor is too small or the canvas is smaller than a patch.
 */
export function extractPatches(
  graph: Graph,
  canvas: Value,
  offsets: Tensor,
  shape: GroupShape,
): Value {
  const { groups, channels, size } = shape;
  checkGroupShape(shape);
  canvas.tensor.checkRange(0, groups * shape.canvas * shape.canvas * 2);
  offsets.checkRange(0, groups * channels * 2);
  const patches = graph.value("extracted", [groups, channels, size, size, 2]);
  const sizes = { channels, size, canvas: shape.canvas, gridStep: gridStep(shape.canvas) };
  const count = groups * channels * size * size;
  graph.plan.run(
    extractKernel,
    { offsets, source: canvas.tensor, result: patches.tensor },
    { count, ...sizes },
    count,
  );
  graph.onBackward([patches], () => {
    const { gradient } = patches;
    if (gradient === undefined) return;
    graph.contribute(canvas, false, (target) => {
      const count = groups * shape.canvas * shape.canvas;
      const tensors = { offsets, source: gradient, result: target };
      graph.plan.run(extractBackward, tensors, { count, ...sizes }, count);
    });
  });
  return patches;
}
