/**
 * Sub-pixel registration by phase correlation.
 *
 * Guizar-Sicairos et al., Opt. Lett. 33, 156 (2008): coarse peak of the cross-correlation, then a
 * matrix-multiplication transform around it on a finer grid.
 *
 * @module
 */
import { type ComplexGrid, emptyComplex, fourier2 } from "./fourier.ts";

/** A displacement along rows and columns, px. */
export interface Shift {
  /** Along rows (downwards). */
  readonly y: number;
  /** Along columns (to the right). */
  readonly x: number;
}

/**
 * The shift that, applied to `moving`, makes it coincide with `reference`.
 *
 * @param upsample steps per pixel.
 * @param whitened every frequency counts alike (phase correlation); false weights each with its power,
 *   which is safer where only a few frequencies hold signal.
 */
export function findShift(
  reference: ComplexGrid,
  moving: ComplexGrid,
  upsample = 50,
  whitened = true,
): Shift {
  const { height, width } = reference;
  const [fr, fm] = [fourier2(reference), fourier2(moving)];
  const product = emptyComplex(height, width);
  for (let i = 0; i < height * width; i++) {
    const re = fr.re[i] * fm.re[i] + fr.im[i] * fm.im[i];
    const im = fr.im[i] * fm.re[i] - fr.re[i] * fm.im[i];
    const scale = whitened ? Math.max(Math.hypot(re, im), 100 * Number.EPSILON) : 1;
    product.re[i] = re / scale;
    product.im[i] = im / scale;
  }
  const correlation = fourier2(product, true);
  const peak = largest(correlation.re, correlation.im);
  const wrap = (i: number, n: number): number => i > Math.trunc(n / 2) ? i - n : i;
  const coarse = { y: wrap(Math.floor(peak / width), height), x: wrap(peak % width, width) };
  if (upsample <= 1) return coarse;
  const region = Math.ceil(1.5 * upsample), centre = Math.trunc(region / 2);
  const fine = upsampled(product, coarse, upsample, region, centre);
  const best = largest(fine.re, fine.im);
  return {
    y: coarse.y + (Math.floor(best / region) - centre) / upsample,
    x: coarse.x + (best % region - centre) / upsample,
  };
}

/** Moves an image by a shift of any size, periodically, by a phase ramp in Fourier space. */
export function fourierShift(image: ComplexGrid, shift: Shift): ComplexGrid {
  const { height, width } = image, f = fourier2(image);
  for (let y = 0; y < height; y++) {
    const ky = (y < (height + 1) >> 1 ? y : y - height) / height;
    for (let x = 0; x < width; x++) {
      const kx = (x < (width + 1) >> 1 ? x : x - width) / width;
      const angle = -2 * Math.PI * (ky * shift.y + kx * shift.x), i = y * width + x;
      const c = Math.cos(angle), s = Math.sin(angle), re = f.re[i], im = f.im[i];
      f.re[i] = re * c - im * s;
      f.im[i] = re * s + im * c;
    }
  }
  const back = fourier2(f, true), count = height * width;
  return { ...back, re: back.re.map((v) => v / count), im: back.im.map((v) => v / count) };
}

function largest(re: Float64Array, im: Float64Array): number {
  let at = 0, best = -1;
  for (let i = 0; i < re.length; i++) {
    const power = re[i] ** 2 + im[i] ** 2;
    if (power > best) [best, at] = [power, i];
  }
  return at;
}

/** The correlation around a coarse shift on a grid of `upsample` steps per pixel. */
function upsampled(
  product: ComplexGrid,
  around: Shift,
  upsample: number,
  region: number,
  centre: number,
): ComplexGrid {
  const { height, width } = product;
  const half = emptyComplex(region, width);
  for (let r = 0; r < region; r++) {
    const position = around.y + (r - centre) / upsample;
    for (let y = 0; y < height; y++) {
      const k = (y < (height + 1) >> 1 ? y : y - height) / height;
      const c = Math.cos(2 * Math.PI * k * position), s = Math.sin(2 * Math.PI * k * position);
      for (let x = 0; x < width; x++) {
        const re = product.re[y * width + x], im = product.im[y * width + x];
        half.re[r * width + x] += re * c - im * s;
        half.im[r * width + x] += re * s + im * c;
      }
    }
  }
  const out = emptyComplex(region, region);
  for (let q = 0; q < region; q++) {
    const position = around.x + (q - centre) / upsample;
    for (let x = 0; x < width; x++) {
      const k = (x < (width + 1) >> 1 ? x : x - width) / width;
      const c = Math.cos(2 * Math.PI * k * position), s = Math.sin(2 * Math.PI * k * position);
      for (let r = 0; r < region; r++) {
        const re = half.re[r * width + x], im = half.im[r * width + x];
        out.re[r * region + q] += re * c - im * s;
        out.im[r * region + q] += re * s + im * c;
      }
    }
  }
  return out;
}
