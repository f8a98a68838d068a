import assert from "node:assert/strict";
import { Patterns } from "../../src/engines/patterns.ts";
import type { EngineName } from "../../src/engines/settings.ts";
import { GpuLimitError } from "../../src/errors.ts";
import { scanFromArrays } from "../../src/scan/dataset.ts";
import { EngineRun } from "../../src/workflows/reconstruct.ts";
import {
  reconstructionSettings,
  type ReconstructSettings,
} from "../../src/workflows/reconstruct_settings.ts";
import { simulateProblem } from "../reference/engine_problem.ts";
import { withGpu } from "../support/device.ts";

const PLANE = 4 * 16 * 16;
const problem = simulateProblem({ size: 16, grid: [9, 10], step: 2, subpixel: true });
const scan = scanFromArrays({
  name: "simulated",
  positions: problem.positions,
  probe: { modes: 1, N: 16, data: Float32Array.from(problem.probe) },
  patterns: Float32Array.from(problem.diffraction),
});

Deno.test("patterns that exceed a binding give the same bytes, with every engine", () =>
  withGpu(async (gpu) => {
    const slices = { count: 2, field: { wavelength: 1e-10, distance: 1e-5, pixel: 1e-8 } };
    const near = { wavelength: 1e-10, distance: 1e-4, pixel: 1e-7 };
    const cases: readonly (readonly [EngineName, Partial<ReconstructSettings>])[] = [
      ["epie", {}],
      ["epie", { subpixel: "object" }],
      ["rpie", { order: "compact" }],
      ["lsqml", {}],
      ["adam", { noise: "poisson" }],
      ["dm", {}],
      ["raar", { modes: 2 }],
      ["raar", { near }],
      ["lsqml", { slices, batch: 8 }],
      ["epie", { components: 1, batch: 8 }],
      ["rpie", { positionCorrection: "gradient", positionStartSweep: 1 }],
      ["epie", { positionCorrection: "annealed", positionStartSweep: 1 }],
    ];
    for (const [engine, changes] of cases) {
      const settings = reconstructionSettings(engine, { sweeps: 3, ...changes });
      const made = [];
      for (const bindingBytes of [undefined, 70 * PLANE]) {
        using run = await EngineRun.create(gpu, scan, settings, { bindingBytes });
        assert.equal(run.state.patterns.windowed, bindingBytes !== undefined);
        assert.equal(run.state.measured.shape[0], bindingBytes === undefined ? 90 : 64);
        for await (const _ of run.run());
        const { object, probe } = await run.reconstruction(false);
        made.push({ object, probe, errors: run.progress.errors, extras: await run.extras() });
      }
      assert.equal(made[0].errors.length, 3);
      assert.deepEqual(made[1], made[0], `${engine} ${JSON.stringify(changes)}`);
    }
  }));

Deno.test("a window shows the patterns that are asked for; too small a one is refused", () =>
  withGpu(async (gpu) => {
    const measured = Float32Array.from({ length: 200 * 256 }, (_, i) => Math.floor(i / 256));
    using patterns = new Patterns(gpu, measured, 16, { bytes: 65 * PLANE });
    const wanted = [199, 0, 64, 65, 130, 129];
    patterns.show(wanted);
    const seen = await gpu.read(patterns.visible);
    assert.deepEqual(wanted.map((_, slot) => seen[slot * 256 + 255]), wanted);
    assert.deepEqual(wanted.map((pattern) => patterns.plane(pattern)), [0, 1, 2, 3, 4, 5]);
    const small = { bytes: 65 * PLANE, together: 66 };
    assert.throws(() => new Patterns(gpu, measured, 16, small), GpuLimitError);
  }));
