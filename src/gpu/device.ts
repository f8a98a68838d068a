/**
 * Opening a WebGPU device and talking to it: limits, errors, read-back, live bytes.
 *
 * Nothing here knows any physics. The same module runs in Deno and in browsers.
 *
 * @module
 */
import {
  DeviceLostError,
  GpuLimitError,
  GpuMemoryError,
  GpuUnavailableError,
  GpuValidationError,
  ShaderCompileError,
} from "../errors.ts";
import { Arena } from "./arena.ts";
import { PipelineCache } from "./kernel.ts";
import { Tensor } from "./tensor.ts";

/** Which adapter to take: `gpu` refuses software adapters, `cpu` takes only those. */
export type Accelerator = "auto" | "gpu" | "cpu";

/** How kernels should be laid out for the adapter at hand. */
export interface AdapterProfile {
  /** True for a software adapter (the CPU plays GPU). */
  readonly software: boolean;
  /** Hot reads go through storage textures mirrored from the buffers (much faster in software). */
  readonly texelReads: boolean;
  /** Invocations that advance together, as far as the adapter tells; 0 if it does not. */
  readonly lanes: number;
}

/** What the open device is. */
export interface AdapterDescription {
  /** Name the driver gives. */
  readonly name: string;
  /** Vendor string. */
  readonly vendor: string;
  /** Architecture string, often empty. */
  readonly architecture: string;
  /** True for a software adapter. */
  readonly software: boolean;
}

/** Options of {@linkcode Gpu.open}. */
export interface GpuOptions {
  /** Which adapter to take; default `auto`. */
  readonly accelerator?: Accelerator;
  /** Overrides the choice of hot-read path; default by adapter. For tests and measurements. */
  readonly texelReads?: boolean;
  /** Receives one-line warnings (for example that the adapter is a software one). */
  readonly onWarning?: (line: string) => void;
}

const INSTALL_HINT =
  "install a Vulkan driver (Debian/Ubuntu without a GPU: apt-get install mesa-vulkan-drivers) " +
  "or run `deno task setup`";

const WANTED_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxTextureDimension2D",
] as const;

/** Bindings that some kernels use where an adapter has them. */
const MOST_BINDINGS = { maxStorageBuffersPerShaderStage: 16, maxStorageTexturesPerShaderStage: 8 };
/** Smallest limits the kernels work with. */
const NEEDED_LIMITS: Readonly<Record<string, number>> = {
  maxStorageBuffersPerShaderStage: 8,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupStorageSize: 16384,
  maxStorageBufferBindingSize: 128 * 2 ** 20,
};

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
    const accelerator = options.accelerator ?? "auto";
    const found = await findAdapter(accelerator);
    if (found === undefined) throw new GpuUnavailableError(unavailableMessage(accelerator));
    const description = describe(found);
    if (accelerator === "gpu" && description.software) {
      throw new GpuUnavailableError(
        `Cannot use accelerator "gpu" as the only adapter is a software one ` +
          `(${description.name}): install the driver of your GPU or choose --accelerator cpu`,
      );
    }
    if (accelerator === "cpu" && !description.software) {
      throw new GpuUnavailableError(
        `Cannot use accelerator "cpu" as no software adapter was found (got ${description.name}): ` +
          "install mesa-vulkan-drivers or choose --accelerator auto",
      );
    }
    if (accelerator === "auto" && description.software) {
      options.onWarning?.(
        `no hardware GPU found, computing on the CPU through ${description.name}: correct but slow`,
      );
    }
    for (const [limit, required] of Object.entries(NEEDED_LIMITS)) {
      const available = found.limits[limit as keyof GPUSupportedLimits] as number;
      if (available < required) {
        throw new GpuLimitError(
          `Cannot use ${description.name} as its ${limit} is ${available}: ${required} is needed`,
          limit,
          required,
          available,
        );
      }
    }
    const requiredLimits: Record<string, number> = {};
    for (const limit of WANTED_LIMITS) requiredLimits[limit] = found.limits[limit];
    for (const [limit, most] of Object.entries(MOST_BINDINGS)) {
      requiredLimits[limit] = Math.min(most, found.limits[limit as keyof typeof MOST_BINDINGS]);
    }
    const requiredFeatures = (["timestamp-query", "shader-f16"] as const)
      .filter((feature) => found.features.has(feature));
    const device = await found.requestDevice({ requiredLimits, requiredFeatures });
    const texelReads = options.texelReads ?? description.software;
    const lanes = found.info.subgroupMinSize ?? 0;
    return new Gpu(device, description, { software: description.software, texelReads, lanes });
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

async function findAdapter(accelerator: Accelerator): Promise<GPUAdapter | undefined> {
  const gpu = (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  if (gpu === undefined) return undefined;
  const requests: GPURequestAdapterOptions[] = accelerator === "cpu"
    ? [{ forceFallbackAdapter: true }, {}]
    : [{ powerPreference: "high-performance" }, {}];
  let fallback: GPUAdapter | undefined;
  for (const request of requests) {
    const adapter = await gpu.requestAdapter(request);
    if (adapter === null) continue;
    if (isSoftware(adapter) === (accelerator === "cpu")) return adapter;
    fallback ??= adapter;
  }
  return fallback;
}

function isSoftware(adapter: GPUAdapter): boolean {
  const { info } = adapter;
  return info.isFallbackAdapter === true ||
    /llvmpipe|lavapipe|swiftshader|software|basic render/i.test(
      `${info.description} ${info.device} ${info.vendor}`,
    );
}

function describe(adapter: GPUAdapter): AdapterDescription {
  const { info } = adapter;
  return {
    name: info.description || info.device || info.vendor || "unknown adapter",
    vendor: info.vendor,
    architecture: info.architecture,
    software: isSoftware(adapter),
  };
}

function unavailableMessage(accelerator: Accelerator): string {
  return `Cannot open a WebGPU adapter (accelerator "${accelerator}"): ${INSTALL_HINT}`;
}
