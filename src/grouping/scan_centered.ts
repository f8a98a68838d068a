/**
 * Groups around every scan position inside a window: the grouping of the original's disk loader.
 *
 * @module
 */
import { Random } from "../random.ts";
import { type Groups, pick } from "./groups.ts";
import { nearestNeighbors, NeighborIndex } from "./neighbors.ts";

const CHOICE_STREAM = 0x20000;

/** How members are found around a centre. */
export interface ScanCenteredOptions {
  /** `Nearest`: among the K nearest and the centre; `Min_dist`: a distance range; `4_quadrant`: one of each quadrant. */
  readonly mode: "Nearest" | "Min_dist" | "4_quadrant";
  /** C: members of a group; 4 with `4_quadrant`. */
  readonly groupSize: number;
  /** K of `Nearest` (the centre comes on top) and `Min_dist`. */
  readonly neighborCount: number;
  /** Groups made around each centre. */
  readonly groupsPerCenter: number;
  /** Seed of the choices. */
  readonly seed: number;
  /** Smallest distance to the centre, px (`Min_dist`, `4_quadrant`). */
  readonly minDistance?: number;
  /** Largest distance to the centre, px (`Min_dist`, `4_quadrant`). */
  readonly maxDistance?: number;
  /** Nearest positions searched for quadrants. */
  readonly quadrantNeighborCount?: number;
}

/**
 * Positions inside a window given as fractions of the extent of the scan, both ends included.
 *
 * @param positions (P, 2) pairs (y, x).
 * @param xBounds Fractions of the column extent, such as [0.1, 0.9].
 * @param yBounds Fractions of the row extent.
 * @returns Indices in ascending order.
 */
export function insideBounds(
  positions: Float64Array,
  xBounds: readonly [number, number],
  yBounds: readonly [number, number],
): Uint32Array {
  const limits = [yBounds, xBounds].map((bounds, axis) => {
    let low = Infinity, high = -Infinity;
    for (let i = axis; i < positions.length; i += 2) {
      low = Math.min(low, positions[i]);
      high = Math.max(high, positions[i]);
    }
    return [low + bounds[0] * (high - low), low + bounds[1] * (high - low)];
  });
  const kept: number[] = [];
  for (let i = 0; i < positions.length / 2; i++) {
    const y = positions[2 * i], x = positions[2 * i + 1];
    if (y >= limits[0][0] && y <= limits[0][1] && x >= limits[1][0] && x <= limits[1][1]) {
      kept.push(i);
    }
  }
  return Uint32Array.from(kept);
}

/**
 * Neighbours in a distance range, in the original's table form: every neighbour fills two columns
 * (the original lists each pair from both ends), nearest first, -1 where there are no more.
 *
 * @param positions (P, 2) pairs (y, x).
 * @param columns Columns of the table.
 * @param minDistance Smallest distance, px; 0 makes a position its own neighbour.
 * @param maxDistance Largest distance, px.
 * @returns (P, columns) indices.
 */
export function distanceNeighbors(
  positions: Float64Array,
  columns: number,
  minDistance: number,
  maxDistance: number,
): Int32Array {
  const index = new NeighborIndex(positions);
  const table = new Int32Array(index.count * columns).fill(-1);
  for (let i = 0; i < index.count; i++) {
    const { indices } = index.within(
      positions[2 * i],
      positions[2 * i + 1],
      minDistance,
      maxDistance,
    );
    for (let c = 0; c < Math.min(columns, 2 * indices.length); c++) {
      table[i * columns + c] = indices[c >> 1];
    }
  }
  return table;
}

/**
 * Candidates of the four quadrants around a position: left-up, right-up, left-down, right-down with
 * "left" being a smaller column and "up" a LARGER row (the original draws y upwards). A position on
 * an axis counts to the right or up. The centre itself is a candidate of every quadrant, last.
 *
 * @param index All positions of the scan.
 * @param positions (P, 2) pairs (y, x) of that index.
 * @param center Index of the position.
 * @param count Nearest positions searched.
 * @param minDistance Smallest distance, px.
 * @param maxDistance Largest distance, px.
 */
export function quadrantCandidates(
  index: NeighborIndex,
  positions: Float64Array,
  center: number,
  count: number,
  minDistance: number,
  maxDistance: number,
): number[][] {
  const y = positions[2 * center], x = positions[2 * center + 1];
  const quadrants: number[][] = [[], [], [], []];
  const { indices, distances } = index.nearest(y, x, count, center);
  indices.forEach((near, i) => {
    if (distances[i] < minDistance || distances[i] > maxDistance) return;
    const down = positions[2 * near] < y, right = positions[2 * near + 1] >= x;
    quadrants[(down ? 2 : 0) + (right ? 1 : 0)].push(near);
  });
  for (const quadrant of quadrants) quadrant.push(center);
  return quadrants;
}

/**
 * Makes groups around every centre.
 *
 * `Nearest` and `Min_dist` look for members among the centres only, `4_quadrant` among all
 * positions. Centres with fewer than C members in range, or with more than one empty quadrant, are
 * left out. A gridsize of 1 repeats each centre `groupsPerCenter` times.
 *
 * @param positions (P, 2) pairs (y, x), px.
 * @param centers Indices of the centres, as `insideBounds` gives them.
 * @throws {RangeError} if the options cannot give groups.
 */
export function scanCenteredGroups(
  positions: Float64Array,
  centers: Uint32Array,
  options: ScanCenteredOptions,
): Groups {
  const { groupSize: size, groupsPerCenter: repeats, neighborCount, mode } = options;
  const minDistance = options.minDistance ?? 0, maxDistance = options.maxDistance ?? Infinity;
  if (mode === "4_quadrant" && size !== 1 && size !== 4) {
    throw new RangeError(
      `Cannot fill a group of ${size} from four quadrants: use gridsize 2 or another neighbor_function`,
    );
  }
  if (mode === "Nearest" && size > neighborCount + 1) {
    throw new RangeError(
      `Cannot choose ${size} members among ${neighborCount} neighbours: raise neighbor_count`,
    );
  }
  const members: number[] = [], seeds: number[] = [];
  const draw = (center: number, choose: (random: Random) => number[]): void => {
    const random = new Random(options.seed, CHOICE_STREAM + center);
    for (let r = 0; r < repeats; r++) {
      members.push(...choose(random));
      seeds.push(center);
    }
  };
  if (size === 1) {
    for (const center of centers) draw(center, () => [center]);
  } else if (mode === "Nearest") {
    const table = nearestNeighbors(pick(positions, centers), neighborCount + 1, true);
    centers.forEach((center, i) => {
      const row = table.subarray(i * (neighborCount + 1), (i + 1) * (neighborCount + 1));
      draw(center, (random) => random.choose(size, row.length).map((c) => centers[row[c]]));
    });
  } else if (mode === "Min_dist") {
    const local = pick(positions, centers), index = new NeighborIndex(local);
    centers.forEach((center, i) => {
      const near = index.within(local[2 * i], local[2 * i + 1], minDistance, maxDistance)
        .indices.slice(0, neighborCount);
      if (near.length < size) return;
      draw(center, (random) => random.choose(size, near.length).map((c) => centers[near[c]]));
    });
  } else {
    const index = new NeighborIndex(positions);
    const count = options.quadrantNeighborCount ?? 30;
    for (const center of centers) {
      const quadrants = quadrantCandidates(
        index,
        positions,
        center,
        count,
        minDistance,
        maxDistance,
      );
      if (quadrants.filter((q) => q.length === 1).length > 1) continue;
      draw(center, (random) => quadrants.map((q) => q[random.integer(q.length)]));
    }
  }
  return {
    size,
    count: seeds.length,
    members: Uint32Array.from(members),
    seeds: Uint32Array.from(seeds),
  };
}
