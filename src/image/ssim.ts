/**
 * Structural similarity, one scale and several.
 *
 * Wang et al., IEEE Trans. Image Process. 13, 600 (2004): uniform 7 x 7 window, sample covariance,
 * mean over the pixels whose window lies inside.
 *
 * @module
 */
import { emptyGrid, type Grid, rangeOf } from "./grid.ts";

const WINDOW = 7;

/** Mean structural similarity of two images of one size, at least 7 x 7. */
export function ssim(a: Grid, b: Grid, dataRange: number): number {
  const n = WINDOW * WINDOW, unbiased = n / (n - 1);
  const c1 = (0.01 * dataRange) ** 2, c2 = (0.03 * dataRange) ** 2;
  const product = (p: Grid, q: Grid): Grid => ({ ...p, data: p.data.map((v, i) => v * q.data[i]) });
  const [ua, ub] = [windowMeans(a), windowMeans(b)];
  const [uaa, ubb, uab] = [
    windowMeans(product(a, a)),
    windowMeans(product(b, b)),
    windowMeans(product(a, b)),
  ];
  let sum = 0;
  for (let i = 0; i < ua.length; i++) {
    const va = unbiased * (uaa[i] - ua[i] * ua[i]), vb = unbiased * (ubb[i] - ub[i] * ub[i]);
    const vab = unbiased * (uab[i] - ua[i] * ub[i]);
    const numerator = (2 * ua[i] * ub[i] + c1) * (2 * vab + c2);
    const denominator = (ua[i] * ua[i] + ub[i] * ub[i] + c1) * (va + vb + c2);
    // 0 / 0: two constant windows and no range, which do not differ in structure.
    sum += denominator === 0 ? 1 : numerator / denominator;
  }
  return sum / ua.length;
}

/** Mean of every window that lies inside the image. */
function windowMeans({ height, width, data }: Grid): Float64Array {
  const columns = width - WINDOW + 1, rows = height - WINDOW + 1;
  const lines = new Float64Array(height * columns);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < WINDOW; k++) sum += data[y * width + x + k];
      lines[y * columns + x] = sum;
    }
  }
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let k = 0; k < WINDOW; k++) sum += lines[i + k * columns];
    out[i] = sum / (WINDOW * WINDOW);
  }
  return out;
}

const LEVEL_WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/**
 * Multi-scale variant of the original system: the full similarity at every level, every second
 * pixel from level to level, weighted product over the levels of at least 7 x 7 (the weights are not
 * renormalised when there are fewer than five).
 */
export function multiScaleSsim(a: Grid, b: Grid): number {
  const ra = rangeOf(a), rb = rangeOf(b);
  const dataRange = Math.max(ra.high - ra.low, rb.high - rb.low);
  let result = 1;
  for (const weight of LEVEL_WEIGHTS) {
    if (Math.min(a.height, a.width) < WINDOW) break;
    result *= Math.max(ssim(a, b, dataRange), 1e-4) ** weight;
    a = everySecond(a);
    b = everySecond(b);
  }
  return result;
}

function everySecond(grid: Grid): Grid {
  const out = emptyGrid(Math.ceil(grid.height / 2), Math.ceil(grid.width / 2));
  for (let y = 0; y < out.height; y++) {
    for (let x = 0; x < out.width; x++) {
      out.data[y * out.width + x] = grid.data[2 * y * grid.width + 2 * x];
    }
  }
  return out;
}

/** Gaussian blur of standard deviation sigma, px, edges reflected, cut at 4 sigma. */
export function blurGrid(grid: Grid, sigma: number): Grid {
  const radius = Math.floor(4 * sigma + 0.5);
  const kernel = Array.from(
    { length: 2 * radius + 1 },
    (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2),
  );
  const sum = kernel.reduce((s, v) => s + v, 0);
  const reflect = (i: number, n: number): number => {
    i = ((i % (2 * n)) + 2 * n) % (2 * n);
    return i < n ? i : 2 * n - 1 - i;
  };
  const { height, width } = grid;
  const pass = (from: Float64Array, along: number, across: number, n: number, m: number) => {
    const to = new Float64Array(from.length);
    for (let j = 0; j < m; j++) {
      for (let i = 0; i < n; i++) {
        let value = 0;
        for (let k = -radius; k <= radius; k++) {
          value += kernel[k + radius] * from[j * across + reflect(i + k, n) * along];
        }
        to[j * across + i * along] = value / sum;
      }
    }
    return to;
  };
  const rows = pass(grid.data, width, 1, height, width);
  return { height, width, data: pass(rows, 1, width, width, height) };
}
