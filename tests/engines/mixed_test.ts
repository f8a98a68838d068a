import assert from "node:assert/strict";
import { ModeMixer } from "../../src/engines/modes.ts";
import { PieEngine } from "../../src/engines/pie.ts";
import { startingProbe } from "../../src/engines/start.ts";
import { simulateProblem } from "../reference/engine_problem.ts";
import { withGpu } from "../support/device.ts";
import { flatStart, objectDistance, stateOf } from "./engine_scan.ts";

Deno.test("two-mode data need two modes; their powers are recovered within 5 %", () =>
  withGpu(async (gpu) => {
    const size = 32, plane = 2 * size * size, powers = [0.7, 0.3];
    const problem = simulateProblem({
      size,
      modes: 2,
      powers,
      grid: [8, 8],
      step: 3,
      subpixel: true,
      seed: 41,
    });
    const single = Float32Array.from(problem.probe.subarray(0, plane), (v) => v / Math.sqrt(0.7));
    const errors: number[] = [], distances: number[] = [];
    for (const modes of [1, 2]) {
      const probe = startingProbe({
        kind: "file",
        file: { data: single, N: size, modes: 1 },
        mean: new Float64Array(size * size),
        diameter: size / 4,
        modes,
      });
      const start = { object: flatStart(problem).object, probe: Float64Array.from(probe) };
      using state = stateOf(gpu, { ...problem, modes }, start);
      using mixer = new ModeMixer(gpu, state.probe);
      using engine = new PieEngine(state, {
        name: "rpie",
        batch: 1,
        order: "random",
        seed: 3,
        object: { alpha: 0.3, beta: 0.9 },
        probe: { alpha: 1, beta: 1 },
        objectStart: 0,
        probeStart: 1,
        noise: "amplitude",
      });
      let error = Infinity, found: Float64Array = Float64Array.of(1);
      for (let epoch = 0; epoch < 55; epoch++) {
        error = (await engine.sweep(epoch)).error;
        found = await mixer.orthogonalise();
      }
      errors.push(error);
      distances.push(objectDistance(problem, await gpu.read(state.object)));
      if (modes === 1) continue;
      const total = found.reduce((a, b) => a + b, 0);
      powers.forEach((power, k) => {
        const share = found[k] / total;
        assert.ok(Math.abs(share / power - 1) < 0.05, `mode ${k}: ${share} instead of ${power}`);
      });
    }
    assert.ok(errors[1] < 0.05 * errors[0], `errors ${errors}`);
    assert.ok(distances[1] < 0.5 * distances[0], `distances ${distances}`);
  }));
