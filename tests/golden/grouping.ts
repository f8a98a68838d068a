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
  const minDistance = numbers("min_neighbor_distance")[0];
  const maxDistance = numbers("max_neighbor_distance")[0];
  same("valid_indices", centers);
  const local = pick(positions, centers), table = nearestNeighbors(local, K + 1, true);
  same("nearest_neighbors_bounded", table);
  same("nearest_neighbors_global", Array.from(table, (i) => centers[i]));
  const columns = data.get("min_dist_neighbors_bounded")?.shape[1] ?? 0;
  same("min_dist_neighbors_bounded", distanceNeighbors(local, columns, minDistance, maxDistance));

  const chosen = stored(data, "chosen_nn_indices", "group_center_scan");
  let misses = 0;
  for (let g = 0; g < chosen.count; g++) {
    const i = centers.indexOf(chosen.seeds[g]);
    const allowed = table.subarray(i * (K + 1), (i + 1) * (K + 1));
    const group = chosen.members.subarray(g * chosen.size, (g + 1) * chosen.size);
    for (const m of group) misses += allowed.some((n) => centers[n] === m) ? 0 : 1;
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
      const candidates = quadrantCandidates(
        index,
        positions,
        seed,
        quadrantNeighborCount,
        minDistance,
        maxDistance,
      );
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
