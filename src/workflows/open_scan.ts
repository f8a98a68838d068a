/**
 * Opens a scan file.
 *
 * @module
 */
import { openNpz, readMetadata } from "../io/npz.ts";
import type { ByteSource } from "../io/source.ts";
import { readScan, type ReadScanOptions, type ScanDataset } from "../scan/dataset.ts";
import { takeSubset } from "../scan/subset.ts";

/**
 * Opens an NPZ scan with its metadata; the source must stay open while patterns are read.
 *
 * @param source Bytes of the file.
 * @param options As for `readScan`; the name defaults to that of the source.
 * @throws {FileFormatError} if the file is not a readable NPZ file.
 * @throws {DatasetError} if it is not a valid scan.
 */
export async function openScan(
  source: ByteSource,
  options: Omit<ReadScanOptions, "metadata"> = {},
): Promise<ScanDataset> {
  const npz = await openNpz(source);
  const { value, warning } = await readMetadata(npz);
  if (warning !== undefined) options.warn?.(warning);
  const whole = await readScan(npz, { name: source.name, ...options, metadata: value });
  return takeSubset(whole, options.subset);
}
