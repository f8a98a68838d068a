/**
 * Recording of the convolution kernels: grids, splits, reductions.
 *
 * @module
 */
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import partialsSource from "../../shaders/ops/partials.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { acrossLanes } from "./conv2d_kernels.ts";
import {
  ENLARGED_INPUT,
  enlargedGradientTile,
  enlargedTile,
  type ForwardChoice,
  type ForwardShape,
  forwardTile,
  gradientTile,
  type TileFamily,
} from "./conv2d_tiles.ts";
import type { Arithmetic, Graph } from "./graph.ts";
import { roundUp4 } from "./parameters.ts";

const sums = {
  source: partialsSource,
  snippets: [index],
  bindings: { source: "read", folded: "read_write" },
  params: {
    stride: "u32",
    splits: "u32",
    group: "u32",
    count: "u32",
    weights: "u32",
    weightCount: "u32",
    bias: "u32",
  },
} as const;
const fold = defineKernel({ ...sums, label: "ops/partials#fold", entryPoint: "fold" });
const finish = defineKernel({ ...sums, label: "ops/partials#finish", entryPoint: "finish" });

const BIAS = 1, RELU = 2;
const MAX_GROUPS = 65535;

/** Channels `first .. first + count` of a tensor (batch, channel, row, column). */
export interface ChannelWindow {
  /** The whole tensor. */
  readonly tensor: Tensor;
  /** First channel. */
  readonly first: number;
  /** Number of channels. */
  readonly count: number;
}

/** What {@linkcode recordConvolution} computes. */
export interface Convolution {
  /** Channels read. */
  readonly input: ChannelWindow;
  /** Channels written. */
  readonly output: ChannelWindow;
  /** Flat tensor with the weights [C][9][Kp]. */
  readonly weights: Tensor;
  /** First element of the weights in it, a multiple of 4. */
  readonly weightOffset: number;
  /** First element of the bias in it, a multiple of 4. */
  readonly biasOffset?: number | undefined;
  /** Negative results become 0. */
  readonly relu?: boolean;
  /** Tensor like the output's: results become 0 where it is not positive. */
  readonly mask?: Tensor | undefined;
  /** How it multiplies and adds. */
  readonly arithmetic: Arithmetic;
  /**
   * `pooled`: the output is the maxima of 2 x 2 windows; `enlarged`: the input is seen twice as large;
   * `reduced`: the input is the gradient of what was computed from an enlarged one, the output the
   * gradient with respect to that. Only where {@linkcode fusedTile} has a kernel.
   */
  readonly fused?: Fused | undefined;
}

/** A change of plane size that a convolution can take along. */
export type Fused = "pooled" | "enlarged" | "reduced";

/** Kernel that takes a change of plane size along, or undefined if there is none for this shape. */
export function fusedTile(
  family: TileFamily,
  shape: ForwardShape,
  arithmetic: Arithmetic,
  fused: Fused,
): ForwardChoice | undefined {
  if (arithmetic.half) return undefined;
  if (fused === "enlarged") return enlargedTile(family, shape);
  if (fused === "reduced") return family === "small" ? undefined : ENLARGED_INPUT;
  const tile = forwardTile(family, shape, arithmetic);
  return tile.columns % 8 === 0 && tile.rows % 2 === 0 ? tile : undefined;
}

/** Records output = convolution of input, with bias, ReLU and mask as asked. */
export function recordConvolution(plan: Plan, family: TileFamily, work: Convolution): void {
  const { input, output, weights, biasOffset, mask, fused } = work;
  const [B, inputChannels, H, W] = input.tensor.shape;
  const shape = { channels: input.count, outputs: output.count, height: H, width: W };
  const tile = fused === undefined
    ? forwardTile(family, shape, work.arithmetic)
    : fusedTile(family, shape, work.arithmetic, fused);
  if (tile === undefined) throw new ShapeError(`Cannot convolve ${input.tensor.label} ${fused}`);
  const tilesX = W / tile.columns, tilesY = H / tile.rows, tiles = B * tilesY * tilesX;
  const mode = (biasOffset === undefined ? 0 : BIAS) + (work.relu ? RELU : 0);
  const workgroup = family === "small" ? 64 : 32;
  const groups = Math.ceil(tiles / workgroup);
  const folded = Math.ceil(groups / MAX_GROUPS);
  const constants: Record<string, number> = { MASKED: mask === undefined ? 0 : 1 };
  if (fused === "pooled") constants.POOLED = 1;
  const { shuffles } = plan.gpu.profile;
  const lanes = passesRows(plan, workgroup, tilesX) && tiles % shuffles === 0 &&
    !work.arithmetic.half;
  if (lanes) constants.LANES = shuffles;
  const kernel = lanes ? acrossLanes(tile.kernel) : tile.kernel;
  plan.run(
    { ...kernel, workgroup, constants },
    { input: input.tensor, weights, mask: mask ?? weights, output: output.tensor },
    {
      inputChannels,
      firstChannel: input.first,
      channels: input.count,
      outputChannels: output.tensor.shape[1],
      firstOutput: output.first,
      outputs: output.count,
      weights: work.weightOffset / 4,
      weightRow: roundUp4(output.count) / 4,
      bias: (biasOffset ?? 0) / 4,
      height: H,
      width4: W / 4,
      tilesX,
      tilesY,
      tiles,
      mode,
    },
    [Math.ceil(output.count / tile.outputs), Math.ceil(groups / folded), folded],
  );
}

/**
 * True if tiles beside each other are those of invocations that can pass numbers to each other, where
 * so many consecutive invocations have the tiles of a row.
 */
function passesRows({ gpu }: Plan, workgroup: number, tilesOfRow: number): boolean {
  const { shuffles } = gpu.profile;
  return shuffles > 0 && workgroup % shuffles === 0 && shuffles % tilesOfRow === 0;
}

/** What {@linkcode recordWeightGradient} computes. */
export interface WeightGradient {
  /** Channels the convolution read. */
  readonly input: ChannelWindow;
  /** Gradient with respect to its output, (B, K, H, W); of an enlarged input (B, K, 2 H, 2 W). */
  readonly gradient: Tensor;
  /** True if the input was seen enlarged. */
  readonly enlarged?: boolean;
  /** Flat tensor the result is written to, as [C][9][Kp]. */
  readonly target: Tensor;
  /** First element of the weights in it. */
  readonly weightOffset: number;
  /** First element of the bias in it. */
  readonly biasOffset?: number | undefined;
}

/** Records the gradient with respect to weights and bias. */
export function recordWeightGradient(graph: Graph, family: TileFamily, work: WeightGradient): void {
  const { plan } = graph;
  const { input, gradient } = work;
  const [B, , H, W] = input.tensor.shape, K = gradient.shape[1];
  const C = input.count, weightRow = roundUp4(K) / 4;
  const spread = family === "small";
  // Lanes read neighbouring strips: on hardware always, in software where planes are so large that
  // lanes of different channels, a power of two apart, would push each other out of the cache. This
  // decides on rounding, and direct sums keep that of the golden cases.
  const exact = graph.arithmetic.convolution === "direct";
  const neighbours = spread || H * W >= (exact ? 4096 : 1024);
  const tile = work.enlarged ? enlargedGradientTile(K) : gradientTile(family, K, C);
  const blocksOf = (t: typeof tile) => [Math.ceil(C / t.channels), Math.ceil(K / t.outputs)];
  const [channelBlocks, outputBlocks] = blocksOf(tile), blocks = channelBlocks * outputBlocks;
  const stride = (9 * C + 1) * weightRow;
  const bandRows = spread ? Math.min(H, 8) : H, bands = Math.ceil(H / bandRows);
  const strips = B * bands * W / 4;
  // Hardware wants very many invocations, within a bounded amount of partial results.
  const shared = work.enlarged ? tile : gradientTile("large", K, C);
  const wanted = spread
    ? Math.min(Math.ceil(2 ** 17 / blocks), Math.floor(2 ** 22 / stride))
    : Math.max(softwareSplits(blocksOf(shared)), neighbours ? 16 : 1);
  const most = Math.max(1, Math.min(wanted, strips));
  const stripsPerSplit = Math.ceil(strips / most), splits = Math.ceil(strips / stripsPerSplit);
  const partials = graph.allocate("convolution partials", [splits, 4 * stride]);
  // Workgroups of one vector keep all cores of a software adapter busy.
  const workgroup = { small: 64, large: 8, wide: 16 }[family];
  const rows = !work.enlarged && neighbours && splits % workgroup === 0 &&
    passesRows(plan, workgroup, W / 4);
  plan.run(
    { ...(rows ? acrossLanes(tile.kernel) : tile.kernel), workgroup },
    { input: input.tensor, gradient, partials },
    {
      inputChannels: input.tensor.shape[1],
      firstChannel: input.first,
      channels: C,
      outputs: K,
      height: H,
      width4: W / 4,
      bands,
      bandRows,
      strips,
      stripsPerSplit,
      splitStep: neighbours ? 1 : stripsPerSplit,
      stripStep: neighbours ? splits : 1,
      splits,
      channelBlocks,
      outputBlocks,
      weightRow,
      stride,
      splitsFirst: neighbours ? 1 : 0,
    },
    blocks * splits,
  );
  recordFinish(graph, partials, splits, stride, 9 * C * weightRow, work);
}

/** Splits on software adapters: of the blocks of the large tiles, so that all of them round alike. */
function softwareSplits([channelBlocks, outputBlocks]: readonly number[]): number {
  return Math.ceil(512 / (channelBlocks * outputBlocks));
}

/** Sums the rows of `partials` in groups of 32, again and again, until one row is left. */
function recordFinish(
  graph: Graph,
  partials: Tensor,
  splits: number,
  stride: number,
  weightCount: number,
  work: WeightGradient,
): void {
  const { plan } = graph;
  const group = 32;
  let source = partials, rows = splits;
  while (rows > group) {
    const left = Math.ceil(rows / group), count = left * stride;
    const folded = graph.allocate("folded partials", [left, 4 * stride]);
    const params = { stride, splits: rows, group, count, weights: 0, weightCount: 0, bias: 0 };
    plan.run(fold, { source, folded }, params, count);
    graph.release(source);
    source = folded;
    rows = left;
  }
  const count = work.biasOffset === undefined ? weightCount : stride;
  plan.run(
    finish,
    { source, folded: work.target },
    {
      stride,
      splits: rows,
      group: rows,
      count,
      weights: work.weightOffset / 4,
      weightCount,
      bias: (work.biasOffset ?? 0) / 4,
    },
    count,
  );
  graph.release(source);
}

/** Fails unless the kernels can take planes of this size. @throws {ShapeError} */
export function checkPlane(label: string, height: number, width: number): void {
  if (height % 4 !== 0 || width % 4 !== 0) {
    throw new ShapeError(
      `Cannot convolve ${label} as its planes are ${height} x ${width}: ` +
        "rows and columns must be multiples of 4",
    );
  }
}
