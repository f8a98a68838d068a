/**
 * Reassembles an object from overlapping complex patches.
 *
 * Canvas = (sum of w patch) / (sum of w), each patch's central square pasted with its centre pixel
 * N / 2 at its own scan position, spread over the grid by four bilinear weights. Both sums stay
 * on the device while batches of patches stream through, so a scan may have any length.
 *
 * @module
 */
import gatherSource from "../../shaders/reassembly/gather.wgsl" with { type: "text" };
import weighSource from "../../shaders/reassembly/weigh.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { complexArray, type NdArray, realArray, toFloat32 } from "../array.ts";
import { ShapeError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { defineKernel } from "../gpu/kernel.ts";
import { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { binPatches, TILE, tileCapacity } from "./bins.ts";
import type { CanvasGeometry } from "./geometry.ts";
import { checkTrim, trimStart, uniformWindow } from "./weights.ts";

const weigh = defineKernel({
  label: "reassembly/weigh#weigh",
  source: weighSource,
  snippets: [index],
  entryPoint: "weigh",
  bindings: { patches: "read", window: "read", weighted: "read_write" },
  params: { count: "u32", frame: "u32", trim: "u32", start: "u32" },
});

const gather = defineKernel({
  label: "reassembly/gather#gather",
  source: gatherSource,
  entryPoint: "gather",
  bindings: { weighted: "texel", bins: "read", places: "read", canvas: "read_write" },
  params: {
    trim: "u32",
    width: "u32",
    height: "u32",
    first_row: "u32",
    rows: "u32",
    members: "u32",
  },
  workgroup: TILE * TILE,
});

/** What a {@linkcode Stitcher} is made for. */
export interface StitcherOptions {
  /** Size and place of the canvas. */
  readonly geometry: CanvasGeometry;
  /** Side N of a patch, pixels. */
  readonly frame: number;
  /** Side of the central square that is pasted, pixels. */
  readonly trim: number;
  /** Patches in a full batch. */
  readonly capacity: number;
  /** (trim, trim) weights, see `probeWindow`; default all equal. */
  readonly window?: Float32Array;
  /** Largest piece of canvas in one tensor; larger canvases are kept in bands of rows. */
  readonly bandBytes?: number;
}

/** A reassembled object. */
export interface Stitched {
  /** (height, width) complex object; 0 where no patch lies. */
  readonly object: NdArray;
  /** (height, width) sum of weights: how many fully lit patches cover a pixel. */
  readonly coverage: NdArray;
}

interface Band {
  readonly firstRow: number;
  readonly rows: number;
  readonly canvas: Tensor;
}

/** The two sums behind a canvas. Record once, then for each batch: `place`, replay the plan. */
export class Stitcher implements Disposable {
  /** Size and place of the canvas. */
  readonly geometry: CanvasGeometry;
  /** Patches that did not fit on the canvas so far; worth a warning if not 0. */
  dropped = 0;
  #gpu: Gpu;
  #options: StitcherOptions;
  #bands: Band[] = [];
  #bins: Tensor;
  #places: Tensor;
  #window: Tensor;
  #weighted: Tensor;

  /**
   * Allocates an empty canvas.
   *
   * @throws {ShapeError} if trim or window do not fit the patches.
   */
  constructor(gpu: Gpu, options: StitcherOptions) {
    const { geometry, frame, trim, capacity } = options;
    checkTrim(frame, trim);
    const window = options.window ?? uniformWindow(trim);
    if (window.length !== trim * trim) {
      throw new ShapeError(
        `Cannot weigh patches by a window of ${window.length} pixels: ${trim} x ${trim} are needed`,
      );
    }
    this.#gpu = gpu;
    this.#options = options;
    this.geometry = geometry;
    this.#bins = gpu.tensor("patch bins", [5 * tileCapacity(capacity, trim)]);
    this.#places = gpu.tensor("patch places", [capacity, 4]);
    this.#window = gpu.tensor("patch window", [trim, trim], window);
    this.#weighted = gpu.arena.allocate("weighted patches", [capacity, trim, trim, 4]);
    const rowBytes = geometry.width * 16;
    const perBand = Math.floor((options.bandBytes ?? 128 * 2 ** 20) / (rowBytes * TILE)) * TILE;
    const bandRows = Math.max(TILE, perBand);
    for (let firstRow = 0; firstRow < geometry.height; firstRow += bandRows) {
      const rows = Math.min(bandRows, geometry.height - firstRow);
      const canvas = gpu.tensor(`canvas rows from ${firstRow}`, [rows, geometry.width, 4]);
      this.#bands.push({ firstRow, rows, canvas });
    }
  }

  /**
   * Records the pasting of a batch.
   *
   * @param patches (..., N, N, 2) f32 with `capacity` patches; those beyond the number of
   *   positions given to {@linkcode Stitcher.place} are ignored.
   * @throws {ShapeError} if it has another number of values.
   */
  record(plan: Plan, patches: Tensor): void {
    const { frame, trim, capacity } = this.#options;
    if (patches.length !== capacity * frame * frame * 2) {
      throw new ShapeError(
        `Cannot stitch ${patches.label} of shape (${patches.shape.join(", ")}): ` +
          `${capacity} complex patches of ${frame} x ${frame} are needed`,
      );
    }
    const count = capacity * trim * trim;
    plan.run(
      weigh,
      { patches, window: this.#window, weighted: this.#weighted },
      { count, frame, trim, start: trimStart(frame, trim) },
      count,
    );
    this.recordWeighted(plan, this.#weighted);
  }

  /** Records the pasting of squares that are weighted already: (capacity, trim, trim, 4) of (re w, im w, w, 0). */
  recordWeighted(plan: Plan, weighted: Tensor): void {
    const { trim, capacity } = this.#options;
    weighted.expectShape(capacity, trim, trim, 4);
    const slots = tileCapacity(capacity, trim);
    const folds = Math.ceil(slots / 65535);
    for (const { firstRow, rows, canvas } of this.#bands) {
      const { width, height } = this.geometry;
      plan.run(
        gather,
        { weighted, bins: this.#bins, places: this.#places, canvas },
        { trim, width, height, first_row: firstRow, rows, members: 4 * slots },
        [Math.ceil(slots / folds), folds, 1],
      );
    }
  }

  /**
   * Sets where the patches of the next replay go.
   *
   * @param positions (count, 2) scan positions as (y, x), object pixels; count <= capacity.
   * @returns how many of them do not fit on the canvas and will be left out.
   * @throws {ShapeError} if there are more positions than a batch has patches.
   */
  place(positions: ArrayLike<number>): number {
    const { trim, capacity } = this.#options;
    if (positions.length > 2 * capacity) {
      throw new ShapeError(
        `Cannot place ${positions.length / 2} patches: a batch of this stitcher has ${capacity}`,
      );
    }
    const bins = binPatches(positions, this.geometry, trim, capacity);
    this.#gpu.write(this.#bins, bins.tiles);
    this.#gpu.write(this.#places, bins.places);
    this.dropped += bins.dropped;
    return bins.dropped;
  }

  /** Empties the canvas. */
  clear(): void {
    for (const { canvas } of this.#bands) this.#gpu.clear(canvas);
    this.dropped = 0;
  }

  /** Reads both sums back: numerator (height, width) complex, coverage (height, width). */
  async readSums(): Promise<{ numerator: NdArray; coverage: NdArray }> {
    const { width, height } = this.geometry;
    const numerator = new Float32Array(2 * width * height);
    const coverage = new Float32Array(width * height);
    for (const { firstRow, canvas } of this.#bands) {
      const sums = await this.#gpu.read(canvas), first = firstRow * width;
      for (let i = 0; i < sums.length / 4; i++) {
        numerator[2 * (first + i)] = sums[4 * i];
        numerator[2 * (first + i) + 1] = sums[4 * i + 1];
        coverage[first + i] = sums[4 * i + 2];
      }
    }
    return {
      numerator: complexArray([height, width], numerator),
      coverage: realArray([height, width], coverage),
    };
  }

  /** Reads the object of all batches so far back: numerator / (coverage + 1e-12). */
  async read(): Promise<Stitched> {
    const { numerator, coverage } = await this.readSums();
    const values = toFloat32(numerator), weights = toFloat32(coverage);
    for (let i = 0; i < weights.length; i++) {
      const factor = 1 / (weights[i] + 1e-12);
      values[2 * i] *= factor;
      values[2 * i + 1] *= factor;
    }
    return { object: numerator, coverage };
  }

  /** Frees the tensors. */
  dispose(): void {
    for (const { canvas } of this.#bands) this.#gpu.arena.release(canvas);
    this.#bands = [];
    for (const tensor of [this.#bins, this.#places, this.#window, this.#weighted]) {
      this.#gpu.arena.release(tensor);
    }
  }

  /** Same as {@linkcode Stitcher.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Options of {@linkcode stitchPatches}. */
export interface StitchOptions {
  /** Size and place of the canvas. */
  readonly geometry: CanvasGeometry;
  /** Side of the central square that is pasted, pixels. */
  readonly trim: number;
  /** (trim, trim) weights, see `probeWindow`; default all equal. */
  readonly window?: Float32Array;
  /** Patches uploaded at once; default 64. Does not change the result. */
  readonly batch?: number;
}

/**
 * Reassembles patches that are held on the CPU.
 *
 * @param patches (..., N, N) complex.
 * @param positions (count, 2) scan positions as (y, x), object pixels, one for each patch.
 * @returns the object, its coverage, and how many patches did not fit on the canvas.
 * @throws {ShapeError} if the patches are not square or their number is not that of the positions.
 */
export async function stitchPatches(
  gpu: Gpu,
  patches: NdArray,
  positions: ArrayLike<number>,
  options: StitchOptions,
): Promise<Stitched & { readonly dropped: number }> {
  const frame = patches.shape.at(-1) ?? 0;
  const values = toFloat32(patches), stride = 2 * frame * frame;
  const count = positions.length / 2;
  if (patches.shape.at(-2) !== frame || values.length !== count * stride) {
    throw new ShapeError(
      `Cannot stitch patches of shape (${patches.shape.join(", ")}) at ${count} positions: ` +
        "one square complex patch for each position is needed",
    );
  }
  const capacity = Math.max(1, Math.min(options.batch ?? 64, count));
  const { geometry, trim, window } = options;
  using stitcher = new Stitcher(gpu, {
    geometry,
    frame,
    trim,
    capacity,
    ...(window === undefined ? {} : { window }),
  });
  const input = gpu.tensor("patches to stitch", [capacity, frame, frame, 2]);
  try {
    using plan = new Plan(gpu, "stitch");
    stitcher.record(plan, input);
    for (let first = 0; first < count; first += capacity) {
      const last = Math.min(count, first + capacity);
      gpu.write(input, values.subarray(first * stride, last * stride));
      stitcher.place(Array.prototype.slice.call(positions, 2 * first, 2 * last));
      plan.submit();
    }
    const stitched = await stitcher.read();
    return { ...stitched, dropped: stitcher.dropped };
  } finally {
    gpu.arena.release(input);
  }
}
