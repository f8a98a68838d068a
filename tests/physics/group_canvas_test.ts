import assert from "node:assert/strict";
import { ShapeError } from "../../src/errors.ts";
import { Graph } from "../../src/ops/graph.ts";
import { extractPatches, mergeGroups } from "../../src/physics/group_canvas.ts";
import {
  fullCanvasSize,
  groupCanvasSize,
  type PatchWeighting,
  patchWeights,
} from "../../src/physics/merge_weights.ts";
import { extractReference, mergeReference } from "../reference/physics.ts";
import { assertAdjoint, assertClose, randomValues } from "../support/close.ts";
import { poison, withGpu } from "../support/device.ts";

const SHAPES = [
  { groups: 1, channels: 1, size: 4, canvas: 4 },
  { groups: 2, channels: 4, size: 8, canvas: 13 },
  { groups: 2, channels: 9, size: 16, canvas: 28 },
];

Deno.test("canvas sizes", () => {
  assert.equal(groupCanvasSize(64, 1, 3), 64);
  assert.equal(groupCanvasSize(64, 2, 3), 68);
  assert.equal(groupCanvasSize(32, 3, 4.2), 44);
  assert.equal(fullCanvasSize(64, 2.1), 70);
  assert.throws(() => patchWeights("probe", 8), ShapeError);
});

for (const texelReads of [true, false]) {
  for (const rule of ["central_mask", "uniform", "probe", "compact"] satisfies PatchWeighting[]) {
    Deno.test(`merge by ${rule} and its adjoint (texelReads ${texelReads})`, () =>
      withGpu(async (gpu, keep) => {
        for (const shape of SHAPES) {
          const { groups, channels, size, canvas } = shape;
          const count = groups * channels * size * size * 2, all = groups * canvas * canvas * 2;
          const values = randomValues(count, 1), cotangent = randomValues(all, 2);
          const offsets = randomValues(groups * channels * 2, 3, canvas > size ? 1.5 : 0);
          const probe = randomValues(2 * size * size * 2, 4);
          const weightValues = patchWeights(rule, size, probe);
          const patches = keep(gpu.tensor("patches", [groups, channels, size, size, 2], values));
          const d = keep(gpu.tensor("offsets", [groups * channels, 2], offsets));
          const weights = keep(gpu.tensor("weights", [size, size], weightValues));
          const seed = keep(gpu.tensor("seed", [groups, canvas, canvas, 2], cotangent));
          using graph = new Graph(gpu, "merge", true);
          const input = graph.wrap(patches);
          const merged = graph.keep(mergeGroups(graph, input, d, weights, shape, rule));
          poison(gpu, merged.tensor);
          graph.contribute(merged, false, (target) => graph.plan.copy(seed, target, all));
          graph.backward();
          graph.plan.submit();
          const out = await gpu.read(merged.tensor);
          assert(input.gradient !== undefined);
          const back = await gpu.read(input.gradient);
          // Where the weights of a group nearly vanish rounding of positions is amplified.
          const tolerance = rule === "compact" || rule === "central_mask" ? 1e-3 : 3e-5;
          const expected = mergeReference(values, offsets, weightValues, shape, rule);
          assertClose("merged", out, expected, tolerance);
          assertAdjoint("merge", values, out, cotangent, back, 1e-5);
        }
      }, { texelReads }));
  }

  Deno.test(`extraction and its adjoint (texelReads ${texelReads})`, () =>
    withGpu(async (gpu, keep) => {
      for (const shape of SHAPES) {
        const { groups, channels, size, canvas } = shape;
        const count = groups * channels * size * size * 2, all = groups * canvas * canvas * 2;
        const values = randomValues(all, 1), cotangent = randomValues(count, 2);
        const offsets = randomValues(groups * channels * 2, 3, 1.5);
        const canvases = keep(gpu.tensor("canvases", [groups, canvas, canvas, 2], values));
        const d = keep(gpu.tensor("offsets", [groups * channels, 2], offsets));
        const seed = keep(gpu.tensor("seed", [count], cotangent));
        using graph = new Graph(gpu, "extract", true);
        const input = graph.wrap(canvases);
        const patches = graph.keep(extractPatches(graph, input, d, shape));
        poison(gpu, patches.tensor);
        graph.contribute(patches, false, (target) => graph.plan.copy(seed, target, count));
        graph.backward();
        graph.plan.submit();
        const out = await gpu.read(patches.tensor);
        assert(input.gradient !== undefined);
        const back = await gpu.read(input.gradient);
        assertClose("patches", out, extractReference(values, offsets, shape), 1e-5);
        assertAdjoint("extract", values, out, cotangent, back, 1e-5);
      }
    }, { texelReads }));
}

Deno.test("patches merged at their own positions restore the object they were cut from", () =>
  withGpu(async (gpu, keep) => {
    const shape = { groups: 1, channels: 4, size: 16, canvas: 24 };
    // Whole-pixel offsets: position = centre - offset.
    const offsets = new Float32Array([-3, -2, 2, -2, -3, 3, 2, 3]);
    const object = randomValues(24 * 24 * 2, 9);
    const canvas = keep(gpu.tensor("object", [1, 24, 24, 2], object));
    const d = keep(gpu.tensor("offsets", [4, 2], offsets));
    const weights = keep(gpu.tensor("weights", [16, 16], patchWeights("uniform", 16)));
    using graph = new Graph(gpu, "round trip", false);
    const patches = extractPatches(graph, graph.wrap(canvas), d, shape);
    const merged = graph.keep(mergeGroups(graph, patches, d, weights, shape, "uniform"));
    graph.plan.submit();
    const out = await gpu.read(merged.tensor);
    let covered = 0;
    for (let i = 0; i < out.length; i++) {
      if (out[i] === 0) continue;
      covered++;
      assert(Math.abs(out[i] - object[i]) < 1e-4, `${i}: ${out[i]} instead of ${object[i]}`);
    }
    // Four windows of 8 x 8 at (+-) 3 and 2 px: 13 x 13 complex pixels.
    assert.equal(covered, 2 * 13 * 13);
  }));
