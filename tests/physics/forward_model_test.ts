import assert from "node:assert/strict";
import { complexArray, toFloat32 } from "../../src/array.ts";
import { ShapeError } from "../../src/errors.ts";
import { Graph } from "../../src/ops/graph.ts";
import { diffract } from "../../src/physics/diffract.ts";
import { effectiveProbe } from "../../src/physics/effective_probe.ts";
import { forwardModel, forwardStages } from "../../src/physics/forward_model.ts";
import { illuminate } from "../../src/physics/illuminate.ts";
import { patchWeights } from "../../src/physics/merge_weights.ts";
import {
  extractReference,
  illuminateReference,
  intensityReference,
  mergeReference,
} from "../reference/physics.ts";
import { assertAdjoint, assertClose, dot, randomValues } from "../support/close.ts";
import { poison, withGpu } from "../support/device.ts";
import { assertGradient } from "../support/gradient.ts";

for (const texelReads of [true, false]) {
  for (const modeSum of ["incoherent", "coherent"] as const) {
    Deno.test(`forward model and gradients, ${modeSum} modes (texelReads ${texelReads})`, () =>
      withGpu(async (gpu, keep) => {
        for (
          const [batch, channels, modes, size] of [[1, 1, 1, 16], [2, 2, 3, 16], [1, 3, 2, 32]]
        ) {
          const planes = batch * channels, count = planes * size * size;
          const shape = { groups: batch, channels, size, canvas: size + 4 };
          const patchValues = randomValues(2 * count, 1);
          const probeValues = randomValues(modes * size * size * 2, 2);
          const offsets = randomValues(planes * 2, 3);
          const weightValues = patchWeights("probe", size, probeValues);
          const cotangent = randomValues(count, 4);
          const scaleValues = Float32Array.from({ length: batch }, (_, b) => 1.5 + b);
          const predict = (patches: ArrayLike<number>, probe: ArrayLike<number>): Float64Array => {
            const merged = mergeReference(patches, offsets, weightValues, shape, "probe");
            const cut = extractReference(merged, offsets, shape);
            const waves = illuminateReference(cut, probe, planes, modes, size);
            const coherent = modeSum === "coherent";
            return intensityReference(waves, planes, modes, size, coherent).map((v, i) =>
              Math.sqrt(v) / scaleValues[Math.floor(i / (channels * size * size))]
            );
          };

          const dims = [batch, channels, size, size];
          const patches = keep(gpu.tensor("patches", [...dims, 2], patchValues));
          const probe = keep(gpu.tensor("probe", [modes, size, size, 2], probeValues));
          const d = keep(gpu.tensor("offsets", [planes, 2], offsets));
          const weights = keep(gpu.tensor("weights", [size, size], weightValues));
          const outputScale = keep(gpu.tensor("scale", [batch], scaleValues));
          const seed = keep(gpu.tensor("seed", dims, cotangent));
          using graph = new Graph(gpu, "forward", true);
          const object = graph.wrap(patches), illumination = graph.wrap(probe);
          const predicted = graph.keep(forwardModel(graph, object, {
            probe: illumination,
            modeSum,
            outputScale,
            merge: {
              members: channels,
              offsets: d,
              canvas: shape.canvas,
              weighting: "probe",
              weights,
            },
          }));
          poison(gpu, predicted.tensor);
          graph.contribute(predicted, false, (target) => graph.plan.copy(seed, target, count));
          graph.backward();
          graph.plan.submit();
          const out = await gpu.read(predicted.tensor);
          assertClose("predicted", out, predict(patchValues, probeValues), 2e-5);
          assert(object.gradient !== undefined && illumination.gradient !== undefined);
          const [dPatches, dProbe] = await gpu.readAll([object.gradient, illumination.gradient]);
          const checks = { count: 10, tolerance: 1e-3 };
          assertGradient(
            "d patches",
            (x) => dot(predict(x, probeValues), cotangent),
            patchValues,
            dPatches,
            checks,
          );
          assertGradient(
            "d probe",
            (x) => dot(predict(patchValues, x), cotangent),
            probeValues,
            dProbe,
            checks,
          );
        }
      }, { texelReads }));
  }
}

Deno.test("every sample and channel may have its own probe", () =>
  withGpu(async (gpu, keep) => {
    const [batch, channels, modes, size] = [2, 3, 2, 16], pixels = size * size;
    const values = randomValues(batch * channels * pixels * 2, 1);
    const object = keep(gpu.tensor("patches", [batch, channels, size, size, 2], values));
    const cotangent = randomValues(batch * channels * modes * pixels * 2, 3);
    const seed = keep(gpu.tensor("seed", [cotangent.length], cotangent));
    for (const [samples, each] of [[1, 1], [batch, 1], [1, channels], [batch, channels]]) {
      const probeValues = randomValues(samples * each * modes * pixels * 2, 2);
      const dims = [samples, each, modes, size, size, 2];
      const probe = keep(gpu.tensor("probe", dims, probeValues));
      using graph = new Graph(gpu, "illuminate", true);
      const illumination = graph.wrap(probe);
      const waves = graph.keep(
        illuminate(graph, graph.wrap(object), illumination, { batch, channels, size }),
      );
      graph.contribute(waves, false, (target) => graph.plan.copy(seed, target, seed.length));
      graph.backward();
      graph.plan.submit();
      const expected = new Float64Array(cotangent.length);
      for (let plane = 0; plane < batch * channels; plane++) {
        const which = (samples === 1 ? 0 : Math.floor(plane / channels)) * each +
          (each === 1 ? 0 : plane % channels);
        const part = modes * pixels * 2;
        expected.set(
          illuminateReference(
            values.subarray(plane * pixels * 2, (plane + 1) * pixels * 2),
            probeValues.subarray(which * part, (which + 1) * part),
            1,
            modes,
            size,
          ),
          plane * part,
        );
      }
      const out = await gpu.read(waves.tensor);
      assertClose("waves", out, expected, 1e-6);
      assert(illumination.gradient !== undefined);
      const back = await gpu.read(illumination.gradient);
      assertAdjoint("probe", probeValues, out, cotangent, back, 1e-5);
    }
  }));

Deno.test("the energy on the detector is the energy of the exit wave, and darkness has a finite slope", () =>
  withGpu(async (gpu, keep) => {
    const values = randomValues(2 * 16 * 16 * 2, 1).fill(0, 16 * 16 * 2);
    const waves = keep(gpu.tensor("waves", [2, 1, 1, 16, 16, 2], values));
    const seed = keep(gpu.tensor("seed", [512], new Float32Array(512).fill(1)));
    using graph = new Graph(gpu, "diffract", true);
    const input = graph.wrap(waves);
    const amplitude = graph.keep(diffract(graph, input));
    graph.contribute(amplitude, false, (target) => graph.plan.copy(seed, target, 512));
    graph.backward();
    graph.plan.submit();
    const out = await gpu.read(amplitude.tensor);
    const energy = dot(values, values);
    assert(Math.abs(dot(out, out) / energy - 1) < 1e-5);
    assert(input.gradient !== undefined);
    for (const g of await gpu.read(input.gradient)) assert(Number.isFinite(g));
  }));

Deno.test("the zero frequency is recorded at [N/2, N/2]", () =>
  withGpu(async (gpu, keep) => {
    const values = new Float32Array(2 * 32 * 32).fill(1);
    const waves = keep(gpu.tensor("waves", [1, 1, 1, 32, 32, 2], values));
    using graph = new Graph(gpu, "diffract", false);
    const out = await (async () => {
      const intensity = graph.keep(diffract(graph, graph.wrap(waves), { quantity: "intensity" }));
      graph.plan.submit();
      return await gpu.read(intensity.tensor);
    })();
    assert.equal(out.indexOf(out.reduce((a, b) => Math.max(a, b))), 16 * 32 + 16);
    assert(Math.abs(out[16 * 32 + 16] / (2 * 32 * 32) - 1) < 1e-5);
  }));

Deno.test("shapes that do not fit are refused", () =>
  withGpu((gpu, keep) => {
    using graph = new Graph(gpu, "refusals", false);
    const patches = graph.wrap(keep(gpu.tensor("patches", [3, 1, 16, 16, 2])));
    const probe = graph.wrap(keep(gpu.tensor("probe", [2, 1, 1, 16, 16, 2])));
    const d = keep(gpu.tensor("offsets", [3, 2])), weights = keep(gpu.tensor("weights", [16, 16]));
    assert.throws(() => forwardModel(graph, patches, { probe }), ShapeError);
    const merge = { members: 2, offsets: d, canvas: 20, weighting: "uniform", weights } as const;
    assert.throws(() => forwardStages(graph, patches, { probe, merge }), /groups of 2/);
    assert.throws(() =>
      forwardStages(graph, patches, { probe, merge: { ...merge, members: 3, canvas: 8 } })
    );
    return Promise.resolve();
  }));

Deno.test("the effective probe is divided by its scale and masked", () => {
  const probe = complexArray([2, 2, 2], Float32Array.from({ length: 16 }, (_, i) => i));
  const out = toFloat32(effectiveProbe(probe, 4, new Float32Array([0, 1, 0.5, 1])));
  assert.deepEqual([...out.slice(0, 6)], [0, 0, 0.5, 0.75, 0.5, 0.625]);
  assert.deepEqual([...out.slice(8, 12)], [0, 0, 2.5, 2.75]);
  assert.throws(() => effectiveProbe(probe, 1, new Float32Array(3)), ShapeError);
});
