/**
 * Where one image lies in another, and whether it was mirrored, turned or conjugated.
 *
 * Normalised cross-correlation of images of different size: Padfield, IEEE Trans. Image Process. 21,
 * 2706 (2012), with rectangles as masks.
 *
 * @module
 */
import { type ComplexGrid, emptyComplex, fourier2 } from "./fourier.ts";

/** A place of an image on another one. */
export interface Place {
  /** Row of the other image on which row 0 lies. */
  readonly y: number;
  /** Column on which column 0 lies. */
  readonly x: number;
  /** Normalised correlation there, 0..1; means are removed before. */
  readonly likeness: number;
}

/**
 * The place at which an image is most like a reference, in whole pixels.
 *
 * @param least Share of the smaller image that must lie on the other one.
 */
export function locate(reference: ComplexGrid, image: ComplexGrid, least = 0.4): Place {
  const height = fast(reference.height + image.height);
  const width = fast(reference.width + image.width);
  const a = prepared(reference, height, width), b = prepared(image, height, width);
  const cross = correlate(a.field, b.field);
  // Light of each image inside the part that both share, for every place.
  const ofA = correlate(a.power, b.inside), ofB = correlate(a.inside, b.power);
  const shared = correlate(a.inside, b.inside);
  const area = Math.min(reference.height * reference.width, image.height * image.width);
  let best: Place = { y: 0, x: 0, likeness: 0 };
  for (let i = 0; i < height * width; i++) {
    if (shared.re[i] < least * area) continue;
    const both = Math.max(0, ofA.re[i]) * Math.max(0, ofB.re[i]);
    if (!(both > 1e-12 * a.total * b.total)) continue;
    const likeness = Math.hypot(cross.re[i], cross.im[i]) / Math.sqrt(both);
    if (likeness <= best.likeness) continue;
    const y = Math.floor(i / width), x = i % width;
    best = {
      y: y < reference.height ? y : y - height,
      x: x < reference.width ? x : x - width,
      likeness: Math.min(1, likeness),
    };
  }
  return best;
}

/** A change of orientation. */
export interface Turn {
  /** Rows and columns are exchanged, before they are mirrored. */
  readonly transposed: boolean;
  /** Top and bottom are exchanged. */
  readonly upsideDown: boolean;
  /** Left and right are exchanged. */
  readonly leftRight: boolean;
  /** The phase has the other sign. */
  readonly conjugated: boolean;
}

/** All changes of orientation, none first. */
export const TURNS: readonly Turn[] = Array.from({ length: 16 }, (_, bits) => ({
  conjugated: (bits & 8) !== 0,
  transposed: (bits & 4) !== 0,
  upsideDown: (bits & 2) !== 0,
  leftRight: (bits & 1) !== 0,
}));

/** An image in another orientation. */
export function turnImage(image: ComplexGrid, turn: Turn): ComplexGrid {
  const [height, width] = turn.transposed
    ? [image.width, image.height]
    : [image.height, image.width];
  const out = emptyComplex(height, width), sign = turn.conjugated ? -1 : 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const v = turn.upsideDown ? height - 1 - y : y, u = turn.leftRight ? width - 1 - x : x;
      const from = turn.transposed ? u * image.width + v : v * image.width + u;
      out.re[y * width + x] = image.re[from];
      out.im[y * width + x] = sign * image.im[from];
    }
  }
  return out;
}

/** What a change of orientation is called. */
export function turnName(turn: Turn): string {
  const { transposed, upsideDown, leftRight, conjugated } = turn;
  const flips = upsideDown && leftRight
    ? ["turned by 180 degrees"]
    : upsideDown
    ? ["mirrored top to bottom"]
    : leftRight
    ? ["mirrored left to right"]
    : [];
  return [
    ...(transposed ? ["transposed"] : []),
    ...flips,
    ...(conjugated ? ["with the opposite sign of the phase"] : []),
  ].join(" and ");
}

/** An image without its mean in a larger frame, its power and where it lies. */
function prepared(
  image: ComplexGrid,
  height: number,
  width: number,
): { field: ComplexGrid; power: ComplexGrid; inside: ComplexGrid; total: number } {
  const field = emptyComplex(height, width), power = emptyComplex(height, width);
  const inside = emptyComplex(height, width), count = image.re.length;
  let re = 0, im = 0, total = 0;
  for (let i = 0; i < count; i++) {
    re += image.re[i] / count;
    im += image.im[i] / count;
  }
  for (let i = 0; i < count; i++) {
    const at = Math.floor(i / image.width) * width + i % image.width;
    field.re[at] = image.re[i] - re;
    field.im[at] = image.im[i] - im;
    power.re[at] = field.re[at] ** 2 + field.im[at] ** 2;
    inside.re[at] = 1;
    total += power.re[at];
  }
  return { field, power, inside, total };
}

/** sum over pixels of a(p + d) conj(b(p)) for every displacement d. */
function correlate(a: ComplexGrid, b: ComplexGrid): ComplexGrid {
  const [fa, fb] = [fourier2(a), fourier2(b)], count = fa.re.length;
  const product = emptyComplex(a.height, a.width);
  for (let i = 0; i < count; i++) {
    product.re[i] = fa.re[i] * fb.re[i] + fa.im[i] * fb.im[i];
    product.im[i] = fa.im[i] * fb.re[i] - fa.re[i] * fb.im[i];
  }
  const out = fourier2(product, true);
  return { ...out, re: out.re.map((v) => v / count), im: out.im.map((v) => v / count) };
}

/** The next number with small factors only. */
function fast(n: number): number {
  for (;; n++) {
    let rest = n;
    for (const p of [2, 3, 5]) while (rest % p === 0) rest /= p;
    if (rest === 1) return n;
  }
}
