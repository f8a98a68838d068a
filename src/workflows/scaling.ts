/**
 * Scales of a data set: network input, photons, probe. Computed once, saved with the model.
 *
 * @module
 */
import { type NdArray, realArray } from "../array.ts";
import type { RunConfig } from "../config/presets.ts";
import type { ModelConfig } from "../config/model.ts";
import { DatasetError } from "../errors.ts";
import { emptyComplex, fourier2 } from "../image/fourier.ts";
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
  const share = seenShare(dataset);
  const stored = dataset.nphotons === undefined ? undefined : dataset.nphotons * share;
  const nphotons = config.training.nphotons ?? stored ?? mean;
  return {
    input_factor: Math.sqrt(wanted / mean),
    physics_scale: Math.sqrt(nphotons / wanted),
    nphotons,
    probe_factor: probeFactor(dataset, config.model, wanted / share),
  };
}

/**
 * Mean and scale of every pixel of the normalised amplitudes, for a standardised input.
 *
 * The scale is 1 / sqrt(variance + v), v the variance that photon noise alone gives a square root of
 * counts (1/4): pixels that hold only noise are not blown up.
 *
 * @returns (2, N, N) f32.
 */
export async function deriveInputStatistics(
  dataset: ScanDataset,
  inputFactor: number,
): Promise<NdArray> {
  const { N, count } = dataset, pixels = N * N;
  const sum = new Float64Array(pixels), squares = new Float64Array(pixels);
  for (let from = 0; from < count; from += CHUNK) {
    const length = Math.min(CHUNK, count - from);
    const patterns = await dataset.readDiffraction(Array.from({ length }, (_, i) => from + i));
    for (let i = 0; i < patterns.length; i++) {
      const value = patterns[i] * inputFactor;
      sum[i % pixels] += value;
      squares[i % pixels] += value * value;
    }
  }
  const out = new Float32Array(2 * pixels), noise = (inputFactor / 2) ** 2;
  for (let i = 0; i < pixels; i++) {
    const mean = sum[i] / count, variance = Math.max(0, squares[i] / count - mean * mean);
    out[i] = mean;
    out[pixels + i] = 1 / Math.sqrt(variance + noise);
  }
  return realArray([2, N, N], out);
}

/** Share of the light of the probe that the mask lets through, as if there were no object. */
function seenShare({ mask, probe: { N, modes, data } }: ScanDataset): number {
  if (mask === undefined) return 1;
  let seen = 0, all = 0;
  for (let mode = 0; mode < modes; mode++) {
    const field = emptyComplex(N, N);
    for (let i = 0; i < N * N; i++) {
      field.re[i] = data[2 * (mode * N * N + i)];
      field.im[i] = data[2 * (mode * N * N + i) + 1];
    }
    const wave = fourier2(field), half = N >> 1;
    for (let i = 0; i < N * N; i++) {
      const power = wave.re[i] ** 2 + wave.im[i] ** 2;
      const at = ((Math.floor(i / N) + half) % N) * N + (i + half) % N;
      all += power;
      if (mask[at] !== 0) seen += power;
    }
  }
  // A beam that is stopped completely says nothing about what the object scatters.
  return all > 0 ? Math.max(0.05, seen / all) : 1;
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
