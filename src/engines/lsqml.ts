/**
 * LSQ-ML: batches of patterns, directions from the whole batch, and for every pattern the steps of
 * object and probe that together reduce its residual most (Odstrcil, Menzel and Guizar-Sicairos,
 * Opt. Express 26, 3108 (2018)).
 *
 * @module
 */
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { gatherBatch, type GatherSpace, gatherSpace, recordObjectSums } from "./gather.ts";
import { recordSteps } from "./lsqml_steps.ts";
import { Momentum, pushBlock } from "./momentum.ts";
import { recordCollect, recordProbeSums } from "./probe_gather.ts";
import type { ProjectionNoise } from "./modulus.ts";
import { recordProjection } from "./project.ts";
import { ShiftedProbe } from "./shifted_probe.ts";
import type { Engine, EngineState, SweepResult } from "./state.ts";
import { SUM_PARTS } from "./sums_passes.ts";
import { type BlockPlan, Sweeper, type SweepOptions } from "./sweep.ts";

/** Options of {@linkcode LsqmlEngine}. */
export interface LsqmlOptions extends SweepOptions {
  /** Factor on the optimal step of the object. */
  readonly objectStep: number;
  /** Factor on the optimal step of the probe. */
  readonly probeStep: number;
  /** Damping of the object direction, relative to the largest illumination. */
  readonly damping: number;
  /** First sweep that changes the object. */
  readonly objectStart: number;
  /** First sweep that changes the probe; Infinity keeps it. */
  readonly probeStart: number;
  /** Noise model of the residual. */
  readonly noise: ProjectionNoise;
  /** Friction of the momentum of the object, 0 for none. */
  readonly momentum?: number | undefined;
}

/** The LSQ-ML engine. */
export class LsqmlEngine implements Engine {
  /** Name. */
  readonly name = "lsqml";
  #state: EngineState;
  #options: LsqmlOptions;
  #sweeper: Sweeper;
  #waves: Tensor;
  #terms: Tensor | undefined;
  #direction: Tensor | undefined;
  #rows: Tensor;
  #objectDirection: Tensor;
  #space: GatherSpace;
  #shift: ShiftedProbe | undefined;
  #momentum: Momentum | undefined;
  #blocks = new Map<string, BlockPlan>();

  /** Allocates the work space. */
  constructor(state: EngineState, options: LsqmlOptions) {
    const { size, modes } = state.shape, { gpu } = state;
    this.#state = state;
    this.#options = options;
    const block = options.block ?? pushBlock(options.batch, options.momentum);
    this.#sweeper = new Sweeper(state, { ...options, tiles: true, block });
    const { batch } = this.#sweeper;
    this.#waves = gpu.tensor("exit waves", [batch, modes, size, size, 2]);
    this.#rows = gpu.tensor("step sums", [batch, SUM_PARTS, 2, 4]);
    const { rows, columns } = state.shape, even = 2 * Math.ceil(columns / 2);
    this.#objectDirection = gpu.tensor("object direction", [rows, even, 2]);
    this.#space = gatherSpace(state);
    if ((options.momentum ?? 0) > 0) this.#momentum = new Momentum(state, options.momentum!);
  }

  /** Compiles by running a block with steps of 0. */
  async compile(progress?: (done: number, all: number, label: string) => void): Promise<void> {
    const block = this.#block(true, true, true);
    await this.#shift?.open.submitCompiling();
    await block.plan.submitCompiling(progress);
    block.plan.dispose();
    this.#blocks.delete("rehearsal");
  }

  /** One sweep. */
  async sweep(epoch: number): Promise<SweepResult> {
    const objectOn = epoch >= this.#options.objectStart;
    const probeOn = epoch >= this.#options.probeStart;
    const block = this.#block(objectOn, probeOn, false);
    const shift = this.#state.shifted ? this.#shift : undefined;
    shift?.open.submit();
    const result = await this.#sweeper.run(
      epoch,
      block,
      objectOn ? this.#momentum?.plan : undefined,
    );
    if (probeOn) shift?.close.submit();
    return result;
  }

  /** Momentum, if there is any. */
  async save(): Promise<Map<string, Float32Array>> {
    return await this.#momentum?.save() ?? new Map();
  }

  /** Takes the momentum back. */
  load(saved: ReadonlyMap<string, Float32Array>): void {
    this.#momentum?.load(saved);
  }

  /** Frees plans and work space. */
  dispose(): void {
    for (const { plan } of this.#blocks.values()) plan.dispose();
    this.#shift?.dispose();
    this.#momentum?.dispose();
    this.#sweeper.dispose();
    const own = [this.#waves, this.#terms, this.#direction, this.#rows, this.#objectDirection];
    for (const tensor of [...own, ...Object.values(this.#space) as Tensor[]]) {
      if (tensor !== undefined) this.#state.gpu.arena.release(tensor);
    }
  }

  /** Same as {@linkcode LsqmlEngine.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #block(objectOn: boolean, probeOn: boolean, rehearsal: boolean): BlockPlan {
    const { shifted, gpu, probe } = this.#state;
    if (shifted && this.#shift === undefined) {
      const { visits, batch } = this.#sweeper;
      this.#shift = new ShiftedProbe(this.#state, visits, batch);
      this.#terms = gpu.tensor("probe terms", this.#waves.shape);
      this.#direction = gpu.tensor("probe direction", probe.shape);
    }
    const key = rehearsal ? "rehearsal" : `${objectOn} ${probeOn} ${shifted}`;
    let block = this.#blocks.get(key);
    if (block === undefined) {
      block = this.#sweeper.recordBlock(
        "lsqml",
        (plan, k) => this.#record(plan, k, objectOn, probeOn, shifted, rehearsal ? 0 : 1),
      );
      this.#blocks.set(key, block);
    }
    return block;
  }

  #record(
    plan: Plan,
    k: number,
    objectOn: boolean,
    probeOn: boolean,
    shifted: boolean,
    factor: number,
  ): void {
    const state = this.#state, space = this.#space, { batch: count, visits, stats } = this.#sweeper;
    const shift = shifted ? this.#shift : undefined, first = k * count;
    const lines = shift?.recordProbes(plan, first, count);
    const probe = shift?.probes ?? state.probe, waves = this.#waves;
    const { noise, damping, objectStep, probeStep } = this.#options;
    const projection = { visits, first, count, probe, lines, waves, stats, noise };
    const batch = gatherBatch(this.#sweeper, k, probe, waves);
    const planes = shift?.recordProjectedTerms(plan, projection, batch, this.#terms!);
    if (planes === undefined) recordProjection(plan, state, projection);
    plan.clear(space.scalars);
    recordObjectSums(plan, state, batch, space);
    let direction = space.probeSums, seen = direction, half = false;
    if (shift === undefined || planes === undefined) {
      recordProbeSums(plan, state, batch, space);
    } else {
      // The terms are shifted back and added in the spectrum, then shifted to every visit.
      direction = this.#direction!;
      seen = this.#terms!;
      plan.clear(direction);
      recordCollect(plan, state, planes.tensor, planes.count, direction);
      planes.release();
      half = shift.recordDirection(plan, first, count, direction, seen);
    }
    recordSteps(plan, state, {
      batch,
      space,
      rows: this.#rows,
      objectDirection: this.#objectDirection,
      direction,
      seen,
      half,
      probeOut: probeOn ? shift?.spectrum ?? state.probe : undefined,
      objectOn,
      damping,
      objectStep: factor * objectStep,
      probeStep: factor * probeStep,
    });
  }
}
