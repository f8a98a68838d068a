/**
 * From numbers to colours.
 *
 * @module
 */
import type { Grid } from "./grid.ts";

/** A picture: (height, width, 3) red, green, blue. */
export interface Picture {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** Red, green, blue of each pixel. */
  readonly data: Uint8Array;
}

/** Name of a colour map. */
export type ColorMap = "grey" | "cyclic" | "heat";

/** A range of values. */
export interface ValueRange {
  /** Shown in the first colour. */
  readonly low: number;
  /** Shown in the last colour. */
  readonly high: number;
}

/** Colour of a value in 0..1. The cyclic map has the same colour at both ends and even lightness. */
export function colorOf(map: ColorMap, value: number): [number, number, number] {
  const t = Math.min(1, Math.max(0, value));
  if (map === "grey") return [255 * t, 255 * t, 255 * t];
  if (map === "heat") {
    return [
      255 * Math.min(1, 2.6 * t),
      255 * Math.min(1, Math.max(0, 2.2 * t - 0.6)),
      255 * Math.min(1, Math.max(0, 3.5 * t - 2.5)),
    ];
  }
  const wave = (shift: number): number => 140 + 100 * Math.cos(2 * Math.PI * (t - shift));
  return [wave(0.02), wave(0.36) * 0.9, wave(0.68)];
}

/** Range that leaves out the given share of pixels at each end; only pixels with `mask` count. */
export function percentileRange(grid: Grid, share: number, mask?: ArrayLike<number>): ValueRange {
  const values = grid.data.filter((v, i) =>
    Number.isFinite(v) && (mask === undefined || mask[i] > 0)
  ).sort();
  if (values.length === 0) return { low: 0, high: 1 };
  const at = (q: number): number => values[Math.round(q * (values.length - 1))];
  const low = at(share), high = at(1 - share);
  return high > low ? { low, high } : { low: low - 0.5, high: high + 0.5 };
}

/** Paints an image; pixels without `mask` are dark grey. */
export function paint(
  grid: Grid,
  range: ValueRange,
  map: ColorMap,
  mask?: ArrayLike<number>,
): Picture {
  const { height, width } = grid, data = new Uint8Array(3 * height * width);
  for (let i = 0; i < height * width; i++) {
    const shown = mask === undefined || mask[i] > 0;
    const t = (grid.data[i] - range.low) / (range.high - range.low);
    data.set(shown ? colorOf(map, t).map(Math.round) : [40, 40, 40], 3 * i);
  }
  return { height, width, data };
}

/** Enlarges a picture by a whole factor. */
export function enlarge(picture: Picture, factor: number): Picture {
  const height = picture.height * factor, width = picture.width * factor;
  const data = new Uint8Array(3 * height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 3 * (Math.floor(y / factor) * picture.width + Math.floor(x / factor));
      data.set(picture.data.subarray(from, from + 3), 3 * (y * width + x));
    }
  }
  return { height, width, data };
}
