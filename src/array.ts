/**
 * Plain n-dimensional arrays on the CPU: what files hold and what the GPU gives back.
 *
 * @module
 */
import { ShapeError } from "./errors.ts";

/** Element type; complex numbers are interleaved (re, im). */
export type DType =
  | "bool"
  | "i8"
  | "u8"
  | "i16"
  | "u16"
  | "i32"
  | "u32"
  | "i64"
  | "u64"
  | "f16"
  | "f32"
  | "f64"
  | "c64"
  | "c128"
  | "str";

/** Storage behind an array: f16 is widened to Float32Array, text is a list of strings. */
export type ArrayData =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array
  | string[];

/** A C-ordered array with its shape; `c64` and `c128` hold two numbers an element. */
export interface NdArray {
  /** Length of each axis, slowest first; empty for a scalar. */
  readonly shape: readonly number[];
  /** Element type. */
  readonly dtype: DType;
  /** Elements in C order. */
  readonly data: ArrayData;
}

/** Number of elements of a shape (1 for a scalar). */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** True for `c64` and `c128`. */
export function isComplex(dtype: DType): boolean {
  return dtype === "c64" || dtype === "c128";
}

/** Wraps real values as an f32 array. @throws {ShapeError} if the count does not fit the shape. */
export function realArray(shape: readonly number[], data: Float32Array): NdArray {
  if (countOf(shape) !== data.length) {
    throw new ShapeError(`Cannot shape ${data.length} values as (${shape.join(", ")})`);
  }
  return { shape: [...shape], dtype: "f32", data };
}

/** Wraps interleaved (re, im) values as a c64 array. @throws {ShapeError} if the count does not fit. */
export function complexArray(shape: readonly number[], data: Float32Array): NdArray {
  if (2 * countOf(shape) !== data.length) {
    throw new ShapeError(`Cannot shape ${data.length / 2} complex values as (${shape.join(", ")})`);
  }
  return { shape: [...shape], dtype: "c64", data };
}

/**
 * Values as float32; integers are converted, complex stays interleaved.
 *
 * @throws {TypeError} for text.
 */
export function toFloat32(array: NdArray): Float32Array {
  const { data } = array;
  if (data instanceof Float32Array) return data;
  if (Array.isArray(data)) throw new TypeError("Cannot convert text to numbers");
  const out = new Float32Array(data.length);
  for (let i = 0; i < out.length; i++) out[i] = Number(data[i]);
  return out;
}

/** Values as float64; integers are converted, complex stays interleaved. @throws {TypeError} for text. */
export function toFloat64(array: NdArray): Float64Array {
  const { data } = array;
  if (data instanceof Float64Array) return data;
  if (Array.isArray(data)) throw new TypeError("Cannot convert text to numbers");
  const out = new Float64Array(data.length);
  for (let i = 0; i < out.length; i++) out[i] = Number(data[i]);
  return out;
}
