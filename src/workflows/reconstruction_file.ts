/**
 * Reconstructions in NPZ files: those this program writes, scans with an object, and any archive
 * with a complex object or with amplitude and phase.
 *
 * @module
 */
import {
  complexArray,
  isComplex,
  type NdArray,
  realArray,
  toFloat32,
  toFloat64,
} from "../array.ts";
import { FileFormatError } from "../errors.ts";
import { type NpzFile, openNpz, readMetadata } from "../io/npz.ts";
import type { ByteSource } from "../io/source.ts";

/** A point of the object grid, px. */
export interface GridPoint {
  /** Row. */
  readonly y: number;
  /** Column. */
  readonly x: number;
}

/** A reconstruction (or a known object) with everything its file says about it. */
export interface ReconstructionFile {
  /** Where it came from. */
  readonly name: string;
  /** What the object was taken from: names of the arrays. */
  readonly keys: readonly string[];
  /** (H, W) c64 object. */
  readonly object: NdArray;
  /** (H, W) f32 weights, 0 where nothing was measured; absent if the file does not say. */
  readonly coverage?: NdArray;
  /** (K, N, N) c64 probe in the units of the data, if there is one. */
  readonly probe?: NdArray;
  /**
   * Object-grid coordinates of pixel (0, 0): (0, 0) for `objectGuess`, the stored `canvas_origin_xy`
   * for a reconstruction, absent if the file does not say.
   */
  readonly origin?: GridPoint;
  /** Mean scan position on the object grid, if stored. */
  readonly centre?: GridPoint;
  /** (P, 2) scan positions (y, x) on the object grid, if the file is a scan. */
  readonly positions?: Float64Array;
  /** Side of an object pixel, m, if the file says so (`pixel_size_m`). */
  readonly pixelSize?: number;
}

/** Names under which an object is looked for, first one wins. */
const OBJECT_KEYS = ["object", "objectGuess", "obj", "YY_ground_truth", "YY_full"];
/** Pairs of modulus and angle (rad). */
const POLAR_KEYS = [["amplitude", "phase"], ["amp", "phase"]] as const;

/**
 * Reads a reconstruction or a known object.
 *
 * @param source Bytes of an NPZ file.
 * @throws {FileFormatError} if it is no NPZ file, or holds no two-dimensional object of finite numbers.
 */
export async function readReconstructionFile(source: ByteSource): Promise<ReconstructionFile> {
  const npz = await openNpz(source);
  const found = await findObject(npz, source.name);
  const { object, keys } = found;
  const [height, width] = object.shape;
  const coverage = npz.keys.includes("coverage") ? squeeze(await npz.read("coverage")) : undefined;
  if (coverage !== undefined && (coverage.shape[0] !== height || coverage.shape[1] !== width)) {
    throw new FileFormatError(
      `Cannot use ${source.name} as its coverage is (${coverage.shape.join(", ")}) and its ` +
        `object (${object.shape.join(", ")}): write both again, or remove coverage`,
    );
  }
  const probe = await readProbe(npz);
  const origin = keys[0] === "objectGuess"
    ? { y: 0, x: 0 }
    : await readPoint(npz, "canvas_origin_xy");
  const centre = await readPoint(npz, "scan_center_xy");
  const positions = await readScanPositions(npz);
  const pixelSize = await readPixelSize(npz);
  return {
    name: source.name,
    keys,
    object,
    ...(coverage === undefined
      ? {}
      : { coverage: realArray([height, width], toFloat32(coverage)) }),
    ...(probe === undefined ? {} : { probe }),
    ...(origin === undefined ? {} : { origin }),
    ...(centre === undefined ? {} : { centre }),
    ...(positions === undefined ? {} : { positions }),
    ...(pixelSize === undefined ? {} : { pixelSize }),
  };
}

async function findObject(
  npz: NpzFile,
  name: string,
): Promise<{ object: NdArray; keys: readonly string[] }> {
  for (const key of OBJECT_KEYS) {
    if (!npz.keys.includes(key)) continue;
    const array = squeeze(await npz.read(key));
    checkImage(array, key, name);
    if (!isComplex(array.dtype)) continue;
    return { object: finite(complexArray(array.shape, toFloat32(array)), key, name), keys: [key] };
  }
  for (const [first, second] of POLAR_KEYS) {
    if (!npz.keys.includes(first) || !npz.keys.includes(second)) continue;
    const modulus = squeeze(await npz.read(first)), angle = squeeze(await npz.read(second));
    checkImage(modulus, first, name);
    if (String(modulus.shape) !== String(angle.shape)) {
      throw new FileFormatError(
        `Cannot use ${name} as its ${first} is (${modulus.shape.join(", ")}) and its ${second} ` +
          `(${angle.shape.join(", ")}): store two images of one size`,
      );
    }
    const object = fromPolar(modulus, angle);
    return { object: finite(object, `${first} and ${second}`, name), keys: [first, second] };
  }
  throw new FileFormatError(
    `Cannot find an object in ${name} as it holds ${npz.keys.join(", ") || "nothing"}: store a ` +
      "complex array named object or objectGuess, or real ones named amplitude and phase",
  );
}

function fromPolar(modulus: NdArray, angle: NdArray): NdArray {
  const a = toFloat64(modulus), p = toFloat64(angle), out = new Float32Array(2 * a.length);
  for (let i = 0; i < a.length; i++) {
    out[2 * i] = a[i] * Math.cos(p[i]);
    out[2 * i + 1] = a[i] * Math.sin(p[i]);
  }
  return complexArray(modulus.shape, out);
}

/** Drops leading and trailing axes of length 1 down to an image. */
function squeeze(array: NdArray): NdArray {
  let shape = [...array.shape];
  while (shape.length > 2 && shape[0] === 1) shape = shape.slice(1);
  while (shape.length > 2 && shape[shape.length - 1] === 1) shape = shape.slice(0, -1);
  return { ...array, shape };
}

function checkImage(array: NdArray, key: string, name: string): void {
  if (array.shape.length !== 2 || array.dtype === "str") {
    throw new FileFormatError(
      `Cannot use ${key} of ${name} as its shape is (${array.shape.join(", ")}): ` +
        "store one (height, width) image",
    );
  }
}

function finite(object: NdArray, key: string, name: string): NdArray {
  if (!toFloat32(object).every(Number.isFinite)) {
    throw new FileFormatError(
      `Cannot use ${key} of ${name} as it holds values that are not finite: repeat the ` +
        "reconstruction, or repair the file",
    );
  }
  return object;
}

async function readProbe(npz: NpzFile): Promise<NdArray | undefined> {
  const key = ["probe", "probeGuess"].find((name) => npz.keys.includes(name));
  if (key === undefined) return undefined;
  let array = await npz.read(key);
  if (array.shape.length > 2 && array.shape[array.shape.length - 1] === 1) {
    array = { ...array, shape: array.shape.slice(0, -1) };
  }
  while (array.shape.length > 3 && array.shape[0] === 1) {
    array = { ...array, shape: array.shape.slice(1) };
  }
  const shape = array.shape.length === 2 ? [1, ...array.shape] : array.shape;
  if (shape.length !== 3 || !isComplex(array.dtype)) return undefined;
  return complexArray(shape, toFloat32(array));
}

/** A point stored as (x, y). */
async function readPoint(npz: NpzFile, key: string): Promise<GridPoint | undefined> {
  if (!npz.keys.includes(key)) return undefined;
  const values = toFloat64(await npz.read(key));
  return values.length === 2 && values.every(Number.isFinite)
    ? { x: values[0], y: values[1] }
    : undefined;
}

async function readScanPositions(npz: NpzFile): Promise<Float64Array | undefined> {
  if (!npz.keys.includes("xcoords") || !npz.keys.includes("ycoords")) return undefined;
  const x = toFloat64(await npz.read("xcoords")), y = toFloat64(await npz.read("ycoords"));
  if (x.length !== y.length || x.length === 0) return undefined;
  return Float64Array.from({ length: 2 * x.length }, (_, i) => (i % 2 ? x : y)[i >> 1]);
}

/** Side of an object pixel, m, if an archive says so: `pixel_size_m`, alone or in the metadata. */
export async function readPixelSize(npz: NpzFile): Promise<number | undefined> {
  const valid = (value: unknown): number | undefined =>
    typeof value === "number" && Number.isFinite(value) && value > 0 ? value : undefined;
  if (npz.keys.includes("pixel_size_m")) {
    return valid(toFloat64(await npz.read("pixel_size_m"))[0]);
  }
  const { value } = await readMetadata(npz);
  const physics = value?.physics_parameters;
  return typeof physics === "object" && physics !== null
    ? valid((physics as Record<string, unknown>).pixel_size_m)
    : undefined;
}
