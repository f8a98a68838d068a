/**
 * Updates of object and probe summed over the visits of a batch.
 *
 * @module
 */
import applySource from "../../shaders/engines/object_apply.wgsl" with { type: "text" };
import sumsSource from "../../shaders/engines/object_sums.wgsl" with { type: "text" };
import collectSource from "../../shaders/engines/probe_collect.wgsl" with { type: "text" };
import peaksSource from "../../shaders/engines/peaks.wgsl" with { type: "text" };
import probeStepSource from "../../shaders/engines/probe_step.wgsl" with { type: "text" };
import probeSumsSource from "../../shaders/engines/probe_sums.wgsl" with { type: "text" };
import probeTermsSource from "../../shaders/engines/probe_terms.wgsl" with { type: "text" };
import weightsSource from "../../shaders/engines/probe_weights.wgsl" with { type: "text" };
import seenObject from "../../shaders/engines/seen_object.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import powers from "../../shaders/lib/powers.wgsl" with { type: "text" };
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
/** Invocations of a workgroup of the sums for the probe. */
const GROUP = 64;
/** Pairs of pixels of an invocation on software adapters, where planes are a multiple of GROUP * STRIP pairs. */
const STRIP = 2;
const peaksKernel = defineKernel({
  source: peaksSource,
  label: "engines/peaks#peaks",
  entryPoint: "peaks",
  bindings: { values: "read", others: "read", scalars: "read_write" },
  params: { count: "u32", others: "u32" },
});
const probeSums = canvasKernels((object, form) =>
  defineKernel({
    source: probeSumsSource,
    snippets: [seenObject, powers],
    label: `engines/probe_sums#sums ${form}`,
    entryPoint: "sums",
    bindings: {
      visits: "read",
      object,
      probe: "texel",
      waves: "texel",
      weights: "read_write",
      numerators: "read_write",
      peaks: "read_write",
    },
    params: { size: "u32", modes: "u32", columns: "u32", first: "u32", visits: "u32" },
  })
);
const probeWeights = canvasKernels((object, form) =>
  defineKernel({
    source: weightsSource,
    snippets: [seenObject, powers],
    label: `engines/probe_weights#sum_weights ${form}`,
    entryPoint: "sum_weights",
    bindings: { visits: "read", object, weights: "read_write", peaks: "read_write" },
    params: { size: "u32", columns: "u32", first: "u32", visits: "u32" },
  })
);
const probeTerms = canvasKernels((object, form) =>
  defineKernel({
    source: probeTermsSource,
    snippets: [seenObject, powers, index],
    label: `engines/probe_terms#terms ${form}`,
    entryPoint: "terms",
    bindings: { visits: "read", object, probe: "texel", waves: "texel", terms: "read_write" },
    params: {
      size: "u32",
      modes: "u32",
      columns: "u32",
      first: "u32",
      count: "u32",
      probeStride: "u32",
    },
  })
);
const probeStep = {
  source: probeStepSource,
  snippets: [powers],
  bindings: { weights: "read", scalars: "read", known: "read", changed: "read_write" },
  params: { size: "u32", modes: "u32", visits: "u32", alpha: "f32", beta: "f32" },
} as const;
const probeScale = defineKernel({
  ...probeStep,
  label: "engines/probe_step#scale",
  entryPoint: "scale",
});
const probeApply = defineKernel({
  ...probeStep,
  label: "engines/probe_step#apply",
  entryPoint: "apply",
});
const probeCollect = defineKernel({
  source: collectSource,
  label: "engines/probe_collect#collect",
  entryPoint: "collect",
  bindings: { scalars: "read", terms: "texel", spectrum: "read_write" },
  params: { count: "u32", visits: "u32", beta: "f32" },
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
 * @param others how many peaks the sums or terms of the probe have left, 0 if there are none.
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
function fitting<K>(kernels: CanvasKernels<K>, plan: Plan, state: EngineView, count: number): K {
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

/** Pairs of pixels of the probe that an invocation takes. */
function stripOf({ gpu }: Plan, size: number): number {
  return gpu.profile.software && size >= 64 ? STRIP : 1;
}

/** Records the sums for a probe that is the same for all visits; returns the number of their peaks. */
export function recordProbeSums(
  plan: Plan,
  state: EngineView,
  batch: GatherBatch,
  space: GatherSpace,
): number {
  const { size, modes, columns } = state.shape, { visits, probe, waves, first, count } = batch;
  const strip = stripOf(plan, size), invocations = modes * size * size / 2 / strip;
  plan.run(
    { ...fitting(probeSums, plan, state, count), constants: { STRIP: strip } },
    {
      visits,
      object: state.object,
      probe,
      waves,
      weights: space.weights,
      numerators: space.probeSums,
      peaks: space.weightPeaks,
    },
    { size, modes, columns, first, visits: count },
    invocations,
  );
  return Math.ceil(invocations / GROUP);
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
    { size, modes, visits: batch.count, ...rule },
    modes * size * size / 2,
  );
}

/** Records the light of the object on the probe; returns the number of its peaks. */
export function recordProbeWeights(
  plan: Plan,
  state: EngineState,
  batch: GatherBatch,
  space: GatherSpace,
): number {
  const { size, columns } = state.shape, { visits, first, count } = batch, pairs = size * size / 2;
  const tensors = {
    visits,
    object: state.object,
    weights: space.weights,
    peaks: space.weightPeaks,
  };
  const kernel = fitting(probeWeights, plan, state, count);
  plan.run(kernel, tensors, { size, columns, first, visits: count }, pairs);
  return Math.ceil(pairs / GROUP);
}

/** Records terms[v] = O* chi of each visit, (count, K, N, N, 2), for probes that differ between visits. */
export function recordProbeTerms(
  plan: Plan,
  state: EngineState,
  batch: GatherBatch,
  terms: Tensor,
): void {
  const { size, modes, columns } = state.shape, { visits, probe, waves, first } = batch;
  const count = batch.count * modes * size * size / 2, stride = probeStride(state, batch) / 2;
  plan.run(
    fitting(probeTerms, plan, state, batch.count),
    { visits, object: state.object, probe, waves, terms },
    { size, modes, columns, first, count, probeStride: stride },
    count,
  );
}

/** Records terms[v] *= step of each pixel, once the peaks are known. */
export function recordProbeScale(
  plan: Plan,
  state: EngineView,
  count: number,
  space: GatherSpace,
  rule: StepRule,
  terms: Tensor,
): void {
  const { size, modes } = state.shape, { weights, scalars } = space;
  const params = { size, modes, visits: count, ...rule };
  const tensors = { weights, scalars, known: weights, changed: terms };
  plan.run(probeScale, tensors, params, size * size / 2);
}

/**
 * Records target[m] += sum over `count` visits of waves[v, m].
 *
 * @param step multiplies the sum by beta / largest weight of the probe, for terms that are not scaled.
 */
export function recordCollect(
  plan: Plan,
  state: EngineState,
  waves: Tensor,
  count: number,
  target: Tensor,
  step?: { readonly rule: StepRule; readonly space: GatherSpace },
): void {
  const { size, modes } = state.shape;
  const beta = step === undefined ? -1 : step.rule.beta;
  const scalars = step?.space.scalars ?? waves, pairs = modes * size * size / 2;
  const tensors = { scalars, terms: waves, spectrum: target };
  plan.run(probeCollect, tensors, { count: pairs, visits: count, beta }, pairs);
}

function probeStride(state: EngineView, batch: GatherBatch): number {
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
    weightPeaks: gpu.tensor("probe weight peaks", [Math.ceil(modes * size * size / 2 / GROUP)]),
    scalars: gpu.tensor("peaks", [4]),
  };
}
