/**
 * The channel gate of the attention block, forward and backward.
 *
 * @module
 */
import backwardSource from "../../shaders/ops/attention_backward.wgsl" with { type: "text" };
import channelSource from "../../shaders/ops/attention_channel.wgsl" with { type: "text" };
import parametersSource from "../../shaders/ops/attention_parameters.wgsl" with { type: "text" };
import poolSource from "../../shaders/ops/attention_pool.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { AttentionParameters, AttentionPass, AttentionSizes } from "./attention_pass.ts";
import type { Graph, Value } from "./graph.ts";

const planePool = defineKernel({
  source: poolSource,
  snippets: [index],
  label: "ops/attention_pool#plane_pool",
  entryPoint: "plane_pool",
  bindings: { x: "texel", stats: "read_write" },
  params: { count: "u32", channels: "u32", quads: "u32", spatial: "u32" },
});
const channelShared = {
  source: channelSource,
  snippets: [index],
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
} as const;
const hiddenForward = defineKernel({
  ...channelShared,
  label: "ops/attention_channel#hidden_forward",
  entryPoint: "hidden_forward",
  bindings: { weights: "texel", stats: "read", units: "read_write" },
});
const gateForward = defineKernel({
  ...channelShared,
  label: "ops/attention_channel#gate_forward",
  entryPoint: "gate_forward",
  bindings: { weights: "texel", hiddenUnits: "read", gates: "read_write" },
});
const hiddenBackward = defineKernel({
  ...channelShared,
  label: "ops/attention_channel#hidden_backward",
  entryPoint: "hidden_backward",
  bindings: {
    weights: "texel",
    hiddenUnits: "read",
    gateGradient: "read",
    hiddenGradient: "read_write",
  },
});
const statsBackward = defineKernel({
  ...channelShared,
  label: "ops/attention_channel#stats_backward",
  entryPoint: "stats_backward",
  bindings: {
    weights: "texel",
    stats: "read",
    gate: "read",
    unitGradient: "read",
    state: "read_write",
  },
});
const backwardShared = {
  source: backwardSource,
  snippets: [index],
  params: { count: "u32", channels: "u32", quads: "u32", rectified: "u32" },
} as const;
const gateBackward = defineKernel({
  ...backwardShared,
  label: "ops/attention_backward#gate_backward",
  entryPoint: "gate_backward",
  bindings: {
    zGradient: "texel",
    x: "texel",
    pixels: "texel",
    gates: "read",
    gateGradient: "read_write",
  },
});
const inputBackward = defineKernel({
  ...backwardShared,
  label: "ops/attention_backward#input_backward",
  entryPoint: "input_backward",
  bindings: {
    zGradient: "texel",
    x: "texel",
    pixels: "texel",
    state: "read",
    xGradient: "read_write",
  },
});
const channelParameters = defineKernel({
  source: parametersSource,
  snippets: [index],
  label: "ops/attention_parameters#channel_parameters",
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

/** Records the gates of the planes. */
export function recordChannelGate(
  graph: Graph,
  pass: AttentionPass,
  parameters: AttentionParameters,
  weights: Tensor,
): void {
  const { plan } = graph;
  const { x, stats, hiddenUnits, gates } = pass;
  const { batch, channels, hidden, quads } = pass.sizes;
  const planes = batch * channels;
  plan.run(planePool, { x, stats }, { count: planes, channels, quads, spatial: 0 }, planes * 64);
  const channel = channelParams(pass.sizes, parameters);
  plan.run(hiddenForward, { weights, stats, units: hiddenUnits }, channel, batch * hidden);
  plan.run(gateForward, { weights, hiddenUnits, gates }, channel, planes);
}

/**
 * Records the gradients of the perceptron and of the block's input.
 *
 * @param zGradient gradient of the block's output, (B, C, H, W).
 * @param pixels what the spatial gate passes back, (B, 4, H, W).
 */
export function recordChannelBackward(
  graph: Graph,
  pass: AttentionPass,
  parameters: AttentionParameters,
  weights: Tensor,
  gradients: Tensor,
  input: Value,
  zGradient: Tensor,
  pixels: Tensor,
): void {
  const { plan } = graph;
  const { x, stats, hiddenUnits, gates } = pass;
  const { batch, channels, hidden, quads } = pass.sizes;
  const planes = batch * channels;
  const gateGradient = graph.allocate("channel gate gradients", [batch, channels]);
  const rectified = input.rectified ? 1 : 0;
  plan.run(
    gateBackward,
    { zGradient, x, pixels, gates, gateGradient },
    { count: planes, channels, quads, rectified },
    planes * 64,
  );
  const channel = channelParams(pass.sizes, parameters);
  const hiddenGradient = graph.allocate("hidden gradients", hiddenUnits.shape);
  plan.run(
    hiddenBackward,
    { weights, hiddenUnits, gateGradient, hiddenGradient },
    channel,
    batch * hidden,
  );
  plan.run(
    channelParameters,
    { stats, hiddenUnits, gateGradient, hiddenGradient, gradients },
    { ...offsetsOf(parameters), batch, channels, hidden, spatial: 0 },
    channels * (hidden + 1) + hidden * (channels + 1),
  );
  graph.contribute(input, true, (xGradient) => {
    const state = graph.allocate("plane gradients", [batch, channels, 4]);
    plan.run(
      statsBackward,
      { weights, stats, gate: gates, unitGradient: hiddenGradient, state },
      channel,
      planes,
    );
    const count = planes * quads;
    plan.run(
      inputBackward,
      { zGradient, x, pixels, state, xGradient },
      { count, channels, quads, rectified },
      count,
    );
    graph.release(state);
  });
  for (const tensor of [gateGradient, hiddenGradient]) graph.release(tensor);
}

/** Element offsets of the perceptron's parameters. */
interface Offsets {
  readonly weight1: number;
  readonly bias1: number;
  readonly weight2: number;
  readonly bias2: number;
}

function offsetsOf({ weight1, bias1, weight2, bias2 }: AttentionParameters): Offsets {
  return {
    weight1: weight1.offset,
    bias1: bias1.offset,
    weight2: weight2.offset,
    bias2: bias2.offset,
  };
}

function channelParams(
  { batch, channels, hidden, quads }: AttentionSizes,
  parameters: AttentionParameters,
): Offsets & { batch: number; channels: number; hidden: number; inversePlane: number } {
  return { batch, channels, hidden, ...offsetsOf(parameters), inversePlane: 1 / (4 * quads) };
}
