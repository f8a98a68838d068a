import assert from "node:assert/strict";
import type { NdArray } from "../../src/array.ts";
import { halfBit } from "../../src/image/frc.ts";
import { evaluateReconstruction } from "../../src/image/metrics.ts";
import { Random } from "../../src/random.ts";
import { derivedHalfBit, referenceScores, type Rows } from "./reference.ts";

interface Polar {
  amplitude: Rows;
  phase: Rows;
}

/** A (H, W) c128 array of modulus and angle. */
function complexOf({ amplitude, phase }: Polar): NdArray {
  const height = amplitude.length, width = amplitude[0].length;
  const data = new Float64Array(2 * height * width);
  amplitude.forEach((row, y) =>
    row.forEach((a, x) => {
      data[2 * (y * width + x)] = a * Math.cos(phase[y][x]);
      data[2 * (y * width + x) + 1] = a * Math.sin(phase[y][x]);
    })
  );
  return { shape: [height, width], dtype: "c128", data };
}

/** A random target and a prediction that shares a part of it. */
function pair(height: number, width: number, seed: number): [Polar, Polar] {
  const random = new Random(seed), share = 0.3 + 0.6 * random.uniform();
  const fill = (f: () => number): Rows =>
    Array.from({ length: height }, () => Array.from({ length: width }, f));
  const target = {
    amplitude: fill(() => 0.4 + random.uniform()),
    phase: fill(() => 2 * random.uniform() - 1),
  };
  const scale = 0.5 + 2 * random.uniform(), ramp = 0.01 * random.normal();
  const mix = (v: number, other: number): number => share * v + (1 - share) * other;
  return [target, {
    amplitude: target.amplitude.map((row) =>
      row.map((v) => scale * mix(v, 0.4 + random.uniform()))
    ),
    phase: target.phase.map((row, y) =>
      row.map((v, x) => mix(v, 2 * random.uniform() - 1) + 0.3 + ramp * (y - 2 * x))
    ),
  }];
}

// A fresh seed each run; it is in the name of a failure.
const fresh = crypto.getRandomValues(new Uint32Array(1))[0];

for (const [height, width] of [[11, 11], [16, 21], [27, 20], [34, 34]]) {
  for (const seed of [1, fresh]) {
    Deno.test(`all scores of ${height} x ${width} random images agree with a second reference`, () => {
      const [target, made] = pair(height, width, seed);
      const scores = evaluateReconstruction(complexOf(target), complexOf(made));
      const expected = referenceScores(target, made);
      (["amplitude", "phase"] as const).forEach((name, k) => {
        const { frc, ...numbers } = expected[name];
        for (const [key, value] of Object.entries(numbers)) {
          const actual = scores[key as keyof typeof numbers][k];
          assert.ok(
            Math.abs(actual - value) <= 1e-9 * Math.max(1, Math.abs(value)),
            `seed ${seed}: ${name} ${key} is ${actual}, reference ${value}`,
          );
        }
        const curve = k === 0 ? scores.frcAmplitude : scores.frcPhase;
        assert.equal(curve.length, frc.length);
        frc.forEach((value, ring) =>
          assert.ok(
            Math.abs(curve[ring] - value) < 1e-9,
            `seed ${seed}: ${name} ring ${ring} is ${curve[ring]}, reference ${value}`,
          )
        );
      });
    });
  }
}

Deno.test("the half-bit threshold is that of its derivation", () => {
  for (const n of [1, 4, 8, 32, 100, 1e4, 1e7]) {
    assert.ok(Math.abs(halfBit(n) - derivedHalfBit(n)) < 2e-4, `${n}`);
  }
});
