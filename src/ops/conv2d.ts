/**
 * Convolution 3 x 3, stride 1, zero padding, with bias and ReLU, and its gradients.
 *
 * output[b,k,y,x] = bias[k] + sum over c,i,j of weight[k,c,i,j] input[b,c,y+i-1,x+j-1]
 *
 * @module
 */
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import repackSource from "../../shaders/ops/repack.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { type TileFamily, tileFamily } from "./conv2d_tiles.ts";
import {
  type ChannelWindow,
  checkPlane,
  recordConvolution,
  recordWeightGradient,
} from "./conv2d_plan.ts";
import type { Graph, Value } from "./graph.ts";
import { type Parameter, type ParameterStore, roundUp4 } from "./parameters.ts";

const transposeTaps = defineKernel({
  label: "ops/repack#transpose_taps",
  source: repackSource,
  snippets: [index],
  entryPoint: "transpose_taps",
  bindings: { weights: "texel", transposed: "read_write" },
  params: {
    channels: "u32",
    outputs: "u32",
    row: "u32",
    transposedRow: "u32",
    fromVector: "u32",
    toVector: "u32",
  },
});

/** Parameters of a convolution. */
export interface ConvolutionLayer {
  /** (K, C, 3, 3), packed. */
  readonly weight: Parameter;
  /** (K). */
  readonly bias: Parameter | undefined;
}

/** Options of {@linkcode conv2d}. */
export interface ConvolutionOptions {
  /** Applied to the result. */
  readonly activation: "relu" | "none";
  /** Name of the output tensor. */
  readonly label: string;
  /** First input channel that is read; default 0. */
  readonly channelStart?: number;
  /** Number of input channels that are read; default all from `channelStart` on. */
  readonly channelCount?: number;
  /** Register tiles; default by adapter. */
  readonly tiles?: TileFamily;
}

/**
 * The channels that a layer reads of a tensor.
 *
 * @throws {ShapeError} if the tensor does not fit the layer.
 */
export function channelWindow(
  tensor: Tensor,
  { weight }: ConvolutionLayer,
  options: Pick<ConvolutionOptions, "channelStart" | "channelCount">,
): ChannelWindow {
  const { shape, label } = tensor, [, C] = weight.shape;
  const first = options.channelStart ?? 0;
  const count = options.channelCount ?? (shape[1] ?? 0) - first;
  if (!weight.packed || shape.length !== 4 || count !== C || first < 0 || first + C > shape[1]) {
    throw new ShapeError(
      `Cannot convolve ${label} of shape (${shape.join(", ")}), ` +
        `channels ${first}..${first + count}, with weights ${weight.name} ` +
        `of shape (${weight.shape.join(", ")})`,
    );
  }
  checkPlane(label, shape[2], shape[3]);
  return { tensor, first, count };
}

/**
 * Records a convolution.
 *
 * In a graph of half precision the products are 16-bit numbers; sums over channels and all gradients
 * are 32-bit ones. When training, {@linkcode recordTranspose} must be recorded before the backward pass. The gradient
 * with respect to channels outside the window is zero.
 *
 * @param input (B, Cx, H, W) f32, H and W multiples of 4.
 * @returns (B, K, H, W) f32, rectified with `activation: "relu"`.
 * @throws {ShapeError} if the input does not fit the layer.
 */
export function conv2d(
  graph: Graph,
  input: Value,
  layer: ConvolutionLayer,
  store: ParameterStore,
  options: ConvolutionOptions,
): Value {
  return recordLayer(graph, input, layer, store, options);
}

/**
 * Records a convolution that may take a change of plane size along; `pooled` has no gradient. The caller
 * asks {@linkcode fusedTile} first.
 *
 * @throws {ShapeError} if the input does not fit the layer.
 */
export function recordLayer(
  graph: Graph,
  input: Value,
  layer: ConvolutionLayer,
  store: ParameterStore,
  options: ConvolutionOptions,
  fused?: "pooled" | "enlarged",
): Value {
  const { plan, arithmetic } = graph, { weight, bias } = layer, [K, C] = weight.shape;
  const window = channelWindow(input.tensor, layer, options), { first } = window;
  const [B, channels, H, W] = input.tensor.shape;
  const family = options.tiles ?? tileFamily(graph.gpu.profile);
  const relu = options.activation === "relu", enlarged = fused === "enlarged";
  const scale = enlarged ? 2 : fused === "pooled" ? 0.5 : 1;
  const size = [B, K, H * scale, W * scale];
  const output = graph.value(options.label, size, { rectified: relu });
  recordConvolution(plan, family, {
    input: window,
    output: { tensor: output.tensor, first: 0, count: K },
    weights: store.weights,
    weightOffset: weight.offset,
    biasOffset: bias?.offset,
    relu,
    arithmetic,
    fused,
  });
  graph.onBackward([output], () => {
    const { gradient } = output;
    const { gradients, transposed } = store;
    if (gradient === undefined) return;
    if (gradients === undefined || transposed === undefined) {
      throw new ShapeError(`Cannot train ${weight.name} as its store was made for inference`);
    }
    recordWeightGradient(graph, family, {
      input: window,
      gradient,
      enlarged,
      target: gradients,
      weightOffset: weight.offset,
      biasOffset: bias?.offset,
    });
    graph.contribute(input, true, (target) => {
      if (C < channels) plan.clear(target);
      recordConvolution(plan, family, {
        input: { tensor: gradient, first: 0, count: K },
        output: { tensor: target, first, count: C },
        weights: transposed,
        weightOffset: store.transposedOffsets.get(weight.name)!,
        mask: input.rectified ? input.tensor : undefined,
        arithmetic: { ...arithmetic, half: false },
        fused: enlarged ? "reduced" : undefined,
      });
    });
  });
  return output;
}

/**
 * Records the refresh of `store.transposed` from the weights, needed once a step before the backward
 * pass of convolutions. Does nothing for a store made for inference.
 */
export function recordTranspose(plan: Plan, store: ParameterStore): void {
  const { weights, transposed } = store;
  if (transposed === undefined) return;
  for (const { name, offset, shape: [outputs, channels] } of packedParameters(store)) {
    const row = roundUp4(outputs) / 4, transposedRow = roundUp4(channels) / 4;
    const toVector = store.transposedOffsets.get(name)! / 4;
    plan.run(
      transposeTaps,
      { weights, transposed },
      { channels, outputs, row, transposedRow, fromVector: offset / 4, toVector },
      9 * row * transposedRow,
    );
  }
}

function packedParameters(store: ParameterStore): Parameter[] {
  return store.layout.parameters.filter((p) => p.packed);
}
