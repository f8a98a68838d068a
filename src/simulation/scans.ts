/**
 * Simulated scan positions: patch centres (y, x) whose patches lie inside the object.
 *
 * @module
 */
import { NeighborIndex } from "../grouping/neighbors.ts";
import { Random } from "../random.ts";

/** Kinds of scans. */
export type ScanKind = "raster" | "jittered" | "random" | "fermat" | "concentric" | "nested";

/** All scan kinds. */
export const SCAN_KINDS: readonly ScanKind[] = [
  "raster",
  "jittered",
  "random",
  "fermat",
  "concentric",
  "nested",
];

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
  /** Distance of lines, px: the scan is as large as that makes it, in the middle of the area. */
  readonly step?: number;
  /** With `nested`: the groups. */
  readonly groups?: NestedGroups;
  /** Distance kept from the rim besides half a patch, px. */
  readonly margin?: number;
}

/** Groups of positions on a grid: a small grid at every point of a large one. */
export interface NestedGroups {
  /** Side of a group: gridsize squared positions. */
  readonly gridsize: number;
  /** Distance inside a group, px. */
  readonly offset: number;
  /** Distance of groups, px. */
  readonly outerOffset: number;
}

/** Groups used when none are given: those of the original's grid simulation. */
export const DEFAULT_GROUPS: NestedGroups = { gridsize: 2, offset: 4, outerOffset: 8 };

/** Distances between the outermost positions, px; null: the scan fills the object. */
export function scanSpans(options: ScanOptions): readonly [y: number, x: number] | null {
  if (options.kind === "nested") {
    const { gridsize, offset, outerOffset } = options.groups ?? DEFAULT_GROUPS;
    const { rows, columns } = lattice(options.count / gridsize ** 2, 1, 1);
    const inner = (gridsize - 1) * offset;
    return [(rows - 1) * outerOffset + inner, (columns - 1) * outerOffset + inner];
  }
  if (options.step === undefined) return null;
  const { rows, columns } = lattice(options.count, 1, 1);
  return [(rows - 1) * options.step, (columns - 1) * options.step];
}

/** Rows and columns of the grid nearest to a number of positions. */
function lattice(count: number, spanY: number, spanX: number): { rows: number; columns: number } {
  const whole = Math.max(1, count);
  const columns = Math.max(
    1,
    Math.min(Math.ceil(whole), Math.round(Math.sqrt(whole * spanX / spanY))),
  );
  return { rows: Math.max(1, Math.round(whole / columns)), columns };
}

/**
 * Makes a scan that fills the area.
 *
 * @returns (P, 2) pairs (y, x), px; all within [N/2, side - N/2].
 * @throws {RangeError} if patches do not fit into the object or less than 2 positions are asked for.
 */
export function makeScan(area: ScanArea, options: ScanOptions): Float64Array {
  const { count, margin = 0 } = options;
  const room = [area.height - area.N - 2 * margin, area.width - area.N - 2 * margin];
  if (Math.min(...room) < 1) {
    throw new RangeError(
      `Cannot scan an object of ${area.height} x ${area.width} with patches of ${area.N}: ` +
        `use an object larger than the patches${margin > 0 ? ` by more than ${2 * margin}` : ""}`,
    );
  }
  if (!Number.isInteger(count) || count < 2) {
    throw new RangeError(`Cannot scan ${count} positions: use at least 2`);
  }
  const spans = scanSpans(options);
  if (spans !== null && (spans[0] > room[0] || spans[1] > room[1])) {
    const needed = spans.map((span) => Math.ceil(span) + area.N + 2 * margin).join(" x ");
    throw new RangeError(
      `Cannot scan an object of ${area.height} x ${area.width} with ${count} positions at this ` +
        `distance: use an object of at least ${needed} or fewer positions`,
    );
  }
  const [spanY, spanX] = spans ?? room;
  const low = spans === null
    ? [area.N / 2 + margin, area.N / 2 + margin]
    : [(area.height - spans[0]) / 2, (area.width - spans[1]) / 2];
  const points = draw(options, spanY, spanX);
  return Float64Array.from(points, (value, i) => {
    const inside = low[i % 2] + Math.min(i % 2 === 0 ? spanY : spanX, Math.max(0, value));
    return options.integer === true ? Math.round(inside) : inside;
  });
}

/** Positions from 0 to the spans. */
function draw(options: ScanOptions, spanY: number, spanX: number): number[] {
  const { count, kind } = options, random = new Random(options.seed, 0x5ca9);
  const points: number[] = [];
  if (kind === "random") {
    for (let i = 0; i < count; i++) points.push(spanY * random.uniform(), spanX * random.uniform());
    return points;
  }
  if (kind === "fermat") return fermat(count, spanY, spanX);
  if (kind === "concentric") return concentric(count, spanY, spanX);
  if (kind === "nested") return nested(count, options.groups ?? DEFAULT_GROUPS);
  const { rows, columns } = options.step === undefined
    ? lattice(count, spanY, spanX)
    : lattice(count, 1, 1);
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
  return points;
}

/** Groups row by row, each with its positions row by row. */
function nested(count: number, groups: NestedGroups): number[] {
  const { gridsize, offset, outerOffset } = groups, points: number[] = [];
  const { rows, columns } = lattice(count / gridsize ** 2, 1, 1);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      for (let k = 0; k < gridsize ** 2; k++) {
        points.push(
          r * outerOffset + Math.floor(k / gridsize) * offset,
          c * outerOffset + (k % gridsize) * offset,
        );
      }
    }
  }
  return points;
}

/**
 * Rings around the centre, as far from each other as their positions are, cut off by the rectangle.
 */
function concentric(count: number, spanY: number, spanX: number): number[] {
  const reach = Math.hypot(spanY, spanX) / 2;
  for (let step = 1.2 * Math.sqrt(Math.max(spanY * spanX, 1e-6) / count);; step *= 0.995) {
    const points: number[] = [];
    for (let ring = 0; ring * step <= reach; ring++) {
      const around = Math.max(1, Math.round(2 * Math.PI * ring));
      for (let k = 0; k < around; k++) {
        // Every other ring starts half a step later, so that no radial line is favoured.
        const angle = 2 * Math.PI * (k + (ring % 2) / 2) / around;
        const y = ring * step * Math.sin(angle), x = ring * step * Math.cos(angle);
        if (Math.abs(y) <= spanY / 2 && Math.abs(x) <= spanX / 2) {
          points.push(y + spanY / 2, x + spanX / 2);
        }
      }
    }
    if (points.length >= 2 * count) return points.slice(0, 2 * count);
  }
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
