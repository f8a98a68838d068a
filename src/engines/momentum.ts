/**
 * Momentum of the object.
 *
 * @module
 */
import source from "../../shaders/engines/momentum.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import { defineKernel } from "../gpu/kernel.ts";
import { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { EngineState } from "./state.ts";

const push = defineKernel({
  source,
  snippets: [index],
  label: "engines/momentum#push",
  entryPoint: "push",
  bindings: { object: "read_write", last: "read_write", velocity: "read_write" },
  params: { count: "u32", friction: "f32", feedback: "f32" },
});

/** Part of the velocity that is added to the object. */
const FEEDBACK = 0.3;

/** Visits after which the object is pushed. */
const PUSH_VISITS = 64;

/** Batches of a block after each of which the object is pushed; undefined without momentum. */
export function pushBlock(batch: number, friction = 0): number | undefined {
  return friction > 0 ? Math.max(1, Math.floor(PUSH_VISITS / batch)) : undefined;
}

/** Velocity of an object; replay `plan` after each block of visits. */
export class Momentum implements Disposable {
  /** v = friction v + (O - last); O += 0.3 v; last = O. */
  readonly plan: Plan;
  #state: EngineState;
  #last: Tensor;
  #velocity: Tensor;

  /** Starts at rest. @throws {ShapeError} unless friction is from 0 to below 1. */
  constructor(state: EngineState, friction: number) {
    if (!(friction >= 0 && friction < 1)) {
      throw new ShapeError(`Cannot use a momentum of ${friction}: 0 to below 1 is needed`);
    }
    const { gpu, object } = state;
    this.#state = state;
    this.#last = gpu.tensor("object before", object.shape);
    this.#velocity = gpu.tensor("object velocity", object.shape);
    const encoder = gpu.device.createCommandEncoder({ label: "momentum" });
    encoder.copyBufferToBuffer(object.buffer, 0, this.#last.buffer, 0, 4 * object.length);
    gpu.submit(encoder);
    this.plan = new Plan(gpu, "momentum");
    const count = Math.ceil(object.length / 4);
    const tensors = { object, last: this.#last, velocity: this.#velocity };
    this.plan.run(push, tensors, { count, friction, feedback: FEEDBACK }, count);
  }

  /** Velocity and last object. */
  async save(): Promise<Map<string, Float32Array>> {
    const [velocity, last] = await this.#state.gpu.readAll([this.#velocity, this.#last]);
    return new Map([["velocity", velocity], ["last", last]]);
  }

  /** Takes back what `save` gave. @throws {ShapeError} if it does not fit. */
  load(saved: ReadonlyMap<string, Float32Array>): void {
    for (const [name, tensor] of [["velocity", this.#velocity], ["last", this.#last]] as const) {
      const values = saved.get(name);
      if (values?.length !== tensor.length) {
        throw new ShapeError(`Cannot resume as the saved ${name} of the object does not fit`);
      }
      this.#state.gpu.write(tensor, values);
    }
  }

  /** Frees the tensors. */
  dispose(): void {
    this.plan.dispose();
    for (const tensor of [this.#last, this.#velocity]) this.#state.gpu.arena.release(tensor);
  }

  /** Same as {@linkcode Momentum.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
