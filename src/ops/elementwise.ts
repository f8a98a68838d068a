/**
 * Element-wise operations on whole tensors; lengths are rounded up to 4, which the arena always pads.
 *
 * @module
 */
import source from "../../shaders/ops/elementwise.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";

const shared = {
  source,
  snippets: [index],
  bindings: { other: "read", destination: "read_write" },
  params: { count: "u32", factor: "f32" },
} as const;

const add = defineKernel({ ...shared, label: "ops/elementwise#add", entryPoint: "add" });
const reluMask = defineKernel({
  ...shared,
  label: "ops/elementwise#relu_mask",
  entryPoint: "relu_mask",
});

/** Records destination += factor * other; same number of elements. */
export function recordAdd(plan: Plan, destination: Tensor, other: Tensor, factor = 1): void {
  const count = Math.ceil(destination.length / 4);
  plan.run(add, { other, destination }, { count, factor }, count);
}

/** Records gradient = value > 0 ? gradient : 0, the derivative of a ReLU whose output is `value`. */
export function recordReluMask(plan: Plan, value: Tensor, gradient: Tensor): void {
  const count = Math.ceil(gradient.length / 4);
  plan.run(reluMask, { other: value, destination: gradient }, { count, factor: 1 }, count);
}
