/**
 * Fourier ring correlation.
 *
 * Van Heel and Schatz, J. Struct. Biol. 151, 250 (2005).
 *
 * @module
 */
import { type ComplexGrid, emptyComplex, fourier2 } from "./fourier.ts";
import type { Grid } from "./grid.ts";

/** Correlation ring by ring, with the number of pixels of each ring. */
export interface RingCorrelation {
  /** |sum F1 conj(F2)| / sqrt(sum |F1|^2 sum |F2|^2), ring 0 first, up to the corner. */
  readonly curve: Float64Array;
  /** Fourier pixels of each ring. */
  readonly pixels: Float64Array;
  /** False if one image is almost constant: its curve then means nothing. */
  readonly reliable: boolean;
}

/** Power of rounding errors in one Fourier pixel, relative to the power of all. */
const ROUNDING = 1e-30;

/** Ring correlation of two square images of one size; ring = distance from zero frequency, rounded. */
export function ringCorrelation(a: ComplexGrid, b: ComplexGrid): RingCorrelation {
  const n = a.height, half = Math.floor(n / 2);
  const [fa, fb] = [fourier2(a), fourier2(b)];
  const last = Math.round(Math.hypot(half, half));
  const rings = last + 1;
  const [re, im, pa, pb, pixels] = Array.from({ length: 5 }, () => new Float64Array(rings));
  for (let y = 0; y < n; y++) {
    const ky = y < n - half ? y : y - n;
    for (let x = 0; x < n; x++) {
      const kx = x < n - half ? x : x - n;
      const ring = Math.round(Math.hypot(ky, kx)), i = y * n + x;
      re[ring] += fa.re[i] * fb.re[i] + fa.im[i] * fb.im[i];
      im[ring] += fa.im[i] * fb.re[i] - fa.re[i] * fb.im[i];
      pa[ring] += fa.re[i] ** 2 + fa.im[i] ** 2;
      pb[ring] += fb.re[i] ** 2 + fb.im[i] ** 2;
      pixels[ring]++;
    }
  }
  const [totalA, totalB] = [sumOf(pa), sumOf(pb)];
  const curve = re.map((value, r) => {
    // One Fourier pixel always agrees with another, even where a removed mean left only rounding.
    if (r === 0) return totalA > 0 && totalB > 0 ? 1 : 0;
    // A ring that holds nothing but the rounding of the transform says nothing.
    const rounding = ROUNDING * pixels[r];
    if (pa[r] <= rounding * totalA || pb[r] <= rounding * totalB) return 0;
    return Math.hypot(value, im[r]) / Math.sqrt(pa[r] * pb[r]);
  });
  return { curve, pixels, reliable: varies(a) && varies(b) };
}

/** A real image as a complex one. */
export function toComplex(grid: Grid): ComplexGrid {
  return { ...emptyComplex(grid.height, grid.width), re: grid.data };
}

/**
 * Where a curve first falls below a threshold, in rings, interpolated between rings: 0 if it does so
 * at ring 0, the number of rings if it never does.
 */
export function firstCrossing(curve: Float64Array, threshold: (ring: number) => number): number {
  for (let r = 0; r < curve.length; r++) {
    const below = curve[r] - threshold(r);
    if (below >= 0) continue;
    if (r === 0) return 0;
    const above = curve[r - 1] - threshold(r - 1);
    return r - 1 + above / (above - below);
  }
  return curve.length;
}

/** Half-bit information threshold of a ring with that many (at least one) Fourier pixels. */
export function halfBit(pixels: number): number {
  const root = Math.sqrt(pixels);
  return (0.2071 + 1.9102 / root) / (1.2071 + 0.9102 / root);
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function varies({ re, im }: ComplexGrid): boolean {
  let meanRe = 0, meanIm = 0, power = 0;
  for (let i = 0; i < re.length; i++) {
    meanRe += re[i] / re.length;
    meanIm += im[i] / im.length;
    power += (re[i] ** 2 + im[i] ** 2) / re.length;
  }
  let spread = 0;
  for (let i = 0; i < re.length; i++) {
    spread += ((re[i] - meanRe) ** 2 + (im[i] - meanIm) ** 2) / re.length;
  }
  return spread > 1e-6 * power && spread > 1e-12;
}
