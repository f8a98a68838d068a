/**
 * Probe normalisation and masks. Probes are (K, N, N) interleaved complex float32.
 *
 * @module
 */
import { DatasetError, ShapeError } from "../errors.ts";
import { gaussianBlur } from "./blur.ts";

/** A probe of one or more modes. */
export interface Probe {
  /** K: number of modes. */
  readonly modes: number;
  /** Side, px. */
  readonly N: number;
  /** (K, N, N) interleaved (re, im). */
  readonly data: Float32Array;
}

/** A probe times a real factor. */
export interface ScaledProbe {
  /** The probe after scaling (never masked: masks belong to the forward model). */
  readonly probe: Probe;
  /** The factor. */
  readonly factor: number;
}

/** Sum of |P|^2 over pixels and modes, float64. */
export function probeEnergy(probe: Probe): number {
  let sum = 0;
  for (const value of probe.data) sum += value * value;
  return sum;
}

/**
 * Multiplies a probe by a factor.
 *
 * @throws {DatasetError} if the factor is not finite, as it is for a probe of zeros.
 */
export function scaleProbe(probe: Probe, factor: number): ScaledProbe {
  if (!Number.isFinite(factor)) {
    throw new DatasetError("Cannot normalise probeGuess as it is all zero: give a probe");
  }
  return { probe: { ...probe, data: probe.data.map((value) => value * factor) }, factor };
}

/**
 * Divides a probe by `probeScale` times its mean modulus, the mean being over all pixels and modes
 * jointly.
 *
 * @param probe (K, N, N).
 * @param probeScale Divisor on top of the mean modulus.
 * @param mask (N, N) weights of the modulus in the mean; all ones by default.
 * @throws {ShapeError} if the mask has another size. @throws {DatasetError} if nothing is left under it.
 */
export function normalizeProbeByMean(
  probe: Probe,
  probeScale: number,
  mask?: Float32Array,
): ScaledProbe {
  const pixels = probe.N * probe.N;
  if (mask !== undefined && mask.length !== pixels) {
    throw new ShapeError(
      `Cannot mask a probe of ${probe.N} x ${probe.N} with ${mask.length} weights: use ${pixels}`,
    );
  }
  let sum = 0;
  for (let i = 0; i < probe.modes * pixels; i++) {
    const modulus = Math.sqrt(probe.data[2 * i] ** 2 + probe.data[2 * i + 1] ** 2);
    sum += mask === undefined ? modulus : modulus * mask[i % pixels];
  }
  return scaleProbe(probe, probe.modes * pixels / (probeScale * sum));
}

/** Scales a probe to a total energy (sum of |P|^2 over pixels and modes). */
export function normalizeProbeEnergy(probe: Probe, energy = 1): ScaledProbe {
  return scaleProbe(probe, Math.sqrt(energy / probeEnergy(probe)));
}

/**
 * Soft disk: 1 inside, 0 outside, edge blurred by a Gaussian, largest value 1.
 *
 * Pixel centres lie at i - N/2 + 0.5, so the disk is centred between the four middle pixels.
 *
 * @param side N, px.
 * @param diameter Diameter, px; N/2 by default.
 * @param sigma Width of the edge, px; 0 is a hard edge.
 * @returns (N, N) weights of 0 to 1.
 */
export function softDiskMask(
  side: number,
  diameter: number | null = null,
  sigma = 1,
): Float32Array {
  const hard = diskMask(side, (diameter ?? side / 2) / 2);
  const soft = sigma > 0 ? gaussianBlur(hard, side, side, sigma, Math.ceil(3 * sigma)) : hard;
  let largest = 0;
  for (const value of soft) largest = Math.max(largest, value);
  if (largest === 0) {
    throw new DatasetError(
      `Cannot mask a probe with a disk of ${diameter} px as it holds no pixel: raise probe_mask_diameter`,
    );
  }
  return Float32Array.from(soft, (value) => Math.min(1, Math.max(0, value / largest)));
}

/** Hard disk of radius N/4 around the same centre: the mask of the TensorFlow lineage. */
export function hardDiskMask(side: number): Float32Array {
  return Float32Array.from(diskMask(side, side / 4));
}

function diskMask(side: number, radius: number): Float64Array {
  const out = new Float64Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const dy = y - Math.floor(side / 2) + 0.5, dx = x - Math.floor(side / 2) + 0.5;
      out[y * side + x] = dy * dy + dx * dx <= radius * radius ? 1 : 0;
    }
  }
  return out;
}
