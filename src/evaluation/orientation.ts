/**
 * Images without a stated place, and images in another orientation.
 *
 * @module
 */
import { type ComplexGrid, emptyComplex } from "../image/fourier.ts";
import { locate, type Place, turnImage, turnName, TURNS } from "../image/locate.ts";

/** Likeness from which a place found by correlation is believed. */
export const SURE = 0.7;
/** Likeness that makes another orientation worth a word, and by how much it must be better. */
const ALIKE = 0.75, BETTER = 0.25;
/** Share of a side by which registration may move an image. */
const FAR = 1 / 8;
/** Longest side that is correlated: larger images are binned. */
const LONGEST = 384;

/**
 * Where an image lies on another one, px of that one: by the complex images, or by their moduli, which a
 * phase ramp does not change.
 */
export function placeByLikeness(reference: ComplexGrid, image: ComplexGrid): Place {
  const side = Math.max(reference.height, reference.width, image.height, image.width);
  const factor = Math.ceil(side / LONGEST);
  const [a, b] = [binned(reference, factor), binned(image, factor)];
  const [whole, amplitude] = [locate(a, b), locate(modulus(a), modulus(b))];
  const best = whole.likeness >= amplitude.likeness ? whole : amplitude;
  return { ...best, y: best.y * factor, x: best.x * factor };
}

/**
 * The change of orientation, or the move further than registration looks, that makes an image far more
 * like a reference than it is, in words; undefined if there is none. Phase ramps must be small.
 */
export function betterOrientation(
  reference: ComplexGrid,
  image: ComplexGrid,
): { name: string; likeness: number; now: number } | undefined {
  const factor = Math.ceil(Math.max(reference.height, reference.width) / (LONGEST / 2));
  const [a, b] = [binned(reference, factor), binned(image, factor)];
  const { likeness: now, y, x } = locate(a, b);
  let best: { name: string; likeness: number; now: number } | undefined;
  const far = Math.max(
    factor * Math.abs(y) / reference.height,
    factor * Math.abs(x) / reference.width,
  );
  if (now > ALIKE && far > FAR) {
    const name = `moved by (x ${factor * x}, y ${factor * y}) px`;
    return { name, likeness: now, now: locate(a, b, 0.99).likeness };
  }
  if (now > 1 - BETTER) return undefined;
  for (const turn of TURNS.slice(1)) {
    const { likeness } = locate(a, turnImage(b, turn));
    if (likeness > (best?.likeness ?? Math.max(ALIKE, now + BETTER))) {
      best = { name: turnName(turn), likeness, now };
    }
  }
  return best;
}

function modulus({ height, width, re, im }: ComplexGrid): ComplexGrid {
  return { ...emptyComplex(height, width), re: re.map((v, i) => Math.hypot(v, im[i])) };
}

/** Means of factor x factor pixels. */
function binned(image: ComplexGrid, factor: number): ComplexGrid {
  if (factor <= 1) return image;
  const out = emptyComplex(Math.floor(image.height / factor), Math.floor(image.width / factor));
  for (let y = 0; y < out.height * factor; y++) {
    for (let x = 0; x < out.width * factor; x++) {
      const to = Math.floor(y / factor) * out.width + Math.floor(x / factor);
      out.re[to] += image.re[y * image.width + x] / factor ** 2;
      out.im[to] += image.im[y * image.width + x] / factor ** 2;
    }
  }
  return out;
}
