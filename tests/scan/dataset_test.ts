import assert from "node:assert/strict";
import { DatasetError } from "../../src/errors.ts";
import {
  readScan,
  type ReadScanOptions,
  scanFromArrays,
  validatePatterns,
} from "../../src/scan/dataset.ts";
import { patternLayout } from "../../src/scan/layout.ts";
import { c64, f32, FakeNpz, goodScan } from "./fake_npz.ts";

async function refused(
  change: (arrays: ReturnType<typeof goodScan>) => void,
  words: RegExp,
  options: ReadScanOptions = {},
): Promise<void> {
  const arrays = goodScan();
  change(arrays);
  await assert.rejects(async () => {
    const scan = await readScan(new FakeNpz(arrays), options);
    await validatePatterns(scan);
  }, (error: Error) => {
    assert(error instanceof DatasetError, error.stack);
    assert.match(error.message, words);
    assert(!error.message.includes("\n"));
    return true;
  });
}

Deno.test("a scan is read with (y, x) positions and patterns in the order asked", async () => {
  const arrays = goodScan(6, 16);
  const scan = await readScan(new FakeNpz(arrays), { name: "small" });
  assert.deepEqual([scan.name, scan.count, scan.N, scan.probe.modes], ["small", 6, 16, 1]);
  assert.equal(scan.positions[4], arrays.ycoords.data[2]);
  assert.equal(scan.positions[5], arrays.xcoords.data[2]);
  assert.equal(scan.nphotons, undefined);
  const patterns = await scan.readDiffraction([4, 0, 4]);
  const whole = arrays.diffraction.data as Float32Array;
  assert.deepEqual(patterns.subarray(0, 256), whole.subarray(1024, 1280));
  assert.deepEqual(patterns.subarray(256, 512), whole.subarray(0, 256));
  assert.deepEqual(patterns.subarray(512), whole.subarray(1024, 1280));
  await assert.rejects(() => scan.readDiffraction([6]), /pattern 6/);
});

Deno.test("optional arrays: aliases, modes, object of ones, metadata, scan numbers", async () => {
  const arrays = goodScan(3, 8);
  arrays.diff3d = arrays.diffraction;
  delete arrays.diffraction;
  arrays.probeGuess = c64([2, 8, 8], { length: 256, 0: 1 } as unknown as number[]);
  arrays.probeGuess.data.fill(0.5 as never);
  arrays.objectGuess = c64([30, 20], Float32Array.from({ length: 1200 }, (_, i) => 1 - i % 2));
  arrays.scan_index = { shape: [3], dtype: "i64", data: BigInt64Array.of(0n, 1n, 1n) };
  const metadata = { physics_parameters: { nphotons: 2e5 } };
  const scan = await readScan(new FakeNpz(arrays), { metadata });
  assert.equal(scan.probe.modes, 2);
  assert.equal(scan.objectGuess, undefined);
  assert.deepEqual(scan.objectShape, [30, 20]);
  assert.equal(scan.nphotons, 2e5);
  assert.deepEqual([...scan.scanIndex ?? []], [0, 1, 1]);
  arrays.objectGuess.data[7] = 0.25;
  const other = await readScan(new FakeNpz(arrays));
  assert.equal(other.objectGuess?.data[7], 0.25);
  arrays.probeGuess = c64([8, 8, 1], new Float32Array(128).fill(1));
  assert.equal((await readScan(new FakeNpz(arrays))).probe.modes, 1);
});

Deno.test("`diffraction` is taken before `diff3d`", async () => {
  const arrays = goodScan();
  arrays.diff3d = f32([6, 16, 16], new Float32Array(1536).fill(7));
  const scan = await readScan(new FakeNpz(arrays));
  assert.equal((await scan.readDiffraction([0]))[3], arrays.diffraction.data[3]);
});

Deno.test("axis order follows squares, then coordinates", () => {
  const order = (shape: number[], coordinates: number): string =>
    patternLayout("d", shape, coordinates).order;
  assert.equal(order([100, 64, 64], 100), "canonical");
  assert.equal(order([64, 64, 100], 100), "legacy");
  assert.equal(order([64, 64, 64], 64), "canonical");
  assert.equal(order([64, 64, 64, 1], 64), "canonical");
  assert.equal(order([64, 64, 64], 70), "canonical");
  assert.equal(order([30, 20, 10], 10), "legacy");
  assert.equal(order([10, 20, 30], 20), "canonical");
  assert.equal(order([30, 20, 10], 20), "legacy");
  assert.equal(order([10, 20, 30], 5), "legacy");
  assert.equal(order([30, 20, 10], 5), "canonical");
  assert.throws(() => patternLayout("d", [64, 64], 3), /\(M, N, N\)/);
});

Deno.test("a legacy (H, W, M) stack gives the same patterns", async () => {
  const arrays = goodScan(5, 8), canonical = arrays.diffraction.data as Float32Array;
  const legacy = new Float32Array(canonical.length);
  for (let n = 0; n < 5; n++) {
    for (let i = 0; i < 64; i++) legacy[i * 5 + n] = canonical[n * 64 + i];
  }
  arrays.diffraction = f32([8, 8, 5], legacy);
  const scan = await readScan(new FakeNpz(arrays));
  assert.deepEqual(await scan.readDiffraction([0, 1, 2, 3, 4]), canonical);
});

Deno.test("surplus coordinates are dropped with a warning", async () => {
  const arrays = goodScan(6, 16), lines: string[] = [];
  const more = goodScan(8, 16);
  arrays.xcoords = more.xcoords;
  arrays.ycoords = more.ycoords;
  const scan = await readScan(new FakeNpz(arrays), { warn: (line) => lines.push(line) });
  assert.equal(scan.positions.length, 12);
  assert.match(lines[0], /last 2 coordinates/);
});

Deno.test("a stack over the memory limit is read by rows, neighbours together", async () => {
  const npz = new FakeNpz(goodScan(40, 16));
  const scan = await readScan(npz, { memoryLimit: 1000 });
  const patterns = await scan.readDiffraction([30, 2, 1, 31, 5, 39]);
  assert.deepEqual(npz.calls, ["diffraction:1+5", "diffraction:30+2", "diffraction:39+1"]);
  const all = await (await readScan(npz)).readDiffraction([30, 2, 1, 31, 5, 39]);
  assert.deepEqual(patterns, all);
});

Deno.test("counts become amplitudes; counts read as amplitudes are warned about once", async () => {
  const arrays = goodScan(2, 8);
  arrays.diffraction = {
    shape: [2, 8, 8],
    dtype: "u16",
    data: Uint16Array.from({ length: 128 }, (_, i) => i % 50),
  };
  const lines: string[] = [];
  const warn = (line: string): void => void lines.push(line);
  const counted = await readScan(new FakeNpz(arrays), { diffractionKind: "counts", warn });
  assert.equal((await counted.readDiffraction([0]))[9], 3);
  const plain = await readScan(new FakeNpz(arrays), { diffractionKind: "amplitude", warn });
  assert.equal((await plain.readDiffraction([0]))[9], 9);
  assert.equal(lines.length, 0);
  const auto = await readScan(new FakeNpz(arrays), { warn });
  assert.equal((await auto.readDiffraction([0]))[9], 9);
  await auto.readDiffraction([1]);
  assert.equal(lines.length, 1);
  assert.match(lines[0], /counts/);
});

Deno.test("unfit scans are refused with the array and the remedy", async () => {
  for (const key of ["diffraction", "probeGuess", "xcoords", "ycoords"]) {
    await refused((a) => delete a[key], new RegExp(`${key} is missing`));
  }
  await refused((a) => a.probeGuess = c64([8, 8], new Float32Array(128).fill(1)), /probeGuess.*16/);
  await refused((a) => a.probeGuess = c64([16], new Float32Array(32)), /probeGuess.*\(N, N\)/);
  await refused((a) => a.probeGuess = c64([16, 16], new Float32Array(512)), /probeGuess.*zero/);
  await refused((a) => a.probeGuess.data[3] = NaN, /probeGuess.*NaN/);
  await refused((a) => a.diffraction = f32([6, 16, 8], new Float32Array(768)), /16 x 8.*squares/);
  await refused((a) => a.diffraction.data[300] = NaN, /diffraction.*pattern 1 holds NaN/);
  await refused((a) => a.diffraction.data[300] = Infinity, /diffraction.*pattern 1/);
  await refused((a) => a.diffraction.data[3] = -1, /diffraction.*negative/);
  await refused((a) => (a.diffraction.data as Float32Array).fill(0), /diffraction.*all zero/);
  await refused((a) => a.diffraction = c64([6, 16, 16], new Float32Array(3072)), /real amplitudes/);
  await refused((a) => a.xcoords.data[2] = NaN, /xcoords.*2 is NaN/);
  await refused((a) => a.ycoords.data[1] = Infinity, /ycoords.*1 is/);
  await refused((a) => {
    a.xcoords = { shape: [5], dtype: "f64", data: new Float64Array(5) };
    a.ycoords = a.xcoords;
  }, /5 values.*6 patterns/);
  await refused(
    (a) => a.xcoords = f32([5], new Float32Array(5)),
    /ycoords has|ycoords as it has 6/,
  );
  await refused((a) => {
    for (const key of ["xcoords", "ycoords"]) {
      a[key] = { ...a[key], data: (a[key].data as Float64Array).map((v) => v * 1e-8) };
    }
  }, /metres/);
  await refused((a) => {
    a.xcoords = f32([6], new Float32Array(6).fill(3));
    a.ycoords = a.xcoords;
  }, /all positions are equal/);
  await refused((a) => Object.assign(a, goodScan(1, 16)), /one position only/);
  await refused((a) => Object.assign(a, goodScan(6, 15)), /odd.*crop them to 8/);
  await refused((a) => Object.assign(a, goodScan(6, 24)), /power of two.*crop them to 16/);
  await refused(() => undefined, /crop patterns of 16 x 16 to 32/, { cropTo: 32 });
  await refused(() => undefined, /by 3/, { bin: 3 });
  await refused((a) => a.objectGuess = c64([3, 4, 5], new Float32Array(120)), /objectGuess/);
});

Deno.test("a large stack with bad values in a late pattern is refused when it is reached", async () => {
  const arrays = goodScan(40, 16);
  arrays.diffraction.data[33 * 256] = NaN;
  const scan = await readScan(new FakeNpz(arrays), { memoryLimit: 0 });
  await scan.readDiffraction([0, 1, 2]);
  await assert.rejects(() => scan.readDiffraction([32, 33]), /pattern 33/);
});

Deno.test("scans in memory get the same checks", async () => {
  const probe = { modes: 1, N: 8, data: new Float32Array(128).fill(1) };
  const parts = {
    name: "memory",
    positions: Float64Array.of(1, 2, 3, 4),
    probe,
    patterns: Float32Array.from({ length: 128 }, (_, i) => i),
  };
  const scan = scanFromArrays(parts);
  assert.deepEqual(await scan.readDiffraction([1]), parts.patterns.subarray(64));
  await assert.rejects(() => scan.readDiffraction([2]), /pattern 2/);
  assert.throws(() => scanFromArrays({ ...parts, patterns: new Float32Array(64) }), DatasetError);
  assert.throws(() => scanFromArrays({ ...parts, patterns: new Float32Array(128) }), /all zero/);
});
