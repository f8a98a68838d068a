import assert from "node:assert/strict";
import { complexArray, realArray } from "../../src/array.ts";
import { ShapeError } from "../../src/errors.ts";
import { canvasGeometry } from "../../src/reassembly/geometry.ts";
import { probeWindow, trimStart, uniformWindow } from "../../src/reassembly/weights.ts";
import { assertClose, randomValues } from "../support/close.ts";

Deno.test("a canvas is anchored at the mean of the scan positions", () => {
  // Rows reach 2.5 from their mean 4, columns 10 from their mean 12.
  const geometry = canvasGeometry([1.5, 2, 6.5, 22, 4, 12], 8);
  assert.deepEqual(geometry, {
    height: 2 * 8 + 2 * 3,
    width: 2 * 8 + 2 * 10,
    centreY: 4,
    centreX: 12,
    originY: 4 - 11,
    originX: 12 - 18,
  });
  assert.throws(() => canvasGeometry([], 8), RangeError);
  assert.throws(() => canvasGeometry([1, NaN], 8), RangeError);
});

Deno.test("the probe window is the intensity of all modes around the centre pixel", () => {
  for (const [modes, frame, trim] of [[1, 4, 2], [2, 8, 5], [3, 16, 16]]) {
    const values = randomValues(2 * modes * frame * frame, modes);
    const intensity = new Float64Array(frame * frame);
    values.forEach((v, i) => intensity[Math.floor(i / 2) % intensity.length] += v * v);
    const peak = Math.max(...intensity);
    const wanted: number[] = [];
    const first = frame / 2 - Math.floor(trim / 2);
    for (let y = first; y < first + trim; y++) {
      for (let x = first; x < first + trim; x++) wanted.push(intensity[y * frame + x] / peak);
    }
    // Any units of the probe give the same window.
    for (const scale of [1, 1e-9]) {
      const probe = complexArray([1, 1, modes, frame, frame], values.map((v) => scale * v));
      assertClose("window", probeWindow(probe, trim), wanted, 1e-6);
    }
  }
  assert.equal(trimStart(64, 32), 16);
  assert.deepEqual(uniformWindow(2), Float32Array.of(1, 1, 1, 1));
});

Deno.test("probes and trims that make no window are refused", () => {
  const zero = complexArray([4, 4], new Float32Array(32));
  assert.throws(() => probeWindow(zero, 2), RangeError);
  assert.throws(
    () => probeWindow(complexArray([4, 4], new Float32Array(32).fill(NaN)), 2),
    RangeError,
  );
  assert.throws(() => probeWindow(realArray([4, 4], new Float32Array(16)), 2), ShapeError);
  assert.throws(() => probeWindow(zero, 5), ShapeError);
  assert.throws(() => probeWindow(zero, 0), ShapeError);
});
