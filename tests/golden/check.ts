/** One comparison of a golden case; it passes if error <= tolerance. */
export interface CheckResult {
  /** What was compared. */
  readonly name: string;
  /** Size of the difference, in the units of the tolerance. */
  readonly error: number;
  /** Largest error allowed. */
  readonly tolerance: number;
}

/** max |actual - expected| / max |expected|; lengths that differ or values that are not numbers fail. */
export function compareRelative(
  name: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): CheckResult {
  let worst = actual.length === expected.length ? 0 : Infinity, scale = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]);
    worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return { name, error: worst / Math.max(scale, 1e-30), tolerance };
}

/** max |actual - expected|; lengths that differ or values that are not numbers fail. */
export function compareAbsolute(
  name: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): CheckResult {
  let worst = actual.length === expected.length ? 0 : Infinity;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]);
    worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
  }
  return { name, error: worst, tolerance };
}
