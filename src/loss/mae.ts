/**
 * Mean absolute error of scaled amplitudes.
 *
 * @module
 */
import source from "../../shaders/loss/mae.wgsl" with { type: "text" };
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
    scaleStride: "u32",
    matched: "u32",
    batch: "u32",
  },
} as const;
const inputs = { predicted: "read", observed: "read", scales: "read", energies: "read" } as const;
const terms = defineKernel({
  ...table,
  label: "loss/mae#terms",
  entryPoint: "terms",
  bindings: { ...inputs, sums: "read_write" },
});
const gradientKernel = defineKernel({
  ...table,
  label: "loss/mae#gradient",
  entryPoint: "gradient",
  bindings: { ...inputs, rows: "read", summary: "read", result: "read_write" },
});

/** Options of {@linkcode maeLoss}. */
export interface MaeOptions extends ScaledLossOptions {
  /**
   * Multiplies the prediction of each sample by sqrt(sum observed^2 / sum predicted^2) first; the
   * gradient takes that into account. Default false.
   */
  readonly matchEnergy?: boolean;
}

/**
 * Mean of |scale * predicted - scale * observed| / (mean observation + 1e-8), and its gradient.
 *
 * @param predicted amplitudes, (batch, channels, N, N) f32.
 * @param observed same shape; data.
 * @throws {ShapeError} if the shapes differ.
 */
export function maeLoss(
  graph: Graph,
  predicted: Value,
  observed: Tensor,
  options: MaeOptions,
): LossSummary {
  const { plan } = graph;
  const { scale: scales, matchEnergy = false } = options;
  const sizes = sampleSizes(predicted, observed);
  const { batch, elements } = sizes;
  const partials = samplePartials(elements);
  const scaleStride = sampleStride("scale", scales, batch);
  const params = { elements, partials, scaleStride, batch, matched: 0 };
  const result = allocateSummary(graph, "mae", batch);
  const sums = graph.allocate("mae partials", [batch, partials, 4]);
  const common = { predicted: predicted.tensor, observed, scales };
  const count = batch * partials;
  // Unmatched, nothing reads the energies; a tensor has to be bound all the same.
  let energies = scales;
  plan.run(terms, { ...common, energies, sums }, { ...params, count }, count);
  recordSum(plan, sums, result.rows, batch, partials, { components: 4 });
  if (matchEnergy) {
    energies = graph.allocate("mae energies", [batch, 4]);
    plan.copy(result.rows, energies, 4 * batch);
    plan.run(terms, { ...common, energies, sums }, { ...params, matched: 1, count }, count);
    recordSum(plan, sums, result.rows, batch, partials, { components: 4 });
  }
  graph.release(sums);
  const { rows, summary } = result;
  const measured = matchEnergy ? energies : rows;
  recordSummary(plan, rows, measured, summary, sizes, 1 / (batch * elements));
  graph.contribute(predicted, false, (target) => {
    const count = batch * elements;
    const tensors = { ...common, energies, rows, summary, result: target };
    const matched = matchEnergy ? 1 : 0;
    plan.run(gradientKernel, tensors, { ...params, matched, count }, count);
  });
  return result;
}
