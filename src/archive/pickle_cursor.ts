/**
 * Reading the operands of pickle instructions: checked lengths, texts and numbers.
 *
 * @module
 */

/** A place in the bytes of a pickle that moves forward. */
export class PickleCursor {
  #bytes: Uint8Array;
  #view: DataView;
  #at = 0;
  #text = new TextDecoder("utf-8", { fatal: true });
  #refuse: (why: string) => Error;

  /** Starts at the first byte; `refuse` makes the error of a malformed file. */
  constructor(bytes: Uint8Array, refuse: (why: string) => Error) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#refuse = refuse;
  }

  /** The next bytes, not copied. @throws {FileFormatError} if they are not all there. */
  take(length: number): Uint8Array {
    if (!(length >= 0 && this.#at + length <= this.#bytes.length)) {
      throw this.#refuse("it is truncated");
    }
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** An unsigned little-endian number of 2, 4 or 8 bytes. */
  length(size: 2 | 4 | 8): number {
    this.take(size);
    const at = this.#at - size;
    if (size === 2) return this.#view.getUint16(at, true);
    if (size === 4) return this.#view.getUint32(at, true);
    return Number(this.#view.getBigUint64(at, true));
  }

  /** A text up to the next line feed. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0) throw this.#refuse("it is truncated");
    const text = this.utf8(this.#bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return text;
  }

  /** Decodes UTF-8. */
  utf8(bytes: Uint8Array): string {
    try {
      return this.#text.decode(bytes);
    } catch {
      throw this.#refuse("a text is not UTF-8");
    }
  }

  /** Decodes one byte a character. */
  latin(bytes: Uint8Array): string {
    return Array.from(bytes, (b) => String.fromCharCode(b)).join("");
  }

  /** A number written in decimal, infinities and nan included. */
  number(text: string): number {
    const value = text === "nan" ? NaN : Number(text.replace(/^(-?)inf$/, "$1Infinity"));
    if (Number.isNaN(value) && text !== "nan") throw this.#refuse("a number is unreadable");
    return value;
  }

  /** Two's complement, little endian; a bigint where a number is not exact. */
  integer(bytes: Uint8Array): number | bigint {
    if (bytes.length > 64) throw this.#refuse("a number has more than 64 bytes");
    let value = 0n;
    for (let i = bytes.length - 1; i >= 0; i--) value = value << 8n | BigInt(bytes[i]);
    if (bytes.length > 0) value = BigInt.asIntN(8 * bytes.length, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  /** A signed little-endian number of 4 bytes. */
  int32(): number {
    this.take(4);
    return this.#view.getInt32(this.#at - 4, true);
  }

  /** A big-endian double. */
  float64(): number {
    this.take(8);
    return this.#view.getFloat64(this.#at - 8, false);
  }
}
