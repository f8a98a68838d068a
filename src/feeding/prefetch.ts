/**
 * Prepares batches before they are wanted.
 *
 * @module
 */

/** How preparing ahead went. */
export interface PrefetchStatistics {
  /** Batches taken. */
  readonly batches: number;
  /** Most batches that lay ready at once. */
  readonly deepest: number;
  /** Batches that were not ready when they were wanted. */
  readonly waits: number;
}

/** Statistics of two stretches as one. */
export function addStatistics(a: PrefetchStatistics, b: PrefetchStatistics): PrefetchStatistics {
  return {
    batches: a.batches + b.batches,
    deepest: Math.max(a.deepest, b.deepest),
    waits: a.waits + b.waits,
  };
}

/** Batches of numbered steps, some of them prepared ahead. */
export class Prefetcher<T> {
  #make: (step: number) => Promise<T>;
  #steps: number;
  #depth: number;
  #started = new Map<number, Promise<T>>();
  #ready = new Set<number>();
  #wanted = -1;
  #statistics = { batches: 0, deepest: 0, waits: 0 };

  /**
   * Prepares nothing yet.
   *
   * @param make Prepares the batch of a step.
   * @param steps Number of steps; none beyond is prepared.
   * @param depth Batches prepared ahead of the one that is taken; 0 prepares none.
   */
  constructor(make: (step: number) => Promise<T>, steps: number, depth: number) {
    this.#make = make;
    this.#steps = steps;
    this.#depth = depth;
  }

  /** How it went so far. */
  get statistics(): PrefetchStatistics {
    return { ...this.#statistics };
  }

  /** The batch of a step. Steps are taken in rising order; skipped ones are forgotten. */
  async take(step: number): Promise<T> {
    for (const earlier of [...this.#started.keys()]) {
      if (earlier < step) this.#forget(earlier);
    }
    this.#wanted = step;
    const last = Math.min(step + this.#depth, this.#steps - 1);
    for (let next = step; next <= last; next++) this.#start(next);
    const batch = this.#started.get(step) ?? this.#start(step);
    this.#statistics.batches++;
    if (!this.#ready.delete(step)) this.#statistics.waits++;
    const value = await batch;
    this.#forget(step);
    return value;
  }

  #start(step: number): Promise<T> {
    const running = this.#started.get(step);
    if (running !== undefined) return running;
    const batch = this.#make(step);
    this.#started.set(step, batch);
    // A failure is thrown when the batch is taken, and not at all if it never is.
    batch.then(() => {
      if (!this.#started.has(step) || step === this.#wanted) return;
      this.#ready.add(step);
      this.#statistics.deepest = Math.max(this.#statistics.deepest, this.#ready.size);
    }, () => undefined);
    return batch;
  }

  #forget(step: number): void {
    this.#started.delete(step);
    this.#ready.delete(step);
  }
}
