/**
 * Device memory of a reconstruction with several slices.
 *
 * @module
 */
import type { Tensor } from "../gpu/tensor.ts";
import type { EngineState } from "./state.ts";

/** Device memory of a sliced reconstruction. */
export interface SliceWork {
  /** (rows, columns, 2) a slice. */
  readonly slices: readonly Tensor[];
  readonly tops: readonly Tensor[];
  readonly weight: Tensor;
  readonly extents: Tensor;
  readonly probeTop: Tensor;
  readonly power: Tensor;
  readonly found: Tensor;
  readonly error: Tensor;
  readonly totals: Tensor;
  readonly steps: Tensor;
  /** First and second moments of the slices and of the probe, `adam` only. */
  readonly moments: readonly (readonly [Tensor, Tensor])[];
}

/**
 * Allocates it.
 *
 * @param slices S.
 * @param length Visits of a batch.
 * @param partials Partial sums of the error.
 * @param withMoments True for Adam.
 */
export function sliceWork(
  state: EngineState,
  slices: number,
  length: number,
  partials: number,
  withMoments: boolean,
): SliceWork {
  const { gpu, shape: { size, modes, rows, columns } } = state;
  const image = (label: string): Tensor => gpu.tensor(label, [rows, columns, 2]);
  const all = Array.from({ length: slices }, (_, s) => s);
  const pair = (of: Tensor): readonly [Tensor, Tensor] => [
    gpu.tensor("first moment", of.shape),
    gpu.tensor("second moment", of.shape),
  ];
  const images = all.map((s) => image(`slice ${s}`));
  return {
    slices: images,
    tops: all.map((s) => image(`change of slice ${s}`)),
    weight: gpu.tensor("illumination", [rows, columns]),
    extents: gpu.tensor("extents", [2]),
    probeTop: gpu.tensor("change of the probe", [modes, size, size, 2]),
    power: gpu.tensor("object power", [size, size]),
    found: gpu.tensor("error partials", [partials]),
    error: gpu.tensor("error", [1]),
    totals: gpu.tensor("step sums", [length, 8]),
    steps: gpu.tensor("steps", [2], Float32Array.of(1, 1)),
    moments: withMoments ? [...images, state.probe].map(pair) : [],
  };
}

/** The n-th root of complex values with the smallest angle. */
export function complexRoot(values: Float32Array, n: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i += 2) {
    const modulus = Math.hypot(values[i], values[i + 1]) ** (1 / n);
    const angle = Math.atan2(values[i + 1], values[i]) / n;
    out[i] = modulus * Math.cos(angle);
    out[i + 1] = modulus * Math.sin(angle);
  }
  return out;
}
