/**
 * Phase offset and linear phase ramp between two complex images.
 *
 * A reconstruction whose probe is unknown may carry both: (object times a ramp) and (probe times the
 * opposite ramp) give the same diffraction up to a shift of the detector.
 *
 * @module
 */
import { type ComplexGrid, emptyComplex, fourier2 } from "./fourier.ts";

/** A phase `offset + y (row - middle row) + x (column - middle column)`. */
export interface PhaseRamp {
  /** Phase in the middle of the image, rad. */
  readonly offset: number;
  /** Slope along rows, rad/px. */
  readonly y: number;
  /** Slope along columns, rad/px. */
  readonly x: number;
}

/** Multiplies an image by `exp(i ramp)`. */
export function applyRamp(image: ComplexGrid, ramp: PhaseRamp): ComplexGrid {
  const { height, width } = image, out = emptyComplex(height, width);
  const cy = (height - 1) / 2, cx = (width - 1) / 2;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const angle = ramp.offset + ramp.y * (y - cy) + ramp.x * (x - cx), i = y * width + x;
      const c = Math.cos(angle), s = Math.sin(angle);
      out.re[i] = image.re[i] * c - image.im[i] * s;
      out.im[i] = image.re[i] * s + image.im[i] * c;
    }
  }
  return out;
}

/** The constant phase that, applied to `moving`, brings it closest to `reference`. */
export function findPhase(reference: ComplexGrid, moving: ComplexGrid): PhaseRamp {
  const { re, im } = ratio(reference, moving);
  return { offset: Math.atan2(sum(im), sum(re)), y: 0, x: 0 };
}

/**
 * The phase ramp that, applied to `moving`, brings it closest to `reference`.
 *
 * The strongest frequency of reference x conj(moving) gives whole cycles, so wrapped phases do not
 * matter; a least-squares plane through the remaining angles, weighted with both moduli, the rest.
 */
export function findRamp(reference: ComplexGrid, moving: ComplexGrid): PhaseRamp {
  const { height, width } = reference;
  const product = ratio(reference, moving), spectrum = fourier2(product);
  const power = (i: number): number => spectrum.re[i] ** 2 + spectrum.im[i] ** 2;
  let peak = 0;
  for (let i = 1; i < height * width; i++) if (power(i) > power(peak)) peak = i;
  // A frequency has to stand out: half a cycle shows as much at 0 as at 1.
  if (power(peak) < 2 * power(0)) peak = 0;
  const wrap = (k: number, n: number): number => 2 * k > n ? k - n : k;
  let y = 2 * Math.PI * wrap(Math.floor(peak / width), height) / height;
  let x = 2 * Math.PI * wrap(peak % width, width) / width;
  let offset = 0;
  for (let round = 0; round < 4; round++) {
    const rest = applyRamp(product, { offset: 0, y: -y, x: -x });
    offset = Math.atan2(sum(rest.im), sum(rest.re));
    const plane = fitPlane(rest, offset);
    offset += plane.offset;
    y += plane.y;
    x += plane.x;
  }
  return { offset: Math.atan2(Math.sin(offset), Math.cos(offset)), y, x };
}

/** reference x conj(moving): its angle is what `moving` lacks. */
function ratio(a: ComplexGrid, b: ComplexGrid): ComplexGrid {
  const out = emptyComplex(a.height, a.width);
  for (let i = 0; i < out.re.length; i++) {
    out.re[i] = a.re[i] * b.re[i] + a.im[i] * b.im[i];
    out.im[i] = a.im[i] * b.re[i] - a.re[i] * b.im[i];
  }
  return out;
}

/** Least-squares plane through the angles relative to `centre`, weighted with the modulus. */
function fitPlane({ height, width, re, im }: ComplexGrid, centre: number): PhaseRamp {
  const cy = (height - 1) / 2, cx = (width - 1) / 2;
  const c = Math.cos(centre), s = Math.sin(centre);
  const m = [0, 0, 0, 0, 0, 0], v = [0, 0, 0];
  for (let i = 0; i < re.length; i++) {
    const w = Math.hypot(re[i], im[i]);
    const angle = Math.atan2(im[i] * c - re[i] * s, re[i] * c + im[i] * s);
    const y = Math.floor(i / width) - cy, x = i % width - cx;
    m[0] += w;
    m[1] += w * y;
    m[2] += w * x;
    m[3] += w * y * y;
    m[4] += w * y * x;
    m[5] += w * x * x;
    v[0] += w * angle;
    v[1] += w * angle * y;
    v[2] += w * angle * x;
  }
  const [a, b, d, e, f, g] = m;
  const determinant = a * (e * g - f * f) - b * (b * g - f * d) + d * (b * f - e * d);
  if (!(Math.abs(determinant) > 0)) return { offset: 0, y: 0, x: 0 };
  return {
    offset: (v[0] * (e * g - f * f) - b * (v[1] * g - f * v[2]) + d * (v[1] * f - e * v[2])) /
      determinant,
    y: (a * (v[1] * g - v[2] * f) - v[0] * (b * g - f * d) + d * (b * v[2] - v[1] * d)) /
      determinant,
    x: (a * (e * v[2] - f * v[1]) - b * (b * v[2] - v[1] * d) + v[0] * (b * f - e * d)) /
      determinant,
  };
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
