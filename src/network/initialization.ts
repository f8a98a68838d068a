/**
 * First weights of a network, drawn from a seed.
 *
 * @module
 */
import { countOf, type NdArray, realArray } from "../array.ts";
import type { ParameterLayout } from "../ops/parameters.ts";
import { Random } from "../random.ts";

/**
 * `glorot`: weights U(+-sqrt(6 / (inputs + outputs))), biases 0 (Glorot and Bengio, AISTATS 2010);
 * `pytorch`: weights and biases U(+-1 / sqrt(inputs)). Inputs and outputs of a convolution count its taps.
 */
export type Initialization = "glorot" | "pytorch";

/**
 * Draws values for every parameter whose name ends in `.weight` or `.bias`; a bias belongs to the
 * weight of the same name.
 *
 * Each parameter has its own stream, found from its name: its values depend on seed, name and
 * shape alone, so they do not change when other layers come or go.
 *
 * @returns values by name, in the original shapes.
 */
export function initializeParameters(
  layout: ParameterLayout,
  scheme: Initialization,
  seed: number,
): Map<string, NdArray> {
  const values = new Map<string, NdArray>();
  for (const { name, shape } of layout.parameters) {
    const layer = /^(.*)\.(weight|bias)$/.exec(name);
    if (layer === null) continue;
    const isBias = layer[2] === "bias";
    const weight = isBias
      ? layout.parameters.find((p) => p.name === `${layer[1]}.weight`)?.shape ?? []
      : shape;
    const limit = uniformLimit(weight, scheme, isBias);
    const random = new Random(seed, streamOf(name));
    const data = new Float32Array(countOf(shape));
    if (limit > 0) {
      for (let i = 0; i < data.length; i++) data[i] = limit * (2 * random.uniform() - 1);
    }
    values.set(name, realArray(shape, data));
  }
  return values;
}

/** Half-width of the distribution; 0 stands for zeros. `weight` is (outputs, inputs, taps...). */
function uniformLimit(weight: readonly number[], scheme: Initialization, isBias: boolean): number {
  const taps = countOf(weight.slice(2));
  const inputs = (weight[1] ?? 0) * taps, outputs = (weight[0] ?? 0) * taps;
  if (scheme === "glorot") return isBias ? 0 : Math.sqrt(6 / (inputs + outputs));
  return inputs > 0 ? 1 / Math.sqrt(inputs) : 0;
}

/** FNV-1a hash of a name. */
function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}
