/**
 * Feeds normalised groups of patterns to the device.
 *
 * Patterns are read by batch; small sets are kept in memory after the first read, large ones are
 * read again every epoch, so memory is bounded by the cache and one batch.
 *
 * @module
 */
import type { ScanDataset } from "../scan/dataset.ts";

/** Largest set of patterns that is kept in memory, bytes. */
const CACHE_BYTES = 2 ** 30;

/** Reads patterns of a scan as normalised amplitudes; several batches may be under way at once. */
export class PatternFeeder {
  /** Factor from measured amplitude to network input. */
  readonly factor: number;
  #dataset: ScanDataset;
  #cache: Float32Array | undefined;
  #known: Uint8Array;

  /** Feeds patterns of `dataset` multiplied by `factor`. */
  constructor(dataset: ScanDataset, factor: number) {
    this.#dataset = dataset;
    this.factor = factor;
    this.#known = new Uint8Array(dataset.count);
    const bytes = dataset.count * dataset.N ** 2 * 4;
    if (bytes <= CACHE_BYTES) this.#cache = new Float32Array(bytes / 4);
  }

  /**
   * Normalised amplitudes of some patterns.
   *
   * @returns (indices.length, N, N) real.
   */
  async read(indices: ArrayLike<number>): Promise<Float32Array> {
    const { N } = this.#dataset, size = N * N;
    const out = new Float32Array(indices.length * size);
    const missing: number[] = [];
    for (let i = 0; i < indices.length; i++) {
      if (this.#known[indices[i]] === 0) missing.push(indices[i]);
    }
    let fresh: Float32Array | undefined;
    const place = new Map<number, number>();
    if (missing.length > 0) {
      const unique = [...new Set(missing)].sort((a, b) => a - b);
      unique.forEach((index, k) => place.set(index, k));
      fresh = await this.#readScaled(unique);
      if (this.#cache !== undefined) {
        unique.forEach((index, k) => {
          this.#cache!.set(fresh!.subarray(k * size, (k + 1) * size), index * size);
          this.#known[index] = 1;
        });
      }
    }
    for (let i = 0; i < indices.length; i++) {
      const k = place.get(indices[i]);
      const source = k === undefined
        ? this.#cache!.subarray(indices[i] * size, (indices[i] + 1) * size)
        : fresh!.subarray(k * size, (k + 1) * size);
      out.set(source, i * size);
    }
    return out;
  }

  async #readScaled(indices: number[]): Promise<Float32Array> {
    const { scaled } = this.#dataset.readDiffraction;
    if (scaled !== undefined) return await scaled(indices, this.factor);
    const patterns = await this.#dataset.readDiffraction(indices);
    for (let k = 0; k < patterns.length; k++) patterns[k] *= this.factor;
    return patterns;
  }
}
