import assert from "node:assert/strict";
import { realArray } from "../../src/array.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import type { Tensor } from "../../src/gpu/tensor.ts";
import { conv2d, type ConvolutionOptions, recordTranspose } from "../../src/ops/conv2d.ts";
import type { TileFamily } from "../../src/ops/conv2d_tiles.ts";
import { conv2dEnlarged, conv2dPooled, Enlarged } from "../../src/ops/conv2d_resampled.ts";
import { type Arithmetic, Graph, type Value } from "../../src/ops/graph.ts";
import { type Parameter, ParameterLayout, ParameterStore } from "../../src/ops/parameters.ts";
import { maxPool2, upsample2 } from "../../src/ops/resample.ts";
import { convolutionGradients, type ConvolutionSizes, convolve } from "../reference/conv2d.ts";
import { assertAdjoint, assertClose, randomValues } from "../support/close.ts";
import { poison, withGpu } from "../support/device.ts";

type Keep = (tensor: Tensor) => Tensor;
interface Layer {
  readonly store: ParameterStore;
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

function makeLayer(gpu: Gpu, { K, C }: ConvolutionSizes): Layer {
  const layout = new ParameterLayout();
  layout.add("before", [2, 3, 3, 3], true);
  const weight = layout.add("weight", [K, C, 3, 3], true), bias = layout.add("bias", [K]);
  const store = new ParameterStore(gpu, layout, true);
  const values = new Map(layout.parameters.map((p, i) => {
    const count = p.shape.reduce((a, b) => a * b, 1);
    return [p.name, realArray(p.shape, randomValues(count, 10 + i, 0.5))] as const;
  }));
  store.load(values);
  return {
    store,
    weight,
    bias,
    weights: values.get("weight")!.data as Float32Array,
    biases: values.get("bias")!.data as Float32Array,
  };
}

/** What an operation makes of random planes, its output poisoned before; and its kernels. */
async function run(
  gpu: Gpu,
  keep: Keep,
  shape: ConvolutionSizes,
  values: Float32Array,
  arithmetic: Arithmetic,
  training: boolean,
  operation: (graph: Graph, input: Value, options: ConvolutionOptions) => Value,
  tiles: TileFamily,
): Promise<{ values: Float32Array; kernels: string[] }> {
  const { B, Cx, H, W, first, C } = shape;
  using graph = new Graph(gpu, "resampled", training, arithmetic);
  const input = graph.wrap(keep(gpu.tensor("x", [B, Cx, H, W], values)));
  const options = { activation: "relu", label: "y", channelStart: first, tiles } as const;
  const output = graph.keep(operation(graph, input, { ...options, channelCount: C }));
  poison(gpu, output.tensor);
  const times = gpu.canTime ? await graph.plan.time() : [];
  poison(gpu, output.tensor);
  graph.plan.submit();
  return { values: await gpu.read(output.tensor), kernels: times.map(({ label }) => label) };
}

const shape = (
  B: number,
  C: number,
  K: number,
  H: number,
  W: number,
  Cx = C,
  first = 0,
): ConvolutionSizes => ({ B, Cx, first, C, K, H, W });

for (const tiles of ["large", "wide", "small"] as const) {
  Deno.test(`conv2dPooled gives the bits of conv2d and maxPool2 (${tiles} tiles)`, () =>
    withGpu(async (gpu, keep) => {
      let fused = 0;
      for (
        const s of [
          shape(1, 4, 2, 4, 8),
          shape(3, 5, 9, 12, 24, 7, 1),
          shape(2, 1, 8, 16, 16),
          shape(2, 8, 1, 8, 8),
          shape(2, 32, 32, 64, 64),
        ]
      ) {
        const layer = makeLayer(gpu, s);
        const values = randomValues(s.B * s.Cx * s.H * s.W, 1);
        for (const convolution of ["winograd", "direct"] as const) {
          const { values: expected } = await run(
            gpu,
            keep,
            s,
            values,
            { convolution },
            false,
            (graph, input, options) =>
              maxPool2(
                graph,
                conv2d(graph, input, layer, layer.store, options),
              ),
            tiles,
          );
          for (const training of [false, true]) {
            const found = await run(
              gpu,
              keep,
              s,
              values,
              { convolution },
              training,
              (graph, input, options) => conv2dPooled(graph, input, layer, layer.store, options),
              tiles,
            );
            assert.deepEqual(found.values, expected, JSON.stringify({ s, convolution, training }));
            const pools = found.kernels.some((label) => label.includes("max_pool"));
            if (training && gpu.canTime) assert.ok(pools);
            if (!pools && gpu.canTime) fused++;
          }
        }
        layer.store.dispose();
      }
      assert.equal(fused > 0, tiles !== "small" && gpu.canTime);
    }));

  Deno.test(`conv2dEnlarged convolves planes twice as large (${tiles} tiles)`, () =>
    withGpu(async (gpu, keep) => {
      for (
        const s of [
          shape(1, 1, 1, 4, 4),
          shape(3, 5, 9, 12, 20, 7, 1),
          shape(2, 3, 1, 8, 24),
          shape(2, 32, 1, 32, 32),
          shape(2, 32, 16, 16, 16),
        ]
      ) {
        const layer = makeLayer(gpu, s), { B, Cx, H, W } = s;
        const values = randomValues(B * Cx * H * W, 1);
        const large = enlarge(values, H, W);
        const sizes: ConvolutionSizes = { ...s, H: 2 * H, W: 2 * W };
        const expected = convolve(sizes, large, layer.weights, layer.biases, true);
        for (const convolution of ["winograd", "direct"] as const) {
          for (const training of [false, true]) {
            const found = await run(
              gpu,
              keep,
              s,
              values,
              { convolution },
              training,
              (graph, input, options) =>
                conv2dEnlarged(
                  graph,
                  new Enlarged(graph, input),
                  layer,
                  layer.store,
                  options,
                ),
              tiles,
            );
            const name = JSON.stringify({ s, convolution, training });
            assertClose(name, found.values, expected, 2e-6);
            if (!gpu.canTime) continue;
            const enlarges = found.kernels.some((label) => label.includes("upsample"));
            assert.equal(enlarges, convolution === "direct" || tiles === "small", name);
          }
        }
        layer.store.dispose();
      }
    }));
}

for (const texelReads of [true, false]) {
  for (const tiles of ["large", "wide", "small"] as const) {
    const name = `texelReads ${texelReads}, ${tiles} tiles`;
    Deno.test(`gradients of conv2dEnlarged (${name})`, () =>
      withGpu(async (gpu, keep) => {
        for (
          const [s, rectified] of [
            [shape(1, 1, 1, 4, 4), false],
            [shape(3, 5, 9, 12, 20, 7, 1), true],
            [shape(2, 9, 1, 8, 24), true],
            [shape(2, 32, 1, 32, 32), false],
            [shape(2, 6, 16, 16, 16), true],
          ] as const
        ) await checkGradients(gpu, keep, s, rectified, tiles);
      }, { texelReads }));
  }
}

/** Gradients with respect to the small planes, the weights and the bias, against float64. */
async function checkGradients(
  gpu: Gpu,
  keep: Keep,
  s: ConvolutionSizes,
  rectified: boolean,
  tiles: TileFamily,
): Promise<void> {
  const layer = makeLayer(gpu, s), { B, Cx, K, H, W, first, C } = s, { store } = layer;
  const x = randomValues(B * Cx * H * W, 1).map((v) => rectified ? Math.max(v, 0) : v);
  const seed = randomValues(4 * B * K * H * W, 2);
  const name = JSON.stringify({ s, rectified });
  {
    using graph = new Graph(gpu, "enlarged", true, { convolution: "winograd" });
    const input = graph.keep(graph.wrap(keep(gpu.tensor("x", [B, Cx, H, W], x)), { rectified }));
    const wide = new Enlarged(graph, input);
    const output = graph.keep(conv2dEnlarged(graph, wide, layer, store, {
      activation: "none",
      channelStart: first,
      channelCount: C,
      label: "y",
      tiles,
    }));
    poison(gpu, store.transposed!);
    recordTranspose(graph.plan, store);
    graph.contribute(output, true, (target) => {
      const given = keep(gpu.tensor("seed", [B, K, 2 * H, 2 * W], seed));
      graph.plan.copy(given, target, target.length);
    });
    poison(gpu, store.gradients!);
    graph.backward();
    poison(gpu, input.gradient!);
    graph.plan.submit();
    graph.plan.submit();
    const [y, dx] = await gpu.readAll([output.tensor, input.gradient!]);
    const sizes = { ...s, H: 2 * H, W: 2 * W }, large = enlarge(x, H, W);
    const expected = convolutionGradients(sizes, large, layer.weights, seed);
    const small = reduce(expected.input, H, W).map((g, i) => rectified && !(x[i] > 0) ? 0 : g);
    assertClose(`dx ${name}`, dx, small, 3e-6);
    const gradients = await store.saveGradients();
    const dw = gradients.get("weight")!.data as Float32Array;
    assertClose(`dw ${name}`, dw, expected.weights, 3e-6);
    const db = gradients.get("bias")!.data as Float32Array;
    assertClose(`db ${name}`, db, expected.bias, 3e-6);
    if (!rectified) {
      // Without bias the operation is linear in the planes.
      const linear = y.map((v, i) => v - layer.biases[Math.floor(i / (4 * H * W)) % K]);
      assertAdjoint(`input ${name}`, x, linear, seed, dx);
    }
  }
  store.dispose();
}

Deno.test("conv2dEnlarged keeps images and channels outside the window apart", () =>
  withGpu(async (gpu, keep) => {
    const s = shape(3, 2, 1, 8, 8, 4, 1), layer = makeLayer(gpu, s), image = 4 * 64;
    const clean = randomValues(3 * image, 3);
    const values = clean.slice();
    values.fill(NaN, image, 2 * image);
    for (const b of [0, 2]) {
      values.fill(NaN, b * image, b * image + 64);
      values.fill(NaN, b * image + 192, b * image + 256);
    }
    const of = async (x: Float32Array): Promise<Float32Array> =>
      (await run(
        gpu,
        keep,
        s,
        x,
        { convolution: "winograd" },
        false,
        (graph, input, options) =>
          conv2dEnlarged(graph, new Enlarged(graph, input), layer, layer.store, options),
        "wide",
      )).values;
    const [found, expected] = [await of(values), await of(clean)];
    for (const b of [0, 2]) {
      assert.deepEqual(found.slice(b * 256, b * 256 + 256), expected.slice(b * 256, b * 256 + 256));
    }
    layer.store.dispose();
  }));

Deno.test("planes that are enlarged for two convolutions are stored once", () =>
  withGpu((gpu, keep) => {
    const s = shape(1, 2, 1, 8, 8), layer = makeLayer(gpu, s);
    {
      using graph = new Graph(gpu, "twice", true);
      const input = graph.wrap(keep(gpu.tensor("x", [1, 2, 8, 8])));
      const wide = new Enlarged(graph, input);
      const options = { activation: "none", label: "y" } as const;
      conv2dEnlarged(graph, wide, layer, layer.store, options);
      const { large } = wide;
      conv2dEnlarged(graph, wide, layer, layer.store, options);
      assert.equal(wide.large, large);
      assert.deepEqual(large.tensor.shape, upsample2(graph, input).tensor.shape);
    }
    layer.store.dispose();
    return Promise.resolve();
  }));

/** Sums of 2 x 2 windows of planes of 2 H x 2 W. */
function reduce(values: ArrayLike<number>, H: number, W: number): Float64Array {
  const out = new Float64Array(values.length / 4);
  for (let i = 0; i < values.length; i++) {
    const p = Math.floor(i / (4 * H * W)), y = Math.floor(i / (2 * W)) % (2 * H), x = i % (2 * W);
    out[(p * H + (y >> 1)) * W + (x >> 1)] += values[i];
  }
  return out;
}

/** Every pixel four times. */
function enlarge(values: Float32Array, H: number, W: number): Float32Array {
  const planes = values.length / (H * W), out = new Float32Array(4 * values.length);
  for (let p = 0; p < planes; p++) {
    for (let y = 0; y < 2 * H; y++) {
      for (let x = 0; x < 2 * W; x++) {
        out[(p * 2 * H + y) * 2 * W + x] = values[(p * H + (y >> 1)) * W + (x >> 1)];
      }
    }
  }
  return out;
}
