/**
 * Pictures of what a network in training reconstructs.
 *
 * @module
 */
import { toFloat64 } from "../array.ts";
import type { ExecutionConfig } from "../config/types.ts";
import { DatasetError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { enlarge, paint, percentileRange, type Picture, type ValueRange } from "../image/colors.ts";
import { type Grid, mapGrid, polarGrids } from "../image/grid.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import type { Checkpoint } from "../workflows/checkpoint.ts";
import { infer } from "../workflows/infer.ts";
import { evenlySpaced, type Preview, previewPatches } from "../workflows/previews.ts";
import { centredPhase, covered, phaseRange } from "./pictures.ts";

/** A complex image in two parts. */
interface Polar {
  readonly amplitude: Grid;
  readonly phase: Grid;
}

/** Fields that say what is recorded. */
export type ReconOptions = Pick<
  ExecutionConfig,
  | "recon_log_num_patches"
  | "recon_log_fixed_indices"
  | "recon_log_stitch"
  | "recon_log_max_stitch_samples"
>;

/**
 * Records patches, their patterns and, if wanted, the stitched object.
 *
 * Names are `patch_PP/amp_pred`, `phase_pred`, `diff_obs_logI`, `diff_pred_logI`, `diff_error_logI`
 * for each patch, `amp_gt`, `phase_gt`, `amp_error`, `phase_error` too where the file holds the true
 * patches, and `stitched/amplitude`, `stitched/phase`.
 *
 * @param record Receives each picture.
 * @throws {DatasetError} for fixed indices outside the scan.
 */
export async function logReconstructions(
  gpu: Gpu,
  dataset: ScanDataset,
  model: Checkpoint,
  options: ReconOptions,
  record: (name: string, picture: Picture) => Promise<void>,
): Promise<void> {
  const indices = options.recon_log_fixed_indices ??
    evenlySpaced(options.recon_log_num_patches, dataset.count);
  const previews = await previewPatches(gpu, dataset, model, indices);
  for (const [i, preview] of previews.entries()) {
    const folder = `patch_${String(i).padStart(2, "0")}`;
    const truth = await truePatch(dataset, preview.index);
    const compared = truth === undefined ? [] : truthPictures(preview, truth);
    for (const [name, picture] of [...patchPictures(preview), ...compared]) {
      await record(`${folder}/${name}`, picture);
    }
  }
  if (!options.recon_log_stitch) return;
  const limit = options.recon_log_max_stitch_samples;
  const shown = await infer(gpu, dataset, model, limit === null ? {} : { subsample: limit });
  const mask = covered(shown), { amplitude } = polarGrids(shown.object);
  const phase = centredPhase(shown.object, mask), range = phaseRange(phase, mask);
  const grey = percentileRange(amplitude, 0.01, mask);
  await record("stitched/amplitude", paint(amplitude, grey, "grey", mask));
  const map = range.high - range.low > 3 ? "cyclic" : "grey";
  await record("stitched/phase", paint(phase, range, map, mask));
}

/** The pictures of one patch, by name. */
function patchPictures(preview: Preview): [string, Picture][] {
  const { amplitude, phase } = polarGrids(preview.patch);
  const [height, width] = preview.measured.shape;
  const logIntensity = (array: Preview["measured"]): Grid =>
    mapGrid({ height, width, data: toFloat64(array) }, (value) => Math.log1p(value * value));
  const observed = logIntensity(preview.measured), predicted = logIntensity(preview.predicted);
  const error = { ...observed, data: observed.data.map((v, i) => Math.abs(v - predicted.data[i])) };
  // Measured and predicted share one scale, so that they can be compared by eye.
  const scale = widest(percentileRange(observed, 0), percentileRange(predicted, 0));
  const full = { low: -Math.PI, high: Math.PI };
  return [
    ["amp_pred", small(paint(amplitude, percentileRange(amplitude, 0.01), "grey"))],
    ["phase_pred", small(paint(phase, full, "cyclic"))],
    ["diff_obs_logI", small(paint(observed, scale, "heat"))],
    ["diff_pred_logI", small(paint(predicted, scale, "heat"))],
    ["diff_error_logI", small(paint(error, percentileRange(error, 0), "heat"))],
  ];
}

/** The true patch of a pattern, if the file holds one that can be used. */
async function truePatch(dataset: ScanDataset, index: number): Promise<Polar | undefined> {
  const { N } = dataset;
  try {
    const labels = await dataset.readLabels?.([index]);
    if (labels === undefined) return undefined;
    const grid = (values: Float32Array): Grid => ({
      height: N,
      width: N,
      data: Float64Array.from(values),
    });
    return { amplitude: grid(labels.amplitude), phase: grid(labels.phase) };
  } catch (error) {
    // Labels are not needed here: that they are unfit is the matter of those who learn from them.
    if (error instanceof DatasetError) return undefined;
    throw error;
  }
}

/** The true patch, and how far the predicted one is from it; a common phase does not count. */
function truthPictures(preview: Preview, truth: Polar): [string, Picture][] {
  const { amplitude, phase } = polarGrids(preview.patch);
  const difference = phase.data.map((angle, i) => angle - truth.phase.data[i]);
  let re = 0, im = 0;
  difference.forEach((angle) => {
    re += Math.cos(angle);
    im += Math.sin(angle);
  });
  const common = Math.atan2(im, re), full = { low: -Math.PI, high: Math.PI };
  const off = amplitude.data.map((value, i) => Math.abs(value - truth.amplitude.data[i]));
  const turned = difference.map((angle) =>
    Math.abs(Math.atan2(Math.sin(angle - common), Math.cos(angle - common)))
  );
  // Fixed scales, so that pictures of different epochs can be compared.
  const error = (data: Float64Array, high: number): Picture =>
    small(paint({ ...amplitude, data }, { low: 0, high }, "heat"));
  const grey = percentileRange(truth.amplitude, 0.01);
  return [
    ["amp_gt", small(paint(truth.amplitude, grey, "grey"))],
    ["phase_gt", small(paint(truth.phase, full, "cyclic"))],
    ["amp_error", error(off, Math.max(grey.high, 1e-6))],
    ["phase_error", error(turned, Math.PI)],
  ];
}

function widest(a: ValueRange, b: ValueRange): ValueRange {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

/** Small pictures are easier to see doubled. */
function small(picture: Picture): Picture {
  return picture.width < 128 ? enlarge(picture, 2) : picture;
}
