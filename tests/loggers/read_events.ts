/** Reads event files back; written from the format's description, sharing nothing with the writer. */

/** A decoded field: its number, and a number, bytes, or 8 or 4 raw bytes. */
export interface Field {
  readonly number: number;
  readonly value: number | Uint8Array;
  readonly wire: number;
}

/** Bitwise CRC-32C, without a table. */
function crc(bytes: Uint8Array): number {
  let c = ~0;
  for (const byte of bytes) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = (c & 1) === 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  }
  return ~c >>> 0;
}

function unmask(masked: number): number {
  const turned = (masked - 0xa282ead8) >>> 0;
  return ((turned >>> 17) | (turned << 15)) >>> 0;
}

/** Records of a file; throws if a checksum is wrong or a record is cut. */
export function readRecords(bytes: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = [], view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 0; at < bytes.length;) {
    const length = Number(view.getBigUint64(at, true));
    const data = bytes.subarray(at + 12, at + 12 + length);
    if (data.length !== length) throw new Error("record is cut");
    if (unmask(view.getUint32(at + 8, true)) !== crc(bytes.subarray(at, at + 8))) {
      throw new Error("checksum of the length");
    }
    if (unmask(view.getUint32(at + 12 + length, true)) !== crc(data)) {
      throw new Error("checksum of the data");
    }
    out.push(data);
    at += 16 + length;
  }
  return out;
}

/** Fields of a message. */
export function readFields(bytes: Uint8Array): Field[] {
  const out: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0n, shift = 0n, byte: number;
    do {
      byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      shift += 7n;
    } while (byte > 127);
    return Number(BigInt.asIntN(64, value));
  };
  while (at < bytes.length) {
    const tag = varint(), number = tag >> 3, wire = tag & 7;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at);
    if (wire === 0) out.push({ number, wire, value: varint() });
    else if (wire === 1) {
      out.push({ number, wire, value: view.getFloat64(0, true) });
      at += 8;
    } else if (wire === 5) {
      out.push({ number, wire, value: view.getFloat32(0, true) });
      at += 4;
    } else if (wire === 2) {
      const length = varint();
      out.push({ number, wire, value: bytes.subarray(at, at + length) });
      at += length;
    } else throw new Error(`wire type ${wire}`);
  }
  return out;
}

/** The value of a field. */
export function field(fields: readonly Field[], number: number): number | Uint8Array | undefined {
  return fields.find((f) => f.number === number)?.value;
}

/** The fields of a message inside a message. */
export function inner(fields: readonly Field[], number: number): Field[] {
  const value = field(fields, number);
  return value instanceof Uint8Array ? readFields(value) : [];
}

/** A value as text. */
export function text(value: number | Uint8Array | undefined): string {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value);
}
