/** Activations in float64, straight from their definitions. */
export const activations: Readonly<Record<string, (x: number) => number>> = {
  linear: (x) => x,
  sigmoid: (x) => x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)),
  silu: (x) => x * activations.sigmoid(x),
  softplus: (x) => x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)),
  relu: (x) => Math.max(x, 0),
  tanh: Math.tanh,
  constant: () => 0,
};

/** Derivative by central differences in float64. */
export function derivative(f: (x: number) => number, x: number): number {
  const h = 1e-5 * Math.max(1, Math.abs(x));
  return (f(x + h) - f(x - h)) / (2 * h);
}

/** Joins heads: inner (planes, n, n) padded to side N, plus outer (planes, N, N) outside the centre. */
export function combine(
  planes: number,
  N: number,
  n: number,
  inner: ArrayLike<number>,
  outer: ArrayLike<number> | undefined,
): Float64Array {
  const out = new Float64Array(planes * N * N), pad = (N - n) / 2;
  for (let p = 0; p < planes; p++) {
    for (let y = 0; y < N; y++) {
      for (let x = 0; x < N; x++) {
        const at = (p * N + y) * N + x, a = y - pad, b = x - pad;
        if (a >= 0 && a < n && b >= 0 && b < n) out[at] = inner[(p * n + a) * n + b];
        const border = y < N / 4 || y >= 3 * N / 4 || x < N / 4 || x >= 3 * N / 4;
        if (border && outer !== undefined) out[at] += outer[at];
      }
    }
  }
  return out;
}
