/**
 * From exit waves to the detector and back, for chunks of visits: the far field, or a near field.
 *
 * A probe that is shifted inside its patch takes the wave along. In the far field that is a phase no
 * detector sees; in a near field the picture would move, so the wave is moved back.
 *
 * @module
 */
import phase from "../../shaders/engines/projection_phase.wgsl" with { type: "text" };
import source from "../../shaders/engines/projection_waves.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { recordFft2 } from "../ops/fft2.ts";
import { type NearField, transferFunction } from "../physics/propagate.ts";
import { spectrumOrder } from "./spectrum.ts";
import type { EngineState } from "./state.ts";
import type { Chunk } from "./wave_chunk.ts";

export { fresnelScaling } from "../physics/propagate.ts";

const transfer = defineKernel({
  source,
  snippets: [index, phase],
  label: "engines/projection_waves#transfer",
  entryPoint: "transfer",
  bindings: { visits: "read", source: "read", result: "read_write" },
  params: {
    count: "u32",
    size: "u32",
    modes: "u32",
    first: "u32",
    columns: "u32",
    own: "u32",
    axis: "u32",
  },
});

/** What lies between the exit waves of a state and its detector. */
export class Detector implements Disposable {
  /** (N) u32: pixel k of a transformed (far) or propagated (near) axis is measured at place order[k]. */
  readonly order: Tensor;
  #state: EngineState;
  #transfer: Tensor | undefined;

  /**
   * Allocates tables.
   *
   * @param near Way to the detector; absent for the far field.
   * @throws {ConfigError} if a length makes no sense.
   */
  constructor(state: EngineState, near?: NearField) {
    const { gpu, shape: { size } } = state;
    this.#state = state;
    const place = new Uint32Array(size);
    spectrumOrder(size).forEach((frequency, at) => place[frequency] = at);
    // Patterns are stored as spectra with their middle at frequency 0, whatever they show.
    const order = near === undefined ? place : place.map((_, k) => place[(k + size / 2) % size]);
    const table = near === undefined ? undefined : transferFunction(size, near);
    this.order = gpu.tensor("order", [size], order);
    if (table !== undefined) {
      this.#transfer = gpu.tensor("transfer function", [size, size, 2], table);
    }
  }

  /** Records waves (length, K, N, N, 2) of a chunk onto the detector, in place. */
  forward(plan: Plan, visits: Tensor, chunk: Chunk, waves: Tensor): void {
    this.#record(plan, visits, chunk, waves, false);
  }

  /** Records the adjoint of {@linkcode Detector.forward}, in place. */
  adjoint(plan: Plan, visits: Tensor, chunk: Chunk, waves: Tensor): void {
    this.#record(plan, visits, chunk, waves, true);
  }

  /** Frees the tables. */
  dispose(): void {
    const { arena } = this.#state.gpu;
    arena.release(this.order);
    if (this.#transfer !== undefined) arena.release(this.#transfer);
  }

  /** Same as {@linkcode Detector.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #record(plan: Plan, visits: Tensor, chunk: Chunk, waves: Tensor, back: boolean): void {
    const { size, modes, columns } = this.#state.shape, planes = chunk.length * modes;
    if (this.#transfer === undefined) {
      recordFft2(plan, waves, waves, planes, size, back);
      return;
    }
    const count = planes * size * size;
    recordFft2(plan, waves, waves, planes, size);
    plan.run(
      transfer,
      { visits, source: this.#transfer, result: waves },
      { count, size, modes, first: chunk.first, columns, own: 0, axis: back ? 1 : 0 },
      count,
    );
    recordFft2(plan, waves, waves, planes, size, true);
  }
}
