import assert from "node:assert/strict";
import { complexArray, type NdArray, realArray, toFloat32 } from "../../src/array.ts";
import { FileFormatError } from "../../src/errors.ts";
import { writeNpz } from "../../src/io/npz.ts";
import { bytesSource } from "../../src/io/source.ts";
import { readReconstructionFile } from "../../src/workflows/reconstruction_file.ts";

const pair = (x: number, y: number): NdArray => ({
  shape: [2],
  dtype: "f64",
  data: Float64Array.of(x, y),
});

async function read(arrays: Record<string, NdArray>) {
  return await readReconstructionFile(bytesSource("made.npz", await writeNpz(arrays)));
}

const object = complexArray([2, 3], Float32Array.from({ length: 12 }, (_, i) => i - 4));

Deno.test("a reconstruction of this program comes back whole", async () => {
  const file = await read({
    object,
    amplitude: realArray([2, 3], new Float32Array(6)),
    phase: realArray([2, 3], new Float32Array(6)),
    coverage: realArray([2, 3], Float32Array.of(0, 1, 2, 3, 4, 5)),
    probe: complexArray([1, 2, 2], new Float32Array(8).fill(2)),
    canvas_origin_xy: pair(3.5, -1.25),
    scan_center_xy: pair(30, 40),
    pixel_size_m: { shape: [], dtype: "f64", data: Float64Array.of(2e-8) },
  });
  assert.deepEqual(file.object, object);
  assert.deepEqual(file.keys, ["object"]);
  assert.deepEqual(file.origin, { x: 3.5, y: -1.25 });
  assert.deepEqual(file.centre, { x: 30, y: 40 });
  assert.equal(file.pixelSize, 2e-8);
  assert.deepEqual(file.probe?.shape, [1, 2, 2]);
  assert.equal(toFloat32(file.coverage!)[5], 5);
  assert.equal(file.positions, undefined);
});

Deno.test("a scan with an object lies on the object grid, with its positions", async () => {
  const file = await read({
    objectGuess: { ...object, shape: [1, 2, 3, 1] },
    probeGuess: complexArray([2, 2], new Float32Array(8)),
    xcoords: pair(7, 8),
    ycoords: pair(1, 2),
  });
  assert.deepEqual(file.object.shape, [2, 3]);
  assert.deepEqual(file.origin, { y: 0, x: 0 });
  assert.deepEqual([...file.positions!], [1, 7, 2, 8]);
  assert.deepEqual(file.probe?.shape, [1, 2, 2]);
});

Deno.test("amplitude and phase make an object without a place", async () => {
  const file = await read({
    amplitude: realArray([1, 2], Float32Array.of(2, 3)),
    phase: realArray([1, 2], Float32Array.of(0, Math.PI / 2)),
  });
  const values = toFloat32(file.object);
  [2, 0, 0, 3].forEach((v, i) => assert.ok(Math.abs(values[i] - v) < 1e-6));
  assert.equal(file.origin, undefined);
  assert.equal(file.pixelSize, undefined);
});

Deno.test("files without a usable object are refused with the remedy", async () => {
  const refuse = (arrays: Record<string, NdArray>, words: RegExp) =>
    assert.rejects(() => read(arrays), (error) => {
      assert.ok(error instanceof FileFormatError);
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  await refuse({ other: pair(1, 2) }, /holds other: store a complex array/);
  await refuse({ object: complexArray([1], new Float32Array(2)) }, /shape is \(1\)/);
  await refuse({ object: complexArray([1, 1], Float32Array.of(NaN, 0)) }, /not finite/);
  await refuse(
    { object, coverage: realArray([2, 2], new Float32Array(4)) },
    /coverage is \(2, 2\)/,
  );
  await refuse({
    amplitude: realArray([1, 2], new Float32Array(2)),
    phase: realArray([2, 1], new Float32Array(2)),
  }, /two images of one size/);
});
