import assert from "node:assert/strict";
import { complexArray, type NdArray } from "../../src/array.ts";
import { ShapeError } from "../../src/errors.ts";
import { emptyGrid } from "../../src/image/grid.ts";
import { alignGlobalPhase, evaluateReconstruction, flatScores } from "../../src/image/metrics.ts";
import { removePlane } from "../../src/image/plane.ts";
import { Random } from "../../src/random.ts";

type Pixel = (y: number, x: number) => number;

function image(height: number, width: number, amplitude: Pixel, phase: Pixel): NdArray {
  const data = new Float32Array(2 * height * width);
  for (let i = 0; i < height * width; i++) {
    const y = Math.floor(i / width), x = i % width, a = amplitude(y, x), p = phase(y, x);
    data[2 * i] = a * Math.cos(p);
    data[2 * i + 1] = a * Math.sin(p);
  }
  return complexArray([height, width], data);
}

/** An object with some detail in amplitude and phase; the same numbers for the same seed. */
function detailed(height: number, width: number, seed: number): NdArray {
  const random = new Random(seed);
  return image(height, width, () => 0.5 + random.uniform(), () => random.uniform() - 0.5);
}

Deno.test("equal images: no error, similarity and correlation 1, never below a threshold", () => {
  const object = detailed(31, 40, 1), scores = evaluateReconstruction(object, object);
  for (const k of [0, 1]) {
    assert.equal(scores.mae[k], 0);
    assert.equal(scores.mse[k], 0);
    // 20 log10(255 / eps), what OpenCV answers for equal images.
    assert.ok(Math.abs(scores.psnr255[k] - 361.202) < 1e-3);
    assert.ok(Math.abs(scores.ssim[k] - 1) < 1e-12 && Math.abs(scores.msSsim[k] - 1) < 1e-12);
    for (const score of [scores.frc50, scores.frc1over7, scores.frcHalfBit]) {
      assert.equal(score[k], scores.frcAmplitude.length);
    }
    assert.equal(scores.frcReliable[k], true);
  }
  assert.ok(scores.frcPhase.every((c) => Math.abs(c - 1) < 1e-12));
  // 27 px remain: rings 0 .. round(13 sqrt 2).
  assert.equal(scores.frcAmplitude.length, 19);
});

Deno.test("a scaled amplitude, a phase offset and a phase ramp cost nothing", () => {
  const random = [new Random(2), new Random(2)];
  const pixel = (k: number): number => random[k].uniform();
  const a = image(24, 27, () => 0.5 + pixel(0), () => 0.4 * pixel(0));
  const b = image(
    24,
    27,
    () => 3 * (0.5 + pixel(1)),
    (y, x) => 0.4 * pixel(1) + 0.3 + 0.02 * y - 0.03 * x,
  );
  // image() draws the amplitude first, then the phase, in both.
  const scores = evaluateReconstruction(a, b);
  assert.ok(scores.mae[0] < 1e-6 && scores.mae[1] < 1e-6, `${scores.mae}`);
  assert.ok(scores.ssim[0] > 0.999999 && scores.ssim[1] > 0.999999);
});

Deno.test("errors of a known size, both peaks, edges of 2 px left out", () => {
  // Checkerboards have no mean and no plane on an even square.
  const sign: Pixel = (y, x) => (y + x) % 2 === 0 ? 1 : -1;
  const edge: Pixel = (y, x) => Math.min(y, x, 19 - y, 19 - x) < 2 ? 7 : 1;
  const target = image(20, 20, () => 1, () => 0);
  const prediction = image(
    20,
    20,
    (y, x) => edge(y, x) + 0.1 * sign(y, x),
    (y, x) => 0.2 * sign(y, x),
  );
  const scores = evaluateReconstruction(target, prediction);
  const near = (actual: number, expected: number): void =>
    assert.ok(Math.abs(actual - expected) < 1e-3 * Math.abs(expected), `${actual} ${expected}`);
  near(scores.mae[0], 0.1);
  near(scores.mse[0], 0.01);
  near(scores.psnr1[0], 20);
  near(scores.psnr255[0], 20 + 20 * Math.log10(255));
  // The plane of a checkerboard is small but not 0: its corners pull.
  assert.ok(Math.abs(scores.mae[1] - 0.2) < 0.01 && Math.abs(scores.mse[1] - 0.04) < 0.002);
  assert.deepEqual(scores.frcReliable, [false, false]);
});

Deno.test("independent images: errors, little similarity, an early crossing", () => {
  const scores = evaluateReconstruction(detailed(64, 64, 3), detailed(64, 64, 4));
  // Two uniform numbers differ by a third of their range, squared by a sixth.
  for (const k of [0, 1]) {
    assert.ok(Math.abs(scores.mae[k] - 1 / 3) < 0.02 && Math.abs(scores.mse[k] - 1 / 6) < 0.02);
    assert.ok(scores.frc50[k] < 10 && scores.frc50[k] <= scores.frc1over7[k]);
  }
  assert.ok(Math.abs(scores.ssim[0]) < 0.05);
});

Deno.test("flat images score: the phase similarity of weak detail is high without any of it", () => {
  const random = new Random(5);
  const target = image(40, 40, () => 1 + 0.5 * random.uniform(), () => 0.1 * random.uniform());
  const flat = flatScores(target);
  assert.ok(flat.ssim[1] > 0.8, `${flat.ssim}`);
  assert.ok(flat.ssim[0] < 0.1);
  assert.ok(Math.abs(flat.mae[0] - 0.125) < 0.005);
  assert.deepEqual(flat.frcReliable, [false, false]);
  assert.ok(flat.frc50[0] <= 1 && flat.frc50[1] <= 1);
});

Deno.test("the global phase is removed, nothing else", () => {
  const target = detailed(13, 12, 6), source = target.data as Float32Array;
  const turned = new Float32Array(source.length), c = 2 * Math.cos(2.5), s = 2 * Math.sin(2.5);
  for (let i = 0; i < source.length; i += 2) {
    turned[i] = c * source[i] - s * source[i + 1];
    turned[i + 1] = s * source[i] + c * source[i + 1];
  }
  const aligned = alignGlobalPhase(target, complexArray([13, 12], turned)).data as Float32Array;
  aligned.forEach((v, i) => assert.ok(Math.abs(v - 2 * source[i]) < 1e-5));
});

Deno.test("sizes that cannot be judged are refused", () => {
  const a = detailed(20, 20, 7);
  assert.throws(() => evaluateReconstruction(a, detailed(20, 21, 7)), ShapeError);
  assert.throws(() => evaluateReconstruction(detailed(10, 20, 7), detailed(10, 20, 7)), ShapeError);
  assert.throws(() => alignGlobalPhase(a, detailed(20, 21, 7)), ShapeError);
  const real: NdArray = { shape: [20, 20], dtype: "f32", data: new Float32Array(400) };
  assert.throws(() => evaluateReconstruction(a, real), ShapeError);
  assert.throws(() => alignGlobalPhase(a, real), ShapeError);
});

Deno.test("a plane is removed exactly, and what is left has no plane", () => {
  const plane = emptyGrid(9, 14), random = new Random(8);
  plane.data.forEach((_, i) => plane.data[i] = 0.4 - 0.2 * (i % 14) + 0.7 * Math.floor(i / 14));
  assert.ok(removePlane(plane).data.every((v) => Math.abs(v) < 1e-12));
  const rough = { ...plane, data: plane.data.map((v) => v + random.normal()) };
  const left = removePlane(rough);
  const moments = [0, 0, 0];
  left.data.forEach((v, i) => {
    moments[0] += v;
    moments[1] += v * (i % 14);
    moments[2] += v * Math.floor(i / 14);
  });
  assert.ok(moments.every((m) => Math.abs(m) < 1e-10), `${moments}`);
  assert.ok(left.data.some((v) => Math.abs(v) > 0.5));
  assert.ok(removePlane({ height: 1, width: 1, data: Float64Array.of(4) }).data[0] === 0);
});
