import assert from "node:assert/strict";
import { LsqmlEngine, type LsqmlOptions } from "../../src/engines/lsqml.ts";
import { toSpectrumOrder } from "../../src/engines/spectrum.ts";
import { EngineState } from "../../src/engines/state.ts";
import { Sweeper } from "../../src/engines/sweep.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { lsqmlStep } from "../reference/engine_lsqml.ts";
import { type ReferenceProblem, simulateProblem } from "../reference/engine_problem.ts";
import { assertClose, randomValues } from "../support/close.ts";
import { withGpu } from "../support/device.ts";

function stateOf(
  gpu: Gpu,
  problem: ReferenceProblem,
  object: ArrayLike<number>,
  probe: ArrayLike<number>,
): EngineState {
  const { size, modes, canvas, positions } = problem;
  const [rows, columns] = canvas, patterns = positions.length / 2;
  const valid = Uint8Array.from(problem.mask);
  return new EngineState(
    gpu,
    { patterns, size, modes, rows, columns },
    { rows, columns, originY: 0, originX: 0 },
    {
      object: Float32Array.from(object),
      probe: Float32Array.from(probe),
      measured: toSpectrumOrder(Float32Array.from(problem.diffraction), size, valid),
      positions,
    },
  );
}

const base: LsqmlOptions = {
  batch: 3,
  order: "random",
  seed: 2,
  objectStep: 0.9,
  probeStep: 0.9,
  damping: 0.1,
  objectStart: 0,
  probeStart: 0,
  noise: "amplitude",
};

for (const texelReads of [true, false]) {
  Deno.test(`LSQ-ML agrees with float64 (texelReads ${texelReads})`, () =>
    withGpu(async (gpu) => {
      const whole = simulateProblem({ size: 16, grid: [3, 2], bad: [5, 77] });
      const between = simulateProblem({ size: 16, modes: 2, grid: [2, 4], subpixel: true });
      const far = simulateProblem({ size: 16, grid: [2, 3], subpixel: true, margin: 24 });
      const large = { size: 128, grid: [3, 1] } as const, moved = { ...large, subpixel: true };
      const cases: readonly [string, ReferenceProblem, LsqmlOptions][] = [
        ["whole pixels", whole, base],
        // Four visits share what is read of the probe; the last ones of the batch are two.
        ["a batch of 34", simulateProblem({ size: 16, grid: [6, 6] }), { ...base, batch: 34 }],
        ["probe from sweep 2", whole, { ...base, probeStart: 1, batch: 6 }],
        ["sub-pixel, two modes, uneven batches", between, base],
        ["large canvas", far, base],
        ["N 128, whole pixels", simulateProblem(large), { ...base, batch: 2 }],
        ["N 128, sub-pixel", simulateProblem(moved), { ...base, batch: 2 }],
        ["N 128, one by one", simulateProblem({ ...moved, grid: [1, 2] }), { ...base, batch: 1 }],
        ["N 128, two modes", simulateProblem({ ...moved, modes: 2 }), { ...base, batch: 2 }],
        ["N 128, large canvas", simulateProblem({ ...moved, margin: 80 }), { ...base, batch: 2 }],
      ];
      for (const [name, problem, options] of cases) {
        const noise = randomValues(problem.object.length + problem.probe.length, 4, 0.1);
        const object = problem.object.map((v, i) => v + noise[i]);
        const probe = problem.probe.map((v, i) => v * (1 + noise[problem.object.length + i]));
        using state = stateOf(gpu, problem, object, probe);
        using engine = new LsqmlEngine(state, options);
        using sweeper = new Sweeper(state, options);
        const expected = { object: object.slice(), probe: probe.slice() };
        await engine.compile();
        for (let epoch = 0; epoch < 2; epoch++) {
          await engine.sweep(epoch);
          for (const batch of sweeper.batches(epoch)) {
            lsqmlStep(problem, expected, batch, {
              relaxation: 0.9,
              damping: 0.1,
              coupling: 0.1,
              updateProbe: epoch >= options.probeStart,
            });
          }
        }
        const [gotObject, gotProbe] = await gpu.readAll([state.object, state.probe]);
        assertClose(`${name}: object`, gotObject, expected.object, 5e-5);
        assertClose(`${name}: probe`, gotProbe, expected.probe, 5e-5);
      }
    }, { texelReads }));
}

Deno.test("N = 128 between pixels: the same bytes with 64-bit integers and subgroups, and without", async () => {
  const run = async (native: boolean): Promise<Float32Array[]> => {
    const results: Float32Array[] = [];
    await withGpu(async (gpu) => {
      // Canvases of an odd and of an even number of columns.
      for (const grid of [[3, 1], [1, 2]] as const) {
        const problem = simulateProblem({ size: 128, grid, subpixel: true });
        using state = stateOf(gpu, problem, problem.object.map((v) => 1.1 * v), problem.probe);
        using engine = new LsqmlEngine(state, { ...base, batch: 2 });
        await engine.compile();
        await engine.sweep(0);
        results.push(...await gpu.readAll([state.object, state.probe]));
      }
    }, { texelReads: true, wideStores: native, shuffles: native });
    return results;
  };
  assert.deepEqual(await run(true), await run(false));
});

Deno.test("LSQ-ML recovers object and probe from exact data and stays at the solution", () =>
  withGpu(async (gpu) => {
    const problem = simulateProblem({ size: 32, grid: [4, 4], step: 5, subpixel: true });
    const ones = problem.object.map((_, i) => i % 2 === 0 ? 1 : 0);
    for (const [noise, goal] of [["amplitude", 1e-3], ["poisson", 3e-3]] as const) {
      using state = stateOf(gpu, problem, ones, problem.probe);
      using engine = new LsqmlEngine(state, { ...base, batch: 4, noise, probeStart: 2 });
      const errors: number[] = [];
      for (let epoch = 0; epoch < 30; epoch++) errors.push((await engine.sweep(epoch)).error);
      assert.ok(errors[29] < goal && errors[29] < errors[0] / 20, `${noise}: ${errors}`);
    }
    using state = stateOf(gpu, problem, problem.object, problem.probe);
    using engine = new LsqmlEngine(state, { ...base, batch: 4 });
    const { error } = await engine.sweep(0);
    assert.ok(error < 1e-9, `error ${error}`);
    const [object] = await gpu.readAll([state.object]);
    assertClose("object", object, problem.object, 1e-3);
  }));
