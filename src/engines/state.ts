/**
 * What every iterative engine works on, and what an engine is.
 *
 * Design, common to all engines:
 * - The object is a rectangular canvas of whole pixels. A patch starts at a whole pixel (`corner`);
 *   what is left of its position is a shift of the probe by less than a pixel (`fraction`).
 * - Measured amplitudes stay on the device, one plane a pattern, in the order of `spectrum.ts`;
 *   -1 marks a pixel that was not measured. Where they exceed one binding, kernels see a window of
 *   them (`patterns.ts`). Sums of intensity over modes are incoherent.
 * - A sweep visits every pattern once. Which ones, in which order, is a list of *visits* that the CPU
 *   uploads (`encodeVisits`); recorded kernels find their pattern, corner and shift by the number
 *   of the visit, so that the same plan serves every sweep. Visits of weight 0 fill up a batch.
 * - Updates gather: one invocation owns a pixel of the object (or probe) and adds the contributions
 *   of the visits in ascending order. No atomics on floats, so runs repeat to the last bit.
 * - Error of a sweep = sum (|Psi| - sqrt I)^2 / sum I over measured pixels, gathered as visited.
 *
 * @module
 */
import { complexArray, type NdArray } from "../array.ts";
import { ShapeError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { type PatternRoom, Patterns } from "./patterns.ts";
import { stageRadices } from "./spectrum.ts";

/**
 * Numbers (u32 or f32 bits) of one visit: plane of its pattern among those the kernels see, row, column,
 * weight, dy, dx, first pixel, pattern.
 */
export const VISIT_WORDS = 8;

/** Sizes of a reconstruction. */
export interface EngineShape {
  /** P: patterns. */
  readonly patterns: number;
  /** N: side of a pattern and of the probe, px. */
  readonly size: number;
  /** K: probe modes. */
  readonly modes: number;
  /** Rows of the object canvas. */
  readonly rows: number;
  /** Columns of the object canvas. */
  readonly columns: number;
}

/** Where the patches of a scan lie on the canvas. */
export interface Placement {
  /** Rows of the canvas. */
  readonly rows: number;
  /** Columns of the canvas. */
  readonly columns: number;
  /** Object-grid row of canvas row 0. */
  readonly originY: number;
  /** Object-grid column of canvas column 0. */
  readonly originX: number;
}

/** What an engine starts from. */
export interface EngineStart {
  /** (rows, columns) interleaved complex. */
  readonly object: Float32Array;
  /** (K, N, N) interleaved complex, in the units of the data. */
  readonly probe: Float32Array;
  /** (P, N, N) amplitudes in the order of the engines, -1 where not measured. */
  readonly measured: Float32Array;
  /** (P, 2) positions (y, x) of the patch centres on the object grid, px. */
  readonly positions: Float64Array;
}

/** How positions between the pixels are modelled. */
export type Subpixel = "probe" | "object";

/** What most kernels need of a state. */
export type EngineView = Pick<EngineState, "shape" | "object" | "probe" | "measured">;

/** Result of one sweep. */
export interface SweepResult {
  /** sum (|Psi| - sqrt I)^2 / sum I as visited. */
  readonly error: number;
}

/** An iterative engine. It owns its plans and work space, not the state. */
export interface Engine extends Disposable {
  /** Name as typed on the command line. */
  readonly name: string;
  /** Compiles the shaders, reporting (done, all, next); optional before the first sweep. */
  compile(progress?: (done: number, all: number, label: string) => void): Promise<void>;
  /** Visits every pattern once; `epoch` counts from 0 and seeds the order. */
  sweep(epoch: number): Promise<SweepResult>;
  /** Everything beyond the object and the probe that an exact resume needs. */
  save(): Promise<Map<string, Float32Array>>;
  /** Takes back what `save` gave. @throws {ShapeError} if it does not fit. */
  load(saved: ReadonlyMap<string, Float32Array>): void;
  /** Frees plans and work space. */
  dispose(): void;
}

/** Object, probe and data on the device. */
export class EngineState implements Disposable {
  /** The device. */
  readonly gpu: Gpu;
  /** Sizes. */
  readonly shape: EngineShape;
  /** Canvas. */
  readonly placement: Placement;
  /** (rows, columns, 2) f32. */
  readonly object: Tensor;
  /** (K, N, N, 2) f32; |FFT(probe * patch)|, orthonormal, is a predicted amplitude. */
  readonly probe: Tensor;
  /** (P or fewer, N, N) f32 that kernels see, order of the engines, -1 where not measured. */
  readonly measured: Tensor;
  /** All measured amplitudes. */
  readonly patterns: Patterns;
  /** Sum of the measured intensity of all patterns. */
  readonly energy: number;
  /** (P, 2) first row and column of each patch on the canvas. */
  readonly corners: Int32Array;
  /**
   * (P, 2) rest of the position (dy, dx), px: -0.5 to 0.5, the probe is shifted by that, or, where
   * the object is interpolated, 0 to 1.
   */
  readonly fractions: Float32Array;
  /** (P, 2) positions as set last, object grid, (y, x). */
  positions: Float64Array;
  /** How positions between the pixels are modelled. */
  readonly subpixel: Subpixel;
  #between = false;

  /** Uploads a start. @throws {ShapeError} if sizes do not fit together. */
  constructor(
    gpu: Gpu,
    shape: EngineShape,
    placement: Placement,
    start: EngineStart,
    subpixel: Subpixel = "probe",
    room: PatternRoom = {},
  ) {
    const { patterns, size, modes, rows, columns } = shape;
    stageRadices(size);
    const wanted = {
      object: 2 * rows * columns,
      probe: 2 * modes * size * size,
      measured: patterns * size * size,
      positions: 2 * patterns,
    };
    for (const [name, count] of Object.entries(wanted)) {
      const found = start[name as keyof EngineStart].length;
      if (found !== count) {
        throw new ShapeError(`Cannot start from a ${name} of ${found} numbers: ${count} fit`);
      }
    }
    this.gpu = gpu;
    this.subpixel = subpixel;
    this.shape = shape;
    this.placement = placement;
    this.corners = new Int32Array(2 * patterns);
    this.fractions = new Float32Array(2 * patterns);
    this.positions = start.positions;
    this.setPositions(start.positions);
    let energy = 0;
    for (const value of start.measured) if (value > 0) energy += value * value;
    this.energy = energy;
    this.patterns = new Patterns(gpu, start.measured, size, room);
    this.measured = this.patterns.visible;
    this.object = gpu.tensor("object", [rows, columns, 2], start.object);
    this.probe = gpu.tensor("probe", [modes, size, size, 2], start.probe);
  }

  /** True if any patch is off the pixel grid, so that probes have to be shifted. */
  get shifted(): boolean {
    return this.#between && this.subpixel === "probe";
  }

  /** True if any patch is off the pixel grid, so that the object has to be interpolated. */
  get interpolated(): boolean {
    return this.#between && this.subpixel === "object";
  }

  /**
   * Moves the patches; whoever corrects positions calls this between sweeps.
   *
   * @param positions (P, 2) (y, x) on the object grid, px.
   * @throws {ShapeError} if a patch would leave the canvas.
   */
  setPositions(positions: Float64Array): void {
    const { size, rows, columns } = this.shape;
    const { originY, originX } = this.placement;
    const limits = [rows - size, columns - size], origins = [originY, originX];
    let between = false;
    for (let i = 0; i < positions.length; i++) {
      const axis = i % 2;
      const start = positions[i] - size / 2 - origins[axis];
      const corner = this.subpixel === "probe" ? Math.round(start) : Math.floor(start + 1e-4);
      const rest = Math.max(start - corner, this.subpixel === "probe" ? -1 : 0);
      const reach = this.subpixel === "object" && rest > 1e-4 ? 1 : 0;
      if (!(corner >= 0 && corner + reach <= limits[axis])) {
        throw new ShapeError(
          `Cannot place pattern ${i >> 1} at ${positions[i]} px as it leaves the canvas`,
        );
      }
      this.corners[i] = corner;
      this.fractions[i] = Math.abs(rest) < 1e-4 ? 0 : rest;
      between ||= this.fractions[i] !== 0;
    }
    this.positions = positions;
    this.#between = between;
  }

  /** Reads the object back, (rows, columns) c64. */
  async readObject(): Promise<NdArray> {
    return complexArray(this.object.shape.slice(0, -1), await this.gpu.read(this.object));
  }

  /** Reads the probe back, (K, N, N) c64. */
  async readProbe(): Promise<NdArray> {
    return complexArray(this.probe.shape.slice(0, -1), await this.gpu.read(this.probe));
  }

  /** Frees the tensors. */
  dispose(): void {
    this.patterns.dispose();
    for (const tensor of [this.object, this.probe]) this.gpu.arena.release(tensor);
  }

  /** Same as {@linkcode EngineState.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * A list of patterns as the kernels read it.
 *
 * @param order Patterns in visiting order.
 * @param length Visits to make room for; those beyond `order` get weight 0.
 * @returns (length, 8) 32-bit words, see {@linkcode VISIT_WORDS}.
 */
export function encodeVisits(
  state: EngineState,
  order: ArrayLike<number>,
  length: number = order.length,
): Uint32Array {
  const words = new Uint32Array(VISIT_WORDS * length), floats = new Float32Array(words.buffer);
  for (let v = 0; v < length; v++) {
    const filled = v < order.length, pattern = order[filled ? v : 0], at = VISIT_WORDS * v;
    words[at] = state.patterns.plane(pattern);
    words[at + 1] = state.corners[2 * pattern];
    words[at + 2] = state.corners[2 * pattern + 1];
    floats[at + 3] = filled ? 1 : 0;
    floats[at + 4] = state.fractions[2 * pattern];
    floats[at + 5] = state.fractions[2 * pattern + 1];
    // First pixel of the patch on the canvas; the largest number marks a visit that does not count.
    words[at + 6] = filled ? words[at + 1] * state.shape.columns + words[at + 2] : 0xffffffff;
    words[at + 7] = pattern;
  }
  return words;
}

/** As {@linkcode encodeVisits}, for patches in a stack: visit v of a batch starts at row v N. */
export function encodeLocalVisits(
  state: EngineState,
  order: ArrayLike<number>,
  length: number,
): Uint32Array {
  const { size } = state.shape, words = encodeVisits(state, order, length);
  for (let v = 0; v < length; v++) {
    const at = VISIT_WORDS * v;
    words.set([v * size, 0], at + 1);
    words.fill(0, at + 4, at + 6);
    if (v < order.length) words[at + 6] = v * size * size;
  }
  return words;
}

/**
 * Smallest canvas that holds all patches, with a margin for positions that will be corrected.
 * Its origin shares the fraction of the first position, so that a scan on a regular grid needs no
 * sub-pixel shifts.
 *
 * @param positions (P, 2) (y, x) of the patch centres, px.
 * @param size N, px.
 * @param margin Free pixels on each side.
 * @param subpixel With `object` the canvas keeps to the pixels of the object grid instead, because an
 *   object that was interpolated there is not one anywhere else.
 */
export function placeScan(
  positions: Float64Array,
  size: number,
  margin = 1,
  subpixel: Subpixel = "probe",
): Placement {
  const axis = (a: number): { origin: number; length: number } => {
    let low = Infinity, high = -Infinity;
    for (let i = a; i < positions.length; i += 2) {
      low = Math.min(low, positions[i]);
      high = Math.max(high, positions[i]);
    }
    const anchor = subpixel === "probe" ? positions[a] : Math.floor(positions[a]);
    const before = Math.ceil(anchor - low) + margin, after = Math.ceil(high - anchor) + margin;
    return { origin: anchor - size / 2 - before, length: before + after + size };
  };
  const y = axis(0), x = axis(1);
  // Even widths let kernels read two pixels at a time.
  return {
    rows: y.length,
    columns: x.length + x.length % 2,
    originY: y.origin,
    originX: x.origin,
  };
}
