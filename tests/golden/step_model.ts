import { type NdArray, toFloat32 } from "../../src/array.ts";
import type { RunConfig } from "../../src/config/presets.ts";
import { ConfigError } from "../../src/errors.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import type { Tensor } from "../../src/gpu/tensor.ts";
import { declareNetwork } from "../../src/network/architecture.ts";
import { recordNetwork } from "../../src/network/autoencoder.ts";
import { polarToComplex } from "../../src/ops/complex.ts";
import { Graph } from "../../src/ops/graph.ts";
import { ParameterStore } from "../../src/ops/parameters.ts";
import { effectiveProbe } from "../../src/physics/effective_probe.ts";
import { forwardModel, type GroupMerge } from "../../src/physics/forward_model.ts";
import { groupCanvasSize, patchWeights } from "../../src/physics/merge_weights.ts";
import { scanFromArrays } from "../../src/scan/dataset.ts";
import { PinnModel } from "../../src/workflows/pinn.ts";
import { type CheckResult, compareRelative } from "./check.ts";
import type { Recorded } from "./recorded.ts";

/** A batch of a case, normalised: the original divides patterns by `rms`, and so its loss. */
export interface GoldenBatch {
  /** (B, C, N, N) amplitudes as the network sees them. */
  readonly images: NdArray;
  /** (B, C, 1, 2) (x, y) = group centre - position, px. */
  readonly offsets: NdArray;
  /** (1, 1, P, N, N) c64. */
  readonly probe: NdArray;
  /** Factor of the input. */
  readonly rms: number;
  /** sqrt of photons per unit of intensity of `images`. */
  readonly physics: number;
  /** Divisor of the probe. */
  readonly probeScale: number;
}

/**
 * Reads a batch.
 *
 * @param prefix of the names; "" are those of a batch file, otherwise the short ones.
 * @param common where the divisor of the probe stands, if elsewhere.
 * @throws {ConfigError} if scales or probes differ between the samples.
 */
export function goldenBatch(arrays: Recorded, prefix: string, common = arrays): GoldenBatch {
  const long = prefix === "" ? "_scaling_constant" : "";
  const one = (name: string): number => {
    const values = toFloat32(arrays.need(name));
    if (values.some((v) => v !== values[0])) {
      throw new ConfigError(`${name} differs between samples: one experiment has one scale`);
    }
    return values[0];
  };
  const rms = one(`${prefix}rms${long}`), physics = one(`${prefix}physics${long}`);
  const probe = arrays.need(`${prefix}probe`);
  if (probe.shape.slice(0, -3).some((n) => n !== 1)) {
    throw new ConfigError(`${prefix}probe differs between samples: one experiment has one probe`);
  }
  const images = arrays.need(`${prefix}images`);
  const data = toFloat32(images).map((value) => value * rms);
  return {
    images: { ...images, data },
    offsets: arrays.need(`${prefix}coords_relative`),
    probe,
    rms,
    physics: physics / rms,
    probeScale: toFloat32(common.need("probe_scale"))[0],
  };
}

/** A model with the batch uploaded. */
export async function openModel(
  gpu: Gpu,
  config: RunConfig,
  batch: GoldenBatch,
  weights: ReadonlyMap<string, NdArray>,
  epsilon?: number,
): Promise<PinnModel> {
  const { N } = config.model, data = toFloat32(batch.probe);
  const dataset = scanFromArrays({
    name: "golden",
    positions: Float64Array.of(0, 0, 8, 8),
    probe: { modes: data.length / (2 * N * N), N, data },
    patterns: new Float32Array(2 * N * N).fill(1),
  });
  const model = await PinnModel.create(gpu, dataset, config, {
    input_factor: 1,
    physics_scale: batch.physics,
    nphotons: batch.physics ** 2 * (N / 2) ** 2,
    probe_factor: 1 / batch.probeScale,
  }, { weights, ...(epsilon === undefined ? {} : { epsilon }) });
  model.upload(toFloat32(batch.images), toFloat32(batch.offsets));
  return model;
}

/** Compares both heads of the network and the prediction at the first weights, where a file holds them. */
export async function compareForward(
  gpu: Gpu,
  config: RunConfig,
  batch: GoldenBatch,
  weights: ReadonlyMap<string, NdArray>,
  losses: Recorded,
  tolerance: (name: string) => number,
): Promise<CheckResult[]> {
  const { model } = config, { shape } = batch.images;
  const layers = declareNetwork(model);
  const store = new ParameterStore(gpu, layers.layout, false);
  using graph = new Graph(gpu, "golden step", false);
  const seen = layers.channels === shape[1] ? shape : [shape[0] * shape[1], 1, ...shape.slice(2)];
  const owned: Tensor[] = [];
  const tensor = (label: string, dims: readonly number[], values: Float32Array): Tensor => {
    const made = gpu.tensor(label, dims, values);
    owned.push(made);
    return made;
  };
  const input = tensor("input", seen, toFloat32(batch.images));
  try {
    store.load(weights);
    const output = recordNetwork(graph, layers, store, model, graph.wrap(input));
    const heads = [graph.keep(output.first), graph.keep(output.second)];
    const probe = effectiveProbe(batch.probe, batch.probeScale);
    const weighting = model.training_patch_weighting;
    const members = shape[1], plane = [model.N, model.N];
    const merge: GroupMerge = {
      members,
      offsets: tensor("offsets", [shape[0] * members, 2], toFloat32(batch.offsets)),
      canvas: groupCanvasSize(model.N, model.gridsize, model.max_neighbor_distance),
      weighting,
      weights: tensor("weights", plane, patchWeights(weighting, model.N, toFloat32(probe))),
    };
    const predicted = forwardModel(graph, polarToComplex(graph, heads[0], heads[1]).patches, {
      probe: graph.wrap(tensor("probe", [...probe.shape, 2], toFloat32(probe))),
      modeSum: model.probe_mode_sum,
      ...(model.object_big ? { merge } : {}),
    });
    const values = { amp: heads[0], phase: heads[1], predicted_amplitude: graph.keep(predicted) };
    graph.plan.submit();
    const results: CheckResult[] = [];
    for (const [name, value] of Object.entries(values)) {
      if (!losses.has(name)) continue;
      const expected = toFloat32(losses.need(name));
      const factor = name === "predicted_amplitude" ? 1 / batch.rms : 1;
      const actual = (await gpu.read(value.tensor)).map((v) => v * factor);
      const most = tolerance("gradient_p99_of_tensor_max");
      results.push(compareRelative(name, actual, expected, most));
    }
    return results;
  } finally {
    store.dispose();
    for (const made of owned) gpu.arena.release(made);
  }
}
