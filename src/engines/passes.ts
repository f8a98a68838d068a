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
import renewSource from "../../shaders/engines/passes/renew.wgsl" with { type: "text" };
import pieSteps from "../../shaders/engines/pie_steps.wgsl" with { type: "text" };
import renew128 from "../../shaders/engines/passes/renew_128.wgsl" with { type: "text" };
import restore128 from "../../shaders/engines/passes/restore_128.wgsl" with { type: "text" };
import restoreSource from "../../shaders/engines/passes/restore.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { type LightWork, recordLight } from "./light_passes.ts";
import {
  GROUP,
  lanesConstants,
  OBJECT_ACCESS,
  type ObjectForm,
  objectForm,
  objectRows,
  PASS_SIZE,
  type PlaneAccess,
  planeRows,
  SHARE,
  shared,
} from "./pass_forms.ts";
import { modulusText, noiseConstants, type ProjectionNoise } from "./modulus.ts";

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

/** What is projected: tensors and values of a projection, one mode. `waves` receive chi. */
export interface PassWork extends LightWork {
  /** Measured amplitudes in the order of the engines. */
  readonly measured: Tensor;
  /** (visits, 4) f32. */
  readonly stats: Tensor;
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
export function recordCorrected(plan: Plan, work: PassWork, turned: Tensor): Tensor {
  const { visits, measured, waves, first, count, noise, step } = work;
  const { arena } = plan.gpu, groups = count * SHARE, grid = [groups, 1, 1] as const;
  const parts = arena.allocate("projection counts", [2 * groups, 4]);
  recordLight(plan, work, parts);
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
