/**
 * Writing ZIP archives: stored or deflated, zip64 where needed, the same bytes every time.
 *
 * @module
 */
import { crc32 } from "./crc32.ts";

/** A file to put into an archive. */
export interface ZipEntry {
  /** Name. */
  readonly name: string;
  /** Content. */
  readonly content: Uint8Array;
}

/** Options of {@linkcode writeZip}. */
export interface ZipOptions {
  /** Deflate the members; default false. */
  readonly compress?: boolean;
  /** Use zip64 records even where they are not needed; for tests. */
  readonly forceZip64?: boolean;
}

const DATE_1980 = 0x0021, MAX32 = 0xffffffff;

/** Packs files into a ZIP archive. */
export async function writeZip(
  entries: readonly ZipEntry[],
  options: ZipOptions = {},
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [], central: Uint8Array[] = [];
  let offset = 0;
  for (const { name, content } of entries) {
    const packed = options.compress === true ? await deflate(content) : content;
    const method = options.compress === true ? 8 : 0;
    const label = new TextEncoder().encode(name);
    const wide = options.forceZip64 === true || content.length >= MAX32 || packed.length >= MAX32;
    const far = options.forceZip64 === true || offset >= MAX32;
    const crc = crc32(content);
    const sizes = [content.length, packed.length];
    const common = (view: DataView, at: number): void => {
      view.setUint16(at, wide || far ? 45 : 20, true);
      view.setUint16(at + 2, 0x800, true);
      view.setUint16(at + 4, method, true);
      view.setUint16(at + 8, DATE_1980, true);
      view.setUint32(at + 10, crc, true);
      view.setUint32(at + 14, wide ? MAX32 : packed.length, true);
      view.setUint32(at + 18, wide ? MAX32 : content.length, true);
      view.setUint16(at + 22, label.length, true);
    };
    const localExtra = wide ? extra64(sizes) : new Uint8Array(0);
    const local = new DataView(new ArrayBuffer(30));
    local.setUint32(0, 0x04034b50, true);
    common(local, 4);
    local.setUint16(28, localExtra.length, true);
    const centralExtra = wide || far
      ? extra64([...(wide ? sizes : []), ...(far ? [offset] : [])])
      : new Uint8Array(0);
    const entry = new DataView(new ArrayBuffer(46));
    entry.setUint32(0, 0x02014b50, true);
    entry.setUint16(4, 45, true);
    common(entry, 6);
    entry.setUint16(30, centralExtra.length, true);
    entry.setUint32(42, far ? MAX32 : offset, true);
    central.push(new Uint8Array(entry.buffer), label, centralExtra);
    parts.push(new Uint8Array(local.buffer), label, localExtra, packed);
    offset += 30 + label.length + localExtra.length + packed.length;
  }
  const size = central.reduce((sum, part) => sum + part.length, 0);
  const wide = options.forceZip64 === true || offset >= MAX32 || entries.length >= 65535;
  const tail = wide ? end64(entries.length, size, offset) : new Uint8Array(0);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  const count = Math.min(entries.length, 65535);
  end.setUint16(8, count, true);
  end.setUint16(10, count, true);
  end.setUint32(12, wide ? MAX32 : size, true);
  end.setUint32(16, wide ? MAX32 : offset, true);
  return concatenate([...parts, ...central, tail, new Uint8Array(end.buffer)]);
}

/** Joins pieces of bytes. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function extra64(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 + 8 * values.length));
  view.setUint16(0, 1, true);
  view.setUint16(2, 8 * values.length, true);
  values.forEach((value, i) => view.setBigUint64(4 + 8 * i, BigInt(value), true));
  return new Uint8Array(view.buffer);
}

function end64(count: number, size: number, offset: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(76));
  view.setUint32(0, 0x06064b50, true);
  view.setBigUint64(4, 44n, true);
  view.setUint16(12, 45, true);
  view.setUint16(14, 45, true);
  view.setBigUint64(24, BigInt(count), true);
  view.setBigUint64(32, BigInt(count), true);
  view.setBigUint64(40, BigInt(size), true);
  view.setBigUint64(48, BigInt(offset), true);
  view.setUint32(56, 0x07064b50, true);
  view.setBigUint64(64, BigInt(offset + size), true);
  view.setUint32(72, 1, true);
  return new Uint8Array(view.buffer);
}

async function deflate(content: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([content as Uint8Array<ArrayBuffer>]).stream()
    .pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
