/**
 * Two-dimensional Fourier transform of images of any size, float64; for judging results only.
 *
 * Lengths that are powers of two are transformed directly, all others as a convolution with a chirp
 * (Bluestein, IEEE Trans. Audio Electroacoust. 18, 451 (1970)), so that prime sizes are fast too.
 *
 * @module
 */

/** A complex image, real and imaginary parts apart. */
export interface ComplexGrid {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** Real parts. */
  readonly re: Float64Array;
  /** Imaginary parts. */
  readonly im: Float64Array;
}

/** A complex image of zeros. */
export function emptyComplex(height: number, width: number): ComplexGrid {
  const count = height * width;
  return { height, width, re: new Float64Array(count), im: new Float64Array(count) };
}

/** Unnormalised forward transform (or conjugate transform with `inverse`), zero frequency first. */
export function fourier2(input: ComplexGrid, inverse = false): ComplexGrid {
  const rows = transformRows(input, inverse);
  return transpose(transformRows(transpose(rows), inverse));
}

/** Transforms one line in place; with the parts exchanged it is the conjugate transform. */
export type LineTransform = (re: Float64Array, im: Float64Array) => void;

function transformRows(input: ComplexGrid, inverse: boolean): ComplexGrid {
  const { height, width } = input;
  const re = input.re.slice(), im = input.im.slice();
  const transform = lineTransform(width);
  for (let y = 0; y < height; y++) {
    const a = re.subarray(y * width, (y + 1) * width);
    const b = im.subarray(y * width, (y + 1) * width);
    // Exchanging the two parts before and after turns a transform into its conjugate.
    if (inverse) transform(b, a);
    else transform(a, b);
  }
  return { height, width, re, im };
}

function transpose({ height, width, re, im }: ComplexGrid): ComplexGrid {
  const out = emptyComplex(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      out.re[x * height + y] = re[y * width + x];
      out.im[x * height + y] = im[y * width + x];
    }
  }
  return out;
}

/** The unnormalised transform of lines of that length. */
export function lineTransform(n: number): LineTransform {
  return (n & (n - 1)) === 0 ? binaryTransform(n) : chirpTransform(n);
}

/** Transform of a power of two: bit-reversed order, then butterflies of growing span. */
function binaryTransform(n: number): LineTransform {
  const cos = new Float64Array(n), sin = new Float64Array(n), order = new Uint32Array(n);
  for (let k = 0; k < n; k++) {
    cos[k] = Math.cos(2 * Math.PI * k / n);
    sin[k] = -Math.sin(2 * Math.PI * k / n);
    order[k] = (order[k >> 1] >> 1) | (k & 1 ? n >> 1 : 0);
  }
  return (re, im) => {
    for (let k = 0; k < n; k++) {
      const j = order[k];
      if (j <= k) continue;
      const a = re[k], b = im[k];
      re[k] = re[j];
      im[k] = im[j];
      re[j] = a;
      im[j] = b;
    }
    for (let half = 1; half < n; half *= 2) {
      const step = n / (2 * half);
      for (let start = 0; start < n; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const p = start + k, q = p + half, c = cos[k * step], s = sin[k * step];
          const x = re[q] * c - im[q] * s, y = re[q] * s + im[q] * c;
          re[q] = re[p] - x;
          im[q] = im[p] - y;
          re[p] += x;
          im[p] += y;
        }
      }
    }
  };
}

/** Transform of any length: j k = (j^2 + k^2 - (k - j)^2) / 2 makes it a convolution. */
function chirpTransform(n: number): LineTransform {
  let size = 1;
  while (size < 2 * n - 1) size *= 2;
  const inner = binaryTransform(size);
  const cos = new Float64Array(n), sin = new Float64Array(n);
  const kernelRe = new Float64Array(size), kernelIm = new Float64Array(size);
  for (let k = 0; k < n; k++) {
    // The square is reduced first: the angle of a large k would lose its last digits.
    const angle = Math.PI * ((k * k) % (2 * n)) / n;
    cos[k] = Math.cos(angle);
    sin[k] = -Math.sin(angle);
    kernelRe[k] = kernelRe[(size - k) % size] = cos[k];
    kernelIm[k] = kernelIm[(size - k) % size] = -sin[k];
  }
  inner(kernelRe, kernelIm);
  const workRe = new Float64Array(size), workIm = new Float64Array(size);
  return (re, im) => {
    workRe.fill(0);
    workIm.fill(0);
    for (let k = 0; k < n; k++) {
      workRe[k] = re[k] * cos[k] - im[k] * sin[k];
      workIm[k] = re[k] * sin[k] + im[k] * cos[k];
    }
    inner(workRe, workIm);
    for (let k = 0; k < size; k++) {
      const a = workRe[k], b = workIm[k];
      workRe[k] = (a * kernelRe[k] - b * kernelIm[k]) / size;
      workIm[k] = (a * kernelIm[k] + b * kernelRe[k]) / size;
    }
    inner(workIm, workRe);
    for (let k = 0; k < n; k++) {
      const a = workRe[k], b = workIm[k];
      re[k] = a * cos[k] - b * sin[k];
      im[k] = a * sin[k] + b * cos[k];
    }
  };
}
