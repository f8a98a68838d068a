/**
 * Objects of white, blurred and simplex noise: amplitude 0.2 + 0.8 Y, phase as for lines.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { gaussianBlur } from "../scan/blur.ts";
import type { ComplexImage } from "../scan/resize.ts";
import { stretch, withPhase } from "./structure.ts";

/** Independent uniform values in every pixel. */
export function whiteNoiseObject(height: number, width: number, random: Random): ComplexImage {
  return finish(uniform(height * width, random), height, width);
}

/** White noise blurred by 3 px and stretched to 0..1. */
export function blurredNoiseObject(height: number, width: number, random: Random): ComplexImage {
  // A rim keeps the variance the same up to the edge.
  const rim = 12, rows = height + 2 * rim, columns = width + 2 * rim;
  const blurred = gaussianBlur(uniform(rows * columns, random), rows, columns, 3);
  const values = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    const from = (y + rim) * columns + rim;
    values.set(blurred.subarray(from, from + width), y * width);
  }
  return finish(stretch(values), height, width);
}

/** Five octaves of simplex noise; the coarsest has a period of a third of the shorter side. */
export function simplexObject(height: number, width: number, random: Random): ComplexImage {
  const noise = new SimplexNoise(random), values = new Float64Array(height * width);
  for (let octave = 0, period = Math.min(height, width) / 3; octave < 5; octave++, period /= 2) {
    const [dy, dx] = [1000 * random.uniform(), 1000 * random.uniform()], weight = 0.5 ** octave;
    for (let i = 0; i < values.length; i++) {
      const y = Math.floor(i / width), x = i % width;
      values[i] += weight * noise.at(y / period + dy, x / period + dx);
    }
  }
  return finish(stretch(values), height, width);
}

/** Two-dimensional simplex noise: smooth, of zero mean, between -1 and 1. */
export class SimplexNoise {
  #order: Uint8Array;

  /** Draws the lattice. */
  constructor(random: Random) {
    this.#order = random.shuffle(Uint8Array.from({ length: 256 }, (_, i) => i));
  }

  /** Value at a point; the lattice has a spacing of about 1. */
  at(y: number, x: number): number {
    // Squares are sheared to pairs of equilateral triangles: F = (sqrt 3 - 1) / 2 and back by G.
    const F = (Math.sqrt(3) - 1) / 2, G = (3 - Math.sqrt(3)) / 6;
    const s = (y + x) * F, i = Math.floor(x + s), j = Math.floor(y + s), t = (i + j) * G;
    const u = x - i + t, v = y - j + t;
    const [du, dv] = u > v ? [1, 0] : [0, 1];
    // 70 brings the extremes of the sum of three kernels close to -1 and 1.
    return 70 * (this.#corner(i, j, u, v) +
      this.#corner(i + du, j + dv, u - du + G, v - dv + G) +
      this.#corner(i + 1, j + 1, u - 1 + 2 * G, v - 1 + 2 * G));
  }

  #corner(i: number, j: number, u: number, v: number): number {
    const reach = 0.5 - u * u - v * v;
    if (reach <= 0) return 0;
    const angle = this.#order[(this.#order[i & 255] + j) & 255] * (2 * Math.PI / 256);
    return reach ** 4 * (u * Math.cos(angle) + v * Math.sin(angle));
  }
}

function uniform(count: number, random: Random): Float64Array {
  return Float64Array.from({ length: count }, () => random.uniform());
}

function finish(values: Float64Array, height: number, width: number): ComplexImage {
  return withPhase(values, height, width, (value) => 0.2 + 0.8 * value);
}
