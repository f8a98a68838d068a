/**
 * Convolutions that take a change of plane size along, where no gradient is asked for.
 *
 * The plane of the other size is then never stored, which on software adapters costs as much as a tenth
 * of a convolution. When training, or where there is no such kernel, two operations are recorded.
 *
 * @module
 */
import { channelWindow, conv2d, type ConvolutionLayer, type ConvolutionOptions } from "./conv2d.ts";
import { tileFamily } from "./conv2d_kernels.ts";
import { type Fused, fusedTile, recordConvolution } from "./conv2d_plan.ts";
import type { Graph, Value } from "./graph.ts";
import type { ParameterStore } from "./parameters.ts";
import { maxPool2, upsample2 } from "./resample.ts";

/**
 * Records the maxima of 2 x 2 windows of a convolution: the bits of {@linkcode conv2d}, then
 * {@linkcode maxPool2}.
 *
 * @param input (B, Cx, H, W) f32, H a multiple of 4 and W of 8.
 * @returns (B, K, H/2, W/2).
 * @throws {ShapeError} if the input does not fit the layer.
 */
export function conv2dPooled(
  graph: Graph,
  input: Value,
  layer: ConvolutionLayer,
  store: ParameterStore,
  options: ConvolutionOptions,
): Value {
  const fused = recordFused(graph, input, layer, store, options, "pooled");
  if (fused !== undefined) return fused;
  const whole = conv2d(graph, input, layer, store, options);
  const output = maxPool2(graph, whole);
  graph.done(whole);
  return output;
}

/** Planes of a value enlarged twice, which are stored only for who cannot do without. */
export class Enlarged {
  /** (B, C, H, W). */
  readonly small: Value;
  #graph: Graph;
  #large: Value | undefined;

  /** Takes the value over: `done` gives it back. */
  constructor(graph: Graph, small: Value) {
    this.#graph = graph;
    this.small = small;
  }

  /** (B, C, 2 H, 2 W), recorded on first use. */
  get large(): Value {
    return this.#large ??= upsample2(this.#graph, this.small);
  }

  /** Says that no further operation will read it in the forward pass. */
  done(): void {
    this.#graph.done(this.small);
    if (this.#large !== undefined) this.#graph.done(this.#large);
  }
}

/**
 * Records a convolution of planes that are seen enlarged. Where a kernel does so, sums of taps take the
 * place of taps, so that bits differ by rounding from {@linkcode upsample2}, then {@linkcode conv2d}.
 *
 * @param input of (B, Cx, H, W) f32, H and W multiples of 4.
 * @returns (B, K, 2 H, 2 W).
 * @throws {ShapeError} if the input does not fit the layer.
 */
export function conv2dEnlarged(
  graph: Graph,
  input: Enlarged,
  layer: ConvolutionLayer,
  store: ParameterStore,
  options: ConvolutionOptions,
): Value {
  const fused = graph.arithmetic.convolution === "winograd"
    ? recordFused(graph, input.small, layer, store, options, "enlarged")
    : undefined;
  return fused ?? conv2d(graph, input.large, layer, store, options);
}

function recordFused(
  graph: Graph,
  input: Value,
  layer: ConvolutionLayer,
  store: ParameterStore,
  options: ConvolutionOptions,
  fused: Fused,
): Value | undefined {
  const { arithmetic } = graph, [B, , H, W] = input.tensor.shape, { weight, bias } = layer;
  const family = options.tiles ?? tileFamily(graph.gpu.profile);
  const window = channelWindow(input.tensor, layer, options), outputs = weight.shape[0];
  const shape = { channels: window.count, outputs, height: H, width: W };
  if (graph.training || fusedTile(family, shape, arithmetic, fused) === undefined) return undefined;
  const scale = fused === "pooled" ? 0.5 : 2, relu = options.activation === "relu";
  const size = [B, outputs, H * scale, W * scale];
  const output = graph.value(options.label, size, { rectified: relu });
  recordConvolution(graph.plan, family, {
    input: window,
    output: { tensor: output.tensor, first: 0, count: outputs },
    weights: store.weights,
    weightOffset: weight.offset,
    biasOffset: bias?.offset,
    relu,
    arithmetic,
    fused,
  });
  return output;
}
