/**
 * Scale factors of the real and the imaginary part of an object, from normal equations.
 *
 * With the object O = Re O + i Im O replaced by s1 Re O + i s2 Im O, a pattern's intensity is
 * s1^2 X1 + s2^2 X2 + s1 s2 X3. The best (s1, s2) in the sense of least squares depends on the
 * data only through the inner products of X1, X2, X3 and the measured intensity.
 *
 * @module
 */

/** Inner products over all pixels of all patterns, float64; `m` is the measured intensity. */
export interface NormalEquations {
  /** X1 . X1 */
  readonly a11: number;
  /** X1 . X2 */
  readonly a12: number;
  /** X1 . X3 */
  readonly a13: number;
  /** X2 . X2 */
  readonly a22: number;
  /** X2 . X3 */
  readonly a23: number;
  /** X3 . X3 */
  readonly a33: number;
  /** X1 . m */
  readonly b1: number;
  /** X2 . m */
  readonly b2: number;
  /** X3 . m */
  readonly b3: number;
  /** m . m */
  readonly mm: number;
}

/** Fitted scale factors. */
export interface ScaleFactors {
  /** Factor of the real part. */
  readonly s1: number;
  /** Factor of the imaginary part. */
  readonly s2: number;
}

/** Sum over all pixels of (m - s1^2 X1 - s2^2 X2 - s1 s2 X3)^2. */
export function residual(n: NormalEquations, { s1, s2 }: ScaleFactors): number {
  const g1 = s1 * s1, g2 = s2 * s2, g3 = s1 * s2;
  const quadratic = n.a11 * g1 * g1 + n.a22 * g2 * g2 + n.a33 * g3 * g3 +
    2 * (n.a12 * g1 * g2 + n.a13 * g1 * g3 + n.a23 * g2 * g3);
  return n.mm - 2 * (n.b1 * g1 + n.b2 * g2 + n.b3 * g3) + quadratic;
}

/**
 * Global minimum of {@linkcode residual}.
 *
 * Along a ray s2 = t s1 the best length is known, which leaves -l(t)^2 / q(t) to be minimised, with l
 * of degree 2 and q of degree 4. Its stationary points are the roots of a polynomial of degree 4; the rays
 * |t| <= 1 and |1/t| <= 1 are searched separately, so no root is ever far out. Of the two
 * equivalent signs the one with s1 + s2 >= 0 is returned.
 *
 * @throws {RangeError} if the sums are not finite, or no factors fit better than zero.
 */
export function solveScaleFactors(n: NormalEquations): ScaleFactors {
  const swapped: NormalEquations = {
    ...n,
    a11: n.a22,
    a22: n.a11,
    a13: n.a23,
    a23: n.a13,
    b1: n.b2,
    b2: n.b1,
  };
  const inner = searchChart(n), outer = searchChart(swapped);
  // Without a real or an imaginary part all rays are equally good: take no part that is not there.
  const tied = Math.abs(inner.gain - outer.gain) <= 1e-12 * inner.gain;
  const takeInner = tied ? Math.abs(inner.t) <= Math.abs(outer.t) : inner.gain > outer.gain;
  let best = takeInner ? [inner.u, inner.u * inner.t] : [outer.u * outer.t, outer.u];
  if (!(Math.max(inner.gain, outer.gain) > 0)) {
    throw new RangeError(
      "Cannot fit scale factors as no multiple of the predicted intensity resembles the measured " +
        "one: check that the patterns are not empty and belong to the patches",
    );
  }
  if (best[0] + best[1] < 0) best = [-best[0], -best[1]];
  return { s1: best[0], s2: best[1] };
}

/**
 * Approximate factors from the unconstrained linear fit m = g1 X1 + g2 X2 + g3 X3, of which the
 * matrix [[g1, g3], [g3, g2]] is replaced by the nearest one of rank 1, (s1, s2)^T (s1, s2).
 * Kept for comparison; it is not the least-squares optimum.
 *
 * @throws {RangeError} if the linear equations are singular.
 */
export function solveByRankOne(n: NormalEquations): ScaleFactors {
  const c11 = n.a22 * n.a33 - n.a23 * n.a23, c12 = n.a13 * n.a23 - n.a12 * n.a33;
  const c13 = n.a12 * n.a23 - n.a13 * n.a22, c22 = n.a11 * n.a33 - n.a13 * n.a13;
  const c23 = n.a12 * n.a13 - n.a11 * n.a23, c33 = n.a11 * n.a22 - n.a12 * n.a12;
  const determinant = n.a11 * c11 + n.a12 * c12 + n.a13 * c13;
  if (!(Math.abs(determinant) > 1e-14 * Math.abs(n.a11 * n.a22 * n.a33))) {
    throw new RangeError(
      "Cannot fit scale factors linearly as the basis intensities are dependent: " +
        "use the least-squares fit",
    );
  }
  const g1 = (c11 * n.b1 + c12 * n.b2 + c13 * n.b3) / determinant;
  const g2 = (c12 * n.b1 + c22 * n.b2 + c23 * n.b3) / determinant;
  const g3 = (c13 * n.b1 + c23 * n.b2 + c33 * n.b3) / determinant;
  const angle = Math.atan2(2 * g3, g1 - g2) / 2;
  const eigenvalue = (g1 + g2) / 2 + Math.hypot((g1 - g2) / 2, g3);
  const length = Math.sqrt(Math.max(0, eigenvalue));
  const s1 = length * Math.cos(angle), s2 = length * Math.sin(angle);
  const sign = s1 + s2 < 0 ? -1 : 1;
  return { s1: sign * s1, s2: sign * s2 };
}

/** Best ray (u, u t) with |t| <= 1; gain is how much it lowers the residual. */
function searchChart(n: NormalEquations): { u: number; t: number; gain: number } {
  const l = [n.b1, n.b3, n.b2];
  const q = [n.a11, 2 * n.a13, n.a33 + 2 * n.a12, 2 * n.a23, n.a22];
  if ([...l, ...q].some((value) => !Number.isFinite(value))) {
    throw new RangeError(
      "Cannot fit scale factors as the sums of intensities are not finite: " +
        "check the patterns and patches for values that are not numbers",
    );
  }
  const dl = derivative(l), dq = derivative(q);
  // 2 l' q - l q': the terms of degree 5 cancel.
  const condition = new Array<number>(5).fill(0);
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 5; j++) if (i + j < 5) condition[i + j] += 2 * dl[i] * q[j];
  }
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 4; j++) if (i + j < 5) condition[i + j] -= l[i] * dq[j];
  }
  const scale = q.reduce((sum, value) => sum + Math.abs(value), 0);
  let best = { u: 0, t: 0, gain: 0 };
  for (const t of [0, -1, 1, ...rootsOnUnitInterval(condition)]) {
    const along = evaluate(l, t), square = evaluate(q, t);
    // q is a sum of squares; what rounding leaves of a vanishing one must not be divided by.
    if (!(along > 0 && square > 1e-14 * scale)) continue;
    const gain = along * along / square;
    if (gain > best.gain * (1 + 1e-12)) best = { u: Math.sqrt(along / square), t, gain };
  }
  return best;
}

/**
 * Real roots in [-1, 1] of a polynomial (coefficients from the constant term up), and the
 * stationary points between them, so that a double root that rounding lifts off zero is not missed.
 */
export function rootsOnUnitInterval(coefficients: readonly number[]): number[] {
  if (coefficients.length < 2) return [];
  const turning = rootsOnUnitInterval(derivative(coefficients)).sort((a, b) => a - b);
  const edges = [-1, ...turning, 1], roots = [...turning];
  for (let i = 0; i + 1 < edges.length; i++) {
    let low = edges[i], high = edges[i + 1];
    const atLow = evaluate(coefficients, low), atHigh = evaluate(coefficients, high);
    if (!(atLow * atHigh < 0)) continue;
    while (true) {
      const middle = (low + high) / 2;
      if (middle <= low || middle >= high) break;
      if (evaluate(coefficients, middle) * atLow > 0) low = middle;
      else high = middle;
    }
    roots.push(low);
  }
  return roots;
}

function derivative(coefficients: readonly number[]): number[] {
  return coefficients.slice(1).map((value, i) => (i + 1) * value);
}

function evaluate(coefficients: readonly number[], t: number): number {
  return coefficients.reduceRight((sum, value) => sum * t + value, 0);
}
