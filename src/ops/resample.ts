/**
 * Changes of plane size: 2 x 2 maximum, nearest neighbour x 2, zero padding to twice the size.
 *
 * @module
 */
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import padSource from "../../shaders/ops/pad.wgsl" with { type: "text" };
import poolSource from "../../shaders/ops/pool.wgsl" with { type: "text" };
import source from "../../shaders/ops/resample.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import { defineKernel } from "../gpu/kernel.ts";
import type { Graph, Value } from "./graph.ts";

const pool = {
  source: poolSource,
  snippets: [index],
  params: { count: "u32", height: "u32", width4: "u32", rectified: "u32" },
} as const;
const maxPool = defineKernel({
  ...pool,
  label: "ops/pool#max_pool",
  entryPoint: "max_pool",
  bindings: { source: "texel", destination: "read_write" },
});
const maxPoolGradient = defineKernel({
  ...pool,
  label: "ops/pool#max_pool_gradient",
  entryPoint: "max_pool_gradient",
  bindings: { source: "texel", destination: "read_write", gradient: "read" },
});

const resample = {
  source,
  snippets: [index],
  params: { count: "u32", width4: "u32", rectified: "u32" },
} as const;
const upsample = defineKernel({
  ...resample,
  label: "ops/resample#upsample",
  entryPoint: "upsample",
  bindings: { source: "texel", destination: "read_write", small: "texel" },
});
const upsampleGradient = defineKernel({
  ...resample,
  label: "ops/resample#upsample_gradient",
  entryPoint: "upsample_gradient",
  bindings: { source: "texel", destination: "read_write", small: "texel" },
});

const pad = {
  source: padSource,
  snippets: [index],
  bindings: { source: "read", destination: "read_write" },
  params: { count: "u32", height: "u32", width: "u32" },
} as const;
const pads = defineKernel({ ...pad, label: "ops/pad#pad_half", entryPoint: "pad_half" });
const crops = defineKernel({ ...pad, label: "ops/pad#crop_half", entryPoint: "crop_half" });

/**
 * Records the maximum of 2 x 2 windows. In the gradient the first maximum of a window in row-major
 * order takes all.
 *
 * @param value (B, C, H, W) f32, H even and W a multiple of 8.
 * @returns (B, C, H/2, W/2).
 * @throws {ShapeError} if the plane does not divide.
 */
export function maxPool2(graph: Graph, value: Value): Value {
  const [B, C, H, W] = planes("pool", value, 2, 8);
  const { plan } = graph;
  const { rectified, differentiable } = value;
  // Not rectified even if the input is: masking where the maximum is known costs nothing.
  const output = graph.value(`pool(${value.tensor.label})`, [B, C, H / 2, W / 2], {
    differentiable,
  });
  const count = output.tensor.length / 4;
  const params = { count, height: H, width4: W / 4, rectified: rectified ? 1 : 0 };
  plan.run(maxPool, { source: value.tensor, destination: output.tensor }, params, count);
  graph.onBackward([output], () => {
    const gradient = output.gradient;
    if (gradient === undefined) return;
    graph.contribute(value, true, (destination) => {
      const tensors = { source: value.tensor, destination, gradient };
      plan.run(maxPoolGradient, tensors, params, count);
    });
  });
  return output;
}

/**
 * Records nearest neighbour upsampling by 2.
 *
 * @param value (B, C, H, W) f32, W a multiple of 4.
 * @returns (B, C, 2 H, 2 W).
 * @throws {ShapeError} if the plane does not divide.
 */
export function upsample2(graph: Graph, value: Value): Value {
  const [B, C, H, W] = planes("upsample", value, 1, 4);
  const { plan } = graph;
  const { rectified, differentiable } = value;
  // Not rectified even if the input is: masking the sum of the four once, below, is enough.
  const output = graph.value(`upsample(${value.tensor.label})`, [B, C, 2 * H, 2 * W], {
    differentiable,
  });
  const count = value.tensor.length / 4;
  const params = { count, width4: W / 4, rectified: rectified ? 1 : 0 };
  const small = value.tensor;
  plan.run(upsample, { source: small, destination: output.tensor, small }, params, count);
  graph.onBackward([output], () => {
    const source = output.gradient;
    if (source === undefined) return;
    graph.contribute(value, true, (destination) => {
      plan.run(upsampleGradient, { source, destination, small }, params, count);
    });
  });
  return output;
}

/**
 * Records zero padding to twice the size, the plane in the centre.
 *
 * @param value (B, C, H, W) f32, H and W even.
 * @returns (B, C, 2 H, 2 W).
 * @throws {ShapeError} if the plane does not divide.
 */
export function padHalf(graph: Graph, value: Value): Value {
  const [B, C, H, W] = planes("pad", value, 2, 2);
  const { plan } = graph;
  const { differentiable } = value;
  const output = graph.value(`pad(${value.tensor.label})`, [B, C, 2 * H, 2 * W], {
    differentiable,
  });
  const size = { height: H, width: W };
  const { length } = output.tensor;
  const tensors = { source: value.tensor, destination: output.tensor };
  plan.run(pads, tensors, { ...size, count: length }, length);
  graph.onBackward([output], () => {
    const source = output.gradient;
    if (source === undefined) return;
    graph.contribute(value, false, (destination) => {
      const count = destination.length;
      plan.run(crops, { source, destination }, { ...size, count }, count);
    });
  });
  return output;
}

function planes(
  verb: string,
  value: Value,
  rowUnit: number,
  columnUnit: number,
): readonly [number, number, number, number] {
  const { shape, label } = value.tensor;
  const [B, C, H, W] = shape;
  if (shape.length !== 4 || H % rowUnit !== 0 || W % columnUnit !== 0) {
    throw new ShapeError(
      `Cannot ${verb} ${label} as its shape is (${shape.join(", ")}): ` +
        `(batch, channel, row, column) with rows a multiple of ${rowUnit} and columns of ${columnUnit} is needed`,
    );
  }
  return [B, C, H, W];
}
