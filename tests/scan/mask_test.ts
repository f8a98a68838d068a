import assert from "node:assert/strict";
import { type NdArray, realArray } from "../../src/array.ts";
import { DatasetError } from "../../src/errors.ts";
import { readScan, type ReadScanOptions, type ScanDataset } from "../../src/scan/dataset.ts";
import { FakeNpz } from "./fake_npz.ts";

const N = 32, count = 5;

function scan(mask: NdArray | undefined, options: ReadScanOptions = {}): Promise<ScanDataset> {
  const ramp = Float32Array.from({ length: count * N * N }, (_, i) => 1 + i % 7);
  const row = (values: number[]): NdArray => realArray([count], Float32Array.from(values));
  return readScan(
    new FakeNpz({
      diffraction: realArray([count, N, N], ramp),
      xcoords: row([1, 5, 9, 2, 6]),
      ycoords: row([3, 3, 4, 8, 9]),
      probeGuess: {
        shape: [N, N],
        dtype: "c64",
        data: Float32Array.from({ length: 2 * N * N }, (_, i) => i % 2 === 0 ? 1 : 0),
      },
      ...(mask === undefined ? {} : { mask }),
    }),
    options,
  );
}

function except(...dark: readonly (readonly [number, number])[]): NdArray {
  const data = new Float32Array(N * N).fill(1);
  for (const [y, x] of dark) data[y * N + x] = 0;
  return realArray([N, N], data);
}

Deno.test("masked pixels are known and read 0 in every pattern, others as stored", async () => {
  const { mask, readDiffraction } = await scan(except([3, 4], [31, 0]));
  assert.deepEqual(
    [...mask!].map((v, i) => v === 0 ? i : -1).filter((i) => i >= 0),
    [3 * N + 4, 31 * N],
  );
  const plain = await (await scan(undefined)).readDiffraction([4, 1]);
  const masked = await readDiffraction([4, 1]);
  masked.forEach((value, i) => {
    const at = i % (N * N);
    assert.equal(value, at === 3 * N + 4 || at === 31 * N ? 0 : plain[i]);
  });
});

Deno.test("a mask is cropped and binned with the patterns: one bad part spoils a bin", async () => {
  // Rows and columns 8 to 23 are left, two by two.
  const { mask, N: side } = await scan(except([9, 23], [0, 0], [20, 12]), { cropTo: 32, bin: 2 });
  assert.equal(side, 16);
  const bad = [...mask!].flatMap((v, i) => v === 0 ? [[Math.floor(i / 16), i % 16]] : []);
  assert.deepEqual(bad, [[0, 0], [4, 11], [10, 6]]);
  const cropped = await scan(except([9, 23], [0, 0], [20, 12]), { cropTo: 16 });
  const left = [...cropped.mask!].flatMap((v, i) => v === 0 ? [[Math.floor(i / 16), i % 16]] : []);
  assert.deepEqual(left, [[1, 15], [12, 4]]);
});

Deno.test("a mask that ignores nothing, or is not wanted, is none", async () => {
  assert.equal((await scan(except())).mask, undefined);
  const { mask, readDiffraction } = await scan(except([0, 0]), { useMask: false });
  assert.equal(mask, undefined);
  assert.equal((await readDiffraction([0]))[0], 1);
});

Deno.test("masks that cannot be used are refused with a remedy", async () => {
  await assert.rejects(
    scan(realArray([N, 4], new Float32Array(4 * N))),
    (error: Error) => error instanceof DatasetError && /store 32 x 32/.test(error.message),
  );
  await assert.rejects(
    scan(realArray([N, N], new Float32Array(N * N))),
    (error: Error) => error instanceof DatasetError && /every pixel/.test(error.message),
  );
});
