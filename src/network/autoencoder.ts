/**
 * The network: diffraction in, the two maps of the object patches out.
 *
 * One encoder, two decoders of the same shape (amplitude and phase, or real and imaginary part).
 * Hoidn et al., Sci. Rep. 13, 22789 (2023), figure 1.
 *
 * @module
 */
import type { ModelConfig } from "../config/model.ts";
import { activate, type ActivationKind, combineHeads } from "../ops/activation.ts";
import { cbam } from "../ops/attention.ts";
import { conv2d, type ConvolutionOptions } from "../ops/conv2d.ts";
import { conv2dEnlarged, conv2dPooled, Enlarged } from "../ops/conv2d_resampled.ts";
import type { Graph, Value } from "../ops/graph.ts";
import type { ParameterStore } from "../ops/parameters.ts";
import { maxPool2, padHalf } from "../ops/resample.ts";
import type { BlockLayers, ConvLayer, DecoderLayers, NetworkLayers } from "./architecture.ts";

/** The two maps of the patches, each (B, C, N, N). */
export interface NetworkOutput {
  /** Amplitude, or real part. */
  readonly first: Value;
  /** Phase in rad, or imaginary part. */
  readonly second: Value;
}

/** An activation with its factor and offset: scale * f(x) + offset. */
interface Head {
  readonly kind: ActivationKind;
  readonly scale: number;
  readonly offset: number;
}

/** Named values on the way, for comparisons with the original system. */
export type StageProbe = (name: string, value: Value) => void;

/**
 * Records the network.
 *
 * @param input (B, C, N, N) normalised diffraction, not differentiated.
 * @param probe called with every named stage; a value it wants to read must be kept there.
 * @returns the two maps, (B, C, N, N).
 */
export function recordNetwork(
  graph: Graph,
  layers: NetworkLayers,
  store: ParameterStore,
  config: ModelConfig,
  input: Value,
  probe?: StageProbe,
): NetworkOutput {
  let x = input;
  layers.encoder.forEach((block, i) => {
    const name = `encoder.blocks.${i}`, before = x;
    if (block.attention === undefined && probe === undefined) {
      x = twoConvolutions(graph, store, block, x, name, probe, conv2dPooled);
      if (before !== input) graph.done(before);
      return;
    }
    let y = twoConvolutions(graph, store, block, x, name, probe);
    if (before !== input) graph.done(before);
    if (block.attention !== undefined) {
      const gated = cbam(
        graph,
        y,
        block.attention,
        store,
        (gate, value) => probe?.(`${name}.attention${gate}`, value),
      );
      graph.done(y);
      y = gated;
    }
    x = maxPool2(graph, y);
    graph.done(y);
    probe?.(name, x);
  });
  if (layers.bottleneck !== undefined) {
    const gated = cbam(
      graph,
      x,
      layers.bottleneck,
      store,
      (gate, value) => probe?.(`bottleneck_attention${gate}`, value),
    );
    graph.done(x);
    x = gated;
  }
  const realImag = config.cnn_output_mode === "real_imag";
  const amplitudeHead: Head = realImag
    ? { kind: "tanh", scale: 1, offset: 0.2 }
    : { kind: config.amp_activation, scale: config.amp_scale, offset: 0 };
  const phaseHead: Head = { kind: "tanh", scale: realImag ? 1.2 : Math.PI, offset: 0 };
  const first = decode(graph, store, layers.amplitude, x, amplitudeHead, "amp", probe);
  const second = decode(graph, store, layers.phase, x, phaseHead, "phase", probe);
  graph.done(x);
  return { first, second };
}

function decode(
  graph: Graph,
  store: ParameterStore,
  layers: DecoderLayers,
  input: Value,
  head: Head,
  part: "amp" | "phase",
  probe: StageProbe | undefined,
): Value {
  const name = `decoder_${part}`;
  let x: Value | Enlarged = input;
  for (const [i, block] of layers.blocks.entries()) {
    const y: Value = twoConvolutions(graph, store, block, x, `${name}.blocks.${i}`, probe);
    if (x !== input) done(graph, x);
    x = new Enlarged(graph, y);
    if (probe !== undefined) probe(`${name}.blocks.${i}`, x.large);
  }
  const last = `${name}.${part}`;
  const { inner, up, outer, features } = layers;
  if (inner === undefined) {
    const grown = twoConvolutions(graph, store, up!, x, `${last}.conv_up_block`, probe);
    if (x !== input) done(graph, x);
    const raw = grow(graph, store, outer!, grown, last, probe);
    const out = activate(graph, raw, head);
    graph.done(raw);
    return out;
  }
  const channels = inner.weight.shape[0], split = features - channels;
  const rawInner = convolve(graph, x, inner, store, {
    activation: "none",
    channelStart: 0,
    channelCount: split,
    label: `${last}.conv1`,
  });
  probe?.(`${last}.conv1`, rawInner);
  const centre = activate(graph, rawInner, head);
  graph.done(rawInner);
  if (up === undefined || outer === undefined) {
    if (x !== input) done(graph, x);
    const out = padHalf(graph, centre);
    graph.done(centre);
    return out;
  }
  const border = convolve(graph, x, up.conv1, store, {
    activation: "relu",
    channelStart: split,
    channelCount: channels,
    label: `${last}.conv_up_block.conv1`,
  });
  probe?.(`${last}.conv_up_block.relu1`, border);
  if (x !== input) done(graph, x);
  const border2 = conv2d(graph, border, up.conv2, store, {
    activation: "relu",
    label: `${last}.conv_up_block.conv2`,
  });
  probe?.(`${last}.conv_up_block.relu2`, border2);
  graph.done(border);
  const rawOuter = grow(graph, store, outer, border2, last, probe);
  const outside = activate(graph, rawOuter, { kind: "silu", scale: 1, offset: 0 });
  graph.done(rawOuter);
  const out = combineHeads(graph, centre, outside);
  graph.done(centre);
  graph.done(outside);
  return out;
}

/** The last convolution of a head, of planes twice the size of its input. */
function grow(
  graph: Graph,
  store: ParameterStore,
  layer: ConvLayer,
  input: Value,
  last: string,
  probe: StageProbe | undefined,
): Value {
  const wide = new Enlarged(graph, input);
  if (probe !== undefined) probe(`${last}.conv_up_block`, wide.large);
  const options = { activation: "none", label: `${last}.conv2` } as const;
  const raw = conv2dEnlarged(graph, wide, layer, store, options);
  wide.done();
  probe?.(`${last}.conv2`, raw);
  return raw;
}

function twoConvolutions(
  graph: Graph,
  store: ParameterStore,
  block: BlockLayers,
  input: Value | Enlarged,
  name: string,
  probe: StageProbe | undefined,
  second: typeof conv2d = conv2d,
): Value {
  const a = convolve(graph, input, block.conv1, store, {
    activation: "relu",
    label: `${name}.conv1`,
  });
  probe?.(`${name}.relu1`, a);
  const b = second(graph, a, block.conv2, store, { activation: "relu", label: `${name}.conv2` });
  graph.done(a);
  probe?.(`${name}.relu2`, b);
  return b;
}

function convolve(
  graph: Graph,
  input: Value | Enlarged,
  layer: ConvLayer,
  store: ParameterStore,
  options: ConvolutionOptions,
): Value {
  return input instanceof Enlarged
    ? conv2dEnlarged(graph, input, layer, store, options)
    : conv2d(graph, input, layer, store, options);
}

function done(graph: Graph, value: Value | Enlarged): void {
  if (value instanceof Enlarged) value.done();
  else graph.done(value);
}
