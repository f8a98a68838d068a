/**
 * Cutting a rectangle out of a complex image at any, also fractional, place.
 *
 * @module
 */
import { type ComplexGrid, emptyComplex, lineTransform } from "./fourier.ts";

/** A rectangle of pixels, or a place between them. */
export interface Rectangle {
  /** Row of the first pixel. */
  readonly top: number;
  /** Column of the first pixel. */
  readonly left: number;
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
}

/** How values between pixels are made. */
export type Interpolation =
  /** From the four neighbours: local, blurs a little; how simulated scans sample their object. */
  | "bilinear"
  /** By a phase ramp in Fourier space: exact for images without detail beyond the pixel. */
  | "fourier";

/** Pixels around the rectangle that take part in a Fourier shift, so that its ends do not matter. */
const BORDER = 16;

/**
 * The image at rows `top + 0, 1, ...` and columns `left + 0, 1, ...`; beyond its edges it is mirrored.
 * Whole places are copied unchanged.
 */
export function cutAt(image: ComplexGrid, area: Rectangle, how: Interpolation): ComplexGrid {
  const row = Math.round(area.top), column = Math.round(area.left);
  const y = area.top - row, x = area.left - column;
  if (Math.abs(y) < 1e-6 && Math.abs(x) < 1e-6) {
    return mirrored(image, { ...area, top: row, left: column });
  }
  return how === "fourier"
    ? shifted(image, { ...area, top: row, left: column }, y, x)
    : bilinear(image, area);
}

function bilinear(image: ComplexGrid, area: Rectangle): ComplexGrid {
  const top = Math.floor(area.top), left = Math.floor(area.left);
  const y = area.top - top, x = area.left - left;
  const from = mirrored(image, {
    top,
    left,
    height: area.height + 1,
    width: area.width + 1,
  });
  const out = emptyComplex(area.height, area.width);
  const mix = (values: Float64Array, i: number): number =>
    (1 - y) * ((1 - x) * values[i] + x * values[i + 1]) +
    y * ((1 - x) * values[i + from.width] + x * values[i + from.width + 1]);
  for (let i = 0; i < out.re.length; i++) {
    const at = Math.floor(i / area.width) * from.width + i % area.width;
    out.re[i] = mix(from.re, at);
    out.im[i] = mix(from.im, at);
  }
  return out;
}

/** Fourier shifts of a wider rectangle, along rows and then along columns. */
function shifted(image: ComplexGrid, area: Rectangle, y: number, x: number): ComplexGrid {
  const { height, width } = area;
  const rows = emptyComplex(height + 2 * BORDER, width), line = lineShift(width, x);
  for (let v = 0; v < rows.height; v++) {
    const from = reflect(area.top - BORDER + v, image.height) * image.width;
    const at = (u: number): number => from + reflect(area.left + u, image.width);
    line(image, at, (u, re, im) => {
      rows.re[v * width + u] = re;
      rows.im[v * width + u] = im;
    });
  }
  const out = emptyComplex(height, width), column = lineShift(height, y);
  for (let u = 0; u < width; u++) {
    column(rows, (v) => reflect(v + BORDER, rows.height) * width + u, (v, re, im) => {
      out.re[v * width + u] = re;
      out.im[v * width + u] = im;
    });
  }
  return out;
}

/** Reads a line of an image (pixel -BORDER first), shifts it and hands over its pixels. */
type LineShift = (
  image: ComplexGrid,
  at: (i: number) => number,
  take: (i: number, re: number, im: number) => void,
) => void;

/**
 * The values of a line at `i + fraction`, i = 0 .. length - 1.
 *
 * The line, with a border, is followed by its mirror image: the whole is periodic without a jump. The
 * border fills it up to a power of two.
 */
function lineShift(length: number, fraction: number): LineShift {
  let size = 2;
  while (size < 2 * (length + 2 * BORDER)) size *= 2;
  const half = size / 2, transform = lineTransform(size);
  const re = new Float64Array(size), im = new Float64Array(size);
  const cos = new Float64Array(size), sin = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    const angle = 2 * Math.PI * (2 * k < size ? k : k - size) / size * fraction;
    // The highest frequency has no sign: its real part is what a shift leaves of it.
    [cos[k], sin[k]] = 2 * k === size ? [Math.cos(angle), 0] : [Math.cos(angle), Math.sin(angle)];
  }
  return (image, at, take) => {
    for (let i = 0; i < half; i++) {
      const from = at(i - BORDER);
      re[i] = re[size - 1 - i] = image.re[from];
      im[i] = im[size - 1 - i] = image.im[from];
    }
    transform(re, im);
    for (let k = 0; k < size; k++) {
      const a = re[k], b = im[k];
      re[k] = (a * cos[k] - b * sin[k]) / size;
      im[k] = (a * sin[k] + b * cos[k]) / size;
    }
    transform(im, re);
    for (let i = 0; i < length; i++) take(i, re[i + BORDER], im[i + BORDER]);
  };
}

/** Whole pixels; beyond the edges the image is mirrored, the edge pixel twice. */
function mirrored(image: ComplexGrid, area: Rectangle): ComplexGrid {
  const { top, left, height, width } = area, out = emptyComplex(height, width);
  const columns = Int32Array.from({ length: width }, (_, x) => reflect(left + x, image.width));
  for (let y = 0; y < height; y++) {
    const start = reflect(top + y, image.height) * image.width;
    for (let x = 0; x < width; x++) {
      out.re[y * width + x] = image.re[start + columns[x]];
      out.im[y * width + x] = image.im[start + columns[x]];
    }
  }
  return out;
}

function reflect(i: number, n: number): number {
  const k = ((i % (2 * n)) + 2 * n) % (2 * n);
  return k < n ? k : 2 * n - 1 - k;
}
