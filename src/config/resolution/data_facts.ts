/**
 * What a data file says about the configuration, from its headers and metadata alone.
 *
 * @module
 */
import { DatasetError } from "../../errors.ts";
import { openNpz, readMetadata } from "../../io/npz.ts";
import type { ByteSource } from "../../io/source.ts";
import { planResize } from "../../scan/resize.ts";
import type { DataReading } from "../types.ts";

/** Facts of a data file that configure a run. */
export interface DataFacts {
  /** Side of the patterns after cropping and binning, px. */
  readonly N: number;
  /** Photons of the mean pattern, if the metadata say. */
  readonly nphotons?: number;
}

/**
 * Side of the probe, from the header of `probeGuess`; the array is not decompressed.
 *
 * A stack of K modes is (K, N, N): the last axis is the side, the first is the number of modes.
 *
 * @returns N, px.
 * @throws {FileFormatError} if the file is no readable NPZ or has no `probeGuess`.
 * @throws {DatasetError} if the array has fewer than two axes or is not square.
 */
export async function inferProbeSize(source: ByteSource): Promise<number> {
  const npz = await openNpz(source);
  if (!npz.keys.includes("probeGuess")) {
    throw new DatasetError(
      `Cannot infer N as ${source.name} has no probeGuess: it holds ${npz.keys.join(", ")}`,
    );
  }
  const { shape } = await npz.header("probeGuess");
  const sides = shape.length === 3 && shape[2] === 1 ? shape.slice(0, 2) : shape.slice(-2);
  if (sides.length < 2 || sides[0] !== sides[1]) {
    throw new DatasetError(
      `Cannot infer N as probeGuess of ${source.name} has shape (${shape.join(", ")}): ` +
        "store a square probe (N, N) or modes (K, N, N)",
    );
  }
  return sides[1];
}

/** Reads N and photons. @throws as {@linkcode inferProbeSize}. */
export async function readDataFacts(
  source: ByteSource,
  reading: Pick<DataReading, "crop_to" | "bin">,
): Promise<DataFacts> {
  const from = await inferProbeSize(source);
  const { to } = planResize(from, reading.crop_to ?? undefined, reading.bin);
  const { value } = await readMetadata(await openNpz(source));
  const physics = value?.physics_parameters as Record<string, unknown> | undefined;
  const nphotons = physics?.nphotons;
  const known = typeof nphotons === "number" && Number.isFinite(nphotons) && nphotons > 0;
  return { N: to, ...(known ? { nphotons } : {}) };
}
