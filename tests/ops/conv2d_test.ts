import assert from "node:assert/strict";
import { realArray } from "../../src/array.ts";
import { ShapeError } from "../../src/errors.ts";
import { Gpu } from "../../src/gpu/device.ts";
import type { Tensor } from "../../src/gpu/tensor.ts";
import { conv2d, recordTranspose } from "../../src/ops/conv2d.ts";
import type { TileFamily } from "../../src/ops/conv2d_tiles.ts";
import { Graph } from "../../src/ops/graph.ts";
import { type Parameter, ParameterLayout, ParameterStore } from "../../src/ops/parameters.ts";
import { emit } from "../../shaders/ops/conv2d/generate.ts";
import { convolutionGradients, type ConvolutionSizes, convolve } from "../reference/conv2d.ts";
import { assertAdjoint, assertClose, dot, randomValues } from "../support/close.ts";
import { poison, withGpu } from "../support/device.ts";
import { testWithLongVectors } from "../support/long_vectors.ts";

type Keep = (tensor: Tensor) => Tensor;

const sizes = (
  B: number,
  C: number,
  K: number,
  H: number,
  W: number,
  Cx = C,
  first = 0,
): ConvolutionSizes => ({ B, Cx, first, C, K, H, W });

interface Layer {
  readonly store: ParameterStore;
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly weights: Float32Array;
  readonly biases: Float32Array | undefined;
}

/** A layer between two other parameters, so that offsets are not zero. */
function makeLayer(gpu: Gpu, { K, C }: ConvolutionSizes, biased = true, training = true): Layer {
  const layout = new ParameterLayout();
  layout.add("before", [2, 3, 3, 3], true);
  const weight = layout.add("weight", [K, C, 3, 3], true);
  layout.add("between", [5]);
  const bias = biased ? layout.add("bias", [K]) : undefined;
  layout.add("after", [7]);
  const store = new ParameterStore(gpu, layout, training);
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
    biases: values.get("bias")?.data as Float32Array | undefined,
  };
}

async function checkAll(
  gpu: Gpu,
  keep: Keep,
  s: ConvolutionSizes,
  options: {
    tiles: TileFamily;
    relu: boolean;
    rectified: boolean;
    biased?: boolean;
    half?: boolean;
    convolution?: "winograd" | "direct";
  },
): Promise<void> {
  const { B, Cx, C, K, H, W, first } = s;
  const { tiles, relu, rectified } = options;
  const layer = makeLayer(gpu, s, options.biased ?? true);
  const { store, weight, bias, weights, biases } = layer;
  const name = `${JSON.stringify(s)} ${JSON.stringify(options)}`;
  const x = randomValues(B * Cx * H * W, 1).map((v) => rectified ? Math.max(v, 0) : v);
  const seed = randomValues(B * K * H * W, 2);
  {
    using graph = new Graph(gpu, "conv2d", true, options);
    const input = graph.keep(graph.wrap(keep(gpu.tensor("x", [B, Cx, H, W], x)), { rectified }));
    const output = graph.keep(
      conv2d(graph, input, { weight, bias }, store, {
        activation: relu ? "relu" : "none",
        channelStart: first,
        channelCount: C,
        label: "y",
        tiles,
      }),
    );
    assert.equal(output.rectified, relu);
    poison(gpu, output.tensor);
    poison(gpu, store.transposed!);
    recordTranspose(graph.plan, store);
    const expected = convolve(s, x, weights, biases, relu);
    // The contract of a rectified value: its gradient arrives masked.
    const gradient = seed.map((g, i) => relu && expected[i] <= 0 ? 0 : g);
    graph.contribute(output, true, (target) => {
      graph.plan.copy(keep(gpu.tensor("seed", [B, K, H, W], gradient)), target, target.length);
    });
    poison(gpu, store.gradients!);
    graph.backward();
    poison(gpu, input.gradient!);
    graph.plan.submit();
    graph.plan.submit();
    const [y, dx, flat] = await gpu.readAll([output.tensor, input.gradient!, store.gradients!]);
    const reference = convolutionGradients(s, x, weights, gradient);
    assertClose(`y ${name}`, y, expected, options.half ? 1e-3 : 2e-6);
    if (options.half) assert.throws(() => assertClose("y", y, expected, 2e-6), "32-bit products");
    const masked = reference.input.map((g, i) => rectified && !(x[i] > 0) ? 0 : g);
    assertClose(`dx ${name}`, dx, masked, 3e-6);
    const gradients = await store.saveGradients();
    const dw = gradients.get("weight")!.data as Float32Array;
    assertClose(`dw ${name}`, dw, reference.weights, 3e-6);
    if (bias !== undefined) {
      assertClose(`db ${name}`, gradients.get("bias")!.data as Float32Array, reference.bias, 3e-6);
    }
    checkPlacement(flat, layer);
    checkTransposed(await gpu.read(store.transposed!), layer);
    if (!relu && !rectified && !options.half) {
      // Without bias the convolution is linear in the input and in the weights.
      const linear = y.map((v, i) => v - (biases?.[Math.floor(i / (H * W)) % K] ?? 0));
      assertAdjoint(`input ${name}`, x, linear, seed, dx);
      const left = dot(linear, seed), right = dot(weights, dw);
      assert.ok(Math.abs(left - right) <= 1e-5 * Math.sqrt(dot(y, y) * dot(seed, seed)), name);
    }
  }
  store.dispose();
}

/** Padding of the layer's own gradients is exactly 0 and nothing else is touched. */
function checkPlacement(flat: Float32Array, { store, weight, bias }: Layer): void {
  for (const p of store.layout.parameters) {
    const own = p === weight || p === bias;
    for (let i = p.offset; i < p.offset + p.length; i++) {
      const column = p === weight ? (i - p.offset) % (p.length / (9 * p.shape[1])) : i - p.offset;
      if (!own) assert.ok(Number.isNaN(flat[i]), `gradient of ${p.name} was touched`);
      else if (column >= p.shape[0]) assert.equal(flat[i], 0, `padding of ${p.name}`);
    }
  }
}

/** `transposed` holds [K][9 reversed][Cp] with zero padding. */
function checkTransposed(flat: Float32Array, { store, weight, weights }: Layer): void {
  const [K, C] = weight.shape, Cp = Math.ceil(C / 4) * 4;
  const offset = store.transposedOffsets.get("weight")!;
  for (let i = 0; i < K * 9 * Cp; i++) {
    const c = i % Cp, t = Math.floor(i / Cp) % 9, k = Math.floor(i / (9 * Cp));
    const expected = c < C ? weights[(k * C + c) * 9 + 8 - t] : 0;
    assert.equal(flat[offset + i], expected, `transposed tap ${k}, ${t}, ${c}`);
  }
}

for (const texelReads of [true, false]) {
  for (
    const [tiles, convolution] of [
      ["large", "direct"],
      ["wide", "direct"],
      ["small", "direct"],
      ["large", "winograd"],
      ["wide", "winograd"],
    ] as const
  ) {
    const name = `texelReads ${texelReads}, ${tiles} tiles, ${convolution}`;
    Deno.test(`conv2d and its gradients (${name})`, () =>
      withGpu(async (gpu, keep) => {
        const check = (
          s: ConvolutionSizes,
          relu: boolean,
          rectified: boolean,
          biased = true,
        ): Promise<void> => checkAll(gpu, keep, s, { tiles, relu, rectified, biased, convolution });
        await check(sizes(1, 1, 1, 8, 8), false, false);
        await check(sizes(5, 3, 5, 8, 8), false, false);
        await check(sizes(1, 4, 2, 4, 8), false, false);
        await check(sizes(2, 9, 9, 16, 24), true, true);
        await check(sizes(3, 12, 16, 16, 16), true, false);
        await check(sizes(5, 1, 9, 16, 16), true, false);
        await check(sizes(2, 9, 1, 8, 32), false, true);
        await check(sizes(1, 7, 3, 32, 32), false, true, false);
        await check(sizes(2, 5, 4, 8, 16, 9, 0), false, true);
        await check(sizes(2, 2, 8, 8, 16, 9, 7), true, true);
        await check(sizes(3, 1, 8, 8, 8, 6, 5), true, false);
        await check(sizes(2, 6, 7, 12, 12), true, true);
        await check(sizes(2, 5, 1, 4, 4), false, true);
        await check(sizes(1, 5, 9, 64, 64), true, false);
      }, { texelReads }));
  }
}

/** Output, input gradient and weight gradient of a convolution with random values. */
async function results(
  gpu: Gpu,
  keep: Keep,
  s: ConvolutionSizes,
  tiles: TileFamily,
  convolution: "winograd" | "direct",
): Promise<Float32Array[]> {
  const { B, C, K, H, W } = s, layer = makeLayer(gpu, s);
  const values = randomValues(B * C * H * W, 1), seed = randomValues(B * K * H * W, 2);
  try {
    using graph = new Graph(gpu, "same bits", true, { convolution });
    const input = graph.keep(graph.wrap(keep(gpu.tensor("x", [B, C, H, W], values))));
    const options = { activation: "relu", label: "y", tiles } as const;
    const output = graph.keep(conv2d(graph, input, layer, layer.store, options));
    recordTranspose(graph.plan, layer.store);
    graph.contribute(output, true, (target) => {
      graph.plan.copy(keep(gpu.tensor("seed", [B, K, H, W], seed)), target, target.length);
    });
    graph.backward();
    graph.plan.submit();
    const [y, dx] = await gpu.readAll([output.tensor, input.gradient!]);
    const { data } = (await layer.store.saveGradients()).get("weight")!;
    return [y, dx, data as Float32Array];
  } finally {
    layer.store.dispose();
  }
}

Deno.test("conv2d gives the same bits with large and with wide tiles", () =>
  withGpu(async (gpu, keep) => {
    for (const s of [sizes(5, 9, 12, 16, 24), sizes(2, 3, 17, 8, 8), sizes(1, 6, 9, 64, 64)]) {
      for (const convolution of ["direct", "winograd"] as const) {
        const large = await results(gpu, keep, s, "large", convolution);
        assert.ok(large.every((array) => array.some((v) => v !== 0)));
        assert.deepEqual(await results(gpu, keep, s, "wide", convolution), large);
      }
    }
  }));

Deno.test("pixels and weights that invocations pass to each other are those that they would read", () =>
  withGpu(async (gpu, keep) => {
    for (const s of [sizes(2, 5, 9, 8, 16), sizes(4, 3, 17, 16, 32), sizes(4, 6, 9, 64, 64)]) {
      for (const convolution of ["direct", "winograd"] as const) {
        for (const tiles of ["large", "wide"] as const) {
          const passed = await results(gpu, keep, s, tiles, convolution);
          await withGpu(async (other, keepThere) => {
            assert.equal(other.profile.shuffles, 0);
            const read = await results(other, keepThere, s, tiles, convolution);
            assert.deepEqual(read, passed, `${tiles} ${convolution} ${s.H} x ${s.W}`);
          }, { shuffles: false });
        }
      }
    }
  }));

Deno.test("winograd rounds otherwise than direct sums, on software adapters where it saves work", () =>
  withGpu(async (gpu, keep) => {
    const differs = async (s: ConvolutionSizes, tiles: TileFamily): Promise<boolean> => {
      const [a] = await results(gpu, keep, s, tiles, "direct");
      const [b] = await results(gpu, keep, s, tiles, "winograd");
      return a.some((v, i) => v !== b[i]);
    };
    assert.ok(await differs(sizes(2, 9, 9, 16, 24), "wide"));
    assert.ok(await differs(sizes(2, 9, 9, 16, 24), "large"));
    assert.ok(!await differs(sizes(2, 9, 9, 16, 24), "small"));
    assert.ok(!await differs(sizes(2, 3, 9, 16, 24), "wide"), "few channels");
    assert.ok(!await differs(sizes(2, 9, 1, 16, 24), "wide"), "one output");
    assert.ok(!await differs(sizes(2, 9, 9, 16, 12), "wide"), "half a tile");
  }));

Deno.test("winograd errs about twice as much as direct sums", () =>
  withGpu(async (gpu, keep) => {
    const s = sizes(1, 64, 16, 32, 32), layer = makeLayer(gpu, s);
    const x = randomValues(s.B * s.C * s.H * s.W, 1);
    const exact = convolve(s, x, layer.weights, layer.biases, true);
    layer.store.dispose();
    const error = async (convolution: "winograd" | "direct"): Promise<number> => {
      const [y] = await results(gpu, keep, s, "wide", convolution);
      return Math.sqrt(y.reduce((sum, v, i) => sum + (v - exact[i]) ** 2, 0) / y.length);
    };
    const ratio = await error("winograd") / await error("direct");
    assert.ok(ratio > 1.2 && ratio < 2.8, `${ratio}`);
  }));

for (const texelReads of [true, false]) {
  Deno.test(`conv2d in half precision, gradients in single (texelReads ${texelReads})`, async (t) => {
    using probe = await Gpu.open();
    if (!probe.canHalf) return void console.log("      no shader-f16 here");
    for (const tiles of ["large", "wide", "small"] as const) {
      await t.step(tiles, () =>
        withGpu(async (gpu, keep) => {
          for (
            const s of [
              sizes(5, 3, 5, 8, 8),
              sizes(2, 9, 9, 16, 24),
              sizes(2, 9, 1, 8, 32),
              sizes(1, 5, 1, 12, 12),
              sizes(2, 2, 8, 8, 16, 9, 7),
              sizes(2, 6, 7, 12, 12),
            ]
          ) {
            await checkAll(gpu, keep, s, { tiles, relu: false, rectified: true, half: true });
            await checkAll(gpu, keep, s, { tiles, relu: true, rectified: false, half: true });
          }
        }, { texelReads }));
    }
  });
}

Deno.test("conv2d sums many partial results in stages", () =>
  withGpu(async (gpu, keep) => {
    // 24 images x 8 bands x 16 columns of strips: 3072 splits, three stages.
    await checkAll(gpu, keep, sizes(24, 1, 2, 64, 64), {
      tiles: "small",
      relu: false,
      rectified: false,
    });
  }));

for (const tiles of ["large", "wide", "small"] as const) {
  Deno.test(`conv2d keeps images and channels outside the window apart (${tiles} tiles)`, () =>
    withGpu(async (gpu, keep) => {
      const s = sizes(3, 4, 5, 8, 16, 6, 1);
      const layer = makeLayer(gpu, s, true, false);
      const plane = 8 * 16, all = 6 * plane;
      const x = randomValues(3 * all, 3);
      const clean = convolve(s, x, layer.weights, layer.biases, false);
      x.fill(NaN, all, 2 * all);
      for (const b of [0, 2]) {
        x.fill(NaN, b * all, b * all + plane);
        x.fill(NaN, b * all + 5 * plane, b * all + all);
      }
      {
        using graph = new Graph(gpu, "isolation", false, { convolution: "winograd" });
        const input = graph.wrap(keep(gpu.tensor("x", [3, 6, 8, 16], x)));
        const options = { activation: "none", channelStart: 1, label: "y", tiles } as const;
        const y = conv2d(graph, input, layer, layer.store, { ...options, channelCount: 4 });
        graph.plan.submit();
        const found = await gpu.read(y.tensor);
        const image = 5 * plane;
        assertClose("image 0", found.slice(0, image), clean.slice(0, image), 2e-6);
        assertClose("image 2", found.slice(2 * image), clean.slice(2 * image), 2e-6);
        assert.ok(found.slice(image, 2 * image).every(Number.isNaN));
      }
      layer.store.dispose();
    }));
}

Deno.test("conv2d refuses planes and weights that do not fit", () =>
  withGpu((gpu, keep) => {
    const layer = makeLayer(gpu, sizes(1, 3, 4, 8, 8), true, false);
    using graph = new Graph(gpu, "refusal", false);
    const options = { activation: "none", label: "y" } as const;
    const run = (shape: number[], channelStart = 0): unknown =>
      conv2d(graph, graph.wrap(keep(gpu.tensor("x", shape))), layer, layer.store, {
        ...options,
        channelStart,
      });
    assert.throws(() => run([1, 3, 6, 8]), ShapeError);
    assert.throws(() => run([1, 3, 8, 10]), ShapeError);
    assert.throws(() => run([1, 4, 8, 8]), ShapeError);
    assert.throws(() => run([1, 3, 8, 8], 1), ShapeError);
    layer.store.dispose();
    return Promise.resolve();
  }));

Deno.test("conv2d trains no input that is data", () =>
  withGpu((gpu, keep) => {
    const layer = makeLayer(gpu, sizes(1, 1, 4, 8, 8));
    {
      using graph = new Graph(gpu, "data", true);
      const x = keep(gpu.tensor("x", [1, 1, 8, 8]));
      const input = graph.wrap(x, { differentiable: false });
      const y = conv2d(graph, input, layer, layer.store, { activation: "none", label: "y" });
      graph.contribute(y, true, (target) => graph.plan.clear(target));
      graph.backward();
      assert.equal(input.gradient, undefined);
    }
    layer.store.dispose();
    return Promise.resolve();
  }));

Deno.test("emitted convolution kernels are up to date", () => {
  const folder = new URL("../../shaders/ops/conv2d/", import.meta.url);
  const found = [...Deno.readDirSync(folder)].map((f) => f.name).filter((n) => /wgsl$/.test(n));
  const files = emit();
  assert.deepEqual(found.sort(), [...files.keys()].sort());
  for (const [name, text] of files) {
    assert.equal(Deno.readTextFileSync(new URL(name, folder)), text, name);
  }
});

Deno.test("all of this with vectors of 512 bits", () => testWithLongVectors(import.meta.filename!));
