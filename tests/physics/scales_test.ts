import assert from "node:assert/strict";
import { Graph } from "../../src/ops/graph.ts";
import { rectangularIntensity } from "../../src/physics/rectangular.ts";
import { scalarParameter } from "../../src/ops/scalar_parameter.ts";
import { scaleBy } from "../../src/physics/scale_by.ts";
import { recordVarproBasis } from "../../src/physics/varpro_basis.ts";
import { illuminateReference, intensityReference } from "../reference/physics.ts";
import { assertClose, dot, randomValues } from "../support/close.ts";
import { poison, poisoned, withGpu } from "../support/device.ts";
import { assertGradient } from "../support/gradient.ts";

Deno.test("a tied scale multiplies twice and collects both gradients", () =>
  withGpu(async (gpu, keep) => {
    for (const length of [1, 5, 3000]) {
      const values = randomValues(length, 1), cotangent = randomValues(length, 2);
      const logScale = 0.3;
      const weights = keep(gpu.tensor("weights", [8], new Float32Array(8).fill(logScale)));
      const gradients = keep(poisoned(gpu, "gradients", [8]));
      const x = keep(gpu.tensor("x", [length], values));
      const seed = keep(gpu.tensor("seed", [length], cotangent));
      using graph = new Graph(gpu, "scale", true);
      const parameter = scalarParameter({ weights, gradients }, { offset: 5 });
      const input = graph.wrap(x);
      // y = exp(-w) x, z = exp(w) (y + x): the second use sees both.
      const y = scaleBy(graph, input, parameter, -1);
      const z = graph.keep(scaleBy(graph, y, parameter, 1));
      const u = graph.keep(scaleBy(graph, input, parameter, 1));
      for (const value of [z, u]) {
        poison(gpu, value.tensor);
        graph.contribute(value, false, (target) => graph.plan.copy(seed, target, length));
      }
      graph.backward();
      graph.plan.submit();
      graph.plan.submit();
      const factor = Math.exp(logScale);
      assertClose("z", await gpu.read(z.tensor), values, 1e-5);
      assertClose("u", await gpu.read(u.tensor), values.map((v) => factor * v), 1e-5);
      assert(input.gradient !== undefined);
      const back = await gpu.read(input.gradient);
      assertClose("dx", back, cotangent.map((v) => v * (1 + factor)), 1e-5);
      const expected = factor * dot(cotangent, values);
      const gradient = (await gpu.read(gradients))[5];
      const scale = Math.sqrt(length) + Math.abs(expected);
      assert(Math.abs(gradient - expected) < 1e-5 * scale, `${gradient} for ${expected}`);
    }
  }));

Deno.test("rectangular intensity, its gradients and its basis images", () =>
  withGpu(async (gpu, keep) => {
    for (const [batch, channels, modes, size] of [[1, 1, 1, 16], [2, 3, 2, 16], [3, 1, 2, 32]]) {
      const planes = batch * channels, pixels = size * size;
      const patchValues = randomValues(planes * pixels * 2, 1);
      const probeValues = randomValues(modes * pixels * 2, 2);
      const gains = Float32Array.from({ length: batch }, (_, b) => 0.5 + b / 2);
      const cotangent = randomValues(planes * pixels, 3, 0.1);
      const factors = new Float32Array([0, 1.7, 0, 0, 0.6]);
      const predict = (patches: ArrayLike<number>, s1: number, s2: number): Float64Array => {
        const scaled = Float64Array.from(
          patches,
          (v, i) => v * (i % 2 === 0 ? s1 : s2) * gains[Math.floor(i / (2 * channels * pixels))],
        );
        const waves = illuminateReference(scaled, probeValues, planes, modes, size);
        return intensityReference(waves, planes, modes, size, false);
      };

      const dims = [batch, channels, size, size];
      const patches = keep(gpu.tensor("patches", [...dims, 2], patchValues));
      const probe = keep(gpu.tensor("probe", [modes, size, size, 2], probeValues));
      const gain = keep(gpu.tensor("gain", [batch], gains));
      const weights = keep(gpu.tensor("weights", [5], factors));
      const gradients = keep(poisoned(gpu, "gradients", [5]));
      const seed = keep(gpu.tensor("seed", dims, cotangent));
      const [x1, x2, x3] = ["x1", "x2", "x3"].map((name) => keep(poisoned(gpu, name, dims)));
      using graph = new Graph(gpu, "rectangular", true);
      const s1 = scalarParameter({ weights, gradients }, { offset: 1 });
      const s2 = scalarParameter({ weights, gradients }, { offset: 4 });
      const object = graph.wrap(patches), shape = { batch, channels, size };
      const illumination = graph.wrap(probe, { differentiable: false });
      const intensity = graph.keep(
        rectangularIntensity(graph, object, illumination, { s1, s2, gain }, shape),
      );
      graph.contribute(intensity, false, (target) => {
        graph.plan.copy(seed, target, planes * pixels);
      });
      graph.backward();
      recordVarproBasis(graph.plan, patches, probe, { x1, x2, x3 }, shape);
      graph.plan.submit();
      const expected = predict(patchValues, 1.7, 0.6);
      assertClose("intensity", await gpu.read(intensity.tensor), expected, 1e-5);
      assert(object.gradient !== undefined);
      const [dPatches, dFactors, a, b, c] = await gpu.readAll(
        [object.gradient, gradients, x1, x2, x3],
      );
      assertGradient(
        "d patches",
        (x) => dot(predict(x, 1.7, 0.6), cotangent),
        patchValues,
        dPatches,
        { count: 8 },
      );
      assertGradient(
        "d s",
        ([s, t]) => dot(predict(patchValues, s, t), cotangent),
        [1.7, 0.6],
        [dFactors[1], dFactors[4]],
      );
      assert([0, 2, 3].every((i) => Number.isNaN(dFactors[i])), "neighbours were overwritten");
      const combined = Float64Array.from(a, (_, i) => {
        const g = gains[Math.floor(i / (channels * pixels))];
        return g * g * (1.7 ** 2 * a[i] + 0.6 ** 2 * b[i] + 1.7 * 0.6 * c[i]);
      });
      assertClose("basis", combined, expected, 1e-5);
    }
  }));
