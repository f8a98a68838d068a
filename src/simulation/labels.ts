/**
 * Truth patches, which supervised training learns from.
 *
 * @module
 */
import type { Probe } from "../scan/probe.ts";
import type { ComplexImage } from "../scan/resize.ts";
import { cutPatch } from "./patches.ts";

/**
 * Cuts the patch of every position out of the object.
 *
 * @param positions (P, 2) pairs (y, x), px: where the light really was.
 * @param kind `object`: the patch itself; `illuminated`: its modulus times that of the probe (of all
 * modes together, largest value 1), its phase as it is.
 * @returns (P, N, N) interleaved (re, im).
 */
export function truthPatches(
  object: ComplexImage,
  positions: Float64Array,
  probe: Probe,
  kind: "object" | "illuminated",
): Float32Array {
  const { N } = probe, size = 2 * N * N, count = positions.length / 2;
  const light = kind === "illuminated" ? modulusOf(probe) : undefined;
  const out = new Float32Array(count * size);
  for (let n = 0; n < count; n++) {
    const patch = cutPatch(object, positions[2 * n], positions[2 * n + 1], N);
    if (light !== undefined) { for (let i = 0; i < size; i++) patch[i] *= light[i >> 1]; }
    out.set(patch, n * size);
  }
  return out;
}

function modulusOf(probe: Probe): Float64Array {
  const pixels = probe.N * probe.N, out = new Float64Array(pixels);
  for (let i = 0; i < probe.modes * pixels; i++) {
    out[i % pixels] += probe.data[2 * i] ** 2 + probe.data[2 * i + 1] ** 2;
  }
  const largest = out.reduce((top, value) => Math.max(top, value), 0);
  return out.map((value) => Math.sqrt(value / largest));
}
