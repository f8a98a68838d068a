/**
 * Simulated probes, centred on pixel (N/2, N/2) unless said otherwise, largest modulus about 1.
 *
 * @module
 */
import { gaussianBlur } from "../scan/blur.ts";
import type { Probe } from "../scan/probe.ts";

/** Shape of a disk probe. */
export interface DiskProbeOptions {
  /** Radius, px; 14/64 of N by default. */
  readonly radius?: number;
  /** Gaussian blur of the edge, px; 1.5 by default. */
  readonly blur?: number;
  /** Quadratic phase at the radius, rad; 3 by default. */
  readonly edgePhase?: number;
}

/**
 * Disk with a soft edge and a quadratic phase: a defocused focal spot.
 *
 * @param N Side, px.
 * @throws {RangeError} if the radius does not fit into the window.
 */
export function diskProbe(N: number, options: DiskProbeOptions = {}): Probe {
  const radius = options.radius ?? 14 * N / 64, blur = options.blur ?? 1.5;
  checkSize("radius", radius, N);
  const disk = new Float64Array(N * N);
  each(N, N / 2, (i, square) => disk[i] = square <= radius * radius ? 1 : 0);
  const modulus = blur > 0 ? gaussianBlur(disk, N, N, blur) : disk;
  return withCurvature(modulus, N, N / 2, (options.edgePhase ?? 3) / (radius * radius));
}

/**
 * Gaussian beam.
 *
 * @param N Side, px.
 * @param sigma Standard deviation of the modulus, px; N/8 by default.
 * @param edgePhase Quadratic phase at 2 sigma, rad.
 * @throws {RangeError} if sigma does not fit into the window.
 */
export function gaussianProbe(N: number, sigma: number = N / 8, edgePhase = 0): Probe {
  checkSize("sigma", sigma, N);
  const modulus = new Float64Array(N * N);
  each(N, N / 2, (i, square) => modulus[i] = Math.exp(-square / (2 * sigma * sigma)));
  return withCurvature(modulus, N, N / 2, edgePhase / (4 * sigma * sigma));
}

/**
 * A focused beam out of focus with the aberrations real optics have: defocus, astigmatism, coma and
 * trefoil. Its asymmetry is what makes single patterns easy to invert.
 *
 * @param N Side, px.
 * @param sigma Standard deviation of the modulus, px; 3N/16 by default.
 * @throws {RangeError} if sigma does not fit into the window.
 */
export function aberratedProbe(N: number, sigma: number = 3 * N / 16): Probe {
  checkSize("sigma", sigma, N);
  const data = new Float32Array(2 * N * N);
  for (let i = 0; i < N * N; i++) {
    const x = (i % N - N / 2) / (2 * sigma), y = (Math.floor(i / N) - N / 2) / (2 * sigma);
    const r2 = x * x + y * y;
    const phase = 7 * r2 + 3 * (x * x - y * y) + 5 * x * r2 + 3 * y * r2 +
      3 * (x * x * x - 3 * x * y * y);
    const modulus = Math.exp(-2 * r2);
    data[2 * i] = modulus * Math.cos(phase);
    data[2 * i + 1] = modulus * Math.sin(phase);
  }
  return { modes: 1, N, data };
}

/**
 * The original's default probe: the half-maximum region of a separable Gaussian window of standard
 * deviation N / (scale pi^2), blurred by 1 px, plus 1e-9; flat phase. Centred between the four middle pixels.
 *
 * @param N Side, px.
 * @param scale Larger is narrower.
 */
export function defaultProbe(N: number, scale = 0.7): Probe {
  const sigma = N / (scale * Math.PI ** 2);
  const disk = new Float64Array(N * N);
  each(N, (N - 1) / 2, (i, square) => {
    disk[i] = Math.exp(-square / (2 * sigma * sigma)) > 0.5 ? 1 : 0;
  });
  const modulus = gaussianBlur(disk, N, N, 1, 4, "nearest").map((value) => value + 1e-9);
  return withCurvature(modulus, N, (N - 1) / 2, 0);
}

/**
 * Diameter of the flat disk with the same peakedness: 2 sqrt(A / pi) with
 * A = (sum |P|^2)^2 / sum |P|^4, modes added.
 *
 * @returns Diameter, px.
 */
export function effectiveDiameter(probe: Probe): number {
  const pixels = probe.N * probe.N;
  let sum = 0, squares = 0;
  for (let i = 0; i < pixels; i++) {
    let intensity = 0;
    for (let m = 0; m < probe.modes; m++) {
      const at = 2 * (m * pixels + i);
      intensity += probe.data[at] ** 2 + probe.data[at + 1] ** 2;
    }
    sum += intensity;
    squares += intensity * intensity;
  }
  return 2 * Math.sqrt(sum * sum / squares / Math.PI);
}

function each(N: number, center: number, visit: (i: number, square: number) => void): void {
  for (let y = 0; y < N; y++) {
    for (let x = 0; x < N; x++) visit(y * N + x, (y - center) ** 2 + (x - center) ** 2);
  }
}

function withCurvature(modulus: Float64Array, N: number, center: number, curvature: number): Probe {
  const data = new Float32Array(2 * N * N);
  each(N, center, (i, square) => {
    data[2 * i] = modulus[i] * Math.cos(curvature * square);
    data[2 * i + 1] = modulus[i] * Math.sin(curvature * square);
  });
  return { modes: 1, N, data };
}

function checkSize(name: string, value: number, N: number): void {
  if (!(value > 0 && value <= N / 2)) {
    throw new RangeError(
      `Cannot make a probe of ${name} ${value} in a window of ${N}: use above 0 up to ${N / 2}`,
    );
  }
}
