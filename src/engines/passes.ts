/**
 * The modulus projection in three dispatches, with whole lines in registers and waves that pass
 * through a texture: about twice as fast as one dispatch where reads from buffers are slow.
 *
 * @module
 */
import correct128 from "../../shaders/engines/passes/correct_128.wgsl" with { type: "text" };
import correctSource from "../../shaders/engines/passes/correct.wgsl" with { type: "text" };
import counts from "../../shaders/engines/passes/counts.wgsl" with { type: "text" };
import modulus from "../../shaders/engines/modulus.wgsl" with { type: "text" };
import light128 from "../../shaders/engines/passes/light_128.wgsl" with { type: "text" };
import lightSource from "../../shaders/engines/passes/light.wgsl" with { type: "text" };
import restore128 from "../../shaders/engines/passes/restore_128.wgsl" with { type: "text" };
import restoreSource from "../../shaders/engines/passes/restore.wgsl" with { type: "text" };
import butterflies from "../../shaders/ops/fft_butterflies.wgsl" with { type: "text" };
import turns from "../../shaders/ops/fft_turns.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { type Canvas, canvasKernels, readsOften } from "./canvas.ts";

/** N of the planes that are projected this way. */
export const PASS_SIZE = 128;
/** Invocations of a workgroup; each has two lines. */
export const GROUP = 32;
/** Workgroups that share a plane. */
export const SHARE = PASS_SIZE / 2 / GROUP;

const shared = [counts, turns, butterflies];
const lights = canvasKernels((object, form) =>
  defineKernel({
    label: `engines/passes/light#light ${PASS_SIZE} ${form}`,
    source: lightSource,
    snippets: [light128, ...shared],
    entryPoint: "light",
    bindings: { visits: "read", object, probe: "texel", waves: "read_write", parts: "read_write" },
    params: { first: "u32", columns: "u32", probeStride: "u32" },
    workgroup: GROUP,
  })
);
const correctKernel = (measured: "texel" | "load") =>
  defineKernel({
    label: `engines/passes/correct#correct ${PASS_SIZE} ${measured}`,
    source: correctSource,
    snippets: [correct128, modulus, ...shared],
    entryPoint: "correct",
    bindings: {
      visits: "read",
      measured,
      halfway: "texel",
      waves: "read_write",
      parts: "read_write",
    },
    params: { first: "u32", poisson: "u32", step: "f32" },
    workgroup: GROUP,
  });
/** Patterns that stay on the device are copied into a texture once; a window would be for every batch. */
const corrects = { constant: correctKernel("texel"), windowed: correctKernel("load") };
const restore = defineKernel({
  label: `engines/passes/restore#restore ${PASS_SIZE}`,
  source: restoreSource,
  snippets: [restore128, ...shared],
  entryPoint: "restore",
  bindings: { turned: "texel", waves: "read_write", parts: "read", stats: "read_write" },
  params: { first: "u32" },
  workgroup: GROUP,
});

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
  /** (count, N, N, 2) f32: receives the projected waves. */
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
  /** 1 for Poisson noise. */
  readonly poisson: number;
  /** Part of the way to the measured modulus. */
  readonly step: number;
}

/** Records a projection. Needs an adapter with texel reads: `waves` are read and written by one dispatch. */
export function recordPasses(plan: Plan, work: PassWork): void {
  const { visits, object, probe, measured, waves, stats, first, count } = work;
  const { canvas, probeStride, poisson, step } = work, { columns } = canvas;
  const { arena, profile } = plan.gpu, groups = count * SHARE, grid = [groups, 1, 1] as const;
  const parts = arena.allocate("projection counts", [2 * groups, 4]);
  const light = readsOften(profile, canvas, count) ? lights.often : lights.seldom;
  plan.run(light, { visits, object, probe, waves, parts }, { first, columns, probeStride }, grid);
  plan.run(
    measured.constant ? corrects.constant : corrects.windowed,
    { visits, measured, halfway: waves, waves, parts },
    { first, poisson, step },
    grid,
  );
  plan.run(restore, { turned: waves, waves, parts, stats }, { first }, grid);
  arena.release(parts);
}
