/**
 * How far work may be queued ahead of the device.
 *
 * Waiting is dear: Deno looks after its device every 10 ms only, and blocks until all queued work is
 * done. Waiting rarely keeps the device busy; waiting at all keeps progress and Ctrl-C alive and
 * the queue short.
 *
 * @module
 */
import type { Gpu } from "./device.ts";

/** Work between two waits, in milliseconds. */
const INTERVAL_MS = 200;
/** Most submissions between two waits. */
const MOST = 256;

/** Waits for the device after about every fifth of a second of work. */
export class Pace {
  #gpu: Gpu;
  #ahead = 1;
  #queued = 0;
  #before = Promise.resolve();
  #since = performance.now();

  /** Paces the submissions to one device. */
  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  /** Starts the clock after a pause. */
  start(): void {
    this.#queued = 0;
    this.#since = performance.now();
  }

  /** To be called after every submission; throws if the device is lost. */
  async submitted(): Promise<void> {
    if (++this.#queued < this.#ahead) return;
    // What was waited for last is done; the newest work computes while the next is prepared.
    await this.#before;
    this.#before = this.#gpu.submitted();
    const now = performance.now(), elapsed = Math.max(now - this.#since, 0.1);
    this.#ahead = Math.min(MOST, Math.max(1, Math.round(this.#queued * INTERVAL_MS / elapsed)));
    this.#queued = 0;
    this.#since = now;
  }
}
