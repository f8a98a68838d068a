/**
 * Eigenvalues and eigenvectors of small Hermitian matrices.
 *
 * @module
 */

/** Eigenvalues in falling order with their vectors. */
export interface Eigen {
  /** (n), largest first. */
  readonly values: Float64Array;
  /** (n, n, 2): row k is the eigenvector of value k, interleaved complex, of length 1. */
  readonly vectors: Float64Array;
}

/**
 * Solves C v = w v by cyclic complex Jacobi rotations in float64.
 *
 * @param matrix (n, n) interleaved complex, Hermitian; only real diagonal and upper triangle are read.
 * @param n Rows.
 */
export function eigenHermitian(matrix: ArrayLike<number>, n: number): Eigen {
  const re = new Float64Array(n * n), im = new Float64Array(n * n);
  const vr = new Float64Array(n * n), vi = new Float64Array(n * n);
  for (let p = 0; p < n; p++) {
    vr[p * n + p] = 1;
    re[p * n + p] = matrix[2 * (p * n + p)];
    for (let q = p + 1; q < n; q++) {
      re[p * n + q] = re[q * n + p] = matrix[2 * (p * n + q)];
      im[p * n + q] = matrix[2 * (p * n + q) + 1];
      im[q * n + p] = -im[p * n + q];
    }
  }
  // a <- a c - b s e^-if and b <- a s e^if + b c for a pair of rows or columns.
  const mix = (
    x: Float64Array,
    y: Float64Array,
    a: number,
    b: number,
    c: number,
    s: readonly [number, number],
  ): void => {
    const [ar, ai, br, bi] = [x[a], y[a], x[b], y[b]];
    x[a] = c * ar - (s[0] * br + s[1] * bi);
    y[a] = c * ai - (s[0] * bi - s[1] * br);
    x[b] = c * br + (s[0] * ar - s[1] * ai);
    y[b] = c * bi + (s[0] * ai + s[1] * ar);
  };
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0, diagonal = 0;
    for (let p = 0; p < n; p++) {
      diagonal += re[p * n + p] ** 2;
      for (let q = p + 1; q < n; q++) off += re[p * n + q] ** 2 + im[p * n + q] ** 2;
    }
    if (off <= 1e-30 * diagonal) break;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const size = Math.hypot(re[p * n + q], im[p * n + q]);
        if (size === 0) continue;
        const theta = (re[q * n + q] - re[p * n + p]) / (2 * size);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1), s = t * c;
        const unit = [re[p * n + q] / size, im[p * n + q] / size];
        const turn: [number, number] = [s * unit[0], s * unit[1]];
        const back: [number, number] = [turn[0], -turn[1]];
        for (let k = 0; k < n; k++) mix(re, im, k * n + p, k * n + q, c, turn);
        for (let k = 0; k < n; k++) mix(re, im, p * n + k, q * n + k, c, back);
        for (let k = 0; k < n; k++) mix(vr, vi, k * n + p, k * n + q, c, turn);
      }
    }
  }
  const order = Array.from({ length: n }, (_, k) => k)
    .sort((a, b) => re[b * n + b] - re[a * n + a] || a - b);
  const vectors = new Float64Array(2 * n * n);
  order.forEach((k, row) => {
    for (let i = 0; i < n; i++) {
      vectors[2 * (row * n + i)] = vr[i * n + k];
      vectors[2 * (row * n + i) + 1] = vi[i * n + k];
    }
  });
  return { values: Float64Array.from(order, (k) => re[k * n + k]), vectors };
}
