/**
 * Windows that say how much each pixel of a patch counts when overlapping patches are averaged.
 *
 * @module
 */
import { isComplex, type NdArray, toFloat64 } from "../array.ts";
import { ShapeError } from "../errors.ts";

/** First row and column of the central square of side `trim` in a frame of side `frame`. */
export function trimStart(frame: number, trim: number): number {
  return Math.floor(frame / 2) - Math.floor(trim / 2);
}

/**
 * Probe-intensity window: the sum of |P|^2 over all modes on the central square, divided by its
 * largest value over the frame, so that the result does not depend on the units of the probe.
 *
 * @param probe (..., N, N) complex; all leading axes are modes.
 * @param trim side of the central square, pixels.
 * @returns (trim, trim) f32, row by row.
 * @throws {ShapeError} if the probe is not complex and square, or trim exceeds its side.
 * @throws {RangeError} if the probe is zero everywhere or not finite.
 */
export function probeWindow(probe: NdArray, trim: number): Float32Array {
  const frame = probe.shape.at(-1) ?? 0;
  if (!isComplex(probe.dtype) || probe.shape.length < 2 || probe.shape.at(-2) !== frame) {
    throw new ShapeError(
      `Cannot weigh patches by a probe of shape (${probe.shape.join(", ")}) and type ` +
        `${probe.dtype}: a complex (modes, N, N) array is needed`,
    );
  }
  checkTrim(frame, trim);
  const values = toFloat64(probe), area = frame * frame;
  const intensity = new Float64Array(area);
  for (let i = 0; i < values.length / 2; i++) {
    intensity[i % area] += values[2 * i] ** 2 + values[2 * i + 1] ** 2;
  }
  let peak = 0;
  for (const value of intensity) peak = value > peak || Number.isNaN(value) ? value : peak;
  if (!(peak > 0 && peak < Infinity)) {
    throw new RangeError(
      `Cannot weigh patches by the probe as its peak intensity is ${peak}: ` +
        "check the probe or choose uniform weights",
    );
  }
  const start = trimStart(frame, trim), window = new Float32Array(trim * trim);
  for (let y = 0; y < trim; y++) {
    for (let x = 0; x < trim; x++) {
      window[y * trim + x] = intensity[(y + start) * frame + x + start] / peak;
    }
  }
  return window;
}

/** Window that counts every pixel of the central square equally: (trim, trim) ones. */
export function uniformWindow(trim: number): Float32Array {
  return new Float32Array(trim * trim).fill(1);
}

/** @throws {ShapeError} unless 1 <= trim <= frame. */
export function checkTrim(frame: number, trim: number): void {
  if (!Number.isInteger(trim) || trim < 1 || trim > frame) {
    throw new ShapeError(
      `Cannot cut a central square of ${trim} pixels from patches of ${frame} x ${frame}: ` +
        `choose a middle_trim from 1 to ${frame}`,
    );
  }
}
