/** The whole network in float64 for one pattern: slow, plain, and only for checks. */
import { type NdArray, toFloat32 } from "../../src/array.ts";
import type { ModelConfig } from "../../src/config/model.ts";
import type {
  BlockLayers,
  ConvLayer,
  DecoderLayers,
  NetworkLayers,
} from "../../src/network/architecture.ts";

interface Planes {
  readonly channels: number;
  readonly size: number;
  readonly data: Float64Array;
}
type Weights = ReadonlyMap<string, NdArray>;
type Scalar = (x: number) => number;

const sigmoid: Scalar = (x) => 1 / (1 + Math.exp(-x));
const silu: Scalar = (x) => x * sigmoid(x);
const ACTIVATIONS: Readonly<Record<ModelConfig["amp_activation"], Scalar>> = {
  sigmoid,
  silu,
  softplus: (x) => Math.log1p(Math.exp(x)),
  relu: (x) => Math.max(0, x),
};

/** Patch of one single-channel pattern, interleaved complex; amplitude and phase heads, no attention. */
export function referencePatch(
  layers: NetworkLayers,
  config: ModelConfig,
  weights: Weights,
  pattern: ArrayLike<number>,
): Float64Array {
  let x: Planes = { channels: 1, size: config.N, data: Float64Array.from(pattern) };
  for (const block of layers.encoder) x = pool(twice(x, block, weights));
  const head: Scalar = (v) => config.amp_scale * ACTIVATIONS[config.amp_activation](v);
  const amplitude = decode(x, layers.amplitude, weights, head);
  const phase = decode(x, layers.phase, weights, (v) => Math.PI * Math.tanh(v));
  const patch = new Float64Array(2 * amplitude.data.length);
  amplitude.data.forEach((a, i) => {
    patch[2 * i] = a * Math.cos(phase.data[i]);
    patch[2 * i + 1] = a * Math.sin(phase.data[i]);
  });
  return patch;
}

function decode(input: Planes, layers: DecoderLayers, weights: Weights, head: Scalar): Planes {
  let x = input;
  for (const block of layers.blocks) x = grow(twice(x, block, weights));
  const { inner, up, outer } = layers;
  if (up === undefined || outer === undefined) throw new Error("The centre alone is not measured");
  if (inner === undefined) {
    return apply(convolve(grow(twice(x, up, weights)), outer, weights), head);
  }
  const split = x.channels - 1;
  const centre = apply(convolve(channels(x, 0, split), inner, weights), head);
  const last = grow(twice(channels(x, split, x.channels), up, weights));
  const border = apply(convolve(last, outer, weights), silu);
  const N = border.size, low = N / 4;
  for (let row = 0; row < N / 2; row++) {
    const from = centre.data.subarray(row * N / 2, (row + 1) * N / 2);
    border.data.set(from, (low + row) * N + low);
  }
  return border;
}

function channels(x: Planes, from: number, to: number): Planes {
  const plane = x.size ** 2;
  return { channels: to - from, size: x.size, data: x.data.slice(from * plane, to * plane) };
}

function apply(x: Planes, f: Scalar): Planes {
  return { ...x, data: x.data.map(f) };
}

function twice(x: Planes, { conv1, conv2 }: BlockLayers, weights: Weights): Planes {
  const relu: Scalar = (v) => Math.max(0, v);
  return apply(convolve(apply(convolve(x, conv1, weights), relu), conv2, weights), relu);
}

/** Each tap adds a shifted input plane to an output plane. */
function convolve(x: Planes, layer: ConvLayer, weights: Weights): Planes {
  const [K, C] = layer.weight.shape, n = x.size, plane = n * n;
  const w = toFloat32(weights.get(layer.weight.name)!);
  const bias = toFloat32(weights.get(layer.bias.name)!);
  if (C !== x.channels) throw new Error(`${layer.weight.name}: ${x.channels} channels given`);
  const data = new Float64Array(K * plane);
  for (let k = 0; k < K; k++) {
    const out = data.subarray(k * plane, (k + 1) * plane).fill(bias[k]);
    for (let c = 0; c < C; c++) {
      const input = x.data.subarray(c * plane, (c + 1) * plane);
      for (let tap = 0; tap < 9; tap++) {
        const value = w[(k * C + c) * 9 + tap];
        const dy = Math.floor(tap / 3) - 1, dx = tap % 3 - 1;
        const left = Math.max(0, -dx), right = Math.min(n, n - dx);
        for (let row = Math.max(0, -dy); row < Math.min(n, n - dy); row++) {
          const to = row * n, from = to + dy * n + dx;
          for (let i = left; i < right; i++) out[to + i] += value * input[from + i];
        }
      }
    }
  }
  return { channels: K, size: n, data };
}

function pool({ channels, size, data }: Planes): Planes {
  const half = size / 2, out = new Float64Array(data.length / 4);
  for (let i = 0; i < out.length; i++) {
    const at = 2 * (Math.floor(i / half) * size + i % half);
    out[i] = Math.max(data[at], data[at + 1], data[at + size], data[at + size + 1]);
  }
  return { channels, size: half, data: out };
}

function grow({ channels, size, data }: Planes): Planes {
  const wide = 2 * size, out = new Float64Array(4 * data.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = data[(Math.floor(i / wide) >> 1) * size + (i % wide >> 1)];
  }
  return { channels, size: wide, data: out };
}
