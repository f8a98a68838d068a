/**
 * The steps of LSQ-ML from the sums of a batch: one number for the object and one for the probe.
 *
 * @module
 */
import directionSource from "../../shaders/engines/lsqml_direction.wgsl" with { type: "text" };
import objectSource from "../../shaders/engines/lsqml_object.wgsl" with { type: "text" };
import tilePlaces from "../../shaders/engines/tiles.wgsl" with { type: "text" };
import source from "../../shaders/engines/lsqml.wgsl" with { type: "text" };
import sumsSource from "../../shaders/engines/lsqml_sums.wgsl" with { type: "text" };
import opaque from "../../shaders/lib/opaque.wgsl" with { type: "text" };
import powers from "../../shaders/lib/powers.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { canvasKernels, readsOften, stripAccess, stripLength, stripText } from "./canvas.ts";
import { type GatherBatch, type GatherSpace, probeStride } from "./gather.ts";
import { objectStep, recordObjectStep } from "./object_step.ts";
import type { EngineState } from "./state.ts";

const sumsTable = {
  source: sumsSource,
  entryPoint: "sums",
  params: {
    size: "u32",
    modes: "u32",
    columns: "u32",
    first: "u32",
    count: "u32",
    probeStride: "u32",
    directionStride: "u32",
  },
} as const;
/** Textures of the sums that read the canvas often; adapters need not have more than four. */
const TEXTURES = 5;
const sumsKernels = canvasKernels((_pairs, form) =>
  defineKernel({
    ...sumsTable,
    snippets: [powers, stripText(form), stripText(form, "steps")],
    label: `engines/lsqml_sums#sums ${form}`,
    bindings: {
      visits: "read",
      object: stripAccess(form),
      probe: "texel",
      chi: "texel",
      direction: "texel",
      steps: stripAccess(form),
      rowsOut: "read_write",
    },
  })
);
const table = {
  source,
  snippets: [opaque],
  params: {
    visits: "u32",
    count: "u32",
    withObject: "u32",
    withProbe: "u32",
    coupling: "f32",
    objectStep: "f32",
    probeStep: "f32",
  },
} as const;
const solveKernel = defineKernel({
  ...table,
  label: "engines/lsqml#solve",
  entryPoint: "solve",
  bindings: { table: "read", scalars: "read_write" },
  workgroup: 1,
});
const applyProbe = defineKernel({
  ...table,
  label: "engines/lsqml#apply_probe",
  entryPoint: "apply_probe",
  bindings: { known: "read", steps: "read", probeOut: "read_write" },
});
const applyObject = objectStep("texel", {
  source: objectSource,
  label: "engines/lsqml_object#apply_object",
  entryPoint: "apply_object",
  snippets: [],
  params: { modes: "u32", columns: "u32", rows: "u32", bins: "u32" },
});
const directKernel = defineKernel({
  source: directionSource,
  snippets: [tilePlaces],
  label: "engines/lsqml_direction#direct",
  entryPoint: "direct",
  bindings: { bins: "read", sums: "load", scalars: "read", direction: "store" },
  params: { columns: "u32", rows: "u32", bins: "u32", damping: "f32" },
  workgroup: 32,
});
/** Visits that share what is read of one probe, where reads are slow. */
const VISITS = 2;

/** Damping of the 2 x 2 systems, relative to the mean diagonal of a batch. */
const COUPLING = 0.1;

/** What the steps are made of. */
export interface LsqmlSteps {
  /** Visits, projected. */
  readonly batch: GatherBatch;
  /** Sums and peaks of the batch; the last two scalars receive the steps. */
  readonly space: GatherSpace;
  /** (count, 2, 4) of scratch. */
  readonly rows: Tensor;
  /** (rows, columns made even, 2) of scratch. */
  readonly objectDirection: Tensor;
  /** (K, N, N, 2): direction of the probe. */
  readonly direction: Tensor;
  /** The direction as every visit sees it, (count, K, N, N, 2), or `direction` itself. */
  readonly seen: Tensor;
  /** (K, N, N, 2): probe or spectrum that is changed; absent keeps the probe. */
  readonly probeOut: Tensor | undefined;
  /** True changes the object. */
  readonly objectOn: boolean;
  /** Damping of the object direction, relative to the largest illumination. */
  readonly damping: number;
  /** Factor on the optimal step of the object. */
  readonly objectStep: number;
  /** Factor on the optimal step of the probe. */
  readonly probeStep: number;
}

/** Records the steps of a batch. */
export function recordSteps(plan: Plan, state: EngineState, work: LsqmlSteps): void {
  const { batch, space, rows, objectDirection, direction, seen, probeOut, objectOn, damping } =
    work;
  const { object, gpu, shape } = state, { size, modes, columns } = shape;
  const { visits, first, count, probe, chi, binStart } = batch;
  const { scalars, objectSums } = space, plane = modes * size * size / 2;
  const often = readsOften(gpu.profile, shape, count);
  const enough = gpu.device.limits.maxStorageTexturesPerShaderStage >= TEXTURES;
  plan.run(
    directKernel,
    { bins: batch.bins, sums: objectSums, scalars, direction: objectDirection },
    { columns, rows: shape.rows, bins: binStart, damping },
    [batch.layout.tiles, 1, 1],
  );
  const stride = probeStride(state, batch) / 2, directionStride = seen === direction ? 0 : plane;
  const together = gpu.profile.texelReads && stride === 0 && directionStride === 0 ? VISITS : 1;
  const constants = { STRIP: stripLength(gpu.profile, size), VISITS: together };
  plan.run(
    { ...(often && enough ? sumsKernels.often : sumsKernels.seldom), constants },
    {
      visits,
      object,
      probe,
      chi,
      direction: seen,
      steps: objectDirection,
      rowsOut: rows,
    },
    { size, modes, columns, first, count, probeStride: stride, directionStride },
    [Math.ceil(count / together), 1, 1],
  );
  const params = {
    visits: count,
    count: plane,
    withObject: objectOn ? 1 : 0,
    withProbe: probeOut === undefined ? 0 : 1,
    coupling: COUPLING,
    objectStep: work.objectStep,
    probeStep: work.probeStep,
  };
  plan.run(solveKernel, { table: rows, scalars }, params, 1);
  if (objectOn) {
    const values = { modes, columns, rows: shape.rows, bins: binStart };
    recordObjectStep(plan, applyObject, state, batch, { sums: objectDirection, scalars }, values);
  }
  if (probeOut !== undefined) {
    plan.run(applyProbe, { known: direction, steps: scalars, probeOut }, params, plane);
  }
}
