import assert from "node:assert/strict";
import { ShapeError } from "../../src/errors.ts";
import { ProjectionEngine, type ProjectionOptions } from "../../src/engines/projection.ts";
import {
  amplitudeError,
  type ReferenceProblem,
  shiftImages,
  simulateProblem,
} from "../reference/engine_problem.ts";
import { allWaves, projectionStep, raarModulusFirst } from "../reference/engines.ts";
import { fft2Reference } from "../reference/fft.ts";
import { assertClose } from "../support/close.ts";
import { withGpu } from "../support/device.ts";
import { flatStart, objectDistance, stateOf } from "./engine_scan.ts";

const COEFFICIENTS = {
  dm: [1, -1, 1, 2, -1],
  raar: [0.8, -0.6, 0.8, 2, -1],
} as const;

const scans: readonly (readonly [string, ReferenceProblem])[] = [
  ["whole pixels", simulateProblem({ grid: [2, 2], seed: 3 })],
  [
    "between pixels, two modes, bad pixels",
    simulateProblem({
      grid: [3, 2],
      modes: 2,
      subpixel: true,
      seed: 4,
      bad: [0, 37, 136, 255],
    }),
  ],
  [
    "size 32, more patterns than a chunk",
    simulateProblem({
      size: 32,
      grid: [6, 7],
      step: 2.5,
      subpixel: true,
      seed: 5,
    }),
  ],
];

for (const method of ["dm", "raar"] as const) {
  for (const [name, problem] of scans) {
    Deno.test(`${method} follows the float64 reference: ${name}`, () =>
      withGpu(async (gpu) => {
        const options: ProjectionOptions = { method, beta: 0.8, probeStart: 1, repeats: 2 };
        const start = flatStart(problem);
        start.object.forEach((v, i) => start.object[i] = v + 0.1 * Math.sin(i));
        using state = stateOf(gpu, problem, start);
        using engine = new ProjectionEngine(state, options);
        const waves = allWaves(problem, start);
        const errors: number[] = [], expected: number[] = [];
        for (let epoch = 0; epoch < 3; epoch++) {
          errors.push((await engine.sweep(epoch)).error);
          projectionStep(problem, start, waves, COEFFICIENTS[method], {
            updateProbe: epoch >= 1,
            repeats: 2,
            objectInertia: 1e-4,
            probeInertia: 1e-3,
          });
          expected.push(amplitudeError(problem, start));
        }
        assertClose("errors", errors, expected, 1e-4);
        assertClose("probe", await gpu.read(state.probe), start.probe, 2e-4);
        const object = await gpu.read(state.object);
        assert.ok(objectDistance({ ...problem, object: start.object }, object) < 1e-4);
      }));
  }

  Deno.test(`${method} leaves the exact object and the exact waves where they are`, () =>
    withGpu(async (gpu) => {
      const problem = simulateProblem({ subpixel: true, modes: 2, seed: 6 });
      using state = stateOf(gpu, problem, problem);
      using engine = new ProjectionEngine(state, { method, probeStart: 0 });
      for (let epoch = 0; epoch < 5; epoch++) {
        const { error } = await engine.sweep(epoch);
        assert.ok(error < 1e-9, `error ${error}`);
      }
      assert.ok(objectDistance(problem, await gpu.read(state.object)) < 1e-5);
      assertClose("probe", await gpu.read(state.probe), problem.probe, 1e-5);
    }));

  Deno.test(`${method} recovers a simulated complex object`, () =>
    withGpu(async (gpu) => {
      const problem = simulateProblem({ size: 32, grid: [5, 5], step: 4, subpixel: true, seed: 7 });
      using state = stateOf(gpu, problem, flatStart(problem));
      using engine = new ProjectionEngine(state, { method });
      const before = objectDistance(problem, await gpu.read(state.object));
      let error = Infinity;
      for (let epoch = 0; epoch < 60; epoch++) error = (await engine.sweep(epoch)).error;
      const after = objectDistance(problem, await gpu.read(state.object));
      assert.ok(before > 0.3, `start ${before}`);
      assert.ok(after < 0.02, `distance ${after}`);
      assert.ok(error < 1e-4, `error ${error}`);
    }));

  Deno.test(`${method} resumes exactly from its saved waves`, () =>
    withGpu(async (gpu) => {
      const problem = simulateProblem({ subpixel: true, seed: 8 });
      using state = stateOf(gpu, problem, flatStart(problem));
      using engine = new ProjectionEngine(state, { method, probeStart: 0 });
      await engine.sweep(0);
      await engine.sweep(1);
      const saved = await engine.save();
      const [object, probe] = await gpu.readAll([state.object, state.probe]);
      const wanted = await engine.sweep(2);
      const next = await gpu.read(state.object);
      gpu.write(state.object, object);
      gpu.write(state.probe, probe);
      using again = new ProjectionEngine(state, { method, probeStart: 0 });
      again.load(saved);
      assert.equal((await again.sweep(2)).error, wanted.error);
      assert.deepEqual(await gpu.read(state.object), next);
      assert.throws(() => again.load(new Map()), ShapeError);
    }));
}

Deno.test("waves stay where they are on the object when patches move by whole pixels", () =>
  withGpu(async (gpu) => {
    const problem = simulateProblem({ seed: 10, margin: 3, subpixel: true, modes: 2 });
    const { size, modes } = problem, count = problem.positions.length / 2;
    using state = stateOf(gpu, problem, problem);
    using engine = new ProjectionEngine(state, { method: "dm" });
    await engine.sweep(0);
    const before = (await engine.save()).get("waves")!;
    state.setPositions(problem.positions.map((p, i) => p + [2, -1][i % 2]));
    const after = (await engine.save()).get("waves")!;
    const inSpace = (waves: Float32Array) => fft2Reference(waves, count * modes, size, true);
    const expected = shiftImages(inSpace(before), count * modes, size, [-2, 1]);
    assertClose("waves", inSpace(after), expected, 1e-5);
  }));

Deno.test("the same waves with hot reads through buffers", () =>
  withGpu(async (gpu) => {
    const [, problem] = scans[1];
    using state = stateOf(gpu, problem, flatStart(problem));
    using engine = new ProjectionEngine(state, { method: "dm", probeStart: 1 });
    const start = flatStart(problem), waves = allWaves(problem, start);
    for (let epoch = 0; epoch < 2; epoch++) {
      const { error } = await engine.sweep(epoch);
      projectionStep(problem, start, waves, COEFFICIENTS.dm, {
        updateProbe: epoch >= 1,
        repeats: 2,
        objectInertia: 1e-4,
        probeInertia: 1e-3,
      });
      assertClose("error", [error], [amplitudeError(problem, start)], 1e-4);
    }
  }, { texelReads: false }));

Deno.test("RAAR converges with the right sign of its last term and diverges with the wrong one", () =>
  withGpu(async (gpu) => {
    const problem = simulateProblem({ seed: 9, grid: [4, 4] });
    const run = (sign: 1 | -1): number => {
      const start = flatStart(problem), waves = allWaves(problem, start);
      for (let i = 0; i < 60; i++) raarModulusFirst(problem, start, waves, 0.75, sign);
      return amplitudeError(problem, start);
    };
    assert.ok(run(1) < 1e-3, `right sign ${run(1)}`);
    assert.ok(run(-1) > 0.5, `wrong sign ${run(-1)}`);
    using state = stateOf(gpu, problem, flatStart(problem));
    using engine = new ProjectionEngine(state, { method: "raar" });
    let error = Infinity;
    for (let epoch = 0; epoch < 60; epoch++) error = (await engine.sweep(epoch)).error;
    assert.ok(error < 1e-3, `engine ${error}`);
  }));
