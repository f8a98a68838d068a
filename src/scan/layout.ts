/**
 * Where things are in a scan file: names, axis order of the patterns, shape of the probe.
 *
 * @module
 */
import { type NdArray, toFloat32 } from "../array.ts";
import { DatasetError } from "../errors.ts";
import type { Probe } from "./probe.ts";

/** Names of the diffraction stack, the first present one is used (the order of the original's disk loader). */
export const DIFFRACTION_KEYS: readonly string[] = ["diffraction", "diff3d"];

/** Axis order and size of a diffraction stack. */
export interface PatternLayout {
  /** `canonical` is (M, H, W), `legacy` is (H, W, M). */
  readonly order: "canonical" | "legacy";
  /** M: number of patterns. */
  readonly count: number;
  /** H, px. */
  readonly height: number;
  /** W, px. */
  readonly width: number;
}

/**
 * Finds out which axis of a diffraction stack counts the patterns.
 *
 * If exactly one order gives square patterns, it is that one. Otherwise the axis as long as the
 * coordinates decides (the first when both are), then the only one shorter than them; at last the
 * stack is legacy when its last axis is the longest.
 *
 * @param key Name used in messages.
 * @param shape Shape in the file; a fourth axis of length 1 at the end is ignored.
 * @param coordinates Number of scan coordinates.
 * @throws {DatasetError} if the stack does not have three axes.
 */
export function patternLayout(
  key: string,
  shape: readonly number[],
  coordinates: number,
): PatternLayout {
  const s = shape.length === 4 && shape[3] === 1 ? shape.slice(0, 3) : shape;
  if (s.length !== 3) {
    throw new DatasetError(
      `Cannot use ${key} as its shape is (${shape.join(", ")}): store patterns as (M, N, N)`,
    );
  }
  const canonical = { order: "canonical", count: s[0], height: s[1], width: s[2] } as const;
  const legacy = { order: "legacy", count: s[2], height: s[0], width: s[1] } as const;
  const squareCanonical = s[1] === s[2], squareLegacy = s[0] === s[1];
  if (squareCanonical !== squareLegacy) return squareCanonical ? canonical : legacy;
  if (s[0] === coordinates) return canonical;
  if (s[2] === coordinates) return legacy;
  const firstShorter = s[0] < coordinates, lastShorter = s[2] < coordinates;
  if (firstShorter !== lastShorter) return firstShorter ? canonical : legacy;
  return s[2] > Math.max(s[0], s[1]) ? legacy : canonical;
}

/**
 * Turns a stored probe into modes: (N, N), (N, N, 1) and (P, N, N) are understood.
 *
 * @throws {DatasetError} if it is not square or not numbers.
 */
export function probeFromArray(key: string, array: NdArray): Probe {
  let shape = [...array.shape];
  while (shape.length > 2 && shape[0] === 1) shape = shape.slice(1);
  if (shape.length === 3 && shape[2] === 1 && shape[0] === shape[1]) shape = shape.slice(0, 2);
  const modes = shape.length === 3 ? shape[0] : 1;
  const side = shape[shape.length - 1];
  if (shape.length < 2 || shape.length > 3 || side !== shape[shape.length - 2]) {
    throw new DatasetError(
      `Cannot use ${key} as its shape is (${
        array.shape.join(", ")
      }): store (N, N) or (modes, N, N)`,
    );
  }
  return { modes, N: side, data: complexValues(key, array) };
}

/**
 * Interleaved complex float32 values; real values get no imaginary part.
 *
 * @throws {DatasetError} for text.
 */
export function complexValues(key: string, array: NdArray): Float32Array {
  if (array.dtype === "str") {
    throw new DatasetError(`Cannot use ${key} as it holds text: store complex64 numbers`);
  }
  const values = toFloat32(array);
  if (array.dtype === "c64" || array.dtype === "c128") return values.slice();
  const out = new Float32Array(2 * values.length);
  for (let i = 0; i < values.length; i++) out[2 * i] = values[i];
  return out;
}
