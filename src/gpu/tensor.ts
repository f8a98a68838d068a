/**
 * A tensor on the device: a buffer with a shape. 32-bit elements; a complex tensor has a last axis of 2.
 *
 * @module
 */
import { countOf } from "../array.ts";
import { ShapeError, TensorReleasedError } from "../errors.ts";

/** Device memory behind one or, over time, several tensors. */
export interface Slot {
  /** The buffer. */
  readonly buffer: GPUBuffer;
  /** Its size. */
  readonly bytes: number;
  /** Read-only copy as a texture, made on first use where hot reads go through textures. */
  mirror: GPUTexture | undefined;
}

/** Texels in one row of a mirror texture; element `4 i` of a tensor is texel (i % 1024, i / 1024). */
export const MIRROR_WIDTH = 1024;

/** A shaped piece of device memory; who allocates it releases it. */
export class Tensor {
  /** Name used in error messages and profiles. */
  readonly label: string;
  /** Length of each axis, slowest first. */
  readonly shape: readonly number[];
  /** Number of 32-bit elements. */
  readonly length: number;
  /** True if it is never written again, so that a copy as a texture is made once. */
  readonly constant: boolean;
  #slot: Slot | undefined;

  /** Wraps memory; use `gpu.tensor` or `arena.allocate`. */
  constructor(label: string, shape: readonly number[], slot: Slot, constant = false) {
    this.label = label;
    this.constant = constant;
    this.shape = [...shape];
    this.length = countOf(shape);
    this.#slot = slot;
  }

  /** The memory. @throws {TensorReleasedError} after release. */
  get slot(): Slot {
    if (this.#slot === undefined) {
      throw new TensorReleasedError(`Cannot use tensor ${this.label} as it was released`);
    }
    return this.#slot;
  }

  /** The buffer. @throws {TensorReleasedError} after release. */
  get buffer(): GPUBuffer {
    return this.slot.buffer;
  }

  /** Gives the memory up; only the arena calls this. */
  detach(): Slot {
    const slot = this.slot;
    this.#slot = undefined;
    return slot;
  }

  /** Checks a range of elements. @throws {ShapeError} if it is not inside. */
  checkRange(offset: number, count: number): void {
    if (offset < 0 || offset + count > this.length) {
      throw new ShapeError(
        `Cannot access elements ${offset}..${offset + count} of tensor ${this.label} ` +
          `as its shape is (${this.shape.join(", ")})`,
      );
    }
  }

  /** Checks that it may be written. @throws {ShapeError} if it is constant. */
  checkWritable(): void {
    if (this.constant) throw new ShapeError(`Cannot write tensor ${this.label}: it is constant`);
  }

  /** Checks the shape. @throws {ShapeError} unless it is the expected one. */
  expectShape(...expected: number[]): void {
    if (expected.length !== this.shape.length || expected.some((n, i) => n !== this.shape[i])) {
      throw new ShapeError(
        `Tensor ${this.label} has shape (${this.shape.join(", ")}): ` +
          `(${expected.join(", ")}) is needed`,
      );
    }
  }
}
