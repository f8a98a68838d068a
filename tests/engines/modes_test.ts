import assert from "node:assert/strict";
import { eigenHermitian } from "../../src/engines/hermitian.ts";
import { ModeMixer, sortModes } from "../../src/engines/modes.ts";
import { innerProduct, modePower, simulateModes } from "../reference/engine_problem.ts";
import { assertClose, randomValues } from "../support/close.ts";
import { withGpu } from "../support/device.ts";

Deno.test("eigenvalues and vectors of Hermitian matrices", () => {
  for (const n of [1, 2, 3, 5, 8]) {
    const random = randomValues(2 * n * n, n);
    const matrix = new Float64Array(2 * n * n);
    for (let p = 0; p < n; p++) {
      for (let q = 0; q < n; q++) {
        matrix[2 * (p * n + q)] = random[2 * (p * n + q)] + random[2 * (q * n + p)];
        matrix[2 * (p * n + q) + 1] = random[2 * (p * n + q) + 1] - random[2 * (q * n + p) + 1];
      }
    }
    const { values, vectors } = eigenHermitian(matrix, n);
    for (let k = 0; k < n; k++) {
      if (k > 0) assert.ok(values[k] <= values[k - 1]);
      for (let p = 0; p < n; p++) {
        let re = -values[k] * vectors[2 * (k * n + p)];
        let im = -values[k] * vectors[2 * (k * n + p) + 1];
        for (let q = 0; q < n; q++) {
          const [a, b] = [matrix[2 * (p * n + q)], matrix[2 * (p * n + q) + 1]];
          const [c, d] = [vectors[2 * (k * n + q)], vectors[2 * (k * n + q) + 1]];
          re += a * c - b * d;
          im += a * d + b * c;
        }
        assert.ok(Math.hypot(re, im) < 1e-10, `n ${n} residual ${re} ${im}`);
      }
    }
  }
});

for (const [modes, size] of [[1, 16], [2, 16], [3, 32], [5, 64]]) {
  Deno.test(`${modes} modes of ${size} px become orthogonal and sorted`, () =>
    withGpu(async (gpu, keep) => {
      const pixels = size * size;
      const powers = Array.from({ length: modes }, (_, m) => 0.6 ** m);
      const truth = simulateModes(size, modes, powers, 100);
      // A unitary mixture of orthogonal modes: rows of a discrete Fourier transform.
      const mixed = new Float32Array(truth.length);
      for (let k = 0; k < modes; k++) {
        for (let l = 0; l < modes; l++) {
          const angle = 2 * Math.PI * k * l / modes, f = 1 / Math.sqrt(modes);
          const [c, s] = [f * Math.cos(angle), f * Math.sin(angle)];
          for (let i = 0; i < pixels; i++) {
            const to = 2 * (k * pixels + i), from = 2 * (l * pixels + i);
            mixed[to] += c * truth[from] - s * truth[from + 1];
            mixed[to + 1] += c * truth[from + 1] + s * truth[from];
          }
        }
      }
      const probe = keep(gpu.tensor("probe", [modes, size, size, 2], mixed));
      using mixer = new ModeMixer(gpu, probe);
      assertClose(
        "powers before",
        await mixer.powers(),
        Array.from({ length: modes }, (_, k) => modePower(mixed, k, pixels)),
        1e-5,
      );
      const found = await mixer.orthogonalise();
      const total = powers.reduce((a, b) => a + b);
      assertClose("powers", found, powers.map((p) => 100 * p / total), 1e-5);
      const result = await gpu.read(probe);
      for (let k = 0; k < modes; k++) {
        const [re, im] = innerProduct(truth, k, k, pixels);
        const [a, b] = overlap(result, truth, k, pixels);
        assert.ok(Math.abs(Math.hypot(a, b) / Math.hypot(re, im) - 1) < 1e-4, `mode ${k}`);
        for (let l = 0; l < k; l++) {
          assert.ok(Math.hypot(...innerProduct(result, k, l, pixels)) < 1e-4 * 100);
        }
      }
      const host = sortModes(mixed, modes);
      assertClose("powers on the host", host.powers, found, 1e-5);
      for (let k = 0; k < modes; k++) {
        const [a, b] = overlap(host.probe, truth, k, pixels);
        assert.ok(Math.abs(Math.hypot(a, b) / modePower(truth, k, pixels) - 1) < 1e-5);
      }
      assertClose("intensity", intensity(result, pixels), intensity(mixed, pixels), 1e-5);
    }));
}

function overlap(a: Float32Array, b: Float64Array, k: number, pixels: number): [number, number] {
  let re = 0, im = 0;
  for (let i = 2 * k * pixels; i < 2 * (k + 1) * pixels; i += 2) {
    re += a[i] * b[i] + a[i + 1] * b[i + 1];
    im += a[i] * b[i + 1] - a[i + 1] * b[i];
  }
  return [re, im];
}

function intensity(modes: Float32Array, pixels: number): Float64Array {
  const sum = new Float64Array(pixels);
  for (let i = 0; i < modes.length / 2; i++) {
    sum[i % pixels] += modes[2 * i] ** 2 + modes[2 * i + 1] ** 2;
  }
  return sum;
}
