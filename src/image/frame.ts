/**
 * Bringing a known object and a reconstruction into one frame.
 *
 * @module
 */
import { complexArray, type NdArray, toFloat32 } from "../array.ts";
import { ShapeError } from "../errors.ts";

/** Where a canvas lies on the object grid. */
export interface CanvasPlace {
  /** Object row of canvas row 0. */
  readonly originY: number;
  /** Object column of canvas column 0. */
  readonly originX: number;
}

/** Two images of one size, pixel on pixel. */
export interface Framed {
  /** (h, w) complex truth. */
  readonly target: NdArray;
  /** (h, w) complex reconstruction. */
  readonly prediction: NdArray;
}

/**
 * Cuts the scanned area out of a reconstruction, and the same pixels (bilinear) out of the truth.
 *
 * @param object (H, W) complex reconstruction.
 * @param truth (H', W') complex object on the object grid.
 * @param positions (P, 2) scan positions (y, x): their bounding box is compared.
 * @throws {ShapeError} if the scanned area is smaller than 11 x 11 pixels.
 */
export function frameScan(
  object: NdArray,
  place: CanvasPlace,
  truth: NdArray,
  positions: ArrayLike<number>,
): Framed {
  const low = [Infinity, Infinity], high = [-Infinity, -Infinity];
  for (let i = 0; i < positions.length; i++) {
    low[i % 2] = Math.min(low[i % 2], positions[i]);
    high[i % 2] = Math.max(high[i % 2], positions[i]);
  }
  const top = Math.max(0, Math.ceil(low[0] - place.originY));
  const left = Math.max(0, Math.ceil(low[1] - place.originX));
  const height = Math.min(object.shape[0], Math.floor(high[0] - place.originY) + 1) - top;
  const width = Math.min(object.shape[1], Math.floor(high[1] - place.originX) + 1) - left;
  if (!(height >= 11 && width >= 11)) {
    throw new ShapeError(
      `Cannot compare the scanned area as it is only ${height} x ${width} pixels: 11 x 11 is needed`,
    );
  }
  const from = toFloat32(object), target = new Float32Array(2 * height * width);
  const prediction = new Float32Array(2 * height * width);
  const known = toFloat32(truth);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = 2 * (y * width + x), at = 2 * ((top + y) * object.shape[1] + left + x);
      prediction.set(from.subarray(at, at + 2), to);
      sample(known, truth.shape, place.originY + top + y, place.originX + left + x, target, to);
    }
  }
  return {
    target: complexArray([height, width], target),
    prediction: complexArray([height, width], prediction),
  };
}

function sample(
  image: Float32Array,
  [height, width]: readonly number[],
  y: number,
  x: number,
  out: Float32Array,
  to: number,
): void {
  const y0 = Math.floor(y), x0 = Math.floor(x), fy = y - y0, fx = x - x0;
  for (const [dy, wy] of [[0, 1 - fy], [1, fy]]) {
    for (const [dx, wx] of [[0, 1 - fx], [1, fx]]) {
      if (y0 + dy < 0 || y0 + dy >= height || x0 + dx < 0 || x0 + dx >= width) continue;
      const at = 2 * ((y0 + dy) * width + x0 + dx), weight = wy * wx;
      out[to] += weight * image[at];
      out[to + 1] += weight * image[at + 1];
    }
  }
}
