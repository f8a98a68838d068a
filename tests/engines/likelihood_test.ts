import assert from "node:assert/strict";
import { AdamEngine } from "../../src/engines/adam.ts";
import { LikelihoodGradient } from "../../src/engines/likelihood.ts";
import { recordProjection } from "../../src/engines/project.ts";
import type { NoiseModel } from "../../src/engines/settings.ts";
import { toSpectrumOrder } from "../../src/engines/spectrum.ts";
import { encodeVisits, EngineState } from "../../src/engines/state.ts";
import { Sweeper } from "../../src/engines/sweep.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { Plan } from "../../src/gpu/plan.ts";
import { poissonLoss } from "../../src/loss/poisson.ts";
import { Graph } from "../../src/ops/graph.ts";
import { forwardModel } from "../../src/physics/forward_model.ts";
import { binTiles } from "../../src/engines/batches.ts";
import { type ReferenceProblem, simulateProblem } from "../reference/engine_problem.ts";
import { lossGradient } from "../reference/engines.ts";
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

/** A point away from the solution. */
function perturbed(problem: ReferenceProblem): { object: Float64Array; probe: Float64Array } {
  const noise = randomValues(problem.object.length + problem.probe.length, 5, 0.15);
  return {
    object: problem.object.map((v, i) => v + noise[i]),
    probe: problem.probe.map((v, i) => v * (1 + noise[problem.object.length + i])),
  };
}

/** Uploads one batch through a sweeper, replays the gradient and reads it. */
async function gradientOf(
  gpu: Gpu,
  state: EngineState,
  order: number[],
  count: number,
  noise: NoiseModel,
): Promise<{ object: Float32Array; probe: Float32Array; stats: Float32Array }> {
  using sweeper = new Sweeper(state, {
    batch: count,
    order: "random",
    seed: 1,
    block: 1,
    tiles: true,
  });
  const { visits, bins, layout, stats } = sweeper;
  using gradient = new LikelihoodGradient(
    state,
    { visits, bins: bins!, layout, count, stats },
    noise,
    true,
  );
  gpu.write(visits, encodeVisits(state, order, count));
  gpu.write(bins!, binTiles(state, order, layout));
  gradient.graph.plan.submit();
  const [object, probe, rows] = await gpu.readAll([gradient.object, gradient.probe!, stats]);
  return { object, probe, stats: rows };
}

Deno.test("gradients of all noise models agree with float64, masked, shifted, several modes", () =>
  withGpu(async (gpu) => {
    const cases = [
      simulateProblem({ size: 16, grid: [3, 2], bad: [7, 100, 136] }),
      simulateProblem({ size: 16, modes: 2, grid: [2, 3], subpixel: true, bad: [9] }),
    ];
    for (const problem of cases) {
      const at = perturbed(problem), order = [4, 1, 0];
      using state = stateOf(gpu, problem, at.object, at.probe);
      const pixels = problem.size ** 2, mean = state.energy / 6 / pixels;
      for (const noise of ["amplitude", "intensity", "poisson"] as const) {
        // One visit of weight 0 must not count.
        const got = await gradientOf(gpu, state, order, 4, noise);
        const want = lossGradient(problem, at, order, noise);
        const factor = noise === "intensity"
          ? 1 / (4 * pixels * mean * mean)
          : noise === "poisson"
          ? 1 / (4 * pixels * mean)
          : 1 / (4 * pixels * mean);
        const name = `${noise}, ${problem.modes} modes`;
        assertClose(`${name}: object`, got.object, want.object.map((v) => v * factor), 2e-4);
        assertClose(`${name}: probe`, got.probe, want.probe.map((v) => v * factor), 2e-4);
      }
    }
  }));

Deno.test("the gradient is that of the loss the network is trained with", () =>
  withGpu(async (gpu) => {
    const problem = simulateProblem({ size: 16, grid: [2, 2] });
    const at = perturbed(problem), { size, canvas } = problem, pixels = size * size;
    using state = stateOf(gpu, problem, at.object, at.probe);
    const order = [0, 1, 2, 3];
    const got = await gradientOf(gpu, state, order, 4, "poisson");
    // The network's forward model and loss on the patches of the object.
    const patches = new Float32Array(4 * pixels * 2);
    order.forEach((p, v) => {
      for (let i = 0; i < pixels; i++) {
        const row = state.corners[2 * p] + Math.floor(i / size);
        const from = 2 * (row * canvas[1] + state.corners[2 * p + 1] + i % size);
        patches.set(at.object.subarray(from, from + 2), 2 * (v * pixels + i));
      }
    });
    using graph = new Graph(gpu, "network loss", true);
    const tensors = [
      gpu.tensor("patches", [4, 1, size, size, 2], patches),
      gpu.tensor("observed", [4, 1, size, size], Float32Array.from(problem.diffraction)),
      gpu.tensor("one", [1], Float32Array.of(1)),
      gpu.tensor("divisor", [1], Float32Array.of(state.energy / 4)),
    ];
    const value = graph.wrap(tensors[0]), probe = graph.wrap(state.probe);
    const predicted = forwardModel(graph, value, { probe });
    poissonLoss(graph, predicted, tensors[1], { scale: tensors[2], divisor: tensors[3] });
    graph.backward();
    graph.plan.submit();
    const [patchGradient, probeGradient] = await gpu.readAll([value.gradient!, probe.gradient!]);
    const placed = new Float64Array(problem.object.length);
    order.forEach((p, v) => {
      for (let i = 0; i < 2 * pixels; i++) {
        const row = state.corners[2 * p] + Math.floor(i / 2 / size);
        const to = 2 * (row * canvas[1] + state.corners[2 * p + 1]) + i % (2 * size);
        placed[to] += patchGradient[v * 2 * pixels + i];
      }
    });
    assertClose("object", got.object, placed, 1e-6);
    assertClose("probe", got.probe, probeGradient, 1e-6);
    for (const tensor of tensors) gpu.arena.release(tensor);
  }));

Deno.test("the modulus projection is a gradient step of the amplitude loss", () =>
  withGpu(async (gpu) => {
    const problem = simulateProblem({ size: 32, grid: [2, 2], bad: [3] });
    const at = perturbed(problem), { size } = problem, pixels = size * size;
    using state = stateOf(gpu, problem, at.object, at.probe);
    const { object } = await gradientOf(gpu, state, [2], 1, "amplitude");
    const words = encodeVisits(state, [2]);
    const tensors = [
      gpu.tensor("visits", [8], words),
      gpu.tensor("chi", [1, 1, size, size, 2]),
      gpu.tensor("stats", [1, 4]),
    ];
    using plan = new Plan(gpu, "project");
    recordProjection(plan, state, {
      visits: tensors[0],
      first: 0,
      count: 1,
      probe: state.probe,
      waves: tensors[1],
      stats: tensors[2],
    });
    plan.submit();
    const chi = await gpu.read(tensors[1]);
    // P* chi = - (gradient of sum (|Psi| - A)^2) / 2
    const mean = state.energy / 4 / pixels, scale = -2 / (pixels * mean);
    const want = new Float64Array(problem.object.length);
    for (let i = 0; i < pixels; i++) {
      const row = state.corners[4] + Math.floor(i / size);
      const to = 2 * (row * problem.canvas[1] + state.corners[5] + i % size);
      const [a, b] = [at.probe[2 * i], at.probe[2 * i + 1]];
      const [x, y] = [chi[2 * i], chi[2 * i + 1]];
      want[to] = scale * (a * x + b * y);
      want[to + 1] = scale * (a * y - b * x);
    }
    assertClose("gradient", object, want, 1e-5);
    for (const tensor of tensors) gpu.arena.release(tensor);
  }));

Deno.test("Adam recovers an object and a probe from exact data", () =>
  withGpu(async (gpu) => {
    const problem = simulateProblem({ size: 16, grid: [4, 4], step: 3, subpixel: true });
    for (const noise of ["amplitude", "poisson", "intensity"] as const) {
      const ones = problem.object.map((_, i) => i % 2 === 0 ? 1 : 0);
      using state = stateOf(gpu, problem, ones, problem.probe);
      using engine = new AdamEngine(state, {
        batch: 4,
        order: "random",
        seed: 1,
        objectStep: 0.05,
        probeStep: 0.002,
        objectStart: 0,
        probeStart: 5,
        noise,
        sweeps: 30,
      });
      const errors: number[] = [];
      for (let epoch = 0; epoch < 30; epoch++) errors.push((await engine.sweep(epoch)).error);
      // Constant variance leaves weak pixels to the last: slower by nature.
      const goal = noise === "intensity" ? errors[0] / 10 : Math.min(2e-3, errors[0] / 30);
      assert.ok(errors[29] < goal, `${noise}: ${errors}`);
    }
  }));
