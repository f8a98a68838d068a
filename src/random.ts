/**
 * Seeded random numbers: the same seed gives the same stream on every machine.
 *
 * The generator is counter based (a 32-bit mixing of seed, stream and counter), so a stream can
 * be resumed from its counter alone.
 *
 * @module
 */

function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return (h ^ (h >>> 15)) >>> 0;
}

/** A stream of random numbers, identified by a seed and a stream number. */
export class Random {
  #key: number;
  #key2: number;
  #counter: number;
  #spare: number | undefined;

  /** Opens stream `stream` of seed `seed`, optionally at a saved `counter`. */
  constructor(seed: number, stream = 0, counter = 0) {
    this.#key = mix((seed >>> 0) ^ 0x9e3779b9) ^ mix(Math.floor(seed / 2 ** 32) >>> 0);
    this.#key2 = mix((stream + 0x85ebca6b) >>> 0);
    this.#counter = counter;
  }

  /** Position in the stream; give it back to the constructor to resume. */
  get counter(): number {
    return this.#counter;
  }

  /** Next 32 random bits. */
  bits(): number {
    const n = this.#counter++;
    const low = mix((n ^ this.#key) >>> 0);
    return mix((low + Math.imul(this.#key2, 0x9e3779b1) + Math.floor(n / 2 ** 32)) >>> 0);
  }

  /** Uniform number in [0, 1) with 53 bits. */
  uniform(): number {
    return (this.bits() * 2 ** 21 + (this.bits() >>> 11)) / 2 ** 53;
  }

  /** Uniform integer in [0, below). */
  integer(below: number): number {
    return Math.floor(this.uniform() * below);
  }

  /** Standard normal number (Box-Muller). */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Shuffles in place (Fisher-Yates) and returns the same array. */
  shuffle<T extends { length: number; [index: number]: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = items[i];
      items[i] = items[j];
      items[j] = kept;
    }
    return items;
  }

  /** `count` different integers of [0, below), in random order. @throws {RangeError} if count > below. */
  choose(count: number, below: number): number[] {
    if (count > below) throw new RangeError(`Cannot choose ${count} different items of ${below}`);
    const items = Array.from({ length: below }, (_, i) => i);
    for (let i = 0; i < count; i++) {
      const j = i + this.integer(below - i);
      const kept = items[i];
      items[i] = items[j];
      items[j] = kept;
    }
    return items.slice(0, count);
  }

  /**
   * Poisson-distributed count of the given mean.
   *
   * Inversion below 30 (Knuth's product form), transformed rejection PTRS above
   * (Hormann, Insurance: Mathematics and Economics 12, 39 (1993)).
   */
  poisson(mean: number): number {
    if (!(mean > 0)) return 0;
    if (mean < 30) {
      const limit = Math.exp(-mean);
      let product = this.uniform(), count = 0;
      while (product > limit) {
        product *= this.uniform();
        count++;
      }
      return count;
    }
    const b = 0.931 + 2.53 * Math.sqrt(mean), a = -0.059 + 0.02483 * b;
    const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4), vr = 0.9277 - 3.6224 / (b - 2);
    const logMean = Math.log(mean);
    while (true) {
      const u = this.uniform() - 0.5, v = this.uniform();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor((2 * a / us + b) * u + mean + 0.43);
      if (us >= 0.07 && v <= vr) return k;
      if (k < 0 || (us < 0.013 && v > us)) continue;
      const left = Math.log(v) + Math.log(inverseAlpha) - Math.log(a / (us * us) + b);
      if (left <= -mean + k * logMean - logFactorial(k)) return k;
    }
  }
}

/** ln(n!) by Stirling's series (exact sums below 16). */
export function logFactorial(n: number): number {
  if (n < 16) {
    let sum = 0;
    for (let i = 2; i <= n; i++) sum += Math.log(i);
    return sum;
  }
  const x = n + 1;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) -
    1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
}
