/**
 * Scales of a data set: network input, photons, probe. Computed once, saved with the model.
 *
 * @module
 */
import type { RunConfig } from "../config/presets.ts";
import type { ModelConfig } from "../config/model.ts";
import { DatasetError } from "../errors.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import type { ScalingStatistics } from "./checkpoint.ts";

/** Patterns read at once while measuring. */
const CHUNK = 256;

/** Largest modulus of the object for which the energy-normalised probe is scaled, over two. */
function middleAmplitude(model: ModelConfig): number {
  return model.amp_activation === "sigmoid" && model.cnn_output_mode === "amp_phase"
    ? model.amp_scale / 2
    : 0.7;
}

/**
 * Derives the scales of a data set.
 *
 * Amplitudes are multiplied so that the mean pattern has energy (N/2)^2; a Poisson loss multiplies
 * them by S = sqrt(nphotons) / (N/2). The probe is scaled as `probe_normalization` says.
 *
 * @throws {DatasetError} if all patterns are empty.
 */
export async function deriveScaling(
  dataset: ScanDataset,
  config: RunConfig,
): Promise<ScalingStatistics> {
  const { N } = dataset;
  let energy = 0;
  for (let from = 0; from < dataset.count; from += CHUNK) {
    const length = Math.min(CHUNK, dataset.count - from);
    const patterns = await dataset.readDiffraction(Array.from({ length }, (_, i) => from + i));
    for (let i = 0; i < patterns.length; i++) energy += patterns[i] * patterns[i];
  }
  const mean = energy / dataset.count;
  if (!(mean > 0)) {
    throw new DatasetError("Cannot scale the data as all patterns are zero: check key diffraction");
  }
  const wanted = (N / 2) ** 2;
  const nphotons = config.training.nphotons ?? dataset.nphotons ?? mean;
  return {
    input_factor: Math.sqrt(wanted / mean),
    physics_scale: Math.sqrt(nphotons / wanted),
    nphotons,
    probe_factor: probeFactor(dataset, config.model, wanted),
  };
}

/** Factor from the file's probe to the probe of the forward model. */
export function probeFactor(dataset: ScanDataset, model: ModelConfig, wanted: number): number {
  const { data } = dataset.probe;
  const pixels = dataset.N ** 2;
  if (model.probe_normalization === "raw") return 1 / model.probe_scale;
  if (model.probe_normalization === "mean_abs") {
    let sum = 0;
    for (let i = 0; i < data.length; i += 2) sum += Math.hypot(data[i], data[i + 1]);
    return 1 / (model.probe_scale * sum / (data.length / 2));
  }
  let energy = 0;
  for (let i = 0; i < data.length; i++) energy += data[i] * data[i];
  if (!(energy > 0)) {
    throw new DatasetError(
      `Cannot scale the probe as all of its ${pixels} pixels are zero: check key probeGuess`,
    );
  }
  return Math.sqrt(wanted / energy) / middleAmplitude(model);
}
