import assert from "node:assert/strict";
import {
  amplitudeFactor,
  intensityScale,
  PatternStatistics,
  patternStatistics,
} from "../../src/scan/normalization.ts";
import {
  hardDiskMask,
  normalizeProbeByMean,
  normalizeProbeEnergy,
  probeEnergy,
  softDiskMask,
} from "../../src/scan/probe.ts";
import { randomValues } from "../support/close.ts";

Deno.test("normalised amplitudes have mean energy (N/2)^2 and scale sqrt(nphotons) / (N/2)", () => {
  const N = 16, patterns = randomValues(5 * N * N, 3).map(Math.abs);
  const factor = amplitudeFactor(patternStatistics(patterns, N));
  const normalized = patternStatistics(patterns.map((v) => v * factor), N);
  assert(Math.abs(normalized.meanEnergy - 64) < 1e-4);
  assert(Math.abs(intensityScale(normalized, 1e9) - Math.sqrt(1e9) / 8) < 1e-2);
});

Deno.test("sums are float64: values that overflow 16-bit squares and float32 sums", () => {
  const statistics = patternStatistics(new Uint16Array(64 * 64).fill(60000), 64);
  assert.equal(statistics.meanEnergy, 4096 * 3.6e9);
  assert.equal(statistics.meanValue, 60000);
});

Deno.test("zero patterns, zero photons, broken patterns and zero probes are refused", () => {
  assert.throws(() => amplitudeFactor(patternStatistics(new Float32Array(64), 8)), /all zero/);
  assert.throws(() => amplitudeFactor(new PatternStatistics(8)), /empty/);
  assert.throws(() => intensityScale(patternStatistics([1, 1, 1, 1], 2), 0), /nphotons is 0/);
  assert.throws(() => new PatternStatistics(8).add(new Float32Array(65)), /65 values/);
  const zero = { modes: 1, N: 8, data: new Float32Array(128) };
  assert.throws(() => normalizeProbeByMean(zero, 4), /probeGuess.*zero/);
  assert.throws(() => normalizeProbeEnergy(zero), /probeGuess.*zero/);
});

Deno.test("probe normalisation is joint over modes and leaves the given probe alone", () => {
  const data = randomValues(2 * 2 * 64, 1), kept = data.slice();
  const probe = { modes: 2, N: 8, data };
  const { probe: scaled, factor } = normalizeProbeByMean(probe, 4);
  let mean = 0;
  for (let i = 0; i < 128; i++) {
    mean += Math.hypot(scaled.data[2 * i], scaled.data[2 * i + 1]) / 128;
  }
  assert(Math.abs(mean - 0.25) < 1e-6 && factor > 0);
  assert.deepEqual(data, kept);
  assert(Math.abs(probeEnergy(normalizeProbeEnergy(probe, 9).probe) - 9) < 1e-5);
  assert.throws(() => normalizeProbeByMean(probe, 4, new Float32Array(63)), /63 weights/);
});

Deno.test("masks are disks around the point between the four middle pixels", () => {
  const hard = hardDiskMask(16);
  for (let y = 0; y < 16; y++) {
    for (let x = 0; x < 16; x++) {
      assert.equal(hard[y * 16 + x], Math.hypot(y - 7.5, x - 7.5) <= 4 ? 1 : 0);
      assert.equal(hard[y * 16 + x], hard[x * 16 + 15 - y]);
    }
  }
  const soft = softDiskMask(32, 20, 1.5);
  assert.equal(Math.max(...soft), 1);
  assert(soft[15 * 32 + 5] > 0.2 && soft[15 * 32 + 5] < 0.8, "edge");
  assert.equal(soft[0], 0);
  assert.throws(() => softDiskMask(32, 0.5), /probe_mask_diameter/);
});
