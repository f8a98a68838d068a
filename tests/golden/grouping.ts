import { toFloat64 } from "../../src/array.ts";
import { groupCenters, groupOffsets, type Groups, pick } from "../../src/grouping/groups.ts";
import { nearestNeighbors, NeighborIndex } from "../../src/grouping/neighbors.ts";
import {
  distanceNeighbors,
  insideBounds,
  quadrantCandidates,
  scanCenteredGroups,
} from "../../src/grouping/scan_centered.ts";
import type { CheckResult } from "./check.ts";
import type { GoldenContext } from "./kinds.ts";
import { limit, onlyFields, type Recorded } from "./recorded.ts";

/** Distances that differ by less than this, relative to the largest coordinate, are equal. */
const TIE = 1e-12;

/** Neighbour tables, group membership, centres and offsets. */
export async function groupingCase(context: GoldenContext): Promise<CheckResult[]> {
  onlyFields(context.config, [], "config");
  const data = await context.read(context.files.data);
  const tolerance = limit(context.tolerance, "relative");
  const results: CheckResult[] = [];
  const numbers = (key: string): Float64Array => toFloat64(data.need(key));
  const same = (key: string, actual: ArrayLike<number>): void => {
    if (!data.has(key)) return;
    const expected = numbers(key);
    let wrong = actual.length === expected.length ? 0 : Infinity;
    expected.forEach((value, i) => wrong += value === actual[i] ? 0 : 1);
    results.push({ name: `${key} (entries that differ)`, error: wrong, tolerance });
  };
  /** Tables of neighbours, -1 for none; neighbours at equal distance may stand in any order. */
  const ranked = (
    key: string,
    actual: ArrayLike<number>,
    globalOf: (i: number) => number,
  ): void => {
    if (!data.has(key)) return;
    const expected = numbers(key), columns = data.need(key).shape[1];
    let wrong = actual.length === expected.length ? 0 : Infinity;
    expected.forEach((value, i) => {
      if (value === actual[i]) return;
      const center = centers[Math.floor(i / columns)];
      const [theirs, ours] = [value, actual[i]].map((n) =>
        n < 0 ? Infinity : apart(center, globalOf(n))
      );
      wrong += Math.abs(theirs - ours) <= TIE * reach ? 0 : 1;
    });
    const tables = [Array.from(expected), Array.from(actual)];
    for (let i = 0; i < expected.length; i += columns) {
      const [theirs, ours] = tables.map((t) => new Set(t.slice(i, i + columns)).size);
      wrong += Math.abs(theirs - ours);
    }
    results.push({ name: `${key} (entries that differ)`, error: wrong, tolerance });
  };
  const reach = Math.max(
    ...["xcoords", "ycoords"].flatMap((key) => [...numbers(key)].map(Math.abs)),
  );
  const close = (key: string, actual: ArrayLike<number>): void => {
    if (!data.has(key)) return;
    const expected = swapped(numbers(key));
    let worst = actual.length === expected.length ? 0 : Infinity;
    expected.forEach((value, i) => worst = Math.max(worst, Math.abs(value - actual[i])));
    // Offsets are differences of coordinates, so their rounding is that of the coordinates.
    results.push({ name: key, error: worst / reach, tolerance });
  };
  const members = (name: string, misses: number): void => {
    results.push({ name: `${name} (members that cannot be)`, error: misses, tolerance });
  };

  const x = numbers("xcoords"), y = numbers("ycoords");
  const positions = new Float64Array(2 * x.length);
  x.forEach((value, i) => positions.set([y[i], value], 2 * i));
  // Bounds were given as decimal numbers and stored as float32.
  const bounds = (key: string): [number, number] => {
    const [low, high] = numbers(key);
    return [Number(low.toPrecision(6)), Number(high.toPrecision(6))];
  };
  const centers = insideBounds(positions, bounds("x_bounds"), bounds("y_bounds"));
  const K = numbers("K")[0], repeats = numbers("n_subsample")[0];
  const apart = (i: number, j: number): number =>
    Math.hypot(positions[2 * i] - positions[2 * j], positions[2 * i + 1] - positions[2 * j + 1]);
  const ranges = ["min_neighbor_distance", "max_neighbor_distance"] as const;
  const [minDistance, maxDistance] = ranges.map((key) => data.has(key) ? numbers(key)[0] : NaN);
  same("valid_indices", centers);
  const local = pick(positions, centers), table = nearestNeighbors(local, K + 1, true);
  ranked("nearest_neighbors_bounded", table, (i) => centers[i]);
  ranked("nearest_neighbors_global", Array.from(table, (i) => centers[i]), (i) => i);
  const columns = data.get("min_dist_neighbors_bounded")?.shape[1] ?? 0;
  const inRange = distanceNeighbors(local, columns, minDistance, maxDistance);
  ranked("min_dist_neighbors_bounded", inRange, (i) => centers[i]);

  const chosen = stored(data, "chosen_nn_indices", "group_center_scan");
  const inside = new Set(centers);
  let misses = 0;
  for (let g = 0; g < chosen.count; g++) {
    const i = centers.indexOf(chosen.seeds[g]);
    const furthest = i < 0 ? -1 : apart(centers[i], centers[table[i * (K + 1) + K]]);
    const group = chosen.members.subarray(g * chosen.size, (g + 1) * chosen.size);
    for (const m of group) {
      const possible = inside.has(m) && apart(chosen.seeds[g], m) <= furthest + TIE * reach;
      misses += possible ? 0 : 1;
    }
    misses += chosen.size - new Set(group).size;
  }
  members("chosen_nn_indices", misses);
  close("group_coords", pick(positions, chosen.members));
  close("coords_center", groupCenters(chosen, positions));
  close("coords_relative", groupOffsets(chosen, positions));
  const common = { groupSize: chosen.size, neighborCount: K, groupsPerCenter: repeats, seed: 1 };
  const ours = scanCenteredGroups(positions, centers, { mode: "Nearest", ...common });
  same("group_center_scan", ours.seeds);
  const singles = { ...common, mode: "Nearest", groupSize: 1 } as const;
  same("gs1_nn_indices", scanCenteredGroups(positions, centers, singles).members);

  if (data.has("quad_chosen_nn_indices")) {
    const quadrantNeighborCount = numbers("K_quadrant")[0];
    const quad = stored(data, "quad_chosen_nn_indices", "quad_center_scan");
    const made = scanCenteredGroups(positions, centers, {
      ...common,
      mode: "4_quadrant",
      groupSize: quad.size,
      minDistance,
      maxDistance,
      quadrantNeighborCount,
    });
    same("quad_center_scan", made.seeds);
    const index = new NeighborIndex(positions);
    let outside = 0;
    for (let g = 0; g < quad.count; g++) {
      const seed = quad.seeds[g];
      const at = [positions[2 * seed], positions[2 * seed + 1]] as const;
      const { distances } = index.nearest(...at, quadrantNeighborCount, seed);
      const furthest = (distances.at(-1) ?? 0) + TIE * reach;
      const most = Math.min(maxDistance, furthest), all = index.count;
      const candidates = quadrantCandidates(index, positions, seed, all, minDistance, most);
      candidates.forEach((list, q) =>
        outside += list.includes(quad.members[quad.size * g + q]) ? 0 : 1
      );
    }
    members("quad_chosen_nn_indices", outside);
    close("quad_coords_center", groupCenters(quad, positions));
    close("quad_coords_relative", groupOffsets(quad, positions));
  }
  return results;
}

function stored(data: Recorded, key: string, seedKey: string): Groups {
  const members = data.need(key), seeds = toFloat64(data.need(seedKey));
  return {
    size: members.shape[1],
    count: members.shape[0],
    members: Uint32Array.from(toFloat64(members)),
    seeds: Uint32Array.from(seeds),
  };
}

/** Stored (x, y) pairs as (y, x). */
function swapped(pairs: Float64Array): Float64Array {
  return pairs.map((_, i) => pairs[i ^ 1]);
}
