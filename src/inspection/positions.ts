/**
 * Scan positions: extent, distances, overlap.
 *
 * @module
 */
import { NeighborIndex } from "../grouping/neighbors.ts";

/** Figures of a set of positions. */
export interface PositionFigures {
  /** Positions. */
  readonly count: number;
  /** Smallest row and column, px. */
  readonly low: readonly [row: number, column: number];
  /** Largest row and column, px. */
  readonly high: readonly [row: number, column: number];
  /** Distance of each position to the nearest other one, px: smallest, median, mean, largest. */
  readonly nearest: {
    readonly min: number;
    readonly median: number;
    readonly mean: number;
    readonly max: number;
  };
  /** Positions that another one repeats exactly. */
  readonly repeated: number;
}

/**
 * Figures of positions.
 *
 * @param positions (P, 2) finite pairs (y, x), px, at least two.
 */
export function positionFigures(positions: Float64Array): PositionFigures {
  const count = positions.length / 2, index = new NeighborIndex(positions);
  const low: [number, number] = [Infinity, Infinity];
  const high: [number, number] = [-Infinity, -Infinity];
  const distances = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const y = positions[2 * i], x = positions[2 * i + 1];
    low[0] = Math.min(low[0], y);
    low[1] = Math.min(low[1], x);
    high[0] = Math.max(high[0], y);
    high[1] = Math.max(high[1], x);
    distances[i] = index.nearest(y, x, 1, i).distances[0];
  }
  const repeated = distances.reduce((n, distance) => n + (distance === 0 ? 1 : 0), 0);
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / count;
  distances.sort();
  return {
    count,
    low,
    high,
    nearest: { min: distances[0], median: distances[count >> 1], mean, max: distances[count - 1] },
    repeated,
  };
}

/** Positions nearest to the median one, nearest first: a patch of the scan without gaps. */
export function middlePositions(positions: Float64Array, count: number): number[] {
  const middle = [0, 1].map((axis) => {
    const values = positions.filter((_, i) => i % 2 === axis).sort();
    return values[values.length >> 1];
  });
  return new NeighborIndex(positions).nearest(middle[0], middle[1], count).indices;
}
