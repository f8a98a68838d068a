/**
 * Limits on the gradient, applied on the device before an update.
 *
 * @module
 */
import clipSource from "../../shaders/update/clip.wgsl" with { type: "text" };
import valueSource from "../../shaders/update/clip_value.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { UpdateTarget } from "./target.ts";

/** How gradients are limited. */
export interface ClipOptions {
  /**
   * `norm`: L2 norm of all gradients together; `value`: each number; `agc`: L2 norm of each
   * parameter tensor relative to that of its weights (Brock et al., arXiv:2102.06171, per tensor).
   */
  readonly algorithm: "norm" | "value" | "agc";
  /** The limit; with `agc` the largest |g| / max(|w|, 1e-3). Above 0. */
  readonly limit: number;
}

const shared = {
  source: clipSource,
  params: { parts: "u32", relative: "u32", limit: "f32", floor: "f32" },
} as const;
const measure = defineKernel({
  ...shared,
  label: "update/clip#measure",
  entryPoint: "measure",
  bindings: { segments: "read", gradient: "read", weight: "read", partials: "read_write" },
});
const limit = defineKernel({
  ...shared,
  label: "update/clip#limit",
  entryPoint: "limit",
  bindings: { measured: "read", factors: "read_write" },
});
const scale = defineKernel({
  ...shared,
  label: "update/clip#scale",
  entryPoint: "scale",
  bindings: { segments: "read", factor: "read", scaled: "read_write" },
});
const clipValue = defineKernel({
  label: "update/clip_value#clip_value",
  source: valueSource,
  snippets: [index],
  entryPoint: "clip_value",
  bindings: { gradient: "read_write" },
  params: { count: "u32", limit: "f32" },
});

const WEIGHT_FLOOR = 1e-3;

/**
 * Records limiting `target.gradients` in place.
 *
 * @returns the tensors made for it, which the caller releases with the plan.
 * @throws {RangeError} if the limit is not above 0.
 */
export function recordClip(
  plan: Plan,
  target: UpdateTarget & { readonly gradients: Tensor },
  options: ClipOptions,
): Tensor[] {
  const { gradients, weights, layout } = target;
  if (!(options.limit > 0)) {
    throw new RangeError(`Cannot limit gradients to ${options.limit}: a number above 0 is needed`);
  }
  if (options.algorithm === "value") {
    const count = Math.ceil(gradients.length / 4);
    plan.run(clipValue, { gradient: gradients }, { count, limit: options.limit }, count);
    return [];
  }
  const relative = options.algorithm === "agc";
  const table = relative
    ? layout.parameters.filter((p) => p.length > 0).flatMap((p) => [p.offset / 4, p.length / 4])
    : [0, Math.ceil(gradients.length / 4)];
  const count = table.length / 2;
  const parts = relative ? 16 : 256;
  const { gpu } = plan;
  const segments = gpu.tensor("clip segments", [count, 2], Uint32Array.from(table));
  const partials = gpu.arena.allocate("clip partial sums", [count, parts, 2]);
  const factors = gpu.arena.allocate("clip factors", [count]);
  const params = {
    parts,
    relative: relative ? 1 : 0,
    limit: options.limit,
    floor: WEIGHT_FLOOR,
  };
  const grid = [parts, count, 1] as const;
  plan.run(measure, { segments, gradient: gradients, weight: weights, partials }, params, grid);
  plan.run(limit, { measured: partials, factors }, params, [count, 1, 1]);
  plan.run(scale, { segments, factor: factors, scaled: gradients }, params, grid);
  return [segments, partials, factors];
}
