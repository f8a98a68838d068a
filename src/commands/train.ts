/**
 * `train`: an NPZ file in, a trained network out.
 *
 * @module
 */
import type { Command } from "commander";
import { join } from "node:path";
import { MODEL_FIELDS, TRAINING_FIELDS } from "../config/fields.ts";
import { RECOMMENDED_MODEL } from "../config/model.ts";
import { type Preset, PRESETS, resolveRun, restoreRun } from "../config/presets.ts";
import type { ResolvedRun } from "../config/resolved.ts";
import { RECOMMENDED_TRAINING } from "../config/training.ts";
import { ConfigError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../workflows/checkpoint.ts";
import type { EpochEvent, StepEvent } from "../workflows/events.ts";
import { Trainer } from "../workflows/train.ts";
import { addDataFlags, dataOptions, openScan } from "./data.ts";
import { ensureWritableFolder, FileSource, writeJson, writeWhole } from "./files.ts";
import { addCommonFlags, addFieldFlags, commonOptions, typedFields, wholeNumber } from "./flags.ts";
import { formatDuration, openGpu, Terminal } from "./host.ts";
import { runRecord } from "./record.ts";

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
  /** Write a checkpoint every so many epochs. */
  readonly checkpointEvery: number;
  /** Where progress goes. */
  readonly terminal: Terminal;
}

/** Adds the command. */
export function registerTrain(program: Command): void {
  const command = program.command("train")
    .description("Train a network on a scan.")
    .requiredOption("--train-data-file <file>", "NPZ file with the scan")
    .option("--test-data-file <file>", "NPZ file for validation")
    .option("--output-dir <folder>", "where results go", "training_outputs")
    .option("--preset <name>", `starting values (${PRESETS.join(" | ")})`, "recommended")
    .option("--resume", "go on from the checkpoint in the output folder")
    .option("--checkpoint-every <epochs>", "epochs between checkpoints", "1");
  addDataFlags(command);
  addCommonFlags(command);
  command.optionsGroup("Network and physics [default of preset recommended]:");
  addFieldFlags(command, MODEL_FIELDS, RECOMMENDED_MODEL, ["N"]);
  command.optionsGroup("Training [default of preset recommended]:");
  addFieldFlags(command, TRAINING_FIELDS, RECOMMENDED_TRAINING);
  command.addHelpText(
    "after",
    "\nExample:\n  ptychogpu train --train-data-file scan.npz --output-dir run --nepochs 20",
  );
  command.action((options) => run(options));
}

async function run(options: Record<string, unknown>): Promise<void> {
  const common = commonOptions(options), terminal = new Terminal(common);
  const outputDir = String(options.outputDir);
  const every = wholeNumber("--checkpoint-every", String(options.checkpointEvery), 1);
  const typed = {
    ...typedFields(options, MODEL_FIELDS),
    ...typedFields(options, TRAINING_FIELDS),
  };
  const config = resolveRun(typed, String(options.preset) as Preset);
  await ensureWritableFolder(outputDir);
  let resume: Checkpoint | undefined;
  if (options.resume === true) {
    resume = await loadCheckpoint(join(outputDir, CHECKPOINT_FILE));
    if (resume.progress === undefined) {
      throw new ConfigError("Cannot resume as the checkpoint holds no training state");
    }
  }
  await using scan = await openScan(String(options.trainDataFile), dataOptions(options), terminal);
  await using test = options.testDataFile === undefined
    ? undefined
    : await openScan(String(options.testDataFile), dataOptions(options), terminal);
  using gpu = await openGpu(common, terminal);
  const result = await trainToFolder({
    gpu,
    dataset: scan.dataset,
    validation: test?.dataset,
    config: resume === undefined ? config : resumedConfig(resume.config, typed),
    outputDir,
    resume,
    checkpointEvery: every,
    terminal,
  });
  terminal.result(
    `${result.interrupted ? "interrupted" : "trained"}: ${result.epochs} epochs, ` +
      `loss ${result.loss.toPrecision(6)}, ${formatDuration(result.seconds)}; ` +
      `model in ${join(outputDir, MODEL_FILE)}`,
    result,
  );
}

/** A resumed run keeps its configuration; only its length may be typed anew. */
function resumedConfig(saved: ResolvedRun, typed: Readonly<Record<string, unknown>>): ResolvedRun {
  const other = Object.keys(typed).filter((name) => name !== "nepochs");
  if (other.length > 0) {
    throw new ConfigError(
      `Cannot resume with another ${other[0]}: only nepochs may change, or start a new run`,
    );
  }
  if (typed.nepochs === undefined) return saved;
  return restoreRun({
    ...saved,
    training: { ...saved.training, nepochs: typed.nepochs as number },
  });
}

/** Reads a model or checkpoint file. */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  using source = await FileSource.open(path);
  return decodeCheckpoint(await source.read(0, source.size), path);
}

/** Trains, writing `metrics.csv`, checkpoints, the model and `run.json` into a folder. */
export async function trainToFolder(job: TrainJob): Promise<TrainResult> {
  const { gpu, dataset, config, outputDir, terminal } = job;
  await ensureWritableFolder(outputDir);
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) Deno.exit(130);
    terminal.say(
      "interrupted: finishing the step and writing a checkpoint (again to quit at once)",
    );
    stop.abort();
  };
  Deno.addSignalListener("SIGINT", onSignal);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", onSignal);
  const began = performance.now();
  try {
    using trainer = await Trainer.create(gpu, dataset, config, {
      signal: stop.signal,
      ...(job.resume === undefined ? {} : { resume: job.resume }),
      ...(job.validation === undefined ? {} : { validation: job.validation }),
    });
    terminal.say(
      `training on ${dataset.count} patterns of ${dataset.N} x ${dataset.N}: ` +
        `${trainer.parameterCount} parameters, ${config.training.nepochs} epochs of ` +
        `${trainer.stepsPerEpoch} steps, ${gpu.adapter.name}`,
    );
    const metrics = await openMetrics(join(outputDir, "metrics.csv"), job.resume);
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
        metrics.push(metricsRow(event));
        await writeWhole(join(outputDir, "metrics.csv"), metrics.join("\n") + "\n");
        terminal.say(epochLine(event, config.training.nepochs));
        if ((event.epoch + 1) % job.checkpointEvery === 0) await save(trainer, outputDir);
      }
    }
    const checkpoint = await save(trainer, outputDir);
    const inference = { ...checkpoint, state: new Map(), progress: undefined };
    await writeWhole(join(outputDir, MODEL_FILE), encodeCheckpoint(inference));
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
      ...runRecord("train", gpu),
      config: checkpoint.config,
      scaling: checkpoint.scaling,
      warnings: [...new Set(warnings)],
      result,
    });
    return result;
  } finally {
    Deno.removeSignalListener("SIGINT", onSignal);
    if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGTERM", onSignal);
  }
}

async function save(trainer: Trainer, outputDir: string): Promise<Checkpoint> {
  const checkpoint = await trainer.checkpoint();
  await writeWhole(join(outputDir, CHECKPOINT_FILE), encodeCheckpoint(checkpoint));
  return checkpoint;
}

const COLUMNS = [
  "epoch",
  "train_loss",
  "val_loss",
  "learning_rate",
  "energy_ratio",
  "amplitude_std",
];

/** Rows of the metrics file so far: kept when a run is resumed. */
async function openMetrics(path: string, resume: Checkpoint | undefined): Promise<string[]> {
  const header = COLUMNS.join(",");
  if (resume?.progress === undefined) return [header];
  const old = await Deno.readTextFile(path).catch(() => header);
  const rows = old.trimEnd().split("\n");
  return rows.filter((row, i) => i === 0 || Number(row.split(",")[0]) <= resume.progress!.epoch);
}

function metricsRow(event: EpochEvent): string {
  return [
    event.epoch + 1,
    event.trainLoss,
    event.validationLoss ?? "",
    event.learningRate,
    event.energyRatio,
    event.amplitudeStd,
  ].join(",");
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
