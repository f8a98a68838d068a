/**
 * Channel and spatial attention: a gate for each feature plane, then a gate for each pixel.
 *
 * Convolutional block attention module, Woo et al., arXiv:1807.06521; here without normalisation and with a
 * spatial convolution without bias, as in the original system. For x of shape (B, C, H, W):
 *   gate[b, c] = sigmoid(mlp(mean of the plane) + mlp(max of the plane)), y = gate * x
 *   q[b, pixel] = sigmoid(conv 7 x 7 of (max over channels of y, mean over channels of y)), z = q * y
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { Graph, Value } from "./graph.ts";
import {
  apply,
  channelParameters,
  channelPool,
  gateBackward,
  gateForward,
  hiddenBackward,
  hiddenForward,
  inputBackward,
  planePool,
  slopeBackward,
  spatialBackward,
  spatialForward,
  spatialParameters,
  spatialWeight,
  statsBackward,
} from "./attention_kernels.ts";
import type { Parameter, ParameterStore } from "./parameters.ts";

/** Parameters of one attention block. */
export interface AttentionParameters {
  /** First layer of the perceptron, (hidden, C); hidden may be 0. */
  readonly weight1: Parameter;
  /** Its bias, (hidden). */
  readonly bias1: Parameter;
  /** Second layer, (C, hidden). */
  readonly weight2: Parameter;
  /** Its bias, (C). */
  readonly bias2: Parameter;
  /** Convolution of the spatial gate, (1, 2, 7, 7): plane of maxima, then plane of means. */
  readonly spatial: Parameter;
}

/** Called with the value after a gate: `.ChannelGate` gives y, the empty name gives z. */
export type GateProbe = (gate: ".ChannelGate" | "", value: Value) => void;

/** What the forward pass leaves for the backward pass. */
interface Pass {
  readonly sizes: Sizes;
  readonly x: Tensor;
  /** (B, C, 4): mean, max, index of the max, 0. */
  readonly stats: Tensor;
  /** (B, 2, hidden): before the ReLU. */
  readonly hiddenUnits: Tensor;
  /** (B, C). */
  readonly gates: Tensor;
  /** (B, 3, H, W): max and mean over the channels, channel of the max. */
  readonly pooled: Tensor;
  /** (B, H, W). */
  readonly spatialGates: Tensor;
}

interface Sizes {
  readonly batch: number;
  readonly channels: number;
  readonly hidden: number;
  readonly height: number;
  readonly width: number;
  /** Pixels / 4. */
  readonly quads: number;
}

/**
 * Records the block; gradients of its parameters are written into the store.
 *
 * The gradient of a max goes to its first occurrence.
 *
 * @param input (B, C, H, W), W a multiple of 4.
 * @param probe sees the values after the two gates; a value it wants to read must be kept there.
 *   Giving it costs one more pass over the feature maps.
 * @returns (B, C, H, W).
 * @throws {ShapeError} if the parameters do not fit C or W is no multiple of 4.
 */
export function cbam(
  graph: Graph,
  input: Value,
  parameters: AttentionParameters,
  store: ParameterStore,
  probe?: GateProbe,
): Value {
  const x = input.tensor;
  const sizes = sizesOf(x, parameters);
  const { batch, channels, height, width, quads } = sizes;
  const hidden = Math.max(1, sizes.hidden);
  const pass: Pass = {
    sizes,
    x,
    stats: graph.allocate("plane statistics", [batch, channels, 4]),
    hiddenUnits: graph.allocate("hidden units", [batch, 2, hidden]),
    gates: graph.allocate("channel gates", [batch, channels]),
    pooled: graph.allocate("channel maxima and means", [batch, 3, height, width]),
    spatialGates: graph.allocate("spatial gates", [batch, height, width]),
  };
  recordGates(graph, pass, parameters, store);
  const { gates, spatialGates } = pass;
  const output = graph.value(`attention(${x.label})`, x.shape);
  const count = batch * channels * quads;
  const { plan } = graph;
  if (probe !== undefined) {
    const gated = graph.value(`channel gate(${x.label})`, x.shape, { differentiable: false });
    plan.run(
      apply,
      { x, gates, spatialGates, y: gated.tensor },
      { count, channels, quads, spatial: 0 },
      count,
    );
    probe(".ChannelGate", gated);
    graph.release(gated.tensor);
  }
  plan.run(
    apply,
    { x, gates, spatialGates, y: output.tensor },
    { count, channels, quads, spatial: 1 },
    count,
  );
  probe?.("", output);
  if (!graph.training) {
    releasePass(graph, pass);
    return output;
  }
  graph.onBackward([output], () => {
    recordBackward(graph, pass, parameters, store, input, output.gradient!);
    releasePass(graph, pass);
  });
  return output;
}

function sizesOf(x: Tensor, parameters: AttentionParameters): Sizes {
  const [batch, channels, height, width] = x.shape;
  const { weight1, bias1, weight2, bias2, spatial } = parameters;
  const hidden = weight1.shape[0];
  const fits = (p: Parameter, ...shape: number[]): boolean =>
    !p.packed && p.shape.length === shape.length && p.shape.every((n, i) => n === shape[i]);
  if (
    x.shape.length !== 4 || width % 4 !== 0 || !fits(weight1, hidden, channels) ||
    !fits(bias1, hidden) || !fits(weight2, channels, hidden) || !fits(bias2, channels) ||
    !fits(spatial, 1, 2, 7, 7)
  ) {
    throw new ShapeError(
      `Cannot apply attention ${weight1.name} to shape (${x.shape.join(", ")}): ` +
        `(B, ${weight1.shape[1]}, H, W) with W a multiple of 4 is needed`,
    );
  }
  return { batch, channels, hidden, height, width, quads: height * width / 4 };
}

function recordGates(
  graph: Graph,
  pass: Pass,
  parameters: AttentionParameters,
  store: ParameterStore,
): void {
  const { plan } = graph;
  const { x, stats, hiddenUnits, gates, pooled, spatialGates } = pass;
  const { batch, channels, hidden, height, width, quads } = pass.sizes;
  const { weights } = store;
  const planes = batch * channels, pixels = batch * quads;
  plan.run(planePool, { x, stats }, { count: planes, channels, quads, spatial: 0 }, planes * 64);
  const channel = channelParams(pass.sizes, parameters);
  plan.run(hiddenForward, { weights, stats, units: hiddenUnits }, channel, batch * hidden);
  plan.run(gateForward, { weights, hiddenUnits, gates }, channel, planes);
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

function recordBackward(
  graph: Graph,
  pass: Pass,
  parameters: AttentionParameters,
  store: ParameterStore,
  input: Value,
  zGradient: Tensor,
): void {
  const { plan } = graph;
  const { x, stats, hiddenUnits, gates, pooled, spatialGates } = pass;
  const { batch, channels, hidden, height, width, quads } = pass.sizes;
  const { weights } = store;
  const gradients = store.gradients;
  if (gradients === undefined) {
    throw new ShapeError("Cannot record gradients as the parameters are not open for training");
  }
  const planes = batch * channels, pixelQuads = batch * quads, rowQuads = width / 4;
  const slope = graph.allocate("spatial gate slope", [batch, height, width]);
  plan.run(
    slopeBackward,
    { zGradient, x, gates, spatialGates, slope },
    { count: pixelQuads, channels, quads },
    pixelQuads,
  );
  const partials = graph.allocate("spatial weight partials", [batch, 14, 8]);
  plan.run(spatialWeight, { pooled, slope, partials }, { height, rowQuads }, [14, batch, 1]);
  const parameterParams = {
    ...offsetsOf(parameters),
    batch,
    channels,
    hidden,
    spatial: parameters.spatial.offset,
  };
  plan.run(spatialParameters, { partials, spatialGradients: gradients }, parameterParams, 98);
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
    parameterParams,
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
  for (const tensor of [pixels, gateGradient, hiddenGradient]) graph.release(tensor);
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
  { batch, channels, hidden, quads }: Sizes,
  parameters: AttentionParameters,
): Offsets & { batch: number; channels: number; hidden: number; inversePlane: number } {
  return { batch, channels, hidden, ...offsetsOf(parameters), inversePlane: 1 / (4 * quads) };
}

function releasePass(graph: Graph, pass: Pass): void {
  const { stats, hiddenUnits, gates, pooled, spatialGates } = pass;
  for (const tensor of [stats, hiddenUnits, gates, pooled, spatialGates]) graph.release(tensor);
}
