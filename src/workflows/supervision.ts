/**
 * Labels of a supervised run: checked before anything is computed, read with each batch.
 *
 * @module
 */
import type { RunConfig } from "../config/presets.ts";
import { DatasetError } from "../errors.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import { LABEL_KEYS, type PatchLabels } from "../scan/labels.ts";

/** What one step is computed from. */
export interface Batch {
  /** (B, C, N, N) normalised amplitudes. */
  readonly patterns: Float32Array;
  /** (B, C, N, N) truth patches, for a supervised model. */
  readonly labels: PatchLabels | undefined;
}

/**
 * Refuses a supervised run on data without usable labels (DATA-SUP-001); other runs pass.
 *
 * @throws {DatasetError} with both remedies: labelled data, or a model that learns without.
 */
export async function checkLabels(config: RunConfig, dataset: ScanDataset): Promise<void> {
  if (config.model.model_type !== "supervised") return;
  if (dataset.readLabels === undefined) {
    throw new DatasetError(
      `Cannot train a supervised model on ${dataset.name} as it holds no labels: ` +
        `store ${LABEL_KEYS} (ptychogpu simulate --labels object makes them), or use ` +
        "model_type pinn, which needs none",
    );
  }
  await dataset.readLabels([0]);
}

/** Labels of some patterns for a supervised run, undefined for others. */
export function labelsFor(
  config: RunConfig,
  dataset: ScanDataset,
  indices: ArrayLike<number>,
): Promise<PatchLabels | undefined> {
  const supervised = config.model.model_type === "supervised";
  return (supervised ? dataset.readLabels?.(indices) : undefined) ?? Promise.resolve(undefined);
}
