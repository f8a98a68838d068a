/**
 * Positions that are not where the scan says.
 *
 * @module
 */
import { Random } from "../random.ts";

/** How true positions deviate from reported ones. */
export interface PositionErrors {
  /** Root mean square of the deviation's length, px. */
  readonly error: number;
  /** `random`: independent and normal; `drift`: a straight walk through the scan. */
  readonly kind: "random" | "drift";
  /** Seed. */
  readonly seed: number;
}

/** Distance that a deviation practically never exceeds, px. */
export function errorReach({ error, kind }: Omit<PositionErrors, "seed">): number {
  // Both components of a random one have a deviation of error / sqrt 2.
  return Math.ceil(kind === "drift" ? Math.sqrt(3) * error : 3.5 * error);
}

/**
 * True positions of reported ones.
 *
 * @param reported (P, 2) pairs (y, x), px.
 * @returns (P, 2) pairs (y, x), px.
 */
export function truePositions(reported: Float64Array, errors: PositionErrors): Float64Array {
  const random = new Random(errors.seed, 0x3ff5e7), count = reported.length / 2;
  if (errors.kind === "random") {
    const deviation = errors.error / Math.SQRT2, reach = errorReach(errors);
    return reported.map((value) =>
      value + Math.min(reach, Math.max(-reach, deviation * random.normal()))
    );
  }
  const angle = 2 * Math.PI * random.uniform(), direction = [Math.sin(angle), Math.cos(angle)];
  // A line from -a to a has the root mean square a / sqrt 3 (for many positions).
  const length = Math.sqrt(3 * Math.max(1, count - 1) / (count + 1)) * errors.error;
  return reported.map((value, i) => {
    const along = count === 1 ? 0 : 2 * Math.floor(i / 2) / (count - 1) - 1;
    return value + length * along * direction[i % 2];
  });
}
