/** Merging and cutting out patches of groups, and stitching of the object. */
import { Plan } from "../../src/gpu/plan.ts";
import { Graph } from "../../src/ops/graph.ts";
import { extractPatches, mergeGroups } from "../../src/physics/group_canvas.ts";
import { groupCanvasSize, patchWeights } from "../../src/physics/merge_weights.ts";
import { canvasGeometry } from "../../src/reassembly/geometry.ts";
import { Stitcher } from "../../src/reassembly/stitch.ts";
import { uniformWindow } from "../../src/reassembly/weights.ts";
import { Random } from "../../src/random.ts";
import { extractReference, mergeReference } from "../reference/physics.ts";
import { stitchReference } from "../reference/stitch.ts";
import { assertAdjoint, randomValues } from "../support/close.ts";
import { type Bench, checkError, onDevice, rowOf, timePlan } from "./measure.ts";
import { BATCH } from "./shapes.ts";

/** Measures groups of 2 x 2 patches and stitching, at both pattern sizes. */
export async function benchPhysics(bench: Bench): Promise<void> {
  for (const N of [64, 128]) {
    await benchGroups(bench, N);
    await benchStitch(bench, N);
  }
}

async function benchGroups(bench: Bench, size: number): Promise<void> {
  const channels = 4, groups = BATCH, canvas = groupCanvasSize(size, 2, 3);
  const title = `${groups} groups of ${channels}, ${size}x${size}, canvas ${canvas}`;
  if (!bench.wants(`physics merge extract ${title}`)) return;
  const shape = { groups, channels, size, canvas };
  const small = { ...shape, groups: 1 };
  const patchValues = randomValues(groups * channels * size * size * 2, 21);
  const canvasValues = randomValues(groups * canvas * canvas * 2, 22);
  const shifts = randomValues(groups * channels * 2, 23);
  const mask = patchWeights("central_mask", size, new Float32Array(2 * size * size));
  const patchBytes = 4 * patchValues.length, canvasBytes = 4 * canvasValues.length;

  for (const direction of ["forward", "adjoint"] as const) {
    await onDevice(async (gpu) => {
      using graph = new Graph(gpu, "merge", direction === "adjoint");
      const patches = graph.wrap(
        gpu.tensor("patches", [groups, channels, size, size, 2], patchValues),
      );
      const offsets = gpu.tensor("offsets", [groups * channels, 2], shifts);
      const weights = gpu.tensor("weights", [size, size], mask);
      const merged = mergeGroups(graph, patches, offsets, weights, shape, "central_mask");
      graph.keep(merged);
      if (direction === "forward") {
        graph.plan.submit();
        const computed = await gpu.read(merged.tensor);
        const check = checkError(
          "merge",
          computed.subarray(0, 2 * canvas * canvas),
          mergeReference(patchValues, shifts, mask, small, "central_mask"),
          2e-4,
        );
        const times = await timePlan(gpu, graph.plan, 200);
        const bytes = patchBytes + canvasBytes;
        bench.add(rowOf(bench, gpu, "physics", `merge ${title}`, times, bytes, "GB/s", check));
        return;
      }
      graph.plan.submit();
      const forward = await gpu.read(merged.tensor);
      const seed = gpu.tensor("seed", merged.tensor.shape, canvasValues);
      const before = graph.plan.length;
      graph.contribute(merged, true, (target) => graph.plan.copy(seed, target, target.length));
      graph.backward();
      graph.plan.submit();
      const back = await gpu.read(patches.gradient!);
      assertAdjoint("merge", patchValues, forward, canvasValues, back, 1e-5);
      const whole = await timePlan(gpu, graph.plan, 200);
      if (graph.plan.length <= before) throw new Error("merge: no adjoint was recorded");
      const name = `merge + adjoint ${title}`, bytes = 2 * (patchBytes + canvasBytes);
      bench.add(rowOf(bench, gpu, "physics", name, whole, bytes, "GB/s", "<Ax, y> = <x, A*y>"));
    });
    await onDevice(async (gpu) => {
      using graph = new Graph(gpu, "extract", direction === "adjoint");
      const from = graph.wrap(gpu.tensor("canvas", [groups, canvas, canvas, 2], canvasValues));
      const offsets = gpu.tensor("offsets", [groups * channels, 2], shifts);
      const cut = extractPatches(graph, from, offsets, shape);
      graph.keep(cut);
      graph.plan.submit();
      const forward = await gpu.read(cut.tensor);
      if (direction === "forward") {
        const check = checkError(
          "extract",
          forward.subarray(0, 2 * channels * size * size),
          extractReference(canvasValues, shifts, small),
          1e-4,
        );
        const times = await timePlan(gpu, graph.plan, 200);
        const bytes = patchBytes + canvasBytes;
        bench.add(rowOf(bench, gpu, "physics", `extract ${title}`, times, bytes, "GB/s", check));
        return;
      }
      const seed = gpu.tensor("seed", cut.tensor.shape, patchValues);
      graph.contribute(cut, true, (target) => graph.plan.copy(seed, target, target.length));
      graph.backward();
      graph.plan.submit();
      const back = await gpu.read(from.gradient!);
      assertAdjoint("extract", canvasValues, forward, patchValues, back, 1e-5);
      const times = await timePlan(gpu, graph.plan, 200);
      const name = `extract + adjoint ${title}`, bytes = 2 * (patchBytes + canvasBytes);
      bench.add(rowOf(bench, gpu, "physics", name, times, bytes, "GB/s", "<Ax, y> = <x, A*y>"));
    });
  }
}

async function benchStitch(bench: Bench, frame: number): Promise<void> {
  const capacity = 64, trim = frame / 2;
  const name = `stitch ${capacity} patches ${frame}x${frame}, central ${trim}`;
  if (!bench.wants(`physics ${name}`)) return;
  await onDevice(async (gpu) => {
    const random = new Random(31);
    const positions = new Float64Array(2 * capacity);
    for (let i = 0; i < capacity; i++) {
      positions[2 * i] = 100 + 6 * Math.floor(i / 8) + random.uniform();
      positions[2 * i + 1] = 100 + 6 * (i % 8) + random.uniform();
    }
    const geometry = canvasGeometry(positions, trim);
    const values = randomValues(capacity * frame * frame * 2, 32);
    const patches = gpu.tensor("patches", [capacity, frame, frame, 2], values);
    using stitcher = new Stitcher(gpu, { geometry, frame, trim, capacity });
    using plan = new Plan(gpu, "stitch");
    stitcher.record(plan, patches);
    stitcher.place(positions);
    plan.submit();
    const { numerator } = await stitcher.readSums();
    const window = uniformWindow(trim);
    const expected = stitchReference({ values, positions, frame, trim, window }, geometry);
    const check = checkError(
      name,
      numerator.data as Float32Array,
      expected.numerator,
      1e-4,
    );
    const times = await timePlan(gpu, plan, 200);
    const bytes = 4 * (2 * capacity * trim * trim + 8 * geometry.width * geometry.height);
    bench.add(rowOf(bench, gpu, "physics", name, times, bytes, "GB/s", check));
  });
}
