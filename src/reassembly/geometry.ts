/**
 * Where the reassembled object lies: canvas size and its place on the object grid.
 *
 * The mean of the scan positions is the fixed point of a canvas: comparisons with a known object
 * must cut the object around it, not around the object's own centre.
 *
 * @module
 */

/** Size of a canvas and its place on the object grid. */
export interface CanvasGeometry {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** Mean row coordinate of the scan, in object pixels. */
  readonly centreY: number;
  /** Mean column coordinate of the scan, in object pixels. */
  readonly centreX: number;
  /** Object-grid row coordinate of canvas row 0; fractional in general. */
  readonly originY: number;
  /** Object-grid column coordinate of canvas column 0; fractional in general. */
  readonly originX: number;
}

/**
 * Canvas of a scan: 2 trim + 2 ceil(largest offset from the mean) pixels along each axis, with
 * the mean scan position at pixel (height / 2, width / 2).
 *
 * @param positions (count, 2) scan positions as (y, x), object pixels, one for each patch.
 * @param trim side of the central square that is taken of each patch, pixels.
 * @throws {RangeError} if there is no position or one is not finite.
 */
export function canvasGeometry(positions: ArrayLike<number>, trim: number): CanvasGeometry {
  const { centreY, centreX, reachY, reachX } = extent(positions);
  const height = 2 * trim + 2 * Math.ceil(reachY), width = 2 * trim + 2 * Math.ceil(reachX);
  return {
    height,
    width,
    centreY,
    centreX,
    originY: centreY - height / 2,
    originX: centreX - width / 2,
  };
}

/**
 * Square canvas of the plain shift-and-sum stitching: trim + 2 margin pixels, where margin
 * is the largest offset of any position along any axis, rounded up.
 *
 * @param positions (count, 2) scan positions as (y, x), object pixels, one for each pattern.
 * @param trim side of the central square that is taken of each patch, pixels.
 * @throws {RangeError} if there is no position or one is not finite.
 */
export function shiftSumGeometry(positions: ArrayLike<number>, trim: number): CanvasGeometry {
  const { centreY, centreX, reachY, reachX } = extent(positions);
  const margin = Math.ceil(Math.max(reachY, reachX));
  const size = trim + 2 * margin, anchor = margin + Math.floor(trim / 2);
  return {
    height: size,
    width: size,
    centreY,
    centreX,
    originY: centreY - anchor,
    originX: centreX - anchor,
  };
}

function extent(
  positions: ArrayLike<number>,
): { centreY: number; centreX: number; reachY: number; reachX: number } {
  const count = positions.length / 2;
  if (count < 1 || !Number.isInteger(count)) {
    throw new RangeError(
      `Cannot lay out a canvas as ${positions.length} coordinates were given: ` +
        "give one (y, x) pair for each patch",
    );
  }
  let centreY = 0, centreX = 0;
  for (let i = 0; i < count; i++) {
    centreY += positions[2 * i] / count;
    centreX += positions[2 * i + 1] / count;
  }
  if (!Number.isFinite(centreY) || !Number.isFinite(centreX)) {
    throw new RangeError(
      "Cannot lay out a canvas as a scan position is not finite: remove it from the scan",
    );
  }
  let reachY = 0, reachX = 0;
  for (let i = 0; i < count; i++) {
    reachY = Math.max(reachY, Math.abs(positions[2 * i] - centreY));
    reachX = Math.max(reachX, Math.abs(positions[2 * i + 1] - centreX));
  }
  return { centreY, centreX, reachY, reachX };
}
