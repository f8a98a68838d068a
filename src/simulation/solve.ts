/**
 * A small linear solver.
 *
 * @module
 */

/**
 * Solves A x = b for a small symmetric, positive semi-definite A by elimination with pivoting.
 * Directions in which A is zero get x = 0.
 *
 * @param matrix (n, n); overwritten.
 * @param right (n); overwritten.
 */
export function solveSymmetric(matrix: Float64Array, right: Float64Array): number[] {
  const n = right.length;
  let largest = 0;
  for (const value of matrix) largest = Math.max(largest, Math.abs(value));
  const order = Array.from({ length: n }, (_, i) => i), used: number[] = [];
  for (let k = 0; k < n; k++) {
    // The largest remaining diagonal element is a safe pivot of such a matrix.
    order.sort((a, b) => matrix[b * n + b] - matrix[a * n + a]);
    const p = order[0];
    if (!(matrix[p * n + p] > 1e-12 * largest)) break;
    order.shift();
    used.push(p);
    for (let i = 0; i < n; i++) {
      if (i === p) continue;
      const factor = matrix[i * n + p] / matrix[p * n + p];
      for (let j = 0; j < n; j++) matrix[i * n + j] -= factor * matrix[p * n + j];
      right[i] -= factor * right[p];
    }
  }
  return Array.from({ length: n }, (_, i) => used.includes(i) ? right[i] / matrix[i * n + i] : 0);
}
