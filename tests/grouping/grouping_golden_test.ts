import assert from "node:assert/strict";
import { groupCenters, groupOffsets, type Groups, pick } from "../../src/grouping/groups.ts";
import { nearestNeighbors, NeighborIndex } from "../../src/grouping/neighbors.ts";
import {
  distanceNeighbors,
  insideBounds,
  quadrantCandidates,
  scanCenteredGroups,
} from "../../src/grouping/scan_centered.ts";
import { assertClose } from "../support/close.ts";
import { goldenDir } from "../support/golden_path.ts";
import { readArrays } from "../scan/open_golden_arrays.ts";

const dir = goldenDir();

interface Case {
  numbers: (key: string) => Float64Array;
  positions: Float64Array;
  centers: Uint32Array;
  neighbors: number;
  repeats: number;
  minDistance: number;
  maxDistance: number;
  quadrantNeighborCount: number;
}

async function load(): Promise<Case> {
  const { numbers } = await readArrays(new URL("c5_grouping.npz", dir));
  const x = numbers("xcoords"), y = numbers("ycoords");
  const positions = new Float64Array(2 * x.length);
  x.forEach((value, i) => {
    positions[2 * i] = y[i];
    positions[2 * i + 1] = value;
  });
  const [x0, x1] = numbers("x_bounds"), [y0, y1] = numbers("y_bounds");
  // Bounds were given as decimal numbers and stored as float32.
  const decimal = (value: number): number => Number(value.toPrecision(6));
  return {
    numbers,
    positions,
    centers: insideBounds(positions, [decimal(x0), decimal(x1)], [decimal(y0), decimal(y1)]),
    neighbors: numbers("K")[0],
    repeats: numbers("n_subsample")[0],
    minDistance: numbers("min_neighbor_distance")[0],
    maxDistance: numbers("max_neighbor_distance")[0],
    quadrantNeighborCount: numbers("K_quadrant")[0],
  };
}

/** Stored (x, y) pairs as (y, x). */
function swapped(pairs: Float64Array): Float64Array {
  return pairs.map((_, i) => pairs[i ^ 1]);
}

function stored(members: Float64Array, seeds: Float64Array, size: number): Groups {
  return {
    size,
    count: seeds.length,
    members: Uint32Array.from(members),
    seeds: Uint32Array.from(seeds),
  };
}

Deno.test({
  name: "golden: bounds, nearest and distance tables",
  ignore: dir === undefined,
  fn: async () => {
    const c = await load();
    assert.deepEqual([...c.centers], [...c.numbers("valid_indices")]);
    const local = pick(c.positions, c.centers);
    const table = nearestNeighbors(local, c.neighbors + 1, true);
    assert.deepEqual([...table], [...c.numbers("nearest_neighbors_bounded")]);
    assert.deepEqual(
      [...table].map((i) => c.centers[i]),
      [...c.numbers("nearest_neighbors_global")],
    );
    const expected = c.numbers("min_dist_neighbors_bounded");
    const columns = expected.length / c.centers.length;
    assert.deepEqual(
      [...distanceNeighbors(local, columns, c.minDistance, c.maxDistance)],
      [...expected],
    );
  },
});

Deno.test({
  name: "golden: chosen groups are among ours; centres and offsets agree",
  ignore: dir === undefined,
  fn: async () => {
    const c = await load();
    const members = c.numbers("chosen_nn_indices"), seeds = c.numbers("group_center_scan");
    const theirs = stored(members, seeds, 4);
    const table = nearestNeighbors(pick(c.positions, c.centers), c.neighbors + 1, true);
    seeds.forEach((seed, g) => {
      const i = c.centers.indexOf(seed);
      const allowed = [...table.subarray(i * (c.neighbors + 1), (i + 1) * (c.neighbors + 1))]
        .map((n) => c.centers[n]);
      const group = members.subarray(4 * g, 4 * g + 4);
      assert(group.every((m) => allowed.includes(m)) && new Set(group).size === 4);
    });
    assertClose("coords", swapped(Float64Array.from(pick(c.positions, theirs.members))), [
      ...c.numbers("group_coords"),
    ], 1e-7);
    const centers = groupCenters(theirs, c.positions), offsets = groupOffsets(theirs, c.positions);
    assertClose("coords_center", centers, swapped(c.numbers("coords_center")), 2e-7);
    assertClose("coords_relative", offsets, swapped(c.numbers("coords_relative")), 5e-6);
    const ours = scanCenteredGroups(c.positions, c.centers, {
      mode: "Nearest",
      groupSize: 4,
      neighborCount: c.neighbors,
      groupsPerCenter: c.repeats,
      seed: 1,
    });
    assert.deepEqual([...ours.seeds], [...seeds]);
  },
});

Deno.test({
  name: "golden: quadrants keep the same centres and hold the chosen members",
  ignore: dir === undefined,
  fn: async () => {
    const c = await load();
    const members = c.numbers("quad_chosen_nn_indices"), seeds = c.numbers("quad_center_scan");
    const ours = scanCenteredGroups(c.positions, c.centers, {
      mode: "4_quadrant",
      groupSize: 4,
      neighborCount: c.neighbors,
      groupsPerCenter: c.repeats,
      seed: 1,
      ...c,
    });
    assert.deepEqual([...ours.seeds], [...seeds]);
    const index = new NeighborIndex(c.positions);
    seeds.forEach((seed, g) => {
      const candidates = quadrantCandidates(
        index,
        c.positions,
        seed,
        c.quadrantNeighborCount,
        c.minDistance,
        c.maxDistance,
      );
      for (let q = 0; q < 4; q++) {
        assert(candidates[q].includes(members[4 * g + q]), `group ${g} quadrant ${q}`);
        assert(candidates[q].includes(ours.members[4 * g + q]));
      }
    });
    const theirs = stored(members, seeds, 4);
    assertClose(
      "coords_center",
      groupCenters(theirs, c.positions),
      swapped(c.numbers("quad_coords_center")),
      2e-7,
    );
    assertClose(
      "coords_relative",
      groupOffsets(theirs, c.positions),
      swapped(c.numbers("quad_coords_relative")),
      5e-6,
    );
  },
});

Deno.test({
  name: "golden: gridsize 1 repeats every centre",
  ignore: dir === undefined,
  fn: async () => {
    const c = await load();
    const ours = scanCenteredGroups(c.positions, c.centers, {
      mode: "Nearest",
      groupSize: 1,
      neighborCount: c.neighbors,
      groupsPerCenter: c.repeats,
      seed: 1,
    });
    assert.deepEqual([...ours.members], [...c.numbers("gs1_nn_indices")]);
  },
});
