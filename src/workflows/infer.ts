/**
 * Inference: diffraction -> patches -> one object.
 *
 * Every pattern is placed at its own scan position. Patterns stream through in batches, so a scan of
 * any length fits.
 *
 * @module
 */
import { complexArray, type NdArray, realArray, toFloat32 } from "../array.ts";
import { assertResolved } from "../config/resolved.ts";
import type { Gpu } from "../gpu/device.ts";
import { Pace } from "../gpu/pace.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { networkChannels } from "../network/architecture.ts";
import { Graph } from "../ops/graph.ts";
import { ParameterStore } from "../ops/parameters.ts";
import { recordVarproBasis } from "../physics/varpro_basis.ts";
import { type CanvasGeometry, canvasGeometry } from "../reassembly/geometry.ts";
import { Stitcher } from "../reassembly/stitch.ts";
import { VarproAccumulator } from "../reassembly/varpro.ts";
import { solveScaleFactors } from "../reassembly/varpro_solve.ts";
import { probeWindow, uniformWindow } from "../reassembly/weights.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { Prefetcher } from "../feeding/prefetch.ts";
import { PatternFeeder } from "./feeder.ts";
import { tabulate } from "./groups.ts";
import { recordPatches } from "./patch_network.ts";
import { declareModel, EXTRA_NAMES } from "./pinn.ts";
import { arithmeticOf, type Precision } from "./precision.ts";

/** How an object is reassembled. */
export interface InferOptions {
  /** Groups in a batch; default 16. */
  readonly batchSize?: number;
  /** Weights of overlapping patches; default `probe`. */
  readonly patchWeighting?: "probe" | "uniform";
  /** Side of the central square of each patch that is used, px; default N / 2. */
  readonly middleTrim?: number;
  /** Fit one factor each for real and imaginary part to the measured intensities; default false. */
  readonly varpro?: boolean;
  /** Groups reconstructed; default one a position. */
  readonly groups?: number;
  /** Patterns kept before grouping; default all. */
  readonly subsample?: number;
  /** Seed of that choice; default the one of the training. */
  readonly seed?: number;
  /** Neighbours among which a group is chosen; default as in training. */
  readonly neighborCount?: number;
  /** Allow more groups than positions; default as in training. */
  readonly oversampling?: boolean;
  /** Neighbours used when oversampling; default as in training. */
  readonly neighborPoolSize?: number;
  /** Batches prepared ahead; default 0. */
  readonly prefetch?: number;
  /** Arithmetic of the convolutions; default `32-true`. */
  readonly precision?: Precision;
  /** Called after each batch with (patches done, patches in all). */
  readonly onProgress?: (done: number, all: number) => void;
  /** Receives a line when a request had to be cut down. */
  readonly onWarning?: (line: string) => void;
}

/** A reconstruction. */
export interface Reconstruction {
  /** (H, W) complex object; 0 where nothing was measured. */
  readonly object: NdArray;
  /** (H, W) sum of weights. */
  readonly coverage: NdArray;
  /** (K, N, N) complex probe in the units of the data: |FFT(probe * object)| is the amplitude. */
  readonly probe: NdArray;
  /** Size and place of the canvas on the object grid. */
  readonly geometry: CanvasGeometry;
  /** Factors of real and imaginary part, if they were fitted. */
  readonly varpro: readonly [number, number] | undefined;
  /** Different patterns that went in. */
  readonly patterns: number;
  /** Patches that were placed: a pattern gives one for each group it belongs to. */
  readonly patches: number;
  /** Patches that did not fit on the canvas. */
  readonly dropped: number;
  /** Seconds of computing. */
  readonly seconds: number;
}

/**
 * Reconstructs the object of a scan with a trained model.
 *
 * With gridsize above 1 and merging, every position is the seed of one group, and each of its C
 * patches is placed at its own position.
 */
export async function infer(
  gpu: Gpu,
  dataset: ScanDataset,
  model: Checkpoint,
  options: InferOptions = {},
): Promise<Reconstruction> {
  assertResolved(model.config, "infer");
  const arithmetic = arithmeticOf(gpu, model.config.model, options.precision);
  const began = performance.now();
  const { N } = dataset;
  const { training } = model.config;
  const config = {
    ...model.config,
    model: { ...model.config.model, N },
    training: {
      ...training,
      n_groups: options.groups ?? null,
      n_subsample: options.subsample ?? null,
      seed: options.seed ?? training.seed,
      neighbor_count: options.neighborCount ?? training.neighbor_count,
      enable_oversampling: options.oversampling ?? training.enable_oversampling,
      neighbor_pool_size: options.neighborPoolSize ?? training.neighbor_pool_size,
    },
  };
  const merged = networkChannels(config.model) > 1;
  const grouping = [options.neighborCount, options.neighborPoolSize].some((v) => v !== undefined);
  if (!merged && (grouping || options.oversampling === true)) {
    options.onWarning?.("the model sees single patterns: settings of groups have no effect");
  }
  const table = tabulate(
    dataset,
    merged ? config : { ...config, model: { ...config.model, gridsize: 1, object_big: false } },
    options.onWarning,
  );
  const { channels, count } = table;
  const batch = Math.max(1, Math.min(options.batchSize ?? 16, count));
  const trim = options.middleTrim ?? N / 2;
  const positions = dataset.positions;
  const geometry = canvasGeometry(positions, trim);
  const probe = model.probe;
  const window = options.patchWeighting === "uniform"
    ? uniformWindow(trim)
    : probeWindow(probe, trim);
  const { layers, extra } = declareModel(config, probe.shape[0]);
  const store = new ParameterStore(gpu, layers.layout, false);
  const input = gpu.tensor("diffraction", [batch, channels, N, N]);
  using graph = new Graph(gpu, "inference", false, arithmetic);
  using stitcher = new Stitcher(gpu, {
    geometry,
    frame: N,
    trim,
    capacity: batch * channels,
    window,
  });
  const probeTensor = gpu.tensor("probe", [...probe.shape, 2], toFloat32(probe));
  const statistics = model.inputStatistics === undefined
    ? undefined
    : gpu.tensor("input statistics", [2, N, N], toFloat32(model.inputStatistics));
  using accumulator = options.varpro === true
    ? new VarproAccumulator(gpu, count * channels, N, dataset.mask)
    : undefined;
  try {
    store.load(model.weights);
    const patches = recordPatches(graph, { config, layers, extra, store, input, statistics });
    stitcher.record(graph.plan, patches.tensor);
    if (accumulator !== undefined) {
      const image = (name: string): Tensor => graph.allocate(name, [batch, channels, N, N]);
      const basis = { x1: image("X1"), x2: image("X2"), x3: image("X3") };
      const shape = { batch, channels, size: N };
      recordVarproBasis(graph.plan, patches.tensor, probeTensor, basis, shape);
      accumulator.record(graph.plan, { ...basis, measured: input, kind: "amplitude" });
    }
    const feeder = new PatternFeeder(dataset, model.scaling.input_factor);
    const members = (step: number): Uint32Array =>
      table.indices.subarray(step * batch * channels, (step + 1) * batch * channels);
    const batches = new Prefetcher(
      (step) => feeder.read(members(step)),
      Math.ceil(count / batch),
      options.prefetch ?? 0,
    );
    const pace = new Pace(gpu);
    for (let from = 0; from < count; from += batch) {
      const groups = Math.min(batch, count - from);
      const indices = members(from / batch);
      gpu.write(input, await batches.take(from / batch));
      const places = new Float64Array(2 * indices.length);
      for (let i = 0; i < indices.length; i++) {
        places[2 * i] = positions[2 * indices[i]];
        places[2 * i + 1] = positions[2 * indices[i] + 1];
      }
      stitcher.place(places);
      accumulator?.begin(from * channels, indices.length);
      graph.plan.submit();
      await pace.submitted();
      options.onProgress?.((from + groups) * channels, count * channels);
    }
    const { object, coverage } = await stitcher.read();
    const factors = accumulator === undefined
      ? undefined
      : solveScaleFactors(await accumulator.normalEquations());
    const values = toFloat32(object);
    if (factors !== undefined) {
      for (let i = 0; i < values.length; i += 2) {
        values[i] *= factors.s1;
        values[i + 1] *= factors.s2;
      }
    }
    return {
      object,
      coverage,
      probe: inDataUnits(probe, model, logScaleOf(model)),
      geometry,
      varpro: factors === undefined ? undefined : [factors.s1, factors.s2],
      patterns: new Set(table.indices).size,
      patches: count * channels,
      dropped: stitcher.dropped,
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    for (const tensor of [input, probeTensor, statistics]) {
      if (tensor !== undefined) gpu.arena.release(tensor);
    }
    store.dispose();
  }
}

/** Modulus and angle of a complex array. */
export function amplitudeAndPhase(object: NdArray): { amplitude: NdArray; phase: NdArray } {
  const values = toFloat32(object), count = values.length / 2;
  const amplitude = new Float32Array(count), phase = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    amplitude[i] = Math.hypot(values[2 * i], values[2 * i + 1]);
    phase[i] = Math.atan2(values[2 * i + 1], values[2 * i]);
  }
  return { amplitude: realArray(object.shape, amplitude), phase: realArray(object.shape, phase) };
}

function logScaleOf(model: Checkpoint): number {
  const value = model.weights.get(EXTRA_NAMES.logScale);
  return value === undefined ? 0 : toFloat32(value)[0];
}

/** The probe of the forward model predicts normalised amplitudes; this one predicts the file's. */
function inDataUnits(probe: NdArray, model: Checkpoint, logScale: number): NdArray {
  const factor = Math.exp(logScale) / model.scaling.input_factor;
  return complexArray(probe.shape, toFloat32(probe).map((v) => v * factor));
}
