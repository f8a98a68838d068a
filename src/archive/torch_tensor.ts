/**
 * Tensors of a PyTorch file: where they lie in their storage, and their values.
 *
 * @module
 */
import { type ArrayData, countOf, type DType, type NdArray } from "../array.ts";
import { FileFormatError } from "../errors.ts";
import { decodeElements } from "../io/npy_elements.ts";

/** Element types of storages: ours, bytes an element, and how it is read. */
const STORAGES: Readonly<Record<string, { dtype: DType; size: number; brain?: true }>> = {
  FloatStorage: { dtype: "f32", size: 4 },
  DoubleStorage: { dtype: "f64", size: 8 },
  HalfStorage: { dtype: "f16", size: 2 },
  BFloat16Storage: { dtype: "f32", size: 2, brain: true },
  LongStorage: { dtype: "i64", size: 8 },
  IntStorage: { dtype: "i32", size: 4 },
  ShortStorage: { dtype: "i16", size: 2 },
  CharStorage: { dtype: "i8", size: 1 },
  ByteStorage: { dtype: "u8", size: 1 },
  BoolStorage: { dtype: "bool", size: 1 },
  ComplexFloatStorage: { dtype: "c64", size: 8 },
  ComplexDoubleStorage: { dtype: "c128", size: 16 },
};

/** Names of the storage classes that can be read. */
export const STORAGE_NAMES: readonly string[] = Object.keys(STORAGES);

/** A storage as the pickle names it. */
export class TorchStorage {
  /** Class, such as FloatStorage. */
  readonly kind: string;
  /** Name of its member in the file. */
  readonly key: string;
  /** Elements. */
  readonly length: number;

  /** Describes a storage. */
  constructor(kind: string, key: string, length: number) {
    this.kind = kind;
    this.key = key;
    this.length = length;
  }

  /** Bytes of the member. */
  get bytes(): number {
    return this.length * STORAGES[this.kind].size;
  }
}

/** A tensor as the pickle describes it; its values are read on demand. */
export class TorchTensor {
  /** Storage. */
  readonly storage: TorchStorage;
  /** First element in the storage. */
  readonly offset: number;
  /** Length of each axis. */
  readonly shape: readonly number[];
  /** Elements between neighbours along each axis. */
  readonly strides: readonly number[];

  /** Describes a tensor. @throws {FileFormatError} if it does not lie in its storage. */
  constructor(storage: unknown, offset: unknown, shape: unknown, strides: unknown) {
    if (
      !(storage instanceof TorchStorage) || !isLength(offset) || !isLengths(shape) ||
      !isLengths(strides) || shape.length !== strides.length
    ) throw new FileFormatError("no storage, offset, shape and strides");
    const empty = shape.includes(0);
    const last = shape.reduce((sum, n, i) => sum + (n - 1) * strides[i], offset);
    if (!empty && !(last < storage.length)) {
      throw new FileFormatError(
        `a tensor (${shape.join(", ")}) that ends at ${last} of ${storage.length} elements`,
      );
    }
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }

  /** Number of elements. */
  get count(): number {
    return countOf(this.shape);
  }

  /**
   * Values in C order; half precision and bfloat16 are widened to f32.
   *
   * @param bytes Content of the storage.
   * @param bigEndian Byte order of the file.
   */
  read(bytes: Uint8Array, bigEndian: boolean): NdArray {
    const { dtype, size, brain } = STORAGES[this.storage.kind];
    const from = this.#flat() ? this.offset : 0;
    const length = this.#flat() ? this.count : this.storage.length;
    const part = bytes.subarray(from * size, (from + length) * size);
    const values = brain === true
      ? brainFloats(part, bigEndian)
      : decodeElements(dtype, bigEndian ? ">" : "<", size, part);
    const out = dtype === "f16" ? "f32" : dtype;
    if (this.#flat()) return { shape: this.shape, dtype: out, data: values };
    const pairs = dtype === "c64" || dtype === "c128" ? 2 : 1;
    return { shape: this.shape, dtype: out, data: this.#gather(values, pairs) };
  }

  #flat(): boolean {
    let expected = 1;
    for (let axis = this.shape.length - 1; axis >= 0; axis--) {
      if (this.shape[axis] !== 1 && this.strides[axis] !== expected) return false;
      expected *= this.shape[axis];
    }
    return true;
  }

  #gather(values: ArrayData, pairs: number): ArrayData {
    const { shape, strides, count } = this, place = shape.map(() => 0);
    const make = values.constructor as new (length: number) => Float32Array;
    const out = new make(count * pairs), source = values as Float32Array;
    let at = this.offset;
    for (let i = 0; i < count; i++) {
      for (let p = 0; p < pairs; p++) out[i * pairs + p] = source[at * pairs + p];
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        at += strides[axis];
        if (++place[axis] < shape[axis]) break;
        at -= strides[axis] * shape[axis];
        place[axis] = 0;
      }
    }
    return out;
  }
}

/** The upper half of a float32. */
function brainFloats(bytes: Uint8Array, bigEndian: boolean): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const bits = new Uint32Array(bytes.length / 2);
  for (let i = 0; i < bits.length; i++) bits[i] = view.getUint16(2 * i, !bigEndian) << 16;
  return new Float32Array(bits.buffer);
}

function isLength(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isLengths(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= 8 && value.every(isLength);
}
