/**
 * Shifts of probes in two dispatches, with whole lines in registers, as `passes.ts` projects.
 *
 * @module
 */
import add from "../../shaders/engines/passes/add.wgsl" with { type: "text" };
import gather128 from "../../shaders/engines/passes/gather_128.wgsl" with { type: "text" };
import gatherSource from "../../shaders/engines/passes/gather.wgsl" with { type: "text" };
import put from "../../shaders/engines/passes/put.wgsl" with { type: "text" };
import termsSource from "../../shaders/engines/passes/terms.wgsl" with { type: "text" };
import shiftFirst from "../../shaders/engines/passes/shift_first_128.wgsl" with { type: "text" };
import shiftLast from "../../shaders/engines/passes/shift_last_128.wgsl" with { type: "text" };
import shiftSource from "../../shaders/engines/passes/shift.wgsl" with { type: "text" };
import unshiftFirst from "../../shaders/engines/passes/unshift_first_128.wgsl" with {
  type: "text",
};
import unshiftLast from "../../shaders/engines/passes/unshift_last_128.wgsl" with { type: "text" };
import unshiftSource from "../../shaders/engines/passes/unshift.wgsl" with { type: "text" };
import opaque from "../../shaders/lib/opaque.wgsl" with { type: "text" };
import butterflies from "../../shaders/ops/fft_butterflies.wgsl" with { type: "text" };
import turns from "../../shaders/ops/fft_turns.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { type Canvas, canvasKernels, readsOften } from "./canvas.ts";
import { GROUP, PASS_SIZE, type PlaneAccess, planeRows, SHARE } from "./pass_forms.ts";
import type { ShiftRange, ShiftTensors } from "./shift.ts";

const shiftTable = {
  source: shiftSource,
  entryPoint: "shift",
  params: { first: "u32", modes: "u32", axis: "u32", whole: "u32", scale: "f32" },
  workgroup: GROUP,
} as const;
const shift = defineKernel({
  ...shiftTable,
  label: `engines/passes/shift#shift ${PASS_SIZE} first`,
  snippets: [shiftFirst, planeRows("source", "texel"), turns, butterflies],
  bindings: { visits: "read", source: "texel", lines: "store_pairs" },
});
const shiftLastOf = (source: PlaneAccess) =>
  defineKernel({
    ...shiftTable,
    label: `engines/passes/shift#shift ${PASS_SIZE} last ${source}`,
    snippets: [shiftLast, planeRows("source", source), turns, butterflies],
    bindings: { visits: "read", source, lines: "store" },
  });
const shiftLasts = { many: shiftLastOf("texel"), one: shiftLastOf("halves") };

const unshiftTable = {
  source: unshiftSource,
  entryPoint: "unshift",
  params: { first: "u32", modes: "u32", axis: "u32", scale: "f32" },
  workgroup: GROUP,
} as const;
const unshiftFirstOf = (source: PlaneAccess) =>
  defineKernel({
    ...unshiftTable,
    label: `engines/passes/unshift#unshift ${PASS_SIZE} first ${source}`,
    snippets: [unshiftFirst, put, planeRows("source", source), turns, butterflies],
    bindings: { visits: "read", source, lines: "store_pairs" },
  });
const unshift = { many: unshiftFirstOf("texel"), one: unshiftFirstOf("halves") };
function unshiftLastOf(source: PlaneAccess) {
  const snippets = [unshiftLast, planeRows("source", source), turns, butterflies];
  const constants = { MANY: source === "texel" ? 1 : 0 };
  const bindings = { visits: "read", source, lines: "store" } as const;
  return {
    put: defineKernel({
      ...unshiftTable,
      label: `engines/passes/unshift#unshift ${PASS_SIZE} last ${source}`,
      snippets: [put, ...snippets],
      constants,
      bindings,
    }),
    add: defineKernel({
      ...unshiftTable,
      label: `engines/passes/unshift#unshift ${PASS_SIZE} last ${source} add`,
      snippets: [add, ...snippets],
      constants,
      bindings: { ...bindings, before: "texel" },
    }),
  };
}
const unshiftLasts = { many: unshiftLastOf("texel"), one: unshiftLastOf("halves") };

const gather = defineKernel({
  label: `engines/passes/gather#gather ${PASS_SIZE}`,
  source: gatherSource,
  snippets: [gather128, put, planeRows("source", "texel"), opaque, turns, butterflies],
  entryPoint: "gather",
  bindings: { visits: "read", source: "texel", lines: "store" },
  params: { first: "u32", modes: "u32", count: "u32", run: "u32", scale: "f32" },
  workgroup: GROUP,
});
/** Runs of visits that are added up side by side: two workgroups of each keep the threads of two cores busy. */
const RUNS = 4;

const termsKernels = canvasKernels((object, form) =>
  defineKernel({
    label: `engines/passes/terms#terms ${PASS_SIZE} ${form}`,
    source: termsSource,
    snippets: [unshiftFirst, put, turns, butterflies],
    entryPoint: "terms",
    bindings: {
      visits: "read",
      object,
      chi: "texel",
      lines: "store_pairs",
    },
    params: { first: "u32", modes: "u32", columns: "u32", scale: "f32" },
    workgroup: GROUP,
  })
);

/**
 * Where the lines between two dispatches lie, and how they are read: a single plane in halves, which its
 * reader may not write; more of them through a texture, written over the planes they come from.
 */
function between(plan: Plan, waves: Tensor, { count, modes }: ShiftRange) {
  const { arena } = plan.gpu, alone = count * modes === 1;
  const lines = alone ? arena.allocate("lines between", waves.shape) : waves;
  return {
    access: alone ? "one" : "many",
    lines,
    end: () => alone && arena.release(lines),
  } as const;
}

/** Records the first half of a shift of probes: the rows of their spectrum, taken back into `waves`. */
export function recordHalfShift(plan: Plan, tensors: ShiftTensors, range: ShiftRange): void {
  const { visits, spectrum: source, waves: lines } = tensors, { first, modes, count } = range;
  const params = { first, modes, axis: 1, whole: 1, scale: 1 };
  plan.run(shift, { visits, source, lines }, params, [count * modes * SHARE, 1, 1]);
}

/** Records waves[v] = probe shifted by the fraction of visit v. Needs an adapter with texel reads. */
export function recordShiftPasses(plan: Plan, tensors: ShiftTensors, range: ShiftRange): void {
  const { visits, waves } = tensors, { first, modes, count, size } = range;
  const grid = [count * modes * SHARE, 1, 1] as const,
    { access, lines, end } = between(plan, waves, range);
  recordHalfShift(plan, { ...tensors, waves: lines }, range);
  const after = { first, modes, axis: 0, whole: 0, scale: 1 / size };
  plan.run(shiftLasts[access], { visits, source: lines, lines: waves }, after, grid);
  end();
}

/** Records the adjoint, in place or added to the spectrum. Needs an adapter with texel reads. */
export function recordUnshiftPasses(
  plan: Plan,
  tensors: ShiftTensors,
  range: ShiftRange,
  accumulate: boolean,
): void {
  const { visits, spectrum, waves } = tensors, { first, modes, count, size } = range;
  const grid = [count * modes * SHARE, 1, 1] as const,
    { access, lines, end } = between(plan, waves, range);
  const kernels = unshiftLasts[access], before = { first, modes, axis: 0, scale: 1 };
  plan.run(unshift[access], { visits, source: waves, lines }, before, grid);
  const after = { first, modes, axis: 1, scale: 1 / size };
  if (accumulate) {
    plan.run(
      kernels.add,
      { visits, source: lines, lines: spectrum, before: spectrum },
      after,
      grid,
    );
  } else {
    plan.run(kernels.put, { visits, source: lines, lines: waves }, after, grid);
  }
  end();
}

/** What terms are made of; everything but `terms` is only read. */
export interface TermTensors {
  /** (visits, 8) words. */
  readonly visits: Tensor;
  /** (rows, columns, 2). */
  readonly object: Tensor;
  /** (count, K, N, N, 2): chi of the projection. */
  readonly chi: Tensor;
  /** (count, K, N, N, 2): scratch. */
  readonly terms: Tensor;
}

/** Planes whose sum is wanted, (count, K, N, N, 2). */
export interface Planes {
  /** The planes. */
  readonly tensor: Tensor;
  /** Planes of each mode. */
  readonly count: number;
  /** To be called when the sum is recorded. */
  readonly release: () => void;
}

/** Records the second dispatch of the adjoint of a batch where only the sum over its visits is wanted. */
export function recordGather(
  plan: Plan,
  visits: Tensor,
  source: Tensor,
  range: ShiftRange,
): Planes {
  const { first, modes, count, size } = range, run = Math.ceil(count / RUNS);
  const runs = Math.ceil(count / run), params = { first, modes, count, run, scale: 1 / size };
  const { arena } = plan.gpu, lines = arena.allocate("sums of lines", [runs, modes, size, size, 2]);
  plan.run(gather, { visits, source, lines }, params, [runs * modes * SHARE, 1, 1]);
  return { tensor: lines, count: runs, release: () => arena.release(lines) };
}

/** Records the adjoint of a batch for its sum; `waves` are overwritten. */
export function recordUnshiftSums(
  plan: Plan,
  visits: Tensor,
  waves: Tensor,
  range: ShiftRange,
): Planes {
  const { first, modes, count } = range, params = { first, modes, axis: 0, scale: 1 };
  const tensors = { visits, source: waves, lines: waves };
  plan.run(unshift.many, tensors, params, [count * modes * SHARE, 1, 1]);
  return recordGather(plan, visits, waves, range);
}

/** Records O* chi of each visit and, in the same dispatches, their shift back, for the sum of their spectra. */
export function recordTermsUnshift(
  plan: Plan,
  tensors: TermTensors,
  canvas: Canvas,
  range: ShiftRange,
): Planes {
  const { visits, object, chi, terms } = tensors, { first, modes, count } = range;
  const grid = [count * modes * SHARE, 1, 1] as const, { columns } = canvas;
  const often = readsOften(plan.gpu.profile, canvas, count);
  const kernel = often ? termsKernels.often : termsKernels.seldom;
  const params = { first, modes, columns, scale: 1 };
  plan.run(kernel, { visits, object, chi, lines: terms }, params, grid);
  return recordGather(plan, visits, terms, range);
}
