/**
 * Larger windows for a probe: the modulus of its rim goes on outwards, the phase as a parabola.
 *
 * @module
 */
import type { Probe } from "../scan/probe.ts";
import { solveSymmetric } from "./solve.ts";

/** Phase c0 + c1 y + c2 x + c3 y^2 + c4 x y + c5 x^2, rad, px from the centre. */
type Parabola = readonly number[];

/**
 * Enlarges the window of every mode.
 *
 * @param side New side, px, not smaller.
 * @param matched False replaces the phase by the fitted parabola everywhere. True keeps the old
 * window as it is; outside, the phase leaves its rim without a jump and reaches the parabola at the
 * new rim.
 */
export function extendProbe(probe: Probe, side: number, matched: boolean): Probe {
  const { N, modes } = probe, data = new Float32Array(2 * modes * side * side);
  const old = Math.floor(N / 2), center = Math.floor(side / 2);
  for (let m = 0; m < modes; m++) {
    const mode = probe.data.subarray(2 * m * N * N, 2 * (m + 1) * N * N);
    const fit = fitPhase(mode, N);
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const y = row - center, x = column - center;
        // Nearest pixel of the old window, from its centre.
        const v = Math.min(N - 1 - old, Math.max(-old, y));
        const u = Math.min(N - 1 - old, Math.max(-old, x));
        const from = 2 * ((v + old) * N + u + old), to = 2 * ((m * side + row) * side + column);
        const inside = v === y && u === x;
        if (inside && matched) {
          data[to] = mode[from];
          data[to + 1] = mode[from + 1];
          continue;
        }
        let phase = phaseAt(fit, y, x);
        if (matched) {
          const own = Math.atan2(mode[from + 1], mode[from]) - phaseAt(fit, v, u);
          const turn = Math.atan2(Math.sin(own), Math.cos(own));
          phase += turn * Math.max(0, 1 - away(y, x, v, u, center, side));
        }
        const modulus = Math.hypot(mode[from], mode[from + 1]);
        data[to] = modulus * Math.cos(phase);
        data[to + 1] = modulus * Math.sin(phase);
      }
    }
  }
  return { modes, N: side, data };
}

/** Share of the way from the old rim (0) to the new one (1). */
function away(
  y: number,
  x: number,
  v: number,
  u: number,
  center: number,
  side: number,
): number {
  const part = (at: number, rim: number): number => {
    if (at === rim) return 0;
    const end = at > 0 ? side - 1 - center : -center;
    return (at - rim) / (end - rim);
  };
  return Math.max(part(y, v), part(x, u));
}

function phaseAt(c: Parabola, y: number, x: number): number {
  return c[0] + c[1] * y + c[2] * x + c[3] * y * y + c[4] * x * y + c[5] * x * x;
}

/**
 * Fits a parabola to the phase of a mode through its differences between neighbours, weighted by
 * intensity, so that nothing has to be unwrapped.
 */
export function fitPhase(mode: Float32Array, N: number): Parabola {
  const center = Math.floor(N / 2);
  const matrix = new Float64Array(25), right = new Float64Array(5);
  const add = (row: readonly number[], value: number, weight: number): void => {
    for (let a = 0; a < 5; a++) {
      right[a] += weight * row[a] * value;
      for (let b = 0; b < 5; b++) matrix[5 * a + b] += weight * row[a] * row[b];
    }
  };
  const step = (i: number, j: number): [phase: number, weight: number] => {
    const re = mode[2 * j] * mode[2 * i] + mode[2 * j + 1] * mode[2 * i + 1];
    const im = mode[2 * j + 1] * mode[2 * i] - mode[2 * j] * mode[2 * i + 1];
    return [Math.atan2(im, re), Math.hypot(re, im)];
  };
  for (let row = 0; row < N; row++) {
    for (let column = 0; column < N; column++) {
      const i = row * N + column, y = row - center, x = column - center;
      // The phase between (y, x) and (y + 1, x) grows by c1 + c3 (2y + 1) + c4 x.
      if (row + 1 < N) add([1, 0, 2 * y + 1, x, 0], ...step(i, i + N));
      if (column + 1 < N) add([0, 1, 0, y, 2 * x + 1], ...step(i, i + 1));
    }
  }
  const slopes = solveSymmetric(matrix, right);
  const bare: Parabola = [0, ...slopes];
  let re = 0, im = 0;
  for (let i = 0; i < N * N; i++) {
    const phase = phaseAt(bare, Math.floor(i / N) - center, i % N - center);
    const modulus = Math.hypot(mode[2 * i], mode[2 * i + 1]);
    const [a, b] = [mode[2 * i] * modulus, mode[2 * i + 1] * modulus];
    re += a * Math.cos(phase) + b * Math.sin(phase);
    im += b * Math.cos(phase) - a * Math.sin(phase);
  }
  return [Math.atan2(im, re), ...slopes];
}
