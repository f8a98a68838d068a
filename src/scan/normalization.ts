/**
 * Every factor between measured patterns, network input and predicted counts.
 *
 * Sums are float64 and streaming: patterns are added in batches, so a data set never has to be in
 * memory at once.
 *
 * @module
 */
import { DatasetError } from "../errors.ts";

/** Sums over diffraction patterns from which all factors follow. */
export class PatternStatistics {
  #side: number;
  #patterns = 0;
  #sum = 0;
  #energy = 0;
  #maxSum = -Infinity;

  /** Starts empty. @param side N: side of a pattern, px. */
  constructor(side: number) {
    this.#side = side;
  }

  /** Adds (n, N, N) patterns. @throws {DatasetError} if a part of a pattern is left over. */
  add(patterns: ArrayLike<number>): void {
    const pixels = this.#side * this.#side;
    if (patterns.length % pixels !== 0) {
      throw new DatasetError(
        `Cannot add ${patterns.length} values as patterns of ${this.#side} x ${this.#side}: give whole ones`,
      );
    }
    for (let start = 0; start < patterns.length; start += pixels) {
      let sum = 0, energy = 0;
      for (let i = start; i < start + pixels; i++) {
        const value = patterns[i];
        sum += value;
        energy += value * value;
      }
      this.#sum += sum;
      this.#energy += energy;
      this.#maxSum = Math.max(this.#maxSum, sum);
      this.#patterns++;
    }
  }

  /** Patterns added so far. */
  get patterns(): number {
    return this.#patterns;
  }

  /** N: side of a pattern, px. */
  get side(): number {
    return this.#side;
  }

  /** Mean over patterns of the sum of squares: mean counts when amplitudes were added. */
  get meanEnergy(): number {
    return this.#energy / this.#patterns;
  }

  /** Mean over patterns of the sum of values. */
  get meanSum(): number {
    return this.#sum / this.#patterns;
  }

  /** Largest sum of values of a pattern. */
  get maxSum(): number {
    return this.#maxSum;
  }

  /** Mean value of a pixel. */
  get meanValue(): number {
    return this.#sum / this.#patterns / (this.#side * this.#side);
  }
}

/** Statistics of (P, N, N) patterns that are in memory. */
export function patternStatistics(patterns: ArrayLike<number>, side: number): PatternStatistics {
  const statistics = new PatternStatistics(side);
  statistics.add(patterns);
  return statistics;
}

function positive(value: number, what: string): number {
  if (value > 0 && Number.isFinite(value)) return value;
  throw new DatasetError(
    `Cannot normalise as ${what} is ${value}: the patterns are empty or all zero, check diffraction`,
  );
}

/**
 * Factor on amplitudes that brings their mean energy to (N/2)^2; the network's input scale.
 *
 * @throws {DatasetError} if the patterns are all zero.
 */
export function amplitudeFactor(statistics: PatternStatistics): number {
  const target = (statistics.side / 2) ** 2;
  return Math.sqrt(target / positive(statistics.meanEnergy, "the mean energy"));
}

/**
 * Factor from amplitudes to the square root of photons: sqrt(nphotons / mean energy). On amplitudes
 * normalised by `amplitudeFactor` it is sqrt(nphotons) / (N/2).
 *
 * @param nphotons Photons in the mean pattern.
 * @throws {DatasetError} if the patterns are all zero or nphotons is not positive.
 */
export function intensityScale(statistics: PatternStatistics, nphotons: number): number {
  return Math.sqrt(
    positive(nphotons, "nphotons") / positive(statistics.meanEnergy, "the mean energy"),
  );
}

/** Pair of factors of the original's disk loader. */
export interface LoaderFactors {
  /** On the network input; predictions are divided by it. */
  readonly rms: number;
  /** On prediction and measurement before the loss. */
  readonly physics: number;
}

/**
 * Parseval factors of the disk loader: rms = sqrt(N^2 / mean energy), physics = 1 / mean sum. Over
 * all patterns it is the loader's `Batch`, over one group's its `Group` variant.
 *
 * @throws {DatasetError} if the patterns are all zero.
 */
export function parsevalFactors(statistics: PatternStatistics): LoaderFactors {
  return {
    rms: Math.sqrt(statistics.side ** 2 / positive(statistics.meanEnergy, "the mean energy")),
    physics: 1 / positive(statistics.meanSum, "the mean sum"),
  };
}

/** `Max` factor of the disk loader, both rms and physics: 1 / largest sum of a pattern. */
export function maxFactor(statistics: PatternStatistics): number {
  return 1 / positive(statistics.maxSum, "the largest sum");
}

/**
 * Statistics of each of a list of equal groups, for the loader's `Group` variants.
 *
 * @param patterns (G, C, N, N) values.
 * @param side N, px.
 * @param groupSize C.
 */
export function groupStatistics(
  patterns: Float32Array | Float64Array,
  side: number,
  groupSize: number,
): PatternStatistics[] {
  const length = groupSize * side * side;
  const out: PatternStatistics[] = [];
  for (let start = 0; start < patterns.length; start += length) {
    out.push(patternStatistics(patterns.subarray(start, start + length), side));
  }
  return out;
}

/** Experiment statistics of the counts profile. */
export interface CountStatistics {
  /** sqrt((N/2)^2 / mean over patterns of the sum of SQUARED COUNTS): factor on the network input. */
  readonly rmsInputScale: number;
  /** Mean counts of a pixel. */
  readonly meanMeasuredIntensity: number;
}

/**
 * Experiment statistics of the counts profile, from statistics over COUNTS (not amplitudes).
 *
 * @throws {DatasetError} if the counts are all zero.
 */
export function countStatistics(statistics: PatternStatistics): CountStatistics {
  return {
    rmsInputScale: amplitudeFactor(statistics),
    meanMeasuredIntensity: positive(statistics.meanValue, "the mean count"),
  };
}
