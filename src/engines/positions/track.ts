/**
 * The positions while they are corrected: where they started, how far they may go, what was found.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";
import type { EngineState } from "../state.ts";
import { type AffineMap, applyAffine, fitAffine } from "./affine.ts";

/** Limits common to all ways of correcting positions. */
export interface TrackOptions {
  /** Largest distance from the nominal position along an axis, px; default 5. */
  readonly limit?: number;
  /** Holds the positions to an affine map of the nominal ones; default false. */
  readonly affine?: boolean;
  /** (P, 2) (y, x) nominal positions; default those of the state. */
  readonly nominal?: Float64Array;
}

/** What one round of correction did. */
export interface PositionReport {
  /** Root mean square length of the steps of this round, px. */
  readonly step: number;
  /** Root mean square distance from the nominal positions after removal of a common shift, px. */
  readonly total: number;
  /** sum r^2 / sum measured^2 before the round. */
  readonly error: number;
  /** The affine map, where positions are held to one. */
  readonly map?: AffineMap;
}

/** Positions of a state on their way. */
export class PositionTrack {
  /** (P, 2) (y, x) as measured, object grid, px. */
  readonly nominal: Float64Array;
  #state: EngineState;
  #limit: number;
  #affine: boolean;

  /** Starts from the present positions of a state. */
  constructor(state: EngineState, options: TrackOptions) {
    this.#state = state;
    this.nominal = (options.nominal ?? state.positions).slice();
    this.#limit = options.limit ?? 5;
    this.#affine = options.affine ?? false;
    if (!(this.#limit > 0)) {
      throw new ShapeError(
        `Cannot correct positions within ${this.#limit} px: give a limit above 0`,
      );
    }
  }

  /** (P, 2) present minus nominal positions, px. */
  get displacements(): Float64Array {
    return this.#state.positions.map((p, i) => p - this.nominal[i]);
  }

  /**
   * Moves the state: steps are freed of their common shift, which no data can tell, and positions
   * are kept within the limit and on the canvas.
   *
   * @param steps (P, 2) px.
   * @param free leaves the affine map out, for trials.
   * @returns root mean square of what was added, and the affine map if there is one.
   */
  move(steps: Float64Array, free = false): { readonly step: number; readonly map?: AffineMap } {
    const { shape: { size, rows, columns }, placement } = this.#state;
    const before = this.#state.positions;
    const mean = meanOf(steps);
    let next: Float64Array = before.map((p, i) => p + steps[i] - mean[i % 2]);
    let map: AffineMap | undefined;
    if (this.#affine && !free) {
      map = fitAffine(this.nominal, next);
      next = applyAffine(map, this.nominal);
    }
    const origins = [placement.originY, placement.originX];
    const room = [rows - size, columns - size];
    next = next.map((p, i) => {
      const axis = i % 2, least = origins[axis] + size / 2;
      const low = Math.max(least - 0.49, this.nominal[i] - this.#limit);
      const high = Math.min(least + room[axis] + 0.49, this.nominal[i] + this.#limit);
      // A grid of 2^-20 px, so that two f32 hold a position exactly.
      return Math.round(Math.min(high, Math.max(low, p)) * 2 ** 20) / 2 ** 20;
    });
    this.#state.setPositions(next);
    const step = rootMeanSquare(next.map((p, i) => p - before[i]));
    return map === undefined ? { step } : { step, map };
  }

  /** Root mean square distance from the nominal positions without the common shift, px. */
  total(): number {
    return rootMeanSquare(withoutShift(this.displacements));
  }

  /** Puts saved positions back. @throws {ShapeError} if their number does not fit. */
  load(positions: Float64Array): void {
    if (positions.length !== this.nominal.length) {
      throw new ShapeError(
        `Cannot continue from ${positions.length / 2} positions: the scan has ` +
          `${this.nominal.length / 2}`,
      );
    }
    this.#state.setPositions(positions);
  }
}

/** Mean (y, x) of (P, 2) numbers. */
export function meanOf(values: Float64Array): [number, number] {
  const sum: [number, number] = [0, 0];
  values.forEach((value, i) => sum[i % 2] += value);
  return [2 * sum[0] / values.length, 2 * sum[1] / values.length];
}

/** (P, 2) displacements without their mean. */
export function withoutShift(displacements: Float64Array): Float64Array {
  const mean = meanOf(displacements);
  return displacements.map((value, i) => value - mean[i % 2]);
}

/** Root mean square length of (P, 2) vectors. */
export function rootMeanSquare(vectors: Float64Array): number {
  return Math.sqrt(vectors.reduce((sum, v) => sum + v * v, 0) / Math.max(1, vectors.length / 2));
}
