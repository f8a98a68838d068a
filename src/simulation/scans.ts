/**
 * Simulated scan positions: patch centres (y, x) whose patches lie inside the object.
 *
 * @module
 */
import { NeighborIndex } from "../grouping/neighbors.ts";
import { Random } from "../random.ts";

/** Kinds of scans. */
export type ScanKind = "raster" | "jittered" | "random" | "fermat";

/** All scan kinds. */
export const SCAN_KINDS: readonly ScanKind[] = ["raster", "jittered", "random", "fermat"];

/** Where patches may lie. */
export interface ScanArea {
  /** Rows of the object, px. */
  readonly height: number;
  /** Columns of the object, px. */
  readonly width: number;
  /** Side of a patch, px. */
  readonly N: number;
}

/** What a scan looks like. */
export interface ScanOptions {
  /** Kind. */
  readonly kind: ScanKind;
  /** Number of positions; raster kinds use the rows x columns nearest to it. */
  readonly count: number;
  /** Seed of jitter and random positions. */
  readonly seed: number;
  /** With `jittered`: largest shift as a share of the step; 0.3 by default. */
  readonly jitter?: number;
  /** Round positions to whole pixels. */
  readonly integer?: boolean;
}

/**
 * Makes a scan that fills the area.
 *
 * @returns (P, 2) pairs (y, x), px; all within [N/2, side - N/2].
 * @throws {RangeError} if patches do not fit into the object or less than 2 positions are asked for.
 */
export function makeScan(area: ScanArea, options: ScanOptions): Float64Array {
  const low = area.N / 2, spanY = area.height - area.N, spanX = area.width - area.N;
  if (spanY < 1 || spanX < 1) {
    throw new RangeError(
      `Cannot scan an object of ${area.height} x ${area.width} with patches of ${area.N}: ` +
        `use an object larger than the patches`,
    );
  }
  const { count, kind } = options;
  if (!Number.isInteger(count) || count < 2) {
    throw new RangeError(`Cannot scan ${count} positions: use at least 2`);
  }
  const random = new Random(options.seed, 0x5ca9);
  const points: number[] = [];
  if (kind === "random") {
    for (let i = 0; i < count; i++) points.push(spanY * random.uniform(), spanX * random.uniform());
  } else if (kind === "fermat") {
    points.push(...fermat(count, spanY, spanX));
  } else {
    const columns = Math.max(1, Math.min(count, Math.round(Math.sqrt(count * spanX / spanY))));
    const rows = Math.max(1, Math.round(count / columns));
    const stepY = spanY / Math.max(1, rows - 1), stepX = spanX / Math.max(1, columns - 1);
    const jitter = kind === "jittered" ? options.jitter ?? 0.3 : 0;
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        points.push(
          stepY * (r + jitter * (2 * random.uniform() - 1)),
          stepX * (c + jitter * (2 * random.uniform() - 1)),
        );
      }
    }
  }
  return Float64Array.from(points, (value, i) => {
    const inside = low + Math.min(i % 2 === 0 ? spanY : spanX, Math.max(0, value));
    return options.integer === true ? Math.round(inside) : inside;
  });
}

/** Spiral of equal area a point, cut off by the rectangle. */
function fermat(count: number, spanY: number, spanX: number): number[] {
  const golden = Math.PI * (3 - Math.sqrt(5));
  const reach = Math.hypot(spanY, spanX) / 2;
  // The step gives each point its share of the rectangle; near the rim a few may be missing, in
  // which case the spiral is drawn slightly denser.
  for (let step = Math.sqrt(spanY * spanX / (Math.PI * count));; step *= 0.995) {
    const points: number[] = [];
    for (let i = 0; points.length < 2 * count; i++) {
      const r = step * Math.sqrt(i + 0.5), angle = golden * i;
      if (r > reach) break;
      const y = r * Math.sin(angle), x = r * Math.cos(angle);
      if (Math.abs(y) <= spanY / 2 && Math.abs(x) <= spanX / 2) {
        points.push(y + spanY / 2, x + spanX / 2);
      }
    }
    if (points.length === 2 * count) return points;
  }
}

/**
 * Linear overlap of neighbouring probes: 1 - (mean distance to the nearest position) / diameter,
 * 0 when they do not touch.
 *
 * @param positions (P, 2) pairs (y, x), px.
 * @param diameter Diameter of the probe, px.
 */
export function overlapRatio(positions: Float64Array, diameter: number): number {
  const index = new NeighborIndex(positions);
  let sum = 0;
  for (let i = 0; i < index.count; i++) {
    sum += index.nearest(positions[2 * i], positions[2 * i + 1], 1, i).distances[0] ?? Infinity;
  }
  return Math.max(0, 1 - sum / index.count / diameter);
}

/**
 * Side of the square object on which a raster of `count` positions has a given overlap.
 *
 * @param count Positions.
 * @param diameter Diameter of the probe, px.
 * @param overlap Linear overlap, 0 to below 1.
 * @param N Side of a patch, px.
 * @returns Even number of px.
 * @throws {RangeError} if the overlap is out of range.
 */
export function sideForOverlap(
  count: number,
  diameter: number,
  overlap: number,
  N: number,
): number {
  if (!(overlap >= 0 && overlap < 1)) {
    throw new RangeError(`Cannot scan with an overlap of ${overlap}: use 0 to below 1`);
  }
  const lines = Math.max(2, Math.round(Math.sqrt(count)));
  return N + Math.max(2, 2 * Math.round((lines - 1) * diameter * (1 - overlap) / 2));
}
