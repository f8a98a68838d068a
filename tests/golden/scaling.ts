import { toFloat64 } from "../../src/array.ts";
import {
  amplitudeFactor,
  countStatistics,
  groupStatistics,
  intensityScale,
  maxFactor,
  parsevalFactors,
  patternStatistics,
} from "../../src/scan/normalization.ts";
import {
  normalizeProbeByMean,
  normalizeProbeEnergy,
  type Probe,
  softDiskMask,
} from "../../src/scan/probe.ts";
import { type CheckResult, compareRelative } from "./check.ts";
import type { GoldenContext } from "./kinds.ts";
import { limit, onlyFields } from "./recorded.ts";

/** Every factor of the normalisation, every probe scale, every mask of a file. */
export async function scalingCase(context: GoldenContext): Promise<CheckResult[]> {
  onlyFields(context.config, [], "config");
  const data = await context.read(context.files.data);
  const tolerance = limit(context.tolerance, "relative");
  const results: CheckResult[] = [];
  const numbers = (key: string): Float64Array => toFloat64(data.need(key));
  const check = (key: string, actual: ArrayLike<number>): void => {
    if (data.has(key)) results.push(compareRelative(key, actual, numbers(key), tolerance));
  };
  const shape = data.need("amplitude").shape, N = shape.at(-1)!;
  const amplitude = numbers("amplitude"), all = patternStatistics(amplitude, N);
  check("amplitude", numbers("counts").map(Math.sqrt));
  const factor = amplitudeFactor(all);
  check("cli_training_normalization_scale", [factor]);
  check("normalized_amplitude", amplitude.map((v) => v * factor));
  check("rms_parseval_batch", [parsevalFactors(all).rms]);
  check("physics_parseval_batch", [parsevalFactors(all).physics]);
  check("max_batch", [maxFactor(all)]);
  const perGroup = shape[0] / (data.get("rms_parseval_group")?.shape[0] ?? shape[0]);
  const groups = groupStatistics(amplitude, N, perGroup);
  check("rms_parseval_group", groups.map((g) => parsevalFactors(g).rms));
  check("physics_parseval_group", groups.map((g) => parsevalFactors(g).physics));
  check("max_group", groups.map(maxFactor));
  const normalized = patternStatistics(numbers("normalized_amplitude"), N);
  const counts = countStatistics(patternStatistics(numbers("counts"), N));
  check("ci_rms_input_scale", [counts.rmsInputScale]);
  check("ci_mean_measured_intensity", [counts.meanMeasuredIntensity]);
  const probe = (key: string): Probe => {
    const side = data.need(key).shape.at(-1)!, values = Float32Array.from(numbers(key));
    return { modes: values.length / (2 * side * side), N: side, data: values };
  };
  const scaled = (
    made: { probe: Probe; factor: number },
    key: string,
    factorKey: string,
  ): void => {
    check(key, made.probe.data);
    check(factorKey, [made.factor]);
  };
  const single = probe("probe"), mask = softDiskMask(single.N);
  scaled(normalizeProbeByMean(single, 4), "probe_like_tf", "probe_like_tf_factor");
  scaled(
    normalizeProbeByMean(single, 4, mask),
    "probe_like_tf_masked",
    "probe_like_tf_masked_factor",
  );
  scaled(normalizeProbeEnergy(single), "probe_unit_energy", "probe_unit_energy_factor");
  for (const key of data.keys()) {
    const photons = /^intensity_scale_(.+)$/.exec(key);
    if (photons !== null) check(key, [intensityScale(normalized, Number(photons[1]))]);
    const soft = /^soft_mask_n(\d+)_d(def|[\d.]+)_s([\d.]+)$/.exec(key);
    if (soft !== null) {
      const diameter = soft[2] === "def" ? null : Number(soft[2]);
      check(key, softDiskMask(Number(soft[1]), diameter, Number(soft[3])));
    }
    const modes = /^probe_modes_like_tf_scale([\d.]+)$/.exec(key);
    if (modes !== null) {
      const made = normalizeProbeByMean(probe("probe_modes"), Number(modes[1]));
      scaled(made, key, "probe_modes_factor");
    }
  }
  return results;
}
