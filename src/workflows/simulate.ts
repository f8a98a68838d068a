/**
 * Simulation: object, probe and scan in, noisy diffraction patterns out.
 *
 * The patterns come from the forward model that training uses; only the photon noise is drawn on the CPU.
 *
 * @module
 */
import { complexArray, type NdArray, realArray } from "../array.ts";
import type { Gpu } from "../gpu/device.ts";
import { Graph } from "../ops/graph.ts";
import { forwardModel } from "../physics/forward_model.ts";
import { type ScanDataset, scanFromArrays } from "../scan/dataset.ts";
import {
  type Experiment,
  type ExperimentOptions,
  makeExperiment,
} from "../simulation/experiment.ts";
import { measureAmplitudes } from "../simulation/noise.ts";
import { cutPatch } from "../simulation/patches.ts";

/** A simulated scan. */
export interface SimulatedScan {
  /** Arrays of the NPZ contract, by key. */
  readonly arrays: Readonly<Record<string, NdArray>>;
  /** The same, ready for training. */
  readonly dataset: ScanDataset;
  /** What was simulated: object, probe in count units, positions, overlap. */
  readonly experiment: Experiment;
}

/** What is simulated, and how. */
export interface SimulateOptions extends ExperimentOptions {
  /** False leaves the photon noise out. */
  readonly noise?: boolean;
  /** Called with (patterns done, patterns in all). */
  readonly onProgress?: (done: number, all: number) => void;
}

const BATCH = 32;

/** Simulates a scan; the same options give the same arrays. @throws {RangeError} if sizes do not fit. */
export async function simulateScan(gpu: Gpu, options: SimulateOptions): Promise<SimulatedScan> {
  const experiment = makeExperiment(options);
  const { N, seed, nphotons } = options;
  const exact = await diffractionAmplitudes(gpu, experiment, options.onProgress);
  const patterns = options.noise === false ? exact : measureAmplitudes(exact, N * N, 0, seed);
  const { object, probe, positions } = experiment;
  const count = positions.length / 2;
  const dataset = scanFromArrays({
    name: "simulated",
    positions,
    probe,
    patterns,
    objectGuess: object,
    nphotons,
  });
  const axis = (offset: number): NdArray => ({
    shape: [count],
    dtype: "f64",
    data: Float64Array.from({ length: count }, (_, i) => positions[2 * i + offset]),
  });
  const { onProgress: _, ...recipe } = options;
  const metadata = {
    schema_version: "1.0",
    physics_parameters: { nphotons },
    N,
    seed,
    recipe: { ...recipe, overlap_reached: experiment.overlap },
  };
  const arrays: Record<string, NdArray> = {
    diffraction: realArray([count, N, N], patterns),
    xcoords: axis(1),
    ycoords: axis(0),
    probeGuess: complexArray(probe.modes === 1 ? [N, N] : [probe.modes, N, N], probe.data),
    objectGuess: complexArray([object.height, object.width], object.data),
    scan_index: { shape: [count], dtype: "i64", data: new BigInt64Array(count) },
    _metadata: { shape: [], dtype: "str", data: [JSON.stringify(metadata)] },
  };
  return { arrays, dataset, experiment };
}

/** Noise-free amplitudes of every position, (P, N, N). */
async function diffractionAmplitudes(
  gpu: Gpu,
  experiment: Experiment,
  onProgress?: (done: number, all: number) => void,
): Promise<Float32Array> {
  const { object, probe, positions } = experiment, { N, modes } = probe;
  const count = positions.length / 2, batch = Math.min(BATCH, count);
  const patches = gpu.tensor("patches", [batch, 1, N, N, 2]);
  const illumination = gpu.tensor("probe", [modes, N, N, 2], probe.data);
  using graph = new Graph(gpu, "simulate", false);
  try {
    const predicted = forwardModel(graph, graph.wrap(patches), { probe: graph.wrap(illumination) });
    const out = new Float32Array(count * N * N), size = 2 * N * N;
    for (let from = 0; from < count; from += batch) {
      const n = Math.min(batch, count - from);
      const cut = new Float32Array(n * size);
      for (let i = 0; i < n; i++) {
        const p = 2 * (from + i);
        cut.set(cutPatch(object, positions[p], positions[p + 1], N), i * size);
      }
      gpu.write(patches, cut);
      graph.plan.submit();
      const amplitudes = await gpu.read(predicted.tensor);
      out.set(amplitudes.subarray(0, n * N * N), from * N * N);
      onProgress?.(from + n, count);
    }
    return out;
  } finally {
    gpu.arena.release(patches);
    gpu.arena.release(illumination);
  }
}
