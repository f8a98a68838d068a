/**
 * How well every pattern fits at its position, and how the fit changes when it moves.
 *
 * @module
 */
import source from "../../../shaders/engines/positions.wgsl" with { type: "text" };
import index from "../../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../../gpu/kernel.ts";
import { Plan } from "../../gpu/plan.ts";
import type { Tensor } from "../../gpu/tensor.ts";
import { recordFft2 } from "../../ops/fft2.ts";
import type { NearField } from "../../physics/propagate.ts";
import { Detector } from "../detector.ts";
import type { EngineState } from "../state.ts";
import { WaveChunks } from "../wave_chunk.ts";

const table = {
  source,
  snippets: [index],
  params: { size: "u32", modes: "u32", first: "u32", length: "u32" },
} as const;
const bindings = {
  visits: "read",
  measured: "read",
  order: "read",
  model: "read",
  result: "read_write",
} as const;
const slopesKernel = defineKernel({
  ...table,
  label: "engines/positions#slopes",
  entryPoint: "slopes",
  bindings: { ...bindings, slopeY: "read", slopeX: "read" },
});
const errorsKernel = defineKernel({
  ...table,
  label: "engines/positions#errors",
  entryPoint: "errors",
  bindings,
});

/** A plan and the number of its steps after each chunk. */
interface ChunkedPlan {
  readonly plan: Plan;
  readonly ends: readonly number[];
}

/** Numbers of one pattern in the result of {@linkcode PositionSums.slopes}. */
export const SUM_WORDS = 8;

/** Sums over the pixels of each pattern. Plans are recorded once, on first use. */
export class PositionSums implements Disposable {
  #state: EngineState;
  #chunks: WaveChunks;
  #detector: Detector;
  #result: Tensor;
  #slopes: ChunkedPlan | undefined;
  #errors: ChunkedPlan | undefined;

  /** Allocates what a state needs. @param near Way to the detector, absent for the far field. */
  constructor(state: EngineState, near?: NearField) {
    const { gpu } = state;
    this.#state = state;
    this.#chunks = new WaveChunks(state);
    this.#detector = new Detector(state, near);
    this.#result = gpu.tensor("position sums", [this.#chunks.visits.shape[0], SUM_WORDS]);
  }

  /**
   * With r = |Psi| - measured and a = d|Psi| / d(y, x), for every pattern sum r^2, sum measured^2,
   * sum r a_y, sum r a_x, sum a_y^2, sum a_x^2, sum a_y a_x, 0.
   *
   * @returns (P, 8), at the positions the state has now.
   */
  async slopes(): Promise<Float32Array> {
    this.#slopes ??= this.#record(true);
    return await this.#run(this.#slopes);
  }

  /**
   * Sum r^2 and sum measured^2 of every pattern.
   *
   * @returns (P, 8) with zeros behind the first two.
   */
  async errors(): Promise<Float32Array> {
    this.#errors ??= this.#record(false);
    return await this.#run(this.#errors);
  }

  /** Frees plans and tensors. */
  dispose(): void {
    this.#errors?.plan.dispose();
    this.#slopes?.plan.dispose();
    this.#detector.dispose();
    this.#state.gpu.arena.release(this.#result);
    this.#chunks.dispose();
  }

  /** Same as {@linkcode PositionSums.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  async #run({ plan, ends }: ChunkedPlan): Promise<Float32Array> {
    this.#chunks.refresh();
    this.#chunks.submit(plan, ends);
    const all = await this.#state.gpu.read(this.#result);
    return all.subarray(0, SUM_WORDS * this.#state.shape.patterns);
  }

  #record(withSlopes: boolean): ChunkedPlan {
    const { gpu, measured, probe, shape: { size, modes } } = this.#state;
    const { arena } = gpu, chunks = this.#chunks;
    const plan = new Plan(gpu, withSlopes ? "position slopes" : "position errors");
    const spectrum = arena.allocate("probe spectrum", probe.shape);
    recordFft2(plan, probe, spectrum, modes, size);
    const ends: number[] = [];
    for (const chunk of chunks.chunks) {
      const axes = withSlopes ? [0, 1, 2] : [0];
      const fields = axes.map((axis) => {
        const probes = chunks.recordProbes(plan, chunk, spectrum, axis);
        const field = chunks.allocate("model", chunk);
        chunks.recordExit(plan, chunk, probes, field);
        chunks.releaseProbes(probes);
        this.#detector.forward(plan, chunks.visits, chunk, field);
        return field;
      });
      const [model, slopeY, slopeX] = fields;
      const tensors = {
        visits: chunks.visits,
        measured,
        order: this.#detector.order,
        model,
        result: this.#result,
      };
      const params = { size, modes, first: chunk.first, length: chunk.length };
      const groups = [chunk.length, 1, 1] as const;
      if (withSlopes) plan.run(slopesKernel, { ...tensors, slopeY, slopeX }, params, groups);
      else plan.run(errorsKernel, tensors, params, groups);
      for (const field of fields) arena.release(field);
      ends.push(plan.length);
    }
    arena.release(spectrum);
    // Encoding nothing ends the recording, so that no later work borrows its memory.
    plan.encode(gpu.device.createCommandEncoder(), 0, 0);
    return { plan, ends };
  }
}
