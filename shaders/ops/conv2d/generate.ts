/**
 * Writes the register-tiled convolution kernels beside this file.
 *
 * Register tiles need unrolled text, which `override` constants cannot give. The emitted files are
 * committed and loaded as they are; run this only after a change here:
 * `deno run -A shaders/ops/conv2d/generate.ts`. A test checks that the files are up to date.
 *
 * @module
 */
import { directText } from "./direct.ts";
import { enlargedGradientText, enlargedInputText, enlargedText } from "./enlarged.ts";
import type { ForwardTile } from "./frame.ts";
import { gradientText, type GradientTile } from "./gradient.ts";
import { WINOGRAD_ROWS, winogradText } from "./winograd.ts";

/** Tiles that are emitted. */
export const FORWARD_TILES: readonly ForwardTile[] = [
  { quads: 2, rows: 4, outputs: 8 },
  { quads: 1, rows: 4, outputs: 8 },
  { quads: 1, rows: 4, outputs: 4 },
  { quads: 1, rows: 8, outputs: 1 },
  { quads: 1, rows: 4, outputs: 1 },
];

/** Tiles that are emitted. */
export const WINOGRAD_TILES: readonly ForwardTile[] = [
  { quads: 4, rows: WINOGRAD_ROWS, outputs: 8 },
  { quads: 2, rows: WINOGRAD_ROWS, outputs: 4 },
];

/** Tiles that are emitted. */
export const ENLARGED_TILES: readonly ForwardTile[] = [
  { quads: 2, rows: 4, outputs: 1 },
  { quads: 1, rows: 2, outputs: 4 },
];

/** Tiles of the gradient with respect to planes seen enlarged that are emitted. */
export const ENLARGED_INPUT_TILES: readonly ForwardTile[] = [{ quads: 2, rows: 8, outputs: 8 }];

/** Tiles of the weight gradient for planes seen enlarged that are emitted. */
export const ENLARGED_GRADIENT_TILES: readonly GradientTile[] = [
  { outputs: 4, channels: 4 },
  { outputs: 1, channels: 8 },
];

/** Tiles that are emitted. */
export const GRADIENT_TILES: readonly GradientTile[] = [
  { outputs: 8, channels: 4 },
  { outputs: 8, channels: 3 },
  { outputs: 8, channels: 1 },
  { outputs: 4, channels: 2 },
  { outputs: 1, channels: 2 },
];

/** File name of a forward tile of a family. */
export function forwardName(
  { quads, rows, outputs }: ForwardTile,
  family: "tile" | "half" | "winograd" | "enlarged" | "enlarged_input",
): string {
  return `${family}_${4 * quads}x${rows}x${outputs}.wgsl`;
}

/** File name of a weight-gradient tile. */
export function gradientName(
  tile: GradientTile,
  family: "gradient" | "enlarged_gradient" = "gradient",
): string {
  return `${family}_${tile.outputs}x${tile.channels}.wgsl`;
}

/** All files: name and text. */
export function emit(): Map<string, string> {
  return new Map([
    ...FORWARD_TILES.map((tile) => [forwardName(tile, "tile"), directText(tile)] as const),
    ...FORWARD_TILES.map((tile) => [forwardName(tile, "half"), directText(tile, true)] as const),
    ...WINOGRAD_TILES.map((tile) => [forwardName(tile, "winograd"), winogradText(tile)] as const),
    ...ENLARGED_TILES.map((tile) => [forwardName(tile, "enlarged"), enlargedText(tile)] as const),
    ...ENLARGED_INPUT_TILES.map((tile) =>
      [forwardName(tile, "enlarged_input"), enlargedInputText(tile)] as const
    ),
    ...ENLARGED_GRADIENT_TILES.map((tile) =>
      [gradientName(tile, "enlarged_gradient"), enlargedGradientText(tile)] as const
    ),
    ...GRADIENT_TILES.map((tile) => [gradientName(tile), gradientText(tile)] as const),
  ]);
}

if (import.meta.main) {
  for (const [name, text] of emit()) {
    Deno.writeTextFileSync(new URL(name, import.meta.url), text);
  }
}
