/**
 * The object's part of updates that are summed over the visits of a batch.
 *
 * @module
 */
import applySource from "../../shaders/engines/object_apply.wgsl" with { type: "text" };
import sumsSource from "../../shaders/engines/object_sums.wgsl" with { type: "text" };
import tilePlaces from "../../shaders/engines/tiles.wgsl" with { type: "text" };
import opaque from "../../shaders/lib/opaque.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { type TileLayout, tileNumber } from "./batches.ts";
import { type CanvasKernels, readsOften } from "./canvas.ts";
import { objectStep, recordObjectStep } from "./object_step.ts";
import type { EngineState, EngineView } from "./state.ts";
import type { Sweeper } from "./sweep.ts";

const objectSums = defineKernel({
  source: sumsSource,
  snippets: [opaque, tilePlaces],
  label: `engines/object_sums#object_sums`,
  entryPoint: "object_sums",
  bindings: {
    bins: "read",
    members: "texel",
    probe: "texel",
    chi: "texel",
    numerators: "store_pairs",
    scalars: "read_write",
  },
  params: {
    size: "u32",
    modes: "u32",
    columns: "u32",
    rows: "u32",
    probeStride: "u32",
    bins: "u32",
    members: "u32",
  },
});
const objectApply = objectStep({
  source: applySource,
  label: "engines/object_apply#object_apply",
  entryPoint: "object_apply",
  snippets: [tilePlaces],
  params: { columns: "u32", rows: "u32", bins: "u32", alpha: "f32", beta: "f32" },
});

/** A batch whose projection is on the device. */
export interface GatherBatch {
  /** (visits, 8) words. */
  readonly visits: Tensor;
  /** First visit. */
  readonly first: number;
  /** Visits. */
  readonly count: number;
  /** Tiles of `binTiles`. */
  readonly bins: Tensor;
  /** First word of those of this batch. */
  readonly binStart: number;
  /** Members of `binTiles`. */
  readonly members: Tensor;
  /** First one of this batch. */
  readonly memberStart: number;
  /** Its layout. */
  readonly layout: TileLayout;
  /** (K, N, N, 2), or (count, K, N, N, 2) with a probe for each visit. */
  readonly probe: Tensor;
  /** (count, K, N, N, 2): chi of the projection. */
  readonly chi: Tensor;
}

/** Batch `k` of a block. @param probe of all visits or of each. @param chi of the projection. */
export function gatherBatch(
  sweeper: Sweeper,
  k: number,
  probe: Tensor,
  chi: Tensor,
): GatherBatch {
  const { visits, batch, bins, members, layout } = sweeper;
  return {
    visits,
    first: k * batch,
    count: batch,
    bins: bins!,
    binStart: k * layout.words,
    members: members!,
    memberStart: k * layout.members,
    layout,
    probe,
    chi,
  };
}

/** Work space of the sums. */
export interface GatherSpace {
  /** (tiles, 256, 4) f32, tiles of 16 x 16 row by row: sum P* chi, sum |P|^2. */
  readonly objectSums: Tensor;
  /** (K, N, N, 2) f32: sum O* chi. */
  readonly probeSums: Tensor;
  /** (N, N) f32: sum |O|^2. */
  readonly weights: Tensor;
  /** (4) f32, cleared for every batch: largest weight of the object, of the probe; the rest is free for the engine. */
  readonly scalars: Tensor;
}

/** Damping and size of a step: step beta / ((1 - alpha) weight + alpha max weight). */
export interface StepRule {
  /** 1 divides by the largest weight (ePIE), less by the local one (rPIE). */
  readonly alpha: number;
  /** Factor. */
  readonly beta: number;
}

/** Records the sums for the object; the object is not changed yet. */
export function recordObjectSums(
  plan: Plan,
  state: EngineState,
  batch: GatherBatch,
  space: GatherSpace,
): void {
  const { bins, members, probe, chi, layout, binStart, memberStart } = batch;
  const { size, modes, columns, rows } = state.shape;
  // Many columns share what is read of a visit; hardware wants many invocations instead.
  const pairs = plan.gpu.profile.texelReads ? 4 : 2, rowsEach = 2;
  plan.run(
    {
      ...objectSums,
      workgroup: 128 / rowsEach / pairs,
      constants: { ONE_MODE: modes === 1 ? 1 : 0, ROWS: rowsEach, PAIRS: pairs },
    },
    {
      bins,
      members,
      probe,
      chi,
      numerators: space.objectSums,
      scalars: space.scalars,
    },
    {
      size,
      modes,
      columns,
      rows,
      probeStride: probeStride(state, batch),
      bins: binStart,
      members: memberStart,
    },
    [layout.tiles, 1, 1],
  );
}

/** The form of a kernel that fits how often a batch reads the canvas. */
export function fitting<K>(
  kernels: CanvasKernels<K>,
  plan: Plan,
  state: EngineView,
  count: number,
): K {
  return readsOften(plan.gpu.profile, state.shape, count) ? kernels.often : kernels.seldom;
}

/** Records the change of the object from its sums. */
export function recordObjectApply(
  plan: Plan,
  state: EngineView,
  batch: GatherBatch,
  space: GatherSpace,
  rule: StepRule,
): void {
  const { rows, columns } = state.shape;
  const params = { columns, rows, bins: batch.binStart, ...rule };
  const change = { sums: space.objectSums, scalars: space.scalars };
  recordObjectStep(plan, objectApply, state, batch, change, params);
}

/** Complex numbers from the probe of one visit to that of the next, 0 for one probe. */
export function probeStride(state: EngineView, batch: GatherBatch): number {
  const { size, modes } = state.shape, plane = modes * size * size;
  return batch.probe.length === 2 * plane ? 0 : plane;
}

/** Allocates the work space of batches. */
export function gatherSpace(state: EngineState): GatherSpace {
  const { size, modes } = state.shape, { gpu } = state;
  return {
    objectSums: gpu.tensor("object sums", [tileNumber(state.shape), 256, 4]),
    probeSums: gpu.tensor("probe sums", [modes, size, size, 2]),
    weights: gpu.tensor("probe weights", [size, size]),
    scalars: gpu.tensor("scalars", [4]),
  };
}
