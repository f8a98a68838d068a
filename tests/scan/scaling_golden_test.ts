import assert from "node:assert/strict";
import {
  amplitudeFactor,
  countStatistics,
  groupStatistics,
  intensityScale,
  maxFactor,
  parsevalFactors,
  PatternStatistics,
  patternStatistics,
} from "../../src/scan/normalization.ts";
import {
  normalizeProbeByMean,
  normalizeProbeEnergy,
  type Probe,
  softDiskMask,
} from "../../src/scan/probe.ts";
import { assertClose } from "../support/close.ts";
import { goldenDir } from "../support/golden_path.ts";
import { readArrays } from "./open_golden_arrays.ts";

const dir = goldenDir();

Deno.test({
  name: "golden: pattern factors",
  ignore: dir === undefined,
  fn: async () => {
    const { numbers } = await readArrays(new URL("c4_scaling.npz", dir));
    const N = 64, amplitude = numbers("amplitude");
    const all = patternStatistics(amplitude, N);
    const same = (key: string, values: number[]): void =>
      assertClose(key, values, numbers(key), 2e-7);
    assertClose("amplitude", numbers("counts").map(Math.sqrt), amplitude, 2e-7);
    const factor = amplitudeFactor(all);
    same("cli_training_normalization_scale", [factor]);
    const normalized = amplitude.map((v) => v * factor);
    assertClose("normalized_amplitude", normalized, numbers("normalized_amplitude"), 2e-7);
    same("rms_parseval_batch", [parsevalFactors(all).rms]);
    same("physics_parseval_batch", [parsevalFactors(all).physics]);
    same("max_batch", [maxFactor(all)]);
    const groups = groupStatistics(amplitude, N, 4);
    same("rms_parseval_group", groups.map((g) => parsevalFactors(g).rms));
    same("physics_parseval_group", groups.map((g) => parsevalFactors(g).physics));
    same("max_group", groups.map(maxFactor));
    const statistics = patternStatistics(numbers("normalized_amplitude"), N);
    same("intensity_scale_1e5", [intensityScale(statistics, 1e5)]);
    same("intensity_scale_1e9", [intensityScale(statistics, 1e9)]);
    const counts = countStatistics(patternStatistics(numbers("counts"), N));
    same("ci_rms_input_scale", [counts.rmsInputScale]);
    same("ci_mean_measured_intensity", [counts.meanMeasuredIntensity]);
    const streamed = new PatternStatistics(N);
    for (const [from, to] of [[0, 5], [5, 12]]) {
      streamed.add(amplitude.subarray(from * N * N, to * N * N));
    }
    assert.equal(streamed.patterns, 12);
    assert(Math.abs(amplitudeFactor(streamed) / factor - 1) < 1e-14);
  },
});

Deno.test({
  name: "golden: probe factors and masks",
  ignore: dir === undefined,
  fn: async () => {
    const { numbers } = await readArrays(new URL("c4_scaling.npz", dir));
    const probe = (key: string, modes: number): Probe => ({
      modes,
      N: 64,
      data: Float32Array.from(numbers(key)),
    });
    const single = probe("probe", 1), pair = probe("probe_modes", 2);
    const cases = [
      [normalizeProbeByMean(single, 4), "probe_like_tf", "probe_like_tf_factor"],
      [
        normalizeProbeByMean(single, 4, softDiskMask(64)),
        "probe_like_tf_masked",
        "probe_like_tf_masked_factor",
      ],
      [normalizeProbeByMean(pair, 2), "probe_modes_like_tf_scale2", "probe_modes_factor"],
      [normalizeProbeEnergy(single), "probe_unit_energy", "probe_unit_energy_factor"],
    ] as const;
    for (const [scaled, key, factorKey] of cases) {
      assertClose(factorKey, [scaled.factor], numbers(factorKey), 5e-7);
      assertClose(key, scaled.probe.data, numbers(key), 5e-7);
    }
    const masks = [
      ["soft_mask_n64_ddef_s1", softDiskMask(64)],
      ["soft_mask_n64_d40_s2", softDiskMask(64, 40, 2)],
      ["soft_mask_n32_ddef_s0", softDiskMask(32, null, 0)],
    ] as const;
    for (const [key, mask] of masks) assertClose(key, mask, numbers(key), 5e-7);
  },
});
