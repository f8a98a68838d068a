/**
 * Probes of focusing optics, from their pupil: Zernike aberrations and the Fresnel zone plate.
 *
 * @module
 */
import { ConfigError } from "../errors.ts";
import type { Probe } from "../scan/probe.ts";
import { fft2 } from "./fourier.ts";

/** Modulus and phase (rad) of a pupil at (v, u) pixels from its centre. */
type Pupil = (v: number, u: number) => readonly [modulus: number, phase: number];

/**
 * Focus of a round lens with aberrations.
 *
 * @param N Window, px: a power of two.
 * @param pupil Radius of the pupil as a share of N/2; the spot is about 1.2 / pupil pixels wide.
 * @param zernike Coefficients of Noll terms 1, 2, 3, ... in rad rms (4 is defocus, 5 and 6
 * astigmatism, 7 and 8 coma).
 * @throws {ConfigError} if N is no power of two.
 */
export function zernikeProbe(N: number, pupil: number, zernike: readonly number[]): Probe {
  const radius = pupil * N / 2;
  return focus(N, (v, u) => {
    const r = Math.hypot(v, u), rho = Math.min(1, r / radius), angle = Math.atan2(v, u);
    let phase = 0;
    zernike.forEach((c, i) => phase += c === 0 ? 0 : c * zernikeTerm(i + 1, rho, angle));
    return [soft(radius - r), phase];
  });
}

/**
 * Zernike polynomial of Noll index j, rms 1 over the unit disk.
 *
 * @param rho Radius, 0 to 1.
 * @param angle Angle from the column axis towards the rows, rad.
 */
export function zernikeTerm(j: number, rho: number, angle: number): number {
  let n = 0, left = j - 1;
  while (left > n) left -= ++n;
  // Within an order, |m| grows with j in the parity of n; even j are cosines.
  const m = n % 2 === 0 ? 2 * Math.ceil(left / 2) : 2 * Math.floor(left / 2) + 1;
  let radial = 0;
  for (let k = 0; k <= (n - m) / 2; k++) {
    const top = factorial(n - k) * (k % 2 === 0 ? 1 : -1);
    radial += top / (factorial(k) * factorial((n + m) / 2 - k) * factorial((n - m) / 2 - k)) *
      rho ** (n - 2 * k);
  }
  if (m === 0) return Math.sqrt(n + 1) * radial;
  return Math.sqrt(2 * (n + 1)) * radial *
    (j % 2 === 0 ? Math.cos(m * angle) : Math.sin(m * angle));
}

/** A zone plate and where the sample is. */
export interface ZonePlate {
  /** Pixel of the object, nm. */
  readonly pixel: number;
  /** Outermost zone, nm: the width of the focus. */
  readonly zone: number;
  /** Photon energy, keV. */
  readonly energy: number;
  /** Central stop as a share of the plate. */
  readonly stop: number;
  /** Distance of the sample behind the focus, um. */
  readonly defocus: number;
}

/** Wavelength, nm, of photons of an energy, keV. */
export function wavelengthNm(energy: number): number {
  return 1.239841984 / energy;
}

/** Distance from the focus, um, at which the beam is 0.35 windows wide. */
export function autoDefocus(
  plate: { window: number; pixel: number; zone: number; energy: number },
): number {
  return 0.35 * plate.window * plate.pixel * plate.zone / wavelengthNm(plate.energy) / 1000;
}

/**
 * Beam behind a Fresnel zone plate: its ring-shaped pupil seen from the focal plane, then Fresnel
 * propagation over the distance to the sample.
 *
 * @param N Window, px: a power of two.
 * @throws {ConfigError} if the pixel is larger than the focus or the beam wider than the window.
 */
export function zonePlateProbe(N: number, plate: ZonePlate): Probe {
  const { pixel, zone, stop, energy } = plate;
  if (pixel > zone) {
    throw new ConfigError(
      `pixel_nm is ${pixel}: at most the outermost zone of ${zone} nm is needed to see the focus`,
    );
  }
  const defocus = 1000 * plate.defocus, wavelength = wavelengthNm(energy);
  const spot = wavelength * Math.abs(defocus) / zone, window = N * pixel;
  if (spot > window) {
    throw new ConfigError(
      `probe.defocus_um is ${plate.defocus}: the beam is ${
        spot.toFixed(0)
      } nm wide and the window ` +
        `${window.toFixed(0)} nm: use up to ${(window * zone / wavelength / 1000).toPrecision(3)}`,
    );
  }
  // Highest spatial frequency that the plate sends is 1 / (2 zone).
  const radius = window / (2 * zone), inner = stop * radius;
  return focus(N, (v, u) => {
    const r = Math.hypot(v, u), square = (r / window) ** 2;
    const open = soft(radius - r) * (stop > 0 ? soft(r - inner) : 1);
    return [open, -Math.PI * wavelength * defocus * square];
  });
}

/** Edge one pixel wide: 0 outside, 1 inside. */
function soft(inside: number): number {
  return Math.min(1, Math.max(0, inside + 0.5));
}

/** Field in the focal plane of a pupil, largest modulus 1. */
function focus(N: number, pupil: Pupil): Probe {
  if ((N & (N - 1)) !== 0) {
    throw new ConfigError(`probe.side is ${N}: this kind of probe needs a power of two`);
  }
  const re = new Float64Array(N * N), im = new Float64Array(N * N), half = N / 2;
  // The inverse transform is the conjugate of the transform of the conjugate.
  for (let v = -half; v < half; v++) {
    for (let u = -half; u < half; u++) {
      const [modulus, phase] = pupil(v, u), i = ((v + N) % N) * N + (u + N) % N;
      re[i] = modulus * Math.cos(phase);
      im[i] = -modulus * Math.sin(phase);
    }
  }
  fft2(re, im, N);
  const data = new Float32Array(2 * N * N);
  let largest = 0;
  for (let i = 0; i < re.length; i++) largest = Math.max(largest, Math.hypot(re[i], im[i]));
  for (let y = 0; y < N; y++) {
    for (let x = 0; x < N; x++) {
      const from = ((y + half) % N) * N + (x + half) % N, to = 2 * (y * N + x);
      data[to] = re[from] / largest;
      data[to + 1] = -im[from] / largest;
    }
  }
  return { modes: 1, N, data };
}

function factorial(n: number): number {
  let product = 1;
  for (let i = 2; i <= n; i++) product *= i;
  return product;
}
