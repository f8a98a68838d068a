/**
 * The update of object and probe after one visit.
 *
 * @module
 */
import buffers from "../../shaders/engines/pie_buffers.wgsl" with { type: "text" };
import canvasBuffer from "../../shaders/engines/canvas_buffer.wgsl" with { type: "text" };
import canvasTexels from "../../shaders/engines/canvas_texels.wgsl" with { type: "text" };
import source from "../../shaders/engines/pie_single.wgsl" with { type: "text" };
import texels from "../../shaders/engines/pie_texels.wgsl" with { type: "text" };
import steps from "../../shaders/engines/pie_steps.wgsl" with { type: "text" };
import powers from "../../shaders/lib/powers.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { ParamValues, Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { readsOften } from "./canvas.ts";
import type { EngineView } from "./state.ts";

/** Whose change: that of the probe itself, or that of a copy, left in place of chi. */
export type SingleForm = "direct" | "shifted";

const params = {
  size: "u32",
  modes: "u32",
  columns: "u32",
  visit: "u32",
  alphaObject: "f32",
  betaObject: "f32",
  alphaProbe: "f32",
  betaProbe: "f32",
} as const;
const bindings = {
  visits: "read",
  stats: "read",
  object: "read_write",
  probe: "read_write",
  chi: "read_write",
} as const;
/** Pairs of pixels that one invocation of a software adapter updates. */
const STRIP = 16;

const shared = [steps, powers];

function kernels(entryPoint: SingleForm) {
  const table = { source, entryPoint, params };
  const fromTexels = {
    ...table,
    bindings: { ...bindings, probeBefore: "texel", chiBefore: "texel" },
    constants: { STRIP },
  } as const;
  return {
    fromBuffers: defineKernel({
      ...table,
      label: `engines/pie_single#${entryPoint}`,
      snippets: [buffers, canvasBuffer, ...shared],
      bindings,
    }),
    often: defineKernel({
      ...fromTexels,
      label: `engines/pie_single#${entryPoint} often`,
      snippets: [texels, canvasTexels, ...shared],
      bindings: { ...fromTexels.bindings, objectBefore: "texel_pairs" },
    }),
    seldom: defineKernel({
      ...fromTexels,
      label: `engines/pie_single#${entryPoint} seldom`,
      snippets: [texels, canvasBuffer, ...shared],
    }),
  };
}
const forms = { direct: kernels("direct"), shifted: kernels("shifted") };

/** Tensors of an update. */
export interface SingleTensors {
  /** (visits, 8) words. */
  readonly visits: Tensor;
  /** (visits, 4) f32 of the projection. */
  readonly stats: Tensor;
  /** (rows, columns, 2): is changed. */
  readonly object: Tensor;
  /** (K, N, N, 2): is changed by the direct form. */
  readonly probe: Tensor;
  /** (K, N, N, 2): chi of the projection; the shifted form leaves the change of the probe here. */
  readonly chi: Tensor;
}

/** Records the update of one visit. */
export function recordSingleUpdate(
  plan: Plan,
  form: SingleForm,
  state: EngineView,
  tensors: SingleTensors,
  values: ParamValues<typeof params>,
): void {
  const { fromBuffers, often, seldom } = forms[form], pairs = values.size * values.size / 2;
  const { profile } = plan.gpu, { object, probe, chi } = tensors;
  const before = { ...tensors, probeBefore: probe, chiBefore: chi };
  if (!profile.texelReads) plan.run(fromBuffers, { ...tensors }, values, pairs);
  else if (readsOften(profile, state.shape, 1)) {
    plan.run(often, { ...before, objectBefore: object }, values, pairs / STRIP);
  } else {
    plan.run(seldom, before, values, pairs / STRIP);
  }
}
