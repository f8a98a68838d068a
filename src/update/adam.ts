/**
 * The kernel of Adam (Kingma and Ba, arXiv:1412.6980), for whoever takes its steps.
 *
 * @module
 */
import source from "../../shaders/update/adam.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";

/** One step of Adam on flat numbers. */
export const adamKernel = defineKernel({
  label: "update/adam#update_weights",
  source,
  snippets: [index],
  entryPoint: "update_weights",
  bindings: {
    gradient: "read",
    weight: "read_write",
    firstMoment: "read_write",
    secondMoment: "read_write",
  },
  params: {
    count: "u32",
    beta1: "f32",
    rest1: "f32",
    beta2: "f32",
    rest2: "f32",
    stepSize: "f32",
    rootCorrection: "f32",
    epsilon: "f32",
    l2: "f32",
    decay: "f32",
  },
});
