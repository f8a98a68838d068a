/**
 * NPZ archives: arrays by name, whole or row by row, with bounded memory.
 *
 * @module
 */
import { countOf, type DType, type NdArray } from "../array.ts";
import { FileFormatError } from "../errors.ts";
import { metadataFromPickle } from "./metadata_pickle.ts";
import {
  decodeArray,
  encodeNpy,
  NPY_PREFIX,
  npyDataBytes,
  type NpyHeader,
  npyHeaderLength,
  parseNpyHeader,
  refusePickle,
} from "./npy.ts";
import type { ByteSource } from "./source.ts";
import { memberChunks, memberOffset, readZipDirectory, type ZipMember } from "./zip.ts";
import { concatenate, writeZip } from "./zip_writer.ts";

/** Shape and type of an array in a file. */
export interface ArrayHeader {
  /** Length of each axis. */
  readonly shape: readonly number[];
  /** Element type. */
  readonly dtype: DType;
  /** True if the first axis is the fastest. */
  readonly fortran: boolean;
}

/** An opened NPZ archive. */
export interface NpzFile {
  /** Names of the arrays. */
  readonly keys: readonly string[];
  /** Shape and type, without reading the elements. @throws {FileFormatError} if absent or malformed. */
  header(key: string): Promise<ArrayHeader>;
  /** A whole array, checksum verified. @throws {FileFormatError} if absent, corrupt or pickled. */
  read(key: string): Promise<NdArray>;
  /**
   * Rows `start .. start + count` of the first axis. Stored members are read in place; deflated ones
   * are decoded from the start, going on from the last call where that is possible.
   */
  readRows(key: string, start: number, count: number): Promise<NdArray>;
  /** Raw bytes of a member, header included; for metadata. */
  raw(key: string): Promise<Uint8Array>;
}

/** Opens an archive by its central directory. @throws {FileFormatError} if it is none. */
export async function openNpz(source: ByteSource): Promise<NpzFile> {
  const members = new Map<string, ZipMember>();
  for (const member of await readZipDirectory(source)) {
    members.set(member.name.replace(/\.npy$/, ""), member);
  }
  const find = (key: string): ZipMember => {
    const member = members.get(key);
    if (member === undefined) {
      throw new FileFormatError(
        `Cannot read ${key} as ${source.name} holds only ${[...members.keys()].join(", ")}`,
      );
    }
    return member;
  };
  const headers = new Map<string, Promise<NpyHeader>>();
  const headerOf = (key: string): Promise<NpyHeader> => {
    let header = headers.get(key);
    if (header === undefined) headers.set(key, header = readHeader(source, find(key), key));
    return header;
  };
  const cursors = new Map<string, Cursor>();
  const file: NpzFile = {
    keys: [...members.keys()],
    async header(key) {
      const header = await headerOf(key);
      return { shape: header.shape, dtype: refusePickle(key, header), fortran: header.fortran };
    },
    async read(key) {
      const header = await headerOf(key);
      refusePickle(key, header);
      const bytes = await readAll(source, find(key));
      const length = npyDataBytes(key, header, bytes.length - header.dataOffset);
      return decodeArray(
        key,
        header,
        bytes.subarray(header.dataOffset, header.dataOffset + length),
      );
    },
    async readRows(key, start, count) {
      const header = await headerOf(key), member = find(key);
      const { shape } = header;
      if (shape.length === 0 || start < 0 || count < 0 || start + count > shape[0]) {
        throw new FileFormatError(
          `Cannot read rows ${start}..${start + count} of ${key} as its shape is ` +
            `(${shape.join(", ")})`,
        );
      }
      if (header.fortran) {
        const whole = await file.read(key);
        return sliceRows(whole, start, count);
      }
      const rowBytes = countOf(shape.slice(1)) * header.itemSize;
      const from = header.dataOffset + start * rowBytes, length = count * rowBytes;
      const rows = { ...header, shape: [count, ...shape.slice(1)] };
      if (member.method === 0) {
        const bytes = await source.read(await memberOffset(source, member) + from, length);
        return decodeArray(key, rows, bytes);
      }
      let cursor = cursors.get(key);
      if (cursor === undefined || cursor.position > from) {
        await cursor?.close();
        cursors.set(key, cursor = new Cursor(source, member));
      }
      return decodeArray(key, rows, await cursor.take(from, length));
    },
    raw: (key) => readAll(source, find(key)),
  };
  return file;
}

/** Sequential reading of a deflated member. */
class Cursor {
  position = 0;
  #chunks: AsyncGenerator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);
  #name: string;

  constructor(source: ByteSource, member: ZipMember) {
    this.#chunks = memberChunks(source, member);
    this.#name = member.name;
  }

  async take(from: number, length: number): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next();
        if (next.done) throw new FileFormatError(`Cannot read ${this.#name} as it is truncated`);
        this.#rest = next.value;
      }
      const skipped = Math.min(Math.max(0, from - this.position), this.#rest.length);
      const used = Math.min(this.#rest.length - skipped, length - done);
      out.set(this.#rest.subarray(skipped, skipped + used), done);
      done += used;
      this.position += skipped + used;
      this.#rest = this.#rest.subarray(skipped + used);
    }
    return out;
  }

  async close(): Promise<void> {
    await this.#chunks.return(undefined);
  }
}

async function readHeader(source: ByteSource, member: ZipMember, key: string): Promise<NpyHeader> {
  checkClaim(source, member);
  const parts: Uint8Array[] = [];
  let length = 0, wanted = NPY_PREFIX;
  for await (const chunk of memberChunks(source, member)) {
    parts.push(chunk);
    length += chunk.length;
    if (length < NPY_PREFIX) continue;
    if (wanted === NPY_PREFIX) wanted = npyHeaderLength(key, concatenate(parts));
    if (length >= wanted) break;
  }
  const header = parseNpyHeader(key, concatenate(parts));
  npyDataBytes(key, header, member.size - header.dataOffset);
  return header;
}

/** Believes the announced size only as far as the file can back it: deflate gains at most 1032. */
function checkClaim(source: ByteSource, member: ZipMember): void {
  if (member.size > (member.method === 0 ? member.packed : member.packed * 1032 + 1024)) {
    throw new FileFormatError(
      `Cannot read ${member.name} as it claims ${member.size} bytes in a file of ${source.size}: ` +
        "the file is corrupt, copy it again",
    );
  }
}

async function readAll(source: ByteSource, member: ZipMember): Promise<Uint8Array> {
  checkClaim(source, member);
  const out = new Uint8Array(member.size);
  let at = 0;
  for await (const chunk of memberChunks(source, member)) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

function sliceRows(array: NdArray, start: number, count: number): NdArray {
  const row = array.data.length / Math.max(1, array.shape[0]);
  const data = array.data.slice(start * row, (start + count) * row);
  return { shape: [count, ...array.shape.slice(1)], dtype: array.dtype, data };
}

/** Packs arrays into an NPZ archive that NumPy reads. */
export function writeNpz(
  arrays: Readonly<Record<string, NdArray>>,
  options: { readonly compress?: boolean } = {},
): Promise<Uint8Array> {
  const entries = Object.entries(arrays).map(([key, array]) => ({
    name: `${key}.npy`,
    content: encodeNpy(array),
  }));
  return writeZip(entries, options);
}

/**
 * Reads `_metadata`: JSON text, also where NumPy pickled it as a single string.
 *
 * Nothing is ever executed: a pickle is only searched for its one string.
 *
 * @returns the parsed object, or a warning that says why there is none; neither if the key is absent.
 */
export async function readMetadata(
  npz: NpzFile,
): Promise<{ value?: Record<string, unknown>; warning?: string }> {
  if (!npz.keys.includes("_metadata")) return {};
  try {
    const bytes = await npz.raw("_metadata");
    const header = parseNpyHeader("_metadata", bytes);
    const content = bytes.subarray(header.dataOffset);
    let text: string;
    if (header.dtype === undefined) text = metadataFromPickle(content);
    else if (header.dtype === "u8") text = new TextDecoder().decode(content);
    else text = String((decodeArray("_metadata", header, content).data as string[])[0]);
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new SyntaxError("it is not a JSON object");
    }
    return { value: value as Record<string, unknown> };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { warning: `skipped _metadata: ${why}` };
  }
}
