/**
 * Choosing an adapter and asking it for a device.
 *
 * @module
 */
import { GpuLimitError, GpuUnavailableError } from "../errors.ts";

/** Which adapter to take: `gpu` refuses software adapters, `cpu` takes only those. */
export type Accelerator = "auto" | "gpu" | "cpu";

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

/** Feature of adapters whose shaders know `u64`: of Deno's WebGPU alone. */
export const WIDE_INTEGERS = "wgpu-shader-int64" as GPUFeatureName;
/** Feature of adapters whose invocations can pass numbers to each other. */
export const SUBGROUPS = "subgroups" as GPUFeatureName;
/**
 * What makes software adapters faster. Deno has them, but does not list them. They are asked for together:
 * browsers know subgroups, too, but want `enable subgroups;` in a shader, which Deno refuses.
 */
const SOFTWARE_FEATURES = [WIDE_INTEGERS, SUBGROUPS];

/**
 * Finds an adapter of the wanted kind that is large enough for the kernels.
 *
 * @param onWarning is told if `auto` means a software adapter.
 * @throws {GpuUnavailableError} if there is none of the wanted kind.
 * @throws {GpuLimitError} if it is too small.
 */
export async function chooseAdapter(
  accelerator: Accelerator,
  onWarning?: (line: string) => void,
): Promise<GPUAdapter> {
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
    onWarning?.(
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
  return found;
}

/** Opens a device with the adapter's own limits and what the kernels can use of its features. */
export async function requestDevice(found: GPUAdapter, software: boolean): Promise<GPUDevice> {
  const requiredLimits: Record<string, number> = {};
  for (const limit of WANTED_LIMITS) requiredLimits[limit] = found.limits[limit];
  for (const [limit, most] of Object.entries(MOST_BINDINGS)) {
    requiredLimits[limit] = Math.min(most, found.limits[limit as keyof typeof MOST_BINDINGS]);
  }
  const requiredFeatures: GPUFeatureName[] = (["timestamp-query", "shader-f16"] as const)
    .filter((feature) => found.features.has(feature));
  if (software) {
    try {
      const more = [...requiredFeatures, ...SOFTWARE_FEATURES];
      return await found.requestDevice({ requiredLimits, requiredFeatures: more });
    } catch {
      // It does not have them.
    }
  }
  return await found.requestDevice({ requiredLimits, requiredFeatures });
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

/** What an adapter says of itself. */
export function describe(adapter: GPUAdapter): AdapterDescription {
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
