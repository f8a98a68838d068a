import assert from "node:assert/strict";
import { ShapeError } from "../../src/errors.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import type { Tensor } from "../../src/gpu/tensor.ts";
import { Graph, type Value } from "../../src/ops/graph.ts";
import { maxPool2, padHalf, upsample2 } from "../../src/ops/resample.ts";
import { gather, maxPool, padIndex, scatter, upsampleIndex } from "../reference/resample.ts";
import { assertAdjoint, assertClose, randomValues } from "../support/close.ts";
import { poison, withGpu } from "../support/device.ts";

const SHAPES = [[1, 1, 8, 8], [5, 3, 4, 24], [2, 16, 32, 32]];

/** Values with ties and zeros, as after a ReLU. */
function rectifiedValues(count: number, seed: number): Float32Array {
  return randomValues(count, seed).map((v) => Math.max(0, Math.round(2 * v) / 2));
}

async function run(
  gpu: Gpu,
  keep: (tensor: Tensor) => Tensor,
  op: (graph: Graph, value: Value) => Value,
  shape: readonly number[],
  x: Float32Array,
  rectified: boolean,
): Promise<{ y: Float32Array; g: Float32Array; dx: Float32Array; shape: readonly number[] }> {
  using graph = new Graph(gpu, "resample", true);
  const input = graph.keep(graph.wrap(keep(gpu.tensor("x", shape, x)), { rectified }));
  const output = graph.keep(op(graph, input));
  assert.equal(output.rectified, false);
  poison(gpu, output.tensor);
  const g = randomValues(output.tensor.length, 7);
  graph.contribute(output, true, (target) => {
    graph.plan.copy(keep(gpu.tensor("g", target.shape, g)), target, g.length);
  });
  graph.backward();
  poison(gpu, input.gradient!);
  graph.plan.submit();
  const [y, dx] = await gpu.readAll([output.tensor, input.gradient!]);
  return { y, g, dx, shape: output.tensor.shape };
}

for (const texelReads of [true, false]) {
  Deno.test(`maxPool2: the first maximum takes the gradient (texelReads ${texelReads})`, () =>
    withGpu(async (gpu, keep) => {
      for (const shape of SHAPES) {
        for (const rectified of [true, false]) {
          const [B, C, H, W] = shape, count = B * C * H * W;
          const x = rectifiedValues(count, 3).map((v) => rectified ? v : v - 0.75);
          const { output, from } = maxPool(x, H, W);
          const found = await run(gpu, keep, maxPool2, shape, x, rectified);
          assert.deepEqual(found.shape, [B, C, H / 2, W / 2]);
          assertClose("pool", found.y, output, 0);
          const dx = scatter(found.g, from, count);
          const expected = dx.map((g, i) => rectified && x[i] <= 0 ? 0 : g);
          assertClose("pool gradient", found.dx, expected, 0);
        }
      }
    }, { texelReads }));

  Deno.test(`upsample2 and its adjoint (texelReads ${texelReads})`, () =>
    withGpu(async (gpu, keep) => {
      for (const shape of SHAPES) {
        for (const rectified of [true, false]) {
          const [B, C, H, W] = shape, count = B * C * H * W;
          const x = rectified ? rectifiedValues(count, 4) : randomValues(count, 4);
          const index = upsampleIndex(B * C, H, W);
          const found = await run(gpu, keep, upsample2, shape, x, rectified);
          assert.deepEqual(found.shape, [B, C, 2 * H, 2 * W]);
          assertClose("upsample", found.y, gather(x, index), 0);
          const dx = scatter(found.g, index, count);
          const expected = dx.map((g, i) => rectified && x[i] <= 0 ? 0 : g);
          assertClose("upsample gradient", found.dx, expected, 1e-6);
          if (!rectified) assertAdjoint("upsample", x, found.y, found.g, found.dx);
        }
      }
    }, { texelReads }));
}

Deno.test("padHalf and its adjoint", () =>
  withGpu(async (gpu, keep) => {
    for (const shape of [...SHAPES, [3, 1, 4, 4], [1, 2, 6, 10]]) {
      for (const rectified of [true, false]) {
        const [B, C, H, W] = shape, count = B * C * H * W;
        const x = rectified ? rectifiedValues(count, 5) : randomValues(count, 5);
        const index = padIndex(B * C, H, W);
        const found = await run(gpu, keep, padHalf, shape, x, rectified);
        assert.deepEqual(found.shape, [B, C, 2 * H, 2 * W]);
        assertClose("pad", found.y, gather(x, index), 0);
        const dx = scatter(found.g, index, count);
        assertClose("crop", found.dx, dx.map((g, i) => rectified && x[i] <= 0 ? 0 : g), 0);
        if (!rectified) assertAdjoint("pad", x, found.y, found.g, found.dx);
      }
    }
  }));

Deno.test("resampling refuses planes that do not divide", () =>
  withGpu((gpu, keep) => {
    using graph = new Graph(gpu, "refusal", false);
    const value = (...shape: number[]): Value => graph.wrap(keep(gpu.tensor("x", shape)));
    assert.throws(() => maxPool2(graph, value(1, 1, 8, 12)), ShapeError);
    assert.throws(() => maxPool2(graph, value(1, 1, 7, 8)), ShapeError);
    assert.throws(() => upsample2(graph, value(1, 1, 8, 6)), ShapeError);
    assert.throws(() => padHalf(graph, value(1, 1, 8, 5)), ShapeError);
    return Promise.resolve();
  }));
