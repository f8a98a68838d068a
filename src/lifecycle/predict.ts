/**
 * The model as a function: diffraction of groups to object patches.
 *
 * @module
 */
import { complexArray, type NdArray, toFloat32 } from "../array.ts";
import { ShapeError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { Tensor } from "../gpu/tensor.ts";
import { Graph } from "../ops/graph.ts";
import { ParameterStore } from "../ops/parameters.ts";
import type { SavedModel } from "../archive/saved_model.ts";
import { recordPatches } from "../workflows/patch_network.ts";
import { arithmeticOf } from "../workflows/precision.ts";
import { declareModel, EXTRA_NAMES } from "../workflows/pinn.ts";

/** Input of a model, under the names and in the shapes of the original contract. */
export interface PredictInput {
  /** (B, C, N, N) f32 amplitudes. */
  readonly x: NdArray;
  /** (B, C, 1, 2) positions. Only their shape matters: the network does not look at them. */
  readonly positions: NdArray;
  /** (N, N) or (K, N, N) complex. Likewise: it enters physics, not the network. */
  readonly probe: NdArray;
  /** (B) or (B, 1, 1, 1) factor from amplitude to network input. */
  readonly scale: NdArray;
}

/**
 * Runs the network.
 *
 * @returns (B, C, N, N) c64 object patches.
 * @throws {ShapeError} if an input has another shape than the model needs.
 */
export async function predictPatches(
  gpu: Gpu,
  model: SavedModel,
  input: PredictInput,
): Promise<NdArray> {
  const { config, weights } = model, { N, gridsize } = config.model;
  const channels = gridsize ** 2, { shape } = input.x, batch = shape[0];
  const need = (what: string, have: NdArray, shapes: readonly (readonly number[])[]): void => {
    if (shapes.some((s) => s.join() === have.shape.join())) return;
    throw new ShapeError(
      `Cannot predict as ${what} is (${have.shape.join(", ")}): ` +
        `${shapes.map((s) => `(${s.join(", ")})`).join(" or ")} is needed`,
    );
  };
  need("x", input.x, [[Math.max(1, batch ?? 1), channels, N, N]]);
  need("positions", input.positions, [[batch, channels, 1, 2]]);
  need("scale", input.scale, [[batch], [batch, 1, 1, 1]]);
  const modes = input.probe.shape.length === 3 ? input.probe.shape[0] : 1;
  need("probe", input.probe, [[N, N], [modes, N, N]]);
  const scale = toFloat32(input.scale), each = channels * N * N;
  const values = toFloat32(input.x).map((v, i) => v * scale[Math.floor(i / each)]);
  const stored = model.probe?.shape[0] ?? weights.get(EXTRA_NAMES.probe)?.shape[0] ?? 1;
  const { layers, extra } = declareModel(config, stored);
  const store = new ParameterStore(gpu, layers.layout, false);
  const diffraction = gpu.tensor("diffraction", shape, values);
  const statistics = model.inputStatistics === undefined
    ? undefined
    : gpu.tensor("input statistics", [2, N, N], toFloat32(model.inputStatistics));
  using graph = new Graph(gpu, "predict", false, arithmeticOf(gpu, config.model));
  try {
    store.load(weights);
    // Where patches are independent the network sees every pattern of a group apart.
    const seen = layers.channels === channels ? shape : [batch * channels, 1, N, N];
    const patches = recordPatches(graph, {
      config,
      layers,
      extra,
      store,
      input: new Tensor("diffraction", seen, diffraction.slot),
      statistics,
    });
    graph.keep(patches);
    graph.plan.submit();
    return complexArray(shape, await gpu.read(patches.tensor));
  } finally {
    for (const tensor of [diffraction, statistics]) {
      if (tensor !== undefined) gpu.arena.release(tensor);
    }
    store.dispose();
  }
}
