/**
 * Opening a scan for a command.
 *
 * @module
 */
import { type Command, Option } from "commander";
import type { DataReading, ExecutionConfig } from "../config/types.ts";
import { ConfigError } from "../errors.ts";
import { type WorkerLike, WorkerPool, workerScan } from "../feeding/pool.ts";
import type { SentReadOptions } from "../feeding/protocol.ts";
import type { ReadScanOptions, ScanDataset } from "../scan/dataset.ts";
import { type ScanSubset, takeSubset } from "../scan/subset.ts";
import { openScan as openScanSource } from "../workflows/open_scan.ts";
import { FileSource } from "./files.ts";
import { wholeNumber } from "./flags.ts";
import type { Terminal } from "./host.ts";

/** A scan and the file behind it. */
export interface OpenScan extends AsyncDisposable {
  /** The scan. */
  readonly dataset: ScanDataset;
  /** Workers that read its patterns, if there are any. */
  readonly pool?: WorkerPool;
}

/** Adds the flags that say how to read a data file. */
export function addDataFlags(command: Command): void {
  command
    .addOption(
      new Option("--diffraction-kind <kind>", "what the patterns hold")
        .choices(["auto", "amplitude", "counts"]).default("auto"),
    )
    .option("--crop-to <pixels>", "use only the central part of each pattern")
    .option("--bin <factor>", "sum factor x factor detector pixels")
    .addOption(
      new Option("--subset <half>", "patterns that are used, counted from 0")
        .choices(["all", "even", "odd"]).default("all"),
    );
}

/** How to read a data file, from the parsed flags. */
export function dataOptions(options: Readonly<Record<string, unknown>>): ReadScanOptions {
  return {
    diffractionKind: String(options.diffractionKind) as "auto" | "amplitude" | "counts",
    ...(options.cropTo === undefined
      ? {}
      : { cropTo: wholeNumber("--crop-to", String(options.cropTo), 16) }),
    ...(options.bin === undefined ? {} : { bin: wholeNumber("--bin", String(options.bin), 1) }),
    ...(options.subset === undefined ? {} : { subset: options.subset as ScanSubset }),
  };
}

/** How to read a data file, from a resolved configuration. */
export function readingOptions(data: DataReading): ReadScanOptions {
  return {
    diffractionKind: data.diffraction_kind,
    bin: data.bin,
    subset: data.subset,
    ...(data.crop_to === null ? {} : { cropTo: data.crop_to }),
  };
}

/**
 * Opens a scan; its warnings go to the terminal.
 *
 * @param workers Threads that read, decode and normalise patterns; 0 is this one.
 */
export async function openScan(
  path: string,
  options: ReadScanOptions,
  terminal: Terminal,
  workers = 0,
): Promise<OpenScan> {
  const source = await FileSource.open(path);
  const warn = (line: string): void => terminal.warn(line);
  try {
    // Workers number the patterns of the whole file.
    const dataset = await openScanSource(source, { ...options, subset: "all", warn });
    if (dataset.mask !== undefined) {
      const ignored = dataset.mask.reduce((n, valid) => n + 1 - valid, 0), all = dataset.N ** 2;
      terminal.say(`mask of ${path}: ${ignored} of ${all} detector pixels are ignored`);
      if (ignored > all / 2) {
        terminal.warn(`the mask of ${path} ignores most pixels: 0 must mark those to ignore`);
      }
    }
    const pool = workers === 0 ? undefined : new WorkerPool({
      workers,
      patterns: dataset.count,
      N: dataset.N,
      spawn: spawnPatternWorker,
      source: path,
      options: sendable(options),
      warn,
    });
    return {
      dataset: takeSubset(
        pool === undefined ? dataset : workerScan(dataset, pool),
        options.subset,
      ),
      ...(pool === undefined ? {} : { pool }),
      [Symbol.asyncDispose]: () => {
        pool?.dispose();
        source[Symbol.dispose]();
        return Promise.resolve();
      },
    };
  } catch (error) {
    source[Symbol.dispose]();
    throw error;
  }
}

/** Starts a worker that reads files of this host. */
export function spawnPatternWorker(): WorkerLike {
  return new Worker(new URL("./pattern_worker.ts", import.meta.url), { type: "module" });
}

/** Batches prepared ahead, of all workers together. @throws {ConfigError} if there are no workers. */
export function prefetchDepth(
  execution: Pick<ExecutionConfig, "num_workers" | "prefetch_factor">,
): number {
  const { num_workers: workers, prefetch_factor: each } = execution;
  if (workers === 0 && each !== null) {
    throw new ConfigError(
      `prefetch is ${each} but nothing can be prepared ahead without workers: add --num-workers`,
    );
  }
  return workers * (each ?? 2);
}

/** A line of detail about what the workers of a scan did. */
export function sayReaders({ pool }: OpenScan, terminal: Terminal): void {
  if (pool === undefined) return;
  terminal.debug(`patterns read by each worker: ${pool.statistics.patterns.join(", ")}`);
}

function sendable(options: ReadScanOptions): SentReadOptions {
  const { diffractionKind, cropTo, bin, memoryLimit } = options;
  return {
    ...(diffractionKind === undefined ? {} : { diffractionKind }),
    ...(cropTo === undefined ? {} : { cropTo }),
    ...(bin === undefined ? {} : { bin }),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
  };
}
