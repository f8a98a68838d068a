import assert from "node:assert/strict";
import { ShapeError } from "../../src/errors.ts";
import { SlicedEngine, type SliceOptions } from "../../src/engines/slices.ts";
import { Random } from "../../src/random.ts";
import {
  amplitudes,
  exitWaves,
  type ReferenceProblem,
  simulateModes,
  simulateProblem,
} from "../reference/engine_problem.ts";
import { fft2Reference } from "../reference/fft.ts";
import { withGpu } from "../support/device.ts";
import { flatStart, objectDistance, stateOf } from "./engine_scan.ts";

const options: SliceOptions = {
  method: "epie",
  slices: 1,
  batch: 1,
  seed: 2,
  objectStep: 0.9,
  probeStep: 0.5,
  objectStart: 0,
  probeStart: 2,
  noise: "amplitude",
};

/** Patterns of a probe that varies: P_j = P_0 + w_j E, w_j real. */
function varying(
  scan: Parameters<typeof simulateProblem>[0],
  spread: number,
): { problem: ReferenceProblem; component: Float64Array; weights: Float64Array } {
  const problem = simulateProblem(scan), { size, diffraction } = problem;
  const modes = simulateModes(size, 2, [1, 1], 2000), random = new Random(5);
  const component = modes.slice(modes.length / 2);
  const weights = Float64Array.from(
    { length: problem.positions.length / 2 },
    () => spread * random.normal(),
  );
  weights.forEach((w, j) => {
    const probe = problem.probe.map((v, i) => v + w * component[i]);
    const { waves } = exitWaves(problem, { object: problem.object, probe }, j);
    diffraction.set(amplitudes(fft2Reference(waves, 1, size), 1, size), j * size * size);
  });
  return { problem, component, weights };
}

/** Modulus of the correlation of two real series without their means. */
function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length, mean = (v: ArrayLike<number>) => Array.from(v).reduce((s, x) => s + x, 0) / n;
  const [ma, mb] = [mean(a), mean(b)];
  let ab = 0, aa = 0, bb = 0;
  for (let i = 0; i < n; i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return Math.abs(ab) / Math.sqrt(aa * bb);
}

for (
  const [method, batch, objectStep, probeStep] of [
    ["epie", 1, 0.9, 0.5],
    ["lsqml", 4, 0.9, 0.9],
  ] as const
) {
  Deno.test(`${method} finds how the probe varies over the scan`, () =>
    withGpu(async (gpu) => {
      const scan = { size: 32, grid: [5, 5], step: 4, subpixel: true, seed: 71 } as const;
      const { problem, component, weights } = varying(scan, 0.25);
      const errors: number[] = [], distances: number[] = [];
      let saved = new Map<string, Float32Array>();
      for (const components of [0, 1]) {
        using state = stateOf(gpu, problem, flatStart(problem));
        const chosen = { ...options, method, batch, objectStep, probeStep, components };
        using engine = new SlicedEngine(state, chosen);
        let error = Infinity;
        for (let epoch = 0; epoch < 20; epoch++) error = (await engine.sweep(epoch)).error;
        errors.push(error);
        distances.push(objectDistance(problem, await gpu.read(state.object)));
        saved = await engine.save();
      }
      const found = saved.get("probe_components")!, fitted = saved.get("probe_weights")!;
      assert.ok(errors[1] < 0.2 * errors[0], `errors ${errors}`);
      assert.ok(distances[1] < distances[0], `distances ${distances}`);
      assert.ok(correlation(fitted, weights) > 0.93, `${correlation(fitted, weights)}`);
      // The component itself: overlap of its intensity with the true one.
      const intensity = (v: ArrayLike<number>) =>
        Float64Array.from({ length: v.length / 2 }, (_, i) => v[2 * i] ** 2 + v[2 * i + 1] ** 2);
      const alike = correlation(intensity(found), intensity(component));
      assert.ok(alike > 0.9, `component ${alike}`);
    }));
}

Deno.test("a varying probe resumes exactly, stays fixed while the probe is, and refuses nonsense", () =>
  withGpu(async (gpu) => {
    const { problem } = varying({ grid: [3, 3], subpixel: true, seed: 72 }, 0.2);
    using state = stateOf(gpu, problem, flatStart(problem));
    const chosen = { ...options, components: 2, probeStart: 1 };
    using engine = new SlicedEngine(state, chosen);
    await engine.sweep(0);
    assert.ok((await engine.save()).get("probe_weights")!.every((w) => w === 0));
    await engine.sweep(1);
    const saved = await engine.save();
    assert.ok(saved.get("probe_weights")!.some((w) => w !== 0));
    const [object, probe] = await gpu.readAll([state.object, state.probe]);
    const { error } = await engine.sweep(2);
    gpu.write(state.object, object);
    gpu.write(state.probe, probe);
    using again = new SlicedEngine(state, chosen);
    again.load(saved);
    assert.equal((await again.sweep(2)).error, error);
    saved.delete("probe_weights");
    assert.throws(() => again.load(saved), ShapeError);
    // Components have one power and are orthogonal, weights have no mean.
    const end = await engine.save(), all = end.get("probe_components")!, n = all.length / 2;
    const inner = (a: number, b: number): number => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += all[a * n + i] * all[b * n + i];
      return sum;
    };
    assert.ok(Math.abs(inner(0, 1)) < 1e-3 * inner(0, 0));
    assert.ok(Math.abs(inner(1, 1) / inner(0, 0) - 1) < 1e-3);
    const weights = end.get("probe_weights")!;
    assert.ok(Math.abs(weights.filter((_, i) => i % 2 === 0).reduce((a, b) => a + b, 0)) < 1e-4);
  }));
