/**
 * ePIE and rPIE, one pattern at a time or in batches.
 *
 *   O += beta sum P* chi / ((1 - alpha) sum |P|^2 + alpha max sum |P|^2),  chi = psi' - P O
 *   P += beta sum O* chi / ((1 - alpha) sum |O|^2 + alpha max sum |O|^2)
 *
 * summed over the modes and the patterns of a batch. alpha = 1 is ePIE (Maiden and Rodenburg,
 * Ultramicroscopy 109, 1256 (2009)), less is rPIE (Maiden, Johnson and Li, Optica 4, 736 (2017)).
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import { recordBilinearSums, recordExtract, stackView } from "./bilinear.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import {
  gatherBatch,
  type GatherSpace,
  gatherSpace,
  recordObjectApply,
  recordObjectSums,
  type StepRule,
} from "./gather.ts";
import type { ProjectionNoise } from "./modulus.ts";
import { Momentum, pushBlock } from "./momentum.ts";
import { recordSingleUpdate } from "./pie_single.ts";
import {
  recordCollect,
  recordProbeApply,
  recordProbeScale,
  recordProbeSums,
  recordProbeTerms,
  recordProbeWeights,
} from "./probe_gather.ts";
import { type Projection, recordProjectedUpdate, recordProjection } from "./project.ts";
import type { Planes } from "./shift_passes.ts";
import { ShiftedProbe } from "./shifted_probe.ts";
import type { Engine, EngineState, SweepResult } from "./state.ts";
import { type BlockPlan, Sweeper, type SweepOptions } from "./sweep.ts";

/** Options of {@linkcode PieEngine}. */
export interface PieOptions extends SweepOptions {
  /** `epie` or `rpie`, for messages. */
  readonly name: string;
  /** Step of the object. */
  readonly object: StepRule;
  /** Step of the probe. */
  readonly probe: StepRule;
  /** First sweep that changes the object. */
  readonly objectStart: number;
  /** First sweep that changes the probe; Infinity keeps it. */
  readonly probeStart: number;
  /** Noise model of the projection. */
  readonly noise: ProjectionNoise;
  /** Part of the way to the measured modulus that a projection goes. */
  readonly projectionStep?: number | undefined;
  /** Friction of the momentum of the object, 0 for none. */
  readonly momentum?: number | undefined;
}

/** The sequential and batched PIE engines. */
export class PieEngine implements Engine {
  /** Name. */
  readonly name: string;
  #state: EngineState;
  #options: PieOptions;
  #sweeper: Sweeper;
  #waves: Tensor;
  #shift: ShiftedProbe | undefined;
  #terms: Tensor | undefined;
  #space: GatherSpace | undefined;
  #stack: { readonly patches: Tensor; readonly values: Tensor } | undefined;
  #momentum: Momentum | undefined;
  #blocks = new Map<string, BlockPlan>();

  /** Allocates the work space. @throws {ShapeError} if a step is not usable. */
  constructor(state: EngineState, options: PieOptions) {
    for (const { alpha, beta } of [options.object, options.probe]) {
      if (!(alpha >= 0 && alpha <= 1 && beta >= 0)) {
        throw new ShapeError(`Cannot step with alpha ${alpha} and beta ${beta}: 0 to 1, 0 or more`);
      }
    }
    const { size, modes } = state.shape, { gpu } = state;
    this.name = options.name;
    this.#state = state;
    this.#options = options;
    this.#sweeper = new Sweeper(state, {
      ...options,
      block: options.block ?? pushBlock(options.batch, options.momentum),
    });
    const { batch } = this.#sweeper;
    this.#waves = gpu.tensor("exit waves", [batch, modes, size, size, 2]);
    if (batch > 1 || state.interpolated) this.#space = gatherSpace(state);
    if (state.interpolated) {
      this.#stack = {
        patches: gpu.tensor("patches", [batch, size, size, 2]),
        values: gpu.tensor("object terms", [batch, size, size, 4]),
      };
    }
    const friction = options.momentum ?? 0;
    if (friction > 0) this.#momentum = new Momentum(state, friction);
  }

  /** Compiles by running one empty-handed block: steps of size 0 change nothing. */
  async compile(progress?: (done: number, all: number, label: string) => void): Promise<void> {
    const { plan } = this.#block(true, true, true);
    await this.#shift?.open.submitCompiling();
    await plan.submitCompiling(progress);
    this.#blocks.get("rehearsal")?.plan.dispose();
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
    const { arena } = this.#state.gpu;
    arena.release(this.#waves);
    if (this.#terms !== undefined) arena.release(this.#terms);
    for (const tensor of Object.values({ ...this.#space, ...this.#stack })) {
      arena.release(tensor as Tensor);
    }
  }

  /** Same as {@linkcode PieEngine.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #block(objectOn: boolean, probeOn: boolean, rehearsal: boolean): BlockPlan {
    const { shifted } = this.#state;
    if (shifted) {
      const { visits, batch } = this.#sweeper;
      this.#shift ??= new ShiftedProbe(this.#state, visits, batch);
      if (batch > 1) this.#terms ??= this.#state.gpu.tensor("probe terms", this.#waves.shape);
    }
    const key = rehearsal ? "rehearsal" : `${objectOn} ${probeOn} ${shifted}`;
    let block = this.#blocks.get(key);
    if (block === undefined) {
      const steps = {
        object: stepOf(this.#options.object, objectOn && !rehearsal),
        probe: stepOf(this.#options.probe, probeOn && !rehearsal),
      };
      const record = this.#state.interpolated
        ? this.#recordInterpolated
        : this.#sweeper.batch === 1
        ? this.#recordSingle
        : this.#recordBatch;
      block = this.#sweeper.recordBlock(
        this.name,
        (plan, k) => record.call(this, plan, k, steps, objectOn, probeOn, shifted),
      );
      this.#blocks.set(key, block);
    }
    return block;
  }

  #recordSingle(
    plan: Plan,
    k: number,
    steps: Steps,
    _objectOn: boolean,
    probeOn: boolean,
    shifted: boolean,
  ): void {
    const state = this.#state, { size, modes, columns } = state.shape;
    const visit = this.#visit(plan, k, 1, shifted), { probe } = visit;
    const values = {
      alphaObject: steps.object.alpha,
      betaObject: steps.object.beta,
      alphaProbe: steps.probe.alpha,
      betaProbe: steps.probe.beta,
    };
    const probeOut = shifted ? undefined : probe;
    if (!recordProjectedUpdate(plan, state, visit, { probeOut, steps: values })) {
      recordProjection(plan, state, visit);
      const { visits, stats } = this.#sweeper;
      const tensors = { visits, stats, object: state.object, probe, chi: this.#waves };
      const form = shifted ? "shifted" : "direct";
      recordSingleUpdate(plan, form, state, tensors, { size, modes, columns, visit: k, ...values });
    }
    if (shifted && probeOn) {
      this.#shift!.recordUnshift(plan, this.#waves, k, 1, true);
    }
  }

  #recordBatch(
    plan: Plan,
    k: number,
    steps: Steps,
    objectOn: boolean,
    probeOn: boolean,
    shifted: boolean,
  ): void {
    const state = this.#state, space = this.#space!;
    const { batch: count } = this.#sweeper, first = k * count;
    const visit = this.#visit(plan, first, count, shifted);
    const batch = gatherBatch(this.#sweeper, k, visit.probe, this.#waves);
    const terms = this.#terms!, turned = probeOn && shifted;
    // Without local damping the step is one number, applied when the terms are added.
    const plain = steps.probe.alpha === 1;
    let planes: Planes | undefined;
    if (turned && plain) planes = this.#shift!.recordProjectedTerms(plan, visit, batch, terms);
    else recordProjection(plan, state, visit);
    plan.clear(space.scalars);
    if (objectOn) recordObjectSums(plan, state, batch, space);
    if (turned) recordProbeWeights(plan, state, batch, space);
    else if (probeOn) recordProbeSums(plan, state, batch, space);
    if (turned && !plain) recordProbeTerms(plan, state, batch, terms);
    if (objectOn) recordObjectApply(plan, state, batch, space, steps.object);
    if (turned && !plain) {
      recordProbeScale(plan, state, count, space, steps.probe, terms);
      planes = this.#shift!.recordUnshiftSums(plan, terms, first, count);
    }
    if (planes !== undefined) {
      const step = plain ? { rule: steps.probe, space } : undefined;
      recordCollect(plan, state, planes.tensor, planes.count, this.#shift!.spectrum, step);
      planes.release();
    }
    if (probeOn && !shifted) recordProbeApply(plan, state, batch, space, steps.probe);
  }

  /** As a batch, with patches interpolated from the canvas. */
  #recordInterpolated(
    plan: Plan,
    k: number,
    steps: Steps,
    objectOn: boolean,
    probeOn: boolean,
  ): void {
    const state = this.#state, space = this.#space!, waves = this.#waves, { probe } = state;
    const { patches, values } = this.#stack!;
    const { batch: count, local, stats } = this.#sweeper, first = k * count;
    const batch = gatherBatch(this.#sweeper, k, probe, waves);
    const view = stackView(state, patches, count);
    const { noise, projectionStep } = this.#options;
    recordExtract(plan, state, batch, patches);
    recordProjection(plan, view, {
      visits: local!,
      first,
      count,
      probe,
      waves,
      stats,
      noise,
      ...(projectionStep === undefined ? {} : { step: projectionStep }),
    });
    plan.clear(space.scalars);
    if (objectOn) {
      const sums = { sums: space.objectSums, scalars: space.scalars };
      recordBilinearSums(plan, state, batch, { chi: waves, values, ...sums });
    }
    const seen = { ...batch, visits: local! };
    if (probeOn) recordProbeSums(plan, view, seen, space);
    if (objectOn) recordObjectApply(plan, state, batch, space, steps.object);
    if (probeOn) recordProbeApply(plan, state, batch, space, steps.probe);
  }

  /** Records the shift of the probe; returns what is to be projected. */
  #visit(plan: Plan, first: number, count: number, shifted: boolean): Projection {
    const { visits, stats } = this.#sweeper, { noise, projectionStep } = this.#options;
    const shift = shifted ? this.#shift : undefined;
    const lines = shift?.recordProbes(plan, first, count);
    return {
      visits,
      first,
      count,
      probe: shift?.probes ?? this.#state.probe,
      lines,
      waves: this.#waves,
      stats,
      noise,
      ...(projectionStep === undefined ? {} : { step: projectionStep }),
    };
  }
}

interface Steps {
  readonly object: StepRule;
  readonly probe: StepRule;
}

function stepOf(rule: StepRule, on: boolean): StepRule {
  return { alpha: rule.alpha, beta: on ? rule.beta : 0 };
}
