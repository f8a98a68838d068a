/**
 * `infer`: a scan and a trained model in, the object out.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { join } from "node:path";
import { ConfigError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { realArray } from "../array.ts";
import { writeNpz } from "../io/npz.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import type { Checkpoint } from "../workflows/checkpoint.ts";
import {
  amplitudeAndPhase,
  infer,
  type InferOptions,
  type Reconstruction,
} from "../workflows/infer.ts";
import { addDataFlags, dataOptions, openScan } from "./data.ts";
import { ensureWritableFolder, writeJson, writeWhole } from "./files.ts";
import { addCommonFlags, commonOptions, wholeNumber } from "./flags.ts";
import { formatDuration, openGpu, Terminal } from "./host.ts";
import { amplitudePng, phasePng } from "./pictures.ts";
import { runRecord } from "./record.ts";
import { loadCheckpoint, MODEL_FILE } from "./train.ts";

/** What an inference run leaves behind. */
export interface InferResult {
  /** Folder of the outputs. */
  readonly output_dir: string;
  /** Rows and columns of the object. */
  readonly shape: readonly number[];
  /** Patterns that went in. */
  readonly patterns: number;
  /** Patches that did not fit on the canvas. */
  readonly dropped: number;
  /** Factors of real and imaginary part, if fitted. */
  readonly varpro: readonly number[] | null;
  /** Seconds of computing. */
  readonly seconds: number;
  /** Files written. */
  readonly files: readonly string[];
}

/** Adds the command. */
export function registerInfer(program: Command): void {
  const command = program.command("infer")
    .description("Reconstruct the object of a scan with a trained model.")
    .requiredOption("--model-path <folder>", "folder of a training run, or its model file")
    .requiredOption("--test-data <file>", "NPZ file with the scan")
    .option("--output-dir <folder>", "where results go", "inference_outputs")
    .option("--inference-batch-size <count>", "patterns in a batch", "16")
    .addOption(
      new Option("--patch-weighting <kind>", "weights of overlapping patches")
        .choices(["probe", "uniform"]).default("probe"),
    )
    .option("--middle-trim <pixels>", "side of the central square of each patch (default N/2)")
    .option("--varpro-scaling", "fit the scales of real and imaginary part to the data");
  addDataFlags(command);
  addCommonFlags(command);
  command.addHelpText(
    "after",
    "\nExample:\n  ptychogpu infer --model-path run --test-data scan.npz --output-dir result",
  );
  command.action((options) => run(options));
}

async function run(options: Record<string, unknown>): Promise<void> {
  const common = commonOptions(options), terminal = new Terminal(common);
  const outputDir = String(options.outputDir);
  const settings: InferOptions = {
    batchSize: wholeNumber("--inference-batch-size", String(options.inferenceBatchSize), 1),
    patchWeighting: options.patchWeighting as "probe" | "uniform",
    varpro: options.varproScaling === true,
    ...(options.middleTrim === undefined
      ? {}
      : { middleTrim: wholeNumber("--middle-trim", String(options.middleTrim), 2) }),
  };
  const model = await loadModel(String(options.modelPath));
  await ensureWritableFolder(outputDir);
  await using scan = await openScan(String(options.testData), dataOptions(options), terminal);
  checkFits(scan.dataset, model, settings);
  using gpu = await openGpu(common, terminal);
  const result = await inferToFolder(gpu, scan.dataset, model, settings, outputDir, terminal);
  terminal.result(
    `reconstructed ${result.shape.join(" x ")} pixels from ${result.patterns} patterns in ` +
      `${formatDuration(result.seconds)}: ${join(outputDir, "reconstruction.npz")}`,
    result,
  );
}

/** Loads a model from a training folder or a file. */
export async function loadModel(path: string): Promise<Checkpoint> {
  const info = await Deno.stat(path).catch(() => undefined);
  return await loadCheckpoint(info?.isDirectory ? join(path, MODEL_FILE) : path);
}

function checkFits(dataset: ScanDataset, model: Checkpoint, settings: InferOptions): void {
  if (dataset.N !== model.config.model.N) {
    throw new ConfigError(
      `Cannot infer on patterns of ${dataset.N} x ${dataset.N} as the model was trained on ` +
        `${model.config.model.N} x ${model.config.model.N}: use --crop-to or --bin`,
    );
  }
  if ((settings.middleTrim ?? 2) > dataset.N) {
    throw new ConfigError(
      `--middle-trim is ${settings.middleTrim}: at most the pattern side ${dataset.N} is possible`,
    );
  }
}

/** Reconstructs and writes `reconstruction.npz`, two pictures and `run.json`. */
export async function inferToFolder(
  gpu: Gpu,
  dataset: ScanDataset,
  model: Checkpoint,
  settings: InferOptions,
  outputDir: string,
  terminal: Terminal,
): Promise<InferResult> {
  const began = performance.now();
  const made = await infer(gpu, dataset, model, {
    ...settings,
    onProgress: (done, all) => {
      const left = (performance.now() - began) / 1000 / done * (all - done);
      terminal.progress(`inferred ${done} of ${all} patterns, ETA ${formatDuration(left)}`);
    },
  });
  if (made.dropped > 0) terminal.warn(`${made.dropped} patches lie outside the canvas`);
  const files = await writeReconstruction(made, outputDir);
  const result: InferResult = {
    output_dir: outputDir,
    shape: made.object.shape,
    patterns: made.patterns,
    dropped: made.dropped,
    varpro: made.varpro ?? null,
    seconds: made.seconds,
    files,
  };
  await writeJson(join(outputDir, "run.json"), {
    ...runRecord("infer", gpu),
    config: model.config,
    settings,
    result,
  });
  return result;
}

/** Writes a reconstruction as arrays and pictures; returns the file names. */
export async function writeReconstruction(
  made: Reconstruction,
  outputDir: string,
): Promise<string[]> {
  const { geometry } = made;
  const { amplitude, phase } = amplitudeAndPhase(made.object);
  const pair = (x: number, y: number) =>
    ({ shape: [2], dtype: "f64", data: Float64Array.of(x, y) }) as const;
  const arrays = {
    object: made.object,
    amplitude,
    phase,
    coverage: realArray(made.coverage.shape, made.coverage.data as Float32Array),
    probe: made.probe,
    canvas_origin_xy: pair(geometry.originX, geometry.originY),
    scan_center_xy: pair(geometry.centreX, geometry.centreY),
  };
  await writeWhole(join(outputDir, "reconstruction.npz"), await writeNpz(arrays));
  await writeWhole(join(outputDir, "amplitude.png"), amplitudePng(made));
  await writeWhole(join(outputDir, "phase.png"), phasePng(made));
  return ["reconstruction.npz", "amplitude.png", "phase.png", "run.json"];
}
