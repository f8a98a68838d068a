/**
 * Cropping and binning of detector patterns with the matching change of probe, positions and object.
 *
 * Cropping the detector to N' drops high spatial frequencies: real-space pixels grow by N/N'.
 * Binning it by b coarsens the frequency sampling: the real-space window shrinks to N/b.
 *
 * @module
 */
import { DatasetError } from "../errors.ts";
import type { Probe } from "./probe.ts";

/** What is done to a pattern: crop first, then bin. */
export interface Resize {
  /** Side in the file, px. */
  readonly from: number;
  /** Side after cropping, px. */
  readonly crop: number;
  /** Detector pixels summed on each axis. */
  readonly bin: number;
  /** Side after both, px. */
  readonly to: number;
}

/**
 * Plans cropping and binning.
 *
 * @throws {DatasetError} if a size is larger than the pattern, odd, or not a multiple of the bin.
 */
export function planResize(from: number, cropTo: number | undefined, bin = 1): Resize {
  const crop = cropTo ?? from;
  if (!Number.isInteger(crop) || crop < 2 || crop > from || (crop !== from && crop % 2 !== 0)) {
    throw new DatasetError(
      `Cannot crop patterns of ${from} x ${from} to ${crop}: use an even size up to ${from}`,
    );
  }
  if (!Number.isInteger(bin) || bin < 1 || crop % bin !== 0) {
    throw new DatasetError(
      `Cannot bin patterns of ${crop} x ${crop} by ${bin}: use a whole number that divides ${crop}`,
    );
  }
  return { from, crop, bin, to: crop / bin };
}

/**
 * Crops amplitudes around the zero frequency (pixel floor(N/2)) and bins them by summing intensities.
 *
 * @param patterns (n, from, from) amplitudes.
 * @returns (n, to, to) amplitudes; the same array when nothing changes.
 */
export function resizePatterns(patterns: Float32Array, plan: Resize): Float32Array {
  const { from, crop, bin, to } = plan;
  if (from === to) return patterns;
  const count = patterns.length / (from * from);
  const out = new Float32Array(count * to * to);
  const start = Math.floor(from / 2) - Math.floor(crop / 2);
  for (let n = 0; n < count; n++) {
    for (let y = 0; y < to; y++) {
      for (let x = 0; x < to; x++) {
        let sum = 0;
        for (let by = 0; by < bin; by++) {
          const row = n * from * from + (start + y * bin + by) * from + start + x * bin;
          for (let bx = 0; bx < bin; bx++) sum += patterns[row + bx] ** 2;
        }
        out[n * to * to + y * to + x] = Math.sqrt(sum);
      }
    }
  }
  return out;
}

/**
 * The probe that belongs to the resized patterns.
 *
 * Cropping keeps the low frequencies of its orthonormal spectrum, so energy on the kept detector is
 * unchanged. Binning cuts out the central window; since a bin of b pixels is centred (b-1)/2 pixels
 * beside the zero frequency, the window gets the phase ramp of that shift.
 */
export function resizeProbe(probe: Probe, plan: Resize): Probe {
  let { data } = probe;
  if (plan.crop !== plan.from) {
    const matrix = resampling(plan.from, plan.crop);
    const out = new Float32Array(2 * probe.modes * plan.crop ** 2);
    for (let m = 0; m < probe.modes; m++) {
      const mode = data.subarray(2 * m * plan.from ** 2, 2 * (m + 1) * plan.from ** 2);
      out.set(resampleMode(mode, matrix, plan.from, plan.crop), 2 * m * plan.crop ** 2);
    }
    data = out;
  }
  if (plan.bin > 1) {
    const { crop, to, bin } = plan, start = (crop - to) >> 1;
    const out = new Float32Array(2 * probe.modes * to * to);
    for (let m = 0; m < probe.modes; m++) {
      for (let y = 0; y < to; y++) {
        for (let x = 0; x < to; x++) {
          const source = 2 * (m * crop * crop + (start + y) * crop + start + x);
          const angle = -Math.PI * (bin - 1) * (y + x) / crop;
          const re = Math.cos(angle), im = Math.sin(angle), target = 2 * (m * to * to + y * to + x);
          out[target] = data[source] * re - data[source + 1] * im;
          out[target + 1] = data[source] * im + data[source + 1] * re;
        }
      }
    }
    data = out;
  }
  return { modes: probe.modes, N: plan.to, data };
}

/** Matrix (to, from) of "forward DFT, keep the low frequencies, inverse DFT", both orthonormal. */
function resampling(from: number, to: number): Float64Array {
  const matrix = new Float64Array(2 * to * from);
  const scale = 1 / Math.sqrt(from * to);
  for (let i = 0; i < to; i++) {
    for (let j = 0; j < from; j++) {
      let re = 0, im = 0;
      for (let k = -to / 2; k < to / 2; k++) {
        const angle = 2 * Math.PI * k * (i / to - j / from);
        re += Math.cos(angle);
        im += Math.sin(angle);
      }
      matrix[2 * (i * from + j)] = re * scale;
      matrix[2 * (i * from + j) + 1] = im * scale;
    }
  }
  return matrix;
}

function resampleMode(
  mode: Float32Array,
  matrix: Float64Array,
  from: number,
  to: number,
): Float32Array {
  const half = new Float64Array(2 * to * from), out = new Float32Array(2 * to * to);
  for (let i = 0; i < to; i++) {
    for (let j = 0; j < from; j++) {
      const a = matrix[2 * (i * from + j)], b = matrix[2 * (i * from + j) + 1];
      for (let x = 0; x < from; x++) {
        const re = mode[2 * (j * from + x)], im = mode[2 * (j * from + x) + 1];
        half[2 * (i * from + x)] += a * re - b * im;
        half[2 * (i * from + x) + 1] += a * im + b * re;
      }
    }
  }
  for (let y = 0; y < to; y++) {
    for (let i = 0; i < to; i++) {
      let sumRe = 0, sumIm = 0;
      for (let j = 0; j < from; j++) {
        const a = matrix[2 * (i * from + j)], b = matrix[2 * (i * from + j) + 1];
        const re = half[2 * (y * from + j)], im = half[2 * (y * from + j) + 1];
        sumRe += a * re - b * im;
        sumIm += a * im + b * re;
      }
      out[2 * (y * to + i)] = sumRe;
      out[2 * (y * to + i) + 1] = sumIm;
    }
  }
  return out;
}

/** A complex image. */
export interface ComplexImage {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** (height, width) interleaved (re, im). */
  readonly data: Float32Array;
}

/**
 * Samples an object on pixels `step` times as large, pixel i at i * step, with a tent filter as wide
 * as the new pixels so that fine detail does not alias.
 */
export function coarsenObject(object: ComplexImage, step: number): ComplexImage {
  if (step === 1) return object;
  const height = Math.max(1, Math.floor((object.height - 1) / step) + 1);
  const width = Math.max(1, Math.floor((object.width - 1) / step) + 1);
  const data = new Float32Array(2 * height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let re = 0, im = 0, weights = 0;
      const top = Math.max(0, Math.ceil((y - 1) * step)),
        left = Math.max(0, Math.ceil((x - 1) * step));
      for (let v = top; v < Math.min(object.height, (y + 1) * step); v++) {
        for (let u = left; u < Math.min(object.width, (x + 1) * step); u++) {
          const w = (1 - Math.abs(v / step - y)) * (1 - Math.abs(u / step - x));
          re += w * object.data[2 * (v * object.width + u)];
          im += w * object.data[2 * (v * object.width + u) + 1];
          weights += w;
        }
      }
      data[2 * (y * width + x)] = re / weights;
      data[2 * (y * width + x) + 1] = im / weights;
    }
  }
  return { height, width, data };
}
