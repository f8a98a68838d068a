/**
 * Records a computation forward and, from the same calls, its gradient backward.
 *
 * Shapes are fixed, so a training step is recorded once into a {@linkcode Plan}: an operation records its
 * forward kernels at once and registers a function that records its backward kernels.
 * `backward` calls these in reverse order. Nothing of this runs during training: the plan is replayed.
 *
 * Gradients of activations overwrite; where a value feeds several operations the graph adds them.
 * A gradient with respect to a complex z is stored as dL/dRe + i dL/dIm.
 *
 * @module
 */
import type { Gpu } from "../gpu/device.ts";
import { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { recordAdd, recordReluMask } from "./elementwise.ts";

/** A tensor in the graph, with the gradient of the loss with respect to it once that is recorded. */
export interface Value {
  /** The values. */
  readonly tensor: Tensor;
  /** Gradient of the loss, same shape; undefined until an operation contributes. */
  gradient: Tensor | undefined;
  /** False for data: no gradient is computed. */
  readonly differentiable: boolean;
  /**
   * True for the output of a fused ReLU: its gradient is kept multiplied by (value > 0), so the
   * operation that made it needs no mask of its own.
   */
  readonly rectified: boolean;
}

/** Options of {@linkcode Graph.value}. */
export interface ValueOptions {
  /** Default true. */
  readonly differentiable?: boolean;
  /** Default false. */
  readonly rectified?: boolean;
}

/** How convolutions multiply and add. */
export interface Arithmetic {
  /**
   * `winograd` takes minimal filters, which need half the products, where they are faster: on
   * software adapters. `direct` sums nine products everywhere. They differ in rounding only, and so
   * do transforms of 64 x 64, which round alike with any length of vectors beside direct sums only.
   */
  readonly convolution?: "winograd" | "direct";
  /** Products of the forward pass are 16-bit numbers; the device must offer `shader-f16`. */
  readonly half?: boolean;
}

/** A recording of one forward pass and, when training, its backward pass. */
export class Graph implements Disposable {
  /** The device. */
  readonly gpu: Gpu;
  /** Where the kernels are recorded. */
  readonly plan: Plan;
  /** False records the forward pass only and reuses activations as soon as they are done with. */
  readonly training: boolean;
  /** How convolutions multiply and add. */
  readonly arithmetic: Required<Arithmetic>;
  #tape: { outputs: readonly Value[]; record: () => void }[] = [];
  #owned = new Set<Tensor>();
  #kept = new Set<Tensor>();

  /** Starts an empty graph; plan and tensors belong to it. Convolutions are direct by default. */
  constructor(gpu: Gpu, label: string, training: boolean, arithmetic: Arithmetic = {}) {
    this.gpu = gpu;
    this.arithmetic = {
      convolution: arithmetic.convolution ?? "direct",
      half: arithmetic.half ?? false,
    };
    this.plan = new Plan(gpu, label);
    this.training = training;
  }

  /** Allocates a tensor that lives until `release` or the end of the graph. */
  allocate(label: string, shape: readonly number[]): Tensor {
    const tensor = this.gpu.arena.allocate(label, shape);
    this.#owned.add(tensor);
    return tensor;
  }

  /** Gives a tensor back early, unless it is kept; later recorded work may overwrite it. */
  release(tensor: Tensor): void {
    if (this.#kept.has(tensor) || !this.#owned.delete(tensor)) return;
    this.gpu.arena.release(tensor);
  }

  /** Allocates the output of an operation. */
  value(label: string, shape: readonly number[], options: ValueOptions = {}): Value {
    return this.wrap(this.allocate(label, shape), options);
  }

  /** Makes a value of an existing tensor, which stays its owner's. */
  wrap(tensor: Tensor, options: ValueOptions = {}): Value {
    return {
      tensor,
      gradient: undefined,
      differentiable: (options.differentiable ?? true) && this.training,
      rectified: options.rectified ?? false,
    };
  }

  /** Keeps a value readable after the pass. */
  keep(value: Value): Value {
    this.#kept.add(value.tensor);
    return value;
  }

  /** Says that no further operation will read `value` in the forward pass. */
  done(value: Value): void {
    if (!this.training) this.release(value.tensor);
  }

  /**
   * Registers how the gradients of `outputs` are passed on to the inputs of an operation.
   * `record` is skipped when no output has received a gradient.
   */
  onBackward(outputs: readonly Value[], record: () => void): void {
    if (this.training) this.#tape.push({ outputs, record });
  }

  /**
   * Records a contribution to the gradient of `value`.
   *
   * @param masked true if the kernel itself zeroes the gradient where a rectified value is 0.
   * @param record records the kernels that write the whole gradient into the given tensor.
   */
  contribute(value: Value, masked: boolean, record: (target: Tensor) => void): void {
    if (!value.differentiable) return;
    const target = this.allocate(`d(${value.tensor.label})`, value.tensor.shape);
    record(target);
    if (value.rectified && !masked) recordReluMask(this.plan, value.tensor, target);
    if (value.gradient === undefined) {
      value.gradient = target;
    } else {
      recordAdd(this.plan, value.gradient, target);
      this.release(target);
    }
  }

  /** Records the whole backward pass and frees activations and gradients on the way. */
  backward(): void {
    for (let i = this.#tape.length - 1; i >= 0; i--) {
      const { outputs, record } = this.#tape[i];
      if (outputs.some((value) => value.gradient !== undefined)) record();
      for (const value of outputs) {
        if (value.gradient !== undefined && !this.#kept.has(value.tensor)) {
          this.release(value.gradient);
          value.gradient = undefined;
        }
        this.release(value.tensor);
      }
    }
    this.#tape = [];
  }

  /** Frees the plan and every tensor of the graph. */
  dispose(): void {
    for (const tensor of this.#owned) this.gpu.arena.release(tensor);
    this.#owned.clear();
    this.#kept.clear();
    this.plan.dispose();
  }

  /** Same as {@linkcode Graph.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
