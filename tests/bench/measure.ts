/** Timing by timestamps, medians, and the rows of the report. */
import { Gpu } from "../../src/gpu/device.ts";
import type { Plan } from "../../src/gpu/plan.ts";

/** What a row is measured against. */
export type Unit = "GFLOP/s" | "GB/s";

/** One measured kernel or pass. */
export interface Row {
  readonly section: string;
  readonly name: string;
  /** Median over the repeats. */
  readonly milliseconds: number;
  readonly repeats: number;
  /** Work done per second, or undefined where it has no meaning. */
  readonly rate?: number;
  readonly unit?: Unit;
  /** rate / roof of this adapter. */
  readonly share?: number;
  /** Largest amount of memory taken from the device while it was set up and run, if it is ours. */
  readonly peakBytes: number | undefined;
  /** What was checked before timing, with the error found. */
  readonly check: string;
}

/** A wanted ratio, and what was found. */
export interface Target {
  readonly name: string;
  /** Ratio of the medians: what counts. */
  readonly ratio: number;
  /** Ratio of the shortest times: what a machine without other work would tend to. */
  readonly bestRatio: number;
  readonly limit: number;
  /** True if the ratio must be at least the limit, false if at most. */
  readonly atLeast: boolean;
  /** False where the target is for software adapters and this is none, or sizes differ. */
  readonly binding: boolean;
}

/** Roofs of this adapter, measured in this run. */
export interface Roof {
  readonly "GFLOP/s": number;
  readonly "GB/s": number;
}

/** What the sections share. */
export interface Bench {
  readonly roof: Roof;
  readonly rows: Row[];
  readonly targets: Target[];
  readonly notes: string[];
  /** Prints a finished row. */
  add(row: Row): void;
  note(line: string): void;
  /** Runs only what was asked for. */
  wants(name: string): boolean;
}

/** Middle value; the mean of the middle two of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b), half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Runs a body with a device of its own, so that peak bytes are those of the body. */
export async function onDevice<T>(body: (gpu: Gpu) => Promise<T>): Promise<T> {
  using gpu = await Gpu.open();
  if (!gpu.canTime) throw new Error("Cannot measure as the adapter has no timestamps");
  const result = await body(gpu);
  await gpu.settle();
  return result;
}

/** Timestamps in pairs. */
class Stopwatch {
  #gpu: Gpu;
  #querySet: GPUQuerySet;
  #pairs: number;

  constructor(gpu: Gpu, pairs: number) {
    this.#gpu = gpu;
    this.#pairs = pairs;
    this.#querySet = gpu.device.createQuerySet({ type: "timestamp", count: 2 * pairs });
  }

  /** Records a timestamp: index 2 i begins repeat i, index 2 i + 1 ends it. */
  mark(encoder: GPUCommandEncoder, index: number): void {
    const timestampWrites = { querySet: this.#querySet, beginningOfPassWriteIndex: index };
    encoder.beginComputePass({ timestampWrites }).end();
  }

  /** Waits for all work and reads the milliseconds of each pair. */
  async read(): Promise<number[]> {
    const { device } = this.#gpu, count = 2 * this.#pairs;
    const resolved = device.createBuffer({
      size: 8 * count,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
    const staging = device.createBuffer({
      size: 8 * count,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    const encoder = device.createCommandEncoder();
    encoder.resolveQuerySet(this.#querySet, 0, count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, 8 * count);
    this.#gpu.submit(encoder);
    await staging.mapAsync(GPUMapMode.READ);
    const stamps = new BigUint64Array(staging.getMappedRange().slice(0));
    for (const resource of [this.#querySet, resolved, staging]) resource.destroy();
    this.#gpu.check();
    return Array.from({ length: this.#pairs }, (_, i) => {
      const milliseconds = Number(stamps[2 * i + 1] - stamps[2 * i]) / 1e6;
      if (!(milliseconds > 0)) throw new Error(`Timestamps of repeat ${i} are not in order`);
      return milliseconds;
    });
  }
}

/** Device times of work that is recorded into one encoder. */
export function timeEncoded(
  gpu: Gpu,
  encode: (encoder: GPUCommandEncoder) => void,
  repeats: number,
): Promise<number[]> {
  const watch = new Stopwatch(gpu, repeats);
  for (let i = 0; i < repeats; i++) {
    const encoder = gpu.device.createCommandEncoder();
    watch.mark(encoder, 2 * i);
    encode(encoder);
    watch.mark(encoder, 2 * i + 1);
    gpu.submit(encoder);
  }
  return watch.read();
}

/** Times of work that submits itself: from a mark submitted before to a mark submitted after it. */
export function timeSubmissions(
  gpu: Gpu,
  submit: () => void,
  repeats: number,
): Promise<number[]> {
  const watch = new Stopwatch(gpu, repeats);
  const mark = (index: number): void => {
    const encoder = gpu.device.createCommandEncoder();
    watch.mark(encoder, index);
    gpu.submit(encoder);
  };
  for (let i = 0; i < repeats; i++) {
    mark(2 * i);
    submit();
    mark(2 * i + 1);
  }
  return watch.read();
}

/** Warm device times of a plan; as many repeats as fit in about `budget` ms, 5 to 25. */
export async function timePlan(gpu: Gpu, plan: Plan, budget = 400): Promise<number[]> {
  plan.submit();
  await gpu.settle();
  const encode = (encoder: GPUCommandEncoder): void => plan.encode(encoder);
  const [once] = await timeEncoded(gpu, encode, 1);
  const repeats = Math.max(5, Math.min(25, Math.ceil(budget / once)));
  return timeEncoded(gpu, encode, repeats);
}

/** Largest |actual - expected| over the largest |expected|; throws if it exceeds the tolerance. */
export function checkError(
  name: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): string {
  if (actual.length !== expected.length || actual.length === 0) {
    throw new Error(`${name}: ${actual.length} values, ${expected.length} expected`);
  }
  let worst = 0, scale = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]);
    worst = Math.max(worst, Number.isFinite(error) ? error : Infinity);
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  const error = worst / scale;
  if (!(error <= tolerance)) {
    throw new Error(`${name}: wrong by ${error.toExponential(1)} of scale, limit ${tolerance}`);
  }
  return `float64 ${error.toExponential(0)}`;
}

/** Makes a row with rate and share of the roof; `work` in FLOP or bytes. */
export function rowOf(
  bench: Bench,
  gpu: Gpu,
  section: string,
  name: string,
  times: readonly number[],
  work: number | undefined,
  unit: Unit,
  check: string,
): Row {
  const milliseconds = median(times);
  const base = { section, name, milliseconds, repeats: times.length, check };
  const peakBytes = gpu.arena.peakBytes;
  if (work === undefined) return { ...base, peakBytes };
  const rate = work / milliseconds / 1e6;
  return { ...base, rate, unit, share: rate / bench.roof[unit], peakBytes };
}

/** Both ratios of two sets of times. */
export function ratios(
  above: readonly number[],
  below: readonly number[],
): { ratio: number; bestRatio: number } {
  return {
    ratio: median(above) / median(below),
    bestRatio: Math.min(...above) / Math.min(...below),
  };
}

/** Bytes for people. */
export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
