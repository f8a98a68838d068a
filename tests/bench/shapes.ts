/** Every distinct convolution of the networks that are measured. */
import { resolveRun, type RunConfig, type RunOverrides } from "../../src/config/presets.ts";
import {
  type BlockLayers,
  type ConvLayer,
  declareNetwork,
} from "../../src/network/architecture.ts";

/** A convolution of a network: C of Cx input channels to K, planes of H x H. */
export interface ConvShape {
  readonly C: number;
  readonly K: number;
  readonly H: number;
  /** True for the first layer, whose input is data: no input gradient. */
  readonly data: boolean;
  readonly relu: boolean;
}

/** Sizes that are measured: width of the network and side of a pattern. */
export interface NetworkSize {
  readonly width: number;
  readonly N: number;
}

/** The four networks of the report. */
export const NETWORKS: readonly NetworkSize[] = [
  { width: 1, N: 64 },
  { width: 2, N: 64 },
  { width: 1, N: 128 },
  { width: 2, N: 128 },
];

/** Batch of the report. */
export const BATCH = 16;

/** Split decoder without attention: the network of the PyTorch yardstick. */
export function yardstickConfig(size: NetworkSize, more: RunOverrides = {}): RunConfig {
  return resolveRun({
    N: size.N,
    n_filters_scale: size.width,
    cbam_encoder: false,
    convolution: "winograd",
    amp_activation: "sigmoid",
    amp_scale: 1,
    probe_normalization: "energy",
    batch_size: BATCH,
    ...more,
  }, "reference");
}

/** The recipe that is recommended to users. */
export function recommendedConfig(size: NetworkSize, more: RunOverrides = {}): RunConfig {
  return resolveRun({
    N: size.N,
    n_filters_scale: size.width,
    batch_size: BATCH,
    ...more,
  }, "recommended");
}

/** All convolutions of a network in order, repeats included. */
export function convolutionsOf(config: RunConfig): ConvShape[] {
  const layers = declareNetwork(config.model);
  const shapes: ConvShape[] = [];
  const add = (layer: ConvLayer, H: number, relu: boolean, data = false): void => {
    const [K, C] = layer.weight.shape;
    shapes.push({ C, K, H, data, relu });
  };
  const block = ({ conv1, conv2 }: BlockLayers, H: number, data = false): void => {
    add(conv1, H, true, data);
    add(conv2, H, true);
  };
  let H = config.model.N;
  layers.encoder.forEach((b, i) => {
    block(b, H, i === 0);
    H /= 2;
  });
  const bottom = H;
  for (const decoder of [layers.amplitude, layers.phase]) {
    H = bottom;
    for (const b of decoder.blocks) {
      block(b, H);
      H *= 2;
    }
    if (decoder.inner !== undefined) add(decoder.inner, H, false);
    if (decoder.up !== undefined) block(decoder.up, H);
    if (decoder.outer !== undefined) add(decoder.outer, 2 * H, false);
  }
  return shapes;
}

/** Floating-point operations of all convolutions, forward, for a batch. */
export function forwardFlops(config: RunConfig, batch: number): number {
  return convolutionsOf(config).reduce((sum, s) => sum + flopsOf(s, batch), 0);
}

/** Operations of a whole step: forward, weight gradients, input gradients. */
export function stepFlops(config: RunConfig, batch: number): number {
  return convolutionsOf(config).reduce(
    (sum, s) => sum + (s.data ? 2 : 3) * flopsOf(s, batch),
    0,
  );
}

/** 2 FLOP for each product; products with the padding are counted as usual. */
export function flopsOf({ C, K, H }: ConvShape, batch: number): number {
  return 2 * 9 * batch * C * K * H * H;
}

/** The distinct ones over all measured networks, with the decoders of both recipes. */
export function distinctConvolutions(): ConvShape[] {
  const found = new Map<string, ConvShape>();
  for (const size of NETWORKS) {
    for (const config of [yardstickConfig(size), recommendedConfig(size)]) {
      for (const shape of convolutionsOf(config)) {
        const key = `${shape.C} ${shape.K} ${shape.H} ${shape.relu}`;
        if (!found.has(key)) found.set(key, shape);
      }
    }
  }
  return [...found.values()];
}
