/**
 * Poisson negative log-likelihood of the recorded photons.
 *
 * @module
 */
import source from "../../shaders/loss/poisson.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { Graph, Value } from "../ops/graph.ts";
import { recordSum } from "../ops/reduce.ts";
import {
  allocateSummary,
  type LossSummary,
  recordSummary,
  samplePartials,
  sampleSizes,
  sampleStride,
  type ScaledLossOptions,
} from "./summary.ts";

const table = {
  source,
  snippets: [index],
  params: {
    count: "u32",
    elements: "u32",
    partials: "u32",
    amplitude: "u32",
    scaleStride: "u32",
    divisorStride: "u32",
    divideByMean: "u32",
    batch: "u32",
    floor: "f32",
  },
} as const;
const terms = defineKernel({
  ...table,
  label: "loss/poisson#terms",
  entryPoint: "terms",
  bindings: { predicted: "read", observed: "read", scales: "read", sums: "read_write" },
});
const gradientKernel = defineKernel({
  ...table,
  label: "loss/poisson#gradient",
  entryPoint: "gradient",
  bindings: {
    predicted: "read",
    observed: "read",
    scales: "read",
    divisors: "read",
    summary: "read",
    result: "read_write",
  },
});

/**
 * Expected photons of a pixel are not taken below this, so that the loss stays finite; with
 * amplitudes not below 1e-12 scale^2 either, whichever is less.
 */
const LEAST_RATE = 1e-8;

/** Options of {@linkcode poissonLoss}. */
export interface PoissonOptions extends ScaledLossOptions {
  /**
   * `amplitude` (default): rate = (scale * predicted)^2 and count = (scale * observed)^2.
   * `intensity`: rate = scale * predicted and count = scale * observed.
   */
  readonly quantity?: "amplitude" | "intensity";
  /**
   * (batch) or (1) f32: the likelihood of each sample is divided by this. Absent: by the mean
   * observation of the batch + 1e-8.
   */
  readonly divisor?: Tensor;
}

/**
 * Mean over the samples of [sum of rate - count ln rate + ln count!] / divisor, and its gradient.
 *
 * Counts need not be whole numbers. Per sample and in double precision the value is good to 1e-6.
 *
 * @param predicted (batch, channels, N, N) f32.
 * @param observed same shape; data.
 * @throws {ShapeError} if the shapes differ.
 */
export function poissonLoss(
  graph: Graph,
  predicted: Value,
  observed: Tensor,
  options: PoissonOptions,
): LossSummary {
  const { plan } = graph;
  const { scale: scales, quantity = "amplitude", divisor } = options;
  const sizes = sampleSizes(predicted, observed);
  const { batch, elements } = sizes;
  const partials = samplePartials(elements);
  const params = {
    elements,
    partials,
    amplitude: quantity === "amplitude" ? 1 : 0,
    scaleStride: sampleStride("scale", scales, batch),
    divisorStride: divisor === undefined ? 0 : sampleStride("divisor", divisor, batch),
    divideByMean: divisor === undefined ? 1 : 0,
    batch,
    floor: LEAST_RATE,
  };
  const result = allocateSummary(graph, "poisson", batch);
  const sums = graph.allocate("poisson partials", [batch, partials, 4]);
  const common = { predicted: predicted.tensor, observed, scales };
  const count = batch * partials;
  plan.run(terms, { ...common, sums }, { ...params, count }, count);
  recordSum(plan, sums, result.rows, batch, partials, { components: 4 });
  graph.release(sums);
  recordSummary(plan, result.rows, result.rows, result.summary, sizes, 1 / batch, divisor);
  graph.contribute(predicted, false, (target) => {
    const { summary } = result;
    const count = batch * elements;
    const tensors = { ...common, divisors: divisor ?? scales, summary, result: target };
    plan.run(gradientKernel, tensors, { ...params, count }, count);
  });
  return result;
}
