/**
 * Device memory of a reconstruction with several slices.
 *
 * @module
 */
import type { Tensor } from "../gpu/tensor.ts";
import { spectrumOrder } from "./spectrum.ts";
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
  readonly order: Tensor;
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
  const order = new Uint32Array(size);
  spectrumOrder(size).forEach((frequency, place) => order[frequency] = place);
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
    order: gpu.tensor("order", [size], order),
    found: gpu.tensor("error partials", [partials]),
    error: gpu.tensor("error", [1]),
    totals: gpu.tensor("step sums", [length, 8]),
    steps: gpu.tensor("steps", [2], Float32Array.of(1, 1)),
    moments: withMoments ? [...images, state.probe].map(pair) : [],
  };
}
