/**
 * Grouped data: what a network is trained on, by the key names of the original system.
 *
 * @module
 */
import { complexArray, type NdArray, realArray } from "../array.ts";
import type { RunConfig } from "../config/presets.ts";
import { cutPatch } from "../simulation/patches.ts";
import { tabulate } from "../workflows/groups.ts";
import { deriveScaling } from "../workflows/scaling.ts";
import { type IngestedData, objectArray } from "./raw_data.ts";

/**
 * B groups of C patterns. Coordinates are (x, y), px; `start` are the nominal ones; relative
 * coordinates are group centre minus position.
 */
export interface GroupedData {
  /** (B, C, N, N) f32 measured amplitudes. */
  readonly diffraction: NdArray;
  /** (B, C, N, N) f32 amplitudes of the network: the mean pattern has energy (N/2)^2. */
  readonly X_full: NdArray;
  /** (B, C, N, N) c64 truth patches, or patches of the object; null if neither is known. */
  readonly Y: NdArray | null;
  /** (B, 1, 1, 2) f32 centre of each group. */
  readonly coords_offsets: NdArray;
  /** (B, C, 1, 2) f32 centre minus position. */
  readonly coords_relative: NdArray;
  /** (B, 1, 1, 2) f32, nominal. */
  readonly coords_start_offsets: NdArray;
  /** (B, C, 1, 2) f32, nominal. */
  readonly coords_start_relative: NdArray;
  /** (B, C, 1, 2) f32 positions of the members. */
  readonly coords_nn: NdArray;
  /** (B, C, 1, 2) f32, nominal. */
  readonly coords_start_nn: NdArray;
  /** (B, C) i32 numbers of the members in the scan. */
  readonly nn_indices: NdArray;
  /** (H, W) c64 object; null if it is not known. */
  readonly objectGuess: NdArray | null;
}

/**
 * Makes the groups of a run.
 *
 * @throws {RangeError} if there are too few positions for them.
 */
export async function groupData(data: IngestedData, config: RunConfig): Promise<GroupedData> {
  const { dataset, nominal, object } = data, { N, positions } = dataset;
  const { indices, count: B, channels: C } = tabulate(dataset, config);
  const patterns = await dataset.readDiffraction(indices);
  const { input_factor } = await deriveScaling(dataset, config);
  const places = coordinates(positions, indices, B, C), start = coordinates(nominal, indices, B, C);
  const images = [B, C, N, N], size = 2 * N * N;
  let truth: Float32Array | undefined;
  if (dataset.readLabels !== undefined) {
    const { amplitude, phase } = await dataset.readLabels(indices);
    truth = new Float32Array(2 * amplitude.length);
    for (let i = 0; i < amplitude.length; i++) {
      truth[2 * i] = amplitude[i] * Math.cos(phase[i]);
      truth[2 * i + 1] = amplitude[i] * Math.sin(phase[i]);
    }
  } else if (object !== undefined) {
    truth = new Float32Array(indices.length * size);
    for (let i = 0; i < indices.length; i++) {
      const p = 2 * indices[i];
      truth.set(cutPatch(object, positions[p], positions[p + 1], N), i * size);
    }
  }
  return {
    diffraction: realArray(images, patterns),
    X_full: realArray(images, patterns.map((v) => v * input_factor)),
    Y: truth === undefined ? null : complexArray(images, truth),
    coords_offsets: places.offsets,
    coords_relative: places.relative,
    coords_start_offsets: start.offsets,
    coords_start_relative: start.relative,
    coords_nn: places.members,
    coords_start_nn: start.members,
    nn_indices: { shape: [B, C], dtype: "i32", data: Int32Array.from(indices) },
    objectGuess: object === undefined ? null : objectArray(object),
  };
}

function coordinates(
  positions: Float64Array,
  indices: Uint32Array,
  B: number,
  C: number,
): { members: NdArray; offsets: NdArray; relative: NdArray } {
  const members = new Float32Array(2 * B * C), relative = new Float32Array(2 * B * C);
  const offsets = new Float32Array(2 * B);
  for (let b = 0; b < B; b++) {
    for (const axis of [0, 1]) {
      // x is the second of a stored pair (y, x).
      const at = (c: number): number => positions[2 * indices[b * C + c] + 1 - axis];
      let mean = 0;
      for (let c = 0; c < C; c++) mean += at(c) / C;
      offsets[2 * b + axis] = mean;
      for (let c = 0; c < C; c++) {
        members[2 * (b * C + c) + axis] = at(c);
        relative[2 * (b * C + c) + axis] = mean - at(c);
      }
    }
  }
  return {
    members: realArray([B, C, 1, 2], members),
    offsets: realArray([B, 1, 1, 2], offsets),
    relative: realArray([B, C, 1, 2], relative),
  };
}
