import assert from "node:assert/strict";
import { ShapeError } from "../../src/errors.ts";
import { PieEngine } from "../../src/engines/pie.ts";
import { SlicedEngine, type SliceOptions } from "../../src/engines/slices.ts";
import { Random } from "../../src/random.ts";
import type { NearField } from "../../src/physics/propagate.ts";
import { type ReferenceProblem, simulateProblem } from "../reference/engine_problem.ts";
import { diffractSlices, type SlicedState, sliceStep } from "../reference/engine_slices.ts";
import { assertClose } from "../support/close.ts";
import { withGpu } from "../support/device.ts";
import { objectDistance, stateOf } from "./engine_scan.ts";

/** A distance over which the finest details move by 15 pixels. */
const FIELD: NearField = { wavelength: 1e-10, pixel: 1e-8, distance: 3e-5 };

/** A scan of two different thin objects one behind the other. */
function twoSlices(options: Parameters<typeof simulateProblem>[0]): {
  readonly problem: ReferenceProblem;
  readonly truth: SlicedState;
} {
  const problem = simulateProblem(options);
  const other = simulateProblem({ ...options, seed: (options?.seed ?? 1) + 100 });
  const truth = { slices: [problem.object, other.object], probe: problem.probe };
  diffractSlices(problem, truth, FIELD);
  return { problem, truth };
}

const base: SliceOptions = {
  method: "epie",
  slices: 2,
  field: FIELD,
  batch: 1,
  seed: 3,
  objectStep: 0.8,
  probeStep: 0.4,
  objectStart: 0,
  probeStart: 0,
  noise: "amplitude",
};

/** Order in which the engine visits in an epoch. */
function orderOf(patterns: number, epoch: number): number[] {
  const sequence = Uint32Array.from({ length: patterns }, (_, i) => i);
  return [...new Random(base.seed, 7000 + epoch).shuffle(sequence)];
}

for (
  const [name, method, batch, slices, scan] of [
    ["whole pixels, one by one", "epie", 1, 2, { grid: [2, 2], seed: 51 }],
    ["two modes, batches", "epie", 3, 2, { grid: [2, 4], modes: 2, subpixel: true, seed: 52 }],
    ["three slices", "epie", 2, 3, { grid: [2, 2], subpixel: true, seed: 53 }],
    ["one batch", "lsqml", 4, 2, { grid: [2, 2], subpixel: true, seed: 54 }],
    ["two modes, size 32", "lsqml", 3, 2, { size: 32, grid: [2, 2], modes: 2, seed: 55, bad: [7] }],
  ] as const
) {
  Deno.test(`${method} in slices follows the float64 reference: ${name}`, () =>
    withGpu(async (gpu) => {
      const { problem } = twoSlices(scan);
      const object = problem.object.map((v, i) => (i % 2 === 0 ? 1 : 0) + 0.05 * v);
      const probe = problem.probe.map((v, i) => v * (1 + 0.1 * Math.sin(i)));
      using state = stateOf(gpu, problem, { object, probe });
      using engine = new SlicedEngine(state, { ...base, method, batch, slices });
      const rooted = await engine.readSlices(), each = rooted.length / slices;
      const expected: SlicedState = {
        slices: Array.from(
          { length: slices },
          (_, s) => Float64Array.from(rooted.subarray(s * each, (s + 1) * each)),
        ),
        probe: Float64Array.from(probe),
      };
      for (let epoch = 0; epoch < 2; epoch++) {
        await engine.sweep(epoch);
        const order = orderOf(problem.positions.length / 2, epoch);
        for (let at = 0; at < order.length; at += batch) {
          const steps = { method, stepObject: base.objectStep, stepProbe: base.probeStep };
          sliceStep(problem, expected, FIELD, order.slice(at, at + batch), steps);
        }
      }
      const found = await engine.readSlices();
      expected.slices.forEach((slice, s) => {
        assertClose(`slice ${s}`, found.subarray(s * each, (s + 1) * each), slice, 1e-4);
      });
      assertClose("probe", await gpu.read(state.probe), expected.probe, 1e-4);
      const whole = expected.slices.reduce((a, b) =>
        a.map((_, i) => {
          const k = i - i % 2;
          return i % 2 === 0
            ? a[k] * b[k] - a[k + 1] * b[k + 1]
            : a[k] * b[k + 1] + a[k + 1] * b[k];
        })
      );
      assertClose("product", await gpu.read(state.object), whole, 1e-4);
    }));
}

for (
  const [method, batch, objectStep, sweeps] of [
    ["epie", 1, 0.9, 25],
    ["lsqml", 4, 0.9, 25],
    ["adam", 4, 0.02, 30],
  ] as const
) {
  Deno.test(`${method} separates two slices that one plane cannot explain`, () =>
    withGpu(async (gpu) => {
      const { problem, truth } = twoSlices({ size: 32, grid: [5, 5], step: 3, seed: 56 });
      const object = problem.object.map((_, i) => i % 2 === 0 ? 1 : 0);
      const start = { object, probe: problem.probe };
      using thin = stateOf(gpu, problem, start);
      using flat = new PieEngine(thin, {
        name: "epie",
        batch: 1,
        order: "random",
        seed: 3,
        object: { alpha: 1, beta: 0.9 },
        probe: { alpha: 1, beta: 1 },
        objectStart: 0,
        probeStart: Infinity,
        noise: "amplitude",
      });
      let single = Infinity, double = Infinity;
      for (let epoch = 0; epoch < 10; epoch++) single = (await flat.sweep(epoch)).error;
      using state = stateOf(gpu, problem, start);
      using engine = new SlicedEngine(state, {
        ...base,
        method,
        batch,
        objectStep,
        probeStart: Infinity,
      });
      for (let epoch = 0; epoch < sweeps; epoch++) double = (await engine.sweep(epoch)).error;
      assert.ok(double < 0.4 * single, `errors ${single} ${double}`);
      const found = await engine.readSlices(), each = found.length / 2;
      truth.slices.forEach((slice, s) => {
        const part = found.subarray(s * each, (s + 1) * each);
        const before = objectDistance({ ...problem, object: slice }, object);
        const after = objectDistance({ ...problem, object: slice }, part);
        assert.ok(after < 0.8 * before, `slice ${s}: ${before} ${after}`);
      });
    }));
}

Deno.test("exact slices stay put, runs resume exactly, wrong numbers are refused", () =>
  withGpu(async (gpu) => {
    const { problem, truth } = twoSlices({ grid: [2, 3], subpixel: true, seed: 57 });
    for (const method of ["epie", "lsqml", "adam"] as const) {
      using state = stateOf(gpu, problem, problem);
      const options = { ...base, method, batch: 2, objectStep: 0.01, probeStep: 0.01 };
      using engine = new SlicedEngine(state, options);
      const saved = await engine.save();
      const exact = new Float32Array(2 * problem.object.length);
      truth.slices.forEach((slice, s) => exact.set(slice, s * slice.length));
      engine.load(new Map([...saved, ["slices", exact]]));
      if (method !== "adam") assert.ok((await engine.sweep(0)).error < 1e-9);
      await engine.sweep(1);
      const middle = await engine.save(), probe = await gpu.read(state.probe);
      const { error } = await engine.sweep(2);
      gpu.write(state.probe, probe);
      using again = new SlicedEngine(state, options);
      again.load(middle);
      assert.equal((await again.sweep(2)).error, error);
      assert.throws(() => again.load(new Map()), ShapeError);
      assert.throws(() => new SlicedEngine(state, { ...base, field: undefined }), ShapeError);
    }
  }));
