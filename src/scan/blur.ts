/**
 * Gaussian blur of real images on the CPU.
 *
 * @module
 */

/**
 * Separable Gaussian blur, zeros outside.
 *
 * @param image (height, width) values.
 * @param height Rows.
 * @param width Columns.
 * @param sigma Standard deviation, px, above 0.
 * @param radius Half length of the kernel, px; 4 sigma by default.
 * @param edge What lies outside: `zero`, or `nearest` (the edge pixel).
 * @returns (height, width) values; the kernel sums to 1.
 */
export function gaussianBlur(
  image: Float64Array,
  height: number,
  width: number,
  sigma: number,
  radius: number = Math.ceil(4 * sigma),
  edge: "zero" | "nearest" = "zero",
): Float64Array {
  const kernel = new Float64Array(2 * radius + 1);
  let sum = 0;
  for (let i = -radius; i <= radius; i++) {
    sum += kernel[i + radius] = Math.exp(-i * i / (2 * sigma * sigma));
  }
  for (let i = 0; i < kernel.length; i++) kernel[i] /= sum;
  const rows = new Float64Array(image.length), out = new Float64Array(image.length);
  convolve(image, rows, height, width, width, 1, kernel, edge);
  convolve(rows, out, width, height, 1, width, kernel, edge);
  return out;
}

function convolve(
  from: Float64Array,
  to: Float64Array,
  lines: number,
  length: number,
  lineStride: number,
  stride: number,
  kernel: Float64Array,
  edge: "zero" | "nearest",
): void {
  const radius = (kernel.length - 1) / 2;
  for (let line = 0; line < lines; line++) {
    const base = line * lineStride;
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (let k = -radius; k <= radius; k++) {
        let j = i + k;
        if (j < 0 || j >= length) {
          if (edge === "zero") continue;
          j = j < 0 ? 0 : length - 1;
        }
        sum += from[base + j * stride] * kernel[k + radius];
      }
      to[base + i * stride] = sum;
    }
  }
}
