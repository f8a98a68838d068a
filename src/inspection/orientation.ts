/**
 * Do positions, patterns and probe fit together? A quick trial says so.
 *
 * A small iterative engine (ePIE, Maiden and Rodenburg, Ultramicroscopy 109, 1256 (2009)) explains a
 * few neighbouring patterns again and again: as stored, with x and y of the positions exchanged, with
 * either or both reversed, and with the patterns turned in the same ways. Only the right axes let
 * overlapping patterns agree on one object.
 *
 * @module
 */
import { type ComplexGrid, emptyComplex, fourier2 } from "../image/fourier.ts";
import type { Probe } from "../scan/probe.ts";
import { planResize, resizeProbe } from "../scan/resize.ts";

/** One way to read the axes. */
export interface Orientation {
  /** What is read in another way. */
  readonly of: "positions" | "patterns";
  /** Columns and rows are exchanged. */
  readonly swapped: boolean;
  /** Rows count upwards. */
  readonly flippedY: boolean;
  /** Columns count leftwards. */
  readonly flippedX: boolean;
}

/** How well each way explains the patterns. */
export interface OrientationTrial {
  /** All fifteen ways with their relative squared amplitude error, the best first. */
  readonly ranking: readonly (Orientation & { readonly error: number })[];
  /** Error of everything as stored. */
  readonly stored: number;
  /** Error with the positions dealt out in another order: what a wrong order would leave. */
  readonly shuffled: number;
  /** Object around the tried positions, by the best way. */
  readonly object: ComplexGrid;
  /** Patterns used. */
  readonly patterns: number;
}

/** Input of a trial. */
export interface TrialInput {
  /** (n, N, N) amplitudes, zero frequency at (N/2, N/2); below 0 where nothing was measured. */
  readonly amplitudes: Float32Array;
  /** (n, 2) positions (y, x), px. */
  readonly positions: Float64Array;
  /** Probe of side N; its first mode is used. */
  readonly probe: Probe;
}

/** Sides larger than this are cropped: low frequencies are enough to tell. */
const SIDE = 64;
const SWEEPS = 6, PROBE_FROM = 2;

/** All ways, as stored first, then those that change the least. */
const WAYS: readonly Orientation[] = (["positions", "patterns"] as const).flatMap((of) =>
  [0, 2, 1, 4, 3, 6, 5, 7].map((bits) => ({
    of,
    swapped: (bits & 4) !== 0,
    flippedY: (bits & 2) !== 0,
    flippedX: (bits & 1) !== 0,
  }))
).filter((way, i) => i < 8 || way.swapped || way.flippedY || way.flippedX);

/** Tries all ways. */
export function tryOrientations(input: TrialInput): OrientationTrial {
  const { probe, amplitudes, step } = prepare(input);
  const positions = input.positions.map((v) => v / step);
  const tried = WAYS.map((way) => ({
    ...way,
    ...(way.of === "positions"
      ? explain(amplitudes, reorient(positions, way), probe)
      : explain(amplitudes.map((pattern) => turned(pattern, probe.width, way)), positions, probe)),
  }));
  const stored = tried[0].error;
  const shuffled = explain(amplitudes, dealt(positions), probe).error;
  tried.sort((a, b) => a.error - b.error);
  return {
    ranking: tried.map(({ object: _, ...rest }) => rest),
    stored,
    shuffled,
    object: tried[0].object,
    patterns: input.positions.length / 2,
  };
}

/** Relative squared amplitude error of the positions as stored, for other values of the patterns. */
export function trialError(input: TrialInput): number {
  const { probe, amplitudes, step } = prepare(input);
  return explain(amplitudes, input.positions.map((v) => v / step), probe).error;
}

function prepare(
  input: TrialInput,
): { probe: ComplexGrid; amplitudes: Float64Array[]; step: number } {
  const { N } = input.probe, side = Math.min(N, SIDE);
  return {
    probe: firstMode(resizeProbe(input.probe, planResize(N, side, 1))),
    amplitudes: cornerFirst(input.amplitudes, N, side),
    step: N / side,
  };
}

/** Positions dealt out in another order: neighbours come far apart. */
function dealt(positions: Float64Array): Float64Array {
  const count = positions.length / 2;
  let stride = Math.max(2, Math.round(0.4 * count));
  const divisor = (a: number, b: number): number => b === 0 ? a : divisor(b, a % b);
  while (divisor(stride, count) !== 1) stride++;
  return positions.map((_, i) => positions[2 * (((i >> 1) * stride + 1) % count) + i % 2]);
}

/** Positions (y, x) read in another way. */
export function reorient(positions: Float64Array, way: Orientation): Float64Array {
  return positions.map((_, i) => {
    const row = i % 2 === 0;
    const value = way.swapped ? positions[row ? i + 1 : i - 1] : positions[i];
    return (row ? way.flippedY : way.flippedX) ? -value : value;
  });
}

/** A pattern (zero frequency first) with its axes read in another way. */
function turned(pattern: Float64Array, side: number, way: Orientation): Float64Array {
  const out = new Float64Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const row = way.flippedY ? (side - y) % side : y;
      const column = way.flippedX ? (side - x) % side : x;
      out[y * side + x] = pattern[way.swapped ? column * side + row : row * side + column];
    }
  }
  return out;
}

function firstMode(probe: Probe): ComplexGrid {
  const out = emptyComplex(probe.N, probe.N);
  for (let i = 0; i < probe.N * probe.N; i++) {
    out.re[i] = probe.data[2 * i];
    out.im[i] = probe.data[2 * i + 1];
  }
  return out;
}

/** Central (side, side) part of each pattern with the zero frequency first. */
function cornerFirst(amplitudes: Float32Array, N: number, side: number): Float64Array[] {
  const half = side >> 1, start = (N >> 1) - half;
  return Array.from({ length: amplitudes.length / (N * N) }, (_, n) => {
    const out = new Float64Array(side * side);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        out[((y + side - half) % side) * side + (x + side - half) % side] =
          amplitudes[n * N * N + (start + y) * N + start + x];
      }
    }
    return out;
  });
}

/** Runs the engine; positions are rounded to pixels. */
function explain(
  amplitudes: readonly Float64Array[],
  positions: Float64Array,
  given: ComplexGrid,
): { error: number; object: ComplexGrid } {
  const side = given.width, area = side * side, count = amplitudes.length;
  let top = Infinity, left = Infinity, bottom = -Infinity, right = -Infinity;
  for (let i = 0; i < count; i++) {
    top = Math.min(top, positions[2 * i]);
    bottom = Math.max(bottom, positions[2 * i]);
    left = Math.min(left, positions[2 * i + 1]);
    right = Math.max(right, positions[2 * i + 1]);
  }
  const height = side + Math.ceil(bottom - top) + 1, width = side + Math.ceil(right - left) + 1;
  const object = emptyComplex(height, width);
  object.re.fill(1);
  const probe = scaled(given, amplitudes);
  const patch = emptyComplex(side, side), exit = emptyComplex(side, side);
  let error = 0, energy = 0;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    error = energy = 0;
    for (let k = 0; k < count; k++) {
      // A fixed stride visits far apart patterns one after the other.
      const n = (k * 7) % count, at = count % 7 === 0 ? k : n;
      const y0 = Math.round(positions[2 * at] - top), x0 = Math.round(positions[2 * at + 1] - left);
      const corner = y0 * width + x0;
      for (let i = 0; i < area; i++) {
        const from = corner + Math.floor(i / side) * width + i % side;
        patch.re[i] = object.re[from];
        patch.im[i] = object.im[from];
        exit.re[i] = probe.re[i] * patch.re[i] - probe.im[i] * patch.im[i];
        exit.im[i] = probe.re[i] * patch.im[i] + probe.im[i] * patch.re[i];
      }
      const wave = fourier2(exit), measured = amplitudes[at];
      for (let i = 0; i < area; i++) {
        // What was not measured stays free.
        if (measured[i] < 0) continue;
        const modulus = Math.hypot(wave.re[i], wave.im[i]) / side;
        error += (modulus - measured[i]) ** 2;
        energy += measured[i] ** 2;
        const factor = modulus > 0 ? measured[i] / modulus : 0;
        wave.re[i] *= factor;
        wave.im[i] *= factor;
      }
      const back = fourier2(wave, true);
      let brightest = 0, strongest = 0;
      for (let i = 0; i < area; i++) {
        brightest = Math.max(brightest, probe.re[i] ** 2 + probe.im[i] ** 2);
        strongest = Math.max(strongest, patch.re[i] ** 2 + patch.im[i] ** 2);
      }
      for (let i = 0; i < area; i++) {
        const dr = back.re[i] / area - exit.re[i], di = back.im[i] / area - exit.im[i];
        const to = corner + Math.floor(i / side) * width + i % side;
        object.re[to] += (probe.re[i] * dr + probe.im[i] * di) / brightest;
        object.im[to] += (probe.re[i] * di - probe.im[i] * dr) / brightest;
        if (sweep < PROBE_FROM) continue;
        probe.re[i] += (patch.re[i] * dr + patch.im[i] * di) / strongest;
        probe.im[i] += (patch.re[i] * di - patch.im[i] * dr) / strongest;
      }
    }
  }
  return { error: error / energy, object };
}

/**
 * Probe whose light on the pixels that measured is the mean energy of the patterns, so that an object of
 * modulus 1 fits.
 */
function scaled(probe: ComplexGrid, amplitudes: readonly Float64Array[]): ComplexGrid {
  const wave = fourier2(probe), area = probe.re.length, [first] = amplitudes;
  let all = 0, have = 0, want = 0;
  for (let i = 0; i < area; i++) {
    const power = (wave.re[i] ** 2 + wave.im[i] ** 2) / area;
    all += power;
    if (first[i] >= 0) have += power;
  }
  for (const pattern of amplitudes) for (const value of pattern) want += Math.max(0, value) ** 2;
  // A beam that is stopped completely tells nothing.
  const factor = Math.sqrt(want / amplitudes.length / Math.max(have, 0.05 * all));
  return { ...probe, re: probe.re.map((v) => v * factor), im: probe.im.map((v) => v * factor) };
}
