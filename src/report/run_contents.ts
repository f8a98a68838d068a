/**
 * What a result folder holds, found out by its files.
 *
 * @module
 */
import { type NdArray, toFloat64 } from "../array.ts";
import { openNpz } from "../io/npz.ts";
import { bytesSource } from "../io/source.ts";
import { type NumberTable, parseNumbers } from "./csv.ts";

/** A folder in memory: files by their path inside it. */
export interface RunFolder {
  /** Name shown in the report. */
  readonly name: string;
  /** Files that matter, by path with `/`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** A record of a command (`run.json`). */
export type RunRecord = Readonly<Record<string, unknown>>;

/** A run, taken apart. */
export interface RunContents {
  /** Name shown in the report. */
  readonly name: string;
  /** Records of the commands that wrote the folder, the main one first. */
  readonly records: readonly RunRecord[];
  /** Rows of training: loss, rate, ... by epoch. */
  readonly metrics?: NumberTable;
  /** Error of an iterative engine by iteration. */
  readonly errors?: NumberTable;
  /** Ring correlation by spatial frequency. */
  readonly frc?: NumberTable;
  /** Scores of an evaluation or a demo. */
  readonly scores?: Readonly<Record<string, unknown>>;
  /** (H, W) complex object. */
  readonly object?: NdArray;
  /** (H, W) weights of the object. */
  readonly coverage?: NdArray;
  /** (N, N) or (K, N, N) complex probe. */
  readonly probe?: NdArray;
  /** Side of an object pixel, nm, if the files say so. */
  readonly pixelSize?: number;
  /** What `inspect` wrote about the data. */
  readonly inspection?: {
    /** `inspection.json`. */
    readonly record: RunRecord;
    /** `inspection.txt`. */
    readonly text: string;
    /** Its pictures by name. */
    readonly pictures: ReadonlyMap<string, Uint8Array>;
  };
  /** Pictures that are shown as they are, by file name. */
  readonly pictures: ReadonlyMap<string, Uint8Array>;
  /** What could not be read, and warnings of the runs. */
  readonly warnings: readonly string[];
}

/**
 * Files a report reads; `training/` is where the demo trains, `evaluation/` where `evaluate` writes
 * beside a reconstruction.
 */
export const REPORT_FILES: readonly string[] = [
  "run.json",
  "metrics.csv",
  "errors.csv",
  "frc.csv",
  "metrics.json",
  "summary.json",
  "reconstruction.npz",
  "training/run.json",
  "training/metrics.csv",
  "evaluation/metrics.json",
  "evaluation/frc.csv",
  "evaluation/evaluation.png",
  "inspection.json",
  "inspection.txt",
  "pattern.png",
  "probe.png",
  "quick_look.png",
];

/** Pictures of an inspection, in the order they are shown. */
const INSPECTION_PICTURES = ["pattern.png", "positions.png", "probe.png", "quick_look.png"];

/** Pictures that say more than what a report draws itself, by the end of their names. */
export const PICTURE_FILES =
  /^(evaluation\/)?(comparison|evaluation|positions|position_correction|modes)\.png$/;

/** Takes a folder apart; files that cannot be read become warnings. */
export async function readContents(folder: RunFolder): Promise<RunContents> {
  const warnings: string[] = [];
  const text = (name: string): string | undefined => {
    const bytes = folder.files.get(name);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  };
  const json = (name: string): Record<string, unknown> | undefined => {
    const content = text(name);
    if (content === undefined) return undefined;
    try {
      return asRecord(JSON.parse(content));
    } catch {
      warnings.push(`${name} is no JSON file and was left out`);
      return undefined;
    }
  };
  const numbers = (...names: string[]): NumberTable | undefined => {
    const name = names.find((candidate) => folder.files.has(candidate));
    return name === undefined ? undefined : parseNumbers(text(name)!);
  };
  const records = [json("run.json"), json("training/run.json")].filter((r) => r !== undefined);
  for (const record of records) {
    if (Array.isArray(record.warnings)) warnings.push(...record.warnings.map(String));
  }
  const scores = json("metrics.json") ?? json("evaluation/metrics.json") ?? json("summary.json");
  if (typeof scores?.command === "string") {
    records.push(scores);
    if (Array.isArray(scores.warnings)) warnings.push(...scores.warnings.map(String));
  }
  const arrays = await readArrays(folder, warnings);
  // `evaluate` writes a metrics.csv too: only rows by epoch are a training.
  const metrics = [numbers("metrics.csv"), numbers("training/metrics.csv")]
    .find((table) => table !== undefined && /^(epoch|step)$/.test(table.names[0]));
  const errors = numbers("errors.csv"), frc = numbers("frc.csv", "evaluation/frc.csv");
  const inspected = json("inspection.json");
  const pictures = new Map(
    [...folder.files].filter(([name]) =>
      PICTURE_FILES.test(name) &&
      !(inspected !== undefined && INSPECTION_PICTURES.includes(name))
    ),
  );
  const pixelSize = arrays.pixelSize ?? pixelSizeOf(scores) ?? pixelSizeOf(records[0]);
  return {
    name: folder.name,
    records,
    ...(metrics === undefined ? {} : { metrics }),
    ...(errors === undefined ? {} : { errors }),
    ...(frc === undefined ? {} : { frc }),
    ...(scores === undefined ? {} : { scores }),
    ...(arrays.object === undefined ? {} : { object: arrays.object }),
    ...(arrays.coverage === undefined ? {} : { coverage: arrays.coverage }),
    ...(arrays.probe === undefined ? {} : { probe: arrays.probe }),
    ...(pixelSize === undefined ? {} : { pixelSize }),
    ...(inspected === undefined ? {} : {
      inspection: {
        record: inspected,
        text: text("inspection.txt") ?? "",
        pictures: new Map(INSPECTION_PICTURES.flatMap((name) => {
          const bytes = folder.files.get(name);
          return bytes === undefined ? [] : [[name, bytes] as const];
        })),
      },
    }),
    pictures,
    warnings: [...new Set(warnings)],
  };
}

/** True if a folder holds anything a report can show. */
export function isRun(contents: RunContents): boolean {
  return contents.records.length > 0 || contents.metrics !== undefined ||
    contents.errors !== undefined || contents.frc !== undefined ||
    contents.scores !== undefined || contents.object !== undefined ||
    contents.inspection !== undefined;
}

/** A value as an object with string keys; undefined if it is none. */
export function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : undefined;
}

interface Arrays {
  object?: NdArray;
  coverage?: NdArray;
  probe?: NdArray;
  pixelSize?: number;
}

async function readArrays(folder: RunFolder, warnings: string[]): Promise<Arrays> {
  const bytes = folder.files.get("reconstruction.npz"), out: Arrays = {};
  if (bytes === undefined) return out;
  try {
    const npz = await openNpz(bytesSource("reconstruction.npz", bytes));
    for (const key of ["object", "coverage", "probe"] as const) {
      if (npz.keys.includes(key)) out[key] = await npz.read(key);
    }
    if (npz.keys.includes("pixel_size_m")) {
      const value = toFloat64(await npz.read("pixel_size_m"))[0];
      if (value > 0) out.pixelSize = value * 1e9;
    }
    const fits = out.object?.shape.length === 2 && out.object.dtype.startsWith("c");
    if (!fits) {
      delete out.object;
      warnings.push("reconstruction.npz holds no (H, W) complex object");
    } else if (out.coverage?.shape.join() !== out.object!.shape.join()) delete out.coverage;
  } catch (error) {
    warnings.push(error instanceof Error ? error.message : String(error));
  }
  return out;
}

function pixelSizeOf(record: RunRecord | undefined): number | undefined {
  const value = record?.pixel_size_nm ?? asRecord(record?.frame)?.pixel_size_nm;
  return typeof value === "number" && value > 0 ? value : undefined;
}
