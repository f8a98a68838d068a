/**
 * The first dispatch of a projection: the light on the object, transformed down the columns; where probes are
 * shifted, after the last half of their shift, which leaves the same columns in registers.
 *
 * @module
 */
import light128 from "../../shaders/engines/passes/light_128.wgsl" with { type: "text" };
import lightSource from "../../shaders/engines/passes/light.wgsl" with { type: "text" };
import shifted128 from "../../shaders/engines/passes/light_shifted_128.wgsl" with { type: "text" };
import shiftedSource from "../../shaders/engines/passes/light_shifted.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { Canvas } from "./canvas.ts";
import {
  byObject,
  GROUP,
  lanesConstants,
  OBJECT_ACCESS,
  objectForm,
  objectRows,
  PASS_SIZE,
  type PlaneAccess,
  planeRows,
  SHARE,
  shared,
} from "./pass_forms.ts";

const lights = byObject((form) =>
  defineKernel({
    label: `engines/passes/light#light ${PASS_SIZE} ${form}`,
    source: lightSource,
    snippets: [light128, objectRows("object", form), ...shared],
    entryPoint: "light",
    bindings: {
      visits: "read",
      object: OBJECT_ACCESS[form],
      probe: "texel",
      waves: "store_pairs",
      parts: "read_write",
    },
    params: { first: "u32", columns: "u32", probeStride: "u32" },
    workgroup: GROUP,
  })
);
const shiftedLights = (lines: PlaneAccess) =>
  byObject((form) =>
    defineKernel({
      label: `engines/passes/light_shifted#light ${PASS_SIZE} ${form} ${lines}`,
      source: shiftedSource,
      snippets: [shifted128, planeRows("source", lines), objectRows("object", form), ...shared],
      entryPoint: "light",
      bindings: {
        visits: "read",
        object: OBJECT_ACCESS[form],
        source: lines,
        probes: "store",
        waves: "store_pairs",
        parts: "read_write",
      },
      params: { first: "u32", columns: "u32" },
      workgroup: GROUP,
    })
  );
const shifted = { many: shiftedLights("texel"), one: shiftedLights("halves") };

/** What is lit. */
export interface LightWork {
  /** (visits, 8) words. */
  readonly visits: Tensor;
  /** (rows, columns, 2). */
  readonly object: Tensor;
  /** (N, N, 2) or (count, N, N, 2); receives the probes of the visits if there are `lines`. */
  readonly probe: Tensor;
  /** (count, N, N, 2): probes on half of their way, `probe` itself or, of one visit, another tensor. */
  readonly lines?: Tensor | undefined;
  /** (count, N, N, 2) f32: receives the waves. */
  readonly waves: Tensor;
  /** First visit. */
  readonly first: number;
  /** Visits. */
  readonly count: number;
  /** The canvas. */
  readonly canvas: Canvas;
  /** vec4 from the probe of one visit to that of the next, 0 for one probe. */
  readonly probeStride: number;
}

/** Records the light. @param parts (count * SHARE or more, 4): what is counted. */
export function recordLight(plan: Plan, work: LightWork, parts: Tensor): void {
  const { visits, object, probe, lines, waves, first, count, canvas, probeStride } = work;
  const { columns } = canvas, grid = [count * SHARE, 1, 1] as const;
  const read = objectForm(plan.gpu, canvas, count), constants = lanesConstants(plan.gpu, read);
  if (lines === undefined) {
    const params = { first, columns, probeStride };
    plan.run({ ...lights[read], constants }, { visits, object, probe, waves, parts }, params, grid);
  } else {
    const kernel = shifted[lines === probe ? "many" : "one"][read];
    const tensors = { visits, object, source: lines, probes: probe, waves, parts };
    plan.run({ ...kernel, constants }, tensors, { first, columns }, grid);
  }
}
