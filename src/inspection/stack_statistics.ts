/**
 * Statistics of a diffraction stack in one pass with bounded memory, whatever the values are.
 *
 * @module
 */
import { type NdArray, toFloat32 } from "../array.ts";
import type { NpzLike, StoredHeader } from "../scan/dataset.ts";
import type { StackLayout } from "./stack_layout.ts";

/** Bytes of float32 values held at once. */
const BLOCK_BYTES = 16 * 2 ** 20;
/** Bins of the value histogram: 32 an octave, by exponent and leading bits of a float32. */
const BINS = 2 ** 13, BIN_SHIFT = 18;

/** Sums over one class of things: patterns or pixels. */
export interface Sums {
  /** Sum of values. */
  readonly sum: Float64Array;
  /** Sum of squares. */
  readonly energy: Float64Array;
  /** Values above 0. */
  readonly nonzero: Float64Array;
}

/** What one pass over a stack gives. Values that are no numbers count as 0 in all sums. */
export interface StackStatistics {
  /** Values seen. */
  readonly values: number;
  /** Values that are not finite. */
  readonly notFinite: number;
  /** Values below 0. */
  readonly negative: number;
  /** Values equal to 0. */
  readonly zeros: number;
  /** Largest value. */
  readonly max: number;
  /** Smallest value above 0; Infinity if there is none. */
  readonly minPositive: number;
  /** Values equal to the largest. */
  readonly atMax: number;
  /** Values just below the largest: within 1/32 octave, the largest itself left out. */
  readonly nearMax: number;
  /** Share of the values above 0 that are whole numbers, of those where this can be told. */
  readonly wholeShare: number;
  /** Share of the values above 0 whose square is a whole number, of those where this can be told. */
  readonly wholeSquareShare: number;
  /** (P) sums of each pattern. */
  readonly pattern: Sums;
  /** (height, width) sums of each pixel over the patterns. */
  readonly pixel: Sums & { readonly max: Float32Array; readonly min: Float32Array };
  /** (n, height, width) the patterns asked for. */
  readonly kept: Float32Array;
}

/**
 * Reads a stack once.
 *
 * @param npz File.
 * @param key Name of the stack.
 * @param layout Its layout.
 * @param keep Numbers of the patterns to keep.
 * @param onProgress Called with the share done, 0..1.
 */
export async function stackStatistics(
  npz: NpzLike,
  key: string,
  layout: StackLayout,
  keep: ArrayLike<number>,
  onProgress: (share: number) => void = () => undefined,
): Promise<StackStatistics> {
  const header: StoredHeader & { readonly fortran?: boolean } = await npz.header(key);
  const { dtype, shape } = header;
  const pass = new Pass(layout, keep, dtype === "f16" ? 1e-3 : 2e-7);
  const entryBytes = 4 * shape.slice(1).reduce((product, n) => product * n, 1);
  // A stack in Fortran order has no contiguous rows: it is read once, whole.
  const block = header.fortran === true
    ? shape[0]
    : Math.max(1, Math.floor(BLOCK_BYTES / entryBytes));
  for (let start = 0; start < shape[0]; start += block) {
    const count = Math.min(block, shape[0] - start);
    pass.add(modulus(await npz.readRows(key, start, count)), start, count);
    onProgress((start + count) / shape[0]);
  }
  return pass.result();
}

/** Real values; complex ones by their modulus. */
function modulus(array: NdArray): Float32Array {
  const values = toFloat32(array);
  if (array.dtype !== "c64" && array.dtype !== "c128") return values;
  return Float32Array.from(
    { length: values.length / 2 },
    (_, i) => Math.hypot(values[2 * i], values[2 * i + 1]),
  );
}

class Pass {
  #layout: StackLayout;
  #precision: number;
  #slot: Int32Array;
  #kept: Float32Array;
  #histogram = new Float64Array(BINS);
  #pattern: Sums;
  #pixel: Sums & { max: Float32Array; min: Float32Array };
  #values = 0;
  #notFinite = 0;
  #negative = 0;
  #zeros = 0;
  #max = 0;
  #atMax = 0;
  #minPositive = Infinity;
  #whole = 0;
  #wholeSquare = 0;
  #telling = 0;
  #tellingSquare = 0;

  constructor(layout: StackLayout, keep: ArrayLike<number>, precision: number) {
    const { count, height, width } = layout, area = height * width;
    this.#layout = layout;
    this.#precision = precision;
    this.#slot = new Int32Array(count).fill(-1);
    for (let i = 0; i < keep.length; i++) this.#slot[keep[i]] = i;
    this.#kept = new Float32Array(keep.length * area);
    this.#pattern = sums(count);
    this.#pixel = {
      ...sums(area),
      max: new Float32Array(area),
      min: new Float32Array(area).fill(Infinity),
    };
  }

  /** Adds entries `start .. start + count` of the first axis. */
  add(values: Float32Array, start: number, count: number): void {
    const { order, count: patterns, width, height, perEntry } = this.#layout;
    const area = height * width;
    let at = 0;
    if (order === "canonical") {
      for (let n = start * perEntry; n < (start + count) * perEntry; n++) {
        for (let p = 0; p < area; p++) this.#visit(values[at++], n, p);
      }
    } else {
      for (let y = start; y < start + count; y++) {
        for (let x = 0; x < width; x++) {
          for (let n = 0; n < patterns; n++) this.#visit(values[at++], n, y * width + x);
        }
      }
    }
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
    for (let i = 0; i < bits.length; i++) this.#histogram[(bits[i] & 0x7fffffff) >>> BIN_SHIFT]++;
    this.#values += values.length;
  }

  #visit(stored: number, n: number, p: number): void {
    let value = stored;
    if (!(Math.abs(value) < Infinity)) {
      this.#notFinite++;
      value = 0;
    }
    const slot = this.#slot[n];
    if (slot >= 0) this.#kept[slot * this.#layout.height * this.#layout.width + p] = value;
    const pixel = this.#pixel, pattern = this.#pattern;
    if (value < pixel.min[p]) pixel.min[p] = value;
    if (value === 0) {
      this.#zeros++;
      return;
    }
    const square = value * value;
    pattern.sum[n] += value;
    pattern.energy[n] += square;
    pixel.sum[p] += value;
    pixel.energy[p] += square;
    if (value < 0) {
      this.#negative++;
      return;
    }
    pattern.nonzero[n]++;
    pixel.nonzero[p]++;
    if (value > pixel.max[p]) pixel.max[p] = value;
    if (value < this.#minPositive) this.#minPositive = value;
    if (value >= this.#max) {
      if (value > this.#max) this.#atMax = 0;
      this.#max = value;
      this.#atMax++;
    }
    // Counts that were a square root once are whole numbers to within rounding only.
    const slack = 1e-4 + 2 * this.#precision * value, slackSquare = 1e-4 + this.#precision * square;
    if (slack < 0.05) {
      this.#telling++;
      if (Math.abs(value - Math.round(value)) < slack) this.#whole++;
    }
    if (slackSquare < 0.05) {
      this.#tellingSquare++;
      if (Math.abs(square - Math.round(square)) < slackSquare) this.#wholeSquare++;
    }
  }

  result(): StackStatistics {
    let near = 0;
    for (let bin = binOf(this.#max * 31 / 32); bin <= binOf(this.#max); bin++) {
      near += this.#histogram[bin];
    }
    return {
      values: this.#values,
      notFinite: this.#notFinite,
      negative: this.#negative,
      zeros: this.#zeros - this.#notFinite,
      max: this.#max,
      minPositive: this.#minPositive,
      atMax: this.#atMax,
      nearMax: near - this.#atMax,
      wholeShare: this.#telling === 0 ? 0 : this.#whole / this.#telling,
      wholeSquareShare: this.#tellingSquare === 0 ? 0 : this.#wholeSquare / this.#tellingSquare,
      pattern: this.#pattern,
      pixel: this.#pixel,
      kept: this.#kept,
    };
  }
}

function sums(length: number): Sums {
  return {
    sum: new Float64Array(length),
    energy: new Float64Array(length),
    nonzero: new Float64Array(length),
  };
}

function binOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0] >>> BIN_SHIFT;
}
