import assert from "node:assert/strict";
import { ShapeError } from "../../src/errors.ts";
import { maeLoss } from "../../src/loss/mae.ts";
import { poissonLoss } from "../../src/loss/poisson.ts";
import { regularize } from "../../src/loss/regularize.ts";
import { supervisedLoss } from "../../src/loss/supervised.ts";
import { Graph } from "../../src/ops/graph.ts";
import { poissonTerm } from "../reference/loss.ts";
import { assertClose, type Numbers, randomValues } from "../support/close.ts";
import { withGpu } from "../support/device.ts";
import { assertGradient } from "../support/gradient.ts";

const SHAPES = [[1, 1, 2, 2], [3, 2, 5, 5], [2, 4, 32, 32]];

const mean = (values: Numbers): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
};
const positive = (count: number, seed: number, scale = 1): Float32Array =>
  randomValues(count, seed, scale).map((v) => Math.abs(v) + 0.05 * scale);

for (const quantity of ["amplitude", "intensity"] as const) {
  // Scales that reach from a thousandth of a photon to a million a pixel.
  for (const strength of [0.03, 3, 1000]) {
    Deno.test(`Poisson loss of ${quantity} at scale ${strength}`, () =>
      withGpu(async (gpu, keep) => {
        for (const shape of SHAPES) {
          const count = shape.reduce((a, b) => a * b), [batch] = shape, each = count / batch;
          const p = positive(count, 1);
          const y = positive(count, 2).map((v, i) =>
            i % 7 === 0 ? 0 : i % 3 === 0 ? 1.001 * p[i] : v
          );
          const scales = Float32Array.from({ length: batch }, (_, b) => strength * (1 + 0.1 * b));
          const divisors = quantity === "amplitude" ? undefined : positive(batch, 3);
          const evaluate = (x: Numbers): { terms: Float64Array; total: number } => {
            const terms = new Float64Array(batch);
            for (let i = 0; i < count; i++) {
              const s = scales[Math.floor(i / each)];
              const [rate, k] = quantity === "amplitude"
                ? [(s * x[i]) ** 2, (s * y[i]) ** 2]
                : [s * x[i], s * y[i]];
              terms[Math.floor(i / each)] += poissonTerm(rate, k);
            }
            const total = mean(terms.map((t, b) => t / (divisors?.[b] ?? mean(y) + 1e-8)));
            return { terms, total };
          };

          const predicted = keep(gpu.tensor("predicted", shape, p));
          const observed = keep(gpu.tensor("observed", shape, y));
          const scale = keep(gpu.tensor("scale", [batch], scales));
          const divisor = divisors && keep(gpu.tensor("divisor", [batch], divisors));
          using graph = new Graph(gpu, "poisson", true);
          const value = graph.wrap(predicted);
          const options = { scale, quantity, ...(divisor === undefined ? {} : { divisor }) };
          const loss = poissonLoss(graph, value, observed, options);
          graph.plan.submit();
          assert(value.gradient !== undefined);
          const [summary, rows, gradient] = await gpu.readAll(
            [loss.summary, loss.rows, value.gradient],
          );
          const { terms, total } = evaluate(p);
          assertClose("terms", terms.map((_, b) => rows[4 * b]), terms, 3e-6);
          assertClose("total", [summary[0]], [total], 3e-6);
          const power = quantity === "amplitude" ? 2 : 1;
          const energy = [p, y].map((v) => v.reduce((a, b) => a + b ** power, 0));
          assertClose("mean, energies", summary.slice(1), [mean(y), ...energy], 1e-5);
          assertGradient("gradient", (x) => evaluate(x).total, p, gradient, { count: 12 });
        }
      }));
  }
}

Deno.test("Poisson loss of amplitudes keeps rates far below a photon", () =>
  withGpu(async (gpu, keep) => {
    const p = new Float32Array([3e-3, 0.02, 0.7, 5]), y = new Float32Array([1, 0, 0.3, 8]);
    const s = 1e-5, predicted = keep(gpu.tensor("predicted", [1, 1, 2, 2], p));
    const observed = keep(gpu.tensor("observed", [1, 1, 2, 2], y));
    const scale = keep(gpu.tensor("scale", [1], new Float32Array([s])));
    using graph = new Graph(gpu, "poisson", true);
    const value = graph.wrap(predicted);
    const loss = poissonLoss(graph, value, observed, { scale });
    graph.plan.submit();
    assert(value.gradient !== undefined);
    const [rows, gradient] = await gpu.readAll([loss.rows, value.gradient]);
    const squares = (v: Float32Array): number[] => [...v].map((a) => (s * a) ** 2);
    const rates = squares(p), counts = squares(y);
    const sum = rates.reduce((all, rate, i) => all + poissonTerm(rate, counts[i]), 0);
    assertClose("likelihood", [rows[0]], [sum], 3e-6);
    const slopes = rates.map((rate, i) =>
      (1 - counts[i] / rate) * 2 * s * s * p[i] / (mean(y) + 1e-8)
    );
    for (let i = 0; i < 4; i++) assertClose("gradient", [gradient[i]], [slopes[i]], 3e-6);
  }));

Deno.test("Poisson loss and gradient stay finite where nothing is predicted", () =>
  withGpu(async (gpu, keep) => {
    const predicted = keep(
      gpu.tensor("predicted", [1, 1, 2, 2], new Float32Array([0, 0, 1, 1e-20])),
    );
    const observed = keep(gpu.tensor("observed", [1, 1, 2, 2], new Float32Array([0, 3, 1, 5])));
    const scale = keep(gpu.tensor("scale", [1], new Float32Array([1])));
    for (const quantity of ["amplitude", "intensity"] as const) {
      using graph = new Graph(gpu, "poisson", true);
      const value = graph.wrap(predicted);
      const loss = poissonLoss(graph, value, observed, { scale, quantity });
      graph.plan.submit();
      assert(value.gradient !== undefined);
      const [summary, gradient] = await gpu.readAll([loss.summary, value.gradient]);
      for (const v of [...summary, ...gradient]) assert(Number.isFinite(v), `${quantity}: ${v}`);
    }
  }));

for (const matchEnergy of [false, true]) {
  Deno.test(`absolute loss, energies matched: ${matchEnergy}`, () =>
    withGpu(async (gpu, keep) => {
      for (const shape of SHAPES) {
        const count = shape.reduce((a, b) => a * b), [batch] = shape, each = count / batch;
        const p = positive(count, 1), y = positive(count, 2, 2);
        const evaluate = (x: Numbers): number => {
          let sum = 0;
          for (let b = 0; b < batch; b++) {
            let [energyX, energyY] = [1e-8, 0];
            for (let i = b * each; i < (b + 1) * each; i++) {
              energyX += x[i] ** 2;
              energyY += y[i] ** 2;
            }
            const a = matchEnergy ? Math.sqrt(energyY / energyX) : 1;
            for (let i = b * each; i < (b + 1) * each; i++) sum += 7 * Math.abs(a * x[i] - y[i]);
          }
          return sum / count / (mean(y) + 1e-8);
        };
        const predicted = keep(gpu.tensor("predicted", shape, p));
        const observed = keep(gpu.tensor("observed", shape, y));
        const scale = keep(gpu.tensor("scale", [1], new Float32Array([7])));
        using graph = new Graph(gpu, "mae", true);
        const value = graph.wrap(predicted);
        const loss = maeLoss(graph, value, observed, { scale, matchEnergy });
        graph.plan.submit();
        assert(value.gradient !== undefined);
        const [summary, gradient] = await gpu.readAll([loss.summary, value.gradient]);
        assertClose("total", [summary[0]], [evaluate(p)], 1e-5);
        const energy = [p, y].map((v) => v.reduce((a, b) => a + b * b, 0));
        assertClose("mean, energies", summary.slice(1), [mean(y), ...energy], 1e-5);
        assertGradient("gradient", evaluate, p, gradient, { count: 12, step: 1e-6 });
      }
    }));
}

Deno.test("penalties and their gradients", () =>
  withGpu(async (gpu, keep) => {
    for (const regularizer of ["total_variation", "mean_deviation"] as const) {
      for (const shape of [...SHAPES, [2, 3, 4, 7]]) {
        const [batch, channels, rows, columns] = shape, pixels = rows * columns;
        const count = batch * channels * pixels;
        const values = randomValues(count, 1);
        const evaluate = (x: Numbers): number => {
          let sum = 0;
          for (let plane = 0; plane < batch * channels; plane++) {
            const at = (r: number, c: number): number => x[plane * pixels + r * columns + c];
            const m = mean(Array.from(x).slice(plane * pixels, (plane + 1) * pixels));
            for (let r = 0; r < rows; r++) {
              for (let c = 0; c < columns; c++) {
                if (regularizer === "mean_deviation") sum += Math.abs(at(r, c) - m);
                else {
                  if (r > 0) sum += Math.abs(at(r, c) - at(r - 1, c));
                  if (c > 0) sum += Math.abs(at(r, c) - at(r, c - 1));
                }
              }
            }
          }
          return 0.3 * sum / batch;
        };
        const image = keep(gpu.tensor("image", shape, values));
        using graph = new Graph(gpu, regularizer, true);
        const value = graph.wrap(image);
        const { loss } = regularize(graph, value, regularizer, 0.3);
        graph.plan.submit();
        assert(value.gradient !== undefined);
        const [total, gradient] = await gpu.readAll([loss, value.gradient]);
        assertClose(regularizer, total, [evaluate(values), 0, 0, 0], 1e-5);
        assertGradient(regularizer, evaluate, values, gradient, { count: 8, step: 1e-6 });
      }
    }
  }));

Deno.test("supervised loss, its gradients, and refusals", () =>
  withGpu(async (gpu, keep) => {
    const shape = [2, 3, 5, 5];
    const arrays = [1, 2, 3, 4].map((seed) => randomValues(150, seed));
    const [amplitude, phase, a, b] = arrays.map((v) => keep(gpu.tensor("x", shape, v)));
    using graph = new Graph(gpu, "supervised", true);
    const predicted = { amplitude: graph.wrap(amplitude), phase: graph.wrap(phase) };
    const loss = supervisedLoss(graph, predicted, { amplitude: a, phase: b });
    graph.plan.submit();
    let expected = 0;
    for (let i = 0; i < 150; i++) {
      expected += 2 * Math.abs(arrays[0][i] - arrays[2][i]) +
        4 * Math.abs(arrays[1][i] - arrays[3][i]);
    }
    assertClose("loss", await gpu.read(loss), [expected, 0, 0, 0], 1e-5);
    assert(predicted.amplitude.gradient !== undefined && predicted.phase.gradient !== undefined);
    const gradients = await gpu.readAll([predicted.amplitude.gradient, predicted.phase.gradient]);
    for (const [k, weight] of [2, 4].entries()) {
      const sign = arrays[k].map((v, i) => weight * Math.sign(v - arrays[k + 2][i]));
      assertClose("gradient", gradients[k], sign, 0);
    }
    const scale = keep(gpu.tensor("scale", [3]));
    assert.throws(() => maeLoss(graph, predicted.phase, scale, { scale }), ShapeError);
    assert.throws(() => poissonLoss(graph, predicted.phase, a, { scale }), /give 1 or 2/);
  }));
