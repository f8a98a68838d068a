import { complexArray, type NdArray, toFloat32 } from "../../src/array.ts";

/** Rows `rows[0]..rows[1]` and columns `columns[0]..columns[1]` (ends excluded) of a complex image. */
export function cropWindow(
  image: NdArray,
  rows: readonly number[],
  columns: readonly number[],
): NdArray {
  const width = image.shape[1], values = toFloat32(image);
  const height = rows[1] - rows[0], span = columns[1] - columns[0];
  const out = new Float32Array(2 * height * span);
  for (let y = 0; y < height; y++) {
    const start = 2 * ((rows[0] + y) * width + columns[0]);
    out.set(values.subarray(start, start + 2 * span), 2 * y * span);
  }
  return complexArray([height, span], out);
}
