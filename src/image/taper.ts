/**
 * Windows that fade an image out towards its edges.
 *
 * @module
 */
import type { ComplexGrid } from "./fourier.ts";

/**
 * Weights of a Tukey window: a raised cosine over `edge` pixels at both ends, 1 between.
 *
 * @param n Length, px.
 * @param edge Width of each flank, px; cut to half the length.
 */
export function tukeyWindow(n: number, edge: number): Float64Array {
  const flank = Math.min(edge, n / 2);
  return Float64Array.from({ length: n }, (_, i) => {
    const depth = Math.min(i, n - 1 - i) + 0.5;
    return depth >= flank ? 1 : 0.5 - 0.5 * Math.cos(Math.PI * depth / flank);
  });
}

/**
 * The image minus its mean (weighted like the window), times a Tukey window in both directions: what
 * is left has no jump where the transform joins opposite edges.
 */
export function taper(image: ComplexGrid, edge: number): ComplexGrid {
  const { height, width } = image;
  const rows = tukeyWindow(height, edge), columns = tukeyWindow(width, edge);
  let re = 0, im = 0, weights = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const w = rows[y] * columns[x], i = y * width + x;
      re += w * image.re[i];
      im += w * image.im[i];
      weights += w;
    }
  }
  const [meanRe, meanIm] = [re / weights, im / weights];
  const weight = (i: number): number => rows[Math.floor(i / width)] * columns[i % width];
  return {
    height,
    width,
    re: image.re.map((v, i) => (v - meanRe) * weight(i)),
    im: image.im.map((v, i) => (v - meanIm) * weight(i)),
  };
}
