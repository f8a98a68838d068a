/**
 * The spatial gate of the attention block, forward and backward.
 *
 * @module
 */
import parametersSource from "../../shaders/ops/attention_parameters.wgsl" with { type: "text" };
import poolSource from "../../shaders/ops/attention_pool.wgsl" with { type: "text" };
import slopeSource from "../../shaders/ops/attention_slope.wgsl" with { type: "text" };
import spatialSource from "../../shaders/ops/attention_spatial.wgsl" with { type: "text" };
import weightSource from "../../shaders/ops/attention_spatial_weight.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { AttentionParameters, AttentionPass } from "./attention_pass.ts";
import type { Graph } from "./graph.ts";

const channelPool = defineKernel({
  source: poolSource,
  snippets: [index],
  label: "ops/attention_pool#channel_pool",
  entryPoint: "channel_pool",
  bindings: { x: "texel", gates: "read", pooled: "read_write" },
  params: { count: "u32", channels: "u32", quads: "u32", spatial: "u32" },
});
const spatialShared = {
  source: spatialSource,
  snippets: [index],
  params: { count: "u32", height: "u32", rowQuads: "u32", weight: "u32", inverseChannels: "f32" },
} as const;
const spatialForward = defineKernel({
  ...spatialShared,
  label: "ops/attention_spatial#spatial_forward",
  entryPoint: "spatial_forward",
  bindings: { source: "texel", weights: "texel", spatialGates: "read_write" },
});
const spatialBackward = defineKernel({
  ...spatialShared,
  label: "ops/attention_spatial#spatial_backward",
  entryPoint: "spatial_backward",
  bindings: {
    source: "texel",
    weights: "texel",
    spatialGate: "read",
    pooled: "read",
    pixels: "read_write",
  },
});
const slopeBackward = defineKernel({
  source: slopeSource,
  snippets: [index],
  label: "ops/attention_slope#backward",
  entryPoint: "backward",
  bindings: {
    zGradient: "texel",
    x: "texel",
    gates: "read",
    spatialGates: "read",
    slope: "read_write",
  },
  params: { count: "u32", channels: "u32", quads: "u32" },
});
const spatialWeight = defineKernel({
  source: weightSource,
  snippets: [index],
  label: "ops/attention_spatial_weight#spatial_weight",
  entryPoint: "spatial_weight",
  bindings: { pooled: "texel", slope: "texel", partials: "read_write" },
  params: { height: "u32", rowQuads: "u32" },
});
const spatialParameters = defineKernel({
  source: parametersSource,
  snippets: [index],
  label: "ops/attention_parameters#spatial_parameters",
  entryPoint: "spatial_parameters",
  bindings: { partials: "read", spatialGradients: "read_write" },
  params: {
    batch: "u32",
    channels: "u32",
    hidden: "u32",
    weight1: "u32",
    bias1: "u32",
    weight2: "u32",
    bias2: "u32",
    spatial: "u32",
  },
});

/** Records the gates of the pixels; the channel gates are there. */
export function recordSpatialGate(
  graph: Graph,
  pass: AttentionPass,
  parameters: AttentionParameters,
  weights: Tensor,
): void {
  const { plan } = graph;
  const { x, gates, pooled, spatialGates } = pass;
  const { batch, channels, height, width, quads } = pass.sizes;
  const pixels = batch * quads;
  plan.run(
    channelPool,
    { x, gates, pooled },
    { count: pixels, channels, quads, spatial: 0 },
    pixels,
  );
  plan.run(
    spatialForward,
    { source: pooled, weights, spatialGates },
    {
      count: pixels,
      height,
      rowQuads: width / 4,
      weight: parameters.spatial.offset,
      inverseChannels: 1 / channels,
    },
    pixels,
  );
}

/**
 * Records the gradient of the spatial weights.
 *
 * @returns (B, 4, H, W), released by the caller: gradient of the max over the channels, of their
 *   mean divided by C, the gate, and the channel of the max.
 */
export function recordSpatialBackward(
  graph: Graph,
  pass: AttentionPass,
  parameters: AttentionParameters,
  weights: Tensor,
  gradients: Tensor,
  zGradient: Tensor,
): Tensor {
  const { plan } = graph;
  const { x, gates, pooled, spatialGates } = pass;
  const { batch, channels, height, width, quads } = pass.sizes;
  const pixelQuads = batch * quads, rowQuads = width / 4;
  const slope = graph.allocate("spatial gate slope", [batch, height, width]);
  plan.run(
    slopeBackward,
    { zGradient, x, gates, spatialGates, slope },
    { count: pixelQuads, channels, quads },
    pixelQuads,
  );
  const partials = graph.allocate("spatial weight partials", [batch, 14, 8]);
  plan.run(spatialWeight, { pooled, slope, partials }, { height, rowQuads }, [14, batch, 1]);
  plan.run(
    spatialParameters,
    { partials, spatialGradients: gradients },
    {
      batch,
      channels,
      hidden: 0,
      weight1: 0,
      bias1: 0,
      weight2: 0,
      bias2: 0,
      spatial: parameters.spatial.offset,
    },
    98,
  );
  graph.release(partials);
  const pixels = graph.allocate("pixel gradients", [batch, 4, height, width]);
  plan.run(
    spatialBackward,
    { source: slope, weights, spatialGate: spatialGates, pooled, pixels },
    {
      count: pixelQuads,
      height,
      rowQuads,
      weight: parameters.spatial.offset,
      inverseChannels: 1 / channels,
    },
    pixelQuads,
  );
  graph.release(slope);
  return pixels;
}
