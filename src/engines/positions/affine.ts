/**
 * Affine maps between nominal and corrected positions: what a scanner that is scaled, turned or
 * sheared as a whole makes of a scan.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";

/** position = matrix * (nominal - centre) + offset, everything (y, x) in px. */
export interface AffineMap {
  /** Row-major 2 x 2. */
  readonly matrix: readonly [number, number, number, number];
  /** Mean of the nominal positions. */
  readonly centre: readonly [number, number];
  /** Where the centre goes. */
  readonly offset: readonly [number, number];
}

/** An affine map in terms of a scanner. */
export interface AffineParts {
  /** Mean magnification, square root of |det|. */
  readonly scale: number;
  /** Magnification along x over that along y. */
  readonly asymmetry: number;
  /** Turn, rad. */
  readonly rotation: number;
  /** Shear of y into x. */
  readonly shear: number;
}

/**
 * Least-squares affine map from nominal to corrected positions; fits twice, the second time without
 * positions further off than 3 times the median distance.
 *
 * @param nominal (P, 2) (y, x), px.
 * @param corrected (P, 2) (y, x), px.
 * @throws {ShapeError} if there are fewer than 3 positions or all lie on a line.
 */
export function fitAffine(nominal: Float64Array, corrected: Float64Array): AffineMap {
  const count = nominal.length / 2;
  const first = solve(nominal, corrected, new Uint8Array(count).fill(1));
  const fitted = applyAffine(first, nominal);
  const distances = Float64Array.from(
    { length: count },
    (_, j) =>
      Math.hypot(fitted[2 * j] - corrected[2 * j], fitted[2 * j + 1] - corrected[2 * j + 1]),
  );
  const limit = 3 * distances.toSorted()[count >> 1] + 1e-12;
  const keep = Uint8Array.from(distances, (d) => d <= limit ? 1 : 0);
  try {
    return solve(nominal, corrected, keep);
  } catch (error) {
    if (error instanceof ShapeError) return first;
    throw error;
  }
}

/** Positions (P, 2) of nominal ones under a map. */
export function applyAffine(map: AffineMap, nominal: Float64Array): Float64Array {
  const { matrix: [a, b, c, d], centre, offset } = map;
  const out = new Float64Array(nominal.length);
  for (let i = 0; i < nominal.length; i += 2) {
    const y = nominal[i] - centre[0], x = nominal[i + 1] - centre[1];
    out[i] = a * y + b * x + offset[0];
    out[i + 1] = c * y + d * x + offset[1];
  }
  return out;
}

/** Scale, asymmetry, rotation and shear of a map. */
export function affineParts({ matrix: [a, b, c, d] }: AffineMap): AffineParts {
  const rotation = Math.atan2(c, a);
  const [cos, sin] = [Math.cos(rotation), Math.sin(rotation)];
  const alongY = Math.hypot(a, c), alongX = -sin * b + cos * d;
  return {
    scale: Math.sqrt(Math.abs(a * d - b * c)),
    asymmetry: alongX / alongY,
    rotation,
    shear: (cos * b + sin * d) / alongX,
  };
}

function solve(nominal: Float64Array, corrected: Float64Array, keep: Uint8Array): AffineMap {
  let count = 0;
  const centre: [number, number] = [0, 0], offset: [number, number] = [0, 0];
  keep.forEach((kept, j) => {
    if (kept === 0) return;
    count++;
    for (const axis of [0, 1]) {
      centre[axis] += nominal[2 * j + axis];
      offset[axis] += corrected[2 * j + axis];
    }
  });
  for (const axis of [0, 1]) {
    centre[axis] /= count;
    offset[axis] /= count;
  }
  let yy = 0, yx = 0, xx = 0, spread = 0;
  const right = [0, 0, 0, 0];
  keep.forEach((kept, j) => {
    if (kept === 0) return;
    const y = nominal[2 * j] - centre[0], x = nominal[2 * j + 1] - centre[1];
    yy += y * y;
    yx += y * x;
    xx += x * x;
    spread += y * y + x * x;
    for (const axis of [0, 1]) {
      const target = corrected[2 * j + axis] - offset[axis];
      right[2 * axis] += target * y;
      right[2 * axis + 1] += target * x;
    }
  });
  const determinant = yy * xx - yx * yx;
  if (!(count >= 3 && determinant > 1e-12 * spread * spread)) {
    throw new ShapeError(
      `Cannot fit an affine map to ${count} positions on a line: turn --position-affine off`,
    );
  }
  const row = (k: number): [number, number] => [
    (right[k] * xx - right[k + 1] * yx) / determinant,
    (right[k + 1] * yy - right[k] * yx) / determinant,
  ];
  return { matrix: [...row(0), ...row(2)], centre, offset };
}
