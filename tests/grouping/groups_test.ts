import assert from "node:assert/strict";
import {
  combinationAt,
  combinationCount,
  drawCombinations,
} from "../../src/grouping/combinations.ts";
import {
  groupCenters,
  groupOffsets,
  type Groups,
  makeGroups,
  subsample,
} from "../../src/grouping/groups.ts";
import { nearestNeighbors } from "../../src/grouping/neighbors.ts";
import { Random } from "../../src/random.ts";

const random = new Random(8);
const positions = Float64Array.from({ length: 2 * 90 }, () => 60 * random.uniform());

function row(groups: Groups, g: number): number[] {
  return [...groups.members.subarray(g * groups.size, (g + 1) * groups.size)];
}

Deno.test("subsample keeps different positions in ascending order", () => {
  const kept = subsample(50, 20, 4);
  assert.equal(kept.length, 20);
  for (let i = 1; i < kept.length; i++) assert(kept[i] > kept[i - 1]);
  assert.deepEqual(kept, subsample(50, 20, 4));
  assert.notDeepEqual(kept, subsample(50, 20, 5));
  assert.deepEqual([...subsample(4, null, 1)], [0, 1, 2, 3]);
  assert.deepEqual([...subsample(4, 9, 1)], [0, 1, 2, 3]);
  assert.deepEqual([...subsample(9, 2, 1, true)], [0, 1]);
});

Deno.test("gridsize 1: the group is the seed, every position once", () => {
  const groups = makeGroups(positions, { groupSize: 1, groups: null, neighborCount: 4, seed: 3 });
  assert.equal(groups.count, 90);
  assert.deepEqual(
    [...groups.members].sort((a, b) => a - b),
    Array.from({ length: 90 }, (_, i) => i),
  );
  assert.deepEqual(groups.members, groups.seeds);
  const lines: string[] = [];
  const capped = makeGroups(positions, {
    groupSize: 1,
    groups: 200,
    neighborCount: 4,
    seed: 3,
    warn: (line) => lines.push(line),
  });
  assert.equal(capped.count, 90);
  assert.match(lines[0], /only 90/);
});

Deno.test("members are C different neighbours of the seed, never the seed", () => {
  const near = nearestNeighbors(positions, 7);
  const groups = makeGroups(positions, { groupSize: 4, groups: 60, neighborCount: 7, seed: 12 });
  assert.equal(groups.count, 60);
  assert.equal(new Set(groups.seeds).size, 60);
  for (let g = 0; g < groups.count; g++) {
    const seed = groups.seeds[g], members = row(groups, g);
    assert.equal(new Set(members).size, 4);
    const allowed = near.subarray(7 * seed, 7 * seed + 7);
    for (const m of members) assert(allowed.includes(m) && m !== seed);
  }
});

Deno.test("a group depends on its seed position only, not on how many groups there are", () => {
  const options = { groupSize: 4, neighborCount: 7, seed: 12 };
  const few = makeGroups(positions, { ...options, groups: 10, sequential: true });
  const all = makeGroups(positions, { ...options, groups: null });
  assert.deepEqual([...few.seeds], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (let g = 0; g < 10; g++) assert.deepEqual(row(few, g), row(all, all.seeds.indexOf(g)));
  const other = makeGroups(positions, { ...options, seed: 13, groups: 10, sequential: true });
  assert.notDeepEqual(few.members, other.members);
});

Deno.test("only eligible positions are used", () => {
  const eligible = subsample(90, 30, 1);
  const groups = makeGroups(positions, {
    groupSize: 4,
    groups: 30,
    neighborCount: 4,
    seed: 2,
    eligible,
  });
  for (const m of groups.members) assert(eligible.includes(m));
  assert.deepEqual(groups.seeds.slice().sort(), eligible);
});

Deno.test("oversampling is opt-in, covers all seeds evenly and repeats no group early", () => {
  const options = { groupSize: 4, groups: 90 * 14 + 7, neighborCount: 4, seed: 6 };
  assert.throws(() => makeGroups(positions, options), /enable_oversampling/);
  const oversampled = { ...options, enableOversampling: true, neighborPoolSize: 6 };
  const groups = makeGroups(positions, oversampled);
  assert.equal(groups.count, options.groups);
  const perSeed = new Map<number, string[]>();
  for (let g = 0; g < groups.count; g++) {
    const list = perSeed.get(groups.seeds[g]) ?? [];
    list.push(row(groups, g).sort((a, b) => a - b).join());
    perSeed.set(groups.seeds[g], list);
  }
  assert.equal(perSeed.size, 90);
  for (const list of perSeed.values()) {
    assert(list.length === 14 || list.length === 15);
    assert.equal(new Set(list).size, list.length, "15 combinations of 4 of 6 are used up first");
  }
  assert.equal(new Set(groups.seeds.subarray(0, 90)).size, 90);
});

Deno.test("too few neighbours or positions are refused with the field to change", () => {
  const options = { groupSize: 4, groups: 5, neighborCount: 3, seed: 1 };
  assert.throws(() => makeGroups(positions, options), /raise neighbor_count to at least 4/);
  assert.throws(
    () => makeGroups(positions.subarray(0, 8), { ...options, groups: 4, neighborCount: 4 }),
    /4 positions/,
  );
  assert.throws(() => makeGroups(positions, { ...options, groups: 0 }), /0 groups/);
  assert.throws(() =>
    makeGroups(positions, {
      ...options,
      groups: 500,
      enableOversampling: true,
      neighborPoolSize: 3,
    }), /neighbor_pool_size/);
});

Deno.test("offsets are centre minus position and sum to nothing", () => {
  const groups = makeGroups(positions, { groupSize: 4, groups: 9, neighborCount: 5, seed: 2 });
  const centers = groupCenters(groups, positions), offsets = groupOffsets(groups, positions);
  for (let g = 0; g < 9; g++) {
    let sumY = 0, sumX = 0;
    row(groups, g).forEach((m, c) => {
      const at = 2 * (g * 4 + c);
      assert(Math.abs(offsets[at] + positions[2 * m] - centers[2 * g]) < 1e-12);
      assert(Math.abs(offsets[at + 1] + positions[2 * m + 1] - centers[2 * g + 1]) < 1e-12);
      sumY += offsets[at];
      sumX += offsets[at + 1];
    });
    assert(Math.abs(sumY) < 1e-10 && Math.abs(sumX) < 1e-10);
  }
});

Deno.test("combinations are counted, ordered and drawn without repeats", () => {
  assert.equal(combinationCount(30, 9), 14307150);
  assert.equal(combinationCount(3, 4), 0);
  const all = Array.from({ length: 10 }, (_, r) => combinationAt(5, 3, r).join());
  assert.equal(all[0], "0,1,2");
  assert.equal(all[1], "0,1,3");
  assert.equal(all[9], "2,3,4");
  assert.equal(new Set(all).size, 10);
  const many = drawCombinations(new Random(1), 30, 9, 500).map((c) =>
    c.sort((a, b) => a - b).join()
  );
  assert.equal(new Set(many).size, 500);
  const twice = drawCombinations(new Random(1), 4, 4, 3);
  assert.equal(twice.length, 3, "repeats once all are used up");
});
