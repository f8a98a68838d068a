/**
 * A training run that leaves its results in a folder.
 *
 * @module
 */
import { join } from "node:path";
import { ARCHIVE_FILE, encodeArchive, weightsHash } from "../archive/archive.ts";
import { savedModel } from "../archive/saved_model.ts";
import { canonicalConfig } from "../config/bridge/canonical.ts";
import { auditOfRun, defaultExecution } from "../config/resolution/defaults.ts";
import type { ResolvedRun } from "../config/resolved.ts";
import type { AuditEntry } from "../config/resolution/audit.ts";
import type { ExecutionConfig } from "../config/types.ts";
import type { Gpu } from "../gpu/device.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../workflows/checkpoint.ts";
import type { EpochEvent, StepEvent } from "../workflows/events.ts";
import { Trainer } from "../workflows/train.ts";
import { ensureWritableFolder, FileSource, writeJson, writeWhole } from "./files.ts";
import { formatDuration, type Terminal } from "./host.ts";
import { prefetchDepth } from "./data.ts";
import { CheckpointKeeper } from "./keeper.ts";
import { runRecord } from "./record.ts";
import { RunLog } from "./run_log.ts";

/** File that holds the trained model in an output folder. */
export const MODEL_FILE = "model.safetensors";
/** File that holds the state to resume from. */
export const CHECKPOINT_FILE = "checkpoint.safetensors";

/** What a training run leaves behind. */
export interface TrainResult {
  /** Folder of the outputs. */
  readonly output_dir: string;
  /** Epochs done in all. */
  readonly epochs: number;
  /** Last mean training loss. */
  readonly loss: number;
  /** Last validation loss. */
  readonly validation_loss: number | null;
  /** Predicted over measured energy. */
  readonly energy_ratio: number;
  /** Trainable numbers. */
  readonly parameters: number;
  /** Seconds of training. */
  readonly seconds: number;
  /** True if it was interrupted and can be resumed. */
  readonly interrupted: boolean;
}

/** Everything `trainToFolder` needs. */
export interface TrainJob {
  /** The device. */
  readonly gpu: Gpu;
  /** Data to train on. */
  readonly dataset: ScanDataset;
  /** Separate validation data. */
  readonly validation?: ScanDataset | undefined;
  /** Configuration. */
  readonly config: ResolvedRun;
  /** Where to write. */
  readonly outputDir: string;
  /** State to go on from. */
  readonly resume?: Checkpoint | undefined;
  /** Machine, loop and records; default as the registry says. */
  readonly execution?: ExecutionConfig | undefined;
  /** Source of every value, for the record. */
  readonly audit?: readonly AuditEntry[] | undefined;
  /** Where progress goes. */
  readonly terminal: Terminal;
}

/** Reads a model or checkpoint file. */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  using source = await FileSource.open(path);
  return decodeCheckpoint(await source.read(0, source.size), path);
}

/** Trains, writing `metrics.csv`, checkpoints, the model and `run.json` into a folder. */
export async function trainToFolder(job: TrainJob): Promise<TrainResult> {
  const { gpu, dataset, config, outputDir, terminal } = job;
  const execution = job.execution ?? defaultExecution();
  await ensureWritableFolder(outputDir);
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) Deno.exit(130);
    terminal.say(
      execution.enable_checkpointing
        ? "interrupted: finishing the step and writing a checkpoint (again to quit at once)"
        : "interrupted: finishing the step; without checkpoints the run cannot be resumed",
    );
    stop.abort();
  };
  Deno.addSignalListener("SIGINT", onSignal);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", onSignal);
  const began = performance.now();
  let log: RunLog | undefined;
  try {
    using trainer = await Trainer.create(gpu, dataset, config, {
      signal: stop.signal,
      prefetch: prefetchDepth(execution),
      precision: execution.precision,
      ...(job.resume === undefined ? {} : { resume: job.resume }),
      ...(job.validation === undefined ? {} : { validation: job.validation }),
    });
    // Data that cannot be trained on leave nothing behind, not even a log.
    await Deno.mkdir(join(outputDir, "logs"), { recursive: true });
    terminal.openLog(join(outputDir, "logs", "debug.log"), job.resume !== undefined);
    terminal.say(
      `training on ${dataset.count} patterns of ${dataset.N} x ${dataset.N}: ` +
        `${trainer.parameterCount} parameters, ${config.training.nepochs} epochs of ` +
        `${trainer.stepsPerEpoch} steps, ${gpu.adapter.name}`,
    );
    const keeper = execution.enable_checkpointing
      ? await CheckpointKeeper.open(
        outputDir,
        execution,
        trainer.validates,
        job.resume !== undefined,
      )
      : undefined;
    log = await RunLog.open({
      gpu,
      dataset,
      config: trainer.config,
      execution,
      outputDir,
      stepsPerEpoch: trainer.stepsPerEpoch,
      resumedAfter: job.resume?.progress?.epoch,
      warn: (line) => terminal.warn(line),
    });
    const warnings: string[] = [];
    let last: EpochEvent | undefined;
    for await (const event of trainer.run()) {
      if (event.kind === "warning") {
        warnings.push(event.message);
        terminal.warn(event.message);
      } else if (event.kind === "compile") {
        terminal.progress(`compiling kernels ${event.done} of ${event.all} ${event.label}`);
      } else if (event.kind === "step") {
        terminal.progress(stepLine(event, config.training.nepochs));
      } else {
        last = event;
        await log.epoch(event, () => trainer.checkpoint());
        terminal.say(epochLine(event, config.training.nepochs));
        if (keeper !== undefined && (event.epoch + 1) % execution.checkpoint_every === 0) {
          const saved = encodeCheckpoint(await trainer.checkpoint());
          await writeWhole(join(outputDir, CHECKPOINT_FILE), saved);
          await keeper.offer(event, () => Promise.resolve(saved));
        }
      }
    }
    const { batches, deepest, waits } = trainer.feeding;
    terminal.debug(
      `fed ${batches} batches: at most ${deepest} lay ready, ${waits} were waited for`,
    );
    const checkpoint = await trainer.checkpoint();
    if (execution.enable_checkpointing) {
      await writeWhole(join(outputDir, CHECKPOINT_FILE), encodeCheckpoint(checkpoint));
    }
    const inference = { ...checkpoint, state: new Map(), progress: undefined };
    await writeWhole(join(outputDir, MODEL_FILE), encodeCheckpoint(inference));
    const saved = savedModel(inference);
    await writeWhole(join(outputDir, ARCHIVE_FILE), await encodeArchive(saved));
    const result: TrainResult = {
      output_dir: outputDir,
      epochs: checkpoint.progress?.epoch ?? 0,
      loss: last?.trainLoss ?? NaN,
      validation_loss: last?.validationLoss ?? null,
      energy_ratio: last?.energyRatio ?? NaN,
      parameters: trainer.parameterCount,
      seconds: (performance.now() - began) / 1000,
      interrupted: stop.signal.aborted,
    };
    await writeJson(join(outputDir, "run.json"), {
      ...runRecord("train", gpu, {
        config: canonicalConfig(checkpoint.config),
        execution,
        audit: job.audit ?? auditOfRun(checkpoint.config, execution),
      }),
      scaling: checkpoint.scaling,
      weights_sha256: await weightsHash(saved),
      warnings: [...new Set(warnings)],
      result,
    });
    await log.artifacts([MODEL_FILE, ARCHIVE_FILE, "run.json"]);
    await log.finish(result.interrupted ? "interrupted" : "finished");
    return result;
  } catch (error) {
    terminal.failed(error);
    // What broke the run is the message; that its records could not be closed is not.
    await log?.finish("failed").catch(() => undefined);
    throw error;
  } finally {
    Deno.removeSignalListener("SIGINT", onSignal);
    if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGTERM", onSignal);
  }
}

function stepLine(event: StepEvent, epochs: number): string {
  return `epoch ${event.epoch + 1}/${epochs} step ${event.step}/${event.steps} ` +
    `loss ${event.loss.toPrecision(6)} ${event.patternsPerSecond.toFixed(1)} patterns/s ` +
    `ETA ${formatDuration(event.secondsLeft)}`;
}

function epochLine(event: EpochEvent, epochs: number): string {
  const validation = event.validationLoss === undefined
    ? ""
    : ` validation ${event.validationLoss.toPrecision(6)}`;
  return `epoch ${event.epoch + 1}/${epochs}: loss ${
    event.trainLoss.toPrecision(6)
  }${validation} ` +
    `energy ${event.energyRatio.toFixed(3)} ${formatDuration(event.seconds)}`;
}
