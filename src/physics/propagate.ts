/**
 * Free-space propagation of exit waves: to the far field, or over a short distance.
 *
 * - Far field: one orthonormal transform; a detector of pixel d at distance z sees an object sampled
 *   at lambda z / (N d).
 * - Near field: angular spectrum with the exact transfer function of free space,
 *   H(f) = exp(2 pi i z sqrt(1/lambda^2 - |f|^2)); waves that do not propagate (|f| > 1/lambda) decay.
 *   The phase is counted from that of a plane wave, which no detector sees.
 * - A point source at z1 before the sample and a detector z2 behind it equal a parallel beam over
 *   z1 z2 / (z1 + z2) at a pixel demagnified by (z1 + z2) / z1 (Fresnel scaling theorem).
 *
 * @module
 */
import source from "../../shaders/physics/propagate.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { ConfigError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { checkFftSize, recordFft2 } from "../ops/fft2.ts";

const multiply = defineKernel({
  source,
  snippets: [index],
  label: "physics/propagate#multiply",
  entryPoint: "multiply",
  bindings: { kernel: "read", fields: "read_write" },
  params: { count: "u32", pairs: "u32", sign: "f32" },
});

/** A short way through free space, lengths in one unit (metres, say). */
export interface NearField {
  /** Wavelength. */
  readonly wavelength: number;
  /** Distance; negative goes back. */
  readonly distance: number;
  /** Pixel of the wave, the same before and behind. */
  readonly pixel: number;
}

/** Set-up with a point source, lengths in one unit. */
export interface MagnifiedGeometry {
  /** Source to sample, z1. */
  readonly sourceDistance: number;
  /** Sample to detector, z2. */
  readonly detectorDistance: number;
  /** Pixel of the detector. */
  readonly detectorPixel: number;
  /** Wavelength. */
  readonly wavelength: number;
}

/** Pixel of the object in a far-field experiment: wavelength * distance / (N * detector pixel). */
export function farFieldPixel(
  wavelength: number,
  distance: number,
  detectorPixel: number,
  size: number,
): number {
  return wavelength * distance / (size * detectorPixel);
}

/**
 * The parallel-beam near field that equals a magnified one: M = (z1 + z2) / z1, pixel = detector
 * pixel / M, distance = z2 / M.
 *
 * @throws {ConfigError} unless all lengths are positive.
 */
export function fresnelScaling(geometry: MagnifiedGeometry): NearField & { magnification: number } {
  const { sourceDistance, detectorDistance, detectorPixel, wavelength } = geometry;
  for (const [name, value] of Object.entries(geometry)) {
    if (!(value > 0)) {
      throw new ConfigError(`Cannot scale a near field as ${name} is ${value}: give a length > 0`);
    }
  }
  const magnification = (sourceDistance + detectorDistance) / sourceDistance;
  return {
    wavelength,
    magnification,
    pixel: detectorPixel / magnification,
    distance: detectorDistance / magnification,
  };
}

/**
 * Transfer function of free space, (N, N) interleaved complex, zero frequency at [0, 0].
 * Computed in float64: the phase is many turns.
 *
 * @throws {ConfigError} if wavelength or pixel are not positive, or the distance is not finite.
 */
export function transferFunction(size: number, field: NearField): Float32Array {
  const { wavelength, distance, pixel } = field;
  if (!(wavelength > 0 && pixel > 0 && Number.isFinite(distance))) {
    throw new ConfigError(
      `Cannot propagate over ${distance} at wavelength ${wavelength} and pixel ${pixel}: ` +
        "give positive lengths in one unit",
    );
  }
  const out = new Float32Array(2 * size * size);
  for (let i = 0; i < size * size; i++) {
    const f = [Math.floor(i / size), i % size].map((k) => (k < size / 2 ? k : k - size));
    const square = ((f[0] ** 2 + f[1] ** 2) / (size * pixel) ** 2) * wavelength ** 2;
    if (square <= 1) {
      // sqrt(1 - s) - 1 = -s / (sqrt(1 - s) + 1), without cancellation.
      const turns = -(distance / wavelength) * (square / (Math.sqrt(1 - square) + 1));
      const angle = 2 * Math.PI * (turns - Math.round(turns));
      out[2 * i] = Math.cos(angle);
      out[2 * i + 1] = Math.sin(angle);
    } else {
      const decay = 2 * Math.PI * Math.abs(distance) / wavelength * Math.sqrt(square - 1);
      const angle = -2 * Math.PI * distance / wavelength;
      out[2 * i] = Math.exp(-decay) * Math.cos(angle);
      out[2 * i + 1] = Math.exp(-decay) * Math.sin(angle);
    }
  }
  return out;
}

/** Longest distance over which the transfer function is sampled finely enough: N pixel^2 / wavelength. */
export function longestDistance(size: number, wavelength: number, pixel: number): number {
  return size * pixel * pixel / wavelength;
}

/** Takes waves from the sample to the detector. */
export interface Propagator extends Disposable {
  /** `spectrum`: the detector shows frequencies, zero at [0, 0]; `image`: it shows pixels as they are. */
  readonly layout: "spectrum" | "image";
  /**
   * Records output = A input for `planes` complex images of N x N.
   *
   * @param output may be `input`.
   */
  forward(plan: Plan, input: Tensor, output: Tensor, planes: number): void;
  /** Records output = A^H input; the inverse, as long as no wave decays. */
  adjoint(plan: Plan, input: Tensor, output: Tensor, planes: number): void;
}

/** The far field: one orthonormal Fourier transform. @throws {ShapeError} if N cannot be transformed. */
export function farField(size: number): Propagator {
  checkFftSize(size);
  return {
    layout: "spectrum",
    forward: (plan, input, output, planes) => recordFft2(plan, input, output, planes, size),
    adjoint: (plan, input, output, planes) => recordFft2(plan, input, output, planes, size, true),
    [Symbol.dispose]: () => {},
  };
}

/**
 * A short distance by the angular spectrum. Dispose it to free its transfer function.
 *
 * @throws {ShapeError} if N cannot be transformed.
 * @throws {ConfigError} if a length makes no sense.
 */
export function nearField(gpu: Gpu, size: number, field: NearField): Propagator {
  checkFftSize(size);
  const kernel = gpu.tensor("transfer function", [size, size, 2], transferFunction(size, field));
  const pairs = size * size / 2;
  const propagate = (
    plan: Plan,
    input: Tensor,
    output: Tensor,
    planes: number,
    sign: 1 | -1,
  ): void => {
    recordFft2(plan, input, output, planes, size);
    const count = planes * pairs;
    plan.run(multiply, { kernel, fields: output }, { count, pairs, sign }, count);
    recordFft2(plan, output, output, planes, size, true);
  };
  return {
    layout: "image",
    forward: (plan, input, output, planes) => propagate(plan, input, output, planes, 1),
    adjoint: (plan, input, output, planes) => propagate(plan, input, output, planes, -1),
    [Symbol.dispose]: () => gpu.arena.release(kernel),
  };
}
