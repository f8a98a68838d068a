import { complexArray, type NdArray } from "../../src/array.ts";
import type { ComplexGrid } from "../../src/image/fourier.ts";
import { Random } from "../../src/random.ts";
import type { ReconstructionFile } from "../../src/workflows/reconstruction_file.ts";

/** A complex number as a function of place. */
export type Field = (y: number, x: number) => [re: number, im: number];

/**
 * A smooth object that is known between its pixels too: sums of waves of at most `fastest` rad/px in
 * amplitude and phase.
 */
export function smoothField(seed: number, fastest = 1): Field {
  const random = new Random(seed);
  const waves = Array.from({ length: 40 }, () => ({
    y: fastest * (2 * random.uniform() - 1),
    x: fastest * (2 * random.uniform() - 1),
    start: 2 * Math.PI * random.uniform(),
  }));
  return (y, x) => {
    let p = 0, q = 0;
    for (const wave of waves) {
      p += Math.cos(wave.y * y + wave.x * x + wave.start) / 6;
      q += Math.sin(wave.x * y - wave.y * x + 2 * wave.start) / 6;
    }
    const amplitude = 1 + 0.2 * p, phase = 0.4 * q;
    return [amplitude * Math.cos(phase), amplitude * Math.sin(phase)];
  };
}

/** An image of a field: pixel (0, 0) at object-grid place `origin`. */
export function sampled(
  field: Field,
  height: number,
  width: number,
  origin: { y: number; x: number } = { y: 0, x: 0 },
): ComplexGrid {
  const re = new Float64Array(height * width), im = new Float64Array(height * width);
  for (let i = 0; i < re.length; i++) {
    [re[i], im[i]] = field(origin.y + Math.floor(i / width), origin.x + i % width);
  }
  return { height, width, re, im };
}

/** An image as a file would hold it. */
export function asArray({ height, width, re, im }: ComplexGrid): NdArray {
  const data = new Float32Array(2 * re.length);
  re.forEach((v, i) => data.set([v, im[i]], 2 * i));
  return complexArray([height, width], data);
}

/** A file with an object; without an origin it does not say where it lies. */
export function fileOf(
  name: string,
  image: ComplexGrid,
  more: Partial<ReconstructionFile> = {},
): ReconstructionFile {
  return { name, keys: ["object"], object: asArray(image), ...more };
}

/** The image times a complex number and a phase ramp. */
export function disguised(
  image: ComplexGrid,
  factor: number,
  phase: (y: number, x: number) => number,
): ComplexGrid {
  const { height, width } = image;
  const re = new Float64Array(height * width), im = new Float64Array(height * width);
  for (let i = 0; i < re.length; i++) {
    const angle = phase(Math.floor(i / width), i % width);
    const c = factor * Math.cos(angle), s = factor * Math.sin(angle);
    re[i] = image.re[i] * c - image.im[i] * s;
    im[i] = image.re[i] * s + image.im[i] * c;
  }
  return { height, width, re, im };
}

/** Independent complex noise of that standard deviation in each part. */
export function noisy(image: ComplexGrid, sigma: number, seed: number): ComplexGrid {
  const random = new Random(seed);
  return {
    ...image,
    re: image.re.map((v) => v + sigma * random.normal()),
    im: image.im.map((v) => v + sigma * random.normal()),
  };
}

/** Largest distance of two images, without `border` pixels at each edge. */
export function largestError(a: ComplexGrid, b: ComplexGrid, border = 0): number {
  let worst = 0;
  for (let y = border; y < a.height - border; y++) {
    for (let x = border; x < a.width - border; x++) {
      const i = y * a.width + x;
      worst = Math.max(worst, Math.hypot(a.re[i] - b.re[i], a.im[i] - b.im[i]));
    }
  }
  return worst;
}
