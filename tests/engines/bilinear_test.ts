import assert from "node:assert/strict";
import { AdamEngine } from "../../src/engines/adam.ts";
import { PieEngine, type PieOptions } from "../../src/engines/pie.ts";
import { recordExtract, recordPlace } from "../../src/engines/bilinear.ts";
import { toSpectrumOrder } from "../../src/engines/spectrum.ts";
import { EngineState } from "../../src/engines/state.ts";
import { Sweeper } from "../../src/engines/sweep.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { Plan } from "../../src/gpu/plan.ts";
import { type ReferenceProblem, simulateProblem } from "../reference/engine_problem.ts";
import { fft2Reference } from "../reference/fft.ts";
import { assertAdjoint, assertClose, randomValues } from "../support/close.ts";
import { poisoned, withGpu } from "../support/device.ts";

/** Patch of a canvas between its pixels, by definition. */
function cut(
  object: ArrayLike<number>,
  width: number,
  [y, x]: readonly [number, number],
  size: number,
): Float64Array {
  const out = new Float64Array(2 * size * size), row = Math.floor(y), column = Math.floor(x);
  const fy = y - row, fx = x - column;
  for (let i = 0; i < out.length; i++) {
    const py = row + Math.floor(i / 2 / size), px = column + (i >> 1) % size;
    const at = (dy: number, dx: number): number =>
      object[2 * ((py + dy) * width + px + dx) + i % 2] ?? 0;
    out[i] = (1 - fy) * ((1 - fx) * at(0, 0) + fx * at(0, 1)) +
      fy * ((1 - fx) * at(1, 0) + fx * at(1, 1));
  }
  return out;
}

/** Patterns of the problem with its object interpolated instead of its probe shifted. */
function interpolated(problem: ReferenceProblem): Float32Array {
  const { size, positions, canvas, probe } = problem, pixels = size * size, half = size / 2;
  const out = new Float32Array(positions.length / 2 * pixels);
  for (let p = 0; p < positions.length / 2; p++) {
    const corner = [positions[2 * p] - half, positions[2 * p + 1] - half] as const;
    const patch = cut(problem.object, canvas[1], corner, size), wave = new Float64Array(2 * pixels);
    for (let i = 0; i < pixels; i++) {
      const [a, b, c, d] = [patch[2 * i], patch[2 * i + 1], probe[2 * i], probe[2 * i + 1]];
      wave[2 * i] = a * c - b * d;
      wave[2 * i + 1] = a * d + b * c;
    }
    const field = fft2Reference(wave, 1, size);
    for (let i = 0; i < pixels; i++) {
      const from = ((Math.floor(i / size) + half) % size) * size + (i % size + half) % size;
      out[p * pixels + i] = Math.hypot(field[2 * from], field[2 * from + 1]);
    }
  }
  return out;
}

function stateOf(gpu: Gpu, problem: ReferenceProblem, object: ArrayLike<number>): EngineState {
  const { size, canvas, positions, probe } = problem, [rows, columns] = canvas;
  return new EngineState(
    gpu,
    { patterns: positions.length / 2, size, modes: 1, rows, columns },
    { rows, columns, originY: 0, originX: 0 },
    {
      object: Float32Array.from(object),
      probe: Float32Array.from(probe),
      measured: toSpectrumOrder(interpolated(problem), size),
      positions,
    },
    "object",
  );
}

const problem = simulateProblem({ size: 16, grid: [4, 4], step: 3, subpixel: true });
const visiting = { batch: 4, order: "random", seed: 1 } as const;
const pie: PieOptions = {
  ...visiting,
  name: "rpie",
  object: { alpha: 0.1, beta: 1 },
  probe: { alpha: 1, beta: 0.1 },
  objectStart: 0,
  probeStart: 0,
  noise: "amplitude",
};

Deno.test("patches between the pixels are bilinear, laying them back is the adjoint", () =>
  withGpu(async (gpu) => {
    const object = randomValues(problem.object.length, 3);
    using state = stateOf(gpu, problem, object);
    assert.ok(state.interpolated && !state.shifted);
    using sweeper = new Sweeper(state, { ...visiting, block: 1 });
    const { size, canvas, positions } = problem, count = 4, plane = 2 * size * size;
    const patches = poisoned(gpu, "patches", [count, size, size, 2]);
    const given = gpu.tensor("given", patches.shape, randomValues(patches.length, 4));
    const back = gpu.tensor("back", state.object.shape);
    using plan = new Plan(gpu, "bilinear");
    const { visits, bins, layout } = sweeper;
    const batch = { visits, first: 0, count, bins: bins!, binStart: 0, layout };
    recordExtract(plan, state, batch, patches);
    recordPlace(plan, state, batch, given, back);
    const order = [3, 7, 8, 15];
    await sweeper.visit([order], { plan, ends: [plan.length] });
    const [got, sum, other] = await gpu.readAll([patches, back, given]);
    order.forEach((p, v) => {
      const corner = [positions[2 * p] - size / 2, positions[2 * p + 1] - size / 2] as const;
      const want = cut(object, canvas[1], corner, size);
      assertClose(`patch ${p}`, got.subarray(v * plane, (v + 1) * plane), want, 2e-5);
    });
    assertAdjoint("lay back", object, got, other, sum);
    for (const tensor of [patches, given, back]) gpu.arena.release(tensor);
  }));

Deno.test("engines recover an interpolated object and stay at it", () =>
  withGpu(async (gpu) => {
    const adam = { ...visiting, objectStep: 0.05, probeStep: 0, noise: "amplitude" } as const;
    const ones = problem.object.map((_, i) => i % 2 === 0 ? 1 : 0);
    const makers = {
      epie: (s: EngineState) =>
        new PieEngine(s, { ...pie, batch: 1, name: "epie", object: { alpha: 1, beta: 1 } }),
      rpie: (s: EngineState) => new PieEngine(s, pie),
      adam: (s: EngineState) =>
        new AdamEngine(s, { ...adam, objectStart: 0, probeStart: Infinity, sweeps: 25 }),
    };
    for (const [name, make] of Object.entries(makers)) {
      using state = stateOf(gpu, problem, ones);
      using engine = make(state);
      await engine.compile();
      const errors: number[] = [];
      for (let epoch = 0; epoch < 25; epoch++) errors.push((await engine.sweep(epoch)).error);
      assert.ok(errors[24] < errors[0] / 10 && errors[24] < 2e-3, `${name}: ${errors}`);
      using solved = stateOf(gpu, problem, problem.object);
      using again = make(solved);
      const { error } = await again.sweep(0);
      assert.ok(name === "adam" || error < 1e-9, `${name} at the solution: ${error}`);
    }
  }));
