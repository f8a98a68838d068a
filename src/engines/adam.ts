/**
 * Maximum likelihood by Adam (Kingma and Ba, arXiv:1412.6980): the gradient of the noise model's
 * likelihood with respect to object and probe, steps lowered along a cosine towards the end.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import type { Dispatch } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { adamKernel } from "../update/adam.ts";
import { LikelihoodGradient } from "./likelihood.ts";
import type { NoiseModel } from "./settings.ts";
import type { Engine, EngineState, SweepResult } from "./state.ts";
import { Sweeper, type SweepOptions } from "./sweep.ts";

const BETA1 = 0.9, BETA2 = 0.99, EPSILON = 1e-10;
/** Share of the step that is left at the end. */
const FLOOR = 0.03;

/** Options of {@linkcode AdamEngine}. */
export interface AdamOptions extends SweepOptions {
  /** Learning rate of the object, whose modulus is about 1. */
  readonly objectStep: number;
  /** Learning rate of the probe, relative to its modulus where it is bright. */
  readonly probeStep: number;
  /** First sweep that changes the object. */
  readonly objectStart: number;
  /** First sweep that changes the probe; Infinity keeps it. */
  readonly probeStart: number;
  /** Noise model. */
  readonly noise: NoiseModel;
  /** Sweeps of the whole run; the steps fall along a cosine to 3 % at its end. */
  readonly sweeps: number;
}

interface Moments {
  readonly first: Tensor;
  readonly second: Tensor;
  steps: number;
}

interface Recorded {
  readonly gradient: LikelihoodGradient;
  readonly object: Dispatch<typeof adamKernel.params> | undefined;
  readonly probe: Dispatch<typeof adamKernel.params> | undefined;
}

/** The gradient engine. */
export class AdamEngine implements Engine {
  /** Name. */
  readonly name = "adam";
  #state: EngineState;
  #options: AdamOptions;
  #sweeper: Sweeper;
  #object: Moments;
  #probe: Moments;
  #recorded = new Map<string, Recorded>();
  #scale: number | undefined;

  /** Allocates the moments. */
  constructor(state: EngineState, options: AdamOptions) {
    this.#state = state;
    this.#options = options;
    this.#sweeper = new Sweeper(state, { ...options, block: 1, tiles: true });
    const moments = (of: Tensor): Moments => ({
      first: state.gpu.tensor("first moment", of.shape),
      second: state.gpu.tensor("second moment", of.shape),
      steps: 0,
    });
    this.#object = moments(state.object);
    this.#probe = moments(state.probe);
  }

  /** Compiles by running a batch with steps of 0 and forgetting its moments. */
  async compile(progress?: (done: number, all: number, label: string) => void): Promise<void> {
    const kept = await this.save();
    const recorded = this.#record(true, true);
    recorded.object?.update({ stepSize: 0 });
    recorded.probe?.update({ stepSize: 0 });
    await recorded.gradient.graph.plan.submitCompiling(progress);
    this.load(kept);
  }

  /** One sweep. */
  async sweep(epoch: number): Promise<SweepResult> {
    const { objectStart, probeStart, objectStep, probeStep, sweeps } = this.#options;
    const recorded = this.#record(epoch >= objectStart, epoch >= probeStart);
    const scale = this.#scale ??= await this.#probeModulus();
    const { plan } = recorded.gradient.graph;
    const batches = Math.ceil(this.#state.shape.patterns / this.#sweeper.batch);
    return await this.#sweeper.run(epoch, { plan, ends: [plan.length] }, undefined, (batch) => {
      const share = Math.min(1, (epoch + batch / batches) / sweeps);
      const fall = FLOOR + (1 - FLOOR) * (1 + Math.cos(Math.PI * share)) / 2;
      advance(recorded.object, this.#object, objectStep * fall);
      advance(recorded.probe, this.#probe, probeStep * scale * fall);
    });
  }

  /** Moments and counters. */
  async save(): Promise<Map<string, Float32Array>> {
    const [a, b, c, d] = await this.#state.gpu.readAll([
      this.#object.first,
      this.#object.second,
      this.#probe.first,
      this.#probe.second,
    ]);
    const scale = this.#scale ??= await this.#probeModulus();
    const counters = Float32Array.of(this.#object.steps, this.#probe.steps, scale);
    return new Map([
      ["object_first", a],
      ["object_second", b],
      ["probe_first", c],
      ["probe_second", d],
      ["counters", counters],
    ]);
  }

  /** Takes back what `save` gave. @throws {ShapeError} if it does not fit. */
  load(saved: ReadonlyMap<string, Float32Array>): void {
    const { gpu } = this.#state;
    const targets: readonly [string, Tensor][] = [
      ["object_first", this.#object.first],
      ["object_second", this.#object.second],
      ["probe_first", this.#probe.first],
      ["probe_second", this.#probe.second],
    ];
    const counters = saved.get("counters");
    if (counters === undefined || targets.some(([n, t]) => saved.get(n)?.length !== t.length)) {
      throw new ShapeError("Cannot resume as the saved moments of Adam do not fit: start anew");
    }
    for (const [name, tensor] of targets) gpu.write(tensor, saved.get(name)!);
    [this.#object.steps, this.#probe.steps, this.#scale] = counters;
  }

  /** Frees plans and tensors. */
  dispose(): void {
    for (const { gradient } of this.#recorded.values()) gradient.dispose();
    this.#recorded.clear();
    this.#sweeper.dispose();
    for (const { first, second } of [this.#object, this.#probe]) {
      this.#state.gpu.arena.release(first);
      this.#state.gpu.arena.release(second);
    }
  }

  /** Same as {@linkcode AdamEngine.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #record(objectOn: boolean, probeOn: boolean): Recorded {
    const key = `${objectOn} ${probeOn} ${this.#state.shifted}`;
    let recorded = this.#recorded.get(key);
    if (recorded === undefined) {
      const state = this.#state, { batch: count, visits, bins, layout, stats } = this.#sweeper;
      const batch = { visits, bins: bins!, layout, count, stats };
      const gradient = new LikelihoodGradient(state, batch, this.#options.noise, probeOn);
      const { plan } = gradient.graph;
      const update = (
        of: Tensor,
        from: Tensor,
        { first, second }: Moments,
      ): Dispatch<typeof adamKernel.params> => {
        const size = Math.ceil(of.length / 4);
        return plan.run(
          adamKernel,
          { gradient: from, weight: of, firstMoment: first, secondMoment: second },
          {
            count: size,
            beta1: BETA1,
            rest1: 1 - BETA1,
            beta2: BETA2,
            rest2: 1 - BETA2,
            stepSize: 0,
            rootCorrection: 1,
            epsilon: EPSILON,
            l2: 0,
            decay: 1,
          },
          size,
        );
      };
      recorded = {
        gradient,
        object: objectOn ? update(state.object, gradient.object, this.#object) : undefined,
        probe: gradient.probe === undefined
          ? undefined
          : update(state.probe, gradient.probe, this.#probe),
      };
      this.#recorded.set(key, recorded);
    }
    return recorded;
  }

  /** Modulus of the probe averaged over its own intensity. */
  async #probeModulus(): Promise<number> {
    const values = await this.#state.gpu.read(this.#state.probe);
    let power = 0, squares = 0;
    for (let i = 0; i < values.length; i += 2) {
      const p = values[i] ** 2 + values[i + 1] ** 2;
      power += p;
      squares += p * p;
    }
    // As it is saved, so that a resumed run has the same number.
    return Math.fround(Math.sqrt(squares / power));
  }
}

/** Sets a step and counts it. */
function advance(
  dispatch: Dispatch<typeof adamKernel.params> | undefined,
  moments: Moments,
  rate: number,
): void {
  if (dispatch === undefined) return;
  moments.steps++;
  dispatch.update({
    stepSize: rate / (1 - BETA1 ** moments.steps),
    rootCorrection: Math.sqrt(1 - BETA2 ** moments.steps),
  });
}
