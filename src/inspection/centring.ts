/**
 * Where the zero frequency of a stack lies.
 *
 * @module
 */
import { emptyComplex, fourier2 } from "../image/fourier.ts";
import type { Grid } from "../image/grid.ts";
import type { Probe } from "../scan/probe.ts";

/** Place of the light on the detector. */
export interface Centring {
  /** Where the zero frequency is: at (N/2, N/2), at pixel (0, 0), or shifted on one axis only. */
  readonly zeroFrequency: "centre" | "corner" | "corner of the rows" | "corner of the columns";
  /** Centre of mass (row, column) of the mean intensity, px; around the corner if it is there. */
  readonly centreOfMass: readonly [row: number, column: number];
  /** Centre of mass minus where the probe alone would put it, px. */
  readonly offset: readonly [rows: number, columns: number];
  /** Likeness of the mean pattern and the expectation, 0..1. */
  readonly likeness: number;
}

/**
 * Compares the mean intensity with the far field of the probe, or a spot in the middle without one.
 *
 * @param intensity (height, width) mean intensity of the patterns.
 * @param probe Probe of the same side.
 * @param mask 0 at pixels that say nothing.
 */
export function centringOf(intensity: Grid, probe?: Probe, mask?: Uint8Array): Centring {
  const { height, width } = intensity;
  const expected = probe !== undefined && probe.N === height && height === width
    ? farField(probe)
    : spot(height, width);
  const scores = [[0, 0], [0, 1], [1, 0], [1, 1]].map(([rows, columns]) =>
    likeness(intensity, expected, rows * (height >> 1), columns * (width >> 1), mask)
  );
  let best = 0;
  // As stored unless another place is clearly better.
  scores.forEach((score, i) => {
    if (score > scores[best] && score > 1.15 * scores[0]) best = i;
  });
  const zeroFrequency =
    (["centre", "corner of the columns", "corner of the rows", "corner"] as const)[best];
  const half = (place: number): [number, number] => [
    place >= 2 ? height >> 1 : 0,
    place % 2 === 1 ? width >> 1 : 0,
  ];
  const shifted = roll(mask === undefined ? intensity : masked(intensity, mask), ...half(best));
  const seen = mask === undefined
    ? expected
    : roll(masked(roll(expected, ...half(best)), mask), ...half(best));
  const mass = centreOfMass(shifted), wanted = centreOfMass(seen);
  return {
    zeroFrequency,
    centreOfMass: [
      mass[0] - (best >= 2 ? height >> 1 : 0),
      mass[1] - (best % 2 === 1 ? width >> 1 : 0),
    ],
    offset: [mass[0] - wanted[0], mass[1] - wanted[1]],
    likeness: scores[best],
  };
}

/** Centre of mass (row, column), px. */
export function centreOfMass(grid: Grid): [number, number] {
  let sum = 0, rows = 0, columns = 0;
  grid.data.forEach((value, i) => {
    sum += value;
    rows += value * Math.floor(i / grid.width);
    columns += value * (i % grid.width);
  });
  return [rows / sum, columns / sum];
}

/** Moves an image down and right, what leaves comes back on the other side. */
export function roll(grid: Grid, down: number, right: number): Grid {
  const { height, width } = grid, data = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[((y + down) % height) * width + (x + right) % width] = grid.data[y * width + x];
    }
  }
  return { height, width, data };
}

/** |FFT(probe)|^2 of all modes, zero frequency in the middle. */
function farField(probe: Probe): Grid {
  const { N } = probe, sum = new Float64Array(N * N);
  for (let mode = 0; mode < probe.modes; mode++) {
    const field = emptyComplex(N, N);
    for (let i = 0; i < N * N; i++) {
      field.re[i] = probe.data[2 * (mode * N * N + i)];
      field.im[i] = probe.data[2 * (mode * N * N + i) + 1];
    }
    const wave = fourier2(field);
    for (let i = 0; i < N * N; i++) sum[i] += wave.re[i] ** 2 + wave.im[i] ** 2;
  }
  return roll({ height: N, width: N, data: sum }, N >> 1, N >> 1);
}

function spot(height: number, width: number): Grid {
  const data = new Float64Array(height * width);
  for (let i = 0; i < data.length; i++) {
    const y = (Math.floor(i / width) - (height >> 1)) / height;
    const x = (i % width - (width >> 1)) / width;
    data[i] = Math.exp(-(y * y + x * x) * 32);
  }
  return { height, width, data };
}

function masked(image: Grid, mask: Uint8Array): Grid {
  return { ...image, data: image.data.map((v, i) => mask[i] === 0 ? 0 : v) };
}

/** Cosine between an image and an expectation moved by (rows, columns), of their square roots. */
function likeness(
  image: Grid,
  expected: Grid,
  rows: number,
  columns: number,
  mask?: Uint8Array,
): number {
  const moved = roll(expected, rows, columns);
  let both = 0, a = 0, b = 0;
  for (let i = 0; i < image.data.length; i++) {
    if (mask?.[i] === 0) continue;
    both += Math.sqrt(image.data[i] * moved.data[i]);
    a += image.data[i];
    b += moved.data[i];
  }
  return both / Math.sqrt(a * b);
}
