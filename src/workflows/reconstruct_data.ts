/**
 * Data of an iterative reconstruction: patterns, masks, energies, coverage.
 *
 * @module
 */
import { type NdArray, realArray } from "../array.ts";
import { measureAgreement } from "../engines/measure.ts";
import { toSpectrumOrder } from "../engines/spectrum.ts";
import type { EngineState } from "../engines/state.ts";
import { ConfigError, DatasetError, GpuLimitError } from "../errors.ts";
import type { ScanDataset } from "../scan/dataset.ts";

/** What tells the data of one run from those of another. */
export interface DataMark {
  /** Patterns. */
  readonly patterns: number;
  /** N, px. */
  readonly size: number;
  /** Pixels of all patterns that count. */
  readonly valid: number;
  /** Sum of their intensity. */
  readonly energy: number;
}

/** Patterns as the engines keep them, their mean intensity and what tells them from others. */
export async function readMeasured(
  dataset: ScanDataset,
  mask: Uint8Array | undefined,
): Promise<{ measured: Float32Array; mean: Float64Array; mark: DataMark }> {
  const { N, count } = dataset, pixels = N * N;
  const measured = new Float32Array(count * pixels), mean = new Float64Array(pixels);
  const chunk = Math.max(1, Math.floor(2 ** 22 / pixels));
  let energy = 0, counted = 0;
  for (let from = 0; from < count; from += chunk) {
    const part = Math.min(chunk, count - from);
    const patterns = await dataset.readDiffraction(
      Uint32Array.from({ length: part }, (_, i) => from + i),
    );
    const valid = mask === undefined || mask.length === pixels
      ? mask
      : mask.subarray(from * pixels, (from + part) * pixels);
    for (let i = 0; i < patterns.length; i++) {
      if (valid !== undefined && valid[valid.length === pixels ? i % pixels : i] === 0) continue;
      if (Number.isNaN(patterns[i])) throw unfit(from + Math.floor(i / pixels), i % pixels, N);
      const intensity = patterns[i] ** 2;
      mean[i % pixels] += intensity / count;
      energy += intensity;
      counted++;
    }
    measured.set(toSpectrumOrder(patterns, N, valid), from * pixels);
  }
  return { measured, mean, mark: { patterns: count, size: N, valid: counted, energy } };
}

function unfit(pattern: number, at: number, size: number): DatasetError {
  const place = `${Math.floor(at / size)},${at % size}`;
  return new DatasetError(
    `Cannot use pattern ${pattern} as pixel ${place} (row,column) is negative or no number: name it ` +
      "with --bad-pixels or a --mask, or set it to 0",
  );
}

/** @throws {ConfigError} unless a run is resumed with the data it was made from. */
export function checkSameData(saved: DataMark, found: DataMark): void {
  const same = Object.entries(saved).every(([key, value]) =>
    found[key as keyof DataMark] === value
  );
  if (same) return;
  const text = ({ patterns, size, valid, energy }: DataMark): string =>
    `${patterns} patterns of ${size} x ${size}, ${valid} valid pixels, ${energy} counts`;
  throw new ConfigError(
    `Cannot resume as the data are not those of the run: ${text(saved)} then, ${
      text(found)
    } now; ` +
      "give the same --data, --subset, --crop-to, --bin, --mask and --bad-pixels",
  );
}

/** @throws {ConfigError} unless a mask fits the patterns and leaves something. */
export function checkMask(mask: Uint8Array | undefined, { N, count }: ScanDataset): void {
  if (mask === undefined) return;
  if (mask.length !== N * N && mask.length !== count * N * N) {
    throw new ConfigError(
      `Cannot use a mask of ${mask.length} pixels: ${N} x ${N}, or one for each of ${count} ` +
        "patterns, is needed (after cropping and binning)",
    );
  }
  if (!mask.some((v) => v !== 0)) {
    throw new ConfigError("Cannot use a mask that rejects every pixel: 1 marks valid pixels");
  }
}

/** @throws {GpuLimitError} if the canvas of a scan does not fit one binding of the device. */
export function checkCanvas(rows: number, columns: number, available: number): void {
  // Sums of the object hold four numbers a pixel.
  const bytes = 16 * rows * columns;
  if (bytes <= available) return;
  throw new GpuLimitError(
    `Cannot reconstruct an object of ${rows} x ${columns} pixels as it takes ${bytes} bytes and one ` +
      `binding of this device holds ${available}: xcoords and ycoords have to be in object pixels ` +
      "(and --canvas-margin small), otherwise cut the scan",
    "maxStorageBufferBindingSize",
    bytes,
    available,
  );
}

/** A probe of the mean measured energy, unless it is in the units of the data already. */
export function scaleToEnergy(probe: Float32Array, energy: number, keep: boolean): Float32Array {
  if (keep) return probe;
  let power = 0;
  for (const v of probe) power += v * v;
  if (!(power > 0)) throw new ConfigError("Cannot start from a probe of zeros: give another one");
  const factor = Math.sqrt(energy / power);
  return probe.map((v) => v * factor);
}

/** (rows, columns) sum of |P|^2 over the patterns, largest value of one |P|^2 = 1. */
export function coverageOf(state: EngineState, probe: Float32Array): NdArray {
  const { size, rows, columns, patterns } = state.shape, pixels = size * size;
  const intensity = new Float32Array(pixels);
  for (let i = 0; i < probe.length / 2; i++) {
    intensity[i % pixels] += probe[2 * i] ** 2 + probe[2 * i + 1] ** 2;
  }
  const peak = intensity.reduce((a, b) => Math.max(a, b), 1e-30);
  const out = new Float32Array(rows * columns);
  for (let p = 0; p < patterns; p++) {
    const row = state.corners[2 * p], column = state.corners[2 * p + 1];
    for (let y = 0; y < size; y++) {
      const to = (row + y) * columns + column;
      for (let x = 0; x < size; x++) out[to + x] += intensity[y * size + x] / peak;
    }
  }
  return realArray([rows, columns], out);
}

/** Scales the probe, or an object that was given, so that the predicted energy is the measured one. */
export async function matchEnergy(
  state: EngineState,
  object: Float32Array,
  givenObject: boolean,
): Promise<void> {
  const { predicted, measured } = await measureAgreement(state);
  if (!(predicted > 0)) {
    throw new ConfigError("Cannot start as object and probe predict dark patterns: try others");
  }
  const factor = Math.sqrt(measured / predicted);
  if (givenObject) state.gpu.write(state.object, object.map((v) => v * factor));
  else {
    const probe = await state.gpu.read(state.probe);
    state.gpu.write(state.probe, probe.map((v) => v * factor));
  }
}
