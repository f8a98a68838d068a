/**
 * Shape of the network: which parameters exist, under the names of the original system.
 *
 * @module
 */
import type { ModelConfig } from "../config/model.ts";
import { ConfigError } from "../errors.ts";
import { type Parameter, ParameterLayout } from "../ops/parameters.ts";

/** Weight and bias of a 3 x 3 convolution. */
export interface ConvLayer {
  /** (K, C, 3, 3). */
  readonly weight: Parameter;
  /** (K). */
  readonly bias: Parameter;
}

/** Parameters of a channel and spatial attention block. */
export interface AttentionLayer {
  /** Channel gate, first linear layer (hidden, channels). */
  readonly weight1: Parameter;
  /** Its bias (hidden). */
  readonly bias1: Parameter;
  /** Second linear layer (channels, hidden). */
  readonly weight2: Parameter;
  /** Its bias (channels). */
  readonly bias2: Parameter;
  /** Spatial gate, (1, 2, 7, 7). */
  readonly spatial: Parameter;
}

/** Two convolutions, then pooling or upsampling. */
export interface BlockLayers {
  /** First convolution. */
  readonly conv1: ConvLayer;
  /** Second convolution. */
  readonly conv2: ConvLayer;
  /** Attention after the second convolution. */
  readonly attention: AttentionLayer | undefined;
}

/** One decoder: its blocks and its last stage. */
export interface DecoderLayers {
  /** Blocks that double the plane. */
  readonly blocks: readonly BlockLayers[];
  /** Split decoder: convolution of the centre path. */
  readonly inner: ConvLayer | undefined;
  /** Block of the last stage (the border path of the split decoder). */
  readonly up: BlockLayers | undefined;
  /** Last convolution at N x N. */
  readonly outer: ConvLayer | undefined;
  /** Feature channels that enter the last stage. */
  readonly features: number;
}

/** All layers of the network. */
export interface NetworkLayers {
  /** Parameters in order. */
  readonly layout: ParameterLayout;
  /** Channels in and out. */
  readonly channels: number;
  /** Encoder blocks. */
  readonly encoder: readonly BlockLayers[];
  /** Attention at the bottleneck. */
  readonly bottleneck: AttentionLayer | undefined;
  /** Amplitude (or real part). */
  readonly amplitude: DecoderLayers;
  /** Phase (or imaginary part). */
  readonly phase: DecoderLayers;
}

const ENCODER: Readonly<Record<number, readonly number[]>> = {
  64: [32, 64, 128],
  128: [16, 32, 64, 128],
  256: [8, 16, 32, 64, 128],
};
const DECODER: Readonly<Record<number, readonly number[]>> = {
  64: [64, 32],
  128: [128, 64, 32],
  256: [256, 128, 64, 32],
};

/** Channels the network sees: one a pattern of the group when they are merged, else 1. */
export function networkChannels(config: ModelConfig): number {
  return config.object_big ? config.gridsize ** 2 : 1;
}

/**
 * Declares every parameter of the network.
 *
 * @param prefix put before each name.
 * @throws {ConfigError} if N is not 64, 128 or 256 or the width is not positive.
 */
export function declareNetwork(config: ModelConfig, prefix = "model.autoencoder."): NetworkLayers {
  const { N, n_filters_scale: scale } = config;
  if (ENCODER[N] === undefined) {
    throw new ConfigError(`Cannot build the network for N = ${N}: N must be 64, 128 or 256`);
  }
  if (!(scale > 0)) {
    throw new ConfigError(`n_filters_scale is ${scale}: a positive number is needed`);
  }
  const layout = new ParameterLayout();
  const width = (filters: number): number => Math.max(1, Math.round(filters * scale));
  const channels = networkChannels(config);
  const conv = (name: string, inputs: number, outputs: number): ConvLayer => ({
    weight: layout.add(`${prefix}${name}.weight`, [outputs, inputs, 3, 3], true),
    bias: layout.add(`${prefix}${name}.bias`, [outputs]),
  });
  const attention = (name: string, features: number): AttentionLayer => {
    const hidden = Math.floor(features / 16);
    const add = (part: string, shape: number[]): Parameter =>
      layout.add(`${prefix}${name}.${part}`, shape);
    return {
      weight1: add("ChannelGate.mlp.1.weight", [hidden, features]),
      bias1: add("ChannelGate.mlp.1.bias", [hidden]),
      weight2: add("ChannelGate.mlp.3.weight", [features, hidden]),
      bias2: add("ChannelGate.mlp.3.bias", [features]),
      spatial: add("SpatialGate.compress.weight", [1, 2, 7, 7]),
    };
  };
  const block = (name: string, inputs: number, outputs: number, gated = false): BlockLayers => ({
    conv1: conv(`${name}.conv1`, inputs, outputs),
    conv2: conv(`${name}.conv2`, outputs, outputs),
    attention: gated ? attention(`${name}.attention`, outputs) : undefined,
  });
  const encoder: BlockLayers[] = [];
  let features = channels;
  ENCODER[N].map(width).forEach((outputs, i) => {
    encoder.push(block(`encoder.blocks.${i}`, features, outputs, config.cbam_encoder));
    features = outputs;
  });
  const deepest = features;
  const bottleneck = config.cbam_bottleneck
    ? attention("bottleneck_attention", deepest)
    : undefined;
  const decoder = (name: string, head: string): DecoderLayers => {
    let inputs = deepest;
    const blocks = DECODER[N].map(width).map((outputs, i) => {
      const made = block(`${name}.blocks.${i}`, inputs, outputs);
      inputs = outputs;
      return made;
    });
    const last = `${name}.${head}`;
    if (config.decoder === "full") {
      return {
        blocks,
        inner: undefined,
        up: block(`${last}.conv_up_block`, inputs, inputs),
        outer: conv(`${last}.conv2`, inputs, channels),
        features: inputs,
      };
    }
    if (inputs <= channels) {
      throw new ConfigError(
        `n_filters_scale ${scale} leaves ${inputs} features for ${channels} channels: ` +
          "the split decoder needs more features than channels",
      );
    }
    return {
      blocks,
      inner: conv(`${last}.conv1`, inputs - channels, channels),
      up: config.probe_big ? block(`${last}.conv_up_block`, channels, inputs) : undefined,
      outer: config.probe_big ? conv(`${last}.conv2`, inputs, channels) : undefined,
      features: inputs,
    };
  };
  return {
    layout,
    channels,
    encoder,
    bottleneck,
    amplitude: decoder("decoder_amp", "amp"),
    phase: decoder("decoder_phase", "phase"),
  };
}
