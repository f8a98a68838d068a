import { complexArray, type NdArray, realArray } from "../../src/array.ts";
import { writeNpz } from "../../src/io/npz.ts";
import type { ScanDataset } from "../../src/scan/dataset.ts";

/** A scan as an NPZ file. */
export async function scanFile(
  scan: ScanDataset,
  options: { readonly compress?: boolean; readonly legacy?: boolean } = {},
): Promise<Uint8Array> {
  const { N, count, positions } = scan;
  const values = await scan.readDiffraction(Array.from({ length: count }, (_, i) => i));
  const axis = (offset: number): NdArray => ({
    shape: [count],
    dtype: "f64",
    data: Float64Array.from({ length: count }, (_, i) => positions[2 * i + offset]),
  });
  const turned = new Float32Array(values.length);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < N * N; i++) turned[i * count + n] = values[n * N * N + i];
  }
  const diffraction = options.legacy
    ? realArray([N, N, count], turned)
    : realArray([count, N, N], values);
  return await writeNpz({
    diffraction,
    xcoords: axis(1),
    ycoords: axis(0),
    probeGuess: complexArray([N, N], scan.probe.data),
  }, { compress: options.compress ?? false });
}
