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
export type ColorMap = "grey" | "perceptual" | "cyclic" | "heat";

/** A range of values. */
export interface ValueRange {
  /** Shown in the first colour. */
  readonly low: number;
  /** Shown in the last colour. */
  readonly high: number;
}

/** Dark violet, blue, green, yellow: even steps of lightness (CIE L* 18 to 90). */
const PERCEPTUAL = [
  [56, 31, 89],
  [46, 67, 132],
  [12, 106, 150],
  [41, 142, 148],
  [62, 179, 139],
  [147, 210, 104],
  [232, 233, 89],
];

/**
 * Colour of a value in 0..1 (others are clipped), 0..255 each.
 *
 * `cyclic` has the same colour at both ends and one lightness, so that no phase looks special.
 */
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
  if (map === "cyclic") return hueOf(2 * Math.PI * t);
  const at = Math.min(PERCEPTUAL.length - 2, Math.floor(t * (PERCEPTUAL.length - 1)));
  const share = t * (PERCEPTUAL.length - 1) - at;
  const mix = (k: number): number =>
    PERCEPTUAL[at][k] + share * (PERCEPTUAL[at + 1][k] - PERCEPTUAL[at][k]);
  return [mix(0), mix(1), mix(2)];
}

/** Colour of CIE L* 70 and chroma 38, the widest circle of hues a screen shows; angle in rad. */
function hueOf(angle: number): [number, number, number] {
  const fy = (70 + 16) / 116;
  const x = 0.9505 * (fy + 38 * Math.cos(angle) / 500) ** 3, y = fy ** 3;
  const z = 1.089 * (fy - 38 * Math.sin(angle) / 200) ** 3;
  // CIE XYZ to linear sRGB, then the sRGB curve.
  const curve = (v: number): number => 255 * (1.055 * Math.max(v, 0.0031308) ** (1 / 2.4) - 0.055);
  return [
    curve(3.2406 * x - 1.5372 * y - 0.4986 * z),
    curve(-0.9689 * x + 1.8758 * y + 0.0415 * z),
    curve(0.0557 * x - 0.2040 * y + 1.0570 * z),
  ];
}

/**
 * Range that leaves out the given share of pixels at each end; only pixels with `mask` count. Values
 * that differ by rounding only get a range of 1 around them.
 */
export function percentileRange(grid: Grid, share: number, mask?: ArrayLike<number>): ValueRange {
  const values = grid.data.filter((v, i) =>
    Number.isFinite(v) && (mask === undefined || mask[i] > 0)
  ).sort();
  if (values.length === 0) return { low: 0, high: 1 };
  const at = (q: number): number => values[Math.round(q * (values.length - 1))];
  const low = at(share), high = at(1 - share);
  const rounding = 1e-5 * Math.max(Math.abs(low), Math.abs(high));
  return high - low > rounding ? { low, high } : { low: low - 0.5, high: high + 0.5 };
}

/** Paints an image; pixels without `mask` and values that are no numbers are dark grey. */
export function paint(
  grid: Grid,
  range: ValueRange,
  map: ColorMap,
  mask?: ArrayLike<number>,
): Picture {
  const { height, width } = grid, data = new Uint8Array(3 * height * width).fill(40);
  const colors = Uint8Array.from(
    { length: 3 * 256 },
    (_, i) => Math.round(colorOf(map, Math.floor(i / 3) / 255)[i % 3]),
  );
  for (let i = 0; i < height * width; i++) {
    const t = (grid.data[i] - range.low) / (range.high - range.low);
    if (Number.isNaN(t) || (mask !== undefined && !(mask[i] > 0))) continue;
    const at = 3 * Math.round(255 * Math.min(1, Math.max(0, t)));
    data.set(colors.subarray(at, at + 3), 3 * i);
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
