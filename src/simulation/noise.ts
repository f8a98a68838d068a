/**
 * Photon counting noise.
 *
 * @module
 */
import { Random } from "../random.ts";

const NOISE_STREAM = 0x30000000;

/**
 * Draws Poisson counts.
 *
 * @param intensities Mean counts.
 * @param random Stream to draw from.
 * @returns Counts of the same length; above 2^24 they are rounded to float32.
 */
export function poissonCounts(intensities: ArrayLike<number>, random: Random): Float32Array {
  const counts = new Float32Array(intensities.length);
  for (let i = 0; i < counts.length; i++) counts[i] = random.poisson(intensities[i]);
  return counts;
}

/**
 * Replaces noise-free amplitudes by measured ones, sqrt(Poisson(A^2)). Every pattern has a stream of
 * its own, so the result does not depend on how patterns are batched.
 *
 * @param amplitudes (n, pixels) noise-free amplitudes, sqrt of mean counts.
 * @param pixels Values in a pattern.
 * @param first Number of the first of these patterns in the scan.
 * @param seed Seed.
 * @returns (n, pixels) amplitudes.
 */
export function measureAmplitudes(
  amplitudes: Float32Array,
  pixels: number,
  first: number,
  seed: number,
): Float32Array {
  const out = new Float32Array(amplitudes.length);
  for (let n = 0; n < amplitudes.length / pixels; n++) {
    const random = new Random(seed, NOISE_STREAM + first + n);
    const intensities = Float64Array.from(
      amplitudes.subarray(n * pixels, (n + 1) * pixels),
      (value) => value * value,
    );
    out.set(poissonCounts(intensities, random).map(Math.sqrt), n * pixels);
  }
  return out;
}
