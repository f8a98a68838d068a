import { countOf, type DType, type NdArray } from "../../src/array.ts";
import type { NpzLike } from "../../src/scan/dataset.ts";
import { Random } from "../../src/random.ts";

/** An NPZ file in memory that remembers which rows were read. */
export class FakeNpz implements NpzLike {
  /** Calls of readRows as `key:start+count`. */
  readonly calls: string[] = [];
  /** Arrays by name. */
  readonly arrays: Record<string, NdArray>;

  constructor(arrays: Record<string, NdArray>) {
    this.arrays = arrays;
  }

  get keys(): readonly string[] {
    return Object.keys(this.arrays);
  }

  header(key: string): { shape: readonly number[]; dtype: DType } {
    return this.arrays[key];
  }

  read(key: string): Promise<NdArray> {
    return Promise.resolve(this.arrays[key]);
  }

  readRows(key: string, start: number, count: number): Promise<NdArray> {
    this.calls.push(`${key}:${start}+${count}`);
    const { shape, dtype, data } = this.arrays[key];
    const row = countOf(shape.slice(1));
    return Promise.resolve({
      shape: [count, ...shape.slice(1)],
      dtype,
      data: data.slice(start * row, (start + count) * row) as Float32Array,
    });
  }
}

/** f32 array of a shape. */
export function f32(shape: number[], data: ArrayLike<number>): NdArray {
  return { shape, dtype: "f32", data: Float32Array.from(data) };
}

/** c64 array of a shape from interleaved values. */
export function c64(shape: number[], data: ArrayLike<number>): NdArray {
  return { shape, dtype: "c64", data: Float32Array.from(data) };
}

/** Arrays of a small good scan: M patterns of N x N, coordinates on a walk. */
export function goodScan(M = 6, N = 16, seed = 1): Record<string, NdArray> {
  const random = new Random(seed);
  const values = (n: number): Float64Array =>
    Float64Array.from({ length: n }, () => random.uniform());
  return {
    diffraction: f32([M, N, N], values(M * N * N)),
    xcoords: { shape: [M], dtype: "f64", data: values(M).map((v) => 20 + 9 * v) },
    ycoords: { shape: [M], dtype: "f64", data: values(M).map((v) => 40 + 9 * v) },
    probeGuess: c64([N, N], values(2 * N * N)),
  };
}
