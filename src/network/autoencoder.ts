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
import { conv2d } from "../ops/conv2d.ts";
import type { Graph, Value } from "../ops/graph.ts";
import type { ParameterStore } from "../ops/parameters.ts";
import { maxPool2, padHalf, upsample2 } from "../ops/resample.ts";
import type { BlockLayers, DecoderLayers, NetworkLayers } from "./architecture.ts";

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
    const name = `encoder.blocks.${i}`;
    let y = twoConvolutions(graph, store, block, x, name, probe);
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
  let x = input;
  layers.blocks.forEach((block, i) => {
    const y = twoConvolutions(graph, store, block, x, `${name}.blocks.${i}`, probe);
    if (x !== input) graph.done(x);
    x = upsample2(graph, y);
    graph.done(y);
    probe?.(`${name}.blocks.${i}`, x);
  });
  const last = `${name}.${part}`;
  const { inner, up, outer, features } = layers;
  if (inner === undefined) {
    const wide = grow(graph, store, up!, x, `${last}.conv_up_block`, probe);
    graph.done(x);
    const raw = conv2d(graph, wide, outer!, store, { activation: "none", label: `${last}.conv2` });
    graph.done(wide);
    probe?.(`${last}.conv2`, raw);
    const out = activate(graph, raw, head);
    graph.done(raw);
    return out;
  }
  const channels = inner.weight.shape[0], split = features - channels;
  const rawInner = conv2d(graph, x, inner, store, {
    activation: "none",
    channelStart: 0,
    channelCount: split,
    label: `${last}.conv1`,
  });
  probe?.(`${last}.conv1`, rawInner);
  const centre = activate(graph, rawInner, head);
  graph.done(rawInner);
  if (up === undefined || outer === undefined) {
    graph.done(x);
    const out = padHalf(graph, centre);
    graph.done(centre);
    return out;
  }
  const border = conv2d(graph, x, up.conv1, store, {
    activation: "relu",
    channelStart: split,
    channelCount: channels,
    label: `${last}.conv_up_block.conv1`,
  });
  probe?.(`${last}.conv_up_block.relu1`, border);
  graph.done(x);
  const border2 = conv2d(graph, border, up.conv2, store, {
    activation: "relu",
    label: `${last}.conv_up_block.conv2`,
  });
  probe?.(`${last}.conv_up_block.relu2`, border2);
  graph.done(border);
  const wide = upsample2(graph, border2);
  probe?.(`${last}.conv_up_block`, wide);
  graph.done(border2);
  const rawOuter = conv2d(graph, wide, outer, store, {
    activation: "none",
    label: `${last}.conv2`,
  });
  graph.done(wide);
  probe?.(`${last}.conv2`, rawOuter);
  const outside = activate(graph, rawOuter, { kind: "silu", scale: 1, offset: 0 });
  graph.done(rawOuter);
  const out = combineHeads(graph, centre, outside);
  graph.done(centre);
  graph.done(outside);
  return out;
}

function grow(
  graph: Graph,
  store: ParameterStore,
  block: BlockLayers,
  input: Value,
  name: string,
  probe: StageProbe | undefined,
): Value {
  const y = twoConvolutions(graph, store, block, input, name, probe);
  const out = upsample2(graph, y);
  graph.done(y);
  probe?.(name, out);
  return out;
}

function twoConvolutions(
  graph: Graph,
  store: ParameterStore,
  block: BlockLayers,
  input: Value,
  name: string,
  probe: StageProbe | undefined,
): Value {
  const a = conv2d(graph, input, block.conv1, store, {
    activation: "relu",
    label: `${name}.conv1`,
  });
  probe?.(`${name}.relu1`, a);
  const b = conv2d(graph, a, block.conv2, store, { activation: "relu", label: `${name}.conv2` });
  graph.done(a);
  probe?.(`${name}.relu2`, b);
  return b;
}
