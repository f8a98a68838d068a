import assert from "node:assert/strict";
import { ConfigError } from "../../src/errors.ts";
import { PositionCorrector } from "../../src/engines/positions/correct.ts";
import { PositionSums } from "../../src/engines/positions/position_sums.ts";
import { rootMeanSquare, withoutShift } from "../../src/engines/positions/track.ts";
import { ProjectionEngine } from "../../src/engines/projection.ts";
import { SlicedEngine } from "../../src/engines/slices.ts";
import type { Engine, EngineState } from "../../src/engines/state.ts";
import type { NearField } from "../../src/physics/propagate.ts";
import {
  exitWaves,
  patchPlace,
  type ReferenceProblem,
  shiftImages,
  simulateProblem,
} from "../reference/engine_problem.ts";
import { nearFieldReference } from "../reference/propagate.ts";
import { withGpu } from "../support/device.ts";
import { flatStart, objectDistance, stateOf } from "./engine_scan.ts";

const NEAR: NearField = { wavelength: 1e-10, pixel: 1e-7, distance: 1.5e-3 };

/** Near-field pictures: the beam stays, the sample moves. */
function nearProblem(options: Parameters<typeof simulateProblem>[0]): ReferenceProblem {
  const problem = simulateProblem(options);
  const { size, modes, diffraction } = problem, pixels = size * size;
  for (let j = 0; j < problem.positions.length / 2; j++) {
    const { shift } = patchPlace(problem, j);
    const { waves } = exitWaves(problem, problem, j);
    const inBeam = shiftImages(waves, modes, size, [-shift[0], -shift[1]]);
    const field = nearFieldReference(inBeam, modes, size, NEAR);
    for (let at = 0; at < pixels; at++) {
      let sum = 0;
      for (let m = 0; m < modes; m++) {
        sum += field[2 * (m * pixels + at)] ** 2 + field[2 * (m * pixels + at) + 1] ** 2;
      }
      diffraction[j * pixels + at] = Math.sqrt(sum);
    }
  }
  return problem;
}

const engines: Readonly<Record<string, (state: EngineState) => Engine>> = {
  dm: (state) => new ProjectionEngine(state, { method: "dm", near: NEAR }),
  raar: (state) => new ProjectionEngine(state, { method: "raar", near: NEAR }),
  ...Object.fromEntries(
    (["epie", "lsqml", "adam"] as const).map((method) => [
      method,
      (state: EngineState) =>
        new SlicedEngine(state, {
          method,
          slices: 1,
          near: NEAR,
          batch: method === "epie" ? 1 : 4,
          seed: 1,
          objectStep: method === "adam" ? 0.03 : 0.9,
          probeStep: 0,
          objectStart: 0,
          probeStart: Infinity,
          noise: "amplitude",
        }),
    ]),
  ),
};

for (const [name, make] of Object.entries(engines)) {
  Deno.test(`${name} in the near field: exact data stay put, an object is recovered`, () =>
    withGpu(async (gpu) => {
      const problem = nearProblem({ size: 32, grid: [4, 4], step: 4, subpixel: true, seed: 61 });
      // Adam makes steps of one size, out of rounding errors too.
      if (name !== "adam") {
        using state = stateOf(gpu, problem, problem);
        using engine = make(state);
        assert.ok((await engine.sweep(0)).error < 1e-9);
      }
      using state = stateOf(gpu, problem, flatStart(problem));
      using engine = make(state);
      const before = objectDistance(problem, await gpu.read(state.object));
      for (let epoch = 0; epoch < 20; epoch++) await engine.sweep(epoch);
      const after = objectDistance(problem, await gpu.read(state.object));
      assert.ok(after < 0.6 * before, `${before} -> ${after}`);
    }));
}

Deno.test("positions in the near field: trials find them, the far-field error does not", () =>
  withGpu(async (gpu) => {
    const problem = nearProblem({ grid: [3, 3], subpixel: true, modes: 2, seed: 62, margin: 3 });
    const wrong = problem.positions.map((p, i) => p + 0.4 * Math.sin(2 * i + 1));
    using state = stateOf(gpu, problem, problem, wrong);
    using far = new PositionSums(state);
    const options = { method: "annealed", start: 0, range: 0.5, epochs: 20, near: NEAR } as const;
    using corrector = new PositionCorrector(state, options);
    const start = rootMeanSquare(
      withoutShift(state.positions.map((p, i) => p - problem.positions[i])),
    );
    let error = Infinity;
    for (let epoch = 0; epoch < 20; epoch++) error = (await corrector.correct(epoch))!.error;
    const left = rootMeanSquare(
      withoutShift(state.positions.map((p, i) => p - problem.positions[i])),
    );
    assert.ok(left < 0.3 * start, `${start} -> ${left}`);
    const sums = await far.errors();
    assert.ok(sums[0] / sums[1] > 10 * error);
    assert.throws(
      () => new PositionCorrector(state, { ...options, method: "gradient" }),
      ConfigError,
    );
  }));
