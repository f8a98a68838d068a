/**
 * From one real image to amplitude and phase, and the larger canvas such images are cut from.
 *
 * @module
 */
import { gaussianBlur } from "../scan/blur.ts";
import type { ComplexImage } from "../scan/resize.ts";

/** Rim around the cut-out that keeps blurs free of edges, px. */
const MARGIN = 40;

/**
 * A canvas of at least twice the size of an object, and the part of it that is drawn: the object
 * in its centre with a margin.
 */
export interface Canvas {
  /** Side of the whole canvas, px. */
  readonly side: number;
  /** How much longer it is than the canvas of an object of 392 px, where densities are defined. */
  readonly growth: number;
  /** Rows drawn. */
  readonly rows: number;
  /** Columns drawn. */
  readonly columns: number;
  /** Row of the canvas that is drawn first. */
  readonly top: number;
  /** Column of the canvas that is drawn first. */
  readonly left: number;
  /** (rows, columns) values. */
  readonly image: Float64Array;
}

/** Opens an empty canvas for an object. */
export function openCanvas(height: number, width: number): Canvas {
  const side = Math.max(784, 2 * Math.max(height, width));
  const rows = height + 2 * MARGIN, columns = width + 2 * MARGIN;
  return {
    side,
    growth: side / 784,
    rows,
    columns,
    top: Math.floor((side - height) / 2) - MARGIN,
    left: Math.floor((side - width) / 2) - MARGIN,
    image: new Float64Array(rows * columns),
  };
}

/** Draws a segment of one pixel; parts outside are left out. */
export function drawSegment(canvas: Canvas, y0: number, x0: number, y1: number, x1: number): void {
  const { rows, columns, image } = canvas;
  const steps = Math.max(Math.abs(y1 - y0), Math.abs(x1 - x0), 1);
  for (let i = 0; i <= steps; i++) {
    const y = Math.round(y0 + (y1 - y0) * i / steps) - canvas.top;
    const x = Math.round(x0 + (x1 - x0) * i / steps) - canvas.left;
    if (y >= 0 && y < rows && x >= 0 && x < columns) image[y * columns + x] = 1;
  }
}

/** Weighted sum of Gaussian blurs of the canvas: pairs of (sigma px, weight). */
export function blurMix(
  canvas: Canvas,
  terms: readonly (readonly [number, number])[],
): Float64Array {
  const { rows, columns, image } = canvas;
  const mixed = new Float64Array(image.length);
  for (const [sigma, weight] of terms) {
    const blurred = gaussianBlur(image, rows, columns, sigma);
    for (let i = 0; i < mixed.length; i++) mixed[i] += weight * blurred[i];
  }
  return mixed;
}

/** Cuts the object out of the drawn part of a canvas. */
export function cropCanvas(
  canvas: Canvas,
  mixed: Float64Array,
  height: number,
  width: number,
): Float64Array {
  const values = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    const from = (y + MARGIN) * canvas.columns + MARGIN;
    values.set(mixed.subarray(from, from + width), y * width);
  }
  return values;
}

/** Largest value of an image. */
export function largestOf(values: ArrayLike<number>): number {
  let largest = -Infinity;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i]);
  return largest;
}

/** Stretches an image to 0..1; a flat one becomes 1. */
export function stretch(values: Float64Array): Float64Array {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high > low ? values.map((v) => (v - low) / (high - low)) : values.map(() => 1);
}

/** Image Y to an object of phase pi tanh((Y - max Y / 2) / (3 mean Y)) and amplitude f(Y). */
export function withPhase(
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
