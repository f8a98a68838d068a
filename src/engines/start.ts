/**
 * Where an iterative reconstruction starts: probe and object.
 *
 * @module
 */
import { ConfigError } from "../errors.ts";
import type { Random } from "../random.ts";
import { type Probe, softDiskMask } from "../scan/probe.ts";

/** Kinds of starting probe; `file` is the one of the scan. */
export const PROBE_STARTS = ["file", "mean", "disk", "gaussian", "zone-plate"] as const;
/** A kind of starting probe. */
export type ProbeStart = (typeof PROBE_STARTS)[number];

/** What a starting probe is made from. */
export interface ProbeStartOptions {
  /** Kind. */
  readonly kind: ProbeStart;
  /** Probe of the scan. */
  readonly file: Probe;
  /** (N, N) mean measured intensity, zero frequency at (N/2, N/2). */
  readonly mean: Float64Array;
  /** Diameter of disk, Gaussian (full width at half maximum) and defocused zone plate, px. */
  readonly diameter: number;
  /** K modes; those a probe lacks are made from its first one. */
  readonly modes: number;
}

/** Power of each added mode relative to the first one. */
const ADDED_POWER = 0.05;
/** Modes that can be added. */
const MAX_MODES = 16;

/**
 * A starting probe, not scaled yet.
 *
 * @returns (K, N, N) interleaved complex.
 * @throws {ConfigError} if the number of modes is not usable.
 */
export function startingProbe(options: ProbeStartOptions): Float32Array {
  const { file, modes } = options, { N } = file, plane = 2 * N * N;
  if (!(modes >= 1 && modes <= MAX_MODES)) {
    throw new ConfigError(`Cannot use ${modes} probe modes: 1 to ${MAX_MODES} are possible`);
  }
  const made = options.kind === "file" ? file.data : singleProbe(options);
  const out = new Float32Array(modes * plane);
  out.set(made.subarray(0, Math.min(made.length, out.length)));
  for (let m = made.length / plane; m < modes; m++) {
    out.set(addedMode(out.subarray(0, plane), N, m), m * plane);
  }
  return out;
}

function singleProbe({ kind, file, mean, diameter }: ProbeStartOptions): Float32Array {
  const { N } = file, data = new Float32Array(2 * N * N);
  if (kind === "mean") {
    // A beam without phase in the detector plane, brought to a focus.
    const field = new Float64Array(2 * N * N);
    for (let i = 0; i < N * N; i++) field[2 * i] = Math.sqrt(mean[i]);
    return Float32Array.from(centredTransform(field, N));
  }
  if (kind === "disk") {
    softDiskMask(N, diameter, 1).forEach((v, i) => data[2 * i] = v);
    return data;
  }
  if (kind === "gaussian") {
    // The intensity falls to one half at a distance of diameter / 2.
    const rate = 4 * Math.LN2 / 2 / (diameter * diameter);
    for (let i = 0; i < N * N; i++) {
      const y = Math.floor(i / N) - N / 2, x = i % N - N / 2;
      data[2 * i] = Math.exp(-rate * (y * y + x * x));
    }
    return data;
  }
  return zonePlate(mean, N, diameter);
}

/**
 * The spot of a zone plate with a central stop, out of focus so far that its ring is `diameter` wide.
 * The aperture is that of the mean pattern: its bright field, half of its radius stopped.
 */
function zonePlate(mean: Float64Array, N: number, diameter: number): Float32Array {
  let sum = 0, squares = 0;
  for (const v of mean) {
    sum += v;
    squares += v * v;
  }
  // Radius of the flat disk with the same peakedness.
  const outer = Math.min(N / 2 - 1, Math.max(2, Math.sqrt(sum * sum / squares / Math.PI)));
  // A ray at frequency q is displaced by the slope of the phase: c q / pi * N px.
  const curvature = Math.PI * diameter / 2 / (outer * N);
  const field = new Float64Array(2 * N * N);
  for (let i = 0; i < N * N; i++) {
    const y = Math.floor(i / N) - N / 2, x = i % N - N / 2, square = y * y + x * x;
    if (square > outer * outer || square < outer * outer / 4) continue;
    field[2 * i] = Math.cos(curvature * square);
    field[2 * i + 1] = Math.sin(curvature * square);
  }
  return Float32Array.from(centredTransform(field, N));
}

/** First mode times (y, x, xy, ..): monomials of rising order over the width of the probe. */
function addedMode(first: Float32Array, N: number, m: number): Float32Array {
  let power = 0, spread = 0;
  for (let i = 0; i < N * N; i++) {
    const p = first[2 * i] ** 2 + first[2 * i + 1] ** 2;
    power += p;
    spread += p * ((Math.floor(i / N) - N / 2) ** 2 + (i % N - N / 2) ** 2);
  }
  const width = Math.sqrt(spread / power / 2) + 1e-6;
  // 1: y, 2: x, 3: yy, 4: yx, 5: xx, 6: yyy, ..
  let order = 1, before = 1;
  while (before + order + 1 <= m) before += ++order;
  const ky = order - (m - before), kx = order - ky;
  const out = new Float32Array(first.length);
  let made = 0;
  for (let i = 0; i < N * N; i++) {
    const y = (Math.floor(i / N) - N / 2) / width, x = (i % N - N / 2) / width;
    const factor = y ** ky * x ** kx;
    out[2 * i] = factor * first[2 * i];
    out[2 * i + 1] = factor * first[2 * i + 1];
    made += out[2 * i] ** 2 + out[2 * i + 1] ** 2;
  }
  const scale = Math.sqrt(ADDED_POWER * power / made);
  return out.map((v) => v * scale);
}

/**
 * Object of ones, or of random phases.
 *
 * @param range Width of the phases, rad; 0 gives ones.
 */
export function startingObject(pixels: number, range: number, random: Random): Float32Array {
  const out = new Float32Array(2 * pixels);
  for (let i = 0; i < pixels; i++) {
    const phase = range === 0 ? 0 : range * (random.uniform() - 0.5);
    out[2 * i] = Math.cos(phase);
    out[2 * i + 1] = Math.sin(phase);
  }
  return out;
}

/** A complex image on the object grid. */
export interface PlacedObject {
  /** (height, width) interleaved complex. */
  readonly data: Float32Array;
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** Object-grid row of its row 0. */
  readonly originY: number;
  /** Object-grid column of its column 0. */
  readonly originX: number;
  /** (height, width) weights; pixels without any are not used. Default all used. */
  readonly coverage?: Float32Array;
}

/**
 * An earlier object on another canvas, bilinear; pixels it does not cover get its mean.
 *
 * @param canvas Sizes and origin of the new canvas.
 * @throws {ConfigError} if the two do not overlap.
 */
export function resampleObject(
  from: PlacedObject,
  canvas: { rows: number; columns: number; originY: number; originX: number },
): Float32Array {
  const { data, height, width, coverage } = from;
  const peak = coverage?.reduce((a, b) => Math.max(a, b), 0) ?? 0;
  const used = (i: number): boolean => coverage === undefined || coverage[i] > 0.02 * peak;
  let re = 0, im = 0, count = 0, modulus = 0;
  for (let i = 0; i < height * width; i++) {
    if (!used(i)) continue;
    re += data[2 * i];
    im += data[2 * i + 1];
    modulus += Math.hypot(data[2 * i], data[2 * i + 1]);
    count++;
  }
  // Outside: the mean modulus with the direction of the mean.
  const length = Math.hypot(re, im) || 1;
  const outside = [modulus / count * re / length, modulus / count * im / length];
  const out = new Float32Array(2 * canvas.rows * canvas.columns);
  let found = 0;
  for (let r = 0; r < canvas.rows; r++) {
    for (let c = 0; c < canvas.columns; c++) {
      const y = r + canvas.originY - from.originY, x = c + canvas.originX - from.originX;
      const y0 = Math.floor(y), x0 = Math.floor(x), fy = y - y0, fx = x - x0;
      const sum = [0, 0];
      let weight = 0;
      for (
        const [py, px, w] of [
          [y0, x0, (1 - fy) * (1 - fx)],
          [y0, x0 + 1, (1 - fy) * fx],
          [y0 + 1, x0, fy * (1 - fx)],
          [y0 + 1, x0 + 1, fy * fx],
        ]
      ) {
        if (py < 0 || px < 0 || py >= height || px >= width || !used(py * width + px)) continue;
        sum[0] += w * data[2 * (py * width + px)];
        sum[1] += w * data[2 * (py * width + px) + 1];
        weight += w;
      }
      const at = 2 * (r * canvas.columns + c);
      if (weight > 0.01) found++;
      out[at] = weight > 0.01 ? sum[0] / weight : outside[0];
      out[at + 1] = weight > 0.01 ? sum[1] / weight : outside[1];
    }
  }
  if (found === 0) {
    throw new ConfigError(
      "Cannot start from that object as it lies elsewhere than the scan: use one of the same scan",
    );
  }
  return out;
}

/** Orthonormal transform with both origins at (N/2, N/2), by definition row by row. */
function centredTransform(field: Float64Array, N: number): Float64Array {
  const cos = Float64Array.from({ length: N }, (_, k) => Math.cos(2 * Math.PI * k / N));
  const sin = Float64Array.from({ length: N }, (_, k) => Math.sin(2 * Math.PI * k / N));
  const out = Float64Array.from(field), line = new Float64Array(2 * N);
  for (const [step, next] of [[1, N], [N, 1]]) {
    for (let l = 0; l < N; l++) {
      for (let k = 0; k < N; k++) {
        let re = 0, im = 0;
        for (let j = 0; j < N; j++) {
          const at = 2 * (l * next + j * step);
          // (k - N/2)(j - N/2) modulo N, for even N / 2.
          const turn = (((k - N / 2) * (j - N / 2)) % N + N) % N;
          re += out[at] * cos[turn] - out[at + 1] * sin[turn];
          im += out[at] * sin[turn] + out[at + 1] * cos[turn];
        }
        line[2 * k] = re / Math.sqrt(N);
        line[2 * k + 1] = im / Math.sqrt(N);
      }
      for (let k = 0; k < N; k++) {
        out[2 * (l * next + k * step)] = line[2 * k];
        out[2 * (l * next + k * step) + 1] = line[2 * k + 1];
      }
    }
  }
  return out;
}
