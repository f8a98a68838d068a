/**
 * Small float64 FFT for making objects; the physics runs on the GPU.
 *
 * @module
 */

/**
 * Two-dimensional discrete Fourier transform in place, unnormalised.
 *
 * @param re (side, side) real parts.
 * @param im (side, side) imaginary parts.
 * @param side Power of two.
 * @throws {RangeError} if the side is no power of two.
 */
export function fft2(re: Float64Array, im: Float64Array, side: number): void {
  if (side < 1 || (side & (side - 1)) !== 0) {
    throw new RangeError(`Cannot transform a side of ${side} as it is no power of two`);
  }
  const a = new Float64Array(side), b = new Float64Array(side);
  for (const [line, step] of [[side, 1], [1, side]]) {
    for (let i = 0; i < side; i++) {
      for (let j = 0; j < side; j++) {
        a[j] = re[i * line + j * step];
        b[j] = im[i * line + j * step];
      }
      fft(a, b);
      for (let j = 0; j < side; j++) {
        re[i * line + j * step] = a[j];
        im[i * line + j * step] = b[j];
      }
    }
  }
}

function fft(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
  }
  for (let length = 2; length <= n; length *= 2) {
    const half = length / 2;
    for (let k = 0; k < half; k++) {
      const c = Math.cos(-2 * Math.PI * k / length), s = Math.sin(-2 * Math.PI * k / length);
      for (let i = k; i < n; i += length) {
        const j = i + half;
        const x = re[j] * c - im[j] * s, y = re[j] * s + im[j] * c;
        re[j] = re[i] - x;
        im[j] = im[i] - y;
        re[i] += x;
        im[i] += y;
      }
    }
  }
}
