/**
 * What tells one scan from another.
 *
 * @module
 */
import type { ScanDataset } from "./dataset.ts";

/**
 * SHA-256 of the size, the positions and the probe of a scan as it is read: patterns, which may be many
 * gigabytes, are not read for it.
 */
export async function scanMark(
  { N, count, positions, probe }: ScanDataset,
): Promise<string> {
  const bytes = (data: Float64Array | Float32Array): Uint8Array =>
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const parts = [
    bytes(Float64Array.of(N, count, probe.modes)),
    bytes(positions),
    bytes(probe.data as Float32Array),
  ];
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  return Array.from(digest, (v) => v.toString(16).padStart(2, "0")).join("");
}
