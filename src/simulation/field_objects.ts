/**
 * Objects of blurred lines and of a random field.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { gaussianBlur } from "../scan/blur.ts";
import type { ComplexImage } from "../scan/resize.ts";
import { fft2 } from "./fourier.ts";
import {
  blurMix,
  cropCanvas,
  drawSegment,
  largestOf,
  openCanvas,
  stretch,
  withPhase,
} from "./structure.ts";

/**
 * Blurred line segments: G1 + 2 G5 + 5 G10 of 1-pixel segments (Gk: Gaussian blur of k px).
 *
 * Segments join uniform random points of a square at least twice as large as the object (400 of
 * them on 784 px, the density being the same on larger ones), of which the object is the centre.
 * Amplitude is Y / max Y, phase is pi tanh((Y - max Y / 2) / (3 mean Y)).
 */
export function linesObject(height: number, width: number, random: Random): ComplexImage {
  const canvas = openCanvas(height, width);
  for (let n = Math.round(400 * canvas.growth); n > 0; n--) {
    const [y0, x0, y1, x1] = Array.from({ length: 4 }, () => random.integer(canvas.side));
    drawSegment(canvas, y0, x0, y1, x1);
  }
  const mixed = blurMix(canvas, [[1, 1], [5, 2], [10, 5]]);
  const values = cropCanvas(canvas, mixed, height, width);
  const largest = largestOf(values);
  return withPhase(values, height, width, (value) => value / largest);
}

/**
 * Smooth random field with power spectrum k^-0.4, made on half the resolution, stretched to 0..1 and
 * blurred by 1 px. Amplitude is 0.2 + 0.8 Y, phase as for lines.
 */
export function randomFieldObject(height: number, width: number, random: Random): ComplexImage {
  const side = 2 ** Math.ceil(Math.log2(Math.max(height, width) / 2 + 2));
  const re = Float64Array.from({ length: side * side }, () => random.normal());
  const im = new Float64Array(side * side);
  fft2(re, im, side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const k = Math.hypot(y < side / 2 ? y : y - side, x < side / 2 ? x : x - side);
      const factor = k === 0 ? 0 : k ** -0.2;
      re[y * side + x] *= factor;
      im[y * side + x] *= factor;
    }
  }
  // The inverse transform of a spectrum is the transform of its conjugate, up to factors.
  for (let i = 0; i < im.length; i++) im[i] = -im[i];
  fft2(re, im, side);
  const fine = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const v = y >> 1, u = x >> 1, fy = (y % 2) / 2, fx = (x % 2) / 2;
      const at = (dy: number, dx: number): number => re[(v + dy) * side + u + dx];
      fine[y * width + x] = (1 - fy) * ((1 - fx) * at(0, 0) + fx * at(0, 1)) +
        fy * ((1 - fx) * at(1, 0) + fx * at(1, 1));
    }
  }
  const blurred = gaussianBlur(fine, height, width, 1, 4, "nearest");
  const values = stretch(blurred);
  return withPhase(values, height, width, (value) => 0.2 + 0.8 * value);
}
