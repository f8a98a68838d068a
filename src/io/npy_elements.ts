/**
 * Elements of NPY arrays: both byte orders, half precision, text.
 *
 * @module
 */
import type { ArrayData, DType } from "../array.ts";

/** Decodes elements of a type; a copy, so that the file's bytes can be dropped. */
export function decodeElements(
  dtype: DType,
  descr: string,
  itemSize: number,
  bytes: Uint8Array,
): ArrayData {
  if (dtype === "str") return decodeText(descr, itemSize, bytes);
  const width = dtype === "c64" || dtype === "c128" ? itemSize / 2 : itemSize;
  const copy = bytes.slice();
  if (descr.startsWith(">") && width > 1) swap(copy, width);
  const { buffer } = copy, length = copy.length / width;
  switch (dtype) {
    case "bool":
      return copy.map((value) => value === 0 ? 0 : 1);
    case "u8":
      return copy;
    case "i8":
      return new Int8Array(buffer, 0, length);
    case "i16":
      return new Int16Array(buffer, 0, length);
    case "u16":
      return new Uint16Array(buffer, 0, length);
    case "i32":
      return new Int32Array(buffer, 0, length);
    case "u32":
      return new Uint32Array(buffer, 0, length);
    case "i64":
      return new BigInt64Array(buffer, 0, length);
    case "u64":
      return new BigUint64Array(buffer, 0, length);
    case "f16":
      return Float32Array.from(new Uint16Array(buffer, 0, length), halfToFloat);
    case "f32":
    case "c64":
      return new Float32Array(buffer, 0, length);
    default:
      return new Float64Array(buffer, 0, length);
  }
}

/** Value of a half-precision number. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function swap(bytes: Uint8Array, width: number): void {
  for (let i = 0; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse();
}

function decodeText(descr: string, itemSize: number, bytes: Uint8Array): string[] {
  const unicode = descr.includes("U");
  const out: string[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; itemSize > 0 && at + itemSize <= bytes.length; at += itemSize) {
    let text = "";
    for (let i = 0; i < itemSize; i += unicode ? 4 : 1) {
      const code = unicode ? view.getUint32(at + i, !descr.startsWith(">")) : bytes[at + i];
      text += code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
    }
    out.push(text.replace(/\0+$/, ""));
  }
  return out;
}
