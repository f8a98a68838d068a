/**
 * The modulus projection in three dispatches, with whole lines in registers and waves that pass
 * through a texture, or those of one visit through uniform windows, which need no copy: about twice as
 * fast as one dispatch where reads from buffers are slow.
 *
 * @module
 */
import objectBuffer from "../../shaders/engines/passes/object_buffer.wgsl" with { type: "text" };
import correct128 from "../../shaders/engines/passes/correct_128.wgsl" with { type: "text" };
import correctSource from "../../shaders/engines/passes/correct.wgsl" with { type: "text" };
import counts from "../../shaders/engines/passes/counts.wgsl" with { type: "text" };
import light128 from "../../shaders/engines/passes/light_128.wgsl" with { type: "text" };
import lightSource from "../../shaders/engines/passes/light.wgsl" with { type: "text" };
import renewSource from "../../shaders/engines/passes/renew.wgsl" with { type: "text" };
import pieSteps from "../../shaders/engines/pie_steps.wgsl" with { type: "text" };
import renew128 from "../../shaders/engines/passes/renew_128.wgsl" with { type: "text" };
import restore128 from "../../shaders/engines/passes/restore_128.wgsl" with { type: "text" };
import restoreSource from "../../shaders/engines/passes/restore.wgsl" with { type: "text" };
import butterflies from "../../shaders/ops/fft_butterflies.wgsl" with { type: "text" };
import objectLanes from "../../shaders/engines/passes/object_lanes.wgsl" with { type: "text" };
import objectReads from "../../shaders/engines/passes/object_reads.wgsl" with { type: "text" };
import rowHalves from "../../shaders/engines/passes/row_halves.wgsl" with { type: "text" };
import rowTexel from "../../shaders/engines/passes/row_texel.wgsl" with { type: "text" };
import turns from "../../shaders/ops/fft_turns.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { type Canvas, readsOften } from "./canvas.ts";
import { modulusText, noiseConstants, type ProjectionNoise } from "./modulus.ts";

/** N of the planes that are projected this way. */
export const PASS_SIZE = 128;
/** Invocations of a workgroup; each has two lines. */
export const GROUP = 32;
/** Workgroups that share a plane. */
export const SHARE = PASS_SIZE / 2 / GROUP;

const shared = [counts, turns, butterflies];
/** How planes are read that the dispatch before has written: a single one needs no copy. */
export type PlaneAccess = "texel" | "halves";
/** Text that declares `name_row` of planes that are read in one of these ways. */
export function planeRows(name: string, access: PlaneAccess): string {
  return (access === "texel" ? rowTexel : rowHalves).replaceAll("NAME", name);
}

/** How the object is read: pair by pair from a texture or the buffer, or once for neighbours in a subgroup. */
type ObjectForm = "lanes" | "often" | "seldom";
const OBJECT_ACCESS = { lanes: "texel", often: "texel_pairs", seldom: "pairs" } as const;
function objectRows(name: string, form: ObjectForm): string {
  return (form === "lanes" ? objectLanes : objectReads).replaceAll("NAME", name);
}
function byObject<K>(make: (form: ObjectForm) => K): Record<ObjectForm, K> {
  return { lanes: make("lanes"), often: make("often"), seldom: make("seldom") };
}
/** The form that reads the canvas fastest; rows of a patch come in groups of 16, which lanes must divide. */
function objectForm({ profile }: Gpu, canvas: Canvas, count: number): ObjectForm {
  if (!readsOften(profile, canvas, count)) return "seldom";
  return profile.shuffles === 8 || profile.shuffles === 16 ? "lanes" : "often";
}
function lanesConstants({ profile }: Gpu, form: ObjectForm): Record<string, number> {
  return form === "lanes" ? { LANES: profile.shuffles } : {};
}

const lights = byObject((form) =>
  defineKernel({
    label: `engines/passes/light#light ${PASS_SIZE} ${form}`,
    source: lightSource,
    snippets: [light128, objectRows("object", form), ...shared],
    entryPoint: "light",
    bindings: {
      visits: "read",
      object: OBJECT_ACCESS[form],
      probe: "texel",
      waves: "store_pairs",
      parts: "read_write",
    },
    params: { first: "u32", columns: "u32", probeStride: "u32" },
    workgroup: GROUP,
  })
);
const correctKernel = (measured: "texel" | "load", halfway: PlaneAccess) =>
  defineKernel({
    label: `engines/passes/correct#correct ${PASS_SIZE} ${measured} ${halfway}`,
    source: correctSource,
    snippets: [correct128, modulusText, planeRows("halfway", halfway), ...shared],
    entryPoint: "correct",
    bindings: { visits: "read", measured, halfway, waves: "store_pairs", parts: "read_write" },
    params: { first: "u32", step: "f32" },
    workgroup: GROUP,
  });
/** Patterns that stay on the device are copied into a texture once; a window would be for every batch. */
const corrects = {
  constant: { many: correctKernel("texel", "texel"), one: correctKernel("texel", "halves") },
  windowed: { many: correctKernel("load", "texel"), one: correctKernel("load", "halves") },
};
const restore = defineKernel({
  label: `engines/passes/restore#restore ${PASS_SIZE}`,
  source: restoreSource,
  snippets: [restore128, planeRows("turned", "texel"), ...shared],
  entryPoint: "restore",
  bindings: { turned: "texel", waves: "store", parts: "read", stats: "read_write" },
  params: { first: "u32" },
  workgroup: GROUP,
});

const renewTable = {
  source: renewSource,
  entryPoint: "renew",
  bindings: {
    visits: "read",
    parts: "read",
    stats: "read_write",
    object: "read_write",
    changed: "store",
    turned: "halves",
    probeBefore: "texel",
  },
  params: {
    visit: "u32",
    columns: "u32",
    alphaObject: "f32",
    betaObject: "f32",
    alphaProbe: "f32",
    betaProbe: "f32",
  },
  workgroup: GROUP,
} as const;
const renewal = (form: ObjectForm) => ({
  ...renewTable,
  label: `engines/passes/renew#renew ${PASS_SIZE} ${form}`,
  snippets: [
    renew128,
    pieSteps,
    planeRows("turned", "halves"),
    form === "seldom" ? objectBuffer : objectRows("object_before", form),
    ...shared,
  ],
});
const renewalBefore = (form: "lanes" | "often") =>
  defineKernel({
    ...renewal(form),
    bindings: { ...renewTable.bindings, objectBefore: OBJECT_ACCESS[form] },
  });
const renewals = {
  lanes: renewalBefore("lanes"),
  often: renewalBefore("often"),
  seldom: defineKernel(renewal("seldom")),
};

/** What {@linkcode recordRenewal} changes. */
export interface Renewal {
  /** (N, N, 2): is changed; absent leaves the change of the probe of the visit in the waves. */
  readonly probeOut: Tensor | undefined;
  /** Damping and size of the steps. */
  readonly steps: Record<"alphaObject" | "betaObject" | "alphaProbe" | "betaProbe", number>;
}

/** What is projected: tensors and values of a projection, one mode. */
export interface PassWork {
  /** (visits, 8) words. */
  readonly visits: Tensor;
  /** (rows, columns, 2). */
  readonly object: Tensor;
  /** (N, N, 2) or (count, N, N, 2). */
  readonly probe: Tensor;
  /** Measured amplitudes in the order of the engines. */
  readonly measured: Tensor;
  /** (count, N, N, 2) f32: receives chi. */
  readonly waves: Tensor;
  /** (visits, 4) f32. */
  readonly stats: Tensor;
  /** First visit. */
  readonly first: number;
  /** Visits. */
  readonly count: number;
  /** The canvas. */
  readonly canvas: Canvas;
  /** vec4 from the probe of one visit to that of the next, 0 for one probe. */
  readonly probeStride: number;
  /** Noise model. */
  readonly noise: ProjectionNoise;
  /** Part of the way to the measured modulus. */
  readonly step: number;
}

/** Records a projection. Needs an adapter with texel reads: `waves` are read and written by one dispatch. */
export function recordPasses(plan: Plan, work: PassWork): void {
  const { waves, stats, first, count } = work, { arena } = plan.gpu;
  const parts = recordCorrected(plan, work, waves);
  plan.run(restore, { turned: waves, waves, parts, stats }, { first }, [count * SHARE, 1, 1]);
  arena.release(parts);
}

/** Records the projection of one visit and the update of object and probe in its last dispatch. */
export function recordRenewal(plan: Plan, work: PassWork, { probeOut, steps }: Renewal): void {
  const { visits, object, probe, waves, stats, first, canvas } = work, { arena } = plan.gpu;
  const turned = arena.allocate("turned waves", waves.shape);
  const parts = recordCorrected(plan, work, turned);
  const tensors = {
    visits,
    parts,
    stats,
    object,
    changed: probeOut ?? waves,
    turned,
    probeBefore: probe,
  };
  const params = { visit: first, columns: canvas.columns, ...steps }, grid = [SHARE, 1, 1] as const;
  const plain = steps.alphaObject === 1 && steps.alphaProbe === 1;
  const read = objectForm(plan.gpu, canvas, 1);
  const constants = {
    DIRECT: probeOut === undefined ? 0 : 1,
    PLAIN: plain ? 1 : 0,
    ...lanesConstants(plan.gpu, read),
  };
  if (read === "seldom") {
    plan.run({ ...renewals.seldom, constants }, tensors, params, grid);
  } else {
    const before = { ...tensors, objectBefore: object };
    plan.run({ ...renewals[read], constants }, before, params, grid);
  }
  arena.release(parts);
  arena.release(turned);
}

/**
 * Records the first two dispatches, which leave the waves in the midst, in `turned`; returns what they
 * counted. Those of one visit must be left in another tensor than `work.waves`, which is overwritten.
 */
function recordCorrected(plan: Plan, work: PassWork, turned: Tensor): Tensor {
  const { visits, object, probe, measured, waves, first, count } = work;
  const { canvas, probeStride, noise, step } = work, { columns } = canvas;
  const { arena } = plan.gpu, groups = count * SHARE, grid = [groups, 1, 1] as const;
  const parts = arena.allocate("projection counts", [2 * groups, 4]);
  const read = objectForm(plan.gpu, canvas, count);
  const light = { ...lights[read], constants: lanesConstants(plan.gpu, read) };
  plan.run(light, { visits, object, probe, waves, parts }, { first, columns, probeStride }, grid);
  const forms = measured.constant ? corrects.constant : corrects.windowed;
  const correct = turned === waves ? forms.many : forms.one;
  plan.run(
    {
      ...correct,
      constants: { ...noiseConstants(noise), LONG: plan.gpu.profile.lanes >= 16 ? 1 : 0 },
    },
    { visits, measured, halfway: waves, waves: turned, parts },
    { first, step },
    grid,
  );
  return parts;
}
