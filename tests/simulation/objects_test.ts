import assert from "node:assert/strict";
import { Random } from "../../src/random.ts";
import { gaussianBlur } from "../../src/scan/blur.ts";
import type { ComplexImage } from "../../src/scan/resize.ts";
import { fft2 } from "../../src/simulation/fourier.ts";
import { makeObject, OBJECT_KINDS } from "../../src/simulation/objects.ts";
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
      modulus[0] > 0 && modulus[1] <= 1.06 && modulus[1] - modulus[0] > 0.4,
      `${kind} ${modulus}`,
    );
    assert(phase[1] - phase[0] > 0.8, `${kind} ${phase}`);
    assert.deepEqual(object.data, makeObject(kind, 150, 120, 3).data);
    if (kind !== "demo") assert.notDeepEqual(object.data, makeObject(kind, 150, 120, 4).data);
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
