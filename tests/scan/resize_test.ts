import assert from "node:assert/strict";
import { readScan } from "../../src/scan/dataset.ts";
import type { Probe } from "../../src/scan/probe.ts";
import { coarsenObject, planResize, resizePatterns, resizeProbe } from "../../src/scan/resize.ts";
import { assertClose } from "../support/close.ts";
import { c64, f32, FakeNpz, goodScan } from "./fake_npz.ts";

/** Amplitudes |fftshift(fft2)| / side of interleaved values, by the definition. */
function diffract(field: ArrayLike<number>, side: number): Float32Array {
  const out = new Float32Array(side * side);
  for (let ky = 0; ky < side; ky++) {
    for (let kx = 0; kx < side; kx++) {
      let re = 0, im = 0;
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
          const angle = -2 * Math.PI * ((ky - side / 2) * y + (kx - side / 2) * x) / side;
          const a = field[2 * (y * side + x)], b = field[2 * (y * side + x) + 1];
          re += a * Math.cos(angle) - b * Math.sin(angle);
          im += a * Math.sin(angle) + b * Math.cos(angle);
        }
      }
      out[ky * side + kx] = Math.hypot(re, im) / side;
    }
  }
  return out;
}

function beam(side: number, width: number, offset = 0): Probe {
  const data = new Float32Array(2 * side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const v = y - side / 2 - offset, u = x - side / 2;
      const g = Math.exp(-(v * v + u * u) / (2 * width * width));
      data[2 * (y * side + x)] = g * Math.cos(0.1 * v * u);
      data[2 * (y * side + x) + 1] = g * Math.sin(0.1 * v * u);
    }
  }
  return { modes: 1, N: side, data };
}

Deno.test("cropping: the resized probe gives the cropped pattern exactly", () => {
  const probe = beam(32, 3, 0.7), plan = planResize(32, 16);
  const cropped = resizePatterns(diffract(probe.data, 32), plan);
  assertClose("pattern", diffract(resizeProbe(probe, plan).data, 16), cropped, 1e-5);
  const odd = planResize(21, 8), small = resizeProbe({ ...beam(21, 2) }, odd);
  assert.equal(small.data.length, 128);
});

Deno.test("binning: the resized probe gives the pattern at the centre of each bin", () => {
  const probe = beam(32, 1.6, 0.7), plan = planResize(32, undefined, 2);
  const binned = resizePatterns(diffract(probe.data, 32), plan);
  const predicted = diffract(resizeProbe(probe, plan).data, 16);
  // A bin averages over its pixels, the model samples its centre: equal to second order only.
  assertClose("pattern", predicted, binned, 0.03);
  const window = new Float32Array(2 * 16 * 16);
  for (let y = 0; y < 16; y++) {
    window.set(probe.data.subarray(2 * (32 * (y + 8) + 8), 2 * (32 * (y + 8) + 24)), 32 * y);
  }
  assert.throws(() => assertClose("without ramp", diffract(window, 16), binned, 0.06));
  const energy = (a: Float32Array): number => a.reduce((sum, v) => sum + v * v, 0);
  assert(Math.abs(energy(predicted) / energy(binned) - 1) < 1e-3);
});

Deno.test("a file read with crop and bin has consistent sizes and positions", async () => {
  const arrays = goodScan(3, 32);
  arrays.objectGuess = c64([90, 70], Float32Array.from({ length: 12600 }, (_, i) => i % 5));
  const scan = await readScan(new FakeNpz(arrays), { cropTo: 16, bin: 2 });
  assert.equal(scan.N, 8);
  assert.equal(scan.probe.N, 8);
  assert.equal(scan.positions[0], Number(arrays.ycoords.data[0]) / 2);
  assert.deepEqual(scan.objectShape, [45, 35]);
  const patterns = await scan.readDiffraction([0]);
  let sum = 0;
  for (const y of [8, 9]) {
    for (const x of [10, 11]) sum += Number(arrays.diffraction.data[y * 32 + x]) ** 2;
  }
  assert(Math.abs(patterns[1] - Math.sqrt(sum)) < 1e-6);
  const unchanged = f32([1], [1]);
  assert.equal(resizePatterns(unchanged.data as Float32Array, planResize(8, 8)), unchanged.data);
});

Deno.test("a coarser object keeps a ramp and its place", () => {
  const data = new Float32Array(2 * 20 * 30);
  for (let y = 0; y < 20; y++) {
    for (let x = 0; x < 30; x++) {
      data[2 * (y * 30 + x)] = y;
      data[2 * (y * 30 + x) + 1] = x;
    }
  }
  const out = coarsenObject({ height: 20, width: 30, data }, 2);
  assert.deepEqual([out.height, out.width], [10, 15]);
  const at = 2 * (4 * 15 + 6);
  assert(Math.abs(out.data[at] - 8) < 1e-5 && Math.abs(out.data[at + 1] - 12) < 1e-5);
});
