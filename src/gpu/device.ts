/**
 * Opening a WebGPU device and talking to it: limits, errors, read-back, live bytes.
 *
 * Nothing here knows any physics. The same module runs in Deno and in browsers.
 *
 * @module
 */
import {
  DeviceLostError,
  GpuMemoryError,
  GpuValidationError,
  ShaderCompileError,
} from "../errors.ts";
import {
  type Accelerator,
  type AdapterDescription,
  chooseAdapter,
  describe,
  requestDevice,
  SUBGROUPS,
  WIDE_INTEGERS,
} from "./adapter.ts";
import { Arena } from "./arena.ts";
import { PipelineCache } from "./kernel.ts";
import { Tensor } from "./tensor.ts";

export type { Accelerator, AdapterDescription } from "./adapter.ts";

/** How kernels should be laid out for the adapter at hand. */
export interface AdapterProfile {
  /** True for a software adapter (the CPU plays GPU). */
  readonly software: boolean;
  /** Hot reads go through storage textures mirrored from the buffers (much faster in software). */
  readonly texelReads: boolean;
  /** Stores take two numbers at a time as one 64-bit integer (a fifth less time in software). */
  readonly wideStores: boolean;
  /**
   * Consecutive invocations of a workgroup that can pass numbers to each other (much faster than through
   * memory in software); 0 if kernels may not count on it.
   */
  readonly shuffles: number;
  /** Invocations that advance together, as far as the adapter tells; 0 if it does not. */
  readonly lanes: number;
}

/** Options of {@linkcode Gpu.open}. */
export interface GpuOptions {
  /** Which adapter to take; default `auto`. */
  readonly accelerator?: Accelerator;
  /** Overrides the choice of hot-read path; default by adapter. For tests and measurements. */
  readonly texelReads?: boolean;
  /** False stores numbers of 32 bits on any adapter. For tests and measurements. */
  readonly wideStores?: boolean;
  /** False passes no numbers between invocations on any adapter. For tests and measurements. */
  readonly shuffles?: boolean;
  /** Receives one-line warnings (for example that the adapter is a software one). */
  readonly onWarning?: (line: string) => void;
}

/** Invocations of a subgroup from which on kernels pass numbers across it. */
const FEWEST_LANES = 8;

/** An open WebGPU device. Errors of queued work surface at the next `submit`, `read` or `settle`. */
export class Gpu implements Disposable {
  /** The raw device. */
  readonly device: GPUDevice;
  /** What it is. */
  readonly adapter: AdapterDescription;
  /** How kernels are laid out for it. */
  readonly profile: AdapterProfile;
  /** True if passes can be timed on the device. */
  readonly canTime: boolean;
  /** True if shaders can compute with 16-bit numbers. */
  readonly canHalf: boolean;
  /** Buffers and textures, with reuse and accounting. */
  readonly arena: Arena;
  /** Compiled kernels. */
  readonly pipelines: PipelineCache;
  #failure: Error | undefined;
  #checks: Promise<void>[] = [];
  #disposed = false;
  #mirrored = new WeakSet<Tensor>();

  private constructor(device: GPUDevice, adapter: AdapterDescription, profile: AdapterProfile) {
    this.device = device;
    this.adapter = adapter;
    this.profile = profile;
    this.canTime = device.features.has("timestamp-query");
    this.canHalf = device.features.has("shader-f16");
    this.arena = new Arena(device, profile);
    this.pipelines = new PipelineCache(this);
    device.addEventListener("uncapturederror", (event) => {
      const { error } = event as GPUUncapturedErrorEvent;
      const line = error.message.replace(/\s+/g, " ").trim();
      this.fail(
        error instanceof GPUOutOfMemoryError
          ? new GpuMemoryError(`The device is out of memory: ${line}`)
          : new GpuValidationError(line),
      );
    });
    device.lost.then((info) => {
      if (this.#disposed) return;
      // Commands to a device that is gone are invalid: that is a consequence, not the cause.
      if (this.#failure instanceof GpuValidationError) this.#failure = undefined;
      this.fail(
        new DeviceLostError(
          `The GPU device was lost (${info.reason || "unknown"}: ${info.message.trim()}): ` +
            "restart from the last checkpoint, with a smaller batch if it happens again",
        ),
      );
    });
  }

  /**
   * Opens a device with the adapter's own limits.
   *
   * @throws {GpuUnavailableError} if there is no adapter of the wanted kind.
   * @throws {GpuLimitError} if the adapter is too small for the kernels.
   */
  static async open(options: GpuOptions = {}): Promise<Gpu> {
    const found = await chooseAdapter(options.accelerator ?? "auto", options.onWarning);
    const description = describe(found), { software } = description;
    const device = await requestDevice(found, software);
    const texelReads = options.texelReads ?? software;
    const { features } = device, { subgroupMinSize: lanes = 0, subgroupMaxSize } = found.info;
    const wideStores = (options.wideStores ?? texelReads) && features.has(WIDE_INTEGERS);
    const passes = features.has(SUBGROUPS) && subgroupMaxSize === lanes && lanes >= FEWEST_LANES;
    const shuffles = (options.shuffles ?? texelReads) && passes ? lanes : 0;
    const profile = { software, texelReads, wideStores, shuffles, lanes };
    return new Gpu(device, description, profile);
  }

  /** Records an asynchronous failure; the first one wins and is thrown by the next call. */
  fail(error: Error): void {
    this.#failure ??= error;
  }

  /** Throws a failure that arrived since the last call. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Registers a check (such as a compile report) that `settle` waits for. */
  addCheck(check: Promise<void>): void {
    this.#checks.push(check);
  }

  /** Reports shader messages of a module as {@linkcode ShaderCompileError}. */
  watchModule(label: string, module: GPUShaderModule): void {
    this.addCheck(
      module.getCompilationInfo().then((info) => {
        const errors = info.messages.filter((m) => m.type === "error");
        if (errors.length > 0) {
          const text = errors.map((m) => `${m.lineNum}:${m.linePos} ${m.message}`).join("; ");
          this.fail(
            new ShaderCompileError(`Cannot compile ${label}: ${text.replace(/\s+/g, " ")}`),
          );
        }
      }),
    );
  }

  /** Waits until all queued work is done and throws what went wrong in it. */
  async settle(): Promise<void> {
    await this.finishChecks();
    await this.submitted();
    this.check();
  }

  /** Waits for the registered checks and throws what failed so far. */
  async finishChecks(): Promise<void> {
    const checks = this.#checks;
    this.#checks = [];
    await Promise.all(checks);
    this.check();
  }

  /**
   * Waits until what is queued now is done, whatever is queued meanwhile; throws if the device is lost.
   * The promise may be kept and awaited later.
   */
  submitted(): Promise<void> {
    const done = this.waited(this.device.queue.onSubmittedWorkDone());
    // Whoever awaits it sees the error; until then nobody does.
    done.catch(() => undefined);
    return done;
  }

  /** A wait for the device that rejects with the cause, not with its consequence. */
  waited<T>(wait: Promise<T>): Promise<T> {
    return wait.catch((error) => this.#rethrow(error));
  }

  /** Submits recorded commands. */
  submit(encoder: GPUCommandEncoder): void {
    this.check();
    this.device.queue.submit([encoder.finish()]);
  }

  /** Creates a tensor of zeros or of the given values. */
  tensor(
    label: string,
    shape: readonly number[],
    values?: Float32Array | Uint32Array | Int32Array,
  ): Tensor {
    const tensor = this.arena.allocate(label, shape, true);
    if (values !== undefined) this.write(tensor, values);
    else this.clear(tensor);
    return tensor;
  }

  /** Creates a tensor that is never written again. */
  constant(label: string, shape: readonly number[], values: Float32Array): Tensor {
    const { slot } = this.tensor(label, shape, values);
    return new Tensor(label, shape, slot, true);
  }

  /** Copies a constant tensor into its texture, once. */
  mirrorConstant(tensor: Tensor): void {
    if (this.#mirrored.has(tensor)) return;
    this.#mirrored.add(tensor);
    const encoder = this.device.createCommandEncoder({ label: `mirror ${tensor.label}` });
    this.arena.mirroring(tensor)(encoder);
    this.submit(encoder);
  }

  /** Fills a tensor with zeros. */
  clear(tensor: Tensor): void {
    tensor.checkWritable();
    const encoder = this.device.createCommandEncoder({ label: `clear ${tensor.label}` });
    encoder.clearBuffer(tensor.buffer);
    this.submit(encoder);
  }

  /** Uploads values to a tensor, from element `offset` on. @throws {ShapeError} if they do not fit. */
  write(tensor: Tensor, values: Float32Array | Uint32Array | Int32Array, offset = 0): void {
    tensor.checkRange(offset, values.length);
    tensor.checkWritable();
    this.device.queue.writeBuffer(
      tensor.buffer,
      offset * 4,
      values.buffer as ArrayBuffer,
      values.byteOffset,
      values.byteLength,
    );
  }

  /** Reads a tensor back as f32. Slow by nature: never inside a training step. */
  async read(tensor: Tensor): Promise<Float32Array> {
    return (await this.readAll([tensor]))[0];
  }

  /** Reads several tensors back in one wait. */
  async readAll(tensors: readonly Tensor[]): Promise<Float32Array[]> {
    const encoder = this.device.createCommandEncoder({ label: "read back" });
    const staging = tensors.map((tensor) => {
      const size = Math.max(4, tensor.length * 4);
      const buffer = this.device.createBuffer({
        label: `staging of ${tensor.label}`,
        size,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      });
      encoder.copyBufferToBuffer(tensor.buffer, 0, buffer, 0, size);
      return buffer;
    });
    this.submit(encoder);
    try {
      await Promise.all(staging.map((buffer) => buffer.mapAsync(GPUMapMode.READ)));
      await this.finishChecks();
      return staging.map((buffer, i) =>
        new Float32Array(buffer.getMappedRange().slice(0, tensors[i].length * 4))
      );
    } catch (error) {
      return await this.#rethrow(error);
    } finally {
      for (const buffer of staging) buffer.destroy();
    }
  }

  /** Throws the cause of a failed wait: the device reports it a moment after the wait has failed. */
  async #rethrow(error: unknown): Promise<never> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const moment = new Promise((resolve) => timer = setTimeout(resolve, 100));
    await Promise.race([this.device.lost, moment]);
    clearTimeout(timer);
    this.check();
    throw error;
  }

  /**
   * Goes on after memory ran out: what failed is forgotten, and memory that nothing uses is given
   * back, so that less can be tried. Any other failure stays.
   */
  async recover(): Promise<void> {
    // Commands that were built on the missing memory are reported late: they belong to it.
    const missing = this.#failure instanceof GpuMemoryError;
    this.#checks = [];
    await this.device.queue.onSubmittedWorkDone().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (missing && this.#failure instanceof GpuMemoryError) this.#failure = undefined;
    this.arena.trim();
  }

  /** Frees everything; tensors become unusable. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.arena.dispose();
    this.device.destroy();
  }

  /** Same as {@linkcode Gpu.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
