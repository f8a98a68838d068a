/**
 * Complex objects with structure in amplitude and phase.
 *
 * @module
 */
import { Random } from "../random.ts";
import { gaussianBlur } from "../scan/blur.ts";
import type { ComplexImage } from "../scan/resize.ts";
import { demoObject } from "./demo_object.ts";
import { fft2 } from "./fourier.ts";

/** Kinds of simulated objects. */
export type ObjectKind = "lines" | "grf" | "demo";

/** All object kinds. */
export const OBJECT_KINDS: readonly ObjectKind[] = ["lines", "grf", "demo"];

/**
 * Makes an object.
 *
 * @param kind `lines`: blurred random line segments; `grf`: random field; `demo`: a fixed test chart.
 * @param height Rows, px.
 * @param width Columns, px.
 * @param seed Seed of the random kinds (the demo object has nothing random).
 * @throws {RangeError} if a side is below 16 px.
 */
export function makeObject(
  kind: ObjectKind,
  height: number,
  width: number,
  seed: number,
): ComplexImage {
  if (!(Math.min(height, width) >= 16)) {
    throw new RangeError(
      `Cannot make an object of ${height} x ${width}: use at least 16 x 16 pixels`,
    );
  }
  if (kind === "demo") return demoObject(height, width);
  const random = new Random(seed, 0x0b7ec7);
  return kind === "lines"
    ? linesObject(height, width, random)
    : randomFieldObject(height, width, random);
}

/**
 * Blurred line segments: G1 + 2 G5 + 5 G10 of 1-pixel segments (Gk: Gaussian blur of k px).
 *
 * Segments join uniform random points of a square at least twice as large as the object (400 of
 * them on 784 px, the density being the same on larger ones), of which the object is the centre.
 * Amplitude is Y / max Y, phase is pi tanh((Y - max Y / 2) / (3 mean Y)).
 */
export function linesObject(height: number, width: number, random: Random): ComplexImage {
  const margin = 40, canvas = Math.max(784, 2 * Math.max(height, width));
  const rows = height + 2 * margin, columns = width + 2 * margin;
  const top = Math.floor((canvas - height) / 2) - margin;
  const left = Math.floor((canvas - width) / 2) - margin;
  const image = new Float64Array(rows * columns);
  for (let n = Math.round(400 * canvas / 784); n > 0; n--) {
    const [y0, x0, y1, x1] = Array.from({ length: 4 }, () => random.integer(canvas));
    const steps = Math.max(Math.abs(y1 - y0), Math.abs(x1 - x0), 1);
    for (let i = 0; i <= steps; i++) {
      const y = Math.round(y0 + (y1 - y0) * i / steps) - top;
      const x = Math.round(x0 + (x1 - x0) * i / steps) - left;
      if (y >= 0 && y < rows && x >= 0 && x < columns) image[y * columns + x] = 1;
    }
  }
  const mixed = new Float64Array(image.length);
  for (const [sigma, weight] of [[1, 1], [5, 2], [10, 5]]) {
    const blurred = gaussianBlur(image, rows, columns, sigma);
    for (let i = 0; i < mixed.length; i++) mixed[i] += weight * blurred[i];
  }
  const values = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    const from = (y + margin) * columns + margin;
    values.set(mixed.subarray(from, from + width), y * width);
  }
  let largest = 0;
  for (const value of values) largest = Math.max(largest, value);
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
  let low = Infinity, high = -Infinity;
  for (const value of blurred) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const values = blurred.map((value) => (value - low) / (high - low));
  return withPhase(values, height, width, (value) => 0.2 + 0.8 * value);
}

function withPhase(
  values: Float64Array,
  height: number,
  width: number,
  amplitude: (value: number) => number,
): ComplexImage {
  let largest = 0, sum = 0;
  for (const value of values) {
    largest = Math.max(largest, value);
    sum += value;
  }
  const mean = sum / values.length;
  const data = new Float32Array(2 * values.length);
  for (let i = 0; i < values.length; i++) {
    const phase = Math.PI * Math.tanh((values[i] - largest / 2) / (3 * mean));
    const modulus = amplitude(values[i]);
    data[2 * i] = modulus * Math.cos(phase);
    data[2 * i + 1] = modulus * Math.sin(phase);
  }
  return { height, width, data };
}
