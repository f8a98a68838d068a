/**
 * What a network makes of some chosen patterns, for a look while it is trained.
 *
 * @module
 */
import { complexArray, type NdArray, realArray, toFloat32, toFloat64 } from "../array.ts";
import { assertResolved } from "../config/resolved.ts";
import type { Gpu } from "../gpu/device.ts";
import { emptyComplex, fourier2 } from "../image/fourier.ts";
import { networkChannels } from "../network/architecture.ts";
import { Graph } from "../ops/graph.ts";
import { ParameterStore } from "../ops/parameters.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { PatternFeeder } from "./feeder.ts";
import { type GroupTable, tabulate } from "./groups.ts";
import { recordPatches } from "./patch_network.ts";
import { declareModel, EXTRA_NAMES } from "./pinn.ts";

/** One pattern and what the network makes of it. */
export interface Preview {
  /** Number of the pattern in the scan. */
  readonly index: number;
  /** (N, N) complex patch. */
  readonly patch: NdArray;
  /** (N, N) measured amplitude, as the network sees it. */
  readonly measured: NdArray;
  /** (N, N) amplitude that the patch alone predicts, in the same units. */
  readonly predicted: NdArray;
}

/** `count` pattern numbers, evenly spaced over a scan; all of it if it is shorter. */
export function evenlySpaced(count: number, patterns: number): number[] {
  if (count >= patterns) return Array.from({ length: patterns }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.floor((i + 0.5) * patterns / count));
}

/**
 * Patches of chosen patterns.
 *
 * A network that merges groups sees each pattern in the first of its groups that holds it; a pattern
 * in no group is left out.
 *
 * @param indices Pattern numbers of the scan.
 * @throws {DatasetError} if there is no such pattern.
 */
export async function previewPatches(
  gpu: Gpu,
  dataset: ScanDataset,
  model: Checkpoint,
  indices: readonly number[],
): Promise<Preview[]> {
  assertResolved(model.config, "infer");
  const { N } = dataset, size = N * N;
  const config = {
    ...model.config,
    model: { ...model.config.model, N },
    training: { ...model.config.training, n_groups: null, n_subsample: null },
  };
  const merged = networkChannels(config.model) > 1;
  const table = tabulate(
    dataset,
    merged ? config : { ...config, model: { ...config.model, gridsize: 1, object_big: false } },
  );
  const places = indices.flatMap((index) => {
    const at = table.indices.indexOf(index);
    return at < 0 ? [] : [{ index, row: Math.floor(at / table.channels) }];
  });
  if (places.length < indices.length) await refuseAbsent(dataset, indices);
  if (places.length === 0) return [];
  const { layers, extra } = declareModel(config, model.probe.shape[0]);
  const store = new ParameterStore(gpu, layers.layout, false);
  const input = gpu.tensor("previewed patterns", [places.length, table.channels, N, N]);
  const statistics = model.inputStatistics === undefined
    ? undefined
    : gpu.tensor("input statistics", [2, N, N], toFloat32(model.inputStatistics));
  using graph = new Graph(gpu, "previews", false);
  try {
    store.load(model.weights);
    const feeder = new PatternFeeder(dataset, model.scaling.input_factor);
    const patterns = await feeder.read(membersOf(table, places.map((place) => place.row)));
    gpu.write(input, patterns);
    const patches = recordPatches(graph, { config, layers, extra, store, input, statistics });
    graph.keep(patches);
    graph.plan.submit();
    const values = await gpu.read(patches.tensor);
    return places.map(({ index, row }, i) => {
      const members = table.indices.subarray(row * table.channels, (row + 1) * table.channels);
      const at = (i * table.channels + members.indexOf(index)) * size;
      const patch = complexArray([N, N], values.slice(2 * at, 2 * (at + size)));
      return {
        index,
        patch,
        measured: realArray([N, N], patterns.slice(at, at + size)),
        predicted: predictedAmplitude(patch, model),
      };
    });
  } finally {
    for (const tensor of [input, statistics]) {
      if (tensor !== undefined) gpu.arena.release(tensor);
    }
    store.dispose();
  }
}

/**
 * Amplitude on the detector of one patch under the probe of a model, in units of the network's input.
 *
 * @param patch (N, N) complex.
 * @returns (N, N) real, zero frequency at (N/2, N/2).
 */
export function predictedAmplitude(patch: NdArray, model: Checkpoint): NdArray {
  const [N] = patch.shape, pixels = N * N, half = N / 2;
  const weight = (name: string): number | undefined => {
    const array = model.weights.get(name);
    return array === undefined ? undefined : toFloat32(array)[0];
  };
  const factor = Math.exp(weight(EXTRA_NAMES.logScale) ?? 0) / N;
  const s1 = weight(EXTRA_NAMES.s1) ?? 1, s2 = weight(EXTRA_NAMES.s2) ?? 1;
  const object = toFloat64(patch), probe = toFloat64(model.probe);
  const modes = probe.length / (2 * pixels);
  const coherent = model.config.model.probe_mode_sum === "coherent";
  const intensity = new Float64Array(pixels), total = emptyComplex(N, N);
  for (let k = 0; k < modes; k++) {
    const wave = emptyComplex(N, N);
    for (let i = 0; i < pixels; i++) {
      const p = 2 * (k * pixels + i), a = s1 * object[2 * i], b = s2 * object[2 * i + 1];
      wave.re[i] = probe[p] * a - probe[p + 1] * b;
      wave.im[i] = probe[p] * b + probe[p + 1] * a;
    }
    const { re, im } = fourier2(wave);
    for (let i = 0; i < pixels; i++) {
      intensity[i] += re[i] * re[i] + im[i] * im[i];
      total.re[i] += re[i];
      total.im[i] += im[i];
    }
  }
  const out = new Float32Array(pixels);
  for (let y = 0; y < N; y++) {
    for (let x = 0; x < N; x++) {
      const i = y * N + x;
      const value = coherent ? total.re[i] ** 2 + total.im[i] ** 2 : intensity[i];
      out[((y + half) % N) * N + (x + half) % N] = factor * Math.sqrt(value);
    }
  }
  return realArray([N, N], out);
}

function membersOf(table: GroupTable, rows: readonly number[]): Uint32Array {
  const { channels } = table, out = new Uint32Array(rows.length * channels);
  rows.forEach((row, i) =>
    out.set(table.indices.subarray(row * channels, (row + 1) * channels), i * channels)
  );
  return out;
}

/** The dataset's own message for a number that is not in it. */
async function refuseAbsent(dataset: ScanDataset, indices: readonly number[]): Promise<void> {
  for (const index of indices) {
    if (index >= dataset.count) await dataset.readDiffraction([index]);
  }
}
