/**
 * A ptychography scan: positions, probe and diffraction patterns.
 *
 * Files hold x = column and y = row; here positions are (y, x) pairs. Position (y, x) is the centre
 * of a patch: its top-left pixel is object pixel (y - N/2, x - N/2).
 *
 * @module
 */
import { type DType, isComplex, type NdArray, toFloat64 } from "../array.ts";
import { DatasetError } from "../errors.ts";
import { checkPatterns, checkPositions, checkProbe, checkSide, refuseEmpty } from "./checks.ts";
import {
  complexValues,
  DIFFRACTION_KEYS,
  type PatternLayout,
  patternLayout,
  probeFromArray,
} from "./layout.ts";
import { labelsFromArrays, openLabels, type PatchLabels, type ReadLabels } from "./labels.ts";
import { darken, readMask } from "./mask.ts";
import { PatternReader } from "./pattern_reader.ts";
import type { Probe } from "./probe.ts";
import { coarsenObject, type ComplexImage, planResize, resizeProbe } from "./resize.ts";
import type { ScanSubset } from "./subset.ts";

/** A scan, ready for training, inference or an iterative engine. */
export interface ScanDataset {
  /** Where it came from. */
  readonly name: string;
  /** P: number of positions. */
  readonly count: number;
  /** Side of patterns, probe and patches, px. */
  readonly N: number;
  /** (P, 2) patch centres (y, x) on the object grid, px. */
  readonly positions: Float64Array;
  /** Probe as stored (not normalised). */
  readonly probe: Probe;
  /** Object of the file, unless it is absent or a matrix of ones. */
  readonly objectGuess?: ComplexImage;
  /** Size of the object grid when the file has an object, also one of ones. */
  readonly objectShape?: readonly [height: number, width: number];
  /** Photons of the mean pattern according to the file's metadata. */
  readonly nphotons?: number;
  /** Side of an object pixel according to the file's metadata, m. */
  readonly pixelSize?: number;
  /** (N, N) 1 for detector pixels that measure, 0 for others; absent if all do. */
  readonly mask?: Uint8Array;
  /** (P) number of the scan each position belongs to. */
  readonly scanIndex?: Int32Array;
  /**
   * Reads patterns by number, in the order asked: (n, N, N) amplitudes, zero frequency at (N/2, N/2).
   * Pixels that the mask ignores are 0.
   *
   * @throws {DatasetError} for bad numbers or values.
   */
  readonly readDiffraction: PatternSource;
  /** Reads truth patches by pattern number; absent if the data hold none. */
  readonly readLabels?: ReadLabels;
}

/** Reads patterns by number. */
export interface PatternSource {
  /** (n, N, N) amplitudes in the order asked. */
  (indices: ArrayLike<number>): Promise<Float32Array>;
  /** The same multiplied by `factor`, where reading and scaling are one. */
  readonly scaled?: (indices: ArrayLike<number>, factor: number) => Promise<Float32Array>;
}

/** Shape and type of a stored array. */
export interface StoredHeader {
  /** Length of each axis. */
  readonly shape: readonly number[];
  /** Element type. */
  readonly dtype: DType;
}

/** The part of an opened NPZ file that reading a scan needs. */
export interface NpzLike {
  /** Names of the arrays. */
  readonly keys: readonly string[];
  /** Shape and type of an array. */
  header(
    key: string,
  ): StoredHeader | Promise<StoredHeader>;
  /** A whole array. */
  read(key: string): Promise<NdArray>;
  /** Some entries of the first axis. */
  readRows(key: string, start: number, count: number): Promise<NdArray>;
}

/** How a file is read. */
export interface ReadScanOptions {
  /** Name for messages and reports. */
  readonly name?: string;
  /**
   * What patterns are: `amplitude` (sqrt of counts), `counts`, or `auto`: amplitudes, with a warning
   * when they look like counts.
   */
  readonly diffractionKind?: "auto" | "amplitude" | "counts";
  /** Crop patterns to this side, px. */
  readonly cropTo?: number;
  /** Sum the intensity of this many detector pixels on each axis, after cropping. */
  readonly bin?: number;
  /** Which patterns are used; default all. Applied by those who open a scan (`takeSubset`). */
  readonly subset?: ScanSubset;
  /** Use the `mask` of the file, if it holds one; default true. */
  readonly useMask?: boolean;
  /** Give values that are negative or not finite as NaN, for those who mask them; default refuse. */
  readonly unfitAsNan?: boolean;
  /** Parsed `_metadata`: `nphotons` and `pixel_size_m` of `physics_parameters` are used. */
  readonly metadata?: unknown;
  /** Bytes of patterns that may be kept in memory; 512 MiB by default. */
  readonly memoryLimit?: number;
  /** First pattern that will be asked for, and the one after the last; default all. */
  readonly window?: readonly [start: number, end: number];
  /** Receives a line about doubtful data. */
  readonly warn?: (message: string) => void;
}

/**
 * Reads a scan of the NPZ contract: `diffraction` (or `diff3d`), `xcoords`, `ycoords`, `probeGuess`
 * and optionally `objectGuess`, `scan_index`, `mask`. Patterns are only read when asked for.
 *
 * @throws {DatasetError} naming the array and the remedy for everything that is missing or unfit.
 */
export async function readScan(npz: NpzLike, options: ReadScanOptions = {}): Promise<ScanDataset> {
  const warn = options.warn ?? (() => undefined);
  const key = DIFFRACTION_KEYS.find((name) => npz.keys.includes(name));
  if (key === undefined) throw missing("diffraction", npz.keys);
  const stored = await readPositions(npz);
  const header = await npz.header(key);
  if (isComplex(header.dtype) || header.dtype === "str") {
    throw new DatasetError(`Cannot use ${key} as it holds ${header.dtype}: store real amplitudes`);
  }
  const layout = patternLayout(key, header.shape, stored.length / 2);
  const positions = matchCount(key, stored, layout, warn);
  if (layout.height !== layout.width) checkSide(key, layout.height, layout.width);
  const resize = planResize(layout.height, options.cropTo, options.bin);
  checkSide(key, resize.to, resize.to);
  checkPositions(positions);
  if (!npz.keys.includes("probeGuess")) throw missing("probeGuess", npz.keys);
  const probe = probeFromArray("probeGuess", await npz.read("probeGuess"));
  if (probe.N !== layout.height) {
    throw new DatasetError(
      `Cannot use probeGuess as it is ${probe.N} x ${probe.N} and the patterns of ${key} are ` +
        `${layout.height} x ${layout.width}: store a probe of the size of the patterns`,
    );
  }
  checkProbe("probeGuess", probe);
  const step = layout.height / resize.crop;
  const object = await readObject(npz, step);
  const nphotons = physicalNumber(options.metadata, "nphotons");
  const pixel = physicalNumber(options.metadata, "pixel_size_m");
  const mask = options.useMask === false ? undefined : await readMask(npz, resize);
  const readLabels = openLabels(npz, layout.count, layout.height, resize.to);
  const scanIndex = await readScanIndex(npz, layout.count);
  const reader = new PatternReader(npz, {
    key,
    layout,
    resize,
    counts: options.diffractionKind === "counts",
    unfitAsNan: options.unfitAsNan ?? false,
    memoryLimit: options.memoryLimit ?? 512 * 2 ** 20,
    suspectCounts: (options.diffractionKind ?? "auto") === "auto",
    ...(options.window === undefined ? {} : { window: options.window }),
    warn,
  });
  return {
    name: options.name ?? "scan",
    count: layout.count,
    N: resize.to,
    positions: positions.map((value) => value / step),
    probe: resizeProbe(probe, resize),
    ...object,
    ...(nphotons === undefined ? {} : { nphotons }),
    // A smaller detector sees coarser pixels.
    ...(pixel === undefined ? {} : { pixelSize: pixel * step }),
    ...(mask === undefined ? {} : { mask }),
    ...(scanIndex === undefined ? {} : { scanIndex }),
    ...(readLabels === undefined ? {} : { readLabels }),
    readDiffraction: mask === undefined
      ? (indices) => reader.read(indices)
      : async (indices) => darken(await reader.read(indices), mask),
  };
}

/** Parts of a scan that is in memory already. */
export interface ScanParts {
  /** Name for messages and reports. */
  readonly name: string;
  /** (P, 2) patch centres (y, x), px. */
  readonly positions: Float64Array;
  /** Probe. */
  readonly probe: Probe;
  /** (P, N, N) amplitudes. */
  readonly patterns: Float32Array;
  /** Object, if known. */
  readonly objectGuess?: ComplexImage;
  /** Photons of the mean pattern, if known. */
  readonly nphotons?: number;
  /** Truth patches, each (P, N, N), if known. */
  readonly labels?: PatchLabels;
}

/**
 * Makes a scan of arrays in memory, with the same checks as a file gets.
 *
 * @throws {DatasetError} if parts do not fit or hold bad values.
 */
export function scanFromArrays(parts: ScanParts): ScanDataset {
  const N = parts.probe.N, count = parts.positions.length / 2, pixels = N * N;
  if (parts.patterns.length !== count * pixels) {
    throw new DatasetError(
      `Cannot use ${parts.patterns.length} pattern values as ${count} positions of ${N} x ${N} ` +
        `need ${count * pixels}: give one pattern a position`,
    );
  }
  checkSide("diffraction", N, N);
  checkPositions(parts.positions);
  checkProbe("probeGuess", parts.probe);
  refuseEmpty("diffraction", checkPatterns("diffraction", parts.patterns, pixels).empty, count);
  const { objectGuess, nphotons, labels } = parts;
  return {
    name: parts.name,
    count,
    N,
    positions: parts.positions,
    probe: parts.probe,
    ...(objectGuess === undefined
      ? {}
      : { objectGuess, objectShape: [objectGuess.height, objectGuess.width] as const }),
    ...(nphotons === undefined ? {} : { nphotons }),
    ...(labels === undefined ? {} : { readLabels: labelsFromArrays(labels, count, N) }),
    readDiffraction: (indices) => {
      const out = new Float32Array(indices.length * pixels);
      for (let i = 0; i < indices.length; i++) {
        const n = indices[i];
        if (!Number.isInteger(n) || n < 0 || n >= count) {
          return Promise.reject(
            new DatasetError(`Cannot read pattern ${n} as there are ${count}: use numbers from 0`),
          );
        }
        out.set(parts.patterns.subarray(n * pixels, (n + 1) * pixels), i * pixels);
      }
      return Promise.resolve(out);
    },
  };
}

/**
 * Reads every pattern once, in batches, so that bad values show before a long run.
 *
 * @param visit Receives each batch of (n, N, N) amplitudes, for statistics say.
 * @throws {DatasetError} for bad values or patterns that are all zero.
 */
export async function validatePatterns(
  dataset: ScanDataset,
  visit: (patterns: Float32Array, first: number) => void = () => undefined,
): Promise<void> {
  const pixels = dataset.N * dataset.N;
  const batch = Math.max(1, Math.floor(2 ** 22 / pixels));
  let empty = 0;
  for (let first = 0; first < dataset.count; first += batch) {
    const length = Math.min(batch, dataset.count - first);
    const patterns = await dataset.readDiffraction(Array.from({ length }, (_, i) => first + i));
    empty += checkPatterns("diffraction", patterns, pixels).empty;
    visit(patterns, first);
  }
  refuseEmpty("diffraction", empty, dataset.count);
}

function missing(key: string, keys: readonly string[]): DatasetError {
  return new DatasetError(
    `Cannot read the scan as ${key} is missing: the file holds ${keys.join(", ") || "nothing"}`,
  );
}

async function readPositions(npz: NpzLike): Promise<Float64Array> {
  const [x, y] = await Promise.all(["xcoords", "ycoords"].map(async (key) => {
    if (!npz.keys.includes(key)) throw missing(key, npz.keys);
    const array = await npz.read(key);
    if (isComplex(array.dtype) || array.dtype === "str") {
      throw new DatasetError(`Cannot use ${key} as it holds ${array.dtype}: store pixels`);
    }
    return toFloat64(array);
  }));
  if (x.length !== y.length) {
    throw new DatasetError(
      `Cannot use ycoords as it has ${y.length} values and xcoords ${x.length}: store one pair a pattern`,
    );
  }
  const positions = new Float64Array(2 * x.length);
  for (let i = 0; i < x.length; i++) {
    positions[2 * i] = y[i];
    positions[2 * i + 1] = x[i];
  }
  return positions;
}

function matchCount(
  key: string,
  positions: Float64Array,
  layout: PatternLayout,
  warn: (message: string) => void,
): Float64Array {
  const found = positions.length / 2;
  if (found < layout.count) {
    throw new DatasetError(
      `Cannot use xcoords as it has ${found} values and ${key} ${layout.count} patterns: ` +
        `store one pair of coordinates a pattern`,
    );
  }
  if (found > layout.count) {
    warn(
      `${key} has ${layout.count} patterns: the last ${
        found - layout.count
      } coordinates are ignored`,
    );
  }
  return positions.slice(0, 2 * layout.count);
}

async function readObject(
  npz: NpzLike,
  step: number,
): Promise<Pick<ScanDataset, "objectGuess" | "objectShape">> {
  if (!npz.keys.includes("objectGuess")) return {};
  const array = await npz.read("objectGuess");
  let shape = [...array.shape];
  while (shape.length > 2 && shape[0] === 1) shape = shape.slice(1);
  while (shape.length > 2 && shape[shape.length - 1] === 1) shape = shape.slice(0, -1);
  if (shape.length !== 2) {
    throw new DatasetError(
      `Cannot use objectGuess as its shape is (${
        array.shape.join(", ")
      }): store one (height, width) image`,
    );
  }
  const data = complexValues("objectGuess", array);
  let ones = true;
  for (let i = 0; i < data.length; i += 2) {
    if (!Number.isFinite(data[i]) || !Number.isFinite(data[i + 1])) {
      throw new DatasetError(
        "Cannot use objectGuess as it holds values that are not finite: repair or remove it",
      );
    }
    ones &&= data[i] === 1 && data[i + 1] === 0;
  }
  const object = coarsenObject({ height: shape[0], width: shape[1], data }, step);
  const objectShape = [object.height, object.width] as const;
  return ones ? { objectShape } : { objectShape, objectGuess: object };
}

async function readScanIndex(npz: NpzLike, count: number): Promise<Int32Array | undefined> {
  if (!npz.keys.includes("scan_index")) return undefined;
  const values = toFloat64(await npz.read("scan_index"));
  if (values.length < count) {
    throw new DatasetError(
      `Cannot use scan_index as it has ${values.length} values for ${count} patterns: store one each or remove it`,
    );
  }
  return Int32Array.from(values.subarray(0, count));
}

/** A number above 0 of the physics parameters in the metadata. */
function physicalNumber(metadata: unknown, name: string): number | undefined {
  const value = field(field(metadata, "physics_parameters"), name);
  return typeof value === "number" && value > 0 && Number.isFinite(value) ? value : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
