/**
 * Shifts of probes in two dispatches, with whole lines in registers, as `passes.ts` projects.
 *
 * @module
 */
import add from "../../shaders/engines/passes/add.wgsl" with { type: "text" };
import put from "../../shaders/engines/passes/put.wgsl" with { type: "text" };
import termsSource from "../../shaders/engines/passes/terms.wgsl" with { type: "text" };
import shift128 from "../../shaders/engines/passes/shift_128.wgsl" with { type: "text" };
import shiftSource from "../../shaders/engines/passes/shift.wgsl" with { type: "text" };
import unshift128 from "../../shaders/engines/passes/unshift_128.wgsl" with { type: "text" };
import unshiftSource from "../../shaders/engines/passes/unshift.wgsl" with { type: "text" };
import butterflies from "../../shaders/ops/fft_butterflies.wgsl" with { type: "text" };
import turns from "../../shaders/ops/fft_turns.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { type Canvas, canvasKernels, readsOften } from "./canvas.ts";
import { GROUP, PASS_SIZE, SHARE } from "./passes.ts";
import type { ShiftRange, ShiftTensors } from "./shift.ts";

const shift = defineKernel({
  label: `engines/passes/shift#shift ${PASS_SIZE}`,
  source: shiftSource,
  snippets: [shift128, turns, butterflies],
  entryPoint: "shift",
  bindings: { visits: "read", source: "texel", lines: "store_pairs" },
  params: { first: "u32", modes: "u32", axis: "u32", whole: "u32", scale: "f32" },
  workgroup: GROUP,
});
const unshiftTable = {
  source: unshiftSource,
  entryPoint: "unshift",
  params: { first: "u32", modes: "u32", axis: "u32", scale: "f32" },
  workgroup: GROUP,
} as const;
const unshift = defineKernel({
  ...unshiftTable,
  label: `engines/passes/unshift#unshift ${PASS_SIZE}`,
  snippets: [unshift128, put, turns, butterflies],
  bindings: { visits: "read", source: "texel", lines: "store_pairs" },
});
const unshiftAdd = defineKernel({
  ...unshiftTable,
  label: `engines/passes/unshift#unshift ${PASS_SIZE} add`,
  snippets: [unshift128, add, turns, butterflies],
  bindings: { visits: "read", source: "texel", lines: "store_pairs", before: "texel" },
});

const termsKernels = canvasKernels((object, form) =>
  defineKernel({
    label: `engines/passes/terms#terms ${PASS_SIZE} ${form}`,
    source: termsSource,
    snippets: [unshift128, put, turns, butterflies],
    entryPoint: "terms",
    bindings: {
      visits: "read",
      object,
      probe: "texel",
      waves: "texel",
      lines: "store_pairs",
    },
    params: { first: "u32", modes: "u32", columns: "u32", scale: "f32" },
    workgroup: GROUP,
  })
);

/** Records waves[v] = probe shifted by the fraction of visit v. Needs an adapter with texel reads. */
export function recordShiftPasses(plan: Plan, tensors: ShiftTensors, range: ShiftRange): void {
  const { visits, spectrum, waves } = tensors, { first, modes, count, size } = range;
  const grid = [count * modes * SHARE, 1, 1] as const;
  const start = { first, modes, axis: 0, whole: 1, scale: 1 };
  plan.run(shift, { visits, source: spectrum, lines: waves }, start, grid);
  const end = { first, modes, axis: 1, whole: 0, scale: 1 / size };
  plan.run(shift, { visits, source: waves, lines: waves }, end, grid);
}

/** Records the adjoint, in place or added to the spectrum. Needs an adapter with texel reads. */
export function recordUnshiftPasses(
  plan: Plan,
  tensors: ShiftTensors,
  range: ShiftRange,
  accumulate: boolean,
): void {
  const { visits, spectrum, waves } = tensors, { first, modes, count, size } = range;
  const grid = [count * modes * SHARE, 1, 1] as const, source = waves;
  plan.run(unshift, { visits, source, lines: waves }, { first, modes, axis: 0, scale: 1 }, grid);
  const end = { first, modes, axis: 1, scale: 1 / size };
  if (accumulate) {
    plan.run(unshiftAdd, { visits, source, lines: spectrum, before: spectrum }, end, grid);
  } else {
    plan.run(unshift, { visits, source, lines: waves }, end, grid);
  }
}

/** What terms are made of; everything but `terms` is only read. */
export interface TermTensors {
  /** (visits, 8) words. */
  readonly visits: Tensor;
  /** (rows, columns, 2). */
  readonly object: Tensor;
  /** (count, K, N, N, 2): the probe of each visit. */
  readonly probe: Tensor;
  /** (count, K, N, N, 2): projected waves. */
  readonly waves: Tensor;
  /** (count, K, N, N, 2): receives the spectra of the terms, shifted back. */
  readonly terms: Tensor;
}

/** Records terms[v] = O* chi of each visit and, in the same dispatches, their shift back. */
export function recordTermsPasses(
  plan: Plan,
  tensors: TermTensors,
  canvas: Canvas,
  range: ShiftRange,
): void {
  const { visits, object, probe, waves, terms } = tensors, { first, modes, count, size } = range;
  const grid = [count * modes * SHARE, 1, 1] as const, { columns } = canvas;
  const often = readsOften(plan.gpu.profile, canvas, count);
  const kernel = often ? termsKernels.often : termsKernels.seldom;
  const params = { first, modes, columns, scale: 1 };
  plan.run(kernel, { visits, object, probe, waves, lines: terms }, params, grid);
  const end = { first, modes, axis: 1, scale: 1 / size };
  plan.run(unshift, { visits, source: terms, lines: terms }, end, grid);
}
