/**
 * Reading one tensor again and again.
 *
 * Deno blocks its thread until the device is done, maps the buffer and settles the promise 10 ms later,
 * in which the device idles if the next work depends on what was read. But the contents are there at
 * once. Where they are not, in a browser, the promise is waited for.
 *
 * @module
 */
import { GpuValidationError } from "../errors.ts";
import type { Gpu } from "./device.ts";
import type { Tensor } from "./tensor.ts";

/** A tensor with a staging buffer of its own. One read at a time. */
export class Readback implements Disposable {
  #gpu: Gpu;
  #tensor: Tensor;
  #staging: GPUBuffer;
  /** Mapping of the last read: the first one is waited for, because Deno knows no range before. */
  #mapping: Promise<unknown> | undefined;
  #reading = false;

  /** Creates the staging buffer. */
  constructor(gpu: Gpu, tensor: Tensor) {
    this.#gpu = gpu;
    this.#tensor = tensor;
    this.#staging = gpu.device.createBuffer({
      label: `staging of ${tensor.label}`,
      size: Math.max(4, tensor.length * 4),
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
  }

  /**
   * Waits until what is queued is done and reads the tensor as f32.
   *
   * @throws {GpuValidationError} if the last read is not over.
   */
  async read(): Promise<Float32Array> {
    if (this.#reading) throw new GpuValidationError(`${this.#tensor.label} is being read already`);
    this.#reading = true;
    try {
      return await this.#gpu.waited(this.#read());
    } finally {
      this.#reading = false;
    }
  }

  async #read(): Promise<Float32Array> {
    const gpu = this.#gpu, staging = this.#staging, known = this.#mapping !== undefined;
    if (known) {
      await this.#mapping;
      staging.unmap();
    }
    const encoder = gpu.device.createCommandEncoder({ label: "read back" });
    encoder.copyBufferToBuffer(this.#tensor.buffer, 0, staging, 0, staging.size);
    gpu.submit(encoder);
    const mapping = staging.mapAsync(GPUMapMode.READ);
    this.#mapping = mapping;
    // Nobody may wait for it any more.
    if (known) mapping.catch(() => undefined);
    const early = known ? rangeIfMapped(staging) : undefined;
    if (early === undefined) await mapping;
    await gpu.finishChecks();
    const range = early ?? staging.getMappedRange();
    return new Float32Array(range.slice(0, this.#tensor.length * 4));
  }

  /** Frees the staging buffer. */
  dispose(): void {
    this.#staging.destroy();
  }

  /** Same as {@linkcode Readback.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

function rangeIfMapped(buffer: GPUBuffer): ArrayBuffer | undefined {
  try {
    return buffer.getMappedRange();
  } catch {
    return undefined;
  }
}
