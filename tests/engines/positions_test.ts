import assert from "node:assert/strict";
import { ShapeError } from "../../src/errors.ts";
import { PieEngine } from "../../src/engines/pie.ts";
import { affineParts, applyAffine, fitAffine } from "../../src/engines/positions/affine.ts";
import {
  type CorrectionOptions,
  limitSteps,
  PositionCorrector,
} from "../../src/engines/positions/correct.ts";
import { PositionSums } from "../../src/engines/positions/position_sums.ts";
import { rootMeanSquare, withoutShift } from "../../src/engines/positions/track.ts";
import {
  amplitudes,
  exitWaves,
  type ReferenceProblem,
  type ReferenceState,
  simulateProblem,
} from "../reference/engine_problem.ts";
import { lossGradient } from "../reference/engines.ts";
import { fft2Reference } from "../reference/fft.ts";
import { assertClose, randomValues } from "../support/close.ts";
import { withGpu } from "../support/device.ts";
import { flatStart, objectDistance, stateOf } from "./engine_scan.ts";

const scans: readonly (readonly [string, ReferenceProblem])[] = [
  ["whole pixels", simulateProblem({ grid: [1, 2], seed: 21 })],
  [
    "between pixels, two modes, bad pixels",
    simulateProblem({ grid: [3, 2], modes: 2, subpixel: true, seed: 22, bad: [0, 37, 136, 255] }),
  ],
  ["size 32, several chunks", simulateProblem({ size: 32, grid: [9, 8], step: 2, seed: 23 })],
];

for (const [name, problem] of scans) {
  Deno.test(`slope of the error with the position, as in float64: ${name}`, () =>
    withGpu(async (gpu) => {
      const object = problem.object.map((v, i) => v + 0.2 * Math.sin(0.3 * i));
      const start = { object, probe: problem.probe };
      using state = stateOf(gpu, problem, start);
      using sums = new PositionSums(state);
      const found = await sums.slopes(), alone = await sums.errors();
      const all = Array.from({ length: problem.positions.length / 2 }, (_, j) => j);
      const { positions } = lossGradient(problem, start, all, "amplitude");
      const gradient = Array.from(positions, (_, i) => 2 * found[8 * (i >> 1) + 2 + i % 2]);
      assertClose("gradient", gradient, positions, 1e-4);
      const expected = all.map((j) => lossGradient(problem, start, [j], "amplitude").loss);
      assertClose("errors", all.map((j) => found[8 * j]), expected, 1e-4);
      assertClose("errors alone", all.map((j) => alone[8 * j]), expected, 1e-4);
      // The curvature is the square of the change of the amplitudes with a small move along x.
      const ds = 1e-4;
      const ahead = { ...problem, positions: problem.positions.map((p, i) => p + (i % 2) * ds) };
      const [before, after] = [problem, ahead].map((p) => modelAmplitudes(p, start, 0));
      const curvature = before.reduce(
        (s, v, i) => s + problem.mask[i] * ((after[i] - v) / ds) ** 2,
        0,
      );
      assert.ok(Math.abs(found[5] / curvature - 1) < 1e-3, `${found[5]} instead of ${curvature}`);
    }));
}

test("gradient", {});
test("annealed", { epochs: 40 });

/** Position errors of 1.5 px rms go down to a tenth, and the image recovers. */
function test(method: "gradient" | "annealed", options: Partial<CorrectionOptions>): void {
  Deno.test(`${method}: errors of 1.5 px rms are reduced to 0.15 px, and the image recovers`, () =>
    withGpu(async (gpu) => {
      const problem = simulateProblem({
        size: 32,
        grid: [8, 8],
        step: 4,
        subpixel: true,
        seed: 31,
        margin: 8,
      });
      const noise = withoutShift(Float64Array.from(randomValues(128, 32)));
      const scale = 1.5 / rootMeanSquare(noise);
      const wrong = problem.positions.map((p, i) => p + scale * noise[i]);
      const distances: number[] = [];
      for (const corrected of [false, true]) {
        using state = stateOf(gpu, problem, flatStart(problem), wrong.slice());
        using engine = new PieEngine(state, {
          name: "rpie",
          batch: 1,
          order: "random",
          seed: 3,
          object: { alpha: 0.3, beta: 0.9 },
          probe: { alpha: 1, beta: 1 },
          objectStart: 0,
          probeStart: Infinity,
          noise: "amplitude",
        });
        using corrector = new PositionCorrector(state, {
          method,
          start: 2,
          limit: 6,
          ...options,
        });
        for (let epoch = 0; epoch < (corrected ? 40 : 12); epoch++) {
          await engine.sweep(epoch);
          const report = corrected ? await corrector.correct(epoch) : undefined;
          assert.equal(report === undefined, !corrected || epoch < 2);
        }
        const left = rootMeanSquare(
          withoutShift(state.positions.map((p, i) => p - problem.positions[i])),
        );
        distances.push(objectDistance(problem, await gpu.read(state.object)));
        if (corrected) assert.ok(left <= 0.15, `${left} px are left`);
        else assert.ok(Math.abs(left - 1.5) < 1e-6);
      }
      assert.ok(distances[1] < 0.25 * distances[0], `object ${distances}`);
    }));
}

Deno.test("right positions stay where they are", () =>
  withGpu(async (gpu) => {
    const problem = simulateProblem({ subpixel: true, seed: 33 });
    using state = stateOf(gpu, problem, problem, problem.positions.slice());
    for (const method of ["gradient", "annealed"] as const) {
      using corrector = new PositionCorrector(state, { method, start: 0, range: 0.3 });
      const report = await corrector.correct(0);
      assert.ok(report !== undefined && report.step < 1e-3, `${method} ${report?.step}`);
      assert.ok(report.error < 1e-9);
    }
  }));

Deno.test("affine constraint finds the map of a scaled, turned scan", () =>
  withGpu(async (gpu) => {
    const problem = simulateProblem({
      size: 32,
      grid: [6, 6],
      step: 4,
      subpixel: true,
      seed: 34,
      margin: 6,
    });
    const centre: [number, number] = [26, 26];
    const [c, s] = [Math.cos(0.03), Math.sin(0.03)];
    // The scanner reports positions that are 4 % too small and turned by 30 mrad.
    const wrong = applyAffine(
      { matrix: [0.96 * c, -0.96 * s, 0.96 * s, 0.96 * c], centre, offset: centre },
      problem.positions,
    );
    using state = stateOf(gpu, problem, problem, wrong);
    using corrector = new PositionCorrector(state, { method: "gradient", start: 0, affine: true });
    let report = await corrector.correct(0);
    for (let epoch = 1; epoch < 15; epoch++) report = await corrector.correct(epoch);
    assert.ok(report?.map !== undefined);
    const parts = affineParts(report.map);
    assert.ok(Math.abs(parts.scale * 0.96 - 1) < 2e-3, `scale ${parts.scale}`);
    assert.ok(Math.abs(parts.rotation + 0.03) < 2e-3, `rotation ${parts.rotation}`);
    const left = withoutShift(state.positions.map((p, i) => p - problem.positions[i]));
    assert.ok(rootMeanSquare(left) < 0.02, `${rootMeanSquare(left)} px are left`);
  }));

Deno.test("affine maps: fit, outliers, parts, lines", () => {
  const nominal = Float64Array.from(randomValues(60, 35, 20));
  const map = { matrix: [1.1, 0.05, -0.02, 0.9], centre: [0, 0], offset: [3, -2] } as const;
  const target = applyAffine(map, nominal);
  target[10] += 40;
  const found = fitAffine(nominal, target);
  assertClose("matrix", found.matrix, map.matrix, 1e-9);
  const turned = affineParts({
    ...map,
    matrix: [Math.cos(0.2), -Math.sin(0.2), Math.sin(0.2), Math.cos(0.2)],
  });
  assertClose("parts", Object.values(turned), [1, 1, 0.2, 0], 1e-12);
  const line = Float64Array.from({ length: 20 }, (_, i) => i >> 1);
  assert.throws(() => fitAffine(line, line), ShapeError);
});

Deno.test("steps are limited and outliers cut", () => {
  const steps = Float64Array.from({ length: 40 }, (_, i) => i % 2 === 0 ? 0.01 * (i / 2 - 10) : 0);
  steps[4] = 30;
  steps[6] = NaN;
  const out = limitSteps(steps, 1, 4);
  assert.ok(out[4] < 0.25 && out[4] > 0, `${out[4]}`);
  assert.equal(out[6], 0);
  assert.equal(limitSteps(Float64Array.of(5, 0, 5, 0, 5, 0), 0.5, 10)[0], 0.5);
});

Deno.test("correction resumes exactly and refuses what does not fit", () =>
  withGpu(async (gpu) => {
    const problem = simulateProblem({ subpixel: true, seed: 36, margin: 3 });
    const wrong = problem.positions.map((p, i) => p + 0.4 * Math.sin(i));
    const run = async (resume: boolean): Promise<Float64Array> => {
      using state = stateOf(gpu, problem, problem, wrong.slice());
      const options = { method: "gradient", start: 0, gain: 0.5 } as const;
      using first = new PositionCorrector(state, options);
      await first.correct(0);
      await first.correct(1);
      if (!resume) {
        await first.correct(2);
        return state.positions;
      }
      const saved = first.save();
      using next = stateOf(gpu, problem, problem, wrong.slice());
      using second = new PositionCorrector(next, options);
      second.load(saved);
      await second.correct(2);
      assert.throws(() => second.load(new Map()), ShapeError);
      return next.positions;
    };
    assert.deepEqual(await run(true), await run(false));
    using state = stateOf(gpu, problem, problem);
    assert.throws(() => new PositionCorrector(state, { method: "gradient", limit: 0 }), ShapeError);
    assert.throws(
      () => new PositionCorrector(state, { method: "annealed", trials: 0 }),
      ShapeError,
    );
  }));

function modelAmplitudes(
  problem: ReferenceProblem,
  start: ReferenceState,
  j: number,
): Float64Array {
  const fields = fft2Reference(exitWaves(problem, start, j).waves, problem.modes, problem.size);
  return amplitudes(fields, problem.modes, problem.size);
}
