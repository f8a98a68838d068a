/**
 * Update rules on the flat weights: Adam, AdamW and SGD, with the numbers of PyTorch.
 *
 * One plan holds limiting and updating; it is replayed every step with new step-dependent numbers.
 *
 * @module
 */
import sgdSource from "../../shaders/update/sgd.wgsl" with { type: "text" };
import accumulateSource from "../../shaders/update/accumulate.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import { adamKernel } from "./adam.ts";
import type { Gpu } from "../gpu/device.ts";
import { defineKernel } from "../gpu/kernel.ts";
import { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { recordAdd } from "../ops/elementwise.ts";
import { type ClipOptions, recordClip } from "./clip.ts";
import type { UpdateTarget } from "./target.ts";

/** Choices of {@linkcode createOptimizer}. */
export interface OptimizerOptions {
  /** Update rule. */
  readonly kind: "adam" | "adamw" | "sgd";
  /** First moment decay of Adam; default 0.9. */
  readonly beta1?: number;
  /** Second moment decay of Adam; default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the second moment; default 1e-8. */
  readonly epsilon?: number;
  /** Momentum of SGD; default 0. */
  readonly momentum?: number;
  /** Nesterov form of the momentum; default: whenever the momentum is above 0. */
  readonly nesterov?: boolean;
  /** L2 penalty added to the gradient (adam, sgd), or decoupled decay (adamw); default 0. */
  readonly weightDecay?: number;
  /** Limit of the gradient; default none. */
  readonly clip?: ClipOptions | undefined;
  /** Steps whose gradients are averaged into one update; default 1. */
  readonly accumulation?: number;
}

/** A recorded update rule. */
export interface Optimizer extends Disposable {
  /** Averaging (if any), limiting and updating. Submit it once an update, after `prepare`. */
  readonly plan: Plan;
  /**
   * Adds the gradients to the running sum. With accumulation, submit it after every backward
   * pass, the last one before an update included; undefined without accumulation.
   */
  readonly accumulation: Plan | undefined;
  /**
   * Sets the numbers of the next update.
   *
   * @param step updates done before, from 0.
   * @param learningRate its step size.
   * @param accumulated gradients in the running sum; default the `accumulation` of the options.
   */
  prepare(step: number, learningRate: number, accumulated?: number): void;
  /** Reads the moments (and the running sum) back, flat and in the layout of the weights. */
  state(): Promise<Map<string, Float32Array>>;
  /** Uploads what `state` gave. @throws {ShapeError} if something is missing or has another length. */
  load(state: ReadonlyMap<string, Float32Array>): void;
  /** Frees plans and tensors. */
  dispose(): void;
}

const sgd = defineKernel({
  label: "update/sgd#update_weights",
  source: sgdSource,
  snippets: [index],
  entryPoint: "update_weights",
  bindings: { gradient: "read", weight: "read_write", velocity: "read_write" },
  params: { count: "u32", rate: "f32", momentum: "f32", l2: "f32", nesterov: "u32" },
});
const drain = defineKernel({
  label: "update/accumulate#drain",
  source: accumulateSource,
  snippets: [index],
  entryPoint: "drain",
  bindings: { accumulated: "read_write", gradient: "read_write" },
  params: { count: "u32", factor: "f32" },
});

/**
 * Records an update rule for weights and gradients; moments start at zero.
 *
 * @throws {ShapeError} if the target has no gradients.
 * @throws {RangeError} if an option is out of range.
 */
export function createOptimizer(
  gpu: Gpu,
  target: UpdateTarget,
  options: OptimizerOptions,
): Optimizer {
  const { gradients } = target;
  if (gradients === undefined) {
    throw new ShapeError("Cannot update weights as there are no gradients: open them for training");
  }
  const steps = options.accumulation ?? 1;
  if (!(Number.isInteger(steps) && steps >= 1)) {
    throw new RangeError(`Cannot accumulate over ${steps} steps: a whole number from 1 is needed`);
  }
  const moments = new Map<string, Tensor>();
  const scratch: Tensor[] = [];
  const plan = new Plan(gpu, `update (${options.kind})`);
  let accumulation: Plan | undefined;
  const dispose = (): void => {
    plan.dispose();
    accumulation?.dispose();
    for (const tensor of [...scratch.splice(0), ...moments.values()]) gpu.arena.release(tensor);
    moments.clear();
  };
  const moment = (name: string): Tensor => {
    const tensor = gpu.tensor(name, [gradients.length]);
    moments.set(name, tensor);
    return tensor;
  };
  const count = Math.ceil(gradients.length / 4);
  try {
    let setCount = (_accumulated: number): void => {};
    if (steps > 1) {
      const accumulated = moment("accumulated");
      accumulation = new Plan(gpu, "accumulate gradients");
      recordAdd(accumulation, accumulated, gradients);
      const draining = plan.run(
        drain,
        { accumulated, gradient: gradients },
        { count, factor: 1 / steps },
        count,
      );
      setCount = (n) => draining.update({ factor: 1 / n });
    }
    if (options.clip !== undefined) {
      scratch.push(...recordClip(plan, { ...pick(target), gradients }, options.clip));
    }
    const setStep = options.kind === "sgd"
      ? recordSgd(plan, target.weights, gradients, moment, options)
      : recordAdam(plan, target.weights, gradients, moment, options);
    return {
      plan,
      accumulation,
      prepare: (step, learningRate, accumulated = steps) => {
        setCount(accumulated);
        setStep(step, learningRate);
      },
      state: async () => {
        const names = [...moments.keys()];
        const values = await gpu.readAll([...moments.values()]);
        return new Map(names.map((name, i) => [name, values[i]]));
      },
      load: (state) => {
        for (const [name, tensor] of moments) {
          const values = state.get(name);
          if (values?.length !== tensor.length) {
            throw new ShapeError(
              `Cannot load the optimiser state as ${name} has ${values?.length ?? "no"} values: ` +
                `${tensor.length} are needed`,
            );
          }
        }
        for (const [name, tensor] of moments) gpu.write(tensor, state.get(name)!);
      },
      dispose,
      [Symbol.dispose]: dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Sets the numbers of one step. */
type SetStep = (step: number, learningRate: number) => void;

function recordAdam(
  plan: Plan,
  weight: Tensor,
  gradient: Tensor,
  moment: (name: string) => Tensor,
  options: OptimizerOptions,
): SetStep {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  for (const [name, beta] of [["beta1", beta1], ["beta2", beta2]] as const) {
    if (!(beta >= 0 && beta < 1)) {
      throw new RangeError(`Cannot use ${name} ${beta}: a number from 0 to below 1 is needed`);
    }
  }
  const decoupled = options.kind === "adamw";
  const count = Math.ceil(gradient.length / 4);
  const dispatch = plan.run(
    adamKernel,
    {
      gradient,
      weight,
      firstMoment: moment("first_moment"),
      secondMoment: moment("second_moment"),
    },
    {
      count,
      beta1,
      rest1: 1 - beta1,
      beta2,
      rest2: 1 - beta2,
      stepSize: 0,
      rootCorrection: 1,
      epsilon,
      l2: decoupled ? 0 : weightDecay,
      decay: 1,
    },
    count,
  );
  return (step, learningRate) =>
    dispatch.update({
      stepSize: learningRate / (1 - beta1 ** (step + 1)),
      rootCorrection: Math.sqrt(1 - beta2 ** (step + 1)),
      decay: decoupled ? 1 - learningRate * weightDecay : 1,
    });
}

function recordSgd(
  plan: Plan,
  weight: Tensor,
  gradient: Tensor,
  moment: (name: string) => Tensor,
  options: OptimizerOptions,
): SetStep {
  const { momentum = 0, weightDecay = 0 } = options;
  const nesterov = options.nesterov ?? momentum > 0;
  if (!(momentum >= 0)) {
    throw new RangeError(`Cannot use momentum ${momentum}: a number from 0 is needed`);
  }
  const count = Math.ceil(gradient.length / 4);
  const dispatch = plan.run(
    sgd,
    { gradient, weight, velocity: moment("velocity") },
    { count, rate: 0, momentum, l2: weightDecay, nesterov: nesterov ? 1 : 0 },
    count,
  );
  return (_step, learningRate) => dispatch.update({ rate: learningRate });
}

function pick(target: UpdateTarget): { layout: UpdateTarget["layout"]; weights: Tensor } {
  return { layout: target.layout, weights: target.weights };
}
