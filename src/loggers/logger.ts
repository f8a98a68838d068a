/**
 * What records a run: one interface for tables, event files and tracking servers.
 *
 * Loggers write through a sink that is handed in, so they work wherever bytes can be kept.
 *
 * @module
 */
import type { Picture } from "../image/colors.ts";

/** Values of a run's configuration, by canonical name. */
export type LogParameters = Readonly<
  Record<string, string | number | boolean | null | readonly number[]>
>;

/** How a run ended. */
export type RunStatus = "finished" | "failed" | "interrupted";

/** What a run is called and where it goes on. */
export interface RunMetadata {
  /** Name for people, such as the output folder. */
  readonly name: string;
  /** Family of runs it belongs to, where runs are collected. */
  readonly experiment: string;
  /** Step after which the run goes on; undefined for a new run. */
  readonly resumedAfter?: number | undefined;
  /** Short facts: program, version, adapter, data file. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Records a run. Calls come in the order start, any of the middle ones, finish. */
export interface RunLogger {
  /** Name the logger is chosen by. */
  readonly name: LoggerName;
  /** True if pictures are kept; others ignore them. */
  readonly keepsImages: boolean;
  /** Begins, or goes on with, a run. */
  start(run: RunMetadata, parameters: LogParameters): Promise<void>;
  /** Values of one step (an epoch, counted from 1); undefined ones are left out. */
  scalars(step: number, values: Readonly<Record<string, number | undefined>>): Promise<void>;
  /** A picture of one step. `name` may hold slashes. */
  image(name: string, step: number, rgb: Picture): Promise<void>;
  /** A finished file of the run's folder, as a path inside it. */
  artifact(path: string): Promise<void>;
  /** Ends the run. */
  finish(status: RunStatus): Promise<void>;
}

/** Place where a logger keeps bytes. Paths have `/` between their parts and are relative to it. */
export interface LogSink {
  /** URL of the place, for records that name it. */
  readonly url: string;
  /** Writes a file whole: afterwards it is new, or as before. Folders are made as needed. */
  write(path: string, content: Uint8Array | string): Promise<void>;
  /** Adds to the end of a file, which is made if absent. */
  append(path: string, content: Uint8Array | string): Promise<void>;
  /** Content of a file; undefined if there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Names in a folder, in no order; none if it is absent. */
  list(path: string): Promise<readonly string[]>;
}

/** Clock of the loggers, ms since 1970. */
export type Clock = () => number;

/** Names a logger can be chosen by; `none` records nothing. */
export const LOGGER_NAMES = ["csv", "jsonl", "tensorboard", "mlflow", "none"] as const;

/** Name of a logger. */
export type LoggerName = typeof LOGGER_NAMES[number];

/** A parameter as text; `none` is null, lists have commas. */
export function parameterText(value: LogParameters[string]): string {
  if (value === null) return "none";
  return typeof value === "object" ? value.join(",") : String(value);
}
