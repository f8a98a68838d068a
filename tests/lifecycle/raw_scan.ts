/** A tiny simulated product in the form another program holds it. */
import { complexArray, type NdArray, realArray } from "../../src/array.ts";
import type { RawData } from "../../src/lifecycle/raw_data.ts";
import { cutPatch } from "../../src/simulation/patches.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";

const H = 140, W = 150;

/** The tiny scan with an object, and with labels cut out of it. */
export async function rawScan(count = 12, labelled = false): Promise<RawData> {
  const scan = tinyScan(count), { N, positions, probe } = scan;
  const all = Array.from({ length: count }, (_, i) => i);
  const axis = (offset: number): NdArray => ({
    shape: [count],
    dtype: "f64",
    data: Float64Array.from(all, (i) => positions[2 * i + offset]),
  });
  const data = new Float32Array(2 * H * W);
  for (let y = 0; y < H; y++) {
    for (let x = 0; x < W; x++) {
      const angle = 0.4 * Math.sin(0.1 * x), modulus = 0.6 + 0.2 * Math.cos(0.1 * y);
      data[2 * (y * W + x)] = modulus * Math.cos(angle);
      data[2 * (y * W + x) + 1] = modulus * Math.sin(angle);
    }
  }
  const label = new Float32Array(2 * count * N * N);
  const image = { height: H, width: W, data };
  for (const i of all) {
    label.set(cutPatch(image, positions[2 * i], positions[2 * i + 1], N), 2 * i * N * N);
  }
  return {
    name: "product",
    xcoords: axis(1),
    ycoords: axis(0),
    diffraction: realArray([count, N, N], await scan.readDiffraction(all)),
    probeGuess: complexArray([N, N], probe.data),
    objectGuess: complexArray([1, H, W], data),
    ...(labelled ? { label: complexArray([count, N, N], label) } : {}),
  };
}
