/**
 * The object's part of updates that are summed over the visits of a batch.
 *
 * @module
 */
import applySource from "../../shaders/engines/object_apply.wgsl" with { type: "text" };
import sumsSource from "../../shaders/engines/object_sums.wgsl" with { type: "text" };
import peaksSource from "../../shaders/engines/peaks.wgsl" with { type: "text" };
import opaque from "../../shaders/lib/opaque.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { TileLayout } from "./batches.ts";
import { type CanvasKernels, canvasKernels, readsOften } from "./canvas.ts";
import type { EngineState, EngineView } from "./state.ts";

const objectSums = defineKernel({
  source: sumsSource,
  snippets: [opaque],
  label: "engines/object_sums#object_sums",
  entryPoint: "object_sums",
  bindings: {
    bins: "read",
    visits: "read",
    probe: "texel",
    waves: "texel",
    object: "read",
    numerators: "read_write",
    peaks: "read_write",
  },
  params: {
    size: "u32",
    modes: "u32",
    columns: "u32",
    rows: "u32",
    first: "u32",
    probeStride: "u32",
    tiles: "u32",
    bins: "u32",
  },
  workgroup: 32,
});
const objectApply = canvasKernels((_object, form) =>
  defineKernel({
    source: applySource,
    label: `engines/object_apply#object_apply ${form}`,
    entryPoint: "object_apply",
    bindings: {
      bins: "read",
      sums: form === "often" ? "texel" : "load",
      scalars: "read",
      changed: "read_write",
    },
    params: { columns: "u32", rows: "u32", bins: "u32", alpha: "f32", beta: "f32" },
    workgroup: 32,
  })
);
const peaksKernel = defineKernel({
  source: peaksSource,
  label: "engines/peaks#peaks",
  entryPoint: "peaks",
  bindings: { values: "read", others: "read", scalars: "read_write" },
  params: { count: "u32", others: "u32" },
});
/** Invocations of a workgroup of the sums for the probe: each leaves one peak. */
export const PROBE_GROUP = 64;

/** A batch whose projected waves are on the device. */
export interface GatherBatch {
  /** (visits, 8) words. */
  readonly visits: Tensor;
  /** First visit. */
  readonly first: number;
  /** Visits. */
  readonly count: number;
  /** Tile lists and where the list of this batch starts. */
  readonly bins: Tensor;
  /** First word of the list. */
  readonly binStart: number;
  /** Its layout. */
  readonly layout: TileLayout;
  /** (K, N, N, 2), or (count, K, N, N, 2) with a probe for each visit. */
  readonly probe: Tensor;
  /** (count, K, N, N, 2) projected waves. */
  readonly waves: Tensor;
}

/** Work space of the sums. */
export interface GatherSpace {
  /** (rows, columns, 4) f32: sum P* chi, sum |P|^2. */
  readonly objectSums: Tensor;
  /** (tiles) f32. */
  readonly peaks: Tensor;
  /** (K, N, N, 2) f32: sum O* chi. */
  readonly probeSums: Tensor;
  /** (N, N) f32: sum |O|^2. */
  readonly weights: Tensor;
  /** (workgroups) f32: largest weight of each part of the probe. */
  readonly weightPeaks: Tensor;
  /** (4) f32: largest weight of the object, of the probe; the rest is free for the engine. */
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
  const { visits, bins, probe, waves, layout, first, binStart } = batch;
  const { size, modes, columns, rows } = state.shape;
  plan.run(
    { ...objectSums, constants: { ONE_MODE: modes === 1 ? 1 : 0 } },
    {
      bins,
      visits,
      probe,
      waves,
      object: state.object,
      numerators: space.objectSums,
      peaks: space.peaks,
    },
    {
      size,
      modes,
      columns,
      rows,
      first,
      probeStride: probeStride(state, batch),
      tiles: layout.tiles,
      bins: binStart,
    },
    [layout.tiles, 1, 1],
  );
}

/**
 * Records the largest weights of object and probe from the sums of both.
 *
 * @param others how many peaks the sums or weights of the probe have left, 0 if there are none.
 */
export function recordPeaks(
  plan: Plan,
  { layout }: GatherBatch,
  space: GatherSpace,
  others: number,
): void {
  const { peaks, weightPeaks, scalars } = space;
  const params = { count: layout.tiles, others };
  plan.run(peaksKernel, { values: peaks, others: weightPeaks, scalars }, params, [2, 1, 1]);
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
  plan.run(
    fitting(objectApply, plan, state, batch.count),
    {
      bins: batch.bins,
      sums: space.objectSums,
      scalars: space.scalars,
      changed: state.object,
    },
    { columns, rows, bins: batch.binStart, ...rule },
    [batch.layout.tiles, 1, 1],
  );
}

/** Complex numbers from the probe of one visit to that of the next, 0 for one probe. */
export function probeStride(state: EngineView, batch: GatherBatch): number {
  const { size, modes } = state.shape, plane = modes * size * size;
  return batch.probe.length === 2 * plane ? 0 : plane;
}

/** Allocates the work space of batches of a layout. */
export function gatherSpace(state: EngineState, layout: TileLayout): GatherSpace {
  const { size, modes, rows, columns } = state.shape, { gpu } = state;
  return {
    objectSums: gpu.tensor("object sums", [rows, columns, 4]),
    peaks: gpu.tensor("tile peaks", [layout.tiles]),
    probeSums: gpu.tensor("probe sums", [modes, size, size, 2]),
    weights: gpu.tensor("probe weights", [size, size]),
    weightPeaks: gpu.tensor("probe weight peaks", [
      Math.ceil(modes * size * size / 2 / PROBE_GROUP),
    ]),
    scalars: gpu.tensor("peaks", [4]),
  };
}
