/**
 * Reads chosen diffraction patterns out of a stack with bounded memory.
 *
 * @module
 */
import { type NdArray, toFloat32 } from "../array.ts";
import { DatasetError } from "../errors.ts";
import { checkPatterns, refuseEmpty } from "./checks.ts";
import type { PatternLayout } from "./layout.ts";
import { type Resize, resizePatterns } from "./resize.ts";

/** Access to the rows of one array of a file. */
export interface RowSource {
  /** Reads `count` entries of the first axis from `start`. */
  readRows(key: string, start: number, count: number): Promise<NdArray>;
}

/** What a reader needs to know. */
export interface PatternReaderOptions {
  /** Name of the stack in the file. */
  readonly key: string;
  /** Axis order and size. */
  readonly layout: PatternLayout;
  /** Cropping and binning. */
  readonly resize: Resize;
  /** Stored values are intensities: their square root is taken. */
  readonly counts: boolean;
  /** Warn when amplitudes look like counts. */
  readonly suspectCounts: boolean;
  /** Give values that are negative or not finite as NaN, instead of refusing them. */
  readonly unfitAsNan?: boolean;
  /** Bytes of resized float32 patterns that may be kept in memory. */
  readonly memoryLimit: number;
  /** First pattern that is asked for, and the one after the last; others are refused. */
  readonly window?: readonly [start: number, end: number];
  /** Receives a line about doubtful data, once each. */
  readonly warn: (message: string) => void;
}

/** Longest gap, in patterns, that is read through instead of starting another read. */
const GAP = 4;
/** Bytes of stored values held at once while streaming. */
const BLOCK_BYTES = 64 * 2 ** 20;

/** Patterns of a scan as (N, N) amplitudes, by number. */
export class PatternReader {
  #source: RowSource;
  #options: PatternReaderOptions;
  #all: Promise<Float32Array> | undefined;
  #warned = new Set<string>();
  #start: number;
  #end: number;

  /** Prepares; nothing is read. */
  constructor(source: RowSource, options: PatternReaderOptions) {
    this.#source = source;
    this.#options = options;
    [this.#start, this.#end] = options.window ?? [0, options.layout.count];
  }

  /**
   * Reads patterns.
   *
   * A stack within the memory limit is read once and kept, and so is a legacy (H, W, M) stack, whose
   * patterns are not contiguous. Larger stacks are read row by row: numbers are sorted and
   * neighbouring ones fetched together.
   *
   * @param indices Pattern numbers, in any order, repeats allowed.
   * @returns (n, N, N) amplitudes in the order asked.
   * @throws {DatasetError} for numbers outside the scan or bad values.
   */
  async read(indices: ArrayLike<number>): Promise<Float32Array> {
    const { layout, resize } = this.#options;
    const pixels = resize.to * resize.to;
    for (let i = 0; i < indices.length; i++) {
      const n = indices[i];
      if (!Number.isInteger(n) || n < 0 || n >= layout.count) {
        throw new DatasetError(
          `Cannot read pattern ${n} as there are ${layout.count}: use numbers from 0`,
        );
      }
      if (n < this.#start || n >= this.#end) {
        throw new DatasetError(
          `Cannot read pattern ${n} as this reader was opened for ${this.#start} to ` +
            `${this.#end - 1}: open another one`,
        );
      }
    }
    const out = new Float32Array(indices.length * pixels);
    const kept = 4 * (this.#end - this.#start) * pixels;
    if (layout.order === "legacy" || kept <= this.#options.memoryLimit) {
      this.#all ??= this.#readAll();
      const all = await this.#all;
      for (let i = 0; i < indices.length; i++) {
        const at = indices[i] - this.#start;
        out.set(all.subarray(at * pixels, (at + 1) * pixels), i * pixels);
      }
      return out;
    }
    const order = Array.from({ length: indices.length }, (_, i) => i)
      .sort((a, b) => indices[a] - indices[b]);
    const longest = Math.max(1, Math.floor(BLOCK_BYTES / (4 * layout.height * layout.width)));
    for (let i = 0; i < order.length;) {
      const first = indices[order[i]];
      let j = i + 1;
      while (
        j < order.length && indices[order[j]] - indices[order[j - 1]] <= GAP &&
        indices[order[j]] - first < longest
      ) j++;
      const rows = await this.#readBlock(first, indices[order[j - 1]] - first + 1);
      for (; i < j; i++) {
        const at = indices[order[i]] - first;
        out.set(rows.subarray(at * pixels, (at + 1) * pixels), order[i] * pixels);
      }
    }
    return out;
  }

  async #readAll(): Promise<Float32Array> {
    const { layout, resize, key } = this.#options;
    const pixels = resize.to * resize.to, area = layout.height * layout.width;
    const block = Math.max(1, Math.floor(BLOCK_BYTES / (4 * area)));
    const first = this.#start, count = this.#end - first;
    const out = new Float32Array(count * pixels);
    if (layout.order === "canonical") {
      for (let n = 0; n < count; n += block) {
        out.set(await this.#readBlock(first + n, Math.min(block, count - n)), n * pixels);
      }
    } else {
      const stack = await this.#transposed();
      for (let n = 0; n < count; n += block) {
        const end = Math.min(n + block, count);
        out.set(this.#convert(stack.subarray(n * area, end * area), first + n), n * pixels);
      }
    }
    // A part of a scan may well be empty.
    if (count === layout.count) refuseEmpty(key, countEmpty(out, pixels), count);
    return out;
  }

  /** Reads a legacy stack a few detector rows at a time into (M, H, W), the window alone. */
  async #transposed(): Promise<Float32Array> {
    const { count, height, width } = this.#options.layout;
    const stack = new Float32Array((this.#end - this.#start) * height * width);
    const rows = Math.max(1, Math.floor(BLOCK_BYTES / (4 * width * count)));
    for (let y = 0; y < height; y += rows) {
      const end = Math.min(height, y + rows);
      const values = this.#values(await this.#source.readRows(this.#options.key, y, end - y));
      for (let v = y, at = 0; v < end; v++) {
        for (let x = 0; x < width; x++) {
          for (let n = this.#start; n < this.#end; n++) {
            stack[(n - this.#start) * height * width + v * width + x] = values[at + n];
          }
          at += count;
        }
      }
    }
    return stack;
  }

  async #readBlock(start: number, count: number): Promise<Float32Array> {
    return this.#convert(
      this.#values(await this.#source.readRows(this.#options.key, start, count)),
      start,
    );
  }

  #values(array: NdArray): Float32Array {
    const { dtype } = array;
    if (dtype === "c64" || dtype === "c128" || dtype === "str") {
      throw new DatasetError(
        `Cannot use ${this.#options.key} as it holds ${dtype}: store real amplitudes`,
      );
    }
    return toFloat32(array);
  }

  /** Checks stored values, makes amplitudes of them, crops and bins. */
  #convert(stored: Float32Array, first: number): Float32Array {
    const { key, layout, counts, suspectCounts, resize } = this.#options;
    const area = layout.height * layout.width;
    const numbers = Array.from({ length: stored.length / area }, (_, i) => first + i);
    const fit = (value: number): boolean => value >= 0 && value < Infinity;
    const marks = this.#options.unfitAsNan === true && !stored.every(fit);
    const values = marks ? stored.map((value) => fit(value) ? value : 0) : stored;
    const report = checkPatterns(key, values, area, numbers);
    if (marks) stored = stored.map((value) => fit(value) ? value : NaN);
    if (report.empty > 0) {
      this.#warnOnce("empty", `${key} holds patterns that are zero everywhere: remove them`);
    }
    if (suspectCounts && report.looksLikeCounts) {
      this.#warnOnce(
        "counts",
        `${key} holds whole numbers, as counts are, but is read as amplitudes (sqrt of counts): ` +
          `if they are counts, use --diffraction-kind counts`,
      );
    }
    return resizePatterns(counts ? stored.map(Math.sqrt) : stored, resize);
  }

  #warnOnce(what: string, message: string): void {
    if (this.#warned.has(what)) return;
    this.#warned.add(what);
    this.#options.warn(message);
  }
}

function countEmpty(patterns: Float32Array, pixels: number): number {
  let empty = 0;
  for (let start = 0; start < patterns.length; start += pixels) {
    let i = start;
    while (i < start + pixels && patterns[i] === 0) i++;
    if (i === start + pixels) empty++;
  }
  return empty;
}
