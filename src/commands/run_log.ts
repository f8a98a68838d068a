/**
 * The records of a training run: which loggers, where, and pictures of what the network sees.
 *
 * @module
 */
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { ResolvedRun } from "../config/resolved.ts";
import type { ExecutionConfig } from "../config/types.ts";
import { ConfigError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { createLoggers, type MlflowTarget, type RunLoggers } from "../loggers/create.ts";
import { LOGGER_NAMES, type LoggerName, type LogParameters } from "../loggers/logger.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import { VERSION } from "../version.ts";
import type { Checkpoint } from "../workflows/checkpoint.ts";
import type { EpochEvent } from "../workflows/events.ts";
import { folderSink } from "./log_sink.ts";
import { logReconstructions } from "./recon_log.ts";

/** Folder of MLflow runs in an output folder. */
export const MLRUNS_FOLDER = "mlruns";

/** Columns of `metrics.csv` after `epoch`, and names of the values everywhere. */
const COLUMNS = [
  "step",
  "train_loss",
  "val_loss",
  "learning_rate",
  "energy_ratio",
  "amplitude_std",
];

/** What is known of a run when its records begin. */
export interface RunLogJob {
  /** Device. */
  readonly gpu: Gpu;
  /** Data that is trained on. */
  readonly dataset: ScanDataset;
  /** Configuration. */
  readonly config: ResolvedRun;
  /** Loggers and pictures wanted. */
  readonly execution: ExecutionConfig;
  /** Folder of the run. */
  readonly outputDir: string;
  /** Steps of an epoch. */
  readonly stepsPerEpoch: number;
  /** Epochs done before, of a resumed run. */
  readonly resumedAfter?: number | undefined;
  /** Receives a line about what could not be recorded. */
  readonly warn: (line: string) => void;
}

/** Records of one run. */
export class RunLog {
  #job: RunLogJob;
  #loggers: RunLoggers;

  private constructor(job: RunLogJob, loggers: RunLoggers) {
    this.#job = job;
    this.#loggers = loggers;
  }

  /**
   * Begins the records.
   *
   * @throws {ConfigError} for pictures without a logger that keeps them, or a bad tracking address.
   * @throws {LoggingError} if a tracking service cannot be reached.
   */
  static async open(job: RunLogJob): Promise<RunLog> {
    const { execution, outputDir, config, gpu, dataset } = job;
    const loggers = createLoggers(loggerNames(execution.logger_backend), {
      run: folderSink(outputDir),
      columns: COLUMNS,
      mlflow: () => mlflowTarget(outputDir),
      user: Deno.env.get("USER") ?? Deno.env.get("USERNAME") ?? "unknown",
      warn: job.warn,
    });
    if (execution.recon_log_every_n_epochs !== null && !loggers.keepsImages) {
      throw new ConfigError(
        `recon_log_every_n_epochs is ${execution.recon_log_every_n_epochs} but logger ` +
          `${execution.logger_backend} keeps no pictures: add tensorboard or mlflow to logger`,
      );
    }
    const name = basename(resolve(outputDir));
    await loggers.start({
      name,
      experiment: Deno.env.get("MLFLOW_EXPERIMENT_NAME") ?? "ptychogpu",
      resumedAfter: job.resumedAfter,
      tags: { program: `ptychogpu ${VERSION}`, adapter: gpu.adapter.name, data: dataset.name },
    }, parametersOf(config));
    return new RunLog(job, loggers);
  }

  /**
   * Values, and now and then pictures, of an epoch.
   *
   * @param state Gives the weights; called only if pictures are due.
   */
  async epoch(event: EpochEvent, state: () => Promise<Checkpoint>): Promise<void> {
    const { execution, gpu, dataset } = this.#job, epoch = event.epoch + 1;
    await this.#loggers.scalars(epoch, {
      step: epoch * this.#job.stepsPerEpoch,
      train_loss: event.trainLoss,
      val_loss: event.validationLoss,
      learning_rate: event.learningRate,
      energy_ratio: event.energyRatio,
      amplitude_std: event.amplitudeStd,
    });
    const every = execution.recon_log_every_n_epochs;
    if (every === null || epoch % every !== 0) return;
    await logReconstructions(gpu, dataset, await state(), execution, async (name, picture) => {
      await this.#loggers.image(name, epoch, picture);
    });
  }

  /** Finished files of the run's folder; absent ones are left out. */
  async artifacts(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const there = await Deno.stat(join(this.#job.outputDir, path)).catch(() => undefined);
      if (there !== undefined) await this.#loggers.artifact(path);
    }
  }

  /** Ends the records; only the first call counts. */
  finish(status: "finished" | "failed" | "interrupted"): Promise<void> {
    return this.#loggers.finish(status);
  }
}

function loggerNames(text: string): LoggerName[] {
  return text.split(",").map((name) => {
    const found = LOGGER_NAMES.find((known) => known === name.trim());
    if (found === undefined) {
      throw new ConfigError(`logger is "${name}": one of ${LOGGER_NAMES.join(", ")} is needed`);
    }
    return found;
  });
}

/** Where MLflow runs go: what MLFLOW_TRACKING_URI says, else the run's own folder. */
function mlflowTarget(outputDir: string): MlflowTarget {
  const uri = Deno.env.get("MLFLOW_TRACKING_URI")?.trim();
  if (uri === undefined || uri === "") {
    return { store: folderSink(join(outputDir, MLRUNS_FOLDER)) };
  }
  if (/^https?:/.test(uri)) {
    return { address: uri.replace(/\/+$/, ""), authorization: authorization() };
  }
  if (/^file:/.test(uri)) {
    const path = /^file:\/\//.test(uri) ? fileURLToPath(uri) : uri.slice("file:".length);
    return { store: folderSink(path) };
  }
  if (/^[a-z][a-z+]+:/i.test(uri)) {
    throw new ConfigError(
      `MLFLOW_TRACKING_URI is ${uri}: an http address or a folder is needed`,
    );
  }
  return { store: folderSink(uri) };
}

/** The services' own variables for a login. */
function authorization(): string | undefined {
  const token = Deno.env.get("MLFLOW_TRACKING_TOKEN");
  if (token !== undefined) return `Bearer ${token}`;
  const name = Deno.env.get("MLFLOW_TRACKING_USERNAME");
  if (name === undefined) return undefined;
  return `Basic ${btoa(`${name}:${Deno.env.get("MLFLOW_TRACKING_PASSWORD") ?? ""}`)}`;
}

/** The configuration as flat parameters. */
function parametersOf({ preset, model, training }: ResolvedRun): LogParameters {
  return { preset, ...model, ...training };
}
