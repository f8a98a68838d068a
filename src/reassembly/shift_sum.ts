/**
 * Merging the patches of a group about the group's centre, as a step before plain shift-and-sum stitching.
 *
 * Kept for comparison with results of the original system; the product stitches every patch at its
 * own position instead, which neither clips nor blurs.
 *
 * @module
 */
import source from "../../shaders/reassembly/merge_group.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { checkTrim, trimStart } from "./weights.ts";

const mergeGroup = defineKernel({
  label: "reassembly/merge_group#merge_group",
  source,
  snippets: [index],
  entryPoint: "merge_group",
  bindings: { patches: "read", shifts: "read", weighted: "read_write" },
  params: { count: "u32", channels: "u32", frame: "u32", trim: "u32", start: "u32" },
});

/**
 * Records the merging of groups of patches.
 *
 * @param patches (G, C, N, N, 2) complex patches.
 * @param shifts (G, C, 2) position of each patch relative to its group's centre as (y, x), pixels.
 * @param weighted (G, trim, trim, 4) result, ready for `Stitcher.recordWeighted`; the weight is 1
 *   where the central half of any patch of the group reaches.
 * @throws {ShapeError} if the shapes do not fit.
 */
export function recordMergeGroups(
  plan: Plan,
  patches: Tensor,
  shifts: Tensor,
  weighted: Tensor,
): void {
  const [groups, channels, frame] = patches.shape, trim = weighted.shape[1];
  checkTrim(frame, trim);
  patches.expectShape(groups, channels, frame, frame, 2);
  shifts.expectShape(groups, channels, 2);
  weighted.expectShape(groups, trim, trim, 4);
  const count = groups * trim * trim;
  plan.run(
    mergeGroup,
    { patches, shifts, weighted },
    { count, channels, frame, trim, start: trimStart(frame, trim) },
    count,
  );
}
