/**
 * What a training run needs to go on exactly where it stopped.
 *
 * A checkpoint is one safetensors file: weights, optimiser moments and, as text in its metadata,
 * the configuration and the counters.
 *
 * @module
 */
import { type NdArray, realArray, toFloat32 } from "../array.ts";
import { restoreRun } from "../config/presets.ts";
import type { ResolvedRun } from "../config/resolved.ts";
import { FileFormatError } from "../errors.ts";
import { decodeSafetensors, encodeSafetensors } from "../io/safetensors.ts";

/** Counters of a run. */
export interface TrainingProgress {
  /** Epoch that is running, from 0. */
  readonly epoch: number;
  /** Steps of that epoch that are done. */
  readonly stepInEpoch: number;
  /** Updates done. */
  readonly updates: number;
  /** Sum of the losses of this epoch so far. */
  readonly lossSum: number;
  /** Best epoch loss and the epochs since. */
  readonly best: number;
  /** Epochs without a better loss. */
  readonly stale: number;
  /** State of the learning-rate curve. */
  readonly schedule: Readonly<Record<string, number>>;
}

/** Scales derived from the training data, needed again for inference. */
export interface ScalingStatistics {
  /** Factor from measured amplitude to network input. */
  readonly input_factor: number;
  /** Factor from normalised amplitude to sqrt(photons), S. */
  readonly physics_scale: number;
  /** Photons of the mean pattern. */
  readonly nphotons: number;
  /** Factor from the file's probe to the probe of the forward model. */
  readonly probe_factor: number;
}

/** A saved state. */
export interface Checkpoint {
  /** Configuration of the run. */
  readonly config: ResolvedRun;
  /** Scales of the data. */
  readonly scaling: ScalingStatistics;
  /** Weights under the names of the original system. */
  readonly weights: ReadonlyMap<string, NdArray>;
  /** Flat optimiser state and other tensors by name; empty in a file for inference only. */
  readonly state: ReadonlyMap<string, Float32Array>;
  /** Counters; undefined in a file for inference only. */
  readonly progress: TrainingProgress | undefined;
  /** Probe after training, (K, N, N) c64, as the forward model uses it. */
  readonly probe: NdArray;
  /** (2, N, N): mean and scale of each pixel of the network's input, where it is standardised. */
  readonly inputStatistics: NdArray | undefined;
}

const FORMAT = "ptychogpu-model/1";
const STATE = "state.", STATISTICS = "input_statistics";

/** Writes a checkpoint as safetensors. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const tensors = new Map<string, NdArray>(checkpoint.weights);
  for (const [name, values] of checkpoint.state) {
    tensors.set(STATE + name, realArray([values.length], values));
  }
  const { probe } = checkpoint;
  tensors.set("probe", realArray([...probe.shape, 2], toFloat32(probe)));
  if (checkpoint.inputStatistics !== undefined) {
    tensors.set(STATISTICS, checkpoint.inputStatistics);
  }
  return encodeSafetensors(tensors, {
    format: FORMAT,
    config: JSON.stringify(checkpoint.config),
    scaling: JSON.stringify(checkpoint.scaling),
    ...(checkpoint.progress === undefined ? {} : {
      progress: JSON.stringify({
        ...checkpoint.progress,
        best: String(checkpoint.progress.best),
      }),
    }),
  });
}

/** Reads a checkpoint. @throws {FileFormatError} if the file is not one of ours. */
export function decodeCheckpoint(bytes: Uint8Array, name: string): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  if (metadata.format !== FORMAT) {
    throw new FileFormatError(
      `Cannot load ${name} as its format is ${metadata.format ?? "unknown"}: ` +
        `a model written by this program (${FORMAT}) is needed`,
    );
  }
  const weights = new Map<string, NdArray>();
  const state = new Map<string, Float32Array>();
  let probe: NdArray | undefined;
  for (const [key, array] of tensors) {
    if (key.startsWith(STATE)) state.set(key.slice(STATE.length), toFloat32(array));
    else if (key === "probe") {
      probe = { shape: array.shape.slice(0, -1), dtype: "c64", data: array.data };
    } else if (key !== STATISTICS) weights.set(key, array);
  }
  if (probe === undefined) {
    throw new FileFormatError(`Cannot load ${name} as it holds no probe: train the model again`);
  }
  const progress = metadata.progress === undefined ? undefined : JSON.parse(metadata.progress);
  return {
    config: restoreRun(JSON.parse(metadata.config)),
    scaling: JSON.parse(metadata.scaling),
    weights,
    state,
    probe,
    inputStatistics: tensors.get(STATISTICS),
    progress: progress && { ...progress, best: Number(progress.best) },
  };
}
