import assert from "node:assert/strict";
import { dealBatches, splitSamples } from "../../src/grouping/batches.ts";
import { compactGroups } from "../../src/grouping/compact.ts";
import { Random } from "../../src/random.ts";

const random = new Random(4);
const positions = Float64Array.from({ length: 2 * 203 }, () => 100 * random.uniform());

function spread(groups: ArrayLike<number>, size: number): number {
  let total = 0;
  for (let g = 0; g < groups.length; g += size) {
    for (let a = g; a < g + size; a++) {
      for (let b = g; b < a; b++) {
        total += Math.hypot(
          positions[2 * groups[a]] - positions[2 * groups[b]],
          positions[2 * groups[a] + 1] - positions[2 * groups[b] + 1],
        );
      }
    }
  }
  return total / (groups.length / size) / (size * (size - 1) / 2);
}

Deno.test("compact groups use every position, fill the last group and are compact", () => {
  for (const size of [1, 2, 4, 8, 203]) {
    const groups = compactGroups(positions, size, new Random(1));
    assert.equal(groups.length, Math.ceil(203 / size) * size);
    assert.equal(new Set(groups).size, 203);
    for (let g = 0; g < groups.length; g += size) {
      assert.equal(
        new Set(groups.subarray(g, g + size)).size,
        size,
        "no position twice in a group",
      );
    }
  }
  const size = 8;
  const compact = spread(compactGroups(positions, size, new Random(2)), size);
  const mixed = spread(
    new Random(3).shuffle(Uint32Array.from({ length: 200 }, (_, i) => i)),
    size,
  );
  assert(compact < 0.4 * mixed, `${compact} against ${mixed} px`);
});

Deno.test("compact groups differ between streams and repeat for the same stream", () => {
  const first = compactGroups(positions, 8, new Random(1, 0));
  assert.deepEqual(first, compactGroups(positions, 8, new Random(1, 0)));
  assert.notDeepEqual(first, compactGroups(positions, 8, new Random(1, 1)));
  assert.throws(() => compactGroups(positions, 204, new Random(1)), /1 to 203/);
  const equal = compactGroups(new Float64Array(20), 3, new Random(1));
  assert.equal(new Set(equal).size, 10, "equal positions split too");
});

Deno.test("an epoch deals every sample once, in an order of its own", () => {
  const samples = Uint32Array.from({ length: 23 }, (_, i) => 100 + i);
  const options = { batchSize: 5, seed: 9, epoch: 0 };
  const batches = dealBatches(samples, options);
  assert.deepEqual(batches.map((b) => b.length), [5, 5, 5, 5, 3]);
  assert.deepEqual(Uint32Array.from(batches.flatMap((b) => [...b])).sort(), samples);
  assert.deepEqual(batches, dealBatches(samples, options));
  assert.notDeepEqual(batches, dealBatches(samples, { ...options, epoch: 1 }));
  assert.notDeepEqual(batches, dealBatches(samples, { ...options, seed: 10 }));
  assert.equal(dealBatches(samples, { ...options, last: "drop" }).length, 4);
  assert.deepEqual([...dealBatches(samples, { ...options, shuffle: false })[0]], [
    100,
    101,
    102,
    103,
    104,
  ]);
  assert.throws(() => dealBatches(samples, { ...options, batchSize: 24, last: "drop" }), /lower/);
  assert.throws(() => dealBatches(samples, { ...options, batchSize: 0 }), /batch_size/);
});

Deno.test("training and validation share nothing and lose nothing", () => {
  const { training, validation } = splitSamples(40, 0.1, 7);
  assert.equal(validation.length, 4);
  assert.deepEqual(
    Uint32Array.from([...training, ...validation]).sort(),
    Uint32Array.from({ length: 40 }, (_, i) => i),
  );
  assert.equal(splitSamples(40, 0, 7).validation.length, 0);
  assert.equal(splitSamples(40, 0.001, 7).validation.length, 1);
  assert.notDeepEqual(validation, splitSamples(40, 0.1, 8).validation);
  assert.throws(() => splitSamples(1, 0.5, 1), /validation_fraction/);
  assert.throws(() => splitSamples(9, 1, 1), /validation_fraction/);
});
