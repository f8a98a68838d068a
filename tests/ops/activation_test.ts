import assert from "node:assert/strict";
import { ShapeError } from "../../src/errors.ts";
import { activate, type ActivationKind, combineHeads } from "../../src/ops/activation.ts";
import { Graph } from "../../src/ops/graph.ts";
import { activations, combine, derivative } from "../reference/activation.ts";
import { assertAdjoint, assertClose, randomValues } from "../support/close.ts";
import { withGpu } from "../support/device.ts";
import { runOp } from "./run_op.ts";

const HEADS: [ActivationKind, number, number][] = [
  ["linear", 1, 0.7],
  ["sigmoid", 1.5, 0],
  ["silu", 1, 0],
  ["softplus", 1, 0],
  ["relu", 2, 0],
  ["tanh", Math.PI, 0],
  ["tanh", 1, 0.2],
  ["constant", 1, 0.686],
];

Deno.test("activations and their derivatives agree with float64 on three shapes", () =>
  withGpu(async (gpu) => {
    for (const shape of [[1, 1, 1, 1], [3, 1, 5, 7], [2, 4, 64, 64]]) {
      const n = shape.reduce((a, b) => a * b);
      const values = randomValues(n, n, 3), dy = randomValues(n, n + 1);
      for (const [kind, scale, offset] of HEADS) {
        const { output, gradients } = await runOp(
          gpu,
          [{ shape, values }],
          (graph, [x]) => activate(graph, x, { kind, scale, offset }),
          dy,
        );
        const f = (x: number): number => scale * activations[kind](x) + offset;
        assertClose(kind, output, Float64Array.from(values, f), 5e-7, { relative: n > 1 });
        const expected = Float64Array.from(values, (x, i) => dy[i] * derivative(f, x));
        assertClose(`d ${kind}`, gradients[0], expected, 2e-6, { relative: n > 1 });
      }
    }
  }));

Deno.test("activations keep relative accuracy near 0 and stay finite for huge numbers", () =>
  withGpu(async (gpu) => {
    const small = [1e-6, -1e-4, 1e-2, 0.1, -0.199, 0.201, -0.5, 1];
    const huge = [1e3, -1e3, 88.8, -88.8, 1e30, -1e30, 3e38, -3e38, 0, -20, 20, -104];
    const values = Float32Array.from([...small, ...huge]);
    const ones = new Float32Array(values.length).fill(1);
    for (const kind of ["sigmoid", "silu", "softplus", "relu", "tanh"] as const) {
      const { output, gradients } = await runOp(
        gpu,
        [{ shape: [values.length], values }],
        (graph, [x]) => activate(graph, x, { kind }),
        ones,
      );
      values.forEach((x, i) => {
        const y = activations[kind](x);
        assert.ok(
          Math.abs(output[i] - y) <= 5e-7 * Math.abs(y) + 1e-30,
          `${kind}(${x}) = ${output[i]} instead of ${y}`,
        );
        assert.ok(
          Number.isFinite(gradients[0][i]) && Math.abs(gradients[0][i]) < 1.2,
          `d ${kind}(${x}) = ${gradients[0][i]}`,
        );
      });
    }
  }));

for (const texelReads of [true, false]) {
  Deno.test(`heads are combined and split back (texelReads ${texelReads})`, () =>
    withGpu(async (gpu) => {
      for (const [planes, N] of [[1, 4], [3, 12], [4, 64]]) {
        for (const n of [N / 2, N]) {
          for (const bordered of [true, false]) {
            if (!bordered && n === N) continue;
            const inner = randomValues(planes * n * n, N), outer = randomValues(planes * N * N, 7);
            const dy = randomValues(planes * N * N, 8);
            const inputs = [{ shape: [planes, 1, n, n], values: inner }];
            if (bordered) inputs.push({ shape: [planes, 1, N, N], values: outer });
            const { output, gradients } = await runOp(
              gpu,
              inputs,
              (graph, [a, b]) => combineHeads(graph, a, b),
              dy,
            );
            const expected = combine(planes, N, n, inner, bordered ? outer : undefined);
            assertClose("combined", output, expected, 1e-6);
            const x = [...inner, ...(bordered ? outer : [])];
            const adjoint = gradients.flatMap((g) => [...g]);
            assertAdjoint(`combine ${planes} ${N} ${n}`, x, output, dy, adjoint, 1e-6);
          }
        }
      }
    }, { texelReads }));
}

Deno.test("combining heads refuses planes that do not fit", () =>
  withGpu((gpu, keep) => {
    using graph = new Graph(gpu, "test", false);
    const value = (...shape: number[]) => graph.wrap(keep(gpu.tensor("x", shape)));
    assert.throws(() => combineHeads(graph, value(1, 1, 3, 3)), ShapeError);
    assert.throws(() => combineHeads(graph, value(1, 1, 4, 2)), ShapeError);
    assert.throws(() => combineHeads(graph, value(1, 1, 4, 4), value(1, 1, 12, 12)), ShapeError);
    assert.throws(() => combineHeads(graph, value(1, 1, 4, 4), value(1, 2, 8, 8)), ShapeError);
    return Promise.resolve();
  }));
