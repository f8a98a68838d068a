/**
 * How kernels read the canvas.
 *
 * @module
 */
import pairs from "../../shaders/engines/strip_pairs.wgsl" with { type: "text" };
import texels from "../../shaders/engines/strip_texels.wgsl" with { type: "text" };
import type { AdapterProfile } from "../gpu/device.ts";

/** Pixels of a canvas for each pixel of the patches of a batch, up to which a copy of it pays. */
const LARGEST = 4;

/** Shape of what is read. */
export interface Canvas {
  /** Rows of the canvas. */
  readonly rows: number;
  /** Columns of the canvas. */
  readonly columns: number;
  /** N of a patch. */
  readonly size: number;
}

/**
 * True if a batch of `count` patches reads the canvas often enough for its copy in a texture to pay,
 * on adapters where reads from a texture are much faster.
 */
export function readsOften(profile: AdapterProfile, canvas: Canvas, count: number): boolean {
  const { rows, columns, size } = canvas;
  return profile.texelReads && rows * columns <= LARGEST * count * size * size;
}

/** A kernel in two forms. */
export interface CanvasKernels<K> {
  /** Reads the canvas through a texture. */
  readonly often: K;
  /** Reads the canvas from its buffer. */
  readonly seldom: K;
}

/** Both forms of a kernel by the access of its `object`. */
export function canvasKernels<K>(
  make: (access: "texel_pairs" | "pairs", form: "often" | "seldom") => K,
): CanvasKernels<K> {
  return { often: make("texel_pairs", "often"), seldom: make("pairs", "seldom") };
}

/** Pairs of pixels of a strip where reads from a buffer are slow; planes of 64 x 64 and more divide by it. */
const STRIP = 4;

/** Pairs of pixels that an invocation of such a kernel takes at a time. */
export function stripLength({ texelReads }: AdapterProfile, size: number): number {
  return texelReads && size >= 64 ? STRIP : 1;
}

/** How a kernel that takes strips of the canvas (`shaders/engines/strip_texels.wgsl`) reads it. */
export function stripAccess(form: "often" | "seldom"): "texel" | "pairs" {
  return form === "often" ? "texel" : "pairs";
}

/** Text that declares `name_strip`, which takes strips of binding `name`. */
export function stripText(form: "often" | "seldom", name = "object"): string {
  return (form === "often" ? texels : pairs).replaceAll("NAME", name);
}
