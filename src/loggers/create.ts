/**
 * Loggers by name, several as one.
 *
 * @module
 */
import type { Picture } from "../image/colors.ts";
import { CsvLogger } from "./csv.ts";
import { JsonlLogger } from "./jsonl.ts";
import type {
  Clock,
  LoggerName,
  LogParameters,
  LogSink,
  RunLogger,
  RunMetadata,
  RunStatus,
} from "./logger.ts";
import { MlflowFileLogger } from "./mlflow_files.ts";
import { MlflowRestLogger } from "./mlflow_rest.ts";
import { TensorboardLogger } from "./tensorboard.ts";

/** Where MLflow runs go: a folder, or a service. */
export type MlflowTarget =
  | { readonly store: LogSink }
  | { readonly address: string; readonly authorization?: string | undefined };

/** What loggers are made of. */
export interface LoggerOptions {
  /** The run's folder. */
  readonly run: LogSink;
  /** Columns of the table of `csv`, after `epoch`. */
  readonly columns: readonly string[];
  /** Target of `mlflow`; asked for only if that logger is wanted. */
  readonly mlflow: () => MlflowTarget;
  /** Name of the person. */
  readonly user: string;
  /** Receives a line about what could not be recorded. */
  readonly warn: (line: string) => void;
  /** Time; default the system's. */
  readonly clock?: Clock;
}

/** The wanted loggers as one; names may repeat, `none` adds nothing. */
export function createLoggers(names: readonly LoggerName[], options: LoggerOptions): RunLoggers {
  const { run, user, warn } = options;
  const clock = options.clock ?? Date.now;
  const make = (name: LoggerName): RunLogger[] => {
    switch (name) {
      case "csv":
        return [new CsvLogger(run, options.columns)];
      case "jsonl":
        return [new JsonlLogger(run, clock)];
      case "tensorboard":
        return [new TensorboardLogger(run, clock)];
      case "mlflow": {
        const target = options.mlflow();
        return "store" in target
          ? [new MlflowFileLogger({ run, store: target.store, user, clock })]
          : [new MlflowRestLogger({ run, ...target, user, clock, warn })];
      }
      case "none":
        return [];
    }
  };
  return new RunLoggers([...new Set(names)].flatMap(make));
}

/** Several loggers, called one after the other. */
export class RunLoggers {
  #loggers: readonly RunLogger[];
  #open = false;

  /** Joins loggers. */
  constructor(loggers: readonly RunLogger[]) {
    this.#loggers = loggers;
  }

  /** True if one of them keeps pictures. */
  get keepsImages(): boolean {
    return this.#loggers.some((logger) => logger.keepsImages);
  }

  /** Begins the run everywhere. */
  async start(run: RunMetadata, parameters: LogParameters): Promise<void> {
    for (const logger of this.#loggers) await logger.start(run, parameters);
    this.#open = true;
  }

  /** Values of a step. */
  async scalars(step: number, values: Readonly<Record<string, number | undefined>>): Promise<void> {
    for (const logger of this.#loggers) await logger.scalars(step, values);
  }

  /** A picture of a step, for those that keep pictures. */
  async image(name: string, step: number, rgb: Picture): Promise<void> {
    for (const logger of this.#loggers) {
      if (logger.keepsImages) await logger.image(name, step, rgb);
    }
  }

  /** A finished file of the run's folder. */
  async artifact(path: string): Promise<void> {
    for (const logger of this.#loggers) await logger.artifact(path);
  }

  /** Ends the run; calls after the first do nothing, nor does one before the start. */
  async finish(status: RunStatus): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    for (const logger of this.#loggers) await logger.finish(status);
  }
}
