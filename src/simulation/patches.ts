/**
 * Patches of an object and the light that reaches the detector.
 *
 * @module
 */
import { DatasetError } from "../errors.ts";
import { type Probe, scaleProbe } from "../scan/probe.ts";
import type { ComplexImage } from "../scan/resize.ts";

/**
 * Cuts a patch centred at (y, x): top-left (y - N/2, x - N/2), bilinear between pixels, zero outside.
 *
 * @param object Object.
 * @param y Row of the centre, px.
 * @param x Column of the centre, px.
 * @param N Side, px.
 * @returns (N, N) interleaved (re, im).
 */
export function cutPatch(object: ComplexImage, y: number, x: number, N: number): Float32Array {
  const { height, width, data } = object;
  const top = Math.floor(y - N / 2), left = Math.floor(x - N / 2);
  const fy = y - N / 2 - top, fx = x - N / 2 - left;
  const sum = new Float64Array(2 * N * N);
  for (const [dy, wy] of [[0, 1 - fy], [1, fy]]) {
    for (const [dx, wx] of [[0, 1 - fx], [1, fx]]) {
      const weight = wy * wx;
      if (weight === 0) continue;
      for (let v = 0; v < N; v++) {
        const row = top + v + dy;
        if (row < 0 || row >= height) continue;
        for (let u = 0; u < N; u++) {
          const column = left + u + dx;
          if (column < 0 || column >= width) continue;
          sum[2 * (v * N + u)] += weight * data[2 * (row * width + column)];
          sum[2 * (v * N + u) + 1] += weight * data[2 * (row * width + column) + 1];
        }
      }
    }
  }
  return Float32Array.from(sum);
}

/** Sum of |probe x patch|^2 over pixels and modes: the light of one pattern. */
export function exitEnergy(probe: Probe, patch: Float32Array): number {
  const pixels = probe.N * probe.N;
  let sum = 0;
  for (let m = 0; m < probe.modes; m++) {
    for (let i = 0; i < pixels; i++) {
      const p = 2 * (m * pixels + i);
      sum += (probe.data[p] ** 2 + probe.data[p + 1] ** 2) *
        (patch[2 * i] ** 2 + patch[2 * i + 1] ** 2);
    }
  }
  return sum;
}

/**
 * Brings a probe to count units: with the orthonormal Fourier transform, |FFT(probe x patch)|^2 then
 * sums to `nphotons` photons in the mean pattern of the scan.
 *
 * @param positions (P, 2) pairs (y, x), px.
 * @throws {DatasetError} if nphotons is not positive or no light passes the object.
 */
export function probeInCounts(
  probe: Probe,
  object: ComplexImage,
  positions: Float64Array,
  nphotons: number,
): Probe {
  let sum = 0;
  const count = positions.length / 2;
  for (let i = 0; i < count; i++) {
    sum += exitEnergy(probe, cutPatch(object, positions[2 * i], positions[2 * i + 1], probe.N));
  }
  if (!(nphotons > 0 && nphotons < Infinity) || !(sum > 0)) {
    throw new DatasetError(
      `Cannot scale the probe to ${nphotons} photons as ${sum} units of light pass the object: ` +
        `use a positive number of photons and positions on the object`,
    );
  }
  return scaleProbe(probe, Math.sqrt(nphotons / (sum / count))).probe;
}
