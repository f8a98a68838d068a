/**
 * Images and probes of the user, for simulations.
 *
 * @module
 */
import { isComplex, type NdArray, toFloat64 } from "../array.ts";
import { DatasetError } from "../errors.ts";
import { type NpzFile, openNpz } from "../io/npz.ts";
import { decodePng } from "../io/png_decode.ts";
import { bytesSource } from "../io/source.ts";
import { checkProbe } from "../scan/checks.ts";
import { probeFromArray } from "../scan/layout.ts";
import type { Probe } from "../scan/probe.ts";
import type { SourceImage } from "../simulation/image_object.ts";

/** Arrays in which an image is looked for when no key is given. */
const IMAGE_KEYS: readonly string[] = ["objectGuess", "object", "image"];

/**
 * Reads the image of a simulated object from a PNG or NPZ file.
 *
 * @param name Name of the file: its extension decides.
 * @param key Array of an NPZ file; null takes `objectGuess`, `object`, `image` or the only one.
 * @throws {DatasetError} if there is no such array, or it is no image of at least 17 px.
 */
export async function readSourceImage(
  name: string,
  bytes: Uint8Array,
  key: string | null,
): Promise<SourceImage> {
  if (/\.png$/i.test(name)) {
    if (key !== null) {
      throw new DatasetError(
        `Cannot look for ${key} in ${name} as it is a picture: leave the key out`,
      );
    }
    return checkImage(name, decodePng(name, bytes));
  }
  const npz = await openArchive(name, bytes);
  const found = key ?? IMAGE_KEYS.find((k) => npz.keys.includes(k)) ??
    (npz.keys.length === 1 ? npz.keys[0] : undefined);
  const array = await pick(npz, name, found, "--object-key");
  let shape = [...array.shape];
  while (shape.length > 2 && shape[0] === 1) shape = shape.slice(1);
  if (shape.length !== 2 || array.dtype === "str") {
    throw new DatasetError(
      `Cannot use ${found} of ${name} as its shape is (${array.shape.join(", ")}): ` +
        "give an image of numbers, (height, width)",
    );
  }
  const data = isComplex(array.dtype)
    ? Float64Array.from(array.data as ArrayLike<number>)
    : toFloat64(array);
  return checkImage(name, { height: shape[0], width: shape[1], data });
}

/**
 * Reads a probe, (N, N) or (K, N, N), from an NPZ file.
 *
 * @param key Array; null takes `probeGuess`, `probe` or the only one.
 * @throws {DatasetError} if there is no such array or it is no probe.
 */
export async function readSourceProbe(
  name: string,
  bytes: Uint8Array,
  key: string | null,
): Promise<Probe> {
  const npz = await openArchive(name, bytes);
  const found = key ?? ["probeGuess", "probe"].find((k) => npz.keys.includes(k)) ??
    (npz.keys.length === 1 ? npz.keys[0] : undefined);
  const array = await pick(npz, name, found, "--probe-key");
  const probe = probeFromArray(found!, array);
  checkProbe(found!, probe);
  return probe;
}

function openArchive(name: string, bytes: Uint8Array): Promise<NpzFile> {
  if (!/\.npz$/i.test(name)) {
    throw new DatasetError(`Cannot read ${name} as its extension is unknown: use .npz or .png`);
  }
  return openNpz(bytesSource(name, bytes));
}

async function pick(
  npz: NpzFile,
  name: string,
  key: string | undefined,
  flag: string,
): Promise<NdArray> {
  if (key === undefined || !npz.keys.includes(key)) {
    const what = key === undefined ? "which array to use is not clear" : `${key} is missing`;
    throw new DatasetError(
      `Cannot read ${name} as ${what}: add ${flag} with one of ${npz.keys.join(", ")}`,
    );
  }
  return await npz.read(key);
}

function checkImage(name: string, image: SourceImage): SourceImage {
  if (Math.min(image.height, image.width) < 17) {
    throw new DatasetError(
      `Cannot use ${name} as it is ${image.height} x ${image.width}: give at least 17 x 17 pixels`,
    );
  }
  for (const value of image.data) {
    if (!Number.isFinite(value)) {
      throw new DatasetError(`Cannot use ${name} as it holds ${value}: repair the image`);
    }
  }
  return image;
}
