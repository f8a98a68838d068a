/**
 * Workers that read, decode and normalise diffraction patterns.
 *
 * Every worker owns a contiguous part of the scan and decodes only that, so all of them together hold
 * no more than one thread would. Which worker reads a pattern depends on its number alone, and values
 * are the same bits whoever reads them.
 *
 * @module
 */
import { DatasetError, FileFormatError } from "../errors.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import type { FromWorker, SentReadOptions, ToWorker } from "./protocol.ts";

/** The part of a web worker that is used. */
export interface WorkerLike {
  /** Receives messages. */
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  /** Receives the failure of the worker itself. */
  onerror: ((event: ErrorEvent) => void) | null;
  /** Sends a message. */
  postMessage(message: ToWorker): void;
  /** Ends the worker. */
  terminate(): void;
}

/** What a {@linkcode WorkerPool} is made of. */
export interface PoolOptions {
  /** Workers wanted; never more than patterns. */
  readonly workers: number;
  /** P: patterns in the scan. */
  readonly patterns: number;
  /** N: side of a pattern as it is handed out, px. */
  readonly N: number;
  /** Starts a worker. */
  readonly spawn: () => WorkerLike;
  /** What each worker opens. */
  readonly source: unknown;
  /** How it is read. */
  readonly options: SentReadOptions;
  /** Receives each doubt about the data once. */
  readonly warn: (line: string) => void;
}

/** What workers have done. */
export interface PoolStatistics {
  /** Patterns prepared by each worker. */
  readonly patterns: readonly number[];
  /** Questions answered by each worker. */
  readonly requests: readonly number[];
}

interface Waiting {
  readonly resolve: (values: Float32Array) => void;
  readonly reject: (error: Error) => void;
  readonly worker: number;
  readonly count: number;
}

/** Workers over one scan file. */
export class WorkerPool implements Disposable {
  #options: PoolOptions;
  #workers: WorkerLike[] = [];
  #waiting = new Map<number, Waiting>();
  #next = 0;
  #patterns: number[];
  #requests: number[];
  #warned = new Set<string>();
  #failure: Error | undefined;

  /** Starts the workers; they open the file at once. */
  constructor(options: PoolOptions) {
    const count = Math.max(1, Math.min(options.workers, options.patterns));
    this.#options = options;
    this.#patterns = new Array<number>(count).fill(0);
    this.#requests = new Array<number>(count).fill(0);
    const limit = options.options.memoryLimit ?? 512 * 2 ** 20;
    for (let k = 0; k < count; k++) {
      const worker = options.spawn();
      worker.onmessage = ({ data }) => this.#receive(data);
      worker.onerror = (event) => {
        event.preventDefault?.();
        this.#fail(new Error(`Cannot read with workers as one failed: ${event.message}`));
      };
      const window = [
        Math.ceil(k * options.patterns / count),
        Math.ceil((k + 1) * options.patterns / count),
      ] as const;
      worker.postMessage({
        kind: "open",
        source: options.source,
        options: { ...options.options, memoryLimit: limit / count, window },
      });
      this.#workers.push(worker);
    }
  }

  /** Workers in use. */
  get size(): number {
    return this.#workers.length;
  }

  /** What they have done so far. */
  get statistics(): PoolStatistics {
    return { patterns: [...this.#patterns], requests: [...this.#requests] };
  }

  /**
   * Patterns by number, in the order asked.
   *
   * @param factor Factor on every amplitude.
   * @returns (n, N, N) real.
   * @throws {DatasetError} for bad numbers or values.
   */
  async read(indices: ArrayLike<number>, factor = 1): Promise<Float32Array> {
    if (this.#failure !== undefined) throw this.#failure;
    const { patterns, N } = this.#options, pixels = N * N, count = this.size;
    const shares: { indices: number[]; places: number[] }[] = this.#workers.map(() => ({
      indices: [],
      places: [],
    }));
    for (let i = 0; i < indices.length; i++) {
      // A number outside the scan goes to some worker, whose reader refuses it.
      const owner = Math.floor(indices[i] * count / patterns);
      const share = shares[owner >= 0 && owner < count ? owner : 0];
      share.indices.push(indices[i]);
      share.places.push(i);
    }
    const out = new Float32Array(indices.length * pixels);
    await Promise.all(shares.map(async (share, k) => {
      if (share.indices.length === 0) return;
      const values = await this.#ask(k, share.indices, factor);
      share.places.forEach((place, i) =>
        out.set(values.subarray(i * pixels, (i + 1) * pixels), place * pixels)
      );
    }));
    return out;
  }

  /** Ends the workers; questions that are open fail. */
  dispose(): void {
    this.#fail(new Error("Cannot read as the workers have ended"));
    for (const worker of this.#workers) worker.terminate();
  }

  /** Same as {@linkcode WorkerPool.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #ask(worker: number, indices: number[], factor: number): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject, worker, count: indices.length });
      this.#workers[worker].postMessage({ kind: "read", id, indices, factor });
    });
  }

  #receive(message: FromWorker): void {
    if (message.kind === "doubt") {
      if (!this.#warned.has(message.message)) this.#options.warn(message.message);
      this.#warned.add(message.message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    this.#waiting.delete(message.id);
    if (message.kind === "failure") {
      waiting.reject(errorOf(message.name, message.message));
      return;
    }
    this.#requests[waiting.worker]++;
    this.#patterns[waiting.worker] += waiting.count;
    waiting.resolve(message.values);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#failure);
    this.#waiting.clear();
  }
}

/** A scan whose patterns come from workers; everything else is as before. */
export function workerScan(dataset: ScanDataset, pool: WorkerPool): ScanDataset {
  const read = (indices: ArrayLike<number>): Promise<Float32Array> => pool.read(indices);
  const scaled = (indices: ArrayLike<number>, factor: number): Promise<Float32Array> =>
    pool.read(indices, factor);
  return { ...dataset, readDiffraction: Object.assign(read, { scaled }) };
}

/** Errors keep their class on the way, as it decides how a command ends. */
function errorOf(name: string, message: string): Error {
  switch (name) {
    case "DatasetError":
      return new DatasetError(message);
    case "FileFormatError":
      return new FileFormatError(message);
    default:
      return new Error(message);
  }
}
