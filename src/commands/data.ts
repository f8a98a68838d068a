/**
 * Opening a scan for a command.
 *
 * @module
 */
import { type Command, Option } from "commander";
import type { DataReading } from "../config/types.ts";
import type { ReadScanOptions, ScanDataset } from "../scan/dataset.ts";
import { openScan as openScanSource } from "../workflows/open_scan.ts";
import { FileSource } from "./files.ts";
import { wholeNumber } from "./flags.ts";
import type { Terminal } from "./host.ts";

/** A scan and the file behind it. */
export interface OpenScan extends AsyncDisposable {
  /** The scan. */
  readonly dataset: ScanDataset;
}

/** Adds the flags that say how to read a data file. */
export function addDataFlags(command: Command): void {
  command
    .addOption(
      new Option("--diffraction-kind <kind>", "what the patterns hold")
        .choices(["auto", "amplitude", "counts"]).default("auto"),
    )
    .option("--crop-to <pixels>", "use only the central part of each pattern")
    .option("--bin <factor>", "sum factor x factor detector pixels");
}

/** How to read a data file, from the parsed flags. */
export function dataOptions(options: Readonly<Record<string, unknown>>): ReadScanOptions {
  return {
    diffractionKind: String(options.diffractionKind) as "auto" | "amplitude" | "counts",
    ...(options.cropTo === undefined
      ? {}
      : { cropTo: wholeNumber("--crop-to", String(options.cropTo), 16) }),
    ...(options.bin === undefined ? {} : { bin: wholeNumber("--bin", String(options.bin), 1) }),
  };
}

/** How to read a data file, from a resolved configuration. */
export function readingOptions(data: DataReading): ReadScanOptions {
  return {
    diffractionKind: data.diffraction_kind,
    bin: data.bin,
    ...(data.crop_to === null ? {} : { cropTo: data.crop_to }),
  };
}

/** Opens a scan; its warnings go to the terminal. */
export async function openScan(
  path: string,
  options: ReadScanOptions,
  terminal: Terminal,
): Promise<OpenScan> {
  const source = await FileSource.open(path);
  try {
    const dataset = await openScanSource(source, {
      ...options,
      warn: (line) => terminal.warn(line),
    });
    return {
      dataset,
      [Symbol.asyncDispose]: () => {
        source[Symbol.dispose]();
        return Promise.resolve();
      },
    };
  } catch (error) {
    source[Symbol.dispose]();
    throw error;
  }
}
