/**
 * safetensors: named tensors in one file, 8-byte length, JSON header, data.
 *
 * @module
 */
import { type ArrayData, countOf, type DType, type NdArray } from "../array.ts";
import { FileFormatError } from "../errors.ts";
import { decodeElements } from "./npy_elements.ts";
import { concatenate } from "./zip_writer.ts";

const TYPES: Readonly<Record<string, { dtype: DType; size: number }>> = {
  F64: { dtype: "f64", size: 8 },
  F32: { dtype: "f32", size: 4 },
  F16: { dtype: "f16", size: 2 },
  I64: { dtype: "i64", size: 8 },
  I32: { dtype: "i32", size: 4 },
  U8: { dtype: "u8", size: 1 },
  BOOL: { dtype: "bool", size: 1 },
};
const NAMES: Readonly<Partial<Record<DType, string>>> = {
  f64: "F64",
  f32: "F32",
  f16: "F32",
  i64: "I64",
  i32: "I32",
  u8: "U8",
  bool: "BOOL",
};
const MAX_HEADER = 100 * 2 ** 20;

/** Content of a safetensors file. */
export interface Safetensors {
  /** Tensors by name. */
  readonly tensors: Map<string, NdArray>;
  /** Free text by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Writes tensors, in order of their names. @throws {FileFormatError} for a type the format lacks. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, NdArray>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const name of [...tensors.keys()].sort()) {
    const { dtype, shape, data } = tensors.get(name)!;
    const type = NAMES[dtype];
    if (type === undefined || Array.isArray(data)) {
      throw new FileFormatError(`Cannot write tensor ${name} as its type is ${dtype}: use f32`);
    }
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    header[name] = { dtype: type, shape, data_offsets: [offset, offset + bytes.length] };
    parts.push(bytes);
    offset += bytes.length;
  }
  let text = new TextEncoder().encode(JSON.stringify(header));
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(32);
  padded.set(text);
  text = padded;
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(text.length), true);
  return concatenate([new Uint8Array(length.buffer), text, ...parts]);
}

/** Reads tensors. @throws {FileFormatError} for anything malformed. */
export function decodeSafetensors(bytes: Uint8Array, name: string): Safetensors {
  const refuse = (why: string): FileFormatError =>
    new FileFormatError(`Cannot read ${name} as ${why}: it is no whole safetensors file`);
  if (bytes.length < 8) throw refuse("it is too short");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > MAX_HEADER || headerLength + 8 > bytes.length) {
    throw refuse(`its header claims ${headerLength} bytes`);
  }
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)));
  } catch {
    throw refuse("its header is not JSON");
  }
  const data = bytes.subarray(8 + headerLength);
  const tensors = new Map<string, NdArray>();
  const ranges: [number, number][] = [];
  for (const [key, entry] of Object.entries(header)) {
    if (key === "__metadata__") continue;
    const { dtype, shape, data_offsets } = entry as Record<string, unknown>;
    const type = TYPES[String(dtype)];
    if (type === undefined) throw refuse(`tensor ${key} has the type ${dtype}`);
    if (!isLengths(shape) || !isLengths(data_offsets) || data_offsets.length !== 2) {
      throw refuse(`tensor ${key} has no shape or place`);
    }
    const [start, end] = data_offsets;
    if (start > end || end > data.length || end - start !== countOf(shape) * type.size) {
      throw refuse(`tensor ${key} lies at ${start}..${end} of ${data.length} bytes`);
    }
    ranges.push([start, end]);
    const values: ArrayData = decodeElements(type.dtype, "<", type.size, data.subarray(start, end));
    tensors.set(key, { shape, dtype: type.dtype, data: values });
  }
  ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  for (let i = 1; i < ranges.length; i++) {
    if (ranges[i][0] < ranges[i - 1][1]) throw refuse("two tensors overlap");
  }
  return { tensors, metadata: (header.__metadata__ ?? {}) as Record<string, string> };
}

function isLengths(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
