/**
 * Kernels of the attention block; what they compute is said in their `.wgsl` files.
 *
 * @module
 */
import backwardSource from "../../shaders/ops/attention_backward.wgsl" with { type: "text" };
import channelSource from "../../shaders/ops/attention_channel.wgsl" with { type: "text" };
import parametersSource from "../../shaders/ops/attention_parameters.wgsl" with { type: "text" };
import poolSource from "../../shaders/ops/attention_pool.wgsl" with { type: "text" };
import slopeSource from "../../shaders/ops/attention_slope.wgsl" with { type: "text" };
import spatialSource from "../../shaders/ops/attention_spatial.wgsl" with { type: "text" };
import weightSource from "../../shaders/ops/attention_spatial_weight.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel, type Kernel } from "../gpu/kernel.ts";

/** Mean, max and its place in each plane. */
export const planePool: Kernel<
  { readonly x: "texel"; readonly stats: "read_write" },
  {
    readonly count: "u32";
    readonly channels: "u32";
    readonly quads: "u32";
    readonly spatial: "u32";
  }
> = defineKernel({
  label: "ops/attention_pool#plane_pool",
  source: poolSource,
  snippets: [index],
  entryPoint: "plane_pool",
  bindings: { x: "texel", stats: "read_write" },
  params: { count: "u32", channels: "u32", quads: "u32", spatial: "u32" },
});

/** Max and mean over the gated channels of each pixel. */
export const channelPool: Kernel<
  { readonly x: "texel"; readonly gates: "read"; readonly pooled: "read_write" },
  {
    readonly count: "u32";
    readonly channels: "u32";
    readonly quads: "u32";
    readonly spatial: "u32";
  }
> = defineKernel({
  label: "ops/attention_pool#channel_pool",
  source: poolSource,
  snippets: [index],
  entryPoint: "channel_pool",
  bindings: { x: "texel", gates: "read", pooled: "read_write" },
  params: { count: "u32", channels: "u32", quads: "u32", spatial: "u32" },
});

/** Feature maps times their gates. */
export const apply: Kernel<
  {
    readonly x: "texel";
    readonly gates: "read";
    readonly spatialGates: "read";
    readonly y: "read_write";
  },
  {
    readonly count: "u32";
    readonly channels: "u32";
    readonly quads: "u32";
    readonly spatial: "u32";
  }
> = defineKernel({
  label: "ops/attention_pool#apply",
  source: poolSource,
  snippets: [index],
  entryPoint: "apply",
  bindings: { x: "texel", gates: "read", spatialGates: "read", y: "read_write" },
  params: { count: "u32", channels: "u32", quads: "u32", spatial: "u32" },
});

/** Hidden units of the channel gate. */
export const hiddenForward: Kernel<
  { readonly weights: "texel"; readonly stats: "read"; readonly units: "read_write" },
  {
    readonly batch: "u32";
    readonly channels: "u32";
    readonly hidden: "u32";
    readonly weight1: "u32";
    readonly bias1: "u32";
    readonly weight2: "u32";
    readonly bias2: "u32";
    readonly inversePlane: "f32";
  }
> = defineKernel({
  label: "ops/attention_channel#hidden_forward",
  source: channelSource,
  snippets: [index],
  entryPoint: "hidden_forward",
  bindings: { weights: "texel", stats: "read", units: "read_write" },
  params: {
    batch: "u32",
    channels: "u32",
    hidden: "u32",
    weight1: "u32",
    bias1: "u32",
    weight2: "u32",
    bias2: "u32",
    inversePlane: "f32",
  },
});

/** Channel gates. */
export const gateForward: Kernel<
  { readonly weights: "texel"; readonly hiddenUnits: "read"; readonly gates: "read_write" },
  {
    readonly batch: "u32";
    readonly channels: "u32";
    readonly hidden: "u32";
    readonly weight1: "u32";
    readonly bias1: "u32";
    readonly weight2: "u32";
    readonly bias2: "u32";
    readonly inversePlane: "f32";
  }
> = defineKernel({
  label: "ops/attention_channel#gate_forward",
  source: channelSource,
  snippets: [index],
  entryPoint: "gate_forward",
  bindings: { weights: "texel", hiddenUnits: "read", gates: "read_write" },
  params: {
    batch: "u32",
    channels: "u32",
    hidden: "u32",
    weight1: "u32",
    bias1: "u32",
    weight2: "u32",
    bias2: "u32",
    inversePlane: "f32",
  },
});

/** Gradient of the hidden units. */
export const hiddenBackward: Kernel<
  {
    readonly weights: "texel";
    readonly hiddenUnits: "read";
    readonly gateGradient: "read";
    readonly hiddenGradient: "read_write";
  },
  {
    readonly batch: "u32";
    readonly channels: "u32";
    readonly hidden: "u32";
    readonly weight1: "u32";
    readonly bias1: "u32";
    readonly weight2: "u32";
    readonly bias2: "u32";
    readonly inversePlane: "f32";
  }
> = defineKernel({
  label: "ops/attention_channel#hidden_backward",
  source: channelSource,
  snippets: [index],
  entryPoint: "hidden_backward",
  bindings: {
    weights: "texel",
    hiddenUnits: "read",
    gateGradient: "read",
    hiddenGradient: "read_write",
  },
  params: {
    batch: "u32",
    channels: "u32",
    hidden: "u32",
    weight1: "u32",
    bias1: "u32",
    weight2: "u32",
    bias2: "u32",
    inversePlane: "f32",
  },
});

/** Gradient of mean and max of each plane. */
export const statsBackward: Kernel<
  {
    readonly weights: "texel";
    readonly stats: "read";
    readonly gate: "read";
    readonly unitGradient: "read";
    readonly state: "read_write";
  },
  {
    readonly batch: "u32";
    readonly channels: "u32";
    readonly hidden: "u32";
    readonly weight1: "u32";
    readonly bias1: "u32";
    readonly weight2: "u32";
    readonly bias2: "u32";
    readonly inversePlane: "f32";
  }
> = defineKernel({
  label: "ops/attention_channel#stats_backward",
  source: channelSource,
  snippets: [index],
  entryPoint: "stats_backward",
  bindings: {
    weights: "texel",
    stats: "read",
    gate: "read",
    unitGradient: "read",
    state: "read_write",
  },
  params: {
    batch: "u32",
    channels: "u32",
    hidden: "u32",
    weight1: "u32",
    bias1: "u32",
    weight2: "u32",
    bias2: "u32",
    inversePlane: "f32",
  },
});

/** Spatial gates. */
export const spatialForward: Kernel<
  { readonly source: "texel"; readonly weights: "texel"; readonly spatialGates: "read_write" },
  {
    readonly count: "u32";
    readonly height: "u32";
    readonly rowQuads: "u32";
    readonly weight: "u32";
    readonly inverseChannels: "f32";
  }
> = defineKernel({
  label: "ops/attention_spatial#spatial_forward",
  source: spatialSource,
  snippets: [index],
  entryPoint: "spatial_forward",
  bindings: { source: "texel", weights: "texel", spatialGates: "read_write" },
  params: { count: "u32", height: "u32", rowQuads: "u32", weight: "u32", inverseChannels: "f32" },
});

/** Gradient of max and mean over the channels. */
export const spatialBackward: Kernel<
  {
    readonly source: "texel";
    readonly weights: "texel";
    readonly spatialGate: "read";
    readonly pooled: "read";
    readonly pixels: "read_write";
  },
  {
    readonly count: "u32";
    readonly height: "u32";
    readonly rowQuads: "u32";
    readonly weight: "u32";
    readonly inverseChannels: "f32";
  }
> = defineKernel({
  label: "ops/attention_spatial#spatial_backward",
  source: spatialSource,
  snippets: [index],
  entryPoint: "spatial_backward",
  bindings: {
    source: "texel",
    weights: "texel",
    spatialGate: "read",
    pooled: "read",
    pixels: "read_write",
  },
  params: { count: "u32", height: "u32", rowQuads: "u32", weight: "u32", inverseChannels: "f32" },
});

/** Gradient of the spatial weights, image by image. */
export const spatialWeight: Kernel<
  { readonly pooled: "texel"; readonly slope: "texel"; readonly partials: "read_write" },
  { readonly height: "u32"; readonly rowQuads: "u32" }
> = defineKernel({
  label: "ops/attention_spatial_weight#spatial_weight",
  source: weightSource,
  snippets: [index],
  entryPoint: "spatial_weight",
  bindings: { pooled: "texel", slope: "texel", partials: "read_write" },
  params: { height: "u32", rowQuads: "u32" },
});

/** Gradient of the parameters of the channel gate. */
export const channelParameters: Kernel<
  {
    readonly stats: "read";
    readonly hiddenUnits: "read";
    readonly gateGradient: "read";
    readonly hiddenGradient: "read";
    readonly gradients: "read_write";
  },
  {
    readonly batch: "u32";
    readonly channels: "u32";
    readonly hidden: "u32";
    readonly weight1: "u32";
    readonly bias1: "u32";
    readonly weight2: "u32";
    readonly bias2: "u32";
    readonly spatial: "u32";
  }
> = defineKernel({
  label: "ops/attention_parameters#channel_parameters",
  source: parametersSource,
  snippets: [index],
  entryPoint: "channel_parameters",
  bindings: {
    stats: "read",
    hiddenUnits: "read",
    gateGradient: "read",
    hiddenGradient: "read",
    gradients: "read_write",
  },
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

/** Gradient of the spatial weights. */
export const spatialParameters: Kernel<
  { readonly partials: "read"; readonly spatialGradients: "read_write" },
  {
    readonly batch: "u32";
    readonly channels: "u32";
    readonly hidden: "u32";
    readonly weight1: "u32";
    readonly bias1: "u32";
    readonly weight2: "u32";
    readonly bias2: "u32";
    readonly spatial: "u32";
  }
> = defineKernel({
  label: "ops/attention_parameters#spatial_parameters",
  source: parametersSource,
  snippets: [index],
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

/** Gradient of the argument of the spatial gate. */
export const slopeBackward: Kernel<
  {
    readonly zGradient: "texel";
    readonly x: "texel";
    readonly gates: "read";
    readonly spatialGates: "read";
    readonly slope: "read_write";
  },
  { readonly count: "u32"; readonly channels: "u32"; readonly quads: "u32" }
> = defineKernel({
  label: "ops/attention_slope#backward",
  source: slopeSource,
  snippets: [index],
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

/** Gradient of the argument of each channel gate. */
export const gateBackward: Kernel<
  {
    readonly zGradient: "texel";
    readonly x: "texel";
    readonly pixels: "texel";
    readonly gates: "read";
    readonly gateGradient: "read_write";
  },
  {
    readonly count: "u32";
    readonly channels: "u32";
    readonly quads: "u32";
    readonly rectified: "u32";
  }
> = defineKernel({
  label: "ops/attention_backward#gate_backward",
  source: backwardSource,
  snippets: [index],
  entryPoint: "gate_backward",
  bindings: {
    zGradient: "texel",
    x: "texel",
    pixels: "texel",
    gates: "read",
    gateGradient: "read_write",
  },
  params: { count: "u32", channels: "u32", quads: "u32", rectified: "u32" },
});

/** Gradient of the feature maps. */
export const inputBackward: Kernel<
  {
    readonly zGradient: "texel";
    readonly x: "texel";
    readonly pixels: "texel";
    readonly state: "read";
    readonly xGradient: "read_write";
  },
  {
    readonly count: "u32";
    readonly channels: "u32";
    readonly quads: "u32";
    readonly rectified: "u32";
  }
> = defineKernel({
  label: "ops/attention_backward#input_backward",
  source: backwardSource,
  snippets: [index],
  entryPoint: "input_backward",
  bindings: {
    zGradient: "texel",
    x: "texel",
    pixels: "texel",
    state: "read",
    xGradient: "read_write",
  },
  params: { count: "u32", channels: "u32", quads: "u32", rectified: "u32" },
});
