/**
 * The mask of a detector: which pixels measured something.
 *
 * @module
 */
import { isComplex, toFloat32 } from "../array.ts";
import { DatasetError } from "../errors.ts";
import type { NpzLike } from "./dataset.ts";
import type { Resize } from "./resize.ts";

/**
 * Reads `mask`, (N, N), where 0 marks pixels to ignore; undefined if there is none or it ignores none.
 *
 * A binned pixel is ignored if one of its parts is.
 *
 * @returns (to, to), 1 for valid pixels and 0 for others.
 * @throws {DatasetError} if its shape is not that of a pattern, or it ignores everything.
 */
export async function readMask(npz: NpzLike, plan: Resize): Promise<Uint8Array | undefined> {
  if (!npz.keys.includes("mask")) return undefined;
  const array = await npz.read("mask"), { from } = plan;
  const shape = array.shape.filter((n) => n !== 1);
  if (shape.length !== 2 || shape[0] !== from || shape[1] !== from || array.dtype === "str") {
    throw new DatasetError(
      `Cannot use mask as its shape is (${
        array.shape.join(", ")
      }): store ${from} x ${from}, 0 for ` +
        "pixels to ignore, or remove it",
    );
  }
  const values = toFloat32(array), step = isComplex(array.dtype) ? 2 : 1;
  const whole = Uint8Array.from({ length: from * from }, (_, i) => values[step * i] === 0 ? 0 : 1);
  const mask = resizeMask(whole, plan);
  if (mask.every((v) => v === 1)) return undefined;
  if (mask.every((v) => v === 0)) {
    throw new DatasetError("Cannot use mask as it ignores every pixel: 1 marks valid pixels");
  }
  return mask;
}

/** Crops and bins a mask like the patterns. */
function resizeMask(mask: Uint8Array, { from, crop, bin, to }: Resize): Uint8Array {
  const start = Math.floor(from / 2) - Math.floor(crop / 2);
  return Uint8Array.from({ length: to * to }, (_, i) => {
    const top = start + Math.floor(i / to) * bin, left = start + (i % to) * bin;
    for (let y = top; y < top + bin; y++) {
      for (let x = left; x < left + bin; x++) if (mask[y * from + x] === 0) return 0;
    }
    return 1;
  });
}

/** Sets pixels that the mask ignores to 0, in place. */
export function darken(patterns: Float32Array, mask: Uint8Array): Float32Array {
  const pixels = mask.length;
  for (let p = 0; p < pixels; p++) {
    if (mask[p] !== 0) continue;
    for (let i = p; i < patterns.length; i += pixels) patterns[i] = 0;
  }
  return patterns;
}
