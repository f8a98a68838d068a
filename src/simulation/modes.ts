/**
 * Incoherent modes of a probe.
 *
 * @module
 */
import { ConfigError } from "../errors.ts";
import type { Probe } from "../scan/probe.ts";

/** Relative powers when none are given: each half the one before. */
export function defaultPowers(count: number): number[] {
  return Array.from({ length: count }, (_, k) => 0.5 ** k);
}

/**
 * Gives a probe the modes and powers of a recipe.
 *
 * One mode becomes several: P times Hermite polynomials of the coordinates (orders (0, 0), (0, 1),
 * (1, 0), (0, 2), ... in y and x, scaled with the width of the beam), made orthogonal in that order.
 * A probe that has several modes already keeps them, or the first of them.
 *
 * @param count Modes wanted; null keeps those there are.
 * @param powers Relative power of each mode; null keeps those of a probe of several modes.
 * @returns modes whose powers add up to the power of `probe`.
 * @throws {ConfigError} if a probe of several modes has fewer than wanted.
 */
export function withModes(
  probe: Probe,
  count: number | null,
  powers: readonly number[] | null,
): Probe {
  const wanted = count ?? probe.modes;
  if (wanted === 1 && probe.modes === 1) return probe;
  if (probe.modes > 1 && wanted > probe.modes) {
    throw new ConfigError(
      `probe.modes is ${wanted} and the file has ${probe.modes}: ask for at most as many`,
    );
  }
  const size = 2 * probe.N * probe.N;
  const modes = probe.modes > 1
    ? Array.from(
      { length: wanted },
      (_, m) => Float64Array.from(probe.data.subarray(m * size, (m + 1) * size)),
    )
    : orthogonalize(hermiteModes(probe, wanted));
  const own = modes.map(energy);
  const shares = powers ?? (probe.modes > 1 ? own : defaultPowers(wanted));
  const whole = shares.reduce((sum, share) => sum + share, 0);
  const total = energy(Float64Array.from(probe.data));
  const data = new Float32Array(wanted * size);
  modes.forEach((mode, m) => {
    const factor = Math.sqrt(total * shares[m] / whole / own[m]);
    for (let i = 0; i < size; i++) data[m * size + i] = factor * mode[i];
  });
  return { modes: wanted, N: probe.N, data };
}

/** Power of each mode, as a share of all. */
export function modePowers(probe: Probe): number[] {
  const size = 2 * probe.N * probe.N;
  const powers = Array.from(
    { length: probe.modes },
    (_, m) => energy(Float64Array.from(probe.data.subarray(m * size, (m + 1) * size))),
  );
  const whole = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / whole);
}

function hermiteModes(probe: Probe, count: number): Float64Array[] {
  const { N, data } = probe, pixels = N * N;
  let sum = 0, cy = 0, cx = 0, vy = 0, vx = 0;
  const visit = (body: (weight: number, y: number, x: number) => void): void => {
    for (let i = 0; i < pixels; i++) {
      body(data[2 * i] ** 2 + data[2 * i + 1] ** 2, Math.floor(i / N), i % N);
    }
  };
  visit((w, y, x) => {
    sum += w;
    cy += w * y;
    cx += w * x;
  });
  cy /= sum;
  cx /= sum;
  visit((w, y, x) => {
    vy += w * (y - cy) ** 2;
    vx += w * (x - cx) ** 2;
  });
  const scaleY = Math.sqrt(2 * vy / sum), scaleX = Math.sqrt(2 * vx / sum);
  const modes: Float64Array[] = [];
  for (let order = 0; modes.length < count; order++) {
    for (let ny = 0; ny <= order && modes.length < count; ny++) {
      const mode = new Float64Array(2 * pixels);
      for (let i = 0; i < pixels; i++) {
        const factor = hermite(ny, (Math.floor(i / N) - cy) / scaleY) *
          hermite(order - ny, (i % N - cx) / scaleX);
        mode[2 * i] = factor * data[2 * i];
        mode[2 * i + 1] = factor * data[2 * i + 1];
      }
      modes.push(mode);
    }
  }
  return modes;
}

/** Hermite polynomial of the physicists. */
function hermite(n: number, x: number): number {
  let before = 0, now = 1;
  for (let k = 0; k < n; k++) [before, now] = [now, 2 * x * now - 2 * k * before];
  return now;
}

/** Gram-Schmidt, twice for accuracy; the first mode keeps its direction. */
function orthogonalize(modes: Float64Array[]): Float64Array[] {
  for (let m = 0; m < modes.length; m++) {
    for (let pass = 0; pass < 2; pass++) {
      const scale = 1 / Math.sqrt(energy(modes[m]));
      for (let i = 0; i < modes[m].length; i++) modes[m][i] *= scale;
      for (let k = 0; k < m; k++) {
        let re = 0, im = 0;
        for (let i = 0; i < modes[m].length; i += 2) {
          const [a, b, c, d] = [modes[k][i], modes[k][i + 1], modes[m][i], modes[m][i + 1]];
          re += a * c + b * d;
          im += a * d - b * c;
        }
        const norm = energy(modes[k]);
        for (let i = 0; i < modes[m].length; i += 2) {
          const [a, b] = [modes[k][i], modes[k][i + 1]];
          modes[m][i] -= (re * a - im * b) / norm;
          modes[m][i + 1] -= (re * b + im * a) / norm;
        }
      }
    }
  }
  return modes;
}

function energy(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}
