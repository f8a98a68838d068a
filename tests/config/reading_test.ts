import assert from "node:assert/strict";
import { complexArray, realArray } from "../../src/array.ts";
import { readingOptions } from "../../src/commands/data.ts";
import { createTrainingPayload } from "../../src/config/resolution/payload.ts";
import type { FieldValue } from "../../src/config/registry/types.ts";
import { writeNpz } from "../../src/io/npz.ts";
import { bytesSource } from "../../src/io/source.ts";
import { openScan } from "../../src/workflows/open_scan.ts";
import { memoryHost } from "./hosts.ts";

const N = 128;
const patterns = new Float32Array(2 * N * N).map((_, i) => 1 + (i % 7));
const probe = new Float32Array(2 * N * N).map((_, i) => i % 2 === 0 ? 1 : 0);
const file = await writeNpz({
  diffraction: realArray([2, N, N], patterns),
  xcoords: { shape: [2], dtype: "f64", data: Float64Array.of(10, 20) },
  ycoords: { shape: [2], dtype: "f64", data: Float64Array.of(10, 20) },
  probeGuess: complexArray([N, N], probe),
});

/** Patterns as a run with these flags reads them. */
async function read(flags: Record<string, FieldValue>): Promise<[number, Float32Array]> {
  const { data, run } = await createTrainingPayload(
    { flags: { train_data_file: "a.npz", ...flags } },
    memoryHost({ "a.npz": file }),
  );
  const scan = await openScan(bytesSource("a", file), readingOptions(data));
  assert.equal(run.model.N, scan.N);
  return [scan.N, await scan.readDiffraction([0])];
}

Deno.test("diffraction_kind: counts are read as their square root", async () => {
  const [, amplitudes] = await read({ diffraction_kind: "amplitude" });
  const [, roots] = await read({ diffraction_kind: "counts" });
  assert.ok(roots.every((v, i) => Math.abs(v - Math.sqrt(amplitudes[i])) < 1e-6));
});

Deno.test("crop_to keeps the centre, and N follows", async () => {
  const [side, cropped] = await read({ crop_to: 64 });
  const [, whole] = await read({});
  assert.equal(side, 64);
  assert.equal(cropped[0], whole[32 * N + 32]);
});

Deno.test("bin sums intensities, and N follows", async () => {
  const [side, binned] = await read({ bin: 2 });
  const [, whole] = await read({});
  assert.equal(side, 64);
  const sum = whole[0] ** 2 + whole[1] ** 2 + whole[N] ** 2 + whole[N + 1] ** 2;
  assert.ok(Math.abs(binned[0] - Math.sqrt(sum)) < 1e-4);
});

Deno.test("subset keeps every second pattern, with its position", async () => {
  const host = memoryHost({ "a.npz": file });
  const scan = async (subset: FieldValue) => {
    const { data } = await createTrainingPayload(
      { flags: { train_data_file: "a.npz", subset } },
      host,
    );
    return await openScan(bytesSource("a", file), readingOptions(data));
  };
  const [all, even, odd] = [await scan("all"), await scan("even"), await scan("odd")];
  assert.deepEqual([all.count, even.count, odd.count], [2, 1, 1]);
  assert.deepEqual([...even.positions, ...odd.positions], [...all.positions]);
  assert.deepEqual(await odd.readDiffraction([0]), await all.readDiffraction([1]));
});
