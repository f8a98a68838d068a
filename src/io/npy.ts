/**
 * NPY arrays: header and elements. Pickled objects are never executed: they are refused.
 *
 * @module
 */
import { type ArrayData, countOf, type DType, type NdArray } from "../array.ts";
import { FileFormatError } from "../errors.ts";
import { decodeElements } from "./npy_elements.ts";
import { parseLiteral } from "./python_literal.ts";

/** What a header says. */
export interface NpyHeader {
  /** Length of each axis. */
  readonly shape: readonly number[];
  /** Element type; undefined for Python objects. */
  readonly dtype: DType | undefined;
  /** Type code as in the file, for example `<f4`. */
  readonly descr: string;
  /** Bytes of an element. */
  readonly itemSize: number;
  /** True if the first axis is the fastest. */
  readonly fortran: boolean;
  /** Bytes before the first element. */
  readonly dataOffset: number;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Bytes that surely hold the fixed part of a header. */
export const NPY_PREFIX = 12;
const CODES: Readonly<Record<string, DType>> = {
  b1: "bool",
  i1: "i8",
  u1: "u8",
  i2: "i16",
  u2: "u16",
  i4: "i32",
  u4: "u32",
  i8: "i64",
  u8: "u64",
  f2: "f16",
  f4: "f32",
  f8: "f64",
  c8: "c64",
  c16: "c128",
};

/** Bytes that the header takes, from the first bytes of an array. @throws {FileFormatError} if it is no NPY. */
export function npyHeaderLength(name: string, prefix: Uint8Array): number {
  if (prefix.length < 10 || MAGIC.some((byte, i) => prefix[i] !== byte)) {
    throw new FileFormatError(`Cannot read ${name} as it is not an NPY array: save it with NumPy`);
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.length);
  const version = prefix[6];
  if (version < 1 || version > 3) {
    throw new FileFormatError(`Cannot read ${name} as its NPY version is ${version}: use 1 to 3`);
  }
  if (version === 1) return 10 + view.getUint16(8, true);
  if (prefix.length < 12) throw new FileFormatError(`Cannot read ${name} as it is truncated`);
  return 12 + view.getUint32(8, true);
}

/** Parses a header. @throws {FileFormatError} if it is malformed. */
export function parseNpyHeader(name: string, bytes: Uint8Array): NpyHeader {
  const dataOffset = npyHeaderLength(name, bytes);
  if (bytes.length < dataOffset) {
    throw new FileFormatError(`Cannot read ${name} as its header is truncated: copy it again`);
  }
  const start = bytes[6] === 1 ? 10 : 12;
  const text = new TextDecoder(bytes[6] === 3 ? "utf-8" : "latin1").decode(
    bytes.subarray(start, dataOffset),
  );
  const bad = (what: string): FileFormatError =>
    new FileFormatError(`Cannot read ${name} as its header ${what}: save it again with NumPy`);
  let header: unknown;
  try {
    header = parseLiteral(text);
  } catch {
    throw bad("is not a Python dictionary");
  }
  if (!(header instanceof Map)) throw bad("is not a Python dictionary");
  const descr = header.get("descr"), fortran = header.get("fortran_order");
  const shape = header.get("shape");
  if (typeof descr !== "string") throw bad("describes a structured array, which is not supported");
  if (typeof fortran !== "boolean") throw bad("lacks fortran_order");
  const lengths = Array.isArray(shape) ? shape : undefined;
  if (lengths?.every((n) => Number.isSafeInteger(n) && n >= 0) !== true) throw bad("lacks a shape");
  const match = /^([<>=|]?)([a-zA-Z])(\d*)$/.exec(descr);
  if (match === null) throw bad(`has the unknown type ${descr}`);
  const [, , kind, digits] = match, width = Number(digits || 0);
  const common = { shape: lengths as number[], descr, fortran, dataOffset };
  if (kind === "O") return { ...common, dtype: undefined, itemSize: 8 };
  if (kind === "U") return { ...common, dtype: "str", itemSize: 4 * width };
  if (kind === "S" || kind === "a") return { ...common, dtype: "str", itemSize: width };
  const dtype = CODES[`${kind === "?" ? "b" : kind}${kind === "?" ? 1 : width}`];
  if (dtype === undefined) throw bad(`has the unsupported type ${descr}`);
  return { ...common, dtype, itemSize: kind === "?" ? 1 : width };
}

/** Bytes of all elements. @throws {FileFormatError} if the file does not hold that many. */
export function npyDataBytes(name: string, header: NpyHeader, available: number): number {
  const bytes = countOf(header.shape) * header.itemSize;
  if (!(bytes <= available)) {
    throw new FileFormatError(
      `Cannot read ${name} as it claims ${bytes} bytes and ${available} are there: ` +
        "the file is truncated or corrupt, copy it again",
    );
  }
  return bytes;
}

/** Refuses pickled objects. @throws {FileFormatError} for an object array. */
export function refusePickle(name: string, header: NpyHeader): DType {
  if (header.dtype === undefined) {
    throw new FileFormatError(
      `Cannot read ${name} as it holds pickled Python objects, which are never executed: ` +
        "save it as a plain array",
    );
  }
  return header.dtype;
}

/** Decodes elements in C order of the file into an array; Fortran order is transposed. */
export function decodeArray(name: string, header: NpyHeader, bytes: Uint8Array): NdArray {
  const dtype = refusePickle(name, header);
  const data = decodeElements(dtype, header.descr, header.itemSize, bytes);
  const { shape } = header;
  if (!header.fortran || shape.length < 2) return { shape, dtype, data };
  return { shape, dtype, data: fromFortran(shape, dtype, data) };
}

/** Parses a whole NPY array. @throws {FileFormatError} for anything malformed. */
export function decodeNpy(name: string, bytes: Uint8Array): NdArray {
  const header = parseNpyHeader(name, bytes);
  const length = npyDataBytes(name, header, bytes.length - header.dataOffset);
  return decodeArray(name, header, bytes.subarray(header.dataOffset, header.dataOffset + length));
}

function fromFortran(shape: readonly number[], dtype: DType, data: ArrayData): ArrayData {
  const parts = dtype === "c64" || dtype === "c128" ? 2 : 1;
  const count = countOf(shape);
  const strides: number[] = [];
  let stride = 1;
  for (const length of shape) {
    strides.push(stride);
    stride *= length;
  }
  const out: ArrayData = Array.isArray(data) ? new Array<string>(data.length) : data.slice();
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < count; to++) {
    for (let p = 0; p < parts; p++) {
      (out as unknown[])[to * parts + p] = (data as ArrayLike<unknown>)[from * parts + p];
    }
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}

const DESCRIPTIONS: Readonly<Partial<Record<DType, string>>> = {
  bool: "|b1",
  i8: "|i1",
  u8: "|u1",
  i16: "<i2",
  u16: "<u2",
  i32: "<i4",
  u32: "<u4",
  i64: "<i8",
  u64: "<u8",
  f16: "<f4",
  f32: "<f4",
  f64: "<f8",
  c64: "<c8",
  c128: "<c16",
};

/** Writes an array as NPY version 1; f16 is written as f32, text as `<U`. */
export function encodeNpy(array: NdArray): Uint8Array {
  const text = array.dtype === "str" ? array.data as string[] : undefined;
  const width = text === undefined ? 0 : Math.max(1, ...text.map((s) => [...s].length));
  const descr = text === undefined ? DESCRIPTIONS[array.dtype] : `<U${width}`;
  const shape = array.shape.length === 1 ? `${array.shape[0]},` : array.shape.join(", ");
  let header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`;
  header = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11) + "\n";
  const data = text === undefined
    ? bytesOf(array.data as Exclude<ArrayData, string[]>)
    : encodeText(text, width);
  const out = new Uint8Array(10 + header.length + data.length);
  out.set([...MAGIC, 1, 0, header.length & 255, header.length >> 8]);
  out.set(new TextEncoder().encode(header), 10);
  out.set(data, 10 + header.length);
  return out;
}

function bytesOf(data: Exclude<ArrayData, string[]>): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function encodeText(text: readonly string[], width: number): Uint8Array {
  const codes = new Uint32Array(text.length * width);
  text.forEach((s, i) => [...s].forEach((c, j) => codes[i * width + j] = c.codePointAt(0)!));
  return new Uint8Array(codes.buffer);
}
