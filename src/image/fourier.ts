/**
 * Two-dimensional Fourier transform of images of any size, float64; for judging results only.
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

/** Unnormalised forward transform (or conjugate transform with `inverse`), zero frequency first. */
export function fourier2(input: ComplexGrid, inverse = false): ComplexGrid {
  const rows = transformRows(input, inverse);
  return transpose(transformRows(transpose(rows), inverse));
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

/** A complex image of zeros. */
export function emptyComplex(height: number, width: number): ComplexGrid {
  const count = height * width;
  return { height, width, re: new Float64Array(count), im: new Float64Array(count) };
}

function transformRows(input: ComplexGrid, inverse: boolean): ComplexGrid {
  const { height, width } = input, out = emptyComplex(height, width);
  const cos = new Float64Array(width), sin = new Float64Array(width);
  for (let k = 0; k < width; k++) {
    cos[k] = Math.cos(2 * Math.PI * k / width);
    sin[k] = (inverse ? 1 : -1) * Math.sin(2 * Math.PI * k / width);
  }
  for (let y = 0; y < height; y++) {
    transformLine(
      input.re.subarray(y * width, (y + 1) * width),
      input.im.subarray(y * width, (y + 1) * width),
      out.re.subarray(y * width, (y + 1) * width),
      out.im.subarray(y * width, (y + 1) * width),
      cos,
      sin,
    );
  }
  return out;
}

/** Mixed-radix transform of one line: even lengths are halved, the odd rest is summed directly. */
function transformLine(
  re: Float64Array,
  im: Float64Array,
  outRe: Float64Array,
  outIm: Float64Array,
  cos: Float64Array,
  sin: Float64Array,
): void {
  const total = cos.length;
  const recurse = (n: number, start: number, step: number): [Float64Array, Float64Array] => {
    const a = new Float64Array(n), b = new Float64Array(n), unit = total / n;
    if (n % 2 === 1) {
      for (let k = 0; k < n; k++) {
        let x = 0, y = 0;
        for (let j = 0, t = 0; j < n; j++, t = (t + k * unit) % total) {
          const p = re[start + j * step], q = im[start + j * step];
          x += p * cos[t] - q * sin[t];
          y += p * sin[t] + q * cos[t];
        }
        a[k] = x;
        b[k] = y;
      }
      return [a, b];
    }
    const half = n / 2;
    const [er, ei] = recurse(half, start, 2 * step);
    const [or, oi] = recurse(half, start + step, 2 * step);
    for (let k = 0; k < half; k++) {
      const c = cos[k * unit], s = sin[k * unit];
      const x = or[k] * c - oi[k] * s, y = or[k] * s + oi[k] * c;
      a[k] = er[k] + x;
      b[k] = ei[k] + y;
      a[k + half] = er[k] - x;
      b[k + half] = ei[k] - y;
    }
    return [a, b];
  };
  const [a, b] = recurse(total, 0, 1);
  outRe.set(a);
  outIm.set(b);
}
