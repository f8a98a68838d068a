/**
 * Between arrays of files and complex images, float64.
 *
 * @module
 */
import { isComplex, type NdArray, toFloat64 } from "../array.ts";
import { ShapeError } from "../errors.ts";
import { type ComplexGrid, emptyComplex } from "./fourier.ts";

/** A (H, W) complex array as an image. @throws {ShapeError} if it is anything else. */
export function complexGrid(array: NdArray): ComplexGrid {
  if (array.shape.length !== 2 || !isComplex(array.dtype)) {
    throw new ShapeError(
      `Cannot use an array of shape (${array.shape.join(", ")}) and type ${array.dtype} as an ` +
        "object: a complex image is needed",
    );
  }
  const [height, width] = array.shape, values = toFloat64(array);
  const out = emptyComplex(height, width);
  for (let i = 0; i < height * width; i++) {
    out.re[i] = values[2 * i];
    out.im[i] = values[2 * i + 1];
  }
  return out;
}

/** An image as a (H, W) c128 array. */
export function complexArrayOf({ height, width, re, im }: ComplexGrid): NdArray {
  const data = new Float64Array(2 * height * width);
  for (let i = 0; i < height * width; i++) {
    data[2 * i] = re[i];
    data[2 * i + 1] = im[i];
  }
  return { shape: [height, width], dtype: "c128", data };
}
