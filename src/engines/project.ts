/**
 * The modulus projection: the change chi = psi' - psi of exit waves that gives their diffraction the
 * measured amplitude.
 *
 * One dispatch illuminates, transforms, replaces the modulus and transforms back, one workgroup a
 * pattern, because a dispatch costs more than a stage of a transform where patterns come one by one.
 * Hardware goes through memory stage by stage with many invocations; a software adapter takes whole
 * lines of 64 at a time, or of 128 in three dispatches, where there is one mode.
 *
 * @module
 */
import source from "../../shaders/engines/project.wgsl" with { type: "text" };
import powers from "../../shaders/lib/powers.wgsl" with { type: "text" };
import rows from "../../shaders/engines/rows.wgsl" with { type: "text" };
import lineSource from "../../shaders/engines/lines/project.wgsl" with { type: "text" };
import line64 from "../../shaders/engines/lines/line_64.wgsl" with { type: "text" };
import transform from "../../shaders/engines/transform.wgsl" with { type: "text" };
import turns from "../../shaders/ops/fft_turns.wgsl" with { type: "text" };
import butterflies from "../../shaders/ops/fft_butterflies.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import type { AdapterProfile } from "../gpu/device.ts";
import { defineKernel, type Kernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { modulusText, noiseConstants, type ProjectionNoise } from "./modulus.ts";
import { PASS_SIZE } from "./pass_forms.ts";
import { recordPasses, recordRenewal, type Renewal } from "./passes.ts";
import type { Planes } from "./shift_passes.ts";
import { stageRadices } from "./spectrum.ts";
import { type EngineView, VISIT_WORDS } from "./state.ts";
import { recordTermsPasses } from "./terms_passes.ts";

/** Texts a kernel with an in-place transform consists of, besides its own. */
export const TRANSFORM_SNIPPETS: readonly string[] = [transform, turns, rows, powers, butterflies];

/** What {@linkcode recordProjection} works on. */
export interface Projection {
  /** (visits, 8) words of `encodeVisits`. */
  readonly visits: Tensor;
  /** First visit of this dispatch. */
  readonly first: number;
  /** Visits, one plane of `waves` each. */
  readonly count: number;
  /** (K, N, N, 2), or (count, K, N, N, 2) with a probe for each visit. */
  readonly probe: Tensor;
  /** Of probes on half of their way (`ShiftedProbe.recordProbes`), which are then written: one mode. */
  readonly lines?: Tensor | undefined;
  /** (count, K, N, N, 2) f32: receives chi. */
  readonly waves: Tensor;
  /** (visits, 4) f32: error, max sum |P|^2, max |O|^2, predicted energy, for each visit. */
  readonly stats: Tensor;
  /** Default `amplitude`. */
  readonly noise?: ProjectionNoise;
  /** 1 replaces the modulus; less moves towards it. Default 1, or 0.5 for Poisson noise. */
  readonly step?: number;
}

/** Overrides of a kernel that transforms planes of N x N in place. */
export function transformConstants(size: number): Record<string, number> {
  const radices = stageRadices(size);
  return { FIRST: radices[0], LAST: radices[radices.length - 1], STAGES: radices.length };
}

/** Invocations that share a plane; a stage of the smallest radix has N^2 / 32 butterflies. */
export function transformWorkgroup(size: number, profile: AdapterProfile): number {
  const most = profile.software ? 64 : 256;
  const radices = stageRadices(size);
  return Math.min(most, size * size / (2 * Math.max(...radices)));
}

const table = {
  entryPoint: "project",
  bindings: {
    visits: "read",
    object: "read",
    probe: "read",
    measured: "read",
    waves: "read_write",
    stats: "read_write",
  },
  params: {
    size: "u32",
    first: "u32",
    columns: "u32",
    probeStride: "u32",
    step: "f32",
  },
} as const;
type ProjectKernel = Kernel<typeof table.bindings, typeof table.params>;
const kernels = new Map<string, ProjectKernel>();

/** Whole lines, for adapters on which reads from a buffer are slow. */
const lines = defineKernel({
  ...table,
  source: lineSource,
  snippets: [line64, modulusText, turns, butterflies],
  label: "engines/lines/project#project 64",
  workgroup: 32,
});

/** The kernel that projects fastest on an adapter, in one dispatch. */
function projectKernel(size: number, modes: number, profile: AdapterProfile): ProjectKernel {
  if (size === 64 && modes === 1 && profile.texelReads) return lines;
  const workgroup = transformWorkgroup(size, profile);
  const key = `${size} ${modes} ${workgroup}`;
  let kernel = kernels.get(key);
  if (kernel === undefined) {
    kernel = defineKernel({
      ...table,
      source,
      snippets: [...TRANSFORM_SNIPPETS, modulusText],
      label: `engines/project#project ${size}x${modes}`,
      constants: { ...transformConstants(size), MODES: modes, WORKGROUP: workgroup },
      workgroup,
    });
    kernels.set(key, kernel);
  }
  return kernel;
}

/**
 * Records waves = F^-1[(f - 1) F(probe * patch)] for some visits, and their statistics.
 *
 * @throws {ShapeError} if a tensor is too small.
 */
export function recordProjection(plan: Plan, state: EngineView, projection: Projection): void {
  const { size, modes } = state.shape, { count } = projection, { profile } = plan.gpu;
  const { tensors, params, ...rest } = prepare(state, projection), { noise } = rest;
  if (inPasses(plan, state)) {
    recordPasses(plan, { ...tensors, ...params, ...rest, count, canvas: state.shape });
  } else {
    const kernel = projectKernel(size, modes, profile);
    const constants = { ...kernel.constants, ...noiseConstants(noise) };
    plan.run({ ...kernel, constants }, tensors, params, [count, 1, 1]);
  }
}

/**
 * Records a projection and the terms O* chi of shifted probes on their way back to the spectrum, where both
 * share a dispatch.
 *
 * @param terms (count, K, N, N, 2) of scratch.
 * @returns planes for the sum of the terms, or undefined if nothing was recorded.
 * @throws {ShapeError} if a tensor is too small.
 */
export function recordProjectedTerms(
  plan: Plan,
  state: EngineView,
  projection: Projection,
  terms: Tensor,
): Planes | undefined {
  if (!inPasses(plan, state)) return undefined;
  const { tensors, params, ...rest } = prepare(state, projection), { count } = projection;
  return recordTermsPasses(
    plan,
    { ...tensors, ...params, ...rest, count, canvas: state.shape },
    terms,
  );
}

/**
 * Records the projection of one visit together with the update of object and probe, where that is one
 * dispatch less.
 *
 * @returns false if nothing was recorded: the update needs a dispatch of its own.
 * @throws {ShapeError} if a tensor is too small.
 */
export function recordProjectedUpdate(
  plan: Plan,
  state: EngineView,
  projection: Projection,
  renewal: Renewal,
): boolean {
  if (!inPasses(plan, state) || projection.count !== 1) return false;
  const { tensors, params, ...rest } = prepare(state, projection);
  recordRenewal(plan, { ...tensors, ...params, ...rest, count: 1, canvas: state.shape }, renewal);
  return true;
}

function inPasses({ gpu }: Plan, { shape }: EngineView): boolean {
  return shape.size === PASS_SIZE && shape.modes === 1 && gpu.profile.texelReads;
}

function prepare({ object, measured, shape }: EngineView, projection: Projection) {
  const { size, modes, columns } = shape, plane = modes * size * size * 2;
  const { visits, first, count, probe, lines, waves, stats, noise = "amplitude" } = projection;
  visits.checkRange(VISIT_WORDS * first, VISIT_WORDS * count);
  stats.checkRange(4 * first, 4 * count);
  waves.checkRange(0, count * plane);
  if (probe.length !== plane && probe.length < count * plane) {
    throw new ShapeError(`Cannot illuminate ${count} patches with a probe of ${probe.length}`);
  }
  return {
    tensors: { visits, object, probe, measured, waves, stats },
    params: {
      size,
      first,
      columns,
      probeStride: probe.length === plane ? 0 : plane / 4,
      step: projection.step ?? (noise === "poisson" ? 0.5 : 1),
    },
    noise,
    lines,
  };
}
