/**
 * All numbers of one aligned pair of images.
 *
 * @module
 */
import { complexArrayOf } from "../image/complex_grid.ts";
import type { ComplexGrid } from "../image/fourier.ts";
import { cropGrid, type Grid, mapGrid, meanOf, polarGrids } from "../image/grid.ts";
import { evaluateReconstruction, flatScores, type Pair, type Scores } from "../image/metrics.ts";
import { removePlane } from "../image/plane.ts";
import { phaseJumps } from "./align.ts";
import { complexRings, mapRings, type RingScore } from "./rings.ts";

/** Scores of amplitude and phase that need no transform. */
export interface MapScores {
  /** Mean absolute error (phase in rad). */
  readonly mae: Pair;
  /** Mean squared error. */
  readonly mse: Pair;
  /** Peak signal-to-noise ratio with a peak of 255, dB: the convention of the original system. */
  readonly psnr255: Pair;
  /** The same with a peak of 1, dB: 48.13 less. */
  readonly psnr1: Pair;
  /** Structural similarity. */
  readonly ssim: Pair;
  /** Multi-scale structural similarity. */
  readonly msSsim: Pair;
}

/** Numbers of a pair of images. */
export interface PairScores {
  /** Scores of the image. */
  readonly image: MapScores;
  /** What a flat image (mean amplitude, phase 0) scores against the same reference. */
  readonly flat: MapScores;
  /** Ring correlation of the amplitudes. */
  readonly amplitudeRings: RingScore;
  /** Ring correlation of the phases, planes removed. */
  readonly phaseRings: RingScore;
  /** Ring correlation of the complex images, mean removed, tapered. */
  readonly complexRings: RingScore;
  /** Doubts about the numbers, one line each. */
  readonly warnings: readonly string[];
}

/** Maps as they are compared: 2 px trimmed, planes removed, amplitudes of one mean. */
export interface ComparedMaps {
  /** Modulus. */
  readonly amplitude: Grid;
  /** Angle minus its plane, rad. */
  readonly phase: Grid;
}

const TRIM = 2;
/** How much finer an untapered curve may seem than the tapered one before it is doubted. */
const EDGES = 2;

/**
 * Scores of an aligned image against a reference of the same size.
 *
 * @param pixelSize Side of a pixel, m.
 * @throws {ShapeError} if sizes differ or are below 11 x 11.
 */
export function scorePair(
  reference: ComplexGrid,
  image: ComplexGrid,
  pixelSize?: number,
): PairScores {
  const target = complexArrayOf(reference);
  const scores = evaluateReconstruction(target, complexArrayOf(image));
  const flat = flatScores(target);
  const [r, p] = [comparedMaps(reference), comparedMaps(image)];
  const amplitudeRings = mapRings(r.amplitude, p.amplitude, true, pixelSize);
  const phaseRings = mapRings(r.phase, p.phase, false, pixelSize);
  const whole = complexRings(trimmed(reference), trimmed(image), pixelSize);
  const rings = { amplitude: amplitudeRings, phase: phaseRings, complex: whole };
  const warnings: string[] = [];
  for (const [name, ring] of Object.entries(rings)) {
    if (ring.unreliable !== undefined) {
      warnings.push(`the ${name} FRC means nothing as ${ring.unreliable}`);
    }
  }
  const best = Math.min(...[amplitudeRings, phaseRings].map(halfPeriodOf));
  if (best < Infinity && halfPeriodOf(whole) > EDGES * best) {
    warnings.push(
      `the FRC of amplitude or phase (half period ${best.toFixed(2)} px) counts the edges of the ` +
        `frame, as in the original system: trust that of the complex image (${
          whole.frc50.halfPeriodPx === null ? "none" : `${halfPeriodOf(whole).toFixed(2)} px`
        })`,
    );
  }
  if (phaseJumps(reference) > 0.005) {
    warnings.push(
      "the phase of the reference wraps: phase scores are those of the wrapped angles, look at the " +
        "complex FRC and the complex error instead",
    );
  }
  (["amplitude", "phase"] as const).forEach((name, k) => {
    if (rings[name].unreliable === undefined && scores.ssim[k] <= flat.ssim[k]) {
      warnings.push(
        `the ${name} is no closer to the reference than a flat image (SSIM ` +
          `${scores.ssim[k].toFixed(3)}, flat ${flat.ssim[k].toFixed(3)})`,
      );
    }
  });
  return {
    image: mapScores(scores),
    flat: mapScores(flat),
    amplitudeRings,
    phaseRings,
    complexRings: whole,
    warnings,
  };
}

/** Half period at a correlation of 0.5, px; infinite if there is none or the curve means nothing. */
function halfPeriodOf(rings: RingScore): number {
  return rings.unreliable === undefined ? rings.frc50.halfPeriodPx ?? Infinity : Infinity;
}

function mapScores({ mae, mse, psnr255, psnr1, ssim, msSsim }: Scores): MapScores {
  return { mae, mse, psnr255, psnr1, ssim, msSsim };
}

/** An image without its outermost pixels, so that all curves have the same rings. */
function trimmed({ height, width, re, im }: ComplexGrid): ComplexGrid {
  const cut = (data: Float64Array): Grid =>
    cropGrid({ height, width, data }, TRIM, TRIM, height - 2 * TRIM, width - 2 * TRIM);
  const part = cut(re);
  return { height: part.height, width: part.width, re: part.data, im: cut(im).data };
}

/** Amplitude and plane-free phase of an image, trimmed as for the scores. */
export function comparedMaps(image: ComplexGrid): ComparedMaps {
  const { amplitude, phase } = polarGrids(complexArrayOf(image));
  const trim = (grid: Grid): Grid =>
    cropGrid(grid, TRIM, TRIM, grid.height - 2 * TRIM, grid.width - 2 * TRIM);
  return { amplitude: trim(amplitude), phase: removePlane(trim(phase)) };
}

/** Absolute differences of two sets of maps, amplitudes brought to one mean. */
export function errorMaps(reference: ComparedMaps, image: ComparedMaps): ComparedMaps {
  const factor = meanOf(reference.amplitude) / meanOf(image.amplitude);
  const amplitude = mapGrid(image.amplitude, (v) => v * factor);
  const difference = (a: Grid, b: Grid): Grid => ({
    ...a,
    data: a.data.map((v, i) => Math.abs(v - b.data[i])),
  });
  return {
    amplitude: difference(reference.amplitude, amplitude),
    phase: difference(reference.phase, image.phase),
  };
}
