import assert from "node:assert/strict";
import { complexArray, realArray } from "../../src/array.ts";
import { ShapeError } from "../../src/errors.ts";
import { diffractionScores, rootVariance } from "../../src/evaluation/diffraction_error.ts";
import { Random } from "../../src/random.ts";
import { scanFromArrays } from "../../src/scan/dataset.ts";
import { withGpu } from "../support/device.ts";
import { asArray, fileOf, sampled, smoothField } from "./images.ts";

const N = 16, height = 48, width = 52, origin = { y: -3.25, x: 4.5 };
const object = sampled(smoothField(11), height, width, origin);
const positions = Float64Array.of(12.3, 20.1, 15, 25.5, 20.75, 22, 25, 30.5, 17.2, 33.3);
const count = positions.length / 2;

function probeOf(modes: number): Float32Array {
  const data = new Float32Array(2 * modes * N * N), random = new Random(3);
  for (let m = 0; m < modes; m++) {
    for (let i = 0; i < N * N; i++) {
      const y = Math.floor(i / N) - N / 2, x = i % N - N / 2;
      const bell = 8 * Math.exp(-(y * y + x * x) / 12) * (m === 0 ? 1 : 0.3 * x);
      const angle = 0.03 * (y * y - x) + 0.1 * random.normal();
      data[2 * (m * N * N + i)] = bell * Math.cos(angle);
      data[2 * (m * N * N + i) + 1] = bell * Math.sin(angle);
    }
  }
  return data;
}

/** Amplitude of one pattern by the sum of the definition, float64. */
function predicted(probe: Float32Array, k: number): Float64Array {
  const intensity = new Float64Array(N * N), image = asArray(object).data as Float32Array;
  const top = positions[2 * k] - origin.y - N / 2, left = positions[2 * k + 1] - origin.x - N / 2;
  for (let m = 0; m < probe.length / (2 * N * N); m++) {
    const re = new Float64Array(N * N), im = new Float64Array(N * N);
    for (let i = 0; i < N * N; i++) {
      const y = top + Math.floor(i / N), x = left + i % N, y0 = Math.floor(y), x0 = Math.floor(x);
      let a = 0, b = 0;
      for (
        const [v, u, w] of [
          [y0, x0, (1 - y + y0) * (1 - x + x0)],
          [y0, x0 + 1, (1 - y + y0) * (x - x0)],
          [y0 + 1, x0, (y - y0) * (1 - x + x0)],
          [y0 + 1, x0 + 1, (y - y0) * (x - x0)],
        ]
      ) {
        a += w * image[2 * (v * width + u)];
        b += w * image[2 * (v * width + u) + 1];
      }
      const p = probe[2 * (m * N * N + i)], q = probe[2 * (m * N * N + i) + 1];
      re[i] = a * p - b * q;
      im[i] = a * q + b * p;
    }
    for (let v = 0; v < N; v++) {
      for (let u = 0; u < N; u++) {
        let a = 0, b = 0;
        for (let i = 0; i < N * N; i++) {
          const angle = -2 * Math.PI * ((v - N / 2) * Math.floor(i / N) + (u - N / 2) * (i % N)) /
            N;
          a += re[i] * Math.cos(angle) - im[i] * Math.sin(angle);
          b += re[i] * Math.sin(angle) + im[i] * Math.cos(angle);
        }
        intensity[v * N + u] += (a * a + b * b) / (N * N);
      }
    }
  }
  return intensity.map(Math.sqrt);
}

function close(actual: number, expected: number, what: string): void {
  assert.ok(
    Math.abs(actual - expected) <= 2e-4 * Math.abs(expected),
    `${what} ${actual} ${expected}`,
  );
}

for (const modes of [1, 2]) {
  Deno.test(`errors of patterns agree with sums by hand, ${modes} probe modes`, async () => {
    const probe = probeOf(modes), random = new Random(5);
    const F = Array.from({ length: count }, (_, k) => predicted(probe, k));
    // The data are 1.7 times as strong, with disturbances that are no counts.
    const A = F.map((f) => Float32Array.from(f, (v) => 1.7 * v * (1 + 0.2 * random.uniform())));
    const scan = scanFromArrays({
      name: "five",
      positions,
      probe: { modes, N, data: probe },
      patterns: Float32Array.from(A.flatMap((a) => [...a])),
    });
    const sum = (f: (F: number, A: number) => number): number =>
      F.reduce((s, row, k) => s + row.reduce((t, v, i) => t + f(v, A[k][i]), 0), 0);
    const s = sum((f, a) => f * a) / sum((f) => f * f), total = sum((_, a) => a * a);
    await withGpu(async (gpu) => {
      const done: number[] = [];
      for (const own of [true, false]) {
        const file = fileOf("run", object, {
          origin,
          ...(own ? { probe: complexArray([modes, N, N], probe) } : {}),
        });
        const made = await diffractionScores(gpu, file, scan, {
          batch: 2,
          onProgress: (n) => done.push(n),
        });
        assert.equal(made.probe, own ? "reconstruction" : "data");
        assert.equal(made.patterns, count);
        close(made.scale, s, "scale");
        close(made.energyRatio, sum((f) => f * f) / total, "energy");
        close(made.amplitudeError, sum((f, a) => (s * f - a) ** 2) / total, "error");
        close(made.rFactor, sum((f, a) => Math.abs(s * f - a)) / sum((_, a) => a), "R");
        close(made.intensityRFactor, sum((f, a) => Math.abs((s * f) ** 2 - a * a)) / total, "RI");
        const square = (v: ArrayLike<number>): number =>
          Array.from(v).reduce((t, x) => t + x * x, 0);
        const third = F[2].map((v, i) => s * v - A[2][i]);
        close(made.errors[2], square(third) / square(A[2]), "third pattern");
        assert.equal(made.noiseFloor, null);
        assert.equal(made.unmeasuredLight, 0);
      }
      assert.equal(done[done.length - 1], count);
      assert.ok(done.every((v, i) => i % 6 === 0 || v > done[i - 1]));
    });
  });
}

Deno.test("what the detector did not measure is no error", async () => {
  const probe = probeOf(1),
    mask = Uint8Array.from({ length: N * N }, (_, i) => i % 5 === 0 ? 0 : 1);
  const patterns = Float32Array.from(
    Array.from({ length: count }, (_, k) => [...predicted(probe, k)]).flat(),
    (v, i) => v * mask[i % (N * N)],
  );
  const scan = scanFromArrays({
    name: "masked",
    positions,
    probe: { modes: 1, N, data: probe },
    patterns,
  });
  await withGpu(async (gpu) => {
    const file = fileOf("run", object, { origin });
    const known = await diffractionScores(gpu, file, { ...scan, mask });
    assert.ok(known.amplitudeError < 1e-9 && known.rFactor < 1e-4, `${known.rFactor}`);
    assert.ok(Math.abs(known.energyRatio - 1) < 1e-4);
    const unknown = await diffractionScores(gpu, file, scan);
    assert.ok(unknown.amplitudeError > 0.05, `${unknown.amplitudeError}`);
  });
});

Deno.test("counts of the true object end at the floor of photon noise", async () => {
  const probe = probeOf(1).map((v) => 3 * v), random = new Random(7);
  const patterns = Float32Array.from(
    Array.from({ length: count }, (_, k) => [...predicted(probe, k)]).flat(),
    (v) => Math.sqrt(random.poisson(v * v)),
  );
  const scan = scanFromArrays({
    name: "counts",
    positions,
    probe: { modes: 1, N, data: probe },
    patterns,
  });
  await withGpu(async (gpu) => {
    const made = await diffractionScores(gpu, fileOf("run", object, { origin }), scan);
    assert.ok(made.noiseFloor !== null && made.noiseFloor > 0);
    const ratio = made.amplitudeError / made.noiseFloor;
    assert.ok(ratio > 0.85 && ratio < 1.15, `${ratio}`);
    assert.ok(Math.abs(made.scale - 1) < 0.02);
  });
});

Deno.test("light beside the measured object is counted; there the mean of the object stands in", async () => {
  const weights = new Float32Array(height * width).fill(1);
  const hole = { ...object, re: object.re.slice(), im: object.im.slice() };
  for (let i = 0; i < weights.length; i++) {
    if (i % width < 24) [weights[i], hole.re[i], hole.im[i]] = [0, 0, 0];
  }
  const probe = probeOf(1);
  const scan = scanFromArrays({
    name: "scan",
    positions,
    probe: { modes: 1, N, data: probe },
    patterns: Float32Array.from({ length: count * N * N }, (_, i) => 1 + i % 3),
  });
  const coverage = realArray([height, width], weights);
  await withGpu(async (gpu) => {
    const made = await diffractionScores(gpu, fileOf("run", hole, { origin, coverage }), scan);
    assert.ok(made.unmeasuredLight > 0.3 && made.unmeasuredLight < 0.95, `${made.unmeasuredLight}`);
    const dark = await diffractionScores(gpu, fileOf("run", hole, { origin }), scan);
    assert.equal(dark.unmeasuredLight, 0);
    assert.ok(dark.energyRatio < made.energyRatio, "the mean is not dark");
    await assert.rejects(
      () => diffractionScores(gpu, fileOf("lost", object), scan),
      (error) =>
        error instanceof ShapeError && /does not say where.*canvas_origin_xy/.test(error.message),
    );
    const small = complexArray([1, 8, 8], new Float32Array(128).fill(1));
    await assert.rejects(
      () => diffractionScores(gpu, fileOf("run", object, { origin, probe: small }), scan),
      /probe of run is 8 x 8.*--crop-to/,
    );
  });
});

Deno.test("variance of the root of counts: few photons, many, and where the series takes over", () => {
  // P(0) m + P(1) (1 - sqrt m)^2 + ... for m = 0.01, three terms.
  const m = 0.01, root = Math.sqrt(m);
  const few = Math.exp(-m) * (m + m * (1 - root) ** 2 + m * m / 2 * (Math.SQRT2 - root) ** 2);
  assert.ok(Math.abs(rootVariance(m) - few) < 1e-6);
  assert.ok(Math.abs(rootVariance(1e6) - 0.25) < 1e-6);
  assert.ok(Math.abs(rootVariance(39.999) - rootVariance(40.001)) < 1e-4);
  assert.equal(rootVariance(0), 0);
});
