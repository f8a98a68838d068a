/**
 * Kernels of reconstructions with several slices.
 *
 * @module
 */
import phase from "../../shaders/engines/projection_phase.wgsl" with { type: "text" };
import source from "../../shaders/engines/slices.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import opaque from "../../shaders/lib/opaque.wgsl" with { type: "text" };
import { type Bindings, defineKernel, type Kernel } from "../gpu/kernel.ts";
import type { EngineShape } from "./state.ts";

const params = {
  count: "u32",
  size: "u32",
  modes: "u32",
  first: "u32",
  columns: "u32",
  kind: "u32",
  piece: "u32",
  alpha: "f32",
  factor: "f32",
} as const;

/** Parameters of the kernels of this file. */
export type SliceParams = { readonly [name in keyof typeof params]: number };

/** Parameters of a kernel of this file; what is not given is 0, the factor 1. */
export function sliceParams(
  { size, modes, columns }: EngineShape,
  values: Partial<SliceParams>,
): SliceParams {
  const rest = { count: 0, first: 0, kind: 0, piece: 0, alpha: 0, factor: 1 };
  return { size, modes, columns, ...rest, ...values };
}

function slices<const B extends Bindings>(
  entryPoint: string,
  bindings: B,
): Kernel<B, typeof params> {
  const label = `engines/slices#${entryPoint}`;
  return defineKernel({
    source,
    snippets: [index, opaque, phase],
    label,
    entryPoint,
    bindings,
    params,
  });
}

const patched = { visits: "read", source: "read", result: "read_write", object: "read" } as const;
/** result = conj(patch) * source. */
export const conjugate = slices("conjugate", patched);
/** result = source * patch + waves * patch of the direction. */
export const tangent = slices("tangent", { ...patched, waves: "read", tangents: "read" });
/** Spectra become what the noise model misses. */
export const residual = slices("residual", {
  visits: "read",
  measured: "read",
  order: "read",
  fields: "read_write",
  found: "read_write",
});
/** Sums become steps. */
export const direction = slices("direction", {
  weight: "read",
  range: "read",
  image: "read_write",
});
/** image += factor * step * direction. */
export const change = slices("change", { steps: "read", along: "read", image: "read_write" });
/** image = image * along. */
export const multiply = slices("multiply", { steps: "read", along: "read", image: "read_write" });
/** Products of the changes of a wave with what it misses. */
export const sums = slices("sums", {
  visits: "read",
  byObject: "read",
  byProbe: "read",
  chi: "read",
  totals: "read_write",
});
/** Mean least-squares steps. */
export const solve = slices("solve", { all: "read", solved: "read_write" });

const BETA1 = 0.9, BETA2 = 0.99;
/** Parameters of {@linkcode adam} that stay. */
export const ADAM = {
  beta1: BETA1,
  rest1: 1 - BETA1,
  beta2: BETA2,
  rest2: 1 - BETA2,
  stepSize: 0,
  rootCorrection: 1,
  epsilon: 1e-10,
  l2: 0,
  decay: 1,
} as const;

/** Parameters of step t, counted from 1. */
export function adamStep(rate: number, t: number): { stepSize: number; rootCorrection: number } {
  return { stepSize: rate / (1 - BETA1 ** t), rootCorrection: Math.sqrt(1 - BETA2 ** t) };
}
