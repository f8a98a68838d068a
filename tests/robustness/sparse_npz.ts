/** Writes huge NPZ files that take no space on disk: ZIP64, stored, the stack mostly a hole. */
import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";

/** A member: a NumPy header, and pieces of data at their places; the rest is zero. */
export interface SparseMember {
  readonly name: string;
  readonly descr: string;
  readonly shape: readonly number[];
  readonly itemSize: number;
  readonly pieces: readonly { readonly at: number; readonly bytes: Uint8Array }[];
}

/** Header of a NumPy file, version 1.0. */
function npyHeader(member: SparseMember): Buffer {
  const shape = member.shape.join(", ") + (member.shape.length === 1 ? "," : "");
  const text = `{'descr': '${member.descr}', 'fortran_order': False, 'shape': (${shape}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const header = Buffer.alloc(length, 0x20);
  header.write("\x93NUMPY\x01\x00", 0, "latin1");
  header.writeUInt16LE(length - 10, 8);
  header.write(text, 10, "latin1");
  header[length - 1] = 10;
  return header;
}

/** ZIP64 extra field with the given 8-byte numbers. */
function extra64(values: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * values.length);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(8 * values.length, 2);
  values.forEach((value, i) => extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i));
  return extra;
}

/**
 * Writes the archive; returns its size in bytes. The checksum is right where one piece is the whole
 * member; elsewhere it is zero, as rows are read in place.
 */
export async function writeSparseNpz(
  path: string,
  members: readonly SparseMember[],
): Promise<number> {
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  const put = async (at: number, bytes: Uint8Array): Promise<void> => {
    await file.seek(at, Deno.SeekMode.Start);
    for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
  };
  const central: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const header = npyHeader(member), name = Buffer.from(`${member.name}.npy`);
    const size = header.length + member.shape.reduce((a, b) => a * b, 1) * member.itemSize;
    const extra = extra64([size, size]);
    const [only] = member.pieces;
    const whole = header.length + (only?.bytes.length ?? 0) === size;
    const checksum = whole ? crc32(only.bytes, crc32(header)) : 0;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(45, 4);
    local.writeUInt32LE(checksum, 14);
    local.writeUInt32LE(0xffffffff, 18);
    local.writeUInt32LE(0xffffffff, 22);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(extra.length, 28);
    await put(offset, Buffer.concat([local, name, extra, header]));
    const data = offset + local.length + name.length + extra.length + header.length;
    for (const { at, bytes } of member.pieces) await put(data + at, bytes);
    const far = extra64([size, size, offset]);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(45, 4);
    entry.writeUInt16LE(45, 6);
    entry.writeUInt32LE(checksum, 16);
    entry.writeUInt32LE(0xffffffff, 20);
    entry.writeUInt32LE(0xffffffff, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt16LE(far.length, 30);
    entry.writeUInt32LE(0xffffffff, 42);
    central.push(entry, name, far);
    offset = data + size - header.length;
  }
  const directory = Buffer.concat(central);
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeUInt16LE(45, 12);
  end64.writeUInt16LE(45, 14);
  end64.writeBigUInt64LE(BigInt(members.length), 24);
  end64.writeBigUInt64LE(BigInt(members.length), 32);
  end64.writeBigUInt64LE(BigInt(directory.length), 40);
  end64.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + directory.length), 8);
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(22, 0xff);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(0, 4);
  end.writeUInt16LE(0, 20);
  await put(offset, Buffer.concat([directory, end64, locator, end]));
  return offset + directory.length + 98;
}
