/**
 * The trained network as inference uses it: patterns in, complex patches out.
 *
 * @module
 */
import type { RunConfig } from "../config/presets.ts";
import { Tensor } from "../gpu/tensor.ts";
import type { NetworkLayers } from "../network/architecture.ts";
import { recordNetwork } from "../network/autoencoder.ts";
import { cartesianToComplex, polarToComplex } from "../ops/complex.ts";
import type { Graph, Value } from "../ops/graph.ts";
import type { ParameterStore } from "../ops/parameters.ts";
import { scalarParameter } from "../ops/scalar_parameter.ts";
import { standardize } from "../ops/standardize.ts";
import { scaleBy } from "../physics/scale_by.ts";
import type { ExtraParameters } from "./pinn.ts";

/** What {@linkcode recordPatches} needs. */
export interface PatchNetwork {
  /** Network and physics. */
  readonly config: RunConfig;
  /** Layers of the network. */
  readonly layers: NetworkLayers;
  /** Parameters beside the network's. */
  readonly extra: ExtraParameters;
  /** Weights. */
  readonly store: ParameterStore;
  /** (B, C, N, N) normalised amplitudes. */
  readonly input: Tensor;
  /** (2, N, N) mean and scale of the input's pixels, where it is standardised. */
  readonly statistics: Tensor | undefined;
}

/**
 * Records the network without physics and loss.
 *
 * @returns (B, C, N, N, 2) f32 complex patches.
 */
export function recordPatches(graph: Graph, network: PatchNetwork): Value {
  const { config, layers, extra, store, input, statistics } = network;
  const [batch, , N] = input.shape;
  const wrapped = graph.wrap(new Tensor(input.label, [batch, layers.channels, N, N], input.slot));
  let seen = extra.logScale === undefined
    ? wrapped
    : scaleBy(graph, wrapped, scalarParameter(store, extra.logScale), -1);
  if (statistics !== undefined) seen = standardize(graph, seen, statistics);
  const { first, second } = recordNetwork(graph, layers, store, config.model, seen);
  return config.model.cnn_output_mode === "real_imag"
    ? cartesianToComplex(graph, first, second)
    : polarToComplex(graph, first, second).patches;
}
