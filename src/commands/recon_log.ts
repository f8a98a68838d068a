/**
 * Pictures of what a network in training reconstructs.
 *
 * @module
 */
import { toFloat64 } from "../array.ts";
import type { ExecutionConfig } from "../config/types.ts";
import type { Gpu } from "../gpu/device.ts";
import { enlarge, paint, percentileRange, type Picture, type ValueRange } from "../image/colors.ts";
import { type Grid, mapGrid, polarGrids } from "../image/grid.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import type { Checkpoint } from "../workflows/checkpoint.ts";
import { infer } from "../workflows/infer.ts";
import { evenlySpaced, type Preview, previewPatches } from "../workflows/previews.ts";
import { centredPhase, covered, phaseRange } from "./pictures.ts";

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
 * for each patch, and `stitched/amplitude`, `stitched/phase`.
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
    for (const [name, picture] of patchPictures(preview)) {
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

function widest(a: ValueRange, b: ValueRange): ValueRange {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

/** Small pictures are easier to see doubled. */
function small(picture: Picture): Picture {
  return picture.width < 128 ? enlarge(picture, 2) : picture;
}
