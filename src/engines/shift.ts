/**
 * Probes shifted by a fraction of a pixel, exactly, by a phase ramp in their spectrum.
 *
 * While probes are shifted their spectrum is the master copy: a change of a shifted probe is
 * transformed, turned back and added there, so a visit costs one transform each way.
 *
 * @module
 */
import source from "../../shaders/engines/shift.wgsl" with { type: "text" };
import transposeSource from "../../shaders/engines/passes/transpose.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import type { Gpu } from "../gpu/device.ts";
import { defineKernel, type Kernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { PASS_SIZE } from "./pass_forms.ts";
import { recordShiftPasses, recordUnshiftPasses } from "./shift_passes.ts";
import { TRANSFORM_SNIPPETS, transformConstants, transformWorkgroup } from "./project.ts";

const table = {
  source,
  snippets: TRANSFORM_SNIPPETS,
  bindings: { visits: "read", spectrum: "read_write", waves: "read_write" },
  params: { size: "u32", modes: "u32", first: "u32" },
} as const;
type ShiftKernel = Kernel<typeof table.bindings, typeof table.params>;
type Entry = "shift" | "unshift" | "unshift_add" | "analyse" | "synthesise";
const kernels = new Map<string, ShiftKernel>();

function shiftKernel(gpu: Gpu, size: number, entryPoint: Entry): ShiftKernel {
  const workgroup = transformWorkgroup(size, gpu.profile);
  const key = `${entryPoint} ${size} ${workgroup}`;
  let kernel = kernels.get(key);
  if (kernel === undefined) {
    kernel = defineKernel({
      ...table,
      label: `engines/shift#${entryPoint} ${size}`,
      entryPoint,
      constants: { ...transformConstants(size), WORKGROUP: workgroup },
      workgroup,
    });
    kernels.set(key, kernel);
  }
  return kernel;
}

/** Tensors of a shifted probe. */
export interface ShiftTensors {
  /** (visits, 8) words of `encodeVisits`. */
  readonly visits: Tensor;
  /** (K, N, N, 2) f32 spectrum of the probe, by `recordSpectrum`. */
  readonly spectrum: Tensor;
  /** (count, K, N, N, 2) f32. */
  readonly waves: Tensor;
}

/** Visits of a shift. */
export interface ShiftRange {
  /** N, px. */
  readonly size: number;
  /** K. */
  readonly modes: number;
  /** First visit. */
  readonly first: number;
  /** Visits. */
  readonly count: number;
}

/** True where lines in registers are faster than one dispatch for all. */
export function inPasses({ profile }: Gpu, { size }: Pick<ShiftRange, "size">): boolean {
  return profile.texelReads && size === PASS_SIZE;
}

/** Records waves[v] = probe shifted by the fraction of visit v. */
export function recordShift(plan: Plan, tensors: ShiftTensors, range: ShiftRange): void {
  if (inPasses(plan.gpu, range)) return recordShiftPasses(plan, tensors, range);
  const { size, modes, first, count } = range;
  const params = { size, modes, first };
  plan.run(shiftKernel(plan.gpu, size, "shift"), tensors, params, [count * modes, 1, 1]);
}

/**
 * Records the adjoint: waves[v] = spectrum of waves[v] shifted back.
 *
 * @param accumulate adds it to `spectrum` instead; for a single visit.
 */
export function recordUnshift(
  plan: Plan,
  tensors: ShiftTensors,
  range: ShiftRange,
  accumulate: boolean,
): void {
  if (inPasses(plan.gpu, range)) return recordUnshiftPasses(plan, tensors, range, accumulate);
  const { size, modes, first, count } = range;
  const kernel = shiftKernel(plan.gpu, size, accumulate ? "unshift_add" : "unshift");
  plan.run(kernel, tensors, { size, modes, first }, [count * modes, 1, 1]);
}

const transpose = defineKernel({
  source: transposeSource,
  snippets: [index],
  label: `engines/passes/transpose#transpose ${PASS_SIZE}`,
  entryPoint: "transpose",
  bindings: { planes: "read_write" },
  params: { count: "u32" },
  constants: { SIZE: PASS_SIZE },
});

/**
 * Records an orthonormal transform in place, into the order of shifts or back: that of the engines, transposed
 * where shifts take whole lines.
 *
 * @param waves (planes, N, N, 2) f32.
 * @param unused any other tensors of the range; they are bound, not touched.
 */
export function recordSpectrum(
  plan: Plan,
  waves: Tensor,
  unused: Omit<ShiftTensors, "waves">,
  size: number,
  planes: number,
  inverse: boolean,
): void {
  const kernel = shiftKernel(plan.gpu, size, inverse ? "synthesise" : "analyse");
  const params = { size, modes: 1, first: 0 }, count = planes * size * size;
  const turned = inPasses(plan.gpu, { size });
  if (turned && inverse) plan.run(transpose, { planes: waves }, { count }, count);
  plan.run(kernel, { ...unused, waves }, params, [planes, 1, 1]);
  if (turned && !inverse) plan.run(transpose, { planes: waves }, { count }, count);
}
