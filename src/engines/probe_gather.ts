/**
 * The probe's part of updates that are summed over the visits of a batch.
 *
 * @module
 */
import changedBuffer from "../../shaders/engines/changed_buffer.wgsl" with { type: "text" };
import changedTexels from "../../shaders/engines/changed_texels.wgsl" with { type: "text" };
import collectSource from "../../shaders/engines/probe_collect.wgsl" with { type: "text" };
import probeStepSource from "../../shaders/engines/probe_step.wgsl" with { type: "text" };
import probeSumsSource from "../../shaders/engines/probe_sums.wgsl" with { type: "text" };
import probeTermsSource from "../../shaders/engines/probe_terms.wgsl" with { type: "text" };
import weightsSource from "../../shaders/engines/probe_weights.wgsl" with { type: "text" };
import seenObject from "../../shaders/engines/seen_object.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import powers from "../../shaders/lib/powers.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { canvasKernels, stripAccess, stripLength, stripText } from "./canvas.ts";
import { fitting, type GatherBatch, type GatherSpace, type StepRule } from "./gather.ts";
import type { EngineState, EngineView } from "./state.ts";

const probeSums = canvasKernels((_pairs, form) =>
  defineKernel({
    source: probeSumsSource,
    snippets: [seenObject, powers, stripText(form)],
    label: `engines/probe_sums#sums ${form}`,
    entryPoint: "sums",
    bindings: {
      visits: "read",
      object: stripAccess(form),
      chi: "texel",
      weights: "read_write",
      numerators: "store",
      scalars: "read_write",
    },
    params: { size: "u32", modes: "u32", columns: "u32", first: "u32", visits: "u32" },
  })
);
const probeWeights = canvasKernels((_pairs, form) =>
  defineKernel({
    source: weightsSource,
    snippets: [seenObject, powers, stripText(form)],
    label: `engines/probe_weights#sum_weights ${form}`,
    entryPoint: "sum_weights",
    bindings: {
      visits: "read",
      object: stripAccess(form),
      weights: "read_write",
      scalars: "read_write",
    },
    params: { size: "u32", columns: "u32", first: "u32", visits: "u32" },
  })
);
const probeTerms = canvasKernels((object, form) =>
  defineKernel({
    source: probeTermsSource,
    snippets: [seenObject, powers, index],
    label: `engines/probe_terms#terms ${form}`,
    entryPoint: "terms",
    bindings: { visits: "read", object, chi: "texel", terms: "read_write" },
    params: { size: "u32", modes: "u32", columns: "u32", first: "u32", count: "u32" },
  })
);
const probeStep = {
  source: probeStepSource,
  params: { size: "u32", modes: "u32", visits: "u32", alpha: "f32", beta: "f32" },
} as const;
const stepBindings = {
  weights: "load",
  scalars: "read",
  known: "load",
  changed: "read_write",
} as const;
const probeScale = defineKernel({
  ...probeStep,
  snippets: [powers, changedBuffer],
  bindings: stepBindings,
  label: "engines/probe_step#scale",
  entryPoint: "scale",
});
const probeApply = {
  fromBuffers: defineKernel({
    ...probeStep,
    snippets: [powers, changedBuffer],
    bindings: stepBindings,
    label: "engines/probe_step#apply",
    entryPoint: "apply",
  }),
  fromTexels: defineKernel({
    ...probeStep,
    snippets: [powers, changedTexels],
    bindings: { ...stepBindings, old: "texel" },
    label: "engines/probe_step#apply texels",
    entryPoint: "apply",
  }),
};
const probeCollect = defineKernel({
  source: collectSource,
  label: "engines/probe_collect#collect",
  entryPoint: "collect",
  bindings: { scalars: "read", terms: "texel", spectrum: "read_write" },
  params: { count: "u32", visits: "u32", beta: "f32" },
});

/** Records the sums for a probe that is the same for all visits. */
export function recordProbeSums(
  plan: Plan,
  state: EngineView,
  batch: GatherBatch,
  space: GatherSpace,
): void {
  const { size, modes, columns } = state.shape, { visits, chi, first, count } = batch;
  const strip = stripLength(plan.gpu.profile, size), invocations = modes * size * size / 2 / strip;
  plan.run(
    { ...fitting(probeSums, plan, state, count), constants: { STRIP: strip } },
    {
      visits,
      object: state.object,
      chi,
      weights: space.weights,
      numerators: space.probeSums,
      scalars: space.scalars,
    },
    { size, modes, columns, first, visits: count },
    invocations,
  );
}

/** Records the change of the probe from its sums. */
export function recordProbeApply(
  plan: Plan,
  state: EngineView,
  batch: GatherBatch,
  space: GatherSpace,
  rule: StepRule,
): void {
  const { size, modes } = state.shape, { probe } = state, { weights, scalars, probeSums } = space;
  const tensors = { weights, scalars, known: probeSums, changed: probe };
  const params = { size, modes, visits: batch.count, ...rule }, quads = modes * size * size / 4;
  if (plan.gpu.profile.texelReads) {
    plan.run(probeApply.fromTexels, { ...tensors, old: probe }, params, quads);
  } else {
    plan.run(probeApply.fromBuffers, tensors, params, quads);
  }
}

/** Records the light of the object on the probe. */
export function recordProbeWeights(
  plan: Plan,
  state: EngineState,
  batch: GatherBatch,
  space: GatherSpace,
): void {
  const { size, columns } = state.shape, { visits, first, count } = batch;
  const strip = stripLength(plan.gpu.profile, size), invocations = size * size / 2 / strip;
  const tensors = {
    visits,
    object: state.object,
    weights: space.weights,
    scalars: space.scalars,
  };
  plan.run(
    { ...fitting(probeWeights, plan, state, count), constants: { STRIP: strip } },
    tensors,
    { size, columns, first, visits: count },
    invocations,
  );
}

/** Records terms[v] = O* chi of each visit, (count, K, N, N, 2), for probes that differ between visits. */
export function recordProbeTerms(
  plan: Plan,
  state: EngineState,
  batch: GatherBatch,
  terms: Tensor,
): void {
  const { size, modes, columns } = state.shape, { visits, chi, first } = batch;
  const count = batch.count * modes * size * size / 2;
  plan.run(
    fitting(probeTerms, plan, state, batch.count),
    { visits, object: state.object, chi, terms },
    { size, modes, columns, first, count },
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
  plan.run(probeScale, tensors, params, size * size / 4);
}

/**
 * Records target[m] += sum over `count` planes of each mode of waves[v, m].
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
