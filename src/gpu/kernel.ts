/**
 * Kernels as data, and the cache of compiled pipelines.
 *
 * A kernel is an entry point of a `.wgsl` file with named bindings in `@group(0)` (numbered in the
 * order of the table) and a `Params` uniform at `@group(1) @binding(0)`. Some bindings `x` are not
 * declared in the file, which calls `load_x(i) -> vec4f` or `store_x(i, vec4f)` instead; the declaration
 * is added here:
 *
 * - `texel`: number i of an `array<vec4f>`, from a storage texture or from a storage buffer, whichever is
 *   fast on the adapter. The texture is a copy, made again whenever the tensor has changed.
 * - `load`: the same from the storage buffer on every adapter, for what is read too seldom.
 * - `texel_pairs`, `pairs`: complex numbers i and i + 1, in the same two ways.
 * - `halves`: a tensor of 128 KiB that others write each time, `load_x_low(i)` and `load_x_high(i)` for
 *   vectors i and 4096 + i: through two uniform windows, which need no copy, or from a storage buffer.
 *   It may not be written by the same kernel.
 * - `store`: receives number i of an `array<vec4f>`, in whatever pieces the adapter stores fastest.
 *   In two steps: `keep_x(i, pack_x(vec4f))`.
 * - `store_pairs`: the same for numbers 2 i and 2 i + 1, of two vec4f.
 *
 * @module
 */
import halvesBuffer from "../../shaders/lib/halves_buffer.wgsl" with { type: "text" };
import halvesPlain from "../../shaders/lib/halves_plain.wgsl" with { type: "text" };
import halvesWide from "../../shaders/lib/halves_wide.wgsl" with { type: "text" };
import pairsBuffer from "../../shaders/lib/pairs_buffer.wgsl" with { type: "text" };
import pairsTexture from "../../shaders/lib/pairs_texture.wgsl" with { type: "text" };
import storePairsPlain from "../../shaders/lib/store_pairs_plain.wgsl" with { type: "text" };
import storePairsWide from "../../shaders/lib/store_pairs_wide.wgsl" with { type: "text" };
import storePlain from "../../shaders/lib/store_plain.wgsl" with { type: "text" };
import storeWide from "../../shaders/lib/store_wide.wgsl" with { type: "text" };
import texelBuffer from "../../shaders/lib/texel_buffer.wgsl" with { type: "text" };
import texelTexture from "../../shaders/lib/texel_texture.wgsl" with { type: "text" };
import type { AdapterProfile, Gpu } from "./device.ts";

/** How a kernel uses a tensor. */
export type Access =
  | "read"
  | "read_write"
  | "texel"
  | "load"
  | "texel_pairs"
  | "pairs"
  | "halves"
  | "store"
  | "store_pairs";
/** Type of a member of `Params`. */
export type ScalarType = "u32" | "i32" | "f32";
/** Named bindings, in binding order. */
export type Bindings = Readonly<Record<string, Access>>;
/** Named parameters, in the order of the `Params` struct. */
export type Params = Readonly<Record<string, ScalarType>>;

/** Description of a kernel. */
export interface Kernel<B extends Bindings = Bindings, P extends Params = Params> {
  /** `folder/file#entry`, used in messages and profiles. */
  readonly label: string;
  /** Text of the `.wgsl` file. */
  readonly source: string;
  /** Texts of `shaders/lib` appended to it. */
  readonly snippets?: readonly string[];
  /** Name of the entry point. */
  readonly entryPoint: string;
  /** Tensors, in binding order. */
  readonly bindings: B;
  /** Members of `Params`, in order. */
  readonly params: P;
  /** Values of `override` constants. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Invocations of a workgroup; passed as the override `WORKGROUP` where the file has one. Default 64. */
  readonly workgroup?: number;
}

/** Describes a kernel; compiles nothing. */
export function defineKernel<const B extends Bindings, const P extends Params>(
  kernel: Kernel<B, P>,
): Kernel<B, P> {
  return kernel;
}

/** A compiled kernel. */
export interface Compiled {
  /** The pipeline. */
  readonly pipeline: GPUComputePipeline;
  /** Layout of group 0. */
  readonly layout: GPUBindGroupLayout;
  /** Bytes of the uniform block. */
  readonly paramBytes: number;
}

/** `camelCase` to `snake_case`, the spelling of the same name in WGSL. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** True if a binding is a texture on adapters with texel reads. */
export function isTexel(access: Access): boolean {
  return access === "texel" || access === "texel_pairs";
}

/** True if a kernel changes what is bound. */
export function isWritten(access: Access): boolean {
  return access === "read_write" || access === "store" || access === "store_pairs";
}

/** How reads and stores are made. */
export type Paths = Pick<AdapterProfile, "texelReads" | "wideStores">;

/** Text that declares `load_x` or `store_x`, if that is how a binding is used. */
function declaration(access: Access, { texelReads, wideStores }: Paths): string | undefined {
  switch (access) {
    case "texel":
      return texelReads ? texelTexture : texelBuffer;
    case "load":
      return texelBuffer;
    case "texel_pairs":
      return texelReads ? pairsTexture : pairsBuffer;
    case "pairs":
      return pairsBuffer;
    case "halves":
      return texelReads ? wideStores ? halvesWide : halvesPlain : halvesBuffer;
    case "store":
      return wideStores ? storeWide : storePlain;
    case "store_pairs":
      return wideStores ? storePairsWide : storePairsPlain;
    default:
      return undefined;
  }
}

/** Complete WGSL of a kernel: its file, then the snippets, then the bindings that are declared here. */
export function kernelText(kernel: Kernel, paths: Paths): string {
  const parts = [kernel.source, ...(kernel.snippets ?? [])];
  const { length } = Object.keys(kernel.bindings);
  Object.entries(kernel.bindings).forEach(([name, access], i) => {
    const template = declaration(access, paths);
    if (template === undefined) return;
    const numbered = template.replaceAll("INDEX", String(i)).replaceAll(
      "SECOND",
      String(length + i),
    );
    parts.push(numbered.replaceAll("NAME", snakeCase(name)));
  });
  return parts.join("\n");
}

/** Entries of group 0 for one of `count` bindings; the second half of a tensor follows all of them. */
function layoutEntries(
  access: Access,
  binding: number,
  count: number,
  { texelReads }: Paths,
): GPUBindGroupLayoutEntry[] {
  const visibility = GPUShaderStage.COMPUTE;
  if (isTexel(access) && texelReads) {
    const storageTexture = { format: "rgba32float", access: "read-only" } as const;
    return [{ binding, visibility, storageTexture }];
  }
  const buffer = { type: isWritten(access) ? "storage" : "read-only-storage" } as const;
  if (access !== "halves") return [{ binding, visibility, buffer }];
  const half = texelReads ? { type: "uniform" } as const : buffer;
  return [binding, count + binding].map((binding) => ({ binding, visibility, buffer: half }));
}

/** Bytes of half a tensor that is bound as `halves`: the smallest limit of a uniform binding. */
export const HALF_BYTES = 65536;

/** Bytes of a `Params` block: 4 a member, rounded up to 16. */
export function paramBytes(params: Params): number {
  return Math.max(16, Math.ceil(Object.keys(params).length * 4 / 16) * 16);
}

/** Pipelines of one device, each compiled once. */
export class PipelineCache {
  #gpu: Gpu;
  #compiled = new Map<string, Compiled>();
  #modules = new Map<string, GPUShaderModule>();
  #paramLayout: GPUBindGroupLayout;

  /** Creates an empty cache. */
  constructor(gpu: Gpu) {
    this.#gpu = gpu;
    this.#paramLayout = gpu.device.createBindGroupLayout({
      label: "params",
      entries: [{
        binding: 0,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: "uniform", hasDynamicOffset: true },
      }],
    });
  }

  /** Layout of group 1, common to all kernels. */
  get paramLayout(): GPUBindGroupLayout {
    return this.#paramLayout;
  }

  /** Number of pipelines compiled so far. */
  get size(): number {
    return this.#compiled.size;
  }

  /** The pipeline of a kernel. Compile messages surface at the next `settle` or `read`. */
  get(kernel: Kernel): Compiled {
    const constants: Record<string, number> = { ...kernel.constants };
    if (/override\s+WORKGROUP\b/.test(kernel.source)) constants.WORKGROUP = kernel.workgroup ?? 64;
    const key = `${kernel.label} ${JSON.stringify(constants)}`;
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const { device, profile } = this.#gpu;
    const text = kernelText(kernel, profile);
    let module = this.#modules.get(text);
    if (module === undefined) {
      module = device.createShaderModule({ label: kernel.label, code: text });
      this.#modules.set(text, module);
      this.#gpu.watchModule(kernel.label, module);
    }
    const layout = device.createBindGroupLayout({
      label: kernel.label,
      entries: Object.values(kernel.bindings).flatMap((access, binding, { length }) =>
        layoutEntries(access, binding, length, profile)
      ),
    });
    const pipeline = device.createComputePipeline({
      label: key,
      layout: device.createPipelineLayout({
        label: kernel.label,
        bindGroupLayouts: [layout, this.#paramLayout],
      }),
      compute: { module, entryPoint: kernel.entryPoint, constants },
    });
    const compiled = { pipeline, layout, paramBytes: paramBytes(kernel.params) };
    this.#compiled.set(key, compiled);
    return compiled;
  }
}
