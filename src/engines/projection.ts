/**
 * Difference map and RAAR: engines that keep the waves of all positions and project them.
 *
 * The waves are kept as their spectra, so that one iteration costs one transform to find the waves
 * from which object and probe follow, and one to find the spectra of the model.
 *
 * @module
 */
import modulusSource from "../../shaders/engines/projection_modulus.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import { defineKernel } from "../gpu/kernel.ts";
import { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { recordFft2 } from "../ops/fft2.ts";
import { recordSum } from "../ops/reduce.ts";
import type { NearField } from "../physics/propagate.ts";
import { Detector } from "./detector.ts";
import {
  addObject,
  addProbe,
  addWeight,
  extent,
  finishObject,
  finishProbe,
  type OverlapParams,
} from "./overlap_kernels.ts";
import { type Engine, type EngineState, type SweepResult, VISIT_WORDS } from "./state.ts";
import { type Chunk, WaveChunks } from "./wave_chunk.ts";

const modulus = defineKernel({
  source: modulusSource,
  snippets: [index],
  label: "engines/projection_modulus#update",
  entryPoint: "update",
  bindings: {
    visits: "read",
    model: "read",
    measured: "read",
    order: "read",
    stack: "read_write",
    partials: "read_write",
  },
  params: {
    count: "u32",
    size: "u32",
    modes: "u32",
    first: "u32",
    piece: "u32",
    x: "f32",
    a: "f32",
    b: "f32",
    c: "f32",
    y: "f32",
  },
});

/** Which projection engine. */
export type ProjectionMethod = "dm" | "raar";

/** Options of {@linkcode ProjectionEngine}. */
export interface ProjectionOptions {
  /** `dm`: difference map (Thibault et al. 2009). `raar`: relaxed averaged alternating reflections (Luke 2005). */
  readonly method: ProjectionMethod;
  /** Strength of RAAR, 0.5 to 1; default 0.75. Without effect on `dm`. */
  readonly beta?: number;
  /** Sweep from which the probe is updated, counted from 0; default never. */
  readonly probeStart?: number;
  /** Turns of object and probe inside an overlap projection once the probe is updated; default 2. */
  readonly repeats?: number;
  /** Weight of the old object, in units of the mean illumination; default 1e-4. */
  readonly objectInertia?: number;
  /** Weight of the old probe, in units of the number of patterns; default 1e-3. */
  readonly probeInertia?: number;
  /** Way to the detector; absent for the far field. */
  readonly near?: NearField | undefined;
}

interface Plans {
  readonly shifted: boolean;
  readonly objectPlan: Plan;
  readonly probePlan: Plan;
  readonly updatePlan: Plan;
}

/**
 * psi <- x psi + a Q + b F(c Q + y psi) with the overlap projection Q and the modulus projection F.
 *
 * - `dm`: psi + F(2 Q - psi) - Q (Thibault et al., Ultramicroscopy 109, 338 (2009)).
 * - `raar`: beta psi + (1 - 2 beta) Q + beta F(2 Q - psi) (Luke, Inverse Problems 21, 37 (2005)): the
 *   term in psi adds. With a minus sign the waves shrink to nothing.
 */
export class ProjectionEngine implements Engine {
  /** `dm` or `raar`. */
  readonly name: string;
  #state: EngineState;
  #options: Required<Omit<ProjectionOptions, "near">>;
  #detector: Detector;
  #chunks: WaveChunks;
  #stacks: Tensor[];
  #lasting: Record<
    "top" | "weight" | "extents" | "probeTop" | "power" | "partials" | "error",
    Tensor
  >;
  #plans: Plans | undefined;
  #started = false;
  #placed: { readonly positions: Float64Array; readonly at: Float64Array } | undefined;

  /** Allocates the stack of waves: P * K * N * N complex numbers. */
  constructor(state: EngineState, options: ProjectionOptions) {
    this.#state = state;
    this.#options = {
      beta: 0.75,
      probeStart: Infinity,
      repeats: 2,
      objectInertia: 1e-4,
      probeInertia: 1e-3,
      ...options,
    };
    this.name = options.method;
    const { gpu } = state;
    const { size, modes, rows, columns } = state.shape;
    this.#chunks = new WaveChunks(state);
    const { chunks } = this.#chunks;
    this.#stacks = chunks.map(({ length }, i) =>
      gpu.tensor(`waves ${i}`, [length, modes, size, size, 2])
    );
    this.#detector = new Detector(state, options.near);
    this.#lasting = {
      top: gpu.tensor("object numerator", [rows, columns, 2]),
      weight: gpu.tensor("illumination", [rows, columns]),
      extents: gpu.tensor("extents", [2]),
      probeTop: gpu.tensor("probe numerator", [modes, size, size, 2]),
      power: gpu.tensor("object power", [size, size]),
      partials: gpu.tensor("error partials", [chunks.length * this.#groups(chunks[0])]),
      error: gpu.tensor("error", [1]),
    };
  }

  /** Finds the first waves and compiles what that needs. */
  async compile(progress?: (done: number, all: number, label: string) => void): Promise<void> {
    await this.#start(progress);
  }

  /** One iteration over all patterns. */
  async sweep(epoch: number): Promise<SweepResult> {
    await this.#start();
    const { objectPlan, probePlan, updatePlan } = this.#ready();
    const updatesProbe = epoch >= this.#options.probeStart;
    for (let turn = 0; turn < (updatesProbe ? this.#options.repeats : 1); turn++) {
      objectPlan.submit();
      if (updatesProbe) probePlan.submit();
    }
    updatePlan.submit();
    const [sum] = await this.#state.gpu.read(this.#lasting.error);
    return { error: sum / this.#state.energy };
  }

  /** The waves, as `waves`: (P, K, N, N, 2). */
  async save(): Promise<Map<string, Float32Array>> {
    await this.#start();
    // Positions may have moved since the last sweep.
    this.#ready();
    const { patterns, modes, size } = this.#state.shape;
    const per = 2 * modes * size * size;
    const waves = new Float32Array(patterns * per);
    const parts = await this.#state.gpu.readAll(this.#stacks);
    parts.forEach((part, i) => {
      const at = this.#chunks.chunks[i].first * per;
      waves.set(part.subarray(0, Math.min(part.length, waves.length - at)), at);
    });
    return new Map([["waves", waves]]);
  }

  /** Continues from saved waves. @throws {ShapeError} if their number does not fit. */
  load(saved: ReadonlyMap<string, Float32Array>): void {
    const { patterns, modes, size } = this.#state.shape;
    const per = 2 * modes * size * size, waves = saved.get("waves");
    if (waves?.length !== patterns * per) {
      throw new ShapeError(
        `Cannot continue ${this.name} from ${waves?.length ?? 0} numbers of waves: ` +
          `${patterns * per} fit this scan`,
      );
    }
    this.#chunks.chunks.forEach(({ first, length }, i) => {
      const part = waves.subarray(first * per, Math.min(waves.length, (first + length) * per));
      this.#state.gpu.write(this.#stacks[i], part);
    });
    this.#started = true;
  }

  /** Frees plans, waves and work space. */
  dispose(): void {
    this.#disposePlans();
    const { arena } = this.#state.gpu;
    for (const tensor of [...this.#stacks, ...Object.values(this.#lasting)]) arena.release(tensor);
    this.#chunks.dispose();
    this.#detector.dispose();
  }

  /** Same as {@linkcode ProjectionEngine.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #groups(chunk: Chunk): number {
    const { size } = this.#state.shape;
    return Math.ceil(chunk.length * size * size / 64);
  }

  /** Plans that fit the positions as they are now. */
  #ready(): Plans {
    const state = this.#state;
    if (this.#placed?.positions !== state.positions) {
      this.#chunks.refresh();
      this.#moveWaves();
    }
    if (this.#plans?.shifted !== state.shifted) {
      this.#disposePlans();
      const { shifted, gpu } = state;
      const record = (label: string, body: (plan: Plan) => void): Plan => {
        const plan = new Plan(gpu, `${this.name} ${label}`);
        body(plan);
        // Encoding nothing ends the recording, so that no later work borrows its memory.
        plan.encode(gpu.device.createCommandEncoder(), 0, 0);
        return plan;
      };
      this.#plans = {
        shifted,
        objectPlan: record("object", (plan) => this.#recordObject(plan)),
        probePlan: record("probe", (plan) => this.#recordProbe(plan)),
        updatePlan: record("update", (plan) => this.#recordUpdate(plan)),
      };
    }
    return this.#plans!;
  }

  /** Waves follow their patches: a patch that starts elsewhere sees them shifted. */
  #moveWaves(): void {
    const { gpu, corners, positions } = this.#state;
    const at = Float64Array.from(corners);
    const before = this.#placed?.at;
    this.#placed = { positions, at };
    if (before === undefined || at.every((v, i) => v === before[i])) return;
    const words = new Uint32Array(this.#chunks.visits.length);
    const floats = new Float32Array(words.buffer);
    at.forEach((v, i) => floats[VISIT_WORDS * (i >> 1) + 4 + i % 2] = before[i] - v);
    const moves = gpu.tensor("moves", this.#chunks.visits.shape, words);
    using plan = new Plan(gpu, `${this.name} move`);
    this.#chunks.chunks.forEach((chunk, i) =>
      this.#chunks.recordMove(plan, chunk, moves, this.#stacks[i])
    );
    plan.submit();
    gpu.arena.release(moves);
  }

  #disposePlans(): void {
    if (this.#plans === undefined) return;
    const { objectPlan, probePlan, updatePlan } = this.#plans;
    for (const plan of [updatePlan, probePlan, objectPlan]) plan.dispose();
    this.#plans = undefined;
  }

  async #start(
    progress?: (done: number, all: number, label: string) => void,
  ): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    this.#chunks.refresh();
    const { gpu } = this.#state;
    using plan = new Plan(gpu, `${this.name} start`);
    const spectrum = this.#recordSpectrum(plan);
    this.#chunks.chunks.forEach((chunk, i) =>
      this.#recordModel(plan, chunk, spectrum, this.#stacks[i])
    );
    if (spectrum !== undefined) gpu.arena.release(spectrum);
    await plan.submitCompiling(progress);
  }

  /** Transform of the probe where patches are off the pixel grid. */
  #recordSpectrum(plan: Plan): Tensor | undefined {
    const state = this.#state;
    if (!state.shifted) return undefined;
    const spectrum = state.gpu.arena.allocate("probe spectrum", state.probe.shape);
    recordFft2(plan, state.probe, spectrum, state.shape.modes, state.shape.size);
    return spectrum;
  }

  /** Spectra of probe * patch. */
  #recordModel(plan: Plan, chunk: Chunk, spectrum: Tensor | undefined, result: Tensor): void {
    const probes = this.#chunks.recordProbes(plan, chunk, spectrum);
    this.#chunks.recordExit(plan, chunk, probes, result);
    this.#detector.forward(plan, this.#chunks.visits, chunk, result);
    this.#chunks.releaseProbes(probes);
  }

  #params(chunk: Chunk, own: boolean, count: number): OverlapParams {
    const { size, modes, columns } = this.#state.shape;
    return {
      count,
      size,
      modes,
      first: chunk.first,
      visits: chunk.length,
      columns,
      own: own ? 1 : 0,
      inertia: 0,
    };
  }

  #recordObject(plan: Plan): void {
    const { gpu, object, shape } = this.#state;
    const { size, rows, columns, patterns } = shape;
    const { visits } = this.#chunks;
    const { top, weight, extents } = this.#lasting;
    plan.clear(top);
    plan.clear(weight);
    const spectrum = this.#recordSpectrum(plan);
    this.#chunks.chunks.forEach((chunk, i) => {
      const probes = this.#chunks.recordProbes(plan, chunk, spectrum);
      const waves = this.#chunks.allocate("waves", chunk);
      plan.copy(this.#stacks[i], waves, waves.length);
      this.#detector.adjoint(plan, visits, chunk, waves);
      const count = size * size;
      for (let slot = 0; slot < Math.min(chunk.length, patterns - chunk.first); slot++) {
        const params = { ...this.#params(chunk, probes.own, count), visits: slot };
        plan.run(addObject, { visits, waves, probes: probes.tensor, top, weight }, params, count);
      }
      gpu.arena.release(waves);
      this.#chunks.releaseProbes(probes);
    });
    if (spectrum !== undefined) gpu.arena.release(spectrum);
    const params = this.#params(this.#chunks.chunks[0], false, rows * columns);
    const inertia = this.#options.objectInertia;
    plan.run(extent, { values: weight, extents }, params, [1, 1, 1]);
    const tensors = { numerator: top, denominator: weight, range: extents, image: object };
    plan.run(finishObject, tensors, { ...params, inertia }, rows * columns);
  }

  #recordProbe(plan: Plan): void {
    const { gpu, object, probe, shape, shifted } = this.#state;
    const { modes, size, patterns } = shape;
    const { visits } = this.#chunks;
    const { probeTop, power, extents } = this.#lasting;
    plan.clear(probeTop);
    plan.clear(power);
    const spectrum = this.#recordSpectrum(plan);
    const all = modes * size * size;
    this.#chunks.chunks.forEach((chunk, i) => {
      const waves = this.#chunks.allocate("waves", chunk);
      const parts = this.#chunks.allocate("parts", chunk);
      plan.copy(this.#stacks[i], waves, waves.length);
      this.#detector.adjoint(plan, visits, chunk, waves);
      const probes = this.#chunks.recordProbes(plan, chunk, spectrum);
      this.#chunks.recordPart(plan, chunk, probes, waves, parts);
      this.#chunks.releaseProbes(probes);
      if (shifted) recordFft2(plan, parts, parts, chunk.length * modes, size);
      const tensors = { visits, waves: parts, spectrum: probeTop };
      plan.run(addProbe, tensors, this.#params(chunk, shifted, all), all);
      const params = this.#params(chunk, false, size * size);
      plan.run(addWeight, { visits, object, power }, params, size * size);
      gpu.arena.release(waves);
      gpu.arena.release(parts);
    });
    if (spectrum !== undefined) gpu.arena.release(spectrum);
    if (shifted) recordFft2(plan, probeTop, probeTop, modes, size, true);
    const params = this.#params(this.#chunks.chunks[0], false, all);
    const inertia = this.#options.probeInertia * patterns;
    const tensors = { numerator: probeTop, denominator: power, range: extents, image: probe };
    plan.run(finishProbe, tensors, { ...params, inertia }, all);
  }

  #recordUpdate(plan: Plan): void {
    const { gpu, measured, shape } = this.#state;
    const { size, modes } = shape;
    const { visits } = this.#chunks;
    const { order } = this.#detector, { partials, error } = this.#lasting;
    const { method, beta } = this.#options;
    const weights = method === "dm"
      ? { x: 1, a: -1, b: 1, c: 2, y: -1 }
      : { x: beta, a: 1 - 2 * beta, b: beta, c: 2, y: -1 };
    const spectrum = this.#recordSpectrum(plan);
    const groups = this.#groups(this.#chunks.chunks[0]);
    this.#chunks.chunks.forEach((chunk, i) => {
      const model = this.#chunks.allocate("model", chunk);
      this.#recordModel(plan, chunk, spectrum, model);
      const count = chunk.length * size * size;
      const { first } = chunk;
      plan.run(
        modulus,
        { visits, model, measured, order, stack: this.#stacks[i], partials },
        { count, size, modes, first, piece: i * groups, ...weights },
        groups * 64,
      );
      gpu.arena.release(model);
    });
    if (spectrum !== undefined) gpu.arena.release(spectrum);
    recordSum(plan, partials, error, 1, partials.length);
  }
}
