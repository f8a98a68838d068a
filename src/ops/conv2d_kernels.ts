/**
 * The convolution kernels, and which of them suits an adapter.
 *
 * Large tiles suit software adapters, where a load costs more than a spilled register; still larger
 * ones those with long vectors, which make arithmetic cheaper and loads not. Small tiles with many
 * invocations suit hardware.
 *
 * @module
 */
import enlarged4x2x4 from "../../shaders/ops/conv2d/enlarged_4x2x4.wgsl" with { type: "text" };
import enlarged8x4x1 from "../../shaders/ops/conv2d/enlarged_8x4x1.wgsl" with { type: "text" };
import enlargedGradient1x8 from "../../shaders/ops/conv2d/enlarged_gradient_1x8.wgsl" with {
  type: "text",
};
import enlargedGradient4x4 from "../../shaders/ops/conv2d/enlarged_gradient_4x4.wgsl" with {
  type: "text",
};
import enlargedInput8x8x8 from "../../shaders/ops/conv2d/enlarged_input_8x8x8.wgsl" with {
  type: "text",
};
import gradient1x2 from "../../shaders/ops/conv2d/gradient_1x2.wgsl" with { type: "text" };
import gradient4x2 from "../../shaders/ops/conv2d/gradient_4x2.wgsl" with { type: "text" };
import gradient8x1 from "../../shaders/ops/conv2d/gradient_8x1.wgsl" with { type: "text" };
import gradient8x3 from "../../shaders/ops/conv2d/gradient_8x3.wgsl" with { type: "text" };
import gradient8x4 from "../../shaders/ops/conv2d/gradient_8x4.wgsl" with { type: "text" };
import half4x4x1 from "../../shaders/ops/conv2d/half_4x4x1.wgsl" with { type: "text" };
import half4x4x4 from "../../shaders/ops/conv2d/half_4x4x4.wgsl" with { type: "text" };
import half4x8x1 from "../../shaders/ops/conv2d/half_4x8x1.wgsl" with { type: "text" };
import half4x4x8 from "../../shaders/ops/conv2d/half_4x4x8.wgsl" with { type: "text" };
import half8x4x8 from "../../shaders/ops/conv2d/half_8x4x8.wgsl" with { type: "text" };
import tile4x4x1 from "../../shaders/ops/conv2d/tile_4x4x1.wgsl" with { type: "text" };
import tile4x4x4 from "../../shaders/ops/conv2d/tile_4x4x4.wgsl" with { type: "text" };
import tile4x8x1 from "../../shaders/ops/conv2d/tile_4x8x1.wgsl" with { type: "text" };
import tile4x4x8 from "../../shaders/ops/conv2d/tile_4x4x8.wgsl" with { type: "text" };
import tile8x4x8 from "../../shaders/ops/conv2d/tile_8x4x8.wgsl" with { type: "text" };
import winograd16x4x8 from "../../shaders/ops/conv2d/winograd_16x4x8.wgsl" with { type: "text" };
import winograd8x4x4 from "../../shaders/ops/conv2d/winograd_8x4x4.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { AdapterProfile } from "../gpu/device.ts";
import type { Arithmetic } from "./graph.ts";

/**
 * Family of register tiles: `large` for software adapters, `wide` for those with vectors of 16
 * numbers, `small` for hardware. The first two round alike.
 */
export type TileFamily = "large" | "wide" | "small";

/** Family for an adapter. */
export function tileFamily({ software, lanes }: AdapterProfile): TileFamily {
  return !software ? "small" : lanes >= 16 ? "wide" : "large";
}

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
  label: "ops/conv2d/tile_8x4x8#convolve",
  source: tile8x4x8,
});
const forward8 = defineKernel({
  ...forward,
  label: "ops/conv2d/tile_4x4x8#convolve",
  source: tile4x4x8,
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
const winogradWide = defineKernel({
  ...forward,
  label: "ops/conv2d/winograd_16x4x8#convolve",
  source: winograd16x4x8,
});
const winograd = defineKernel({
  ...forward,
  label: "ops/conv2d/winograd_8x4x4#convolve",
  source: winograd8x4x4,
});
const enlarged1 = defineKernel({
  ...forward,
  label: "ops/conv2d/enlarged_8x4x1#convolve",
  source: enlarged8x4x1,
});
const enlarged4 = defineKernel({
  ...forward,
  label: "ops/conv2d/enlarged_4x2x4#convolve",
  source: enlarged4x2x4,
});
const enlargedInput = defineKernel({
  ...forward,
  label: "ops/conv2d/enlarged_input_8x8x8#convolve",
  source: enlargedInput8x8x8,
});
/** The direct ones, multiplying 16-bit numbers. */
const halfOf = (whole: typeof wide8, source: string) =>
  [
    whole,
    defineKernel({ ...forward, label: whole.label.replace("/tile_", "/half_"), source }),
  ] as const;
const halves = new Map([
  halfOf(wide8, half8x4x8),
  halfOf(forward8, half4x4x8),
  halfOf(forward4, half4x4x4),
  halfOf(tall1, half4x8x1),
  halfOf(forward1, half4x4x1),
]);
const enlargedGradientFew = defineKernel({
  ...backward,
  label: "ops/conv2d/enlarged_gradient_4x4#accumulate",
  source: enlargedGradient4x4,
});
const enlargedGradientOne = defineKernel({
  ...backward,
  label: "ops/conv2d/enlarged_gradient_1x8#accumulate",
  source: enlargedGradient1x8,
});
const gradientMany = defineKernel({
  ...backward,
  label: "ops/conv2d/gradient_8x4#accumulate",
  source: gradient8x4,
});
const gradientThree = defineKernel({
  ...backward,
  label: "ops/conv2d/gradient_8x3#accumulate",
  source: gradient8x3,
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

/** A forward kernel and its tile: what one invocation makes. */
export interface ForwardChoice {
  /** The kernel. */
  readonly kernel: typeof wide8;
  /** Pixels of a row. */
  readonly columns: number;
  /** Rows. */
  readonly rows: number;
  /** Output channels. */
  readonly outputs: number;
}

/** What a forward kernel is chosen by. */
export interface ForwardShape {
  /** Input channels. */
  readonly channels: number;
  /** Output channels. */
  readonly outputs: number;
  /** Rows of a plane. */
  readonly height: number;
  /** Columns of a plane. */
  readonly width: number;
}

/** Kernel for a convolution of this shape. */
export function forwardTile(
  family: TileFamily,
  shape: ForwardShape,
  { convolution, half }: Arithmetic,
): ForwardChoice {
  const winograd = convolution === "winograd" && !half ? winogradTile(family, shape) : undefined;
  if (winograd !== undefined) return winograd;
  const tile = directTile(family, shape);
  return half ? { ...tile, kernel: halves.get(tile.kernel) ?? tile.kernel } : tile;
}

/**
 * Minimal filters, where products are worth saving: on software adapters. The choice between them and
 * direct sums does not depend on the length of vectors, so that results do not either.
 */
function winogradTile(family: TileFamily, shape: ForwardShape): ForwardChoice | undefined {
  const { channels, outputs, width } = shape;
  if (family === "small" || outputs === 1 || channels < 4 || width % 8 !== 0) return undefined;
  return family === "wide" && outputs > 4 && width % 16 === 0
    ? { kernel: winogradWide, columns: 16, rows: 4, outputs: 8 }
    : { kernel: winograd, columns: 8, rows: 4, outputs: 4 };
}

/**
 * Kernel for a plane of this shape that is seen enlarged twice; undefined on hardware, where it was not
 * measured.
 */
export function enlargedTile(family: TileFamily, shape: ForwardShape): ForwardChoice | undefined {
  const { outputs, height, width } = shape;
  if (family === "small") return undefined;
  return outputs === 1 && width % 8 === 0 && height % 4 === 0
    ? { kernel: enlarged1, columns: 8, rows: 4, outputs: 1 }
    : { kernel: enlarged4, columns: 4, rows: 2, outputs: 4 };
}

/** Kernel for the gradient with respect to planes that were seen enlarged; of software adapters. */
export const ENLARGED_INPUT: ForwardChoice = {
  kernel: enlargedInput,
  columns: 8,
  rows: 8,
  outputs: 8,
};

function directTile(family: TileFamily, { outputs, height, width }: ForwardShape): ForwardChoice {
  const software = family !== "small";
  if (outputs === 1 && software && height % 8 === 0) {
    return { kernel: tall1, columns: 4, rows: 8, outputs: 1 };
  }
  if (outputs === 1) return { kernel: forward1, columns: 4, rows: 4, outputs: 1 };
  if (outputs > 4 && family === "wide" && width % 8 === 0) {
    return { kernel: wide8, columns: 8, rows: 4, outputs: 8 };
  }
  if (outputs > 4 && software) return { kernel: forward8, columns: 4, rows: 4, outputs: 8 };
  return { kernel: forward4, columns: 4, rows: 4, outputs: 4 };
}

/** A kernel of the weight gradient, and its (output, input) channel pairs. */
export interface GradientChoice {
  /** The kernel. */
  readonly kernel: typeof gradientMany;
  /** Output channels. */
  readonly outputs: number;
  /** Input channels. */
  readonly channels: number;
}

/** Kernel of the weight gradient for planes that were seen enlarged; of software adapters. */
export function enlargedGradientTile(outputs: number): GradientChoice {
  return outputs === 1
    ? { kernel: enlargedGradientOne, outputs: 1, channels: 8 }
    : { kernel: enlargedGradientFew, outputs: 4, channels: 4 };
}

/** Kernel of the weight gradient for so many channels. */
export function gradientTile(
  family: TileFamily,
  outputs: number,
  channels: number,
): GradientChoice {
  if (outputs === 1) return { kernel: gradientOneOutput, outputs: 1, channels: 2 };
  if (outputs <= 4 || family === "small") return { kernel: gradientFew, outputs: 4, channels: 2 };
  if (channels === 1) return { kernel: gradientOneInput, outputs: 8, channels: 1 };
  if (family === "wide") return { kernel: gradientThree, outputs: 8, channels: 3 };
  return { kernel: gradientMany, outputs: 8, channels: 4 };
}
