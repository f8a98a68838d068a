/**
 * How well a reconstruction agrees with a known object.
 *
 * Steps, as in the original system: 2 px are trimmed at each edge, a plane is fitted to and removed
 * from both phases (no unwrapping), the amplitude is scaled to the mean of the target.
 *
 * @module
 */
import { complexArray, type NdArray, toFloat32, toFloat64 } from "../array.ts";
import { ShapeError } from "../errors.ts";
import { firstCrossing, halfBit, ringCorrelation, toComplex } from "./frc.ts";
import { cropGrid, type Grid, mapGrid, meanOf, polarGrids, rangeOf } from "./grid.ts";
import { removePlane } from "./plane.ts";
import { blurGrid, multiScaleSsim, ssim } from "./ssim.ts";

/** A score of the amplitude and one of the phase. */
export type Pair = readonly [amplitude: number, phase: number];

/** All scores of a reconstruction. */
export interface Scores {
  /** Mean absolute error (phase in rad). */
  readonly mae: Pair;
  /** Mean squared error. */
  readonly mse: Pair;
  /** Peak signal-to-noise ratio with a peak of 255, dB (the convention of the original system). */
  readonly psnr255: Pair;
  /** The same with a peak of 1. */
  readonly psnr1: Pair;
  /** Structural similarity. */
  readonly ssim: Pair;
  /** Multi-scale structural similarity. */
  readonly msSsim: Pair;
  /** Ring where the Fourier ring correlation falls below 0.5. */
  readonly frc50: Pair;
  /** Ring where it falls below 1/7. */
  readonly frc1over7: Pair;
  /** Ring where it falls below the half-bit information threshold. */
  readonly frcHalfBit: Pair;
  /** Ring correlation of the amplitudes. */
  readonly frcAmplitude: Float64Array;
  /** Ring correlation of the phases. */
  readonly frcPhase: Float64Array;
  /** False where an image is almost constant, so that its ring correlation means nothing. */
  readonly frcReliable: readonly [amplitude: boolean, phase: boolean];
}

const TRIM = 2;

/**
 * Scores of a reconstruction in the frame of the target.
 *
 * @param target (H, W) complex truth.
 * @param prediction (H, W) complex reconstruction.
 * @throws {ShapeError} if the sizes differ or are below 11 x 11.
 */
export function evaluateReconstruction(target: NdArray, prediction: NdArray): Scores {
  const t = polarGrids(target), p = polarGrids(prediction);
  const { height, width } = t.amplitude;
  if (p.amplitude.height !== height || p.amplitude.width !== width) {
    throw new ShapeError(
      `Cannot compare images of ${height} x ${width} and ${p.amplitude.height} x ` +
        `${p.amplitude.width}: crop them to one frame`,
    );
  }
  if (Math.min(height, width) < 7 + 2 * TRIM) {
    throw new ShapeError(`Cannot judge images of ${height} x ${width}: at least 11 x 11 is needed`);
  }
  const trim = (grid: Grid): Grid =>
    cropGrid(grid, TRIM, TRIM, height - 2 * TRIM, width - 2 * TRIM);
  const ta = trim(t.amplitude), tp = removePlane(trim(t.phase));
  const raw = trim(p.amplitude), factor = meanOf(ta) / meanOf(raw);
  const pa = mapGrid(raw, (v) => v * factor), pp = removePlane(trim(p.phase));
  const mse: Pair = [meanSquare(ta, pa), meanSquare(tp, pp)];
  const mae: Pair = [meanAbsolute(ta, pa), meanAbsolute(tp, pp)];
  // The smallest difference of two numbers keeps the ratio of equal images finite (361 dB).
  const decibel = (peak: number, square: number): number =>
    20 * Math.log10(peak / (Math.sqrt(square) + Number.EPSILON));
  const psnr = (peak: number): Pair => [decibel(peak, mse[0]), decibel(peak, mse[1])] as const;
  const span = rangeOf(ta);
  const turn = (grid: Grid): Grid => mapGrid(grid, (v) => (v + Math.PI) / (2 * Math.PI));
  const [fa, fp] = [squareFrc(ta, pa), squareFrc(tp, pp)];
  const crossing = (threshold: (ring: number) => number): Pair =>
    [firstCrossing(fa.curve, threshold), firstCrossing(fp.curve, threshold)] as const;
  return {
    mae,
    mse,
    psnr255: psnr(255),
    psnr1: psnr(1),
    ssim: [ssim(ta, pa, span.high - span.low), ssim(turn(tp), turn(pp), 1)],
    msSsim: [
      multiScaleSsim(blurGrid(ta, 1), blurGrid(pa, 1)),
      multiScaleSsim(turn(tp), turn(pp)),
    ],
    frc50: crossing(() => 0.5),
    frc1over7: crossing(() => 1 / 7),
    // Ring 0 is one pixel, whose threshold is 1: it would decide by rounding.
    frcHalfBit: crossing((ring) => ring === 0 ? 0 : halfBit(fa.pixels[ring])),
    frcAmplitude: fa.curve,
    frcPhase: fp.curve,
    frcReliable: [fa.reliable, fp.reliable],
  };
}

/**
 * Scores of a flat image of mean amplitude and zero phase: a score says something only beside
 * these, because flat images score surprisingly well.
 */
export function flatScores(target: NdArray): Scores {
  const values = toFloat64(target), flat = new Float32Array(values.length);
  let sum = 0;
  for (let i = 0; i < values.length; i += 2) sum += Math.hypot(values[i], values[i + 1]);
  for (let i = 0; i < values.length; i += 2) flat[i] = sum / (values.length / 2);
  return evaluateReconstruction(target, complexArray(target.shape, flat));
}

/**
 * The prediction turned by the one phase that brings it closest to the target (least squares).
 *
 * @throws {ShapeError} if the two are not complex images of one size.
 */
export function alignGlobalPhase(target: NdArray, prediction: NdArray): NdArray {
  const t = toFloat64(target), p = toFloat32(prediction);
  if (t.length !== p.length || target.dtype[0] !== "c" || prediction.dtype[0] !== "c") {
    throw new ShapeError(
      `Cannot align the phase of a ${prediction.dtype} array of shape (${prediction.shape}) to a ` +
        `${target.dtype} array of shape (${target.shape}): both must be complex, of one size`,
    );
  }
  let re = 0, im = 0;
  for (let i = 0; i < t.length; i += 2) {
    re += t[i] * p[i] + t[i + 1] * p[i + 1];
    im += t[i + 1] * p[i] - t[i] * p[i + 1];
  }
  const size = Math.hypot(re, im) || 1, c = re / size, s = im / size;
  const out = new Float32Array(p.length);
  for (let i = 0; i < p.length; i += 2) {
    out[i] = p[i] * c - p[i + 1] * s;
    out[i + 1] = p[i] * s + p[i + 1] * c;
  }
  return complexArray(prediction.shape, out);
}

function squareFrc(a: Grid, b: Grid): ReturnType<typeof ringCorrelation> {
  const side = Math.min(a.height, a.width);
  const cut = (grid: Grid): Grid =>
    cropGrid(
      grid,
      Math.floor((grid.height - side) / 2),
      Math.floor((grid.width - side) / 2),
      side,
      side,
    );
  return ringCorrelation(toComplex(cut(a)), toComplex(cut(b)));
}

function meanSquare(a: Grid, b: Grid): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i] - b.data[i]) ** 2;
  return sum / a.data.length;
}

function meanAbsolute(a: Grid, b: Grid): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += Math.abs(a.data[i] - b.data[i]);
  return sum / a.data.length;
}
