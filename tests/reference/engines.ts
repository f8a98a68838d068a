/** Plain float64 steps of the iterative engines; every function changes the state in place. */
import {
  amplitudes,
  exitWaves,
  fieldIndex,
  modulusProjection,
  patchPlace,
  type ReferenceProblem,
  type ReferenceState,
  shiftImages,
} from "./engine_problem.ts";
import { fft2Reference } from "./fft.ts";

/** Steps of {@linkcode pieSweep}. */
export interface PieOptions {
  /** 1 is ePIE, smaller is rPIE. */
  readonly alphaObject: number;
  readonly alphaProbe: number;
  readonly stepObject: number;
  /** 0 holds the probe. */
  readonly stepProbe: number;
  /** Positions updated together; default 1. */
  readonly batch?: number;
}

/** acc += conj(a) * b for complex pixels; `a` repeats every `period` pixels, as do `acc` and `b` theirs. */
function addConjugateProduct(
  acc: Float64Array,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  count: number,
  factor = 1,
): void {
  for (let i = 0; i < count; i++) {
    const p = (2 * i) % acc.length, q = (2 * i) % a.length, r = (2 * i) % b.length;
    acc[p] += factor * (a[q] * b[r] + a[q + 1] * b[r + 1]);
    acc[p + 1] += factor * (a[q] * b[r + 1] - a[q + 1] * b[r]);
  }
}

/** acc += |a|^2, folded onto the pixels of acc. */
function addIntensity(acc: Float64Array, a: ArrayLike<number>): void {
  for (let i = 0; i < a.length / 2; i++) {
    acc[i % acc.length] += a[2 * i] ** 2 + a[2 * i + 1] ** 2;
  }
}

/** canvas += patch at its corner; `per` numbers a pixel. */
function place(
  canvas: Float64Array,
  width: number,
  patch: ArrayLike<number>,
  size: number,
  corner: readonly [number, number],
  per: 1 | 2,
): void {
  for (let y = 0; y < size; y++) {
    for (let i = 0; i < per * size; i++) {
      canvas[per * ((corner[0] + y) * width + corner[1]) + i] += patch[per * y * size + i];
    }
  }
}

function largest(values: ArrayLike<number>): number {
  return Array.prototype.reduce.call(values, (a, b) => Math.max(a as number, b), 0) as number;
}

/**
 * One update of ePIE (alpha 1; Maiden & Rodenburg 2009) or rPIE (alpha < 1; Maiden, Johnson, Li 2017):
 *   O += step sum_j P_j* chi_j / ((1 - alpha) W + alpha max W),  W = sum_j sum_m |P_jm|^2 on the canvas
 *   P += step sum_j shift back(O_j* chi_j) / ((1 - alpha) V + alpha max V),  V = sum_j |O_j|^2
 * Sums run over the batch; for one position these are the published equations.
 */
export function pieStep(
  problem: ReferenceProblem,
  state: ReferenceState,
  batch: readonly number[],
  options: PieOptions,
): void {
  const { size, modes, canvas } = problem;
  const pixels = size * size, area = canvas[0] * canvas[1];
  const top = new Float64Array(2 * area), weight = new Float64Array(area);
  const probeTop = new Float64Array(2 * modes * pixels), probeWeight = new Float64Array(pixels);
  for (const j of batch) {
    const { patch, probe, waves } = exitWaves(problem, state, j);
    const chi = modulusProjection(problem, waves, j).map((v, i) => v - waves[i]);
    const { corner, shift } = patchPlace(problem, j);
    const objectPart = new Float64Array(2 * pixels), intensity = new Float64Array(pixels);
    addConjugateProduct(objectPart, probe, chi, modes * pixels);
    addIntensity(intensity, probe);
    place(top, canvas[1], objectPart, size, corner, 2);
    place(weight, canvas[1], intensity, size, corner, 1);
    const probePart = new Float64Array(2 * modes * pixels);
    addConjugateProduct(probePart, patch, chi, modes * pixels);
    const back = shiftImages(probePart, modes, size, [-shift[0], -shift[1]]);
    back.forEach((v, i) => probeTop[i] += v);
    addIntensity(probeWeight, patch);
  }
  const { alphaObject: a, alphaProbe: b, stepObject, stepProbe } = options;
  const w = largest(weight), v = largest(probeWeight);
  top.forEach((t, i) => {
    state.object[i] += stepObject * t / ((1 - a) * weight[i >> 1] + a * w);
  });
  probeTop.forEach((t, i) => {
    state.probe[i] += stepProbe * t / ((1 - b) * probeWeight[(i >> 1) % pixels] + b * v);
  });
}

/** One sweep of {@linkcode pieStep} over all positions in the given order. */
export function pieSweep(
  problem: ReferenceProblem,
  state: ReferenceState,
  order: readonly number[],
  options: PieOptions,
): void {
  const { batch = 1 } = options;
  for (let at = 0; at < order.length; at += batch) {
    pieStep(problem, state, order.slice(at, at + batch), options);
  }
}

/** Exit waves of all positions, one array a position. */
export function allWaves(problem: ReferenceProblem, state: ReferenceState): Float64Array[] {
  return Array.from(
    { length: problem.positions.length / 2 },
    (_, j) => exitWaves(problem, state, j).waves,
  );
}

/** Options of {@linkcode overlapProjection}. */
export interface OverlapOptions {
  /** Updates the probe too. */
  readonly updateProbe: boolean;
  /** Inner repetitions when the probe is updated. */
  readonly repeats: number;
  /** Weight of the old object, in units of the mean of W where W > 0. */
  readonly objectInertia: number;
  /** Weight of the old probe, in units of the number of positions. */
  readonly probeInertia: number;
}

/**
 * Object (and probe) that fit the waves best:
 *   O = (sum_j,m P_jm* psi_jm + c O) / (W + c), P_m += sum_j back(O_j* (psi_jm - P_jm O_j)) / (sum_j |O_j|^2 + d)
 * Pixels no probe reaches (W + c <= 1e-8 of the largest W) keep their value.
 */
export function overlapProjection(
  problem: ReferenceProblem,
  state: ReferenceState,
  waves: readonly Float64Array[],
  options: OverlapOptions,
): void {
  const { size, modes, canvas } = problem;
  const pixels = size * size, area = canvas[0] * canvas[1];
  for (let repeat = 0; repeat < (options.updateProbe ? options.repeats : 1); repeat++) {
    const top = new Float64Array(2 * area), weight = new Float64Array(area);
    waves.forEach((psi, j) => {
      const { probe } = exitWaves(problem, state, j);
      const { corner } = patchPlace(problem, j);
      const part = new Float64Array(2 * pixels), intensity = new Float64Array(pixels);
      addConjugateProduct(part, probe, psi, modes * pixels);
      addIntensity(intensity, probe);
      place(top, canvas[1], part, size, corner, 2);
      place(weight, canvas[1], intensity, size, corner, 1);
    });
    const peak = largest(weight), lit = weight.filter((w) => w > 0);
    const c = options.objectInertia * lit.reduce((s, w) => s + w, 0) / lit.length;
    top.forEach((t, i) => {
      const total = weight[i >> 1] + c;
      if (total > 1e-8 * peak) state.object[i] = (t + c * state.object[i]) / total;
    });
    if (!options.updateProbe) continue;
    const d = options.probeInertia * waves.length;
    const probeTop = new Float64Array(2 * modes * pixels);
    const probeWeight = new Float64Array(pixels).fill(d);
    waves.forEach((psi, j) => {
      const { patch, waves: model } = exitWaves(problem, state, j);
      const { shift } = patchPlace(problem, j);
      const part = new Float64Array(2 * modes * pixels);
      addConjugateProduct(part, patch, psi.map((v, i) => v - model[i]), modes * pixels);
      shiftImages(part, modes, size, [-shift[0], -shift[1]]).forEach((v, i) => probeTop[i] += v);
      addIntensity(probeWeight, patch);
    });
    probeTop.forEach((t, i) => state.probe[i] += t / probeWeight[(i >> 1) % pixels]);
  }
}

/**
 * psi <- x psi + a Q + b F(c Q + y psi), Q = exit waves of the overlap projection, F = modulus projection.
 *   difference map (Thibault 2009): x = 1, a = -1, b = 1, c = 2, y = -1
 *   RAAR (Luke 2005), strength t:   x = t, a = 1 - 2t, b = t, c = 2, y = -1
 */
export function projectionStep(
  problem: ReferenceProblem,
  state: ReferenceState,
  waves: Float64Array[],
  [x, a, b, c, y]: readonly [number, number, number, number, number],
  options: OverlapOptions,
): void {
  overlapProjection(problem, state, waves, options);
  waves.forEach((psi, j) => {
    const q = exitWaves(problem, state, j).waves;
    const f = modulusProjection(problem, q.map((v, i) => c * v + y * psi[i]), j);
    for (let i = 0; i < psi.length; i++) psi[i] = x * psi[i] + a * q[i] + b * f[i];
  });
}

/**
 * RAAR with the projections in the other order (Luke 2005; Marchesini 2016 eq. 16), known probe:
 *   psi <- 2t Q A psi + (1 - 2t) A psi + sign t (psi - Q psi); the right sign is +1.
 */
export function raarModulusFirst(
  problem: ReferenceProblem,
  state: ReferenceState,
  waves: Float64Array[],
  strength: number,
  sign: 1 | -1,
): void {
  const fixed = { updateProbe: false, repeats: 1, objectInertia: 0, probeInertia: 0 };
  overlapProjection(problem, state, waves, fixed);
  const q = allWaves(problem, state);
  const a = waves.map((psi, j) => modulusProjection(problem, psi, j));
  overlapProjection(problem, state, a, fixed);
  const qa = allWaves(problem, state);
  const t = strength;
  waves.forEach((psi, j) => {
    for (let i = 0; i < psi.length; i++) {
      psi[i] = 2 * t * qa[j][i] + (1 - 2 * t) * a[j][i] + sign * t * (psi[i] - q[j][i]);
    }
  });
}

/** Value and gradients (dL/dRe + i dL/dIm) of a loss summed over the given positions. */
export interface ReferenceGradient {
  readonly loss: number;
  readonly object: Float64Array;
  readonly probe: Float64Array;
  /** (P, 2): dL/d(y, x) of the positions, zero where not asked for. */
  readonly positions: Float64Array;
}

/** Added to the intensity in {@linkcode lossGradient} under roots and logarithms. */
export const LOSS_EPSILON = 1e-9;

/**
 * Losses summed over valid pixels, I = intensity of the model, A = measured amplitude:
 *   amplitude (sqrt(I + e) - A)^2, intensity (I - A^2)^2, poisson (I - A^2 log(I + e)).
 */
export function lossGradient(
  problem: ReferenceProblem,
  state: ReferenceState,
  indices: readonly number[],
  loss: "amplitude" | "intensity" | "poisson",
): ReferenceGradient {
  const { size, modes, canvas, diffraction, mask } = problem;
  const pixels = size * size, e = LOSS_EPSILON;
  let value = 0;
  const object = new Float64Array(2 * canvas[0] * canvas[1]);
  const probeGradient = new Float64Array(2 * modes * pixels);
  const positions = new Float64Array(problem.positions.length);
  for (const j of indices) {
    const { patch, probe, waves } = exitWaves(problem, state, j);
    const fields = fft2Reference(waves, modes, size);
    amplitudes(fields, modes, size).forEach((root, at) => {
      const intensity = root * root, amplitude = diffraction[j * pixels + at];
      let slope = 0; // dL/dI
      if (loss === "amplitude") {
        const model = Math.sqrt(intensity + e);
        value += mask[at] * (model - amplitude) ** 2;
        slope = (model - amplitude) / model;
      } else if (loss === "intensity") {
        value += mask[at] * (intensity - amplitude ** 2) ** 2;
        slope = 2 * (intensity - amplitude ** 2);
      } else {
        value += mask[at] * (intensity - amplitude ** 2 * Math.log(intensity + e));
        slope = 1 - amplitude ** 2 / (intensity + e);
      }
      for (let m = 0; m < modes; m++) {
        const i = 2 * (m * pixels + fieldIndex(at, size));
        fields[i] *= 2 * slope * mask[at];
        fields[i + 1] *= 2 * slope * mask[at];
      }
    });
    const wave = fft2Reference(fields, modes, size, true);
    const { corner, shift } = patchPlace(problem, j);
    const objectPart = new Float64Array(2 * pixels);
    addConjugateProduct(objectPart, probe, wave, modes * pixels);
    place(object, canvas[1], objectPart, size, corner, 2);
    const part = new Float64Array(2 * modes * pixels);
    addConjugateProduct(part, patch, wave, modes * pixels);
    shiftImages(part, modes, size, [-shift[0], -shift[1]])
      .forEach((v, i) => probeGradient[i] += v);
    // Moving a position moves the probe within its patch.
    for (const axis of [0, 1]) {
      const slope = derivative(probe, modes, size, axis);
      for (let i = 0; i < part.length; i++) positions[2 * j + axis] -= part[i] * slope[i];
    }
  }
  return { loss: value, object, probe: probeGradient, positions };
}

/** Derivative along y (axis 0) or x (axis 1) by the Fourier transform, k = -N/2 .. N/2 - 1. */
export function derivative(
  images: ArrayLike<number>,
  batch: number,
  size: number,
  axis: number,
): Float64Array {
  const fields = fft2Reference(images, batch, size);
  for (let i = 0; i < batch * size * size; i++) {
    const at = axis === 0 ? Math.floor(i / size) % size : i % size;
    const k = 2 * Math.PI * (at < size / 2 ? at : at - size) / size;
    const re = fields[2 * i];
    fields[2 * i] = -k * fields[2 * i + 1];
    fields[2 * i + 1] = k * re;
  }
  return fft2Reference(fields, batch, size, true);
}
