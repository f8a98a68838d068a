/**
 * Raw data as another program holds them: coordinates, patterns, probe, one object layer.
 *
 * @module
 */
import { complexArray, type NdArray, realArray, toFloat32, toFloat64 } from "../array.ts";
import { DatasetError } from "../errors.ts";
import { complexValues, probeFromArray } from "../scan/layout.ts";
import { type ScanDataset, scanFromArrays } from "../scan/dataset.ts";
import type { ComplexImage } from "../scan/resize.ts";

/** A product to be reconstructed. x is the column, y the row, in pixels of the object grid. */
export interface RawData {
  /** Name for messages. */
  readonly name?: string;
  /** (P) columns of the positions. */
  readonly xcoords: NdArray;
  /** (P) rows of the positions. */
  readonly ycoords: NdArray;
  /** (P) nominal columns, where they differ. */
  readonly xcoordsStart?: NdArray;
  /** (P) nominal rows, where they differ. */
  readonly ycoordsStart?: NdArray;
  /** (P, N, N) amplitudes, zero frequency at (N/2, N/2). */
  readonly diffraction: NdArray;
  /** (N, N) or (K, N, N) complex. */
  readonly probeGuess: NdArray;
  /** (H, W) or (1, H, W) complex: one layer. */
  readonly objectGuess?: NdArray;
  /** (P) number of the scan of each position; default 0. */
  readonly scanIndex?: NdArray;
  /** (P, N, N) complex truth patches, for a supervised model. */
  readonly label?: NdArray;
  /** Photons of the mean pattern, if known. */
  readonly nphotons?: number;
}

/** Checked raw data. */
export interface IngestedData {
  /** The scan. */
  readonly dataset: ScanDataset;
  /** (P, 2) nominal positions (y, x), px. */
  readonly nominal: Float64Array;
  /** The object, also one of ones. */
  readonly object: ComplexImage | undefined;
  /** (P) numbers of scans. */
  readonly scanIndex: BigInt64Array;
}

/** Checks raw data. @throws {DatasetError} naming the part that does not fit. */
export function ingestRawData(raw: RawData): IngestedData {
  const positions = pairs("xcoords and ycoords", raw.xcoords, raw.ycoords);
  const count = positions.length / 2;
  const nominal = raw.xcoordsStart === undefined || raw.ycoordsStart === undefined
    ? positions
    : pairs("start coordinates", raw.xcoordsStart, raw.ycoordsStart);
  if (nominal.length !== positions.length) {
    throw new DatasetError(
      `Cannot use ${nominal.length / 2} start coordinates for ${count} positions: give one each`,
    );
  }
  const probe = probeFromArray("probeGuess", raw.probeGuess);
  const { shape } = raw.diffraction, N = probe.N;
  if (shape.length !== 3 || shape[0] !== count || shape[1] !== N || shape[2] !== N) {
    throw new DatasetError(
      `Cannot use diffraction (${shape.join(", ")}) as ${count} positions and a probe of ` +
        `${N} x ${N} need (${count}, ${N}, ${N}): give one pattern a position`,
    );
  }
  const object = raw.objectGuess === undefined ? undefined : oneLayer(raw.objectGuess);
  const index = raw.scanIndex === undefined ? undefined : toFloat64(raw.scanIndex);
  if (index !== undefined && index.length !== count) {
    throw new DatasetError(
      `Cannot use scan_index as it has ${index.length} values for ${count} positions: give one each`,
    );
  }
  const dataset = scanFromArrays({
    name: raw.name ?? "raw data",
    positions,
    probe,
    patterns: toFloat32(raw.diffraction),
    ...(object === undefined ? {} : { objectGuess: object }),
    ...(raw.nphotons === undefined ? {} : { nphotons: raw.nphotons }),
    ...(raw.label === undefined ? {} : { labels: polarLabels(raw.label) }),
  });
  return {
    dataset,
    nominal,
    object,
    scanIndex: BigInt64Array.from({ length: count }, (_, i) => BigInt(Math.trunc(index?.[i] ?? 0))),
  };
}

/** A scan that was opened otherwise, as raw data. */
export function ingestScan(dataset: ScanDataset): IngestedData {
  const { count, positions, objectGuess, scanIndex } = dataset;
  return {
    dataset,
    nominal: positions,
    object: objectGuess,
    scanIndex: BigInt64Array.from({ length: count }, (_, i) => BigInt(scanIndex?.[i] ?? 0)),
  };
}

/**
 * Arrays of the training-data file: xcoords, ycoords, diff3d (amplitudes), probeGuess, objectGuess,
 * scan_index, and label where there are truth patches. An unknown object is written as ones.
 */
export async function trainingArrays(data: IngestedData): Promise<Record<string, NdArray>> {
  const { dataset, object, nominal } = data, { count, N, positions, probe } = dataset;
  const all = Array.from({ length: count }, (_, i) => i);
  const axis = (from: Float64Array, offset: 0 | 1): NdArray => ({
    shape: [count],
    dtype: "f64",
    data: Float64Array.from(all, (i) => from[2 * i + offset]),
  });
  const labels = await dataset.readLabels?.(all);
  return {
    xcoords: axis(positions, 1),
    ycoords: axis(positions, 0),
    ...(nominal === positions
      ? {}
      : { xcoords_start: axis(nominal, 1), ycoords_start: axis(nominal, 0) }),
    diff3d: realArray([count, N, N], await dataset.readDiffraction(all)),
    probeGuess: complexArray(probe.modes === 1 ? [N, N] : [probe.modes, N, N], probe.data),
    objectGuess: objectArray(object ?? ones(dataset)),
    scan_index: { shape: [count], dtype: "i64", data: data.scanIndex },
    ...(labels === undefined ? {} : {
      label_amp: realArray([count, N, N], labels.amplitude),
      label_phase: realArray([count, N, N], labels.phase),
    }),
  };
}

/** An image as a (H, W) c64 array. */
export function objectArray(image: ComplexImage): NdArray {
  return complexArray([image.height, image.width], image.data as Float32Array);
}

/** Ones on a grid that holds every patch. */
function ones({ positions, N }: ScanDataset): ComplexImage {
  let height = 0, width = 0;
  for (let i = 0; i < positions.length; i += 2) {
    height = Math.max(height, Math.ceil(positions[i] + N / 2) + 1);
    width = Math.max(width, Math.ceil(positions[i + 1] + N / 2) + 1);
  }
  const data = new Float32Array(2 * height * width);
  for (let i = 0; i < data.length; i += 2) data[i] = 1;
  return { height, width, data };
}

function oneLayer(object: NdArray): ComplexImage {
  const { shape } = object;
  const layers = shape.length === 3 ? shape[0] : 1;
  if (shape.length < 2 || shape.length > 3 || layers !== 1) {
    throw new DatasetError(
      `Cannot use objectGuess (${shape.join(", ")}) as it has ${layers} layers: give one (H, W)`,
    );
  }
  const [height, width] = shape.slice(-2);
  return { height, width, data: complexValues("objectGuess", object) };
}

function pairs(what: string, x: NdArray, y: NdArray): Float64Array {
  const columns = toFloat64(x), rows = toFloat64(y);
  if (columns.length !== rows.length) {
    throw new DatasetError(
      `Cannot use ${what} as they have ${columns.length} and ${rows.length} values: give pairs`,
    );
  }
  const out = new Float64Array(2 * columns.length);
  for (let i = 0; i < columns.length; i++) {
    out[2 * i] = rows[i];
    out[2 * i + 1] = columns[i];
  }
  return out;
}

function polarLabels(label: NdArray): { amplitude: Float32Array; phase: Float32Array } {
  const values = complexValues("label", label), count = values.length / 2;
  const amplitude = new Float32Array(count), phase = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    amplitude[i] = Math.hypot(values[2 * i], values[2 * i + 1]);
    phase[i] = Math.atan2(values[2 * i + 1], values[2 * i]);
  }
  return { amplitude, phase };
}
