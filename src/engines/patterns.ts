/**
 * Measured amplitudes on the device, also more of them than one binding holds.
 *
 * Where all fit one binding, kernels see all of them. Otherwise they lie in several buffers, and kernels
 * see a window into which the patterns that are visited next are copied on the device.
 *
 * @module
 */
import { GpuLimitError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Tensor } from "../gpu/tensor.ts";

/** Fewest patterns of a window, which is what sweeps submit together. */
const TOGETHER = 64;

/** How patterns are kept. */
export interface PatternRoom {
  /** Bytes of one binding; default what the device has. */
  readonly bytes?: number | undefined;
  /** Patterns that are visited together; default 64, which is also the least. */
  readonly together?: number | undefined;
}

/** All patterns of a scan, (P, N, N) f32 in the order of the engines, -1 where not measured. */
export class Patterns implements Disposable {
  /** What kernels read: (P, N, N) f32, or a window of (W, N, N). */
  readonly visible: Tensor;
  #gpu: Gpu;
  #plane: number;
  #perPage = 0;
  #pages: Tensor[] = [];
  #slots = new Map<number, number>();

  /**
   * Uploads patterns.
   *
   * @param measured (P, N, N).
   * @throws {GpuLimitError} if a window of the patterns visited together does not fit one binding.
   */
  constructor(gpu: Gpu, measured: Float32Array, size: number, room: PatternRoom = {}) {
    const plane = this.#plane = size * size, count = measured.length / plane;
    const { maxStorageBufferBindingSize, maxBufferSize } = gpu.device.limits;
    const bytes = room.bytes ?? Math.min(maxStorageBufferBindingSize, maxBufferSize);
    const fit = Math.floor(bytes / (4 * plane));
    this.#gpu = gpu;
    if (count <= fit) {
      this.visible = gpu.constant("measured", [count, size, size], measured);
      return;
    }
    const together = Math.max(TOGETHER, room.together ?? 0);
    if (together > fit) {
      throw new GpuLimitError(
        `Cannot visit ${together} patterns of ${size} x ${size} together as one binding of this ` +
          `device holds ${fit}: use a smaller --batch-size, --crop-to or --bin`,
        "maxStorageBufferBindingSize",
        4 * plane * together,
        bytes,
      );
    }
    this.#perPage = fit;
    for (let first = 0; first < count; first += fit) {
      const part = measured.subarray(first * plane, Math.min(count, first + fit) * plane);
      this.#pages.push(gpu.tensor("measured page", [part.length / plane, size, size], part));
    }
    this.visible = gpu.tensor("measured window", [together, size, size]);
  }

  /** True if kernels see a window, so that patterns have to be shown before they are visited. */
  get windowed(): boolean {
    return this.#pages.length > 0;
  }

  /** Most patterns that can be shown together. */
  get together(): number {
    return this.windowed ? this.visible.shape[0] : Infinity;
  }

  /** Plane of `visible` that holds a pattern; of one that is not shown 0. */
  plane(pattern: number): number {
    return this.windowed ? this.#slots.get(pattern) ?? 0 : pattern;
  }

  /**
   * Queues copies of patterns into the window, to planes 0, 1, ..; without effect where all are seen.
   *
   * @throws {ShapeError} if they are more than the window holds.
   */
  show(patterns: ArrayLike<number>): void {
    if (!this.windowed) return;
    const window = this.visible, plane = this.#plane;
    window.checkRange(0, patterns.length * plane);
    this.#slots.clear();
    const encoder = this.#gpu.device.createCommandEncoder({ label: "show patterns" });
    for (let slot = 0; slot < patterns.length; slot++) {
      const pattern = patterns[slot], page = Math.floor(pattern / this.#perPage);
      const from = 4 * plane * (pattern - page * this.#perPage);
      this.#slots.set(pattern, slot);
      const { buffer } = this.#pages[page];
      encoder.copyBufferToBuffer(buffer, from, window.buffer, 4 * plane * slot, 4 * plane);
    }
    this.#gpu.submit(encoder);
  }

  /** Frees the memory. */
  dispose(): void {
    for (const tensor of [this.visible, ...this.#pages]) this.#gpu.arena.release(tensor);
  }

  /** Same as {@linkcode Patterns.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
