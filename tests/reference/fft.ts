/** Orthonormal 2-D Fourier transform of interleaved complex images in float64, by definition row by row. */
export function fft2Reference(
  values: ArrayLike<number>,
  batch: number,
  size: number,
  inverse = false,
): Float64Array {
  const n = size, sign = inverse ? 1 : -1;
  const cos = Float64Array.from({ length: n }, (_, k) => Math.cos(2 * Math.PI * k / n));
  const sin = Float64Array.from({ length: n }, (_, k) => sign * Math.sin(2 * Math.PI * k / n));
  const out = Float64Array.from(values);
  const transform = (start: number, stride: number): void => {
    const line = new Float64Array(2 * n);
    for (let k = 0; k < n; k++) {
      let re = 0, im = 0;
      for (let j = 0; j < n; j++) {
        const a = out[start + j * stride], b = out[start + j * stride + 1];
        const c = cos[j * k % n], s = sin[j * k % n];
        re += a * c - b * s;
        im += a * s + b * c;
      }
      line[2 * k] = re / Math.sqrt(n);
      line[2 * k + 1] = im / Math.sqrt(n);
    }
    for (let k = 0; k < n; k++) {
      out[start + k * stride] = line[2 * k];
      out[start + k * stride + 1] = line[2 * k + 1];
    }
  };
  for (let b = 0; b < batch; b++) {
    const image = b * n * n * 2;
    for (let r = 0; r < n; r++) transform(image + r * n * 2, 2);
    for (let c = 0; c < n; c++) transform(image + c * 2, n * 2);
  }
  return out;
}
