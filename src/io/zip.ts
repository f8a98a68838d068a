/**
 * ZIP archives: members by central directory, stored or deflated, zip64.
 *
 * @module
 */
import { FileFormatError } from "../errors.ts";
import { crc32 } from "./crc32.ts";
import type { ByteSource } from "./source.ts";

/** One file of an archive. */
export interface ZipMember {
  /** Name. */
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes of the content. */
  readonly size: number;
  /** CRC-32 of the content. */
  readonly crc: number;
  /** Place of its local header. */
  readonly headerOffset: number;
}

const END = 0x06054b50, END64 = 0x06064b50, LOCATOR64 = 0x07064b50;
const CENTRAL = 0x02014b50, LOCAL = 0x04034b50;
const MAX32 = 0xffffffff;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function big(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

/** Reads the list of members. @throws {FileFormatError} if it is no ZIP, truncated or corrupt. */
export async function readZipDirectory(source: ByteSource): Promise<ZipMember[]> {
  const refuse = (why: string): FileFormatError =>
    new FileFormatError(`Cannot read ${source.name} as ${why}: copy or save it again`);
  const magic = await source.read(0, 4);
  const first = magic.length === 4 ? viewOf(magic).getUint32(0, true) : 0;
  if (first !== LOCAL && first !== END) {
    throw new FileFormatError(
      `Cannot read ${source.name} as it is not an NPZ (zip) file: save it with numpy.savez`,
    );
  }
  const tailOffset = Math.max(0, source.size - 65557);
  const tail = await source.read(tailOffset, source.size - tailOffset);
  const view = viewOf(tail);
  let end = tail.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== END) end--;
  if (end < 0) throw refuse("its directory is missing (the file is truncated)");
  let count = view.getUint16(end + 10, true);
  let size = view.getUint32(end + 12, true), offset = view.getUint32(end + 16, true);
  if (end >= 20 && view.getUint32(end - 20, true) === LOCATOR64) {
    const place = big(view, end - 20 + 8);
    const record = await source.read(place, 56);
    if (record.length < 56 || viewOf(record).getUint32(0, true) !== END64) {
      throw refuse("its zip64 directory is corrupt");
    }
    count = big(viewOf(record), 32);
    size = big(viewOf(record), 40);
    offset = big(viewOf(record), 48);
  }
  if (offset + size > source.size) throw refuse("its directory lies outside the file (truncated)");
  const directory = await source.read(offset, size);
  if (directory.length < size) throw refuse("it is truncated");
  const members: ZipMember[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > size || viewOf(directory).getUint32(at, true) !== CENTRAL) {
      throw refuse("its directory is corrupt");
    }
    const { member, next } = centralEntry(directory, at);
    if (next > size) throw refuse("its directory is corrupt");
    members.push(member);
    at = next;
  }
  return members;
}

function centralEntry(directory: Uint8Array, at: number): { member: ZipMember; next: number } {
  const view = viewOf(directory);
  const nameLength = view.getUint16(at + 28, true), extraLength = view.getUint16(at + 30, true);
  const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
  const nameBytes = directory.subarray(at + 46, at + 46 + nameLength);
  const flags = view.getUint16(at + 8, true);
  const name = new TextDecoder().decode(nameBytes);
  let size = view.getUint32(at + 24, true), packed = view.getUint32(at + 20, true);
  let headerOffset = view.getUint32(at + 42, true);
  const extraEnd = Math.min(at + 46 + nameLength + extraLength, directory.length);
  for (let e = at + 46 + nameLength; e + 4 <= extraEnd;) {
    const id = view.getUint16(e, true), length = view.getUint16(e + 2, true);
    if (id === 1) {
      let p = e + 4;
      const take = (): number => {
        if (p + 8 > extraEnd) throw new FileFormatError(`Cannot read ${name} as it is corrupt`);
        p += 8;
        return big(view, p - 8);
      };
      if (size === MAX32) size = take();
      if (packed === MAX32) packed = take();
      if (headerOffset === MAX32) headerOffset = take();
    }
    e += 4 + length;
  }
  if (flags & 1) throw new FileFormatError(`Cannot read ${name} as it is encrypted: decrypt it`);
  const member: ZipMember = {
    name,
    method: view.getUint16(at + 10, true),
    packed,
    size,
    crc: view.getUint32(at + 16, true),
    headerOffset,
  };
  if (member.method !== 0 && member.method !== 8) {
    throw new FileFormatError(
      `Cannot read ${name} as its compression method is ${member.method}: use numpy.savez or ` +
        "numpy.savez_compressed",
    );
  }
  return { member, next };
}

/** Place of the packed bytes of a member. @throws {FileFormatError} if they are not all there. */
export async function memberOffset(source: ByteSource, member: ZipMember): Promise<number> {
  const header = await source.read(member.headerOffset, 30);
  const good = header.length === 30 && viewOf(header).getUint32(0, true) === LOCAL;
  const offset = good
    ? member.headerOffset + 30 + viewOf(header).getUint16(26, true) +
      viewOf(header).getUint16(28, true)
    : 0;
  if (!good || offset + member.packed > source.size) {
    throw new FileFormatError(
      `Cannot read ${member.name} of ${source.name} as the file is truncated: copy it again`,
    );
  }
  return offset;
}

/** Bytes read from the source at once. */
const CHUNK = 1 << 20;

/**
 * Content of a member as a stream of chunks, decompressed as it goes; the checksum is verified at
 * the end.
 */
export async function* memberChunks(
  source: ByteSource,
  member: ZipMember,
): AsyncGenerator<Uint8Array> {
  const offset = await memberOffset(source, member);
  let crc = 0, total = 0;
  const corrupt = (what: string): FileFormatError =>
    new FileFormatError(
      `Cannot read ${member.name} of ${source.name} as ${what}: the file is corrupt, copy it again`,
    );
  const raw = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (position >= member.packed) return controller.close();
      const chunk = await source.read(offset + position, Math.min(CHUNK, member.packed - position));
      position += chunk.length;
      if (chunk.length === 0) return controller.close();
      controller.enqueue(chunk as Uint8Array<ArrayBuffer>);
    },
  }, { highWaterMark: 1 });
  let position = 0;
  const stream = member.method === 0
    ? raw
    : raw.pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  try {
    while (true) {
      let chunk: ReadableStreamReadResult<Uint8Array>;
      try {
        chunk = await reader.read();
      } catch {
        throw corrupt("its compressed bytes do not decode");
      }
      if (chunk.done) break;
      total += chunk.value.length;
      if (total > member.size) throw corrupt("it is longer than announced");
      crc = crc32(chunk.value, crc);
      yield chunk.value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  if (total !== member.size) throw corrupt(`it has ${total} bytes instead of ${member.size}`);
  if (crc !== member.crc) throw corrupt("its checksum is wrong");
}
