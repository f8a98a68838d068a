/**
 * Groups of C neighbouring scan positions: the samples of training.
 *
 * Seeds are drawn among the positions, each group takes C of the K nearest neighbours of its seed
 * (the seed itself not being one of them). The draw of one group depends on the seed number and on
 * its own position only, so adding groups or visiting them in another order changes none.
 *
 * @module
 */
import { Random } from "../random.ts";
import { drawCombinations } from "./combinations.ts";
import { NeighborIndex } from "./neighbors.ts";

const SUBSAMPLE_STREAM = 0x5ab5, SEED_STREAM = 0x5eed, MEMBER_STREAM = 0x10000;

/** Groups of equal size. */
export interface Groups {
  /** C: positions in a group. */
  readonly size: number;
  /** Number of groups. */
  readonly count: number;
  /** (count, C) indices of scan positions; channel c of a group is column c. */
  readonly members: Uint32Array;
  /** (count) index of the scan position the group was made around. */
  readonly seeds: Uint32Array;
}

/** How groups are made. */
export interface GroupingOptions {
  /** C: members of a group, gridsize squared. */
  readonly groupSize: number;
  /** Number of groups; null makes one for every eligible position. */
  readonly groups: number | null;
  /** K: nearest neighbours among which members are chosen; at least C (no effect when C is 1). */
  readonly neighborCount: number;
  /** Seed of every random choice. */
  readonly seed: number;
  /** Use the first positions as seeds, in order, instead of a random choice. */
  readonly sequential?: boolean;
  /** Allow more groups than positions (C > 1): several different groups around one seed. */
  readonly enableOversampling?: boolean;
  /** K used when there are more groups than positions; at least C. */
  readonly neighborPoolSize?: number | null;
  /** Positions that may be used, as `subsample` gives them; all by default. */
  readonly eligible?: Uint32Array;
  /** Receives a line when the request had to be cut down. */
  readonly warn?: (message: string) => void;
}

/**
 * Keeps `keep` of `count` positions at random, in ascending order; all when `keep` is null or larger.
 *
 * @param count Positions there are.
 * @param keep Positions to keep.
 * @param seed Seed of the choice.
 * @param sequential Keep the first ones instead.
 */
export function subsample(
  count: number,
  keep: number | null,
  seed: number,
  sequential = false,
): Uint32Array {
  if (keep === null || keep >= count || sequential) {
    return Uint32Array.from({ length: Math.min(keep ?? count, count) }, (_, i) => i);
  }
  return Uint32Array.from(new Random(seed, SUBSAMPLE_STREAM).choose(keep, count)).sort();
}

/**
 * Makes groups of neighbouring positions.
 *
 * With more groups than positions every seed is used equally often (to within one) and no group
 * repeats around a seed until all choices of C among its neighbours are used up.
 *
 * @param positions (P, 2) pairs (y, x), px.
 * @throws {RangeError} if K < C, if there are too few positions, or if more groups than positions
 * are asked for without oversampling.
 */
export function makeGroups(positions: Float64Array, options: GroupingOptions): Groups {
  const { groupSize: size, seed } = options;
  const eligible = options.eligible ??
    Uint32Array.from({ length: positions.length / 2 }, (_, i) => i);
  let count = options.groups ?? eligible.length;
  if (eligible.length === 0 || count < 1) {
    throw new RangeError(
      `Cannot make ${count} groups of ${eligible.length} positions: ask for at least one of each`,
    );
  }
  if (size === 1) {
    if (count > eligible.length) {
      options.warn?.(
        `n_groups is ${count} but with gridsize 1 there are only ${eligible.length} groups: ` +
          `${eligible.length} are used`,
      );
      count = eligible.length;
    }
    const seeds = chooseSeeds(eligible, count, options);
    return { size, count, members: seeds.slice(), seeds };
  }
  const oversampling = count > eligible.length;
  let pool = options.neighborCount;
  if (oversampling) {
    if (options.enableOversampling !== true) {
      throw new RangeError(
        `Cannot make ${count} groups as there are ${eligible.length} positions: lower n_groups or ` +
          `set enable_oversampling`,
      );
    }
    pool = options.neighborPoolSize ?? options.neighborCount;
  }
  if (pool < size) {
    throw new RangeError(
      `Cannot choose ${size} members among ${pool} neighbours: raise ` +
        `${oversampling ? "neighbor_pool_size" : "neighbor_count"} to at least ${size}`,
    );
  }
  if (pool > eligible.length - 1) {
    throw new RangeError(
      `Cannot find ${pool} neighbours as there are ${eligible.length} positions: lower ` +
        `${oversampling ? "neighbor_pool_size" : "neighbor_count"} or use more positions`,
    );
  }
  const seeds = chooseSeeds(eligible, Math.min(count, eligible.length), options);
  const each = Math.floor(count / seeds.length), extra = count % seeds.length;
  const index = new NeighborIndex(pick(positions, eligible));
  const place = new Map<number, number>();
  eligible.forEach((position, i) => place.set(position, i));
  const members = new Uint32Array(count * size), around = new Uint32Array(count);
  // Rounds are written one after the other, so that a prefix of the groups covers all seeds evenly.
  seeds.forEach((position, s) => {
    const near = index.nearest(
      positions[2 * position],
      positions[2 * position + 1],
      pool,
      place.get(position),
    ).indices;
    const random = new Random(seed, MEMBER_STREAM + position);
    const rounds = each + (s < extra ? 1 : 0);
    drawCombinations(random, pool, size, rounds).forEach((places, round) => {
      const group = round * seeds.length + s;
      around[group] = position;
      places.forEach((p, c) => members[group * size + c] = eligible[near[p]]);
    });
  });
  return { size, count, members, seeds: around };
}

function chooseSeeds(eligible: Uint32Array, count: number, options: GroupingOptions): Uint32Array {
  if (options.sequential === true) return eligible.slice(0, count);
  const random = new Random(options.seed, SEED_STREAM);
  return Uint32Array.from(random.choose(count, eligible.length), (i) => eligible[i]);
}

/** (n, 2) pairs of the listed positions. */
export function pick(positions: Float64Array, indices: ArrayLike<number>): Float64Array {
  const out = new Float64Array(2 * indices.length);
  for (let i = 0; i < indices.length; i++) {
    out[2 * i] = positions[2 * indices[i]];
    out[2 * i + 1] = positions[2 * indices[i] + 1];
  }
  return out;
}

/** Mean position of every group. @returns (count, 2) pairs (y, x), px. */
export function groupCenters(groups: Groups, positions: Float64Array): Float64Array {
  const { size, count, members } = groups;
  const centers = new Float64Array(2 * count);
  for (let g = 0; g < count; g++) {
    for (let axis = 0; axis < 2; axis++) {
      let sum = 0;
      for (let c = 0; c < size; c++) sum += positions[2 * members[g * size + c] + axis];
      centers[2 * g + axis] = sum / size;
    }
  }
  return centers;
}

/**
 * Offsets of the members from their group: centre MINUS position (the sign of the stored
 * `coords_relative`: merging shifts a patch by its negative, extraction by itself).
 *
 * @returns (count, C, 2) pairs (y, x), px.
 */
export function groupOffsets(groups: Groups, positions: Float64Array): Float64Array {
  const { size, count, members } = groups;
  const centers = groupCenters(groups, positions);
  const offsets = new Float64Array(2 * count * size);
  for (let m = 0; m < count * size; m++) {
    const g = Math.floor(m / size);
    offsets[2 * m] = centers[2 * g] - positions[2 * members[m]];
    offsets[2 * m + 1] = centers[2 * g + 1] - positions[2 * members[m] + 1];
  }
  return offsets;
}
