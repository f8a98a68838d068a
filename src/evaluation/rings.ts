/**
 * Ring correlations with thresholds, resolution and guards.
 *
 * @module
 */
import { type ComplexGrid, emptyComplex } from "../image/fourier.ts";
import { firstCrossing, halfBit, ringCorrelation, toComplex } from "../image/frc.ts";
import { complexArrayOf } from "../image/complex_grid.ts";
import { cropGrid, type Grid, polarGrids } from "../image/grid.ts";
import { removePlane } from "../image/plane.ts";
import { taper } from "../image/taper.ts";

/** Where a curve falls below a threshold. */
export interface Crossing {
  /** Ring, interpolated; 0 if at once, the number of rings if never. */
  readonly ring: number;
  /**
   * Half of the period of that ring, px: 1 is the finest an image can show. Not below 1; null if the
   * curve is below the threshold from the start.
   */
  readonly halfPeriodPx: number | null;
  /** The same in nm, if the pixel size is known. */
  readonly halfPeriodNm: number | null;
  /** True if the curve is above the threshold up to the pixel limit: only a bound was measured. */
  readonly pixelLimited: boolean;
}

/** A ring correlation, judged. */
export interface RingScore {
  /** Side of the square that was transformed, px. */
  readonly side: number;
  /** Correlation of each ring. */
  readonly curve: Float64Array;
  /** Half-bit threshold of each ring; 0 for ring 0, which is a single pixel. */
  readonly halfBitCurve: Float64Array;
  /** Below 0.5. */
  readonly frc50: Crossing;
  /** Below 1/7. */
  readonly frc1over7: Crossing;
  /** Below the half-bit threshold. */
  readonly frcHalfBit: Crossing;
  /** Mean of the curve from ring 1 to the edge of the spectrum (ring side / 2). */
  readonly meanCorrelation: number;
  /** Why the curve means nothing; absent if it means something. */
  readonly unreliable?: string;
}

/** Standard deviation below which a map is called flat, relative to its mean modulus or in rad. */
export const FLAT = 1e-3;

/**
 * Ring correlation of two real maps of one size, on their central square.
 *
 * @param relative true compares the spread of a map with its mean (amplitudes), false with 1 rad.
 * @param pixelSize m.
 */
export function mapRings(a: Grid, b: Grid, relative: boolean, pixelSize?: number): RingScore {
  const flat = [a, b].findIndex((grid) => spread(grid, relative) < FLAT);
  return judged(toComplex(square(a)), toComplex(square(b)), flat, pixelSize);
}

/**
 * Ring correlation of two complex images of one size, on their central square, after removal of the
 * mean and a taper; phase ramps must be removed before.
 *
 * @param edge Width of the taper, px; a sixth of the side, at most 20 px, by default.
 */
export function complexRings(
  a: ComplexGrid,
  b: ComplexGrid,
  pixelSize?: number,
  edge?: number,
): RingScore {
  const side = Math.min(a.height, a.width), width = edge ?? Math.min(20, Math.floor(side / 6));
  const flat = [a, b].findIndex(isFlat);
  const prepared = [a, b].map((image) => taper(squareComplex(image), width));
  return judged(prepared[0], prepared[1], flat, pixelSize);
}

function judged(a: ComplexGrid, b: ComplexGrid, flat: number, pixelSize?: number): RingScore {
  const side = a.height, { curve, pixels, reliable } = ringCorrelation(a, b);
  const halfBitCurve = pixels.map((n, ring) => ring === 0 ? 0 : halfBit(n));
  const at = (threshold: (ring: number) => number): Crossing =>
    crossing(firstCrossing(curve, threshold), side, pixelSize);
  const last = Math.floor(side / 2);
  let sum = 0;
  for (let ring = 1; ring <= last; ring++) sum += curve[ring];
  const which = ["reference", "image"];
  const unreliable = flat >= 0
    ? `the ${which[flat]} is almost constant`
    : reliable
    ? undefined
    : "an image is almost constant";
  return {
    side,
    curve,
    halfBitCurve,
    frc50: at(() => 0.5),
    frc1over7: at(() => 1 / 7),
    frcHalfBit: at((ring) => halfBitCurve[ring]),
    meanCorrelation: sum / last,
    ...(unreliable === undefined ? {} : { unreliable }),
  };
}

/** A ring as a resolution. */
export function crossing(ring: number, side: number, pixelSize?: number): Crossing {
  const pixelLimited = ring >= side / 2;
  const halfPeriodPx = pixelLimited ? 1 : ring > 0 ? side / (2 * ring) : null;
  return {
    ring,
    halfPeriodPx,
    halfPeriodNm: halfPeriodPx === null || pixelSize === undefined
      ? null
      : halfPeriodPx * pixelSize * 1e9,
    pixelLimited,
  };
}

function spread({ data }: Grid, relative: boolean): number {
  let mean = 0, square = 0;
  for (const value of data) mean += value / data.length;
  for (const value of data) square += (value - mean) ** 2 / data.length;
  const deviation = Math.sqrt(square);
  return relative ? (mean === 0 ? 0 : deviation / Math.abs(mean)) : deviation;
}

/** True if modulus and angle, without its plane, are almost constant. */
function isFlat(image: ComplexGrid): boolean {
  const { amplitude, phase } = polarGrids(complexArrayOf(image));
  return spread(amplitude, true) < FLAT && spread(removePlane(phase), false) < FLAT;
}

function square(grid: Grid): Grid {
  const side = Math.min(grid.height, grid.width);
  const top = Math.floor((grid.height - side) / 2), left = Math.floor((grid.width - side) / 2);
  return cropGrid(grid, top, left, side, side);
}

function squareComplex({ height, width, re, im }: ComplexGrid): ComplexGrid {
  const cut = (data: Float64Array): Float64Array => square({ height, width, data }).data;
  const side = Math.min(height, width);
  return { ...emptyComplex(side, side), re: cut(re), im: cut(im) };
}
