/**
 * The steps of LSQ-ML from the products of a batch: one number for the object and one for the probe, solved for and
 * made in one dispatch.
 *
 * @module
 */
import canvasBuffer from "../../shaders/engines/canvas_buffer.wgsl" with { type: "text" };
import canvasTexels from "../../shaders/engines/canvas_texels.wgsl" with { type: "text" };
import source from "../../shaders/engines/lsqml_apply.wgsl" with { type: "text" };
import opaque from "../../shaders/lib/opaque.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { readsOften } from "./canvas.ts";
import type { GatherBatch } from "./gather.ts";
import type { EngineState } from "./state.ts";

const table = {
  source,
  entryPoint: "apply",
  params: {
    visits: "u32",
    parts: "u32",
    modes: "u32",
    columns: "u32",
    rows: "u32",
    bins: "u32",
    tiles: "u32",
    pairs: "u32",
    withObject: "u32",
    withProbe: "u32",
    coupling: "f32",
    objectStep: "f32",
    probeStep: "f32",
  },
  workgroup: 32,
} as const;
const bindings = {
  bins: "read",
  sums: "load",
  table: "read",
  known: "read",
  object: "read_write",
  probeOut: "read_write",
} as const;
const often = defineKernel({
  ...table,
  label: "engines/lsqml_apply#apply often",
  snippets: [opaque, canvasTexels],
  bindings: { ...bindings, sums: "texel", objectBefore: "texel_pairs" },
});
const seldom = defineKernel({
  ...table,
  label: "engines/lsqml_apply#apply seldom",
  snippets: [opaque, canvasBuffer],
  bindings,
});

/** Damping of the 2 x 2 systems, relative to the mean diagonal of a batch. */
const COUPLING = 0.1;
/** Workgroups of a software adapter, which takes them one by one and each of which solves for the steps. */
const GROUPS = 8;

/** What is changed, by what. */
export interface LsqmlChange {
  /** Visits. */
  readonly batch: GatherBatch;
  /** (count, parts, 2, 4): products of each visit. */
  readonly rows: Tensor;
  /** Rows of products that a visit has. */
  readonly parts: number;
  /** (rows, columns made even, 2): direction of the object. */
  readonly objectDirection: Tensor;
  /** (K, N, N, 2): direction of the probe. */
  readonly direction: Tensor;
  /** True changes the object. */
  readonly objectOn: boolean;
  /** (K, N, N, 2): probe or spectrum that is changed; absent keeps the probe. */
  readonly probeOut: Tensor | undefined;
  /** Any other tensor; it is bound in place of an absent one, not touched. */
  readonly unused: Tensor;
  /** Factor on the optimal step of the object. */
  readonly objectStep: number;
  /** Factor on the optimal step of the probe. */
  readonly probeStep: number;
}

/** Records the steps. */
export function recordLsqmlSteps(plan: Plan, state: EngineState, change: LsqmlChange): void {
  const { batch, rows, parts, objectDirection, direction, objectOn, probeOut, unused } = change;
  const { objectStep, probeStep } = change, { object, gpu, shape } = state;
  const { size, modes } = shape, { tiles } = batch.layout, { count, bins, binStart } = batch;
  const tensors = {
    bins,
    sums: objectDirection,
    table: rows,
    known: direction,
    object,
    probeOut: probeOut ?? unused,
  };
  const params = {
    visits: count,
    parts,
    modes,
    columns: shape.columns,
    rows: shape.rows,
    bins: binStart,
    tiles,
    pairs: modes * size * size / 2,
    withObject: objectOn ? 1 : 0,
    withProbe: probeOut === undefined ? 0 : 1,
    coupling: COUPLING,
    objectStep,
    probeStep,
  };
  const groups = [gpu.profile.texelReads ? Math.min(GROUPS, tiles) : tiles, 1, 1] as const;
  if (readsOften(gpu.profile, shape, count)) {
    plan.run(often, { ...tensors, objectBefore: object }, params, groups);
  } else {
    plan.run(seldom, tensors, params, groups);
  }
}
