/**
 * What an iterative reconstruction needs to go on exactly where it stopped: one safetensors file.
 *
 * @module
 */
import { type NdArray, realArray, toFloat32, toFloat64 } from "../array.ts";
import type { Placement } from "../engines/state.ts";
import { FileFormatError } from "../errors.ts";
import { decodeSafetensors, encodeSafetensors } from "../io/safetensors.ts";
import type { DataMark } from "./reconstruct_data.ts";
import type { ReconstructProgress, ReconstructSettings } from "./reconstruct_settings.ts";

/** A saved state; images are interleaved complex. */
export interface ReconstructCheckpoint {
  /** Settings of the run. */
  readonly settings: ReconstructSettings;
  /** Data it was made from. */
  readonly data: DataMark;
  /** Counters. */
  readonly progress: ReconstructProgress;
  /** Canvas. */
  readonly placement: Placement;
  /** (P, 2) positions, px. */
  readonly positions: Float64Array;
  /** (rows, columns). */
  readonly object: Float32Array;
  /** (K, N, N). */
  readonly probe: Float32Array;
  /** Object of the lowest error. */
  readonly bestObject: Float32Array;
  /** Probe of the lowest error. */
  readonly bestProbe: Float32Array;
  /** What the engine keeps between sweeps. */
  readonly engine: ReadonlyMap<string, Float32Array>;
}

const FORMAT = "ptychogpu-reconstruction/1";
const IMAGES = ["object", "probe", "bestObject", "bestProbe"] as const;
const ENGINE = "engine.";

/** Writes a checkpoint. */
export function encodeReconstruction(checkpoint: ReconstructCheckpoint): Uint8Array {
  const { positions, progress } = checkpoint;
  const tensors = new Map<string, NdArray>([
    ["positions", { shape: [positions.length / 2, 2], dtype: "f64", data: positions }],
  ]);
  for (const name of IMAGES) {
    tensors.set(name, realArray([checkpoint[name].length], checkpoint[name]));
  }
  for (const [name, values] of checkpoint.engine) {
    tensors.set(ENGINE + name, realArray([values.length], values));
  }
  return encodeSafetensors(tensors, {
    format: FORMAT,
    settings: JSON.stringify(checkpoint.settings),
    data: JSON.stringify(checkpoint.data),
    placement: JSON.stringify(checkpoint.placement),
    progress: JSON.stringify({
      ...progress,
      best: String(progress.best),
      mark: String(progress.mark),
    }),
  });
}

/** Reads a checkpoint. @throws {FileFormatError} if the file is not one of ours. */
export function decodeReconstruction(bytes: Uint8Array, name: string): ReconstructCheckpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  if (metadata.format !== FORMAT) {
    throw new FileFormatError(
      `Cannot resume from ${name} as its format is ${metadata.format ?? "unknown"}: ` +
        `a checkpoint of reconstruct (${FORMAT}) is needed`,
    );
  }
  const find = (key: string): NdArray => {
    const array = tensors.get(key);
    if (array === undefined) {
      throw new FileFormatError(`Cannot resume from ${name} as ${key} is missing: start anew`);
    }
    return array;
  };
  const engine = new Map<string, Float32Array>();
  for (const [key, array] of tensors) {
    if (key.startsWith(ENGINE)) engine.set(key.slice(ENGINE.length), toFloat32(array));
  }
  for (const key of ["settings", "data", "placement", "progress"]) {
    if (metadata[key] === undefined) {
      throw new FileFormatError(`Cannot resume from ${name} as ${key} is missing: start anew`);
    }
  }
  const progress = JSON.parse(metadata.progress);
  return {
    settings: JSON.parse(metadata.settings),
    data: JSON.parse(metadata.data),
    placement: JSON.parse(metadata.placement),
    progress: { ...progress, best: Number(progress.best), mark: Number(progress.mark) },
    positions: toFloat64(find("positions")),
    object: toFloat32(find("object")),
    probe: toFloat32(find("probe")),
    bestObject: toFloat32(find("bestObject")),
    bestProbe: toFloat32(find("bestProbe")),
    engine,
  };
}
