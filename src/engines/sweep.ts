/**
 * Sweeps: batches of visits fed to a recorded plan.
 *
 * A plan holds the work of a block of batches, so that one submission visits many patterns; a
 * last, shorter block replays only its first steps.
 *
 * @module
 */
import type { Gpu } from "../gpu/device.ts";
import { Pace } from "../gpu/pace.ts";
import { Plan } from "../gpu/plan.ts";
import { Readback } from "../gpu/readback.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { Random } from "../random.ts";
import {
  type BatchOrder,
  binTiles,
  makeBatches,
  placeMembers,
  type TileLayout,
  tileLayout,
} from "./batches.ts";
import {
  encodeLocalVisits,
  encodeVisits,
  type EngineState,
  type SweepResult,
  VISIT_WORDS,
} from "./state.ts";

/** How a scan is visited. */
export interface SweepOptions {
  /** Patterns in a batch. */
  readonly batch: number;
  /** How batches are made. */
  readonly order: BatchOrder;
  /** Seed of the order. */
  readonly seed: number;
  /** Batches in a block; default as many as make it worth while. A given number is kept in every block but the last. */
  readonly block?: number | undefined;
  /** True makes tile lists for batches of one visit, too. */
  readonly tiles?: boolean | undefined;
  /** Called after each block with (visits done, visits in all). */
  readonly onBlock?: ((done: number, all: number) => void) | undefined;
}

/**
 * Most visits of a block, most of their pixels and most batches: a submission takes half a millisecond of
 * Deno's thread whatever is in it, which the threads of a software adapter then lack; but progress is told
 * once a block.
 */
const BLOCK_VISITS = 256;
const BLOCK_PIXELS = 256 * 128 * 128;
const BLOCK_BATCHES = 64;
/** Part of a block that is submitted first, so that the device need not wait for all of it to be prepared. */
const FIRST_PART = 4;
/** Stream of the visiting order; one stream an epoch follows. */
const ORDER_STREAM = 5000;

/** Work of one block of batches. */
export interface BlockPlan {
  /** The plan. */
  readonly plan: Plan;
  /** Number of steps after batch 0, 1, .. */
  readonly ends: readonly number[];
}

/** Tensors through which a plan learns what to visit, and the runner of sweeps. */
export class Sweeper implements Disposable {
  /** Patterns in a batch. */
  readonly batch: number;
  /** Batches in a block. */
  readonly block: number;
  /** (block * batch, 8) words. */
  readonly visits: Tensor;
  /** The same words for patches in a stack, where the object is interpolated. */
  readonly local: Tensor | undefined;
  /** (block * batch, 4) f32 written by the projection. */
  readonly stats: Tensor;
  /** Tile lists of the batches of a block, if batches have more than one visit or they are asked for. */
  readonly bins: Tensor | undefined;
  /** (block, members, 4) f32: where the members of those lists lie, if there are any. */
  readonly members: Tensor | undefined;
  /** Layout of one tile list. */
  readonly layout: TileLayout;
  #gpu: Gpu;
  #state: EngineState;
  #options: SweepOptions;
  #collected: Tensor;
  #readback: Readback;
  #pace: Pace;

  /** Allocates the tensors. */
  constructor(state: EngineState, options: SweepOptions) {
    const { patterns, size } = state.shape;
    this.#gpu = state.gpu;
    this.#pace = new Pace(state.gpu);
    this.#state = state;
    this.#options = options;
    this.batch = Math.max(1, Math.min(options.batch, patterns));
    const most = Math.min(BLOCK_VISITS, BLOCK_PIXELS / size ** 2, state.patterns.together);
    this.block = options.block ?? Math.max(
      1,
      Math.min(Math.floor(most / this.batch), Math.ceil(patterns / this.batch), BLOCK_BATCHES),
    );
    const visits = this.block * this.batch;
    this.layout = tileLayout(state, this.batch);
    this.visits = state.gpu.tensor("visits", [visits, VISIT_WORDS]);
    if (state.interpolated) this.local = state.gpu.tensor("local visits", [visits, VISIT_WORDS]);
    this.stats = state.gpu.tensor("visit statistics", [visits, 4]);
    this.bins = this.batch === 1 && options.tiles !== true && !state.interpolated
      ? undefined
      : state.gpu.tensor("tiles of visits", [this.block * this.layout.words]);
    this.members = this.bins === undefined
      ? undefined
      : state.gpu.tensor("members of tiles", [this.block, this.layout.members, 4]);
    this.#collected = state.gpu.tensor("sweep statistics", [
      Math.ceil(patterns / this.batch) * this.batch,
      4,
    ]);
    this.#readback = new Readback(state.gpu, this.#collected);
  }

  /** Records a plan for a block: `record(plan, k)` records batch k. */
  recordBlock(label: string, record: (plan: Plan, k: number) => void): BlockPlan {
    const plan = new Plan(this.#gpu, label), ends: number[] = [];
    for (let k = 0; k < this.block; k++) {
      record(plan, k);
      ends.push(plan.length);
    }
    return { plan, ends };
  }

  /** Batches of an epoch, in order. */
  batches(epoch: number): number[][] {
    const random = new Random(this.#options.seed, ORDER_STREAM + epoch);
    const { positions, corners } = this.#state;
    // Patches that begin at even columns come first: their pairs of pixels are those of the canvas.
    return makeBatches(positions, this.batch, this.#options.order, random)
      .map((batch) => batch.sort((a, b) => (corners[2 * a + 1] & 1) - (corners[2 * b + 1] & 1)));
  }

  /**
   * Visits every pattern once with a recorded block.
   *
   * @param after replayed after each block.
   * @param prepare called with the number of the first batch before each block.
   */
  async run(
    epoch: number,
    block: BlockPlan,
    after?: Plan,
    prepare?: (batch: number) => void,
  ): Promise<SweepResult> {
    const { stats, energy } = await this.visit(this.batches(epoch), block, after, prepare);
    let error = 0;
    for (let i = 0; i < stats.length; i += 4) error += stats[i];
    return { error: error / energy };
  }

  /**
   * Visits batches.
   *
   * @returns (visits, 4) statistics in the order of the batches, and the measured energy.
   */
  async visit(
    batches: readonly (readonly number[])[],
    block: BlockPlan,
    after?: Plan,
    prepare?: (batch: number) => void,
  ): Promise<{ stats: Float32Array; energy: number }> {
    const gpu = this.#gpu, state = this.#state, width = VISIT_WORDS * this.batch;
    const words = new Uint32Array(this.block * width);
    const all = batches.reduce((sum, batch) => sum + batch.length, 0);
    let done = 0, part: typeof batches = [];
    this.#pace.start();
    for (let from = 0; from < batches.length; from += part.length) {
      const short = from === 0 && this.#options.block === undefined;
      part = batches.slice(from, from + Math.ceil(this.block / (short ? FIRST_PART : 1)));
      state.patterns.show(part.flat());
      part.forEach((batch, k) => words.set(encodeVisits(state, batch, this.batch), k * width));
      gpu.write(this.visits, words.subarray(0, part.length * width));
      if (this.local !== undefined) {
        const local = new Uint32Array(words.length);
        part.forEach((b, k) => local.set(encodeLocalVisits(state, b, this.batch), k * width));
        gpu.write(this.local, local);
      }
      if (this.bins !== undefined) this.#writeTiles(part);
      prepare?.(from);
      const encoder = gpu.device.createCommandEncoder({ label: "sweep" });
      block.plan.encode(encoder, 0, block.ends[part.length - 1]);
      after?.encode(encoder);
      const bytes = 16 * this.batch;
      encoder.copyBufferToBuffer(
        this.stats.buffer,
        0,
        this.#collected.buffer,
        from * bytes,
        part.length * bytes,
      );
      gpu.submit(encoder);
      await this.#pace.submitted();
      for (const batch of part) done += batch.length;
      this.#options.onBlock?.(done, all);
    }
    const rows = await this.#readback.read();
    const stats = new Float32Array(4 * all);
    let at = 0;
    batches.forEach((batch, b) => {
      const start = 4 * b * this.batch;
      stats.set(rows.subarray(start, start + 4 * batch.length), at);
      at += 4 * batch.length;
    });
    return { stats, energy: state.energy };
  }

  #writeTiles(batches: readonly (readonly number[])[]): void {
    const { layout } = this, state = this.#state, places = 4 * layout.members;
    const bins = new Uint32Array(batches.length * layout.words);
    const members = new Float32Array(batches.length * places);
    batches.forEach((batch, k) => {
      const words = bins.subarray(k * layout.words, (k + 1) * layout.words);
      binTiles(state, batch, layout, words);
      placeMembers(state, batch, layout, words, members.subarray(k * places, (k + 1) * places));
    });
    this.#gpu.write(this.bins!, bins);
    this.#gpu.write(this.members!, members);
  }

  /** Frees the tensors. */
  dispose(): void {
    this.#readback.dispose();
    const { visits, local, stats, bins, members } = this;
    for (const tensor of [visits, local, stats, bins, members, this.#collected]) {
      if (tensor !== undefined) this.#gpu.arena.release(tensor);
    }
  }

  /** Same as {@linkcode Sweeper.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
