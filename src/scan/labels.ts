/**
 * Truth patches of a scan, which supervised training learns from.
 *
 * @module
 */
import { isComplex, toFloat32 } from "../array.ts";
import { DatasetError } from "../errors.ts";
import type { NpzLike } from "./dataset.ts";

/** Object patches in two parts, each (n, N, N). */
export interface PatchLabels {
  /** Modulus. */
  readonly amplitude: Float32Array;
  /** Angle, rad. */
  readonly phase: Float32Array;
}

/** Reads labels by pattern number, in the order asked. */
export type ReadLabels = (indices: ArrayLike<number>) => Promise<PatchLabels>;

/** Two real arrays, as the original system names them. */
const PAIR = ["label_amp", "label_phase"] as const;
/** One complex array: as simulations write it, and as the original's do. */
const COMPLEX: readonly string[] = ["label", "ground_truth_patches"];
/** Largest labels kept in memory, bytes; larger ones are read again when needed. */
const MEMORY = 512 * 2 ** 20;

/** Names under which a file may hold labels, for messages. */
export const LABEL_KEYS = "label_amp and label_phase, or label";

/**
 * Finds the labels of a file. They are looked at when they are first read: a scan whose labels are
 * unfit can still be used without them.
 *
 * @param count P: number of patterns.
 * @param stored Side of the patterns in the file, px.
 * @param N Side after cropping and binning, px; labels fit only if it is `stored`.
 * @returns a reader, or undefined if there are none. It throws a `DatasetError` if their shape, type or
 * values do not fit the patterns.
 */
export function openLabels(
  npz: NpzLike,
  count: number,
  stored: number,
  N: number,
): ReadLabels | undefined {
  const pair = PAIR.filter((key) => npz.keys.includes(key));
  const single = COMPLEX.find((key) => npz.keys.includes(key));
  const keys: readonly string[] = pair.length === 2 || single === undefined ? pair : [single];
  if (keys.length === 0) return undefined;
  const check = async (): Promise<void> => {
    if (keys.length === 1 && single === undefined) {
      const other = PAIR.find((key) => key !== pair[0]);
      throw new DatasetError(
        `Cannot use ${pair[0]} as ${other} is missing: store both, or a complex label`,
      );
    }
    if (N !== stored) {
      throw new DatasetError(
        `Cannot use ${keys[0]} as it is ${stored} x ${stored} and the patterns are read as ` +
          `${N} x ${N}: leave --crop-to and --bin out`,
      );
    }
    for (const key of keys) await checkHeader(npz, key, count, stored);
  };
  const arrays = keys.map((key) => new Rows(npz, key, stored * stored, count));
  let checked: Promise<void> | undefined;
  return async (indices) => {
    await (checked ??= check());
    const [first, second] = await Promise.all(arrays.map((rows) => rows.read(indices)));
    const labels = second === undefined ? polar(first) : { amplitude: first, phase: second };
    for (const values of [labels.amplitude, labels.phase]) {
      if (!values.every(Number.isFinite)) {
        throw new DatasetError(
          `Cannot use ${keys[0]} as it holds values that are not finite: repair it`,
        );
      }
    }
    return labels;
  };
}

/** Labels in memory as a reader. @throws {DatasetError} if they are not (count, N, N). */
export function labelsFromArrays(labels: PatchLabels, count: number, N: number): ReadLabels {
  const size = N * N;
  for (const values of [labels.amplitude, labels.phase]) {
    if (values.length !== count * size) {
      throw new DatasetError(
        `Cannot use ${values.length} label values as ${count} patches of ${N} x ${N} need ` +
          `${count * size}: give one patch a pattern`,
      );
    }
  }
  const pick = (values: Float32Array, indices: ArrayLike<number>): Float32Array => {
    const out = new Float32Array(indices.length * size);
    for (let i = 0; i < indices.length; i++) {
      out.set(values.subarray(indices[i] * size, (indices[i] + 1) * size), i * size);
    }
    return out;
  };
  return (indices) =>
    Promise.resolve({
      amplitude: pick(labels.amplitude, indices),
      phase: pick(labels.phase, indices),
    });
}

async function checkHeader(npz: NpzLike, key: string, count: number, N: number): Promise<void> {
  const { shape, dtype } = await npz.header(key);
  const flat = shape.length === 4 && shape[3] === 1 ? shape.slice(0, 3) : shape;
  if (flat.length !== 3 || flat[0] < count || flat[1] !== N || flat[2] !== N) {
    throw new DatasetError(
      `Cannot use ${key} as its shape is (${shape.join(", ")}): store (${count}, ${N}, ${N}), ` +
        "one patch a pattern",
    );
  }
  const complex = !PAIR.includes(key as typeof PAIR[number]);
  if (dtype === "str" || isComplex(dtype) !== complex) {
    throw new DatasetError(
      `Cannot use ${key} as it holds ${dtype}: store ${complex ? "complex" : "real"} numbers`,
    );
  }
}

/** Rows of one array as float32, complex ones interleaved. */
class Rows {
  #npz: NpzLike;
  #key: string;
  #pixels: number;
  #keep: boolean;
  #all: Promise<Float32Array> | undefined;

  constructor(npz: NpzLike, key: string, pixels: number, count: number) {
    this.#npz = npz;
    this.#key = key;
    this.#pixels = pixels;
    this.#keep = count * pixels * 8 <= MEMORY;
  }

  async read(indices: ArrayLike<number>): Promise<Float32Array> {
    if (this.#keep) this.#all ??= this.#npz.read(this.#key).then(toFloat32);
    const all = await this.#all;
    let out: Float32Array | undefined;
    for (let i = 0; i < indices.length; i++) {
      const row = all === undefined
        ? toFloat32(await this.#npz.readRows(this.#key, indices[i], 1))
        : this.#rowOf(all, indices[i]);
      out ??= new Float32Array(indices.length * row.length);
      out.set(row, i * row.length);
    }
    return out ?? new Float32Array(0);
  }

  #rowOf(all: Float32Array, index: number): Float32Array {
    const width = this.#pixels * (COMPLEX.includes(this.#key) ? 2 : 1);
    return all.subarray(index * width, (index + 1) * width);
  }
}

function polar(values: Float32Array): PatchLabels {
  const amplitude = new Float32Array(values.length / 2), phase = new Float32Array(amplitude.length);
  for (let i = 0; i < amplitude.length; i++) {
    amplitude[i] = Math.hypot(values[2 * i], values[2 * i + 1]);
    phase[i] = Math.atan2(values[2 * i + 1], values[2 * i]);
  }
  return { amplitude, phase };
}
