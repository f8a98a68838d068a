/**
 * A model as it is kept: a checkpoint for inference whose scales may still be open.
 *
 * @module
 */
import type { NdArray } from "../array.ts";
import type { ResolvedRun } from "../config/resolved.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import type { Checkpoint, ScalingStatistics } from "../workflows/checkpoint.ts";
import { EXTRA_NAMES, modelProbe } from "../workflows/pinn.ts";
import { deriveScaling } from "../workflows/scaling.ts";
import { NETWORK_PREFIX } from "./network_shape.ts";

/** Everything an archive holds of a model. */
export interface SavedModel {
  /** Configuration of the run. */
  readonly config: ResolvedRun;
  /** Weights under the names of the original system. */
  readonly weights: ReadonlyMap<string, NdArray>;
  /** Scales of the training data; undefined if they are to be measured on the data at inference. */
  readonly scaling: ScalingStatistics | undefined;
  /** Factor from measured amplitude to network input where it is known but `scaling` is not. */
  readonly inputFactor: number | undefined;
  /** Probe of the forward model, (K, N, N) c64; undefined: the one of the data at inference. */
  readonly probe: NdArray | undefined;
  /** (2, N, N) mean and scale of the network's input, where it is standardised. */
  readonly inputStatistics: NdArray | undefined;
}

/** What of a checkpoint goes into an archive. */
export function savedModel(checkpoint: Checkpoint): SavedModel {
  const { config, weights, scaling, probe, inputStatistics } = checkpoint;
  return { config, weights, scaling, probe, inputStatistics, inputFactor: undefined };
}

/** Whether a weight is needed to go from diffraction to the object. */
export function isInferenceWeight(name: string): boolean {
  return name.startsWith(NETWORK_PREFIX) || name === EXTRA_NAMES.logScale;
}

/**
 * A model ready for inference: scales and probe that it does not bring come from the data.
 *
 * @throws {DatasetError} if the data cannot give them.
 */
export async function completeModel(model: SavedModel, dataset: ScanDataset): Promise<Checkpoint> {
  let scaling = model.scaling;
  if (scaling === undefined) {
    const measured = await deriveScaling(dataset, model.config);
    scaling = { ...measured, input_factor: model.inputFactor ?? measured.input_factor };
  }
  return {
    config: model.config,
    weights: model.weights,
    scaling,
    probe: model.probe ?? modelProbe(dataset, model.config, scaling),
    inputStatistics: model.inputStatistics,
    state: new Map(),
    progress: undefined,
  };
}
