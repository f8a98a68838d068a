import assert from "node:assert/strict";
import { ShapeError } from "../../src/errors.ts";
import { cartesianToComplex, complexToPolar, polarToComplex } from "../../src/ops/complex.ts";
import { Graph } from "../../src/ops/graph.ts";
import { assertAdjoint, assertClose, randomValues } from "../support/close.ts";
import { poison, withGpu } from "../support/device.ts";
import { runOp } from "./run_op.ts";

const SHAPES = [[1, 1, 1, 1], [3, 1, 5, 7], [2, 4, 64, 64]];

function polar(a: ArrayLike<number>, phi: ArrayLike<number>): Float64Array {
  const z = new Float64Array(2 * a.length);
  for (let i = 0; i < a.length; i++) {
    z[2 * i] = a[i] * Math.cos(phi[i]);
    z[2 * i + 1] = a[i] * Math.sin(phi[i]);
  }
  return z;
}

Deno.test("amplitude and phase become complex patches, with both gradients", () =>
  withGpu(async (gpu) => {
    for (const shape of SHAPES) {
      const n = shape.reduce((a, b) => a * b);
      const a = randomValues(n, 1), phi = randomValues(n, 2, 30), dz = randomValues(2 * n, 3);
      const { output, gradients } = await runOp(
        gpu,
        [{ shape, values: a }, { shape, values: phi }],
        (graph, [x, y]) => polarToComplex(graph, x, y).patches,
        dz,
      );
      assertClose("z", output, polar(a, phi), 5e-7, { relative: n > 1 });
      // dz/da and dz/dphi by central differences in float64.
      const h = 1e-6, one = new Float64Array(n).fill(1);
      const unit = polar(one, phi);
      const plus = polar(a, Float64Array.from(phi, (p) => p + h));
      const minus = polar(a, Float64Array.from(phi, (p) => p - h));
      const da = new Float64Array(n), dphi = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        for (const k of [2 * i, 2 * i + 1]) {
          da[i] += dz[k] * unit[k];
          dphi[i] += dz[k] * (plus[k] - minus[k]) / (2 * h);
        }
      }
      assertClose("da", gradients[0], da, 1e-6, { relative: n > 1 });
      assertClose("dphi", gradients[1], dphi, 1e-6, { relative: n > 1 });
    }
  }));

Deno.test("sine and cosine are accurate far beyond pi", () =>
  withGpu(async (gpu) => {
    const phi = Float32Array.from({ length: 4096 }, (_, i) => (i - 2048) * 1.7);
    const ones = new Float32Array(phi.length).fill(1);
    const { output } = await runOp(
      gpu,
      [{ shape: [4096], values: ones }, { shape: [4096], values: phi }],
      (graph, [x, y]) => polarToComplex(graph, x, y).patches,
      new Float32Array(8192),
    );
    assertClose("exp(i phi)", output, polar(ones, phi), 3e-7);
  }));

Deno.test("a frozen amplitude is constant without gradient until it is released", () =>
  withGpu(async (gpu) => {
    const shape = [3, 1, 5, 7], n = 105;
    const a = randomValues(n, 1), phi = randomValues(n, 2), dz = randomValues(2 * n, 3);
    const fixed = new Float64Array(n).fill(0.686);
    let freeze: (constant: number | undefined) => void = () => {};
    await runOp(
      gpu,
      [{ shape, values: a }, { shape, values: phi }],
      (graph, [x, y]) => {
        const { patches, freezeAmplitude } = polarToComplex(graph, x, y);
        freeze = freezeAmplitude;
        freeze(0.686);
        return patches;
      },
      dz,
      async (_graph, read) => {
        const frozen = await read();
        assertClose("frozen z", frozen.output, polar(fixed, phi), 5e-7);
        assert.ok(frozen.gradients[0].every((g) => g === 0));
        const dphi = phi.map((p, i) =>
          0.686 * (dz[2 * i + 1] * Math.cos(p) - dz[2 * i] * Math.sin(p))
        );
        assertClose("frozen dphi", frozen.gradients[1], dphi, 1e-6);
        freeze(undefined);
        const free = await read();
        assertClose("free z", free.output, polar(a, phi), 5e-7);
        assert.ok(free.gradients[0].some((g) => g !== 0));
        freeze(0.5);
        assertClose("again", (await read()).output, polar(fixed.fill(0.5), phi), 5e-7);
      },
    );
  }));

Deno.test("real and imaginary part become complex patches, with both gradients", () =>
  withGpu(async (gpu) => {
    for (const shape of SHAPES) {
      const n = shape.reduce((a, b) => a * b);
      const re = randomValues(n, 1), im = randomValues(n, 2), dz = randomValues(2 * n, 3);
      const { output, gradients } = await runOp(
        gpu,
        [{ shape, values: re }, { shape, values: im }],
        (graph, [x, y]) => cartesianToComplex(graph, x, y),
        dz,
      );
      const expected = Float32Array.from({ length: 2 * n }, (_, k) => (k % 2 ? im : re)[k >> 1]);
      assert.deepEqual(output, expected);
      assertAdjoint("complex", [...re, ...im], output, dz, gradients.flatMap((g) => [...g]), 1e-6);
    }
  }));

Deno.test("complex values split into amplitude and phase in every quadrant", () =>
  withGpu(async (gpu, keep) => {
    const special = [
      0,
      0,
      1,
      0,
      -1,
      0,
      0,
      1,
      0,
      -1,
      1,
      1,
      -1,
      1,
      -1,
      -1,
      1e-20,
      1e-20,
      3e30,
      -4e30,
    ];
    for (const n of [10, 105, 8192]) {
      const z = randomValues(2 * n, n);
      z.set(special);
      using graph = new Graph(gpu, "test", false);
      const { amplitude, phase } = complexToPolar(
        graph,
        graph.wrap(keep(gpu.tensor("z", [n, 2], z))),
      );
      assert.deepEqual(amplitude.tensor.shape, [n]);
      poison(gpu, amplitude.tensor);
      poison(gpu, phase.tensor);
      graph.plan.submit();
      const [a, p] = await gpu.readAll([amplitude.tensor, phase.tensor]);
      for (let i = 0; i < n; i++) {
        const modulus = Math.hypot(z[2 * i], z[2 * i + 1]);
        assert.ok(Math.abs(a[i] - modulus) <= 4e-7 * modulus, `|z| ${a[i]} ${modulus}`);
        const angle = Math.atan2(z[2 * i + 1], z[2 * i]);
        assert.ok(Math.abs(p[i] - angle) <= 6e-7, `arg z ${p[i]} ${angle}`);
      }
    }
  }));

Deno.test("complex operations refuse shapes that do not fit", () =>
  withGpu((gpu, keep) => {
    using graph = new Graph(gpu, "test", false);
    const value = (...shape: number[]) => graph.wrap(keep(gpu.tensor("x", shape)));
    assert.throws(() => polarToComplex(graph, value(2, 4), value(4, 2)), ShapeError);
    assert.throws(() => cartesianToComplex(graph, value(2, 4), value(2, 5)), ShapeError);
    assert.throws(() => complexToPolar(graph, value(2, 4)), ShapeError);
    return Promise.resolve();
  }));
