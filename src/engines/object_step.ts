/**
 * Kernels that change the object tile by tile, from the sums of a batch.
 *
 * @module
 */
import canvasBuffer from "../../shaders/engines/canvas_buffer.wgsl" with { type: "text" };
import canvasTexels from "../../shaders/engines/canvas_texels.wgsl" with { type: "text" };
import { defineKernel, type Kernel, type Params } from "../gpu/kernel.ts";
import type { ParamValues, Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { readsOften } from "./canvas.ts";
import type { GatherBatch } from "./gather.ts";
import type { EngineView } from "./state.ts";

const seldomBindings = {
  bins: "read",
  sums: "load",
  scalars: "read",
  object: "read_write",
} as const;
const oftenBindings = { ...seldomBindings, objectBefore: "texel_pairs" } as const;

/** Such a kernel in two forms: before its step the object is read from a texture, or from its buffer. */
export interface ObjectStep<P extends Params> {
  /** For canvases that are copied for a batch. */
  readonly often: Kernel<typeof oftenBindings, P>;
  /** For others. */
  readonly seldom: Kernel<typeof seldomBindings, P>;
}

/** Both forms of a kernel; the snippets are those it needs besides. */
export function objectStep<const P extends Params>(
  table: Pick<Kernel<never, P>, "label" | "source" | "entryPoint" | "params"> & {
    readonly snippets: readonly string[];
  },
): ObjectStep<P> {
  const form = (name: string, reading: string) => ({
    ...table,
    label: `${table.label} ${name}`,
    snippets: [...table.snippets, reading],
    workgroup: 32,
  });
  return {
    often: defineKernel({ ...form("often", canvasTexels), bindings: oftenBindings }),
    seldom: defineKernel({ ...form("seldom", canvasBuffer), bindings: seldomBindings }),
  };
}

/** What an object is changed by. */
export interface ObjectChange {
  /** What the kernel reads of each pixel. */
  readonly sums: Tensor;
  /** (4) f32 of the batch. */
  readonly scalars: Tensor;
}

/** Records the form that fits, a workgroup a tile. */
export function recordObjectStep<P extends Params>(
  plan: Plan,
  { often, seldom }: ObjectStep<P>,
  { object, shape }: EngineView,
  { bins, count, layout }: GatherBatch,
  { sums, scalars }: ObjectChange,
  params: ParamValues<P>,
): void {
  const tensors = { bins, sums, scalars, object }, groups = [layout.tiles, 1, 1] as const;
  if (readsOften(plan.gpu.profile, shape, count)) {
    plan.run(often, { ...tensors, objectBefore: object }, params, groups);
  } else {
    plan.run(seldom, tensors, params, groups);
  }
}
