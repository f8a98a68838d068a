import type { CanvasGeometry } from "../../src/reassembly/geometry.ts";

/** What {@linkcode stitchReference} pastes. */
export interface ReferencePatches {
  /** Interleaved complex values, (count, frame, frame). */
  readonly values: ArrayLike<number>;
  /** (count, 2) positions as (y, x). */
  readonly positions: ArrayLike<number>;
  /** Side of a patch. */
  readonly frame: number;
  /** Side of the pasted square. */
  readonly trim: number;
  /** (trim, trim) weights. */
  readonly window: ArrayLike<number>;
}

/** Scatters every patch with four bilinear weights, in float64; numerator interleaved complex. */
export function stitchReference(
  patches: ReferencePatches,
  geometry: CanvasGeometry,
): { numerator: Float64Array; coverage: Float64Array } {
  const { values, positions, frame, trim, window } = patches;
  const { height, width } = geometry;
  const numerator = new Float64Array(2 * height * width);
  const coverage = new Float64Array(height * width);
  const start = Math.floor(frame / 2) - Math.floor(trim / 2);
  for (let j = 0; j < positions.length / 2; j++) {
    for (let y = 0; y < trim; y++) {
      for (let x = 0; x < trim; x++) {
        // Pixel frame / 2 of the patch lies on the scan position.
        const atY = positions[2 * j] - geometry.originY + y + start - Math.floor(frame / 2);
        const atX = positions[2 * j + 1] - geometry.originX + x + start - Math.floor(frame / 2);
        const row = Math.floor(atY), column = Math.floor(atX);
        const from = 2 * ((j * frame + y + start) * frame + x + start);
        for (let k = 0; k < 4; k++) {
          const dy = k >> 1, dx = k & 1;
          const fy = atY - row, fx = atX - column;
          const weight = window[y * trim + x] * (dy === 1 ? fy : 1 - fy) * (dx === 1 ? fx : 1 - fx);
          if (weight === 0) continue;
          const to = (row + dy) * width + column + dx;
          numerator[2 * to] += weight * values[from];
          numerator[2 * to + 1] += weight * values[from + 1];
          coverage[to] += weight;
        }
      }
    }
  }
  return { numerator, coverage };
}

/** Merges the patches of one group about its centre, in float64: (trim, trim, 4) of (re, im, covered, 0). */
export function mergeGroupReference(
  values: ArrayLike<number>,
  shifts: ArrayLike<number>,
  channels: number,
  frame: number,
  trim: number,
): Float64Array {
  const out = new Float64Array(4 * trim * trim);
  const start = Math.floor(frame / 2) - Math.floor(trim / 2);
  const low = Math.floor(frame / 4), high = low + Math.floor(frame / 2);
  for (let i = 0; i < trim * trim; i++) {
    let re = 0, im = 0, windows = 0;
    for (let c = 0; c < channels; c++) {
      const y = Math.floor(i / trim) + start - shifts[2 * c],
        x = i % trim + start - shifts[2 * c + 1];
      const sampled = [0, 0, 0];
      for (let row = 0; row < frame; row++) {
        for (let column = 0; column < frame; column++) {
          const weight = Math.max(0, 1 - Math.abs(y - row)) * Math.max(0, 1 - Math.abs(x - column));
          const at = 2 * ((c * frame + row) * frame + column);
          const open = row >= low && row < high && column >= low && column < high;
          sampled[0] += weight * values[at];
          sampled[1] += weight * values[at + 1];
          sampled[2] += weight * (open ? 1 : 0);
        }
      }
      re += sampled[0] * sampled[2];
      im += sampled[1] * sampled[2];
      windows += sampled[2];
    }
    if (windows > 1e-6) out.set([re / (windows + 0.001), im / (windows + 0.001), 1, 0], 4 * i);
  }
  return out;
}
