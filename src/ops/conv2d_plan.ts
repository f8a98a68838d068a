/**
 * Choice and recording of the convolution kernels: register tiles, grids, splits, reductions.
 *
 * Large tiles suit software adapters, where a load costs more than a spilled register; small tiles
 * with many invocations suit hardware.
 *
 * @module
 */
import gradient1x2 from "../../shaders/ops/conv2d/gradient_1x2.wgsl" with { type: "text" };
import gradient4x2 from "../../shaders/ops/conv2d/gradient_4x2.wgsl" with { type: "text" };
import gradient8x1 from "../../shaders/ops/conv2d/gradient_8x1.wgsl" with { type: "text" };
import gradient8x4 from "../../shaders/ops/conv2d/gradient_8x4.wgsl" with { type: "text" };
import half4x4x1 from "../../shaders/ops/conv2d/half_4x4x1.wgsl" with { type: "text" };
import half4x4x4 from "../../shaders/ops/conv2d/half_4x4x4.wgsl" with { type: "text" };
import half4x8x1 from "../../shaders/ops/conv2d/half_4x8x1.wgsl" with { type: "text" };
import half8x2x8 from "../../shaders/ops/conv2d/half_8x2x8.wgsl" with { type: "text" };
import tile4x4x1 from "../../shaders/ops/conv2d/tile_4x4x1.wgsl" with { type: "text" };
import tile4x4x4 from "../../shaders/ops/conv2d/tile_4x4x4.wgsl" with { type: "text" };
import tile4x8x1 from "../../shaders/ops/conv2d/tile_4x8x1.wgsl" with { type: "text" };
import tile8x2x8 from "../../shaders/ops/conv2d/tile_8x2x8.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import partialsSource from "../../shaders/ops/partials.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { Graph } from "./graph.ts";
import { roundUp4 } from "./parameters.ts";

/** Family of register tiles: `large` for software adapters, `small` for hardware. */
export type TileFamily = "large" | "small";

const forward = {
  entryPoint: "convolve",
  bindings: { input: "texel", weights: "texel", mask: "texel", output: "read_write" },
  params: {
    inputChannels: "u32",
    firstChannel: "u32",
    channels: "u32",
    outputChannels: "u32",
    firstOutput: "u32",
    outputs: "u32",
    weights: "u32",
    weightRow: "u32",
    bias: "u32",
    height: "u32",
    width4: "u32",
    tilesX: "u32",
    tilesY: "u32",
    tiles: "u32",
    mode: "u32",
  },
} as const;
const backward = {
  entryPoint: "accumulate",
  snippets: [index],
  bindings: { input: "texel", gradient: "texel", partials: "read_write" },
  params: {
    inputChannels: "u32",
    firstChannel: "u32",
    channels: "u32",
    outputs: "u32",
    height: "u32",
    width4: "u32",
    bands: "u32",
    bandRows: "u32",
    strips: "u32",
    stripsPerSplit: "u32",
    splitStep: "u32",
    stripStep: "u32",
    splits: "u32",
    channelBlocks: "u32",
    outputBlocks: "u32",
    weightRow: "u32",
    stride: "u32",
    splitsFirst: "u32",
  },
} as const;
const wide8 = defineKernel({
  ...forward,
  label: "ops/conv2d/tile_8x2x8#convolve",
  source: tile8x2x8,
});
const forward4 = defineKernel({
  ...forward,
  label: "ops/conv2d/tile_4x4x4#convolve",
  source: tile4x4x4,
});
const tall1 = defineKernel({
  ...forward,
  label: "ops/conv2d/tile_4x8x1#convolve",
  source: tile4x8x1,
});
const forward1 = defineKernel({
  ...forward,
  label: "ops/conv2d/tile_4x4x1#convolve",
  source: tile4x4x1,
});
/** The same four, multiplying 16-bit numbers. */
const halfOf = (whole: typeof wide8, source: string) =>
  [
    whole,
    defineKernel({ ...forward, label: whole.label.replace("/tile_", "/half_"), source }),
  ] as const;
const halves = new Map([
  halfOf(wide8, half8x2x8),
  halfOf(forward4, half4x4x4),
  halfOf(tall1, half4x8x1),
  halfOf(forward1, half4x4x1),
]);
const gradientMany = defineKernel({
  ...backward,
  label: "ops/conv2d/gradient_8x4#accumulate",
  source: gradient8x4,
});
const gradientOneInput = defineKernel({
  ...backward,
  label: "ops/conv2d/gradient_8x1#accumulate",
  source: gradient8x1,
});
const gradientFew = defineKernel({
  ...backward,
  label: "ops/conv2d/gradient_4x2#accumulate",
  source: gradient4x2,
});
const gradientOneOutput = defineKernel({
  ...backward,
  label: "ops/conv2d/gradient_1x2#accumulate",
  source: gradient1x2,
});
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

const BIAS = 1, RELU = 2, MASK = 4;
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
  /** Multiply 16-bit numbers; the device must offer `shader-f16`. */
  readonly half?: boolean;
}

/** Records output = convolution of input, with bias, ReLU and mask as asked. */
export function recordConvolution(plan: Plan, family: TileFamily, work: Convolution): void {
  const { input, output, weights, biasOffset, mask } = work;
  const [B, inputChannels, H, W] = input.tensor.shape;
  const tile = forwardTile(family, output.count, H, W);
  const tilesX = W / tile.columns, tilesY = H / tile.rows, tiles = B * tilesY * tilesX;
  const mode = (biasOffset === undefined ? 0 : BIAS) + (work.relu ? RELU : 0) + (mask ? MASK : 0);
  const workgroup = family === "large" ? 32 : 64;
  const groups = Math.ceil(tiles / workgroup);
  const folded = Math.ceil(groups / MAX_GROUPS);
  const kernel = work.half === true ? halves.get(tile.kernel) ?? tile.kernel : tile.kernel;
  plan.run(
    { ...kernel, workgroup },
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

/** What {@linkcode recordWeightGradient} computes. */
export interface WeightGradient {
  /** Channels the convolution read. */
  readonly input: ChannelWindow;
  /** Gradient with respect to its output, (B, K, H, W). */
  readonly gradient: Tensor;
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
  const [B, K, H, W] = gradient.shape;
  const C = input.count, weightRow = roundUp4(K) / 4;
  const tile = gradientTile(family, K, C);
  const spread = family === "small";
  const channelBlocks = Math.ceil(C / tile.channels), outputBlocks = Math.ceil(K / tile.outputs);
  const blocks = channelBlocks * outputBlocks;
  const stride = (9 * C + 1) * weightRow;
  const bandRows = spread ? Math.min(H, 8) : H, bands = Math.ceil(H / bandRows);
  const strips = B * bands * W / 4;
  // Hardware wants very many invocations, within a bounded amount of partial results.
  const wanted = spread
    ? Math.min(Math.ceil(2 ** 17 / blocks), Math.floor(2 ** 22 / stride))
    : Math.ceil(512 / blocks);
  const most = Math.max(1, Math.min(wanted, strips));
  const stripsPerSplit = Math.ceil(strips / most), splits = Math.ceil(strips / stripsPerSplit);
  const partials = graph.allocate("convolution partials", [splits, 4 * stride]);
  plan.run(
    // Workgroups of one hardware vector keep all cores of a software adapter busy.
    { ...tile.kernel, workgroup: spread ? 64 : 8 },
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
      splitStep: spread ? 1 : stripsPerSplit,
      stripStep: spread ? splits : 1,
      splits,
      channelBlocks,
      outputBlocks,
      weightRow,
      stride,
      splitsFirst: spread ? 1 : 0,
    },
    blocks * splits,
  );
  recordFinish(graph, partials, splits, stride, 9 * C * weightRow, work);
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

function forwardTile(
  family: TileFamily,
  outputs: number,
  height: number,
  width: number,
): { kernel: typeof wide8; columns: number; rows: number; outputs: number } {
  const large = family === "large";
  if (outputs === 1 && large && height % 8 === 0) {
    return { kernel: tall1, columns: 4, rows: 8, outputs: 1 };
  }
  if (outputs === 1) return { kernel: forward1, columns: 4, rows: 4, outputs: 1 };
  if (outputs > 4 && large && width % 8 === 0) {
    return { kernel: wide8, columns: 8, rows: 2, outputs: 8 };
  }
  return { kernel: forward4, columns: 4, rows: 4, outputs: 4 };
}

function gradientTile(
  family: TileFamily,
  outputs: number,
  channels: number,
): { kernel: typeof gradientMany; outputs: number; channels: number } {
  if (outputs === 1) return { kernel: gradientOneOutput, outputs: 1, channels: 2 };
  if (outputs <= 4 || family === "small") return { kernel: gradientFew, outputs: 4, channels: 2 };
  if (channels === 1) return { kernel: gradientOneInput, outputs: 8, channels: 1 };
  return { kernel: gradientMany, outputs: 8, channels: 4 };
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
