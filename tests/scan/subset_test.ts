import assert from "node:assert/strict";
import { DatasetError } from "../../src/errors.ts";
import { scanFromArrays } from "../../src/scan/dataset.ts";
import { takeSubset } from "../../src/scan/subset.ts";

const N = 16, count = 5;

function scan() {
  const made = scanFromArrays({
    name: "five",
    positions: Float64Array.from({ length: 2 * count }, (_, i) => 20 + i),
    probe: { modes: 1, N, data: new Float32Array(2 * N * N).fill(1) },
    patterns: Float32Array.from({ length: count * N * N }, (_, i) => 1 + Math.floor(i / (N * N))),
  });
  return { ...made, scanIndex: Int32Array.of(4, 3, 2, 1, 0) };
}

Deno.test("even and odd patterns are the two halves, with their positions and numbers", async () => {
  const even = takeSubset(scan(), "even"), odd = takeSubset(scan(), "odd");
  assert.deepEqual([even.count, odd.count], [3, 2]);
  assert.deepEqual([...even.positions], [20, 21, 24, 25, 28, 29]);
  assert.deepEqual([...odd.positions], [22, 23, 26, 27]);
  assert.deepEqual([...even.scanIndex!], [4, 2, 0]);
  assert.deepEqual([...odd.scanIndex!], [3, 1]);
  const first = async (half: typeof even, indices: number[]) =>
    (await half.readDiffraction(indices)).filter((_, i) => i % (N * N) === 0);
  assert.deepEqual([...await first(even, [2, 0, 1])], [5, 1, 3]);
  assert.deepEqual([...await first(odd, [1, 0])], [4, 2]);
  assert.equal(takeSubset(scan(), "all").count, count);
});

Deno.test("numbers outside a half are refused, also scaled reading is halved", async () => {
  const half = takeSubset(scan(), "odd");
  await assert.rejects(() => half.readDiffraction([2]), DatasetError);
  const whole = scan();
  const scaled = async (indices: ArrayLike<number>, factor: number) =>
    (await whole.readDiffraction(indices)).map((v) => v * factor);
  const source = Object.assign((i: ArrayLike<number>) => whole.readDiffraction(i), { scaled });
  const fast = takeSubset({ ...whole, readDiffraction: source }, "odd");
  assert.equal((await fast.readDiffraction.scaled!([1], 10))[0], 40);
  assert.equal((await fast.readDiffraction([1]))[0], 4);
});

Deno.test("a half of a scan of one pattern is refused", () => {
  const one = { ...scan(), count: 1 };
  assert.equal(takeSubset(one, "even").count, 1);
  assert.throws(() => takeSubset(one, "odd"), /holds only 1: use all/);
});
