import assert from "node:assert/strict";
import { emptyComplex } from "../../src/image/fourier.ts";
import type { ComplexGrid } from "../../src/image/fourier.ts";
import { firstCrossing, halfBit, ringCorrelation } from "../../src/image/frc.ts";
import { Random } from "../../src/random.ts";

function noise(side: number, seed: number): ComplexGrid {
  const random = new Random(seed), image = emptyComplex(side, side);
  image.re.forEach((_, i) => {
    image.re[i] = random.normal();
    image.im[i] = random.normal();
  });
  return image;
}

Deno.test("ring correlation of an image with a scaled, turned copy is 1 in every ring", () => {
  for (const side of [8, 15, 40]) {
    const a = noise(side, 1), b = emptyComplex(side, side);
    a.re.forEach((_, i) => {
      b.re[i] = -3 * a.im[i];
      b.im[i] = 3 * a.re[i];
    });
    const { curve, pixels, reliable } = ringCorrelation(a, b);
    assert.ok(curve.every((c) => Math.abs(c - 1) < 1e-12));
    assert.equal(curve.length, Math.round(Math.floor(side / 2) * Math.SQRT2) + 1);
    assert.equal(pixels.reduce((s, n) => s + n, 0), side * side);
    assert.equal(pixels[0], 1);
    assert.equal(pixels[1], 8);
    assert.ok(reliable);
  }
});

Deno.test("ring correlation of independent noise falls as one over the root of the pixels", () => {
  const { curve, pixels } = ringCorrelation(noise(96, 2), noise(96, 3));
  let mean = 0;
  for (let r = 20; r < 48; r++) {
    assert.ok(curve[r] < 4 / Math.sqrt(pixels[r]), `ring ${r}: ${curve[r]}`);
    mean += curve[r] * Math.sqrt(pixels[r]) / 28;
  }
  // The modulus of a circular normal number has the mean sqrt(pi) / 2.
  assert.ok(Math.abs(mean - 0.886) < 0.3, `${mean}`);
});

Deno.test("ring correlation of signal with signal and noise is the root of the signal's share", () => {
  const a = noise(128, 4), n = noise(128, 5), b = emptyComplex(128, 128);
  a.re.forEach((v, i) => {
    b.re[i] = v + Math.sqrt(3) * n.re[i];
    b.im[i] = a.im[i] + Math.sqrt(3) * n.im[i];
  });
  const { curve } = ringCorrelation(a, b);
  let mean = 0;
  for (let r = 20; r < 60; r++) mean += curve[r] / 40;
  assert.ok(Math.abs(mean - 0.5) < 0.03, `${mean}`);
});

Deno.test("ring correlation with a flat image is 0 beyond ring 0 and not reliable", () => {
  for (const side of [32, 31]) {
    const flat = emptyComplex(side, side);
    flat.re.fill(0.7);
    const { curve, reliable } = ringCorrelation(noise(side, 6), flat);
    assert.equal(reliable, false);
    assert.equal(curve[0], 1);
    assert.ok(curve.subarray(1).every((c) => c === 0));
    const dark = ringCorrelation(noise(side, 6), emptyComplex(side, side));
    assert.ok(dark.curve.every((c) => c === 0) && !dark.reliable);
  }
});

Deno.test("the first crossing is interpolated; 0 at ring 0, the length if there is none", () => {
  const at = (values: number[], t: number): number =>
    firstCrossing(Float64Array.from(values), () => t);
  assert.equal(at([1, 0.75, 0.25, 0.9, 0.1], 0.5), 1.5);
  assert.equal(at([1, 0.8, 0.4], 0.5), 1.75);
  assert.equal(at([0.4, 1, 1], 0.5), 0);
  assert.equal(at([1, 0.5, 0.5], 0.5), 3);
  assert.equal(firstCrossing(Float64Array.of(1, 0.6, 0.6), (r) => [0, 0.4, 0.8][r]), 1.5);
});

Deno.test("the half-bit threshold falls from 1 to that of many pixels", () => {
  assert.ok(Math.abs(halfBit(1) - 1) < 1e-12);
  assert.ok(halfBit(8) > halfBit(100));
  assert.ok(Math.abs(halfBit(1e12) - 0.2071 / 1.2071) < 1e-5);
});
