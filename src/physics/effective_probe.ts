/**
 * The probe as the forward model uses it.
 *
 * @module
 */
import { complexArray, countOf, type NdArray, toFloat32 } from "../array.ts";
import { ShapeError } from "../errors.ts";

/**
 * probe / probe_scale * mask.
 *
 * @param probe (..., N, N) complex.
 * @param probeScale divisor, not 0.
 * @param mask (N, N) real weights; default all ones.
 * @returns same shape, complex64.
 * @throws {ShapeError} if the probe is not complex or the mask has another size.
 */
export function effectiveProbe(probe: NdArray, probeScale = 1, mask?: Float32Array): NdArray {
  const { shape } = probe;
  const pixels = countOf(shape.slice(-2));
  const complex = probe.dtype === "c64" || probe.dtype === "c128";
  if (!complex || shape.length < 2 || (mask !== undefined && mask.length !== pixels)) {
    throw new ShapeError(
      `Cannot illuminate with a probe of type ${probe.dtype} and shape (${
        shape.join(", ")
      }) under ` +
        `a mask of ${mask?.length ?? pixels} px: give complex (..., N, N) and (N, N)`,
    );
  }
  const values = toFloat32(probe);
  const out = new Float32Array(values.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = values[i] / probeScale * (mask === undefined ? 1 : mask[(i >> 1) % pixels]);
  }
  return complexArray(shape, out);
}
