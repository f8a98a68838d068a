import { type NdArray, toFloat32 } from "../../src/array.ts";
import type { RunConfig } from "../../src/config/presets.ts";
import { ConfigError } from "../../src/errors.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { declareNetwork } from "../../src/network/architecture.ts";
import { recordNetwork } from "../../src/network/autoencoder.ts";
import { Graph, type Value } from "../../src/ops/graph.ts";
import { ParameterStore } from "../../src/ops/parameters.ts";
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

/** Compares the two heads of the network at the first weights, where a file holds them. */
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
  const input = gpu.tensor("input", seen, toFloat32(batch.images));
  try {
    store.load(weights);
    const output = recordNetwork(graph, layers, store, model, graph.wrap(input));
    const heads: readonly (readonly [string, Value])[] = [
      ["amp", graph.keep(output.first)],
      ["phase", graph.keep(output.second)],
    ];
    graph.plan.submit();
    const results: CheckResult[] = [];
    for (const [name, value] of heads) {
      if (!losses.has(name)) continue;
      const expected = toFloat32(losses.need(name));
      const actual = await gpu.read(value.tensor);
      const most = tolerance("gradient_p99_of_tensor_max");
      results.push(compareRelative(name, actual, expected, most));
    }
    return results;
  } finally {
    store.dispose();
    gpu.arena.release(input);
  }
}
