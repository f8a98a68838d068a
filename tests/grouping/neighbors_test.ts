import assert from "node:assert/strict";
import { nearestNeighbors, NeighborIndex } from "../../src/grouping/neighbors.ts";
import { Random } from "../../src/random.ts";

function cloud(count: number, seed: number, grid = false): Float64Array {
  const random = new Random(seed);
  return Float64Array.from(
    { length: 2 * count },
    () => grid ? random.integer(9) : 100 * random.uniform() ** 3,
  );
}

function plainOrder(positions: Float64Array, y: number, x: number): number[] {
  const square = (i: number): number =>
    (positions[2 * i] - y) ** 2 + (positions[2 * i + 1] - x) ** 2;
  return Array.from({ length: positions.length / 2 }, (_, i) => i)
    .sort((a, b) => square(a) - square(b) || a - b);
}

Deno.test("nearest neighbours equal the sorted list, with ties and duplicates", () => {
  for (const [count, grid] of [[1, false], [13, false], [400, false], [400, true]] as const) {
    const positions = cloud(count, count, grid);
    const index = new NeighborIndex(positions);
    const random = new Random(5);
    for (let q = 0; q < 40; q++) {
      const y = grid ? random.integer(9) : 100 * random.uniform(), x = 8 * random.uniform();
      const k = 1 + random.integer(20);
      const expected = plainOrder(positions, y, x).slice(0, k);
      assert.deepEqual(index.nearest(y, x, k).indices, expected);
      const skip = expected[0];
      assert.deepEqual(
        index.nearest(y, x, k, skip).indices,
        plainOrder(positions, y, x).filter((i) => i !== skip).slice(0, k),
      );
    }
  }
});

Deno.test("distance range equals the filtered sorted list, limits included", () => {
  const positions = cloud(300, 3, true);
  const index = new NeighborIndex(positions);
  for (const [from, to] of [[0, 2], [1, 3], [2, 2], [5, 1]]) {
    const expected = plainOrder(positions, 4, 4).filter((i) => {
      const d = Math.hypot(positions[2 * i] - 4, positions[2 * i + 1] - 4);
      return d >= from && d <= to;
    });
    assert.deepEqual(index.within(4, 4, from, to).indices, expected);
  }
});

Deno.test("neighbour table drops the position itself, not an equal one", () => {
  const positions = Float64Array.of(0, 0, 0, 0, 0, 1);
  assert.deepEqual([...nearestNeighbors(positions, 2)], [1, 2, 0, 2, 0, 1]);
  assert.deepEqual([...nearestNeighbors(positions, 1, true)], [0, 0, 2]);
  assert.throws(() => nearestNeighbors(positions, 3), /neighbor_count to 2/);
});

Deno.test("positions that are not finite are refused", () => {
  assert.throws(() => new NeighborIndex(Float64Array.of(0, NaN)), /position 0/);
  assert.throws(() => new NeighborIndex(Float64Array.of(0)), /pairs/);
});
