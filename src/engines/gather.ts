/**
 * Updates of object and probe summed over the visits of a batch.
 *
 * @module
 */
import gatherSource from "../../shaders/engines/gather.wgsl" with { type: "text" };
import peakSource from "../../shaders/engines/peak.wgsl" with { type: "text" };
import probeSource from "../../shaders/engines/probe_sums.wgsl" with { type: "text" };
import opaque from "../../shaders/lib/opaque.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { TileLayout } from "./batches.ts";
import type { EngineState, EngineView } from "./state.ts";

const objectTable = {
  source: gatherSource,
  snippets: [opaque],
  params: {
    size: "u32",
    modes: "u32",
    columns: "u32",
    rows: "u32",
    first: "u32",
    probeStride: "u32",
    tiles: "u32",
    bins: "u32",
    alpha: "f32",
    beta: "f32",
  },
  workgroup: 64,
} as const;
const objectSums = defineKernel({
  ...objectTable,
  label: "engines/gather#object_sums",
  entryPoint: "object_sums",
  bindings: {
    bins: "read",
    visits: "read",
    probe: "read",
    waves: "read",
    object: "read",
    numerators: "read_write",
    peaks: "read_write",
  },
});
const objectApply = defineKernel({
  ...objectTable,
  label: "engines/gather#object_apply",
  entryPoint: "object_apply",
  bindings: { bins: "read", visits: "read", sums: "read", scalars: "read", changed: "read_write" },
});
const peakKernel = defineKernel({
  source: peakSource,
  label: "engines/peak#peak",
  entryPoint: "peak",
  bindings: { values: "read", scalars: "read_write" },
  params: { count: "u32", slot: "u32" },
  workgroup: 256,
});
const probeTable = {
  source: probeSource,
  params: {
    size: "u32",
    modes: "u32",
    columns: "u32",
    first: "u32",
    visits: "u32",
    probeStride: "u32",
    alpha: "f32",
    beta: "f32",
  },
} as const;
const probeSums = defineKernel({
  ...probeTable,
  label: "engines/probe_sums#sums",
  entryPoint: "sums",
  bindings: {
    visits: "read",
    object: "read",
    probe: "read",
    waves: "read",
    weights: "read_write",
    numerators: "read_write",
  },
});
const probeTerms = defineKernel({
  ...probeTable,
  label: "engines/probe_sums#terms",
  entryPoint: "terms",
  bindings: {
    visits: "read",
    object: "read",
    probe: "read",
    waves: "read_write",
    weights: "read_write",
  },
});
const changing = {
  weights: "read",
  scalars: "read",
  known: "read",
  changed: "read_write",
} as const;
const probeScale = defineKernel({
  ...probeTable,
  label: "engines/probe_sums#scale",
  entryPoint: "scale",
  bindings: changing,
});
const probeApply = defineKernel({
  ...probeTable,
  label: "engines/probe_sums#apply",
  entryPoint: "apply",
  bindings: changing,
});
const probeCollect = defineKernel({
  ...probeTable,
  label: "engines/probe_sums#collect",
  entryPoint: "collect",
  bindings: changing,
});

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
  /** (2) f32: largest weight of the object, of the probe. */
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
  const { visits, bins, probe, waves, layout } = batch;
  plan.run(
    { ...objectSums, constants: { ONE_MODE: state.shape.modes === 1 ? 1 : 0 } },
    {
      bins,
      visits,
      probe,
      waves,
      object: state.object,
      numerators: space.objectSums,
      peaks: space.peaks,
    },
    objectParams(state, batch, { alpha: 1, beta: 0 }),
    [layout.tiles, 1, 1],
  );
  recordObjectPeak(plan, batch, space);
}

/** Records the largest weight of the object of a batch. */
export function recordObjectPeak(plan: Plan, { layout }: GatherBatch, space: GatherSpace): void {
  const tensors = { values: space.peaks, scalars: space.scalars };
  plan.run(peakKernel, tensors, { count: layout.tiles, slot: 0 }, [1, 1, 1]);
}

/** Records the change of the object from its sums. */
export function recordObjectApply(
  plan: Plan,
  state: EngineView,
  batch: GatherBatch,
  space: GatherSpace,
  rule: StepRule,
): void {
  plan.run(
    objectApply,
    {
      bins: batch.bins,
      visits: batch.visits,
      sums: space.objectSums,
      scalars: space.scalars,
      changed: state.object,
    },
    objectParams(state, batch, rule),
    [batch.layout.tiles, 1, 1],
  );
}

/** Records the sums for a probe that is the same for all visits. */
export function recordProbeSums(
  plan: Plan,
  state: EngineView,
  batch: GatherBatch,
  space: GatherSpace,
): void {
  const { size, modes } = state.shape;
  plan.run(
    probeSums,
    {
      visits: batch.visits,
      object: state.object,
      probe: batch.probe,
      waves: batch.waves,
      weights: space.weights,
      numerators: space.probeSums,
    },
    probeParams(state, batch, { alpha: 1, beta: 0 }),
    modes * size * size / 2,
  );
  recordWeightPeak(plan, state, space);
}

/** Records the change of the probe from its sums. */
export function recordProbeApply(
  plan: Plan,
  state: EngineView,
  batch: GatherBatch,
  space: GatherSpace,
  rule: StepRule,
): void {
  const { size, modes } = state.shape;
  plan.run(
    probeApply,
    {
      weights: space.weights,
      scalars: space.scalars,
      known: space.probeSums,
      changed: state.probe,
    },
    probeParams(state, batch, rule),
    modes * size * size / 2,
  );
}

/**
 * Records waves[v] = step * O* chi of each visit, for probes that differ between visits; with alpha 1
 * the step is left to `recordCollect`.
 */
export function recordProbeTerms(
  plan: Plan,
  state: EngineState,
  batch: GatherBatch,
  space: GatherSpace,
  rule: StepRule,
): void {
  const { size } = state.shape, count = size * size / 2;
  const { visits, probe, waves } = batch;
  const params = probeParams(state, batch, rule);
  const { weights, scalars } = space;
  plan.run(probeTerms, { visits, object: state.object, probe, waves, weights }, params, count);
  recordWeightPeak(plan, state, space);
  // Without local damping the step is one number, applied when the terms are added.
  if (rule.alpha === 1) return;
  plan.run(probeScale, { weights, scalars, known: weights, changed: waves }, params, count);
}

/**
 * Records target[m] += sum over `count` visits of waves[v, m].
 *
 * @param step multiplies the sum by beta / largest weight of the probe, for terms recorded with alpha 1.
 */
export function recordCollect(
  plan: Plan,
  state: EngineState,
  waves: Tensor,
  count: number,
  target: Tensor,
  step?: { readonly rule: StepRule; readonly space: GatherSpace },
): void {
  const { size, modes, columns } = state.shape;
  const beta = step === undefined ? -1 : step.rule.beta;
  const params = { size, modes, columns, first: 0, visits: count, probeStride: 0, alpha: 1, beta };
  const scalars = step?.space.scalars ?? waves;
  const tensors = { weights: waves, scalars, known: waves, changed: target };
  plan.run(probeCollect, tensors, params, modes * size * size / 2);
}

function recordWeightPeak(plan: Plan, state: EngineView, space: GatherSpace): void {
  const { size } = state.shape;
  plan.run(peakKernel, { values: space.weights, scalars: space.scalars }, {
    count: size * size,
    slot: 1,
  }, [1, 1, 1]);
}

function probeStride(state: EngineView, batch: GatherBatch): number {
  const { size, modes } = state.shape, plane = modes * size * size;
  return batch.probe.length === 2 * plane ? 0 : plane;
}

function objectParams(
  state: EngineView,
  batch: GatherBatch,
  rule: StepRule,
): Record<keyof typeof objectTable.params, number> {
  const { size, modes, rows, columns } = state.shape;
  return {
    size,
    modes,
    columns,
    rows,
    first: batch.first,
    probeStride: probeStride(state, batch),
    tiles: batch.layout.tiles,
    bins: batch.binStart,
    ...rule,
  };
}

function probeParams(
  state: EngineView,
  batch: GatherBatch,
  rule: StepRule,
): Record<keyof typeof probeTable.params, number> {
  const { size, modes, columns } = state.shape;
  return {
    size,
    modes,
    columns,
    first: batch.first,
    visits: batch.count,
    probeStride: probeStride(state, batch) / 2,
    ...rule,
  };
}

/** Allocates the work space of batches of a layout. */
export function gatherSpace(state: EngineState, layout: TileLayout): GatherSpace {
  const { size, modes, rows, columns } = state.shape, { gpu } = state;
  return {
    objectSums: gpu.tensor("object sums", [rows, columns, 4]),
    peaks: gpu.tensor("tile peaks", [layout.tiles]),
    probeSums: gpu.tensor("probe sums", [modes, size, size, 2]),
    weights: gpu.tensor("probe weights", [size, size]),
    scalars: gpu.tensor("peaks", [4]),
  };
}
