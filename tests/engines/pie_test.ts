import assert from "node:assert/strict";
import { PieEngine, type PieOptions } from "../../src/engines/pie.ts";
import { toSpectrumOrder } from "../../src/engines/spectrum.ts";
import { EngineState } from "../../src/engines/state.ts";
import { Sweeper } from "../../src/engines/sweep.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import {
  amplitudeError,
  type ReferenceProblem,
  simulateProblem,
} from "../reference/engine_problem.ts";
import { pieStep } from "../reference/engines.ts";
import { assertClose, randomValues } from "../support/close.ts";
import { withGpu } from "../support/device.ts";

/** A state on the device that starts from given object and probe. */
function stateOf(
  gpu: Gpu,
  problem: ReferenceProblem,
  object: ArrayLike<number>,
  probe: ArrayLike<number>,
): EngineState {
  const { size, modes, canvas, positions } = problem;
  const [rows, columns] = canvas, patterns = positions.length / 2;
  return new EngineState(
    gpu,
    { patterns, size, modes, rows, columns },
    { rows, columns, originY: 0, originX: 0 },
    {
      object: Float32Array.from(object),
      probe: Float32Array.from(probe),
      measured: toSpectrumOrder(
        Float32Array.from(problem.diffraction),
        size,
        Uint8Array.from(problem.mask),
      ),
      positions,
    },
  );
}

const base: PieOptions = {
  name: "epie",
  batch: 1,
  order: "random",
  seed: 3,
  object: { alpha: 1, beta: 0.9 },
  probe: { alpha: 1, beta: 0.6 },
  objectStart: 0,
  probeStart: 0,
  noise: "amplitude",
};

/** Two sweeps on the device and in float64 from the same perturbed start. */
async function compare(
  gpu: Gpu,
  name: string,
  problem: ReferenceProblem,
  options: PieOptions,
): Promise<void> {
  const noise = randomValues(problem.object.length + problem.probe.length, 4, 0.1);
  const object = problem.object.map((v, i) => v + noise[i]);
  const probe = problem.probe.map((v, i) => v * (1 + noise[problem.object.length + i]));
  using state = stateOf(gpu, problem, object, probe);
  using engine = new PieEngine(state, options);
  using sweeper = new Sweeper(state, options);
  const expected = { object: object.slice(), probe: probe.slice() };
  await engine.compile();
  for (let epoch = 0; epoch < 2; epoch++) {
    await engine.sweep(epoch);
    for (const batch of sweeper.batches(epoch)) {
      pieStep(problem, expected, batch, {
        alphaObject: options.object.alpha,
        alphaProbe: options.probe.alpha,
        stepObject: epoch >= options.objectStart ? options.object.beta : 0,
        stepProbe: epoch >= options.probeStart ? options.probe.beta : 0,
      });
    }
  }
  const [gotObject, gotProbe] = await gpu.readAll([state.object, state.probe]);
  assertClose(`${name}: object`, gotObject, expected.object, 2e-5);
  assertClose(`${name}: probe`, gotProbe, expected.probe, 2e-5);
}

for (const texelReads of [true, false]) {
  Deno.test(`ePIE and rPIE agree with float64, one by one and in batches (texelReads ${texelReads})`, () =>
    withGpu(async (gpu) => {
      const whole = simulateProblem({ size: 16, modes: 1, grid: [3, 2], bad: [5, 77] });
      const between = simulateProblem({ size: 16, modes: 2, grid: [2, 3], subpixel: true });
      const rpie = { ...base, name: "rpie", object: { alpha: 0.1, beta: 0.7 } };
      await compare(gpu, "ePIE", whole, base);
      await compare(gpu, "ePIE, sub-pixel, two modes", between, base);
      await compare(gpu, "ePIE, late probe", between, { ...base, probeStart: 1 });
      await compare(gpu, "ePIE, late object", whole, { ...base, objectStart: 1 });
      await compare(gpu, "rPIE", whole, { ...rpie, probe: { alpha: 0.2, beta: 0.5 } });
      await compare(gpu, "rPIE, batches of 4", whole, {
        ...rpie,
        batch: 4,
        probe: { alpha: 0.2, beta: 0.5 },
      });
      await compare(gpu, "rPIE, compact sub-pixel batches of 4", between, {
        ...rpie,
        batch: 4,
        order: "compact",
      });
      // A canvas that a batch covers but for a small part is read from its buffer.
      const wide = { size: 16, grid: [3, 2], margin: 24 } as const;
      for (const subpixel of [false, true]) {
        const far = simulateProblem({ ...wide, subpixel });
        await compare(gpu, `rPIE, large canvas, ${subpixel}`, far, { ...rpie, batch: 4 });
        await compare(gpu, `ePIE, large canvas, ${subpixel}`, far, base);
      }
    }, { texelReads }));
  Deno.test(`ePIE and rPIE of N = 128, where lines stay in registers (texelReads ${texelReads})`, () =>
    withGpu(async (gpu) => {
      const rpie = { ...base, name: "rpie", object: { alpha: 0.1, beta: 0.7 }, batch: 2 };
      const damped = { ...rpie, probe: { alpha: 0.2, beta: 0.5 } };
      for (const subpixel of [false, true]) {
        const problem = simulateProblem({ size: 128, grid: [3, 1], subpixel, bad: [5, 77] });
        const where = subpixel ? "between pixels" : "whole pixels";
        await compare(gpu, `ePIE, ${where}`, problem, base);
        const wide = { size: 128, grid: [2, 1], margin: 80, subpixel } as const;
        await compare(gpu, `ePIE, large canvas, ${where}`, simulateProblem(wide), base);
        await compare(gpu, `rPIE, ${where}`, problem, rpie);
        // Between pixels a damped step is taken in the frame of the visit: the reference takes it in that of the probe.
        if (subpixel) continue;
        await compare(gpu, `rPIE, damped probe, ${where}`, problem, damped);
        await compare(gpu, "rPIE, one by one", problem, { ...damped, batch: 1 });
      }
      const modes = simulateProblem({ size: 128, modes: 2, grid: [3, 1], subpixel: true });
      await compare(gpu, "rPIE, two modes", modes, rpie);
    }, { texelReads }));
}

Deno.test("N = 128: the same bytes with 64-bit integers and subgroups, and without", async () => {
  const run = async (native: boolean): Promise<Float32Array[]> => {
    const results: Float32Array[] = [];
    await withGpu(async (gpu) => {
      for (const [subpixel, batch] of [[false, 1], [true, 1], [true, 2]] as const) {
        const problem = simulateProblem({ size: 128, grid: [3, 1], subpixel });
        using state = stateOf(gpu, problem, problem.object.map((v) => 1.1 * v), problem.probe);
        using engine = new PieEngine(state, { ...base, batch });
        await engine.compile();
        await engine.sweep(0);
        results.push(...await gpu.readAll([state.object, state.probe]));
      }
    }, { texelReads: true, wideStores: native, shuffles: native });
    return results;
  };
  assert.deepEqual(await run(true), await run(false));
});

Deno.test("exact data, object and probe stay where they are", () =>
  withGpu(async (gpu) => {
    const problem = simulateProblem({ size: 16, modes: 2, grid: [3, 3], subpixel: true });
    for (const batch of [1, 3]) {
      using state = stateOf(gpu, problem, problem.object, problem.probe);
      using engine = new PieEngine(state, { ...base, batch });
      const { error } = await engine.sweep(0);
      assert.ok(error < 1e-10, `error ${error}`);
      const [object, probe] = await gpu.readAll([state.object, state.probe]);
      assertClose("object", object, problem.object, 1e-4);
      assertClose("probe", probe, problem.probe, 1e-4);
    }
  }));

Deno.test("ePIE and rPIE recover an object from exact data; the error told is the true one", () =>
  withGpu(async (gpu) => {
    const problem = simulateProblem({ size: 32, modes: 1, grid: [5, 5], step: 5, subpixel: true });
    for (const batch of [1, 5]) {
      const ones = problem.object.map((_, i) => i % 2 === 0 ? 1 : 0);
      using state = stateOf(gpu, problem, ones, problem.probe);
      using engine = new PieEngine(state, {
        ...base,
        batch,
        object: { alpha: batch === 1 ? 1 : 0.1, beta: 1 },
        probeStart: Infinity,
      });
      let told = 1;
      for (let epoch = 0; epoch < 30; epoch++) told = (await engine.sweep(epoch)).error;
      const [object] = await gpu.readAll([state.object]);
      const truth = amplitudeError(problem, {
        object: Float64Array.from(object),
        probe: problem.probe,
      });
      assert.ok(told < 1e-3 && truth < told * 1.2, `batch ${batch}: told ${told}, true ${truth}`);
    }
  }));

Deno.test("the same seed gives the same numbers, another one does not", () =>
  withGpu(async (gpu) => {
    const problem = simulateProblem({ size: 16, grid: [3, 3], subpixel: true });
    const run = async (seed: number, batch: number): Promise<Float32Array> => {
      const ones = problem.object.map((_, i) => i % 2 === 0 ? 1 : 0);
      using state = stateOf(gpu, problem, ones, problem.probe);
      using engine = new PieEngine(state, { ...base, seed, batch, momentum: 0.5 });
      for (let epoch = 0; epoch < 3; epoch++) await engine.sweep(epoch);
      return await gpu.read(state.object);
    };
    for (const batch of [1, 4]) {
      const first = await run(1, batch);
      assert.deepEqual(await run(1, batch), first);
      assert.notDeepEqual(await run(2, batch), first);
    }
  }));
