import { complexArray, type NdArray, realArray } from "../../src/array.ts";
import { emptyComplex, fourier2 } from "../../src/image/fourier.ts";
import { makeExperiment } from "../../src/simulation/experiment.ts";
import { measureAmplitudes } from "../../src/simulation/noise.ts";
import { cutPatch } from "../../src/simulation/patches.ts";
import { readRecipe, resolveRecipe } from "../../src/simulation/recipe.ts";

/** How the scan of a test is made. */
export interface SimulatedOptions {
  /** Scan positions. */
  readonly count?: number;
  /** Side of a pattern, px. */
  readonly N?: number;
  /** Photons of the mean pattern. */
  readonly nphotons?: number;
  /** Probe. */
  readonly probe?: string;
  /** Seed. */
  readonly seed?: number;
}

/** Arrays of a good scan, made on the CPU: sqrt of Poisson counts, zero frequency at (N/2, N/2). */
export function simulatedScan(options: SimulatedOptions = {}): Record<string, NdArray> {
  const { count = 16, N = 64, nphotons = 1e5, probe = "aberrated", seed = 11 } = options;
  const recipe = readRecipe({
    N,
    seed,
    nphotons,
    object: { kind: "lines" },
    probe: { kind: probe },
    scan: { kind: "jittered", count, overlap: 0.8 },
  }, "test");
  const made = makeExperiment(resolveRecipe(recipe));
  const patterns = made.positions.length / 2, half = N / 2;
  const exact = new Float32Array(patterns * N * N);
  for (let n = 0; n < patterns; n++) {
    const patch = cutPatch(made.object, made.positions[2 * n], made.positions[2 * n + 1], N);
    const exit = emptyComplex(N, N), p = made.probe.data;
    for (let i = 0; i < N * N; i++) {
      exit.re[i] = p[2 * i] * patch[2 * i] - p[2 * i + 1] * patch[2 * i + 1];
      exit.im[i] = p[2 * i] * patch[2 * i + 1] + p[2 * i + 1] * patch[2 * i];
    }
    const wave = fourier2(exit);
    for (let i = 0; i < N * N; i++) {
      const y = (Math.floor(i / N) + half) % N, x = (i % N + half) % N;
      exact[(n * N + y) * N + x] = Math.hypot(wave.re[i], wave.im[i]) / N;
    }
  }
  const axis = (offset: number): NdArray => ({
    shape: [patterns],
    dtype: "f64",
    data: Float64Array.from({ length: patterns }, (_, i) => made.positions[2 * i + offset]),
  });
  const metadata = JSON.stringify({ physics_parameters: { nphotons } });
  return {
    diffraction: realArray([patterns, N, N], measureAmplitudes(exact, N * N, 0, seed)),
    xcoords: axis(1),
    ycoords: axis(0),
    probeGuess: complexArray([N, N], made.probe.data),
    objectGuess: complexArray([made.object.height, made.object.width], made.object.data),
    _metadata: { shape: [], dtype: "str", data: [metadata] },
  };
}

/** Changes every value of an array with the place (pattern, row, column) of a (P, N, N) stack. */
export function changed(
  array: NdArray,
  change: (value: number, n: number, y: number, x: number) => number,
): NdArray {
  const [, height, width] = array.shape, data = array.data as Float32Array;
  return realArray(
    array.shape,
    data.map((value, i) =>
      change(
        value,
        Math.floor(i / height / width),
        Math.floor(i / width) % height,
        i % width,
      )
    ),
  );
}

/** Moves every pattern cyclically by (down, right). */
export function rolled(array: NdArray, down: number, right: number): NdArray {
  const [, N] = array.shape, data = array.data as Float32Array;
  return changed(
    array,
    (_, n, y, x) => data[(n * N + (y + down) % N) * N + (x + right) % N],
  );
}

/** (P, N, N) as (N, N, P). */
export function patternsLast(array: NdArray): NdArray {
  const [count, N] = array.shape, data = array.data as Float32Array;
  const out = new Float32Array(data.length);
  for (let n = 0; n < count; n++) {
    for (let p = 0; p < N * N; p++) out[p * count + n] = data[n * N * N + p];
  }
  return realArray([N, N, count], out);
}

/** A coordinate array times a factor. */
export function scaledAxis(array: NdArray, factor: number): NdArray {
  return { ...array, data: (array.data as Float64Array).map((v) => v * factor) };
}
