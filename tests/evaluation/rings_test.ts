import assert from "node:assert/strict";
import { emptyComplex, fourier2 } from "../../src/image/fourier.ts";
import { emptyGrid, type Grid } from "../../src/image/grid.ts";
import { fourierShift } from "../../src/image/registration.ts";
import { complexRings, crossing, FLAT, mapRings } from "../../src/evaluation/rings.ts";
import { scorePair } from "../../src/evaluation/scores.ts";
import { Random } from "../../src/random.ts";

function noise(height: number, width: number, seed: number, mean = 0, sigma = 1): Grid {
  const random = new Random(seed), grid = emptyGrid(height, width);
  grid.data.forEach((_, i) => grid.data[i] = mean + sigma * random.normal());
  return grid;
}

function complexNoise(side: number, seed: number) {
  const random = new Random(seed), image = emptyComplex(side, side);
  image.re.forEach((_, i) => [image.re[i], image.im[i]] = [random.normal(), random.normal()]);
  return image;
}

Deno.test("identical images: 1 in every ring, limited by the pixel", () => {
  const a = noise(41, 50, 1), rings = mapRings(a, a, false, 5e-9);
  assert.equal(rings.side, 41);
  assert.ok(rings.curve.every((c) => Math.abs(c - 1) < 1e-12));
  assert.equal(rings.frc50.ring, rings.curve.length);
  assert.deepEqual(rings.frc50, {
    ring: rings.curve.length,
    halfPeriodPx: 1,
    halfPeriodNm: 5,
    pixelLimited: true,
  });
  assert.ok(Math.abs(rings.meanCorrelation - 1) < 1e-12);
});

Deno.test("a constant offset and a factor change nothing beyond ring 0", () => {
  const a = noise(32, 32, 2), b = { ...a, data: a.data.map((v) => 7 - 3 * v) };
  assert.ok(mapRings(a, b, false).curve.every((c) => Math.abs(c - 1) < 1e-10));
});

Deno.test("a shift that averages to nothing over a ring lowers it as a Bessel function says", () => {
  // Sum of cos(k s cos(angle)) over a ring is J0(k s).
  const side = 128, spectrum = complexNoise(side, 3);
  // Every frequency has the same power: the mean over a ring is that of the cosine alone.
  spectrum.re.forEach((v, i) => {
    const size = Math.hypot(v, spectrum.im[i]);
    [spectrum.re[i], spectrum.im[i]] = [v / size, spectrum.im[i] / size];
  });
  const image = inverse(spectrum);
  const moved = fourierShift(image, { y: 0, x: 1.5 });
  const { curve } = complexRings(image, moved, undefined, 0);
  for (const ring of [16, 24, 40, 56]) {
    const expected = Math.abs(besselJ0(2 * Math.PI * ring / side * 1.5));
    assert.ok(Math.abs(curve[ring] - expected) < 0.02, `${ring}: ${curve[ring]} ${expected}`);
  }
});

/** By its integral. */
function besselJ0(x: number): number {
  let sum = 0;
  for (let k = 0; k < 400; k++) sum += Math.cos(x * Math.sin(Math.PI * (k + 0.5) / 400)) / 400;
  return sum;
}

Deno.test("independent white noise falls below the half-bit threshold at once and stays there", () => {
  for (const seed of [4, 5, 6]) {
    const { curve, halfBitCurve, frcHalfBit, frc50, meanCorrelation } = complexRings(
      complexNoise(128, seed),
      complexNoise(128, seed + 100),
    );
    for (let ring = 8; ring < 64; ring++) assert.ok(curve[ring] < halfBitCurve[ring], `${ring}`);
    assert.ok(frcHalfBit.ring < 8 && frc50.ring < 8);
    assert.ok(frcHalfBit.halfPeriodPx === null || frcHalfBit.halfPeriodPx > 8);
    assert.ok(meanCorrelation < 0.15);
  }
});

Deno.test("equal halves with noise cross a threshold where their signal-to-noise ratio says", () => {
  // Signal power falls as exp(-r^2 / w^2) against white noise of power 1: FRC = S / (S + 1).
  const side = 256, signal = complexNoise(side, 7), width = 30;
  const shape = (image: typeof signal, gain: (r: number) => number) => {
    // Built in Fourier space and left there: the correlation of transforms is the same either way,
    // as the transform of white noise is white noise.
    const out = emptyComplex(side, side);
    for (let i = 0; i < side * side; i++) {
      const y = (Math.floor(i / side) + side / 2) % side - side / 2;
      const x = (i % side + side / 2) % side - side / 2;
      const g = gain(Math.hypot(y, x));
      [out.re[i], out.im[i]] = [g * image.re[i], g * image.im[i]];
    }
    return out;
  };
  const filtered = inverse(shape(signal, (r) => 4 * Math.exp(-r * r / (2 * width * width))));
  const half = (seed: number) => {
    const n = inverse(complexNoise(side, seed));
    return {
      ...filtered,
      re: filtered.re.map((v, i) => v + n.re[i]),
      im: filtered.im.map((v, i) => v + n.im[i]),
    };
  };
  const rings = complexRings(half(8), half(9), undefined, 0);
  // S = 16 exp(-r^2 / w^2) is 1 at r = w sqrt(ln 16), where the FRC is 1/2.
  const expected = width * Math.sqrt(Math.log(16));
  assert.ok(Math.abs(rings.frc50.ring - expected) < 3, `${rings.frc50.ring} ${expected}`);
  const seventh = width * Math.sqrt(Math.log(16 * 6));
  assert.ok(Math.abs(rings.frc1over7.ring - seventh) < 6, `${rings.frc1over7.ring} ${seventh}`);
});

/** Inverse transform of a spectrum, zero frequency first. */
function inverse(spectrum: ReturnType<typeof complexNoise>): typeof spectrum {
  return fourier2(spectrum, true);
}

Deno.test("maps that are almost constant are not judged; which one is said", () => {
  const detail = noise(40, 40, 10, 1, 0.1);
  const flat = noise(40, 40, 11, 1, 0.5 * FLAT), grainy = noise(40, 40, 11, 1, 2 * FLAT);
  assert.match(mapRings(detail, flat, true).unreliable ?? "", /the image is almost constant/);
  assert.match(mapRings(flat, detail, true).unreliable ?? "", /the reference is almost constant/);
  assert.equal(mapRings(detail, grainy, true).unreliable, undefined);
  // Phases have no mean to compare with: 1 rad is the scale.
  const still = noise(40, 40, 12, 0, 0.5 * FLAT);
  assert.match(mapRings(detail, still, false).unreliable ?? "", /constant/);
  const one = emptyComplex(40, 40);
  one.re.fill(3);
  assert.match(complexRings(one, complexNoise(40, 1)).unreliable ?? "", /reference/);
  assert.equal(complexRings(complexNoise(40, 2), complexNoise(40, 1)).unreliable, undefined);
});

Deno.test("rings as resolutions: half periods, bounds, none", () => {
  assert.deepEqual(crossing(16, 64, 1e-8), {
    ring: 16,
    halfPeriodPx: 2,
    halfPeriodNm: 20,
    pixelLimited: false,
  });
  assert.deepEqual([crossing(32, 64).halfPeriodPx, crossing(32, 64).pixelLimited], [1, true]);
  assert.deepEqual([crossing(0, 64).halfPeriodPx, crossing(0, 64).pixelLimited], [null, false]);
  assert.equal(crossing(4, 64).halfPeriodNm, null);
});

Deno.test("curves that the edges of the frame keep high are doubted", () => {
  // A slope over the frame jumps at its edges, in the truth and in its blurred copy.
  const side = 64, random = new Random(6), truth = emptyComplex(side, side);
  const blurred = emptyComplex(side, side);
  for (let i = 0; i < side * side; i++) {
    const slope = 0.5 + 0.008 * (i % side) + 0.004 * Math.floor(i / side);
    truth.re[i] = slope + 0.05 * random.normal();
    blurred.re[i] = slope + 1e-4 * random.normal();
  }
  const { warnings, amplitudeRings, complexRings } = scorePair(truth, blurred);
  assert.ok(amplitudeRings.frc50.halfPeriodPx! < 0.5 * (complexRings.frc50.halfPeriodPx ?? 99));
  assert.ok(warnings.some((line) => /counts the edges of the frame/.test(line)), warnings.join());
  const sharp = scorePair(truth, truth);
  assert.ok(sharp.warnings.every((line) => !/edges of the frame/.test(line)));
});
