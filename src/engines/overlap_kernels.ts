/**
 * Kernels that add what the waves of many positions say about object and probe.
 *
 * @module
 */
import overlapSource from "../../shaders/engines/projection_overlap.wgsl" with { type: "text" };
import phase from "../../shaders/engines/projection_phase.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import opaque from "../../shaders/lib/opaque.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";

const overlap = {
  source: overlapSource,
  snippets: [index, opaque, phase],
  params: {
    count: "u32",
    size: "u32",
    modes: "u32",
    first: "u32",
    visits: "u32",
    columns: "u32",
    own: "u32",
    inertia: "f32",
  },
} as const;
/** Parameters of the kernels of this file. */
export type OverlapParams = { readonly [name in keyof typeof overlap.params]: number };

/** Adds conj(probe) * wave and |probe|^2 of one visit. */
export const addObject = defineKernel({
  ...overlap,
  label: "engines/projection_overlap#add_object",
  entryPoint: "add_object",
  bindings: {
    visits: "read",
    waves: "read",
    probes: "read",
    top: "read_write",
    weight: "read_write",
  },
});
/** Largest value and mean of those above 0. */
export const extent = defineKernel({
  ...overlap,
  label: "engines/projection_overlap#extent",
  entryPoint: "extent",
  bindings: { values: "read", extents: "read_write" },
});
/** Adds spectra moved back. */
export const addProbe = defineKernel({
  ...overlap,
  label: "engines/projection_overlap#add_probe",
  entryPoint: "add_probe",
  bindings: { visits: "read", waves: "read", spectrum: "read_write" },
});
/** Adds |patch|^2. */
export const addWeight = defineKernel({
  ...overlap,
  label: "engines/projection_overlap#add_weight",
  entryPoint: "add_weight",
  bindings: { visits: "read", object: "read", power: "read_write" },
});
const finish = {
  numerator: "read",
  denominator: "read",
  range: "read",
  image: "read_write",
} as const;
/** Object from its sums. */
export const finishObject = defineKernel({
  ...overlap,
  label: "engines/projection_overlap#finish_object",
  entryPoint: "finish_object",
  bindings: finish,
});
/** Step of the probe from its sums. */
export const finishProbe = defineKernel({
  ...overlap,
  label: "engines/projection_overlap#finish_probe",
  entryPoint: "finish_probe",
  bindings: finish,
});
