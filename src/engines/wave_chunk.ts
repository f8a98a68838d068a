/**
 * Exit waves of a whole scan, a chunk of patterns at a time, for work that visits all positions in a
 * fixed order: projection engines and position correction.
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
import { encodeVisits, type EngineState, VISIT_WORDS } from "./state.ts";

const table = {
  source,
  snippets: [index, phase],
  params: {
    count: "u32",
    size: "u32",
    modes: "u32",
    first: "u32",
    columns: "u32",
    own: "u32",
    axis: "u32",
  },
} as const;
const shiftKernel = defineKernel({
  ...table,
  label: "engines/projection_waves#shift",
  entryPoint: "shift",
  bindings: { visits: "read", source: "read", result: "read_write" },
});
const withObject = {
  visits: "read",
  source: "read",
  result: "read_write",
  object: "read",
} as const;
const exitKernel = defineKernel({
  ...table,
  label: "engines/projection_waves#exit",
  entryPoint: "exit",
  bindings: withObject,
});
const partKernel = defineKernel({
  ...table,
  label: "engines/projection_waves#part",
  entryPoint: "part",
  bindings: { ...withObject, probes: "read" },
});

/** One run of consecutive patterns. */
export interface Chunk {
  /** First visit. */
  readonly first: number;
  /** Visits in it; those beyond the last pattern have weight 0. */
  readonly length: number;
}

/** Probes of the visits of a chunk. */
export interface ChunkProbes {
  /** (length or 1, K, N, N, 2) f32. */
  readonly tensor: Tensor;
  /** True if every visit has its own. */
  readonly own: boolean;
}

/** Patterns treated together: enough to keep the device busy, few enough to stay in its caches. */
export function chunkLength(modes: number, size: number, patterns: number): number {
  const fit = Math.max(1, Math.floor(2 ** 20 / (modes * size * size)));
  return Math.min(patterns, Math.max(8, Math.min(64, fit)));
}

/** All patterns of a state in chunks; visits live on the device and follow the positions. */
export class WaveChunks implements Disposable {
  /** The state. */
  readonly state: EngineState;
  /** Equal runs that cover all patterns. */
  readonly chunks: readonly Chunk[];
  /** (padded P, 8) words of the visits. */
  readonly visits: Tensor;
  #order: ArrayLike<number> = [];

  /**
   * Allocates the visits of a state and uploads them.
   *
   * @param wanted Visits of a chunk; default what suits the device.
   */
  constructor(state: EngineState, wanted?: number) {
    this.state = state;
    const { modes, size, patterns } = state.shape;
    const length = Math.min(patterns, wanted ?? chunkLength(modes, size, patterns));
    this.chunks = Array.from(
      { length: Math.ceil(patterns / length) },
      (_, i) => ({ first: i * length, length }),
    );
    this.visits = state.gpu.tensor("visits", [this.chunks.length * length, VISIT_WORDS]);
    this.refresh();
  }

  /** Uploads where the patches lie now. @param order Patterns in visiting order; default ascending. */
  refresh(
    order: ArrayLike<number> = Array.from({ length: this.state.shape.patterns }, (_, i) => i),
  ): void {
    const { state, visits } = this, words = encodeVisits(state, order, visits.shape[0]);
    if (state.patterns.windowed) {
      // A chunk finds its patterns at the start of the window.
      for (let v = 0; v < visits.shape[0]; v++) words[VISIT_WORDS * v] = v % this.chunks[0].length;
    }
    this.#order = order;
    state.gpu.write(visits, words);
  }

  /**
   * Submits a plan that visits one chunk after the other, showing the patterns of each.
   *
   * @param ends Number of steps of the plan after each chunk.
   */
  submit(plan: Plan, ends: readonly number[]): void {
    const { gpu, patterns } = this.state;
    if (!patterns.windowed) return plan.submit();
    let from = 0;
    this.chunks.forEach(({ first, length }, i) => {
      patterns.show(Array.prototype.slice.call(this.#order, first, first + length));
      const encoder = gpu.device.createCommandEncoder({ label: plan.label });
      const to = i + 1 === this.chunks.length ? plan.length : ends[i];
      plan.encode(encoder, from, to);
      gpu.submit(encoder);
      from = to;
    });
  }

  /**
   * Records the probes of a chunk.
   *
   * @param spectrum (K, N, N, 2): transform of the probe; absent if no patch is off the pixel grid.
   * @param axis 1 or 2 for the derivative of the moved probes along y or x, 0 for the probes.
   * @returns probes; release `tensor` with {@linkcode WaveChunks.releaseProbes}.
   */
  recordProbes(plan: Plan, chunk: Chunk, spectrum: Tensor | undefined, axis = 0): ChunkProbes {
    if (spectrum === undefined) return { tensor: this.state.probe, own: false };
    const tensor = this.allocate("moved probes", chunk);
    this.recordShifted(plan, chunk, spectrum, tensor, axis);
    return { tensor, own: true };
  }

  /** Records the moved probes of a chunk into a tensor, (length, K, N, N, 2); axis as above. */
  recordShifted(plan: Plan, chunk: Chunk, spectrum: Tensor, result: Tensor, axis = 0): void {
    const { modes, size } = this.state.shape;
    const params = this.#params(chunk, 0, axis);
    plan.run(shiftKernel, { visits: this.visits, source: spectrum, result }, params, params.count);
    recordFft2(plan, result, result, chunk.length * modes, size, true);
  }

  /** Gives probes of {@linkcode WaveChunks.recordProbes} back. */
  releaseProbes(probes: ChunkProbes): void {
    if (probes.own) this.state.gpu.arena.release(probes.tensor);
  }

  /**
   * Records spectra of a chunk moved by the shifts of other visits.
   *
   * @param visits (padded P, 8) words whose shifts count.
   * @param spectra (length, K, N, N, 2), overwritten.
   */
  recordMove(plan: Plan, chunk: Chunk, visits: Tensor, spectra: Tensor): void {
    const { arena } = this.state.gpu;
    const result = this.allocate("moved spectra", chunk);
    const params = this.#params(chunk, 1, 0);
    plan.run(shiftKernel, { visits, source: spectra, result }, params, params.count);
    plan.copy(result, spectra, result.length);
    arena.release(result);
  }

  /** Records result = probe * patch, (length, K, N, N, 2); patches of the object, or of a slice. */
  recordExit(
    plan: Plan,
    chunk: Chunk,
    probes: ChunkProbes,
    result: Tensor,
    object: Tensor = this.state.object,
  ): void {
    const { modes, size } = this.state.shape;
    plan.run(
      exitKernel,
      { visits: this.visits, source: probes.tensor, result, object },
      this.#params(chunk, probes.own ? 1 : 0, 0),
      chunk.length * modes * size * size,
    );
  }

  /** Records result = conj(patch) * (waves - probe * patch), (length, K, N, N, 2). */
  recordPart(plan: Plan, chunk: Chunk, probes: ChunkProbes, waves: Tensor, result: Tensor): void {
    const { modes, size } = this.state.shape;
    const { visits } = this;
    const { object } = this.state;
    plan.run(
      partKernel,
      { visits, source: waves, result, object, probes: probes.tensor },
      this.#params(chunk, probes.own ? 1 : 0, 0),
      chunk.length * modes * size * size,
    );
  }

  /** Work space for the waves of a chunk, (length, K, N, N, 2). */
  allocate(label: string, chunk: Chunk): Tensor {
    const { modes, size } = this.state.shape;
    return this.state.gpu.arena.allocate(label, [chunk.length, modes, size, size, 2]);
  }

  /** Frees the visits. */
  dispose(): void {
    this.state.gpu.arena.release(this.visits);
  }

  /** Same as {@linkcode WaveChunks.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #params(
    chunk: Chunk,
    own: number,
    axis: number,
  ): { [name in keyof typeof table.params]: number } {
    const { modes, size, columns } = this.state.shape;
    const count = chunk.length * modes * size * size;
    return { count, size, modes, first: chunk.first, columns, own, axis };
  }
}
