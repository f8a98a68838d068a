/**
 * Checks of scan data; each message names the array and what to do about it.
 *
 * @module
 */
import { DatasetError } from "../errors.ts";
import type { Probe } from "./probe.ts";

/** Span, px, below which coordinates are taken for metres. */
const SMALLEST_SPAN = 0.1;

/**
 * Checks the side of a pattern.
 *
 * @throws {DatasetError} unless height and width agree and are a power of two of at least 8.
 */
export function checkSide(key: string, height: number, width: number): void {
  if (height !== width) {
    throw new DatasetError(
      `Cannot use ${key} as its patterns are ${height} x ${width}: cut them to squares`,
    );
  }
  if (height < 8 || (height & (height - 1)) !== 0) {
    const below = Math.max(8, 2 ** Math.floor(Math.log2(Math.max(1, height))));
    throw new DatasetError(
      `Cannot use ${key} as its patterns are ${height} x ${height} and ${height} is ` +
        `${height % 2 === 1 ? "odd" : "not a power of two"}: crop them to ${below}`,
    );
  }
}

/**
 * Checks scan positions.
 *
 * @param positions (P, 2) pairs (y, x), px.
 * @throws {DatasetError} for less than two positions, values that are not finite, equal positions
 * throughout, and a span far below one pixel (metres).
 */
export function checkPositions(positions: Float64Array): void {
  const count = positions.length / 2;
  for (let i = 0; i < positions.length; i++) {
    if (!Number.isFinite(positions[i])) {
      const key = i % 2 === 0 ? "ycoords" : "xcoords";
      throw new DatasetError(
        `Cannot use ${key} as value ${i >> 1} is ${positions[i]}: repair or remove that position`,
      );
    }
  }
  if (count < 2) {
    throw new DatasetError(
      `Cannot use xcoords as there is ${count === 1 ? "one position only" : "no position"}: ` +
        `ptychography needs overlapping positions`,
    );
  }
  let span = 0;
  for (let axis = 0; axis < 2; axis++) {
    let low = Infinity, high = -Infinity;
    for (let i = axis; i < positions.length; i += 2) {
      low = Math.min(low, positions[i]);
      high = Math.max(high, positions[i]);
    }
    span = Math.max(span, high - low);
  }
  if (span === 0) {
    throw new DatasetError(
      "Cannot use xcoords and ycoords as all positions are equal: store the scan positions",
    );
  }
  if (span < SMALLEST_SPAN) {
    throw new DatasetError(
      `Cannot use xcoords and ycoords as they span ${span.toPrecision(3)} px, which looks like ` +
        `metres: divide them by the pixel size of the object`,
    );
  }
}

/** Checks a probe. @throws {DatasetError} if a value is not finite or all are zero. */
export function checkProbe(key: string, probe: Probe): void {
  let any = false;
  for (const value of probe.data) {
    if (!Number.isFinite(value)) {
      throw new DatasetError(`Cannot use ${key} as it holds ${value}: repair the probe`);
    }
    any ||= value !== 0;
  }
  if (!any) throw new DatasetError(`Cannot use ${key} as it is all zero: store the probe`);
}

/** What was seen in a batch of patterns. */
export interface PatternReport {
  /** Patterns that are zero everywhere. */
  readonly empty: number;
  /** Every value is a whole number and one is at least 3, as in counts. */
  readonly looksLikeCounts: boolean;
}

/**
 * Checks measured values.
 *
 * @param key Name used in messages.
 * @param patterns (n, pixels) values as stored.
 * @param pixels Values in a pattern.
 * @param numbers Number of each pattern in the scan, used in messages; 0, 1, 2, ... by default.
 * @throws {DatasetError} for values that are not finite or negative.
 */
export function checkPatterns(
  key: string,
  patterns: ArrayLike<number>,
  pixels: number,
  numbers?: ArrayLike<number>,
): PatternReport {
  let empty = 0, whole = true, largest = 0;
  for (let start = 0; start < patterns.length; start += pixels) {
    let top = 0;
    for (let i = start; i < start + pixels; i++) {
      const value = patterns[i];
      if (!(value >= 0 && value < Infinity)) {
        const n = start / pixels;
        throw new DatasetError(
          `Cannot use ${key} as pattern ${
            numbers === undefined ? n : numbers[n]
          } holds ${value}: ` +
            `${value < 0 ? "set negative" : "set bad"} pixels to 0`,
        );
      }
      if (value > top) top = value;
      if (whole && value !== Math.floor(value)) whole = false;
    }
    if (top === 0) empty++;
    largest = Math.max(largest, top);
  }
  return { empty, looksLikeCounts: whole && largest >= 3 };
}

/**
 * Refuses a scan without any light.
 *
 * @param key Name used in the message.
 * @param empty Patterns that are zero everywhere.
 * @param patterns Patterns seen.
 * @throws {DatasetError} when all patterns seen are zero everywhere.
 */
export function refuseEmpty(key: string, empty: number, patterns: number): void {
  if (patterns > 0 && empty === patterns) {
    throw new DatasetError(
      `Cannot use ${key} as its ${patterns} patterns are all zero: check the conversion of the data`,
    );
  }
}
