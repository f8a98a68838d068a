/**
 * Which convolution kernel suits an adapter and a shape.
 *
 * Large tiles suit software adapters, where a load costs more than a spilled register; still larger
 * ones those with long vectors, which make arithmetic cheaper and loads not. Small tiles with many
 * invocations suit hardware.
 *
 * @module
 */
import type { AdapterProfile } from "../gpu/device.ts";
import {
  enlarged1,
  enlarged4,
  enlargedGradientFew,
  enlargedGradientOne,
  enlargedInput,
  forward1,
  forward4,
  forward8,
  gradientFew,
  gradientMany,
  gradientOneInput,
  gradientOneOutput,
  gradientThree,
  halves,
  tall1,
  wide8,
  winograd,
  winogradWide,
} from "./conv2d_kernels.ts";
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
