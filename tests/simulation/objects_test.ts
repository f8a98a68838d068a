import assert from "node:assert/strict";
import { Random } from "../../src/random.ts";
import { gaussianBlur } from "../../src/scan/blur.ts";
import type { ComplexImage } from "../../src/scan/resize.ts";
import { imageObject, resample } from "../../src/simulation/image_object.ts";
import { SimplexNoise } from "../../src/simulation/noise_objects.ts";
import { fft2 } from "../../src/simulation/fourier.ts";
import { makeObject, shapeObject } from "../../src/simulation/objects.ts";
import { DRAWN_OBJECT_KINDS as OBJECT_KINDS } from "../../src/simulation/object_kinds.ts";
import { assertClose } from "../support/close.ts";

function range(object: ComplexImage): { modulus: number[]; phase: number[] } {
  const modulus = [Infinity, -Infinity], phase = [Infinity, -Infinity];
  for (let i = 0; i < object.data.length; i += 2) {
    const m = Math.hypot(object.data[i], object.data[i + 1]);
    const p = Math.atan2(object.data[i + 1], object.data[i]);
    modulus[0] = Math.min(modulus[0], m);
    modulus[1] = Math.max(modulus[1], m);
    phase[0] = Math.min(phase[0], p);
    phase[1] = Math.max(phase[1], p);
  }
  return { modulus, phase };
}

Deno.test("objects have structure in amplitude and phase and repeat for a seed", () => {
  for (const kind of OBJECT_KINDS) {
    const object = makeObject(kind, 150, 120, 3);
    assert.deepEqual([object.height, object.width, object.data.length], [150, 120, 36000]);
    assert(object.data.every(Number.isFinite));
    const { modulus, phase } = range(object);
    assert(
      modulus[0] > 0 && modulus[1] <= 1.11 && modulus[1] - modulus[0] > 0.39,
      `${kind} ${modulus}`,
    );
    assert(phase[1] - phase[0] > 0.8, `${kind} ${phase}`);
    assert.deepEqual(object.data, makeObject(kind, 150, 120, 3).data);
    if (["demo", "siemens", "resolution"].includes(kind)) continue;
    assert.notDeepEqual(object.data, makeObject(kind, 150, 120, 4).data);
  }
  assert.throws(() => makeObject("lines", 8, 100, 1), /8 x 100/);
});

Deno.test("lines: amplitude and phase are tied by the formula, largest amplitude 1", () => {
  const { data } = makeObject("lines", 256, 256, 11);
  const { modulus, phase } = range({ height: 256, width: 256, data });
  assert(Math.abs(modulus[1] - 1) < 1e-6);
  assert(phase[0] > -0.9 && phase[1] < 1.4 && phase[1] > 0.5, `${phase}`);
  let mean = 0;
  for (let i = 0; i < data.length; i += 2) mean += Math.hypot(data[i], data[i + 1]) / 65536;
  for (let i = 0; i < data.length; i += 1234) {
    const m = Math.hypot(data[i], data[i + 1]);
    const expected = Math.PI * Math.tanh((m - 0.5) / (3 * mean));
    assert(Math.abs(Math.atan2(data[i + 1], data[i]) - expected) < 1e-4);
  }
});

Deno.test("the demo object has no symmetry that would hide a flip or a swap of axes", () => {
  const side = 96, { data } = makeObject("demo", side, side, 0);
  const at = (y: number, x: number): number => 2 * (y * side + x);
  const maps: [string, (y: number, x: number) => number][] = [
    ["rows flipped", (y, x) => at(side - 1 - y, x)],
    ["columns flipped", (y, x) => at(y, side - 1 - x)],
    ["turned", (y, x) => at(side - 1 - y, side - 1 - x)],
    ["transposed", (y, x) => at(x, y)],
  ];
  for (const [name, map] of maps) {
    let difference = 0, total = 0;
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        for (const c of [0, 1]) {
          difference += (data[at(y, x) + c] - data[map(y, x) + c]) ** 2;
          total += data[at(y, x) + c] ** 2;
        }
      }
    }
    assert(difference / total > 0.1, `${name}: ${difference / total}`);
  }
  const { phase } = range({ height: side, width: side, data });
  assert(phase[0] > -1.7 && phase[1] < 1.7, "phase must not wrap");
});

Deno.test("blur keeps the sum, moves nothing, and matches the variance", () => {
  const image = new Float64Array(41 * 31);
  image[20 * 31 + 15] = 2;
  const out = gaussianBlur(image, 41, 31, 2);
  let sum = 0, meanY = 0, variance = 0;
  out.forEach((value, i) => {
    const y = Math.floor(i / 31);
    sum += value;
    meanY += value * y;
    variance += value * (y - 20) ** 2;
  });
  assert(Math.abs(sum - 2) < 1e-9 && Math.abs(meanY / sum - 20) < 1e-9);
  assert(Math.abs(variance / sum - 4) < 0.05);
  const flat = gaussianBlur(new Float64Array(100).fill(3), 10, 10, 2, 6, "nearest");
  assertClose("flat", flat, new Float64Array(100).fill(3), 1e-12);
  assert(gaussianBlur(new Float64Array(100).fill(3), 10, 10, 2)[0] < 1.5);
});

Deno.test("transform equals the definition", () => {
  const random = new Random(3), side = 8;
  const re = Float64Array.from({ length: 64 }, () => random.normal());
  const im = Float64Array.from({ length: 64 }, () => random.normal());
  const expectedRe = new Float64Array(64), expectedIm = new Float64Array(64);
  for (let k = 0; k < 64; k++) {
    for (let i = 0; i < 64; i++) {
      const angle = -2 * Math.PI * ((k >> 3) * (i >> 3) + (k & 7) * (i & 7)) / side;
      expectedRe[k] += re[i] * Math.cos(angle) - im[i] * Math.sin(angle);
      expectedIm[k] += re[i] * Math.sin(angle) + im[i] * Math.cos(angle);
    }
  }
  fft2(re, im, side);
  assertClose("re", re, expectedRe, 1e-12);
  assertClose("im", im, expectedIm, 1e-12);
  assert.throws(() => fft2(re, im, 6), /power of two/);
});

function amplitudes({ data }: ComplexImage): number[] {
  return Array.from(
    { length: data.length / 2 },
    (_, i) => Math.hypot(data[2 * i], data[2 * i + 1]),
  );
}

/** Correlation of each pixel with the one to its right. */
function smoothness(object: ComplexImage): number {
  const values = amplitudes(object), { width } = object;
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  let own = 0, next = 0;
  values.forEach((v, i) => {
    if (i % width === width - 1) return;
    own += (v - mean) ** 2;
    next += (v - mean) * (values[i + 1] - mean);
  });
  return next / own;
}

Deno.test("white noise is uniform and independent; blurred and simplex noise are smooth", () => {
  const white = makeObject("white_noise", 128, 128, 5), values = amplitudes(white);
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  assert(Math.abs(mean - 0.6) < 0.01 && Math.abs(variance - 0.64 / 12) < 0.002);
  assert(Math.abs(smoothness(white)) < 0.03);
  // Neighbours of noise blurred by sigma correlate with exp(-1 / (4 sigma^2)).
  const blurred = smoothness(makeObject("blurred_noise", 128, 128, 5));
  assert(Math.abs(blurred - Math.exp(-1 / 36)) < 0.01, `${blurred}`);
  assert(smoothness(makeObject("simplex", 128, 128, 5)) > 0.95);
});

Deno.test("simplex noise is continuous, bounded, zero on its lattice", () => {
  const noise = new SimplexNoise(new Random(2));
  let low = 0, high = 0;
  for (let i = 0; i < 20000; i++) {
    const y = 0.0137 * i, x = 0.0311 * i, value = noise.at(y, x);
    assert(Math.abs(noise.at(y + 1e-6, x - 1e-6) - value) < 1e-4, `jump at ${y}, ${x}`);
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  assert(low > -1.01 && low < -0.5 && high < 1.01 && high > 0.5, `${low} ${high}`);
  const G = (3 - Math.sqrt(3)) / 6;
  assert(Math.abs(noise.at(5 - 12 * G, 7 - 12 * G)) < 1e-9);
});

Deno.test("dead leaves: ranges as specified, flat inside a leaf", () => {
  const object = makeObject("dead_leaves", 200, 160, 8), { modulus, phase } = range(object);
  assert(Math.abs(modulus[0] - 0.6) < 1e-5 && Math.abs(modulus[1] - 1.1) < 1e-5);
  assert(phase[1] - phase[0] > 6);
  const values = amplitudes(object);
  const equal = values.filter((v, i) => i > 0 && v === values[i - 1]).length / values.length;
  assert(equal > 0.6, `${equal}`);
});

Deno.test("diagonals and points prefer no direction, the arms of v shapes are steep", () => {
  const structure = (kind: "diagonals" | "points" | "v"): number[][] => {
    const { data, width } = makeObject(kind, 200, 200, 4);
    const rows: number[][] = [];
    for (let y = 0; y < 200; y++) {
      rows.push(Array.from({ length: 200 }, (_, x) => {
        const i = 2 * (y * width + x);
        return Math.hypot(data[i], data[i + 1]);
      }));
    }
    return rows;
  };
  // Mean square change along each direction against the diagonal across it.
  const change = (rows: number[][], dy: number, dx: number): number => {
    let sum = 0;
    for (let y = 1; y < 199; y++) {
      for (let x = 1; x < 199; x++) sum += (rows[y + dy][x + dx] - rows[y][x]) ** 2;
    }
    return sum;
  };
  const lines = structure("diagonals"), points = structure("points");
  for (const rows of [lines, points]) {
    const ratio = change(rows, 1, 1) / change(rows, 1, -1);
    assert(ratio > 0.6 && ratio < 1.7, `${ratio}`);
  }
  // Arms of a V are three times as high as wide, to the left as often as to the right.
  const v = structure("v");
  assert(change(v, 0, 1) > 2 * change(v, 1, 0), `${change(v, 0, 1) / change(v, 1, 0)}`);
  const arms = change(v, 1, 1) / change(v, 1, -1);
  assert(arms > 0.6 && arms < 1.7, `${arms}`);
  assert(Math.abs(change(points, 0, 1) / change(points, 1, 0) - 1) < 0.15);
});

Deno.test("the Siemens star has 36 spokes; the chart has bars of three down to one pixel", () => {
  const side = 400, star = amplitudes(makeObject("siemens", side, side, 0));
  let edges = 0, before = 0;
  for (let k = 0; k <= 7200; k++) {
    const angle = 2 * Math.PI * k / 7200, r = 0.75 * side / 2;
    const y = Math.floor(side / 2 + r * Math.sin(angle)),
      x = Math.floor(side / 2 + r * Math.cos(angle));
    const inside = star[y * side + x] < 0.8 ? 1 : 0;
    if (k > 0 && inside !== before) edges++;
    before = inside;
  }
  assert.equal(edges, 72);
  const chart = amplitudes(makeObject("resolution", side, side, 0));
  // Runs of dark pixels along rows, from the coarsest bars to the finest.
  const runs = new Set<number>();
  for (let y = 0; y < side; y++) {
    for (let x = 0, run = 0; x < side; x++) {
      if (chart[y * side + x] < 0.8) run++;
      else {
        if (run > 0) runs.add(run);
        run = 0;
      }
    }
  }
  assert(runs.has(1) && runs.has(2) && runs.has(16), [...runs].join());
  const covered = chart.filter((v) => v < 0.8).length / chart.length;
  assert(covered > 0.15 && covered < 0.5, `${covered}`);
});

Deno.test("parts and ranges: one part flat, the other as wide as asked", () => {
  const object = makeObject("grf", 64, 48, 2);
  const recipe = { parts: "both", amplitude_range: null, phase_range: null } as const;
  assert.equal(shapeObject(object, recipe), object);
  const amplitude = range(shapeObject(object, { ...recipe, parts: "amplitude" }));
  assert.deepEqual(amplitude.phase, [0, 0]);
  assertClose("amplitude", amplitude.modulus, range(object).modulus, 1e-6);
  const phase = range(shapeObject(object, { ...recipe, parts: "phase" }));
  assertClose("modulus", phase.modulus, [1, 1], 1e-6);
  assertClose("phase", phase.phase, range(object).phase, 1e-6);
  const both = range(
    shapeObject(object, { ...recipe, amplitude_range: [0.3, 0.8], phase_range: [-2, 1] }),
  );
  assertClose("modulus range", both.modulus, [0.3, 0.8], 1e-6);
  assertClose("phase range", both.phase, [-2, 1], 1e-6);
});

Deno.test("an image: complex as it is, real with phase, resampled without shift or loss", () => {
  const data = Float64Array.from({ length: 20 * 30 * 2 }, (_, i) => Math.sin(i));
  const same = imageObject({ height: 20, width: 30, data }, null, null);
  assertClose("complex", same.data, data, 1e-6);
  const ramp = Float64Array.from({ length: 20 * 30 }, (_, i) => i % 30);
  const grey = range(imageObject({ height: 20, width: 30, data: ramp }, null, null));
  assertClose("amplitude", grey.modulus, [0.2, 1], 1e-6);
  assert(grey.phase[1] - grey.phase[0] > 1);
  for (const [height, width] of [[40, 60], [10, 15], [33, 47]]) {
    const out = resample({ height: 20, width: 30, data: ramp }, height, width);
    assert.deepEqual([out.height, out.width, out.data.length], [height, width, height * width]);
    for (let y = 0; y < height; y++) {
      for (let x = 3; x < width - 3; x++) {
        // The pixel centre x + 1/2 of the new grid lies at (x + 1/2) 30 / width of the old one.
        const expected = (x + 0.5) * 30 / width - 0.5;
        assert(Math.abs(out.data[y * width + x] - expected) < 0.05, `${height} ${y} ${x}`);
      }
    }
  }
});
