/** Plain float64 step of LSQ-ML (Odstrcil, Menzel, Guizar-Sicairos, Opt. Express 26, 3108 (2018)). */
import {
  exitWaves,
  modulusProjection,
  patchPlace,
  type ReferenceProblem,
  type ReferenceState,
  shiftImages,
} from "./engine_problem.ts";

/** Options of {@linkcode lsqmlStep}. */
export interface LsqmlOptions {
  /** Factor on the optimal steps (0.9 published). */
  readonly relaxation: number;
  /** Damping of the object direction, of the largest illumination (0.1). */
  readonly damping: number;
  /** Damping of the 2 x 2 systems, of the mean diagonal (0.1). */
  readonly coupling: number;
  readonly updateProbe: boolean;
}

/** Steps that {@linkcode lsqmlStep} chose, one a position of the batch. */
export interface LsqmlSteps {
  readonly object: Float64Array;
  readonly probe: Float64Array;
}

/**
 * One batch, amplitude noise (modulus replacement):
 *   chi = F^-1 Psi' - psi;  dP_m = mean_j back(O_j* chi_jm);  D = sum_j place(sum_m P_jm* chi_jm),
 *   dO = D / sqrt(W^2 + (damping max W)^2), W = sum_j sum_m |P_jm|^2 on the canvas
 *   per position, first mode, u = dO_j P, v = dP O_j:
 *   [[<u,u> + l1, <u,v>], [<v,u>, <v,v> + l2]] (s, t) = (Re <u,chi>, Re <v,chi>), real parts,
 *   l = coupling * mean over the batch of the diagonal; s, t >= 0, times relaxation
 *   O += mean_j(s) dO / modes, P += mean_j(t) dP.
 */
export function lsqmlStep(
  problem: ReferenceProblem,
  state: ReferenceState,
  batch: readonly number[],
  options: LsqmlOptions,
): LsqmlSteps {
  const { size, modes, canvas } = problem;
  const pixels = size * size, area = canvas[0] * canvas[1];
  const direction = new Float64Array(2 * area), weight = new Float64Array(area);
  const probeDirection = new Float64Array(2 * modes * pixels);
  const kept = batch.map((j) => {
    const { patch, probe, waves } = exitWaves(problem, state, j);
    const chi = modulusProjection(problem, waves, j).map((v, i) => v - waves[i]);
    const { corner, shift } = patchPlace(problem, j);
    const part = new Float64Array(2 * modes * pixels);
    for (let i = 0; i < modes * pixels; i++) {
      const at = i % pixels;
      const on = (corner[0] + Math.floor(at / size)) * canvas[1] + corner[1] + at % size;
      const [pr, pi, cr, ci] = [probe[2 * i], probe[2 * i + 1], chi[2 * i], chi[2 * i + 1]];
      direction[2 * on] += pr * cr + pi * ci;
      direction[2 * on + 1] += pr * ci - pi * cr;
      weight[on] += pr * pr + pi * pi;
      const [or, oi] = [patch[2 * at], patch[2 * at + 1]];
      part[2 * i] = or * cr + oi * ci;
      part[2 * i + 1] = or * ci - oi * cr;
    }
    shiftImages(part, modes, size, [-shift[0], -shift[1]])
      .forEach((v, i) => probeDirection[i] += v / batch.length);
    return { patch, probe, chi, corner, shift };
  });
  const peak = weight.reduce((a, b) => Math.max(a, b), 0);
  for (let i = 0; i < 2 * area; i++) {
    direction[i] /= Math.sqrt(weight[i >> 1] ** 2 + (options.damping * peak) ** 2);
  }
  const sums = kept.map(({ patch, probe, chi, corner, shift }) => {
    const moved = shiftImages(probeDirection, modes, size, shift);
    const s = { uu: 0, vv: 0, uv: 0, u: 0, v: 0 };
    for (let at = 0; at < pixels; at++) {
      const on = (corner[0] + Math.floor(at / size)) * canvas[1] + corner[1] + at % size;
      const [dr, di] = [direction[2 * on], direction[2 * on + 1]];
      const ur = dr * probe[2 * at] - di * probe[2 * at + 1];
      const ui = dr * probe[2 * at + 1] + di * probe[2 * at];
      const vr = moved[2 * at] * patch[2 * at] - moved[2 * at + 1] * patch[2 * at + 1];
      const vi = moved[2 * at] * patch[2 * at + 1] + moved[2 * at + 1] * patch[2 * at];
      s.uu += ur * ur + ui * ui;
      s.vv += vr * vr + vi * vi;
      s.uv += ur * vr + ui * vi;
      s.u += ur * chi[2 * at] + ui * chi[2 * at + 1];
      s.v += vr * chi[2 * at] + vi * chi[2 * at + 1];
    }
    return s;
  });
  const mean = (key: "uu" | "vv"): number => sums.reduce((a, s) => a + s[key], 0) / sums.length;
  const l1 = options.coupling * mean("uu"), l2 = options.coupling * mean("vv");
  const steps = { object: new Float64Array(sums.length), probe: new Float64Array(sums.length) };
  sums.forEach((s, k) => {
    const a = s.uu + l1, d = s.vv + l2;
    if (options.updateProbe) {
      const determinant = a * d - s.uv * s.uv;
      steps.object[k] = (d * s.u - s.uv * s.v) / determinant;
      steps.probe[k] = (a * s.v - s.uv * s.u) / determinant;
    } else {
      steps.object[k] = s.u / a;
    }
    steps.object[k] = options.relaxation * Math.max(0, steps.object[k]);
    steps.probe[k] = options.relaxation * Math.max(0, steps.probe[k]);
  });
  const average = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / sums.length;
  const s = average(steps.object) / modes, t = average(steps.probe);
  for (let i = 0; i < state.object.length; i++) state.object[i] += s * direction[i];
  for (let i = 0; i < state.probe.length; i++) state.probe[i] += t * probeDirection[i];
  return steps;
}
