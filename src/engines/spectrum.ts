/**
 * The order in which the engines keep spectra.
 *
 * Their transforms work in place and leave the result where the butterflies put it; measured
 * amplitudes are stored in the same order once, so no kernel ever sorts anything.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";

/** Radices of the in-place transform of one axis, in forward order. */
const RADICES: Readonly<Record<number, readonly number[]>> = {
  16: [4, 4],
  32: [8, 4],
  64: [8, 8],
  128: [16, 8],
  256: [16, 16],
  512: [8, 8, 8],
};

/**
 * Radices of the stages of one axis.
 *
 * @param size N, px.
 * @throws {ShapeError} unless N is a power of two from 16 to 512.
 */
export function stageRadices(size: number): readonly number[] {
  const radices = RADICES[size];
  if (radices === undefined) {
    throw new ShapeError(
      `Cannot reconstruct from patterns of ${size} x ${size}: crop or bin them to one of ` +
        Object.keys(RADICES).join(", "),
    );
  }
  return radices;
}

/**
 * Frequency found at each place of a transformed axis.
 *
 * @returns (N): place -> frequency 0..N-1, where N/2..N-1 are the negative ones.
 */
export function spectrumOrder(size: number): Uint32Array {
  const radices = stageRadices(size);
  return Uint32Array.from({ length: size }, (_, place) => {
    let rest = place, block = size, factor = 1, frequency = 0;
    for (const radix of radices) {
      block /= radix;
      frequency += Math.floor(rest / block) * factor;
      rest %= block;
      factor *= radix;
    }
    return frequency;
  });
}

/**
 * Patterns with the zero frequency at (N/2, N/2) into the order of the engines.
 *
 * @param patterns (n, N, N).
 * @param valid (N, N), or (n, N, N); 0 marks a pixel that was not measured: it is stored as -1.
 * @returns (n, N, N), a new array.
 */
export function toSpectrumOrder(
  patterns: Float32Array,
  size: number,
  valid?: Uint8Array,
): Float32Array {
  const order = spectrumOrder(size), half = size / 2, pixels = size * size;
  const out = new Float32Array(patterns.length);
  const source = Uint32Array.from(order, (frequency) => (frequency + half) % size);
  for (let first = 0; first < patterns.length; first += pixels) {
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const from = source[y] * size + source[x];
        const measured = valid === undefined ||
          valid[valid.length === pixels ? from : first + from] !== 0;
        out[first + y * size + x] = measured ? patterns[first + from] : -1;
      }
    }
  }
  return out;
}
