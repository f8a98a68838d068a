/**
 * Every second pattern of a scan: two halves that share no photon.
 *
 * @module
 */
import { DatasetError } from "../errors.ts";
import type { ScanDataset } from "./dataset.ts";

/** Which patterns of a file are read: all, or those of even or odd number, counted from 0. */
export type ScanSubset = "all" | "even" | "odd";

/** A scan, or a half of it. @throws {DatasetError} if nothing is left. */
export function takeSubset(scan: ScanDataset, subset: ScanSubset = "all"): ScanDataset {
  return subset === "all" ? scan : everySecond(scan, subset);
}

/**
 * The patterns of even or odd number as a scan of their own; object, probe and photons stay.
 *
 * @throws {DatasetError} if none is left.
 */
export function everySecond(scan: ScanDataset, subset: "even" | "odd"): ScanDataset {
  const first = subset === "even" ? 0 : 1;
  const count = Math.floor((scan.count - first + 1) / 2);
  if (count < 1) {
    throw new DatasetError(
      `Cannot use the ${subset} patterns of ${scan.name} as it holds only ${scan.count}: use all`,
    );
  }
  const original = (index: number): number => 2 * index + first;
  const { scanIndex, readDiffraction, readLabels } = scan, { scaled } = readDiffraction;
  const map = (indices: ArrayLike<number>): number[] =>
    Array.from(indices, (n) => {
      if (Number.isInteger(n) && n >= 0 && n < count) return original(n);
      throw new DatasetError(`Cannot read pattern ${n} as there are ${count}: use numbers from 0`);
    });
  const read = async (indices: ArrayLike<number>): Promise<Float32Array> =>
    await readDiffraction(map(indices));
  return {
    ...scan,
    name: `${scan.name} (${subset})`,
    count,
    positions: Float64Array.from(
      { length: 2 * count },
      (_, i) => scan.positions[2 * original(i >> 1) + i % 2],
    ),
    ...(scanIndex === undefined
      ? {}
      : { scanIndex: Int32Array.from({ length: count }, (_, i) => scanIndex[original(i)]) }),
    readDiffraction: scaled === undefined ? read : Object.assign(read, {
      scaled: async (indices: ArrayLike<number>, factor: number) =>
        await scaled(map(indices), factor),
    }),
    ...(readLabels === undefined ? {} : {
      readLabels: async (indices: ArrayLike<number>) => await readLabels(map(indices)),
    }),
  };
}
