/**
 * From the sums of a batch to the steps of LSQ-ML: direction of the object, products of every visit, steps.
 *
 * @module
 */
import directionSource from "../../shaders/engines/lsqml_direction.wgsl" with { type: "text" };
import tilePlaces from "../../shaders/engines/tiles.wgsl" with { type: "text" };
import sumsSource from "../../shaders/engines/lsqml_sums.wgsl" with { type: "text" };
import powers from "../../shaders/lib/powers.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { canvasKernels, readsOften, stripAccess, stripLength, stripText } from "./canvas.ts";
import { type GatherBatch, type GatherSpace, probeStride } from "./gather.ts";
import { recordLsqmlSteps } from "./lsqml_apply.ts";
import type { EngineState } from "./state.ts";
import { recordShiftedSums, SUM_PARTS } from "./sums_passes.ts";

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
const directKernel = defineKernel({
  source: directionSource,
  snippets: [tilePlaces],
  label: "engines/lsqml_direction#direct",
  entryPoint: "direct",
  bindings: { bins: "read", sums: "load", scalars: "read", direction: "store" },
  params: { columns: "u32", rows: "u32", bins: "u32", damping: "f32" },
  workgroup: 32,
});
/** Visits of a batch from which four instead of two share what is read of one probe, where reads are slow. */
const MANY = 32;

/** What the steps are made of. */
export interface LsqmlSteps {
  /** Visits, projected. */
  readonly batch: GatherBatch;
  /** Sums and peaks of the batch. */
  readonly space: GatherSpace;
  /** (count, SUM_PARTS, 2, 4) of scratch. */
  readonly rows: Tensor;
  /** (rows, columns made even, 2) of scratch. */
  readonly objectDirection: Tensor;
  /** (K, N, N, 2): direction of the probe. */
  readonly direction: Tensor;
  /** The direction as every visit sees it, (count, K, N, N, 2), or `direction` itself. */
  readonly seen: Tensor;
  /** True if `seen` is on half of its way (`ShiftedProbe.recordDirection`). */
  readonly half: boolean;
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
  const { batch, space, rows, objectDirection, seen, damping, half } = work;
  const { columns, rows: height } = state.shape, { bins, binStart, layout } = batch;
  const { scalars, objectSums: sums } = space;
  plan.run(
    directKernel,
    { bins, sums, scalars, direction: objectDirection },
    { columns, rows: height, bins: binStart, damping },
    [layout.tiles, 1, 1],
  );
  if (half) {
    recordShiftedSums(plan, state, { batch, lines: seen, steps: objectDirection, rows });
  } else {
    recordSums(plan, state, work);
  }
  recordLsqmlSteps(plan, state, { ...work, parts: half ? SUM_PARTS : 1, unused: space.weights });
}

/** Records the products of visits whose direction is there. */
function recordSums(plan: Plan, state: EngineState, work: LsqmlSteps): void {
  const { batch, rows, objectDirection, direction, seen } = work;
  const { object, gpu, shape } = state, { size, modes, columns } = shape;
  const { visits, first, count, probe, chi } = batch, plane = modes * size * size / 2;
  const often = readsOften(gpu.profile, shape, count);
  const enough = gpu.device.limits.maxStorageTexturesPerShaderStage >= TEXTURES;
  const stride = probeStride(state, batch) / 2, directionStride = seen === direction ? 0 : plane;
  const alike = gpu.profile.texelReads && stride === 0 && directionStride === 0;
  const together = !alike ? 1 : count >= MANY ? 4 : 2;
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
}
