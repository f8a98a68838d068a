/**
 * Penalties on the predicted object: total variation and mean deviation.
 *
 * @module
 */
import source from "../../shaders/loss/regularize.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import { defineKernel } from "../gpu/kernel.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { Graph, Value } from "../ops/graph.ts";
import { recordSum } from "../ops/reduce.ts";
import { samplePartials } from "./summary.ts";

const table = {
  source,
  snippets: [index],
  params: {
    count: "u32",
    rows: "u32",
    columns: "u32",
    partials: "u32",
    deviation: "u32",
    planes: "u32",
    factor: "f32",
  },
} as const;
const terms = defineKernel({
  ...table,
  label: "loss/regularize#terms",
  entryPoint: "terms",
  bindings: { image: "read", means: "read", sums: "read_write" },
});
const total = defineKernel({
  ...table,
  label: "loss/regularize#total",
  entryPoint: "total",
  bindings: { penalties: "read", loss: "read_write" },
  workgroup: 1,
});
const gradientKernel = defineKernel({
  ...table,
  label: "loss/regularize#gradient",
  entryPoint: "gradient",
  bindings: { image: "read", means: "read", rows: "read", result: "read_write" },
});

/**
 * Which penalty, each a sum over the pixels and channels of a sample.
 *
 * - `total_variation`: absolute differences of vertical and of horizontal neighbours.
 * - `mean_deviation`: absolute differences from the mean of the image.
 */
export type Regularizer = "total_variation" | "mean_deviation";

/** Result of {@linkcode regularize}; filled at every replay. */
export interface RegularizerResult {
  /** (4) f32: coefficient * mean penalty of a sample, then zeros. */
  readonly loss: Tensor;
  /** (batch * channels, 4) f32: column 0 is the penalty of each image. */
  readonly rows: Tensor;
}

/**
 * Adds coefficient * mean over the samples of a penalty to the loss.
 *
 * @param value real images, (batch, channels, rows, columns) f32.
 * @throws {ShapeError} if the images have another number of axes.
 */
export function regularize(
  graph: Graph,
  value: Value,
  regularizer: Regularizer,
  coefficient: number,
): RegularizerResult {
  const { plan } = graph;
  const { shape } = value.tensor;
  const [batch, channels, height, width] = shape;
  if (shape.length !== 4) {
    throw new ShapeError(
      `Cannot regularize a tensor of shape (${
        shape.join(", ")
      }): (batch, channels, rows, columns) is needed`,
    );
  }
  const planes = batch * channels, pixels = height * width;
  const partials = samplePartials(pixels);
  const deviation = regularizer === "mean_deviation" ? 1 : 0;
  const params = {
    rows: height,
    columns: width,
    partials,
    deviation,
    planes,
    factor: coefficient / batch,
  };
  const image = value.tensor;
  const means = graph.allocate("plane means", [planes]);
  const sums = graph.allocate("penalty partials", [planes, partials, 4]);
  const rows = graph.allocate("penalties", [planes, 4]);
  const loss = graph.allocate(regularizer, [4]);
  recordSum(plan, image, means, planes, pixels, { factor: 1 / pixels });
  const count = planes * partials;
  plan.run(terms, { image, means, sums }, { ...params, count }, count);
  recordSum(plan, sums, rows, planes, partials, { components: 4 });
  plan.run(total, { penalties: rows, loss }, { ...params, count: 1 }, 1);
  graph.contribute(value, false, (target) => {
    const count = planes * pixels;
    const tensors = { image, means, rows, result: target };
    plan.run(gradientKernel, tensors, { ...params, count }, count);
  });
  graph.release(means);
  graph.release(sums);
  return { loss, rows };
}
