/**
 * Real images on the CPU, float64.
 *
 * @module
 */
import { type NdArray, toFloat64 } from "../array.ts";
import { ShapeError } from "../errors.ts";

/** A real image, row by row. */
export interface Grid {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** (height, width). */
  readonly data: Float64Array;
}

/** An image of zeros. */
export function emptyGrid(height: number, width: number): Grid {
  return { height, width, data: new Float64Array(height * width) };
}

/** Modulus and angle (rad) of a complex image. @throws {ShapeError} unless it is (H, W) complex. */
export function polarGrids(image: NdArray): { amplitude: Grid; phase: Grid } {
  const [height, width] = image.shape;
  if (image.shape.length !== 2 || !image.dtype.startsWith("c")) {
    throw new ShapeError(
      `Cannot judge an array of shape (${image.shape.join(", ")}) and type ${image.dtype}: ` +
        "a complex image is needed",
    );
  }
  const values = toFloat64(image), amplitude = emptyGrid(height, width);
  const phase = emptyGrid(height, width);
  for (let i = 0; i < height * width; i++) {
    amplitude.data[i] = Math.hypot(values[2 * i], values[2 * i + 1]);
    phase.data[i] = Math.atan2(values[2 * i + 1], values[2 * i]);
  }
  return { amplitude, phase };
}

/** A part of an image: rows `top .. top + height`, columns `left .. left + width`. */
export function cropGrid(
  grid: Grid,
  top: number,
  left: number,
  height: number,
  width: number,
): Grid {
  const out = emptyGrid(height, width);
  for (let y = 0; y < height; y++) {
    const start = (top + y) * grid.width + left;
    out.data.set(grid.data.subarray(start, start + width), y * width);
  }
  return out;
}

/** Applies a function to every pixel. */
export function mapGrid(grid: Grid, f: (value: number) => number): Grid {
  return { ...grid, data: grid.data.map(f) };
}

/** Mean of all pixels. */
export function meanOf(grid: Grid): number {
  let sum = 0;
  for (const value of grid.data) sum += value;
  return sum / grid.data.length;
}

/** Smallest and largest pixel. */
export function rangeOf(grid: Grid): { low: number; high: number } {
  let low = Infinity, high = -Infinity;
  for (const value of grid.data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high };
}
