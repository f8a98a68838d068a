/**
 * The few parts of the protocol buffer encoding that event files need.
 *
 * @module
 */

/** A message being written, field by field. */
export class ProtoWriter {
  #bytes: number[] = [];
  #parts: Uint8Array[] = [];

  /** A whole number as a varint; negative ones take ten bytes, as int64 demands. */
  int(field: number, value: number | bigint): this {
    this.#varint(BigInt(field << 3));
    this.#varint(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  /** A double. */
  double(field: number, value: number): this {
    return this.#fixed(field, 1, 8, (view) => view.setFloat64(0, value, true));
  }

  /** A float. */
  float(field: number, value: number): this {
    return this.#fixed(field, 5, 4, (view) => view.setFloat32(0, value, true));
  }

  /** Bytes, or the bytes of another message. */
  bytes(field: number, value: Uint8Array | ProtoWriter): this {
    const content = value instanceof ProtoWriter ? value.finish() : value;
    this.#varint(BigInt((field << 3) | 2));
    this.#varint(BigInt(content.length));
    this.#flush();
    this.#parts.push(content);
    return this;
  }

  /** Text. */
  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** The encoded message. */
  finish(): Uint8Array {
    this.#flush();
    const out = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  #fixed(field: number, wire: number, length: number, set: (view: DataView) => void): this {
    this.#varint(BigInt((field << 3) | wire));
    const bytes = new Uint8Array(length);
    set(new DataView(bytes.buffer));
    this.#bytes.push(...bytes);
    return this;
  }

  #varint(value: bigint): void {
    while (value > 127n) {
      this.#bytes.push(Number(value & 127n) | 128);
      value >>= 7n;
    }
    this.#bytes.push(Number(value));
  }

  #flush(): void {
    if (this.#bytes.length > 0) this.#parts.push(Uint8Array.from(this.#bytes));
    this.#bytes = [];
  }
}
