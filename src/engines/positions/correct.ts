/**
 * Correction of scan positions between sweeps, for any engine.
 *
 * @module
 */
import { Random } from "../../random.ts";
import { ConfigError, ShapeError } from "../../errors.ts";
import type { NearField } from "../../physics/propagate.ts";
import type { EngineState } from "../state.ts";
import { PositionSums, SUM_WORDS } from "./position_sums.ts";
import { type PositionReport, PositionTrack, type TrackOptions } from "./track.ts";

/** Options of {@linkcode PositionCorrector}. */
export interface CorrectionOptions extends TrackOptions {
  /** `gradient`: Gauss-Newton steps. `annealed`: random trials whose range shrinks (Maiden et al. 2012). */
  readonly method: "gradient" | "annealed";
  /** First epoch in which positions move, counted from 0; default 5. */
  readonly start?: number;
  /** Part of a Gauss-Newton step that is made; default 1. */
  readonly gain?: number;
  /** Part of the step before that is made again, 0 to below 1; default 0.5. Helps slow, common drifts. */
  readonly momentum?: number;
  /** Longest step of `gradient` along an axis, px; default 0.5. */
  readonly longest?: number;
  /** Steps above this many median absolute deviations count as outliers and are cut; default 10. */
  readonly guard?: number;
  /** Range of the first trials of `annealed`, px; default 2. */
  readonly range?: number;
  /** Epochs over which the range shrinks to a hundredth; default 50. */
  readonly epochs?: number;
  /** Trials of a position in an epoch; default 4. */
  readonly trials?: number;
  /** Seed of the trials; default 0. */
  readonly seed?: number;
  /** Way to the detector; absent for the far field. */
  readonly near?: NearField | undefined;
}

const TRIAL_STREAM = 9000;

/** Moves the positions of a state so that its patterns fit better. Object and probe stay as they are. */
export class PositionCorrector implements Disposable {
  /** Positions and what was found. */
  readonly track: PositionTrack;
  #state: EngineState;
  #sums: PositionSums;
  #before: Float64Array;
  #options: Required<Omit<CorrectionOptions, keyof TrackOptions | "near">>;

  /** Takes the present positions as nominal. @throws {ShapeError | ConfigError} if an option makes no sense. */
  constructor(state: EngineState, options: CorrectionOptions) {
    this.#options = {
      start: 5,
      gain: 1,
      momentum: 0.5,
      longest: 0.5,
      guard: 10,
      range: 2,
      epochs: 50,
      trials: 4,
      seed: 0,
      ...options,
    };
    for (const name of ["gain", "longest", "guard", "range", "epochs", "trials"] as const) {
      if (!(this.#options[name] > 0)) {
        throw new ShapeError(
          `Cannot correct positions with ${name} ${this.#options[name]}: give a number above 0`,
        );
      }
    }
    if (options.near !== undefined && options.method === "gradient") {
      throw new ConfigError(
        "Cannot correct positions by their gradient in the near field: use annealed trials",
      );
    }
    this.#state = state;
    this.#before = new Float64Array(2 * state.shape.patterns);
    this.track = new PositionTrack(state, options);
    this.#sums = new PositionSums(state, options.near);
  }

  /**
   * One round, after the sweep of an epoch.
   *
   * @returns what was done, or undefined before the start epoch.
   */
  async correct(epoch: number): Promise<PositionReport | undefined> {
    if (epoch < this.#options.start) return undefined;
    const { steps, error } = this.#options.method === "gradient"
      ? await this.#gradient()
      : await this.#annealed(epoch);
    const last = this.#state.positions;
    const moved = this.track.move(steps);
    this.#before = this.#state.positions.map((p, i) => p - last[i]);
    return { error, total: this.track.total(), ...moved };
  }

  /** Present positions and last steps as pairs of f32 (high, low), for an exact resume. */
  save(): Map<string, Float32Array> {
    return new Map([
      ["positions", splitPairs(this.#state.positions)],
      ["position steps", splitPairs(this.#before)],
    ]);
  }

  /** Continues from what `save` gave. @throws {ShapeError} if it does not fit. */
  load(saved: ReadonlyMap<string, Float32Array>): void {
    this.track.load(joinPairs(saved.get("positions") ?? new Float32Array()));
    const before = joinPairs(saved.get("position steps") ?? new Float32Array());
    if (before.length === this.#before.length) this.#before = before;
  }

  /** Frees plans and tensors. */
  dispose(): void {
    this.#sums.dispose();
  }

  /** Same as {@linkcode PositionCorrector.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /**
   * s = -gain (J^T J + l)^-1 J^T r with r = |Psi| - measured and J its derivative by the position,
   * l = 1e-3 of the mean trace over all patterns, so that a featureless patch does not run away.
   */
  async #gradient(): Promise<{ steps: Float64Array; error: number }> {
    const sums = await this.#sums.slopes();
    const { gain, longest, guard } = this.#options;
    const count = this.#state.shape.patterns;
    let trace = 0, top = 0, bottom = 0;
    for (let j = 0; j < count; j++) {
      trace += (sums[SUM_WORDS * j + 4] + sums[SUM_WORDS * j + 5]) / (2 * count);
      top += sums[SUM_WORDS * j];
      bottom += sums[SUM_WORDS * j + 1];
    }
    const steps = new Float64Array(2 * count), damping = 1e-3 * trace + 1e-30;
    for (let j = 0; j < count; j++) {
      const at = SUM_WORDS * j;
      const gy = sums[at + 2], gx = sums[at + 3];
      const a = sums[at + 4] + damping, d = sums[at + 5] + damping, b = sums[at + 6];
      const determinant = a * d - b * b;
      steps[2 * j] = -gain * (d * gy - b * gx) / determinant;
      steps[2 * j + 1] = -gain * (a * gx - b * gy) / determinant;
    }
    const limited = limitSteps(steps, longest, guard);
    const { momentum } = this.#options;
    return { steps: limited.map((s, i) => s + momentum * this.#before[i]), error: top / bottom };
  }

  /** The best of some random displacements of every position, its present place included. */
  async #annealed(epoch: number): Promise<{ steps: Float64Array; error: number }> {
    const { range, epochs, trials, start, seed } = this.#options;
    const count = this.#state.shape.patterns;
    const part = Math.min(1, (epoch - start) / epochs);
    const reach = range * 0.01 ** part;
    const before = this.#state.positions;
    const sums = await this.#sums.errors();
    const best = Float64Array.from({ length: count }, (_, j) => sums[SUM_WORDS * j]);
    let top = 0, bottom = 0;
    for (let j = 0; j < count; j++) {
      top += sums[SUM_WORDS * j];
      bottom += sums[SUM_WORDS * j + 1];
    }
    const random = new Random(seed, TRIAL_STREAM + epoch);
    const steps = new Float64Array(2 * count);
    for (let trial = 0; trial < trials; trial++) {
      this.#state.setPositions(before);
      const wanted = Float64Array.from({ length: 2 * count }, () => reach * random.normal());
      this.track.move(wanted, true);
      const tried = this.#state.positions;
      const found = await this.#sums.errors();
      for (let j = 0; j < count; j++) {
        if (!(found[SUM_WORDS * j] < best[j])) continue;
        best[j] = found[SUM_WORDS * j];
        for (const i of [2 * j, 2 * j + 1]) steps[i] = tried[i] - before[i];
      }
    }
    this.#state.setPositions(before);
    return { steps, error: top / bottom };
  }
}

/**
 * Steps cut to `longest` along an axis and to `guard` median absolute deviations from their median.
 *
 * @param steps (P, 2), px.
 */
export function limitSteps(steps: Float64Array, longest: number, guard: number): Float64Array {
  const limits = [0, 1].map((axis) => {
    const along = steps.filter((_, i) => i % 2 === axis).toSorted();
    const median = along[along.length >> 1];
    const spread = along.map((v) => Math.abs(v - median)).toSorted()[along.length >> 1];
    return { median, reach: guard * spread };
  });
  return steps.map((step, i) => {
    const { median, reach } = limits[i % 2];
    const guarded = reach === 0 ? step : Math.min(median + reach, Math.max(median - reach, step));
    return Number.isFinite(guarded) ? Math.min(longest, Math.max(-longest, guarded)) : 0;
  });
}

/** Doubles as the nearest f32 and what it leaves. */
function splitPairs(values: Float64Array): Float32Array {
  const out = new Float32Array(2 * values.length);
  values.forEach((value, i) => {
    out[2 * i] = value;
    out[2 * i + 1] = value - out[2 * i];
  });
  return out;
}

function joinPairs(pairs: Float32Array): Float64Array {
  return Float64Array.from({ length: pairs.length / 2 }, (_, i) => pairs[2 * i] + pairs[2 * i + 1]);
}
