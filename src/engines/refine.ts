/**
 * Refinements between sweeps, the same for all engines: orthogonal probe modes and scan positions.
 *
 * @module
 */
import { ConfigError } from "../errors.ts";
import type { NearField } from "../physics/propagate.ts";
import { ModeMixer } from "./modes.ts";
import { PositionCorrector } from "./positions/correct.ts";
import { type PositionReport, withoutShift } from "./positions/track.ts";
import type { EngineState } from "./state.ts";

/** Ways to correct positions. */
export const POSITION_CORRECTIONS = ["none", "gradient", "annealed"] as const;
/** A way to correct positions. */
export type PositionCorrection = (typeof POSITION_CORRECTIONS)[number];

/** What is refined. */
export interface RefineOptions {
  /** How positions are corrected. */
  readonly positionCorrection: PositionCorrection;
  /** Sweep, from 1, after which positions move first. */
  readonly positionStartSweep: number;
  /** Holds positions to an affine map of the nominal ones. */
  readonly positionAffine: boolean;
  /** Largest distance from the nominal position along an axis, px. */
  readonly positionLimit: number;
}

/** Refinement switched off. */
export const NO_REFINEMENT: RefineOptions = {
  positionCorrection: "none",
  positionStartSweep: 5,
  positionAffine: false,
  positionLimit: 5,
};

/** What positions became. */
export interface PositionResult {
  /** (P, 2) nominal (y, x) on the object grid, px. */
  readonly nominal: Float64Array;
  /** (P, 2) present (y, x), px. */
  readonly positions: Float64Array;
  /** (P, 2) present minus nominal without the common shift, px. */
  readonly errors: Float64Array;
}

/** Refines a state between sweeps. */
export class Refinement implements Disposable {
  /** What the last round of position correction did. */
  last: PositionReport | undefined;
  #state: EngineState;
  #mixer: ModeMixer | undefined;
  #corrector: PositionCorrector | undefined;

  /**
   * Makes what the options ask for.
   *
   * @param nominal (P, 2) positions before any correction.
   * @param mixes true if the engine may find its modes mixed by a unitary matrix after a sweep.
   * @param run Sweeps of the run, over which the range of random trials shrinks, its seed, and the
   *   way to the detector.
   * @throws {ConfigError} if an option makes no sense.
   */
  constructor(
    state: EngineState,
    options: RefineOptions,
    nominal: Float64Array,
    mixes: boolean,
    run: {
      readonly sweeps: number;
      readonly seed: number;
      readonly near?: NearField | undefined;
    },
  ) {
    this.#state = state;
    const { positionCorrection: method, positionLimit: limit, positionStartSweep } = options;
    if (!(limit > 0)) {
      throw new ConfigError(`--position-limit is ${limit}: give a distance above 0 px`);
    }
    if (mixes && state.shape.modes > 1) this.#mixer = new ModeMixer(state.gpu, state.probe);
    if (method !== "none") {
      this.#corrector = new PositionCorrector(state, {
        method,
        limit,
        affine: options.positionAffine,
        nominal,
        start: positionStartSweep - 1,
        range: Math.min(2, limit),
        epochs: Math.max(1, 0.8 * (run.sweeps - positionStartSweep)),
        seed: run.seed,
        near: run.near,
      });
    }
  }

  /** Refines after the sweep of an epoch, counted from 0. */
  async apply(epoch: number): Promise<void> {
    await this.#mixer?.orthogonalise();
    this.last = await this.#corrector?.correct(epoch) ?? this.last;
  }

  /** Positions, if they are corrected. */
  get positions(): PositionResult | undefined {
    if (this.#corrector === undefined) return undefined;
    const { nominal, displacements } = this.#corrector.track;
    return { nominal, positions: this.#state.positions, errors: withoutShift(displacements) };
  }

  /** What an exact resume needs. */
  save(): Map<string, Float32Array> {
    return this.#corrector?.save() ?? new Map();
  }

  /** Takes back what `save` gave, if there is any of it. */
  load(saved: ReadonlyMap<string, Float32Array>): void {
    if (saved.has("positions")) this.#corrector?.load(saved);
  }

  /** Frees plans and tensors. */
  dispose(): void {
    this.#corrector?.dispose();
    this.#mixer?.dispose();
  }

  /** Same as {@linkcode Refinement.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Positions as CSV: pattern, nominal x and y, corrected x and y, error x and y, px. */
export function positionTable({ nominal, positions, errors }: PositionResult): string {
  const lines = ["pattern,nominal_x,nominal_y,x,y,error_x,error_y"];
  for (let j = 0; j < nominal.length / 2; j++) {
    const row = [nominal, positions, errors].flatMap((a) => [a[2 * j + 1], a[2 * j]]);
    lines.push([j, ...row.map((v) => v.toFixed(4))].join(","));
  }
  return lines.join("\n") + "\n";
}
