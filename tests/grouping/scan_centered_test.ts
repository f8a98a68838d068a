import assert from "node:assert/strict";
import { NeighborIndex } from "../../src/grouping/neighbors.ts";
import {
  distanceNeighbors,
  insideBounds,
  quadrantCandidates,
  scanCenteredGroups,
} from "../../src/grouping/scan_centered.ts";
import { Random } from "../../src/random.ts";

const random = new Random(21);
const positions = Float64Array.from({ length: 2 * 120 }, () => 50 * random.uniform());
const centers = insideBounds(positions, [0.1, 0.9], [0.2, 0.8]);

Deno.test("bounds are fractions of each axis' own extent, ends included", () => {
  const grid = Float64Array.of(0, 10, 5, 20, 10, 30);
  assert.deepEqual([...insideBounds(grid, [0, 1], [0, 0.5])], [0, 1]);
  assert.deepEqual([...insideBounds(grid, [0.5, 1], [0, 1])], [1, 2]);
});

Deno.test("distance table lists each neighbour twice and pads with -1", () => {
  const line = Float64Array.of(0, 0, 0, 2, 0, 3);
  assert.deepEqual([...distanceNeighbors(line, 4, 0.5, 2.5)], [
    1,
    1,
    -1,
    -1,
    2,
    2,
    0,
    0,
    1,
    1,
    -1,
    -1,
  ]);
  assert.deepEqual([...distanceNeighbors(line, 2, 0, 0)], [0, 0, 1, 1, 2, 2]);
});

Deno.test("quadrants hold the right side each and the centre last", () => {
  const cross = Float64Array.of(0, 0, 1, -1, 1, 1, -1, -1, -1, 1, 9, 9);
  const found = quadrantCandidates(new NeighborIndex(cross), cross, 0, 30, 0.5, 3);
  assert.deepEqual(found, [[1, 0], [2, 0], [3, 0], [4, 0]]);
});

Deno.test("Nearest: C different members of the K + 1 nearest centres", () => {
  const groups = scanCenteredGroups(positions, centers, {
    mode: "Nearest",
    groupSize: 4,
    neighborCount: 6,
    groupsPerCenter: 3,
    seed: 5,
  });
  assert.equal(groups.count, 3 * centers.length);
  for (let g = 0; g < groups.count; g++) {
    const members = groups.members.subarray(4 * g, 4 * g + 4), seed = groups.seeds[g];
    assert.equal(new Set(members).size, 4);
    for (const m of members) {
      assert(centers.includes(m));
      const closer = centers.filter((c) => distance(c, seed) < distance(m, seed)).length;
      assert(closer <= 6);
    }
  }
});

Deno.test("Min_dist: members lie in the range; centres without enough of them are left out", () => {
  const options = {
    mode: "Min_dist",
    groupSize: 4,
    neighborCount: 6,
    groupsPerCenter: 2,
    seed: 5,
    minDistance: 2,
    maxDistance: 9,
  } as const;
  const groups = scanCenteredGroups(positions, centers, options);
  assert(groups.count > 0 && groups.count < 2 * centers.length);
  groups.members.forEach((m, i) => {
    const d = distance(m, groups.seeds[Math.floor(i / 4)]);
    assert(d >= 2 && d <= 9);
  });
  const other = scanCenteredGroups(positions, centers, { ...options, seed: 6 });
  assert.notDeepEqual(groups.members, other.members);
});

Deno.test("gridsize 1 repeats centres; sizes that cannot be filled are refused", () => {
  const options = {
    mode: "Nearest",
    groupSize: 1,
    neighborCount: 2,
    groupsPerCenter: 2,
    seed: 1,
  } as const;
  const single = scanCenteredGroups(positions, centers, options);
  assert.deepEqual([...single.members.subarray(0, 4)], [
    centers[0],
    centers[0],
    centers[1],
    centers[1],
  ]);
  assert.throws(
    () => scanCenteredGroups(positions, centers, { ...options, groupSize: 4 }),
    /neighbor_count/,
  );
  assert.throws(
    () => scanCenteredGroups(positions, centers, { ...options, mode: "4_quadrant", groupSize: 9 }),
    /neighbor_function/,
  );
});

function distance(a: number, b: number): number {
  return Math.hypot(
    positions[2 * a] - positions[2 * b],
    positions[2 * a + 1] - positions[2 * b + 1],
  );
}
