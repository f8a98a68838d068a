/**
 * Difference map and RAAR: engines that keep the waves of all positions and project them.
 *
 * The waves are kept as their spectra, so that one iteration costs one transform to find the waves
 * from which object and probe follow, and one to find the spectra of the model.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import { Plan } from "../gpu/plan.ts";
import type { NearField } from "../physics/propagate.ts";
import { Detector } from "./detector.ts";
import { ProjectionPlans, type ProjectionRule } from "./projection_plans.ts";
import { type Engine, type EngineState, type SweepResult, VISIT_WORDS } from "./state.ts";
import { WaveChunks } from "./wave_chunk.ts";

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
  /** Steps of the update after each chunk. */
  readonly ends: readonly number[];
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
  #work: ProjectionPlans;
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
    this.#chunks = new WaveChunks(state);
    this.#detector = new Detector(state, options.near);
    this.#work = new ProjectionPlans(state, this.#chunks, this.#detector);
  }

  /** Finds the first waves and compiles what that needs. */
  async compile(progress?: (done: number, all: number, label: string) => void): Promise<void> {
    await this.#start(progress);
  }

  /** One iteration over all patterns. */
  async sweep(epoch: number): Promise<SweepResult> {
    await this.#start();
    const { objectPlan, probePlan, updatePlan, ends } = this.#ready();
    const updatesProbe = epoch >= this.#options.probeStart;
    for (let turn = 0; turn < (updatesProbe ? this.#options.repeats : 1); turn++) {
      objectPlan.submit();
      if (updatesProbe) probePlan.submit();
    }
    this.#chunks.submit(updatePlan, ends);
    const [sum] = await this.#state.gpu.read(this.#work.error);
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
    const parts = await this.#state.gpu.readAll(this.#work.stacks);
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
      this.#state.gpu.write(this.#work.stacks[i], part);
    });
    this.#started = true;
  }

  /** Frees plans, waves and work space. */
  dispose(): void {
    this.#disposePlans();
    this.#work.dispose();
    this.#chunks.dispose();
    this.#detector.dispose();
  }

  /** Same as {@linkcode ProjectionEngine.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
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
      const { objectInertia, probeInertia } = this.#options, work = this.#work;
      let ends: number[] = [];
      this.#plans = {
        shifted,
        objectPlan: record("object", (plan) => work.recordObject(plan, objectInertia)),
        probePlan: record("probe", (plan) => work.recordProbe(plan, probeInertia)),
        updatePlan: record("update", (plan) => ends = work.recordUpdate(plan, this.#rule())),
        ends,
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
      this.#chunks.recordMove(plan, chunk, moves, this.#work.stacks[i])
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

  #rule(): ProjectionRule {
    const { method, beta } = this.#options;
    return method === "dm"
      ? { x: 1, a: -1, b: 1, c: 2, y: -1 }
      : { x: beta, a: 1 - 2 * beta, b: beta, c: 2, y: -1 };
  }

  async #start(
    progress?: (done: number, all: number, label: string) => void,
  ): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    this.#chunks.refresh();
    const { gpu } = this.#state;
    using plan = new Plan(gpu, `${this.name} start`);
    this.#work.recordStart(plan);
    await plan.submitCompiling(progress);
  }
}
