/**
 * The last fraction of a pixel: shift and phase ramp fitted together by least squares.
 *
 * A taper or an edge pulls the peak of a correlation towards zero, and a shift looks partly like a
 * ramp; a joint fit has neither fault, but must start within about half a period of the detail.
 *
 * @module
 */
import type { ComplexGrid } from "./fourier.ts";
import type { Shift } from "./registration.ts";

/** Pixels at each edge that have no full neighbourhood. */
const EDGE = 2;

/**
 * The small shift that, applied to `moving`, brings it closer to `reference`: one Gauss-Newton step for
 * shift, complex factor and, with `ramp`, linear phase.
 */
export function shiftStep(reference: ComplexGrid, moving: ComplexGrid, ramp: boolean): Shift {
  const { height, width } = reference, n = ramp ? 6 : 4;
  const matrix = Array.from({ length: n }, () => new Float64Array(n + 1));
  const re = new Float64Array(n), im = new Float64Array(n);
  const cy = (height - 1) / 2, cx = (width - 1) / 2;
  for (let y = EDGE; y < height - EDGE; y++) {
    for (let x = EDGE; x < width - EDGE; x++) {
      const i = y * width + x, a = moving.re[i], b = moving.im[i];
      // What one pixel of shift, a factor, an angle and two slopes change.
      re[0] = -slope(moving.re, i, width);
      im[0] = -slope(moving.im, i, width);
      re[1] = -slope(moving.re, i, 1);
      im[1] = -slope(moving.im, i, 1);
      re[2] = a;
      im[2] = b;
      re[3] = -b;
      im[3] = a;
      if (ramp) {
        re[4] = -b * (y - cy) / height;
        im[4] = a * (y - cy) / height;
        re[5] = -b * (x - cx) / width;
        im[5] = a * (x - cx) / width;
      }
      const dr = reference.re[i] - a, di = reference.im[i] - b;
      for (let j = 0; j < n; j++) {
        for (let k = 0; k <= j; k++) matrix[j][k] += re[j] * re[k] + im[j] * im[k];
        matrix[j][n] += re[j] * dr + im[j] * di;
      }
    }
  }
  for (let j = 0; j < n; j++) for (let k = 0; k < j; k++) matrix[k][j] = matrix[j][k];
  const solution = solve(matrix);
  return solution === undefined ? { y: 0, x: 0 } : { y: solution[0], x: solution[1] };
}

/** Slope of five points. */
function slope(values: Float64Array, i: number, step: number): number {
  return (8 * (values[i + step] - values[i - step]) -
    (values[i + 2 * step] - values[i - 2 * step])) /
    12;
}

/** Solves linear equations whose right sides are the last column; undefined if they are singular. */
function solve(rows: Float64Array[]): Float64Array | undefined {
  const n = rows.length;
  const size = rows.map((row, k) => row[k]);
  for (let k = 0; k < n; k++) {
    const pivot = rows[k][k];
    // A flat image has no slope: nothing tells where it is.
    if (!(pivot > 1e-12 * size[k])) return undefined;
    for (let j = 0; j < n; j++) {
      if (j === k) continue;
      const factor = rows[j][k] / pivot;
      for (let c = k; c <= n; c++) rows[j][c] -= factor * rows[k][c];
    }
  }
  return Float64Array.from(rows, (row, k) => row[n] / row[k]);
}
