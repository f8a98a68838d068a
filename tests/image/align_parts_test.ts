import assert from "node:assert/strict";
import { ShapeError } from "../../src/errors.ts";
import { complexArrayOf, complexGrid } from "../../src/image/complex_grid.ts";
import { type ComplexGrid, emptyComplex } from "../../src/image/fourier.ts";
import { applyRamp, findPhase, findRamp } from "../../src/image/ramp.ts";
import { shiftStep } from "../../src/image/refine.ts";
import { findShift, fourierShift } from "../../src/image/registration.ts";
import { cutAt } from "../../src/image/resample.ts";
import { taper, tukeyWindow } from "../../src/image/taper.ts";
import { Random } from "../../src/random.ts";

/** Values of a smooth function between any pixels. */
function smooth(height: number, width: number, top = 0, left = 0): ComplexGrid {
  const out = emptyComplex(height, width);
  for (let i = 0; i < out.re.length; i++) {
    const y = top + Math.floor(i / width), x = left + i % width;
    out.re[i] = 1 + 0.3 * Math.cos(0.5 * y - 0.3 * x) + 0.2 * Math.sin(0.6 * x + 0.1 * y);
    out.im[i] = 0.4 * Math.sin(0.4 * y + 0.2 * x + 1);
  }
  return out;
}

function noise(height: number, width: number, seed: number): ComplexGrid {
  const random = new Random(seed), out = emptyComplex(height, width);
  out.re.forEach((_, i) => [out.re[i], out.im[i]] = [random.normal(), random.normal()]);
  return out;
}

function distance(a: ComplexGrid, b: ComplexGrid): number {
  assert.deepEqual([a.height, a.width], [b.height, b.width]);
  return a.re.reduce((s, v, i) => Math.max(s, Math.hypot(v - b.re[i], a.im[i] - b.im[i])), 0);
}

Deno.test("a Tukey window is symmetric, flat in the middle, small at the ends", () => {
  const window = tukeyWindow(20, 5);
  window.forEach((v, i) => assert.ok(Math.abs(v - window[19 - i]) < 1e-15));
  assert.ok(window.subarray(5, 15).every((v) => v === 1));
  assert.ok(window[0] > 0 && window[0] < 0.03 && window[2] > 0.45 && window[2] < 0.55);
  for (let i = 1; i < 6; i++) assert.ok(window[i] >= window[i - 1]);
  assert.ok(tukeyWindow(7, 99).every((v) => v > 0 && v <= 1));
});

Deno.test("a taper removes the mean, and what it leaves has no step at the edges", () => {
  const image = smooth(24, 30);
  const out = taper({ ...image, re: image.re.map((v) => v + 50) }, 6);
  const plain = taper(image, 6);
  assert.ok(distance(out, plain) < 1e-10);
  assert.ok(Math.abs(out.re.reduce((s, v) => s + v, 0)) < 1e-9);
  assert.ok(Math.abs(out.re[0]) < 0.01);
});

Deno.test("phase ramps of several turns are found, for any size, with noise", () => {
  for (const [h, w, y, x] of [[16, 16, 0, 0], [31, 40, 0.7, -1.1], [45, 22, -2.1, 0.05]]) {
    const image = smooth(h, w);
    const ramp = { offset: -1.3, y, x };
    const found = findRamp(applyRamp(image, ramp), image);
    for (const key of ["offset", "y", "x"] as const) {
      assert.ok(Math.abs(found[key] - ramp[key]) < 1e-9, `${key} ${found[key]} ${ramp[key]}`);
    }
    const other = noise(h, w, 5), moved = applyRamp(image, ramp);
    const noisy = { ...moved, re: moved.re.map((v, i) => v + 0.1 * other.re[i]) };
    const rough = findRamp(noisy, image);
    assert.ok(Math.hypot(rough.y - y, rough.x - x) < 5e-3, JSON.stringify(rough));
    const phase = findPhase(applyRamp(image, { offset: 2, y: 0, x: 0 }), image);
    assert.ok(Math.abs(phase.offset - 2) < 1e-12 && phase.y === 0 && phase.x === 0);
  }
});

Deno.test("whole places are copied, edges are mirrored", () => {
  const image = smooth(20, 25);
  const area = { top: 3, left: 4, height: 10, width: 12 };
  for (const how of ["bilinear", "fourier"] as const) {
    assert.equal(distance(cutAt(image, area, how), smooth(10, 12, 3, 4)), 0);
  }
  const out = cutAt(image, { top: -1, left: 0, height: 3, width: 25 }, "fourier");
  assert.equal(out.re[0], image.re[0]);
  assert.equal(out.re[25], image.re[0]);
  assert.equal(out.re[50], image.re[25]);
});

Deno.test("fractional places: bilinear is exact for planes, Fourier for smooth images", () => {
  const plane = emptyComplex(12, 14);
  plane.re.forEach((_, i) => {
    plane.re[i] = 2 * Math.floor(i / 14) - 3 * (i % 14);
    plane.im[i] = i % 14;
  });
  const cut = cutAt(plane, { top: 2.25, left: 5.6, height: 6, width: 7 }, "bilinear");
  cut.re.forEach((v, i) => {
    const y = 2.25 + Math.floor(i / 7), x = 5.6 + i % 7;
    assert.ok(Math.abs(v - (2 * y - 3 * x)) < 1e-12 && Math.abs(cut.im[i] - x) < 1e-12);
  });
  const image = smooth(60, 70), area = { top: 20.4, left: 25.7, height: 20, width: 22 };
  const exact = smooth(20, 22, 20.4, 25.7);
  assert.ok(distance(cutAt(image, area, "fourier"), exact) < 2e-4);
  assert.ok(distance(cutAt(image, area, "bilinear"), exact) > 5e-3);
});

Deno.test("one step of the joint fit nearly undoes a small shift, also under a ramp", () => {
  const image = smooth(40, 44);
  for (const [y, x] of [[0.2, -0.1], [-0.3, 0.25]]) {
    const moved = smooth(40, 44, y, x);
    const step = shiftStep(image, moved, false);
    assert.ok(Math.hypot(step.y - y, step.x - x) < 0.03, JSON.stringify(step));
    const ramped = applyRamp(moved, { offset: 0.02, y: 0.004, x: -0.003 });
    const joint = shiftStep(image, ramped, true);
    assert.ok(Math.hypot(joint.y - y, joint.x - x) < 0.04, JSON.stringify(joint));
  }
  const flat = emptyComplex(20, 20);
  flat.re.fill(1);
  assert.deepEqual(shiftStep(flat, flat, true), { y: 0, x: 0 });
});

Deno.test("unwhitened correlation finds a shift whose detail whitening would drown", () => {
  const image = smooth(48, 48), other = noise(48, 48, 8);
  const moved = fourierShift(image, { y: 3, x: -2 });
  const faint = { ...moved, re: moved.re.map((v, i) => v + 0.3 * other.re[i]) };
  const found = findShift(taper(image, 6), taper(faint, 6), 1, false);
  assert.ok(Math.abs(found.y + 3) <= 1 && Math.abs(found.x - 2) <= 1, JSON.stringify(found));
});

Deno.test("arrays and images convert both ways; others are refused", () => {
  const image = noise(3, 4, 2);
  assert.equal(distance(complexGrid(complexArrayOf(image)), image), 0);
  const real = { shape: [3, 4], dtype: "f32" as const, data: new Float32Array(12) };
  assert.throws(() => complexGrid(real), ShapeError);
});
