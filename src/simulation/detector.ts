/**
 * What a detector does to counts: it saturates, has dead pixels and a beamstop in front.
 *
 * @module
 */
import { Random } from "../random.ts";
import type { DetectorRecipe } from "./recipe.ts";

const DEAD_STREAM = 0xdead;

/**
 * Pixels of the detector that work: not behind the beamstop, a disk around the zero frequency at
 * (N/2, N/2), and not dead.
 *
 * @returns (N, N) of 1 for good pixels and 0 for the others.
 */
export function detectorMask(N: number, detector: DetectorRecipe, seed: number): Uint8Array {
  const mask = new Uint8Array(N * N).fill(1);
  for (let i = 0; i < mask.length; i++) {
    const distance = Math.hypot(Math.floor(i / N) - N / 2, i % N - N / 2);
    if (distance < detector.beamstop / 2) mask[i] = 0;
  }
  const dead = Math.round(detector.dead_pixels * N * N);
  for (const i of new Random(seed, DEAD_STREAM).choose(dead, N * N)) mask[i] = 0;
  return mask;
}

/** Read-out of a stack. */
export interface Readout {
  /** (P, N, N) amplitudes as stored. */
  readonly amplitudes: Float32Array;
  /** (P, N, N) of 1 where the count was cut off; absent without saturation. */
  readonly saturated?: Uint8Array;
}

/**
 * Reads a stack out: counts above the saturation are cut off, pixels that do not work read 0.
 *
 * @param amplitudes (P, N, N) square roots of counts; changed in place.
 * @param mask (N, N) of `detectorMask`.
 */
export function readOut(
  amplitudes: Float32Array,
  mask: Uint8Array,
  detector: DetectorRecipe,
): Readout {
  const { saturation } = detector;
  const top = saturation === null ? Infinity : Math.sqrt(saturation);
  const saturated = saturation === null ? undefined : new Uint8Array(amplitudes.length);
  for (let i = 0; i < amplitudes.length; i++) {
    if (mask[i % mask.length] === 0) {
      amplitudes[i] = 0;
    } else if (amplitudes[i] > top) {
      amplitudes[i] = top;
      saturated![i] = 1;
    }
  }
  return saturated === undefined ? { amplitudes } : { amplitudes, saturated };
}
