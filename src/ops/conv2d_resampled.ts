/**
 * Convolutions that take a change of plane size along.
 *
 * The plane of the other size is then never stored, which on software adapters costs as much as a good
 * part of a convolution. Where there is no such kernel, two operations are recorded; maxima are taken
 * along only where no gradient is asked for.
 *
 * @module
 */
import { conv2d, type ConvolutionLayer, type ConvolutionOptions, recordLayer } from "./conv2d.ts";
import { tileFamily } from "./conv2d_tiles.ts";
import { fusedTile } from "./conv2d_plan.ts";
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
  if (!graph.training && fuses(graph, input, layer, options, "pooled")) {
    return recordLayer(graph, input, layer, store, options, "pooled");
  }
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
  const { convolution } = graph.arithmetic;
  return convolution === "winograd" && fuses(graph, input.small, layer, options, "enlarged")
    ? recordLayer(graph, input.small, layer, store, options, "enlarged")
    : conv2d(graph, input.large, layer, store, options);
}

/** Whether a kernel takes the change of size along. */
function fuses(
  graph: Graph,
  { tensor: { shape: [, , height, width] } }: Value,
  { weight: { shape: [outputs, channels] } }: ConvolutionLayer,
  { tiles }: ConvolutionOptions,
  fused: "pooled" | "enlarged",
): boolean {
  const family = tiles ?? tileFamily(graph.gpu.profile);
  const shape = { channels, outputs, height, width };
  return fusedTile(family, shape, graph.arithmetic, fused) !== undefined;
}
