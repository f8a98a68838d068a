/**
 * Simulation: a recipe in, noisy diffraction patterns and the truth out.
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
import { detectorMask, readOut } from "../simulation/detector.ts";
import {
  type Experiment,
  type ExperimentSources,
  makeExperiment,
} from "../simulation/experiment.ts";
import { type FileHashes, GENERATOR, recipeIdentity } from "../simulation/identity.ts";
import { truthPatches } from "../simulation/labels.ts";
import { modePowers } from "../simulation/modes.ts";
import { measureAmplitudes } from "../simulation/noise.ts";
import type { ObjectKind } from "../simulation/object_kinds.ts";
import { cutPatch } from "../simulation/patches.ts";
import type { ProbeKind } from "../simulation/probe_kinds.ts";
import { printable, type Recipe, resolveRecipe } from "../simulation/recipe.ts";
import type { ScanKind } from "../simulation/scans.ts";

/** A simulated scan. */
export interface SimulatedScan {
  /** Arrays of the NPZ contract and the truth, by key. */
  readonly arrays: Readonly<Record<string, NdArray>>;
  /** The same, ready for training. */
  readonly dataset: ScanDataset;
  /** What was simulated: object, probe in count units, positions, overlap. */
  readonly experiment: Experiment;
  /** The complete recipe. */
  readonly recipe: Recipe;
  /** SHA-256 of the recipe. */
  readonly identity: string;
  /** Counts that were read out in the mean pattern. */
  readonly meanCounts: number;
  /** Pixels that were cut off by saturation, in all patterns. */
  readonly saturated: number;
}

/** The main choices of a recipe. */
export interface SimulateOptions {
  /** Object. */
  readonly object: ObjectKind;
  /** Probe. */
  readonly probe: ProbeKind;
  /** Scan. */
  readonly scan: ScanKind;
  /** Side of a pattern, px: a power of two. */
  readonly N: number;
  /** Positions. */
  readonly count: number;
  /** Photons of the mean pattern. */
  readonly nphotons: number;
  /** Linear overlap of the probes, 0 to 0.99; decides the size of the object unless that is given. */
  readonly overlap: number;
  /** Side of the object, px; null follows from the overlap. */
  readonly objectSide?: number | null;
  /** Round positions to whole pixels. */
  readonly integerPositions?: boolean;
  /** Seed of everything random. */
  readonly seed: number;
  /** False leaves the photon noise out. */
  readonly noise?: boolean;
  /** Called with (patterns done, patterns in all). */
  readonly onProgress?: (done: number, all: number) => void;
}

/**
 * Simulates a scan from its main choices; {@linkcode simulateRecipe} takes all of them.
 *
 * @throws {ConfigError} if values do not fit.
 */
export function simulateScan(gpu: Gpu, options: SimulateOptions): Promise<SimulatedScan> {
  const { objectSide = null, onProgress } = options;
  const recipe = resolveRecipe({
    N: options.N,
    seed: options.seed,
    nphotons: options.nphotons,
    noise: options.noise ?? true,
    "object.kind": options.object,
    "object.height": objectSide,
    "probe.kind": options.probe,
    "scan.kind": options.scan,
    "scan.count": options.count,
    "scan.overlap": objectSide === null && options.scan !== "nested" ? options.overlap : null,
    "scan.integer": options.integerPositions ?? false,
  });
  return simulateRecipe(gpu, recipe, onProgress === undefined ? {} : { onProgress });
}

/** What a recipe needs besides itself. */
export interface SimulateInputs {
  /** Image and probe of the files that the recipe names. */
  readonly sources?: ExperimentSources;
  /** SHA-256 of those files. */
  readonly hashes?: FileHashes;
  /** Called with (patterns done, patterns in all). */
  readonly onProgress?: (done: number, all: number) => void;
}

/** Simulates a recipe; the same recipe gives the same arrays. @throws {ConfigError} if sizes do not fit. */
export async function simulateRecipe(
  gpu: Gpu,
  recipe: Recipe,
  inputs: SimulateInputs = {},
): Promise<SimulatedScan> {
  const { N, seed, nphotons } = recipe;
  const experiment = makeExperiment(recipe, inputs.sources);
  const exact = await diffractionAmplitudes(gpu, experiment, inputs.onProgress);
  const measured = recipe.noise ? measureAmplitudes(exact, N * N, 0, seed) : exact;
  const mask = detectorMask(N, recipe.detector, seed);
  const { amplitudes, saturated } = readOut(measured, mask, recipe.detector);
  const { object, probe, positions } = experiment, count = positions.length / 2;
  const label = recipe.labels === "none"
    ? undefined
    : truthPatches(object, experiment.truePositions, probe, recipe.labels);
  const whole = scanFromArrays({
    name: "simulated",
    positions,
    probe,
    patterns: amplitudes,
    objectGuess: object,
    nphotons,
    ...(label === undefined ? {} : { labels: polar(label) }),
  });
  const masked = recipe.detector.beamstop > 0 || recipe.detector.dead_pixels > 0;
  const dataset: ScanDataset = {
    ...whole,
    ...(masked ? { mask } : {}),
    ...(recipe.pixel_nm === null ? {} : { pixelSize: recipe.pixel_nm * 1e-9 }),
  };
  const meanCounts = amplitudes.reduce((sum, v) => sum + v * v, 0) / count;
  const cutOff = saturated?.reduce((sum, v) => sum + v, 0) ?? 0;
  const identity = await recipeIdentity(recipe, inputs.hashes);
  const about = { meanCounts, saturated: cutOff, identity };
  const arrays: Record<string, NdArray> = {
    diffraction: realArray([count, N, N], amplitudes),
    xcoords: axis(positions, 1),
    ycoords: axis(positions, 0),
    probeGuess: complexArray(probe.modes === 1 ? [N, N] : [probe.modes, N, N], probe.data),
    objectGuess: complexArray([object.height, object.width], object.data),
    scan_index: { shape: [count], dtype: "i64", data: new BigInt64Array(count) },
  };
  if (experiment.truePositions !== positions) {
    arrays.xcoords_true = axis(experiment.truePositions, 1);
    arrays.ycoords_true = axis(experiment.truePositions, 0);
  }
  if (label !== undefined) arrays.label = complexArray([count, N, N], label);
  if (masked) {
    arrays.mask = { shape: [N, N], dtype: "bool", data: mask };
  }
  if (saturated !== undefined) {
    arrays.saturated = { shape: [count, N, N], dtype: "bool", data: saturated };
  }
  if (recipe.scan.kind === "nested") {
    const members = recipe.scan.gridsize! ** 2;
    const data = BigInt64Array.from({ length: count }, (_, i) => BigInt(i));
    arrays.nn_indices = { shape: [count / members, members], dtype: "i64", data };
  }
  const text = JSON.stringify(metadata(recipe, experiment, about, inputs.hashes ?? {}));
  arrays._metadata = { shape: [], dtype: "str", data: [text] };
  return { arrays, dataset, experiment, recipe, ...about };
}

/** Modulus and angle (rad) of interleaved complex numbers. */
function polar(values: Float32Array): { amplitude: Float32Array; phase: Float32Array } {
  const length = values.length / 2;
  const amplitude = new Float32Array(length), phase = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    amplitude[i] = Math.hypot(values[2 * i], values[2 * i + 1]);
    phase[i] = Math.atan2(values[2 * i + 1], values[2 * i]);
  }
  return { amplitude, phase };
}

function axis(positions: Float64Array, offset: number): NdArray {
  const length = positions.length / 2;
  const data = Float64Array.from({ length }, (_, i) => positions[2 * i + offset]);
  return { shape: [length], dtype: "f64", data };
}

/** What `_metadata` holds. */
function metadata(
  recipe: Recipe,
  experiment: Experiment,
  about: { meanCounts: number; saturated: number; identity: string },
  hashes: FileHashes,
): Record<string, unknown> {
  const { probe } = recipe,
    bare = (path: string | null): string | null =>
      path === null ? null : path.replace(/^.*[\\/]/, "");
  return {
    schema_version: "1.0",
    physics_parameters: {
      nphotons: recipe.nphotons,
      ...(recipe.pixel_nm === null ? {} : { pixel_size_m: recipe.pixel_nm * 1e-9 }),
      ...(probe.energy_kev === null ? {} : { energy_kev: probe.energy_kev }),
    },
    N: recipe.N,
    gridsize: recipe.scan.gridsize ?? 1,
    seed: recipe.seed,
    generator: GENERATOR,
    recipe_sha256: about.identity,
    // Folders are left out: the same input anywhere gives the same bytes.
    recipe: printable({
      ...recipe,
      object: { ...recipe.object, file: bare(recipe.object.file) },
      probe: { ...probe, file: bare(probe.file) },
    }),
    files: hashes,
    overlap: experiment.overlap,
    probe_diameter: experiment.diameter,
    probe_pipeline: experiment.probeSteps,
    probe_mode_powers: modePowers(experiment.probe),
    mean_counts: about.meanCounts,
    saturated_pixels: about.saturated,
  };
}

/** Noise-free amplitudes of every position, (P, N, N). */
async function diffractionAmplitudes(
  gpu: Gpu,
  experiment: Experiment,
  onProgress?: (done: number, all: number) => void,
): Promise<Float32Array> {
  const { object, probe, truePositions: positions } = experiment, { N, modes } = probe;
  const count = positions.length / 2;
  // Large patterns and many modes in smaller batches: a few million values at a time.
  const batch = Math.max(1, Math.min(32, count, Math.floor(2 ** 22 / (N * N * modes))));
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
