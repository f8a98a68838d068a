/**
 * Files of `evaluate` and `compare`: finding, reading and naming them.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { dirname, join } from "node:path";
import { complexArray } from "../array.ts";
import { ConfigError, DatasetError, FileFormatError } from "../errors.ts";
import type { JudgeOptions } from "../evaluation/evaluate.ts";
import type { AreaKind } from "../evaluation/place.ts";
import type { PhaseRule } from "../evaluation/align.ts";
import type { Interpolation } from "../image/resample.ts";
import { openNpz } from "../io/npz.ts";
import type { ReadScanOptions, ScanDataset } from "../scan/dataset.ts";
import { scanMark } from "../scan/mark.ts";
import {
  readPixelSize,
  readReconstructionFile,
  type ReconstructionFile,
} from "../workflows/reconstruction_file.ts";
import { addDataFlags, dataOptions, type OpenScan, openScan } from "./data.ts";
import { FileSource } from "./files.ts";
import { realNumber } from "./flags.ts";
import type { Terminal } from "./host.ts";

/** File a run folder holds its object in. */
const OBJECT_FILE = "reconstruction.npz";

/** A path, resolved. */
export interface RunPath {
  /** As typed. */
  readonly given: string;
  /** The NPZ file. */
  readonly file: string;
  /** The folder it lies in. */
  readonly folder: string;
}

/** Finds the reconstruction of a run folder, or takes a file. @throws {FileFormatError} if there is none. */
export async function findRun(given: string): Promise<RunPath> {
  const info = await Deno.stat(given).catch(() => undefined);
  if (info === undefined) {
    throw new FileFormatError(`Cannot read ${given}: there is no such file or folder`);
  }
  if (!info.isDirectory) return { given, file: given, folder: dirname(given) };
  const file = join(given, OBJECT_FILE);
  if (await Deno.stat(file).catch(() => undefined) === undefined) {
    throw new FileFormatError(
      `Cannot find a reconstruction in ${given} as it holds no ${OBJECT_FILE}: give the output ` +
        "folder of infer, or an NPZ file",
    );
  }
  return { given, file, folder: given };
}

/** Reads a reconstruction. */
export async function readRun(path: string): Promise<ReconstructionFile> {
  using source = await FileSource.open(path);
  return await readReconstructionFile(source);
}

/** What a run says about the data it was made from. */
export interface RunData {
  /** Files that may be the scan: as named, and beside the folder of the run. */
  readonly places: readonly string[];
  /** Mark of the scan, see `scanMark`. */
  readonly mark?: string;
  /** Scan file as the run named it. */
  readonly named?: string;
  /** How it was read. */
  readonly reading: ReadScanOptions;
}

/** Looks into `run.json` for the scan a reconstruction was made from. */
export async function dataOfRun(folder: string): Promise<RunData> {
  const text = await Deno.readTextFile(join(folder, "run.json")).catch(() => undefined);
  const nothing: RunData = { places: [], reading: {} };
  if (text === undefined) return nothing;
  let record: Record<string, unknown>;
  try {
    record = Object(JSON.parse(text));
  } catch {
    return nothing;
  }
  const rows = Array.isArray(record.audit) ? record.audit.map((row) => Object(row)) : [];
  const nested = [record, Object(record.settings), Object(record.files), Object(record.result)];
  const value = (...names: string[]): unknown =>
    names.flatMap((name) => [
      rows.find((row) => row.field === name)?.value,
      ...nested.map((part) => part[name]),
    ]).find((found) => found !== undefined && found !== null);
  const argv = Array.isArray(record.argv) ? record.argv.map(String) : [];
  const typed = (...flags: string[]): string | undefined => {
    const at = argv.findIndex((word) => flags.includes(word.split("=")[0]));
    if (at < 0) return undefined;
    return argv[at].includes("=") ? argv[at].slice(argv[at].indexOf("=") + 1) : argv[at + 1];
  };
  const path = value("test_data_file", "data_file") ??
    typed("--data", "--test-data", "--test-data-file");
  const crop = value("crop_to") ?? numberOf(typed("--crop-to"));
  const bin = value("bin") ?? numberOf(typed("--bin"));
  const kind = value("diffraction_kind") ?? typed("--diffraction-kind");
  const subset = value("subset") ?? typed("--subset");
  const named = typeof path === "string" ? path : undefined;
  const places: string[] = [];
  for (const place of named === undefined ? [] : [named, join(folder, "..", named)]) {
    const info = await Deno.stat(place).catch(() => undefined);
    if (info?.isFile === true) places.push(place);
  }
  return {
    places,
    ...(named === undefined ? {} : { named }),
    ...(typeof record.data_mark === "string" ? { mark: record.data_mark } : {}),
    reading: {
      ...(typeof crop === "number" ? { cropTo: crop } : {}),
      ...(typeof bin === "number" ? { bin } : {}),
      ...(subset === "even" || subset === "odd" ? { subset } : {}),
      ...(kind === "amplitude" || kind === "counts" ? { diffractionKind: kind } : {}),
    },
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** How to read the scan: what the run says, unless flags say otherwise. */
export function readingOf(command: Command, run: RunData): ReadScanOptions {
  const typed = dataOptions(command.opts());
  const stated = (name: string): boolean => command.getOptionValueSource(name) === "cli";
  const { diffractionKind, subset, ...rest } = typed;
  return {
    ...run.reading,
    ...rest,
    ...(stated("diffractionKind") ? { diffractionKind } : {}),
    ...(stated("subset") ? { subset } : {}),
  } as ReadScanOptions;
}

/**
 * Opens the scan a run was made from; undefined, with a warning, if only other scans of that name are
 * there.
 */
export async function openRunScan(
  command: Command,
  run: RunData,
  terminal: Terminal,
): Promise<{ path: string; scan: OpenScan } | undefined> {
  const reading = readingOf(command, run);
  // Read in another way it has another mark.
  const other = ["cropTo", "bin", "subset"].some((name) =>
    command.getOptionValueSource(name) === "cli"
  );
  for (const path of run.places) {
    const scan = await openScan(path, reading, terminal);
    if (run.mark === undefined || other || await scanMark(scan.dataset) === run.mark) {
      return { path, scan };
    }
    await scan[Symbol.asyncDispose]();
  }
  if (run.places.length > 0) {
    terminal.warn(
      `${
        run.places[0]
      } is not the scan the run was made from: it is left out, name one with --data`,
    );
  }
  return undefined;
}

/** The known object of a scan that is open, on the grid the scan was read on. */
export function truthOfScan(scan: ScanDataset): ReconstructionFile | undefined {
  const { objectGuess } = scan;
  if (objectGuess === undefined) return undefined;
  return {
    name: scan.name,
    keys: ["objectGuess"],
    object: complexArray([objectGuess.height, objectGuess.width], objectGuess.data),
    origin: { y: 0, x: 0 },
    positions: scan.positions,
  };
}

/** Reads the file of `--truth`. @throws {DatasetError} if it holds a matrix of ones. */
export async function readTruth(path: string): Promise<ReconstructionFile> {
  const run = await findRun(path), file = await readRun(run.file);
  const values = file.object.data as Float32Array;
  if (file.keys[0] === "objectGuess" && values.every((v, i) => v === (i % 2 === 0 ? 1 : 0))) {
    throw new DatasetError(
      `Cannot use the object of ${path} as the truth as it is 1 everywhere, which means that ` +
        "none is known: leave --truth out",
    );
  }
  return file;
}

/** Side of an object pixel of a scan as it is read, m, if its file says so. */
export async function pixelSizeOfScan(
  path: string,
  reading: ReadScanOptions,
): Promise<number | undefined> {
  using source = await FileSource.open(path);
  const npz = await openNpz(source), stored = await readPixelSize(npz);
  if (stored === undefined || reading.cropTo === undefined) return stored;
  // A smaller detector sees coarser pixels.
  const { shape } = await npz.header("probeGuess");
  return stored * shape[shape.length - 1] / reading.cropTo;
}

/** Adds the flags of frame and alignment. */
export function addFrameFlags(command: Command): void {
  command
    .optionsGroup("Frame and alignment:")
    .addOption(
      new Option(
        "--area <kind>",
        "what is judged: box of the scan positions, largest covered rectangle, all that is shared",
      ).choices(["auto", "scan", "covered", "overlap"]).default("auto"),
    )
    .option("--no-register", "leave the sub-pixel shift alone")
    .addOption(
      new Option("--phase <rule>", "phase freedom that is taken out")
        .choices(["ramp", "constant", "none"]).default("ramp"),
    )
    .addOption(
      new Option("--interpolation <kind>", "how the reference is sampled between its pixels")
        .choices(["bilinear", "fourier"]).default("bilinear"),
    )
    .option("--pixel-size <nm>", "side of an object pixel, nm [from the file]");
  command.optionsGroup("Reading the scan:");
  addDataFlags(command);
}

/** Frame and alignment from the parsed flags. */
export function frameOptions(
  options: Readonly<Record<string, unknown>>,
  positions: ArrayLike<number> | undefined,
  scanPixelSize: number | undefined,
): JudgeOptions {
  const area = String(options.area);
  return {
    register: options.register !== false,
    phase: options.phase as PhaseRule,
    interpolation: options.interpolation as Interpolation,
    ...(area === "auto" ? {} : { area: area as AreaKind }),
    ...(positions === undefined ? {} : { positions }),
    ...(scanPixelSize === undefined ? {} : { scanPixelSize }),
    ...(options.pixelSize === undefined
      ? {}
      : { pixelSize: pixelSize(String(options.pixelSize)) * 1e-9 }),
  };
}

function pixelSize(text: string): number {
  const value = realNumber("--pixel-size", text, 0);
  if (value === 0) throw new ConfigError("--pixel-size is 0: a number above 0 is needed, in nm");
  return value;
}
