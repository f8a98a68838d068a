/**
 * Cutting a rectangle out of a complex image at any, also fractional, place.
 *
 * @module
 */
import { type ComplexGrid, emptyComplex } from "./fourier.ts";
import { fourierShift } from "./registration.ts";

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
const BORDER = 8;

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

/** A Fourier shift of a wider rectangle, made periodic by its mirror image so that no edge jumps. */
function shifted(image: ComplexGrid, area: Rectangle, y: number, x: number): ComplexGrid {
  const height = area.height + 2 * BORDER, width = area.width + 2 * BORDER;
  const wide = mirrored(image, {
    top: area.top - BORDER,
    left: area.left - BORDER,
    height,
    width,
  });
  const periodic = mirrored(wide, { top: 0, left: 0, height: 2 * height, width: 2 * width });
  const moved = fourierShift(periodic, { y: -y, x: -x });
  return mirrored(moved, { ...area, top: BORDER, left: BORDER });
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
