/**
 * `infer`: a scan and a trained model in, the object out.
 *
 * @module
 */
import type { Command } from "commander";
import { join } from "node:path";
import { completeModel } from "../archive/saved_model.ts";
import { complexArray, type NdArray, realArray } from "../array.ts";
import { canonicalConfig } from "../config/bridge/canonical.ts";
import { createInferencePayload, type InferencePayload } from "../config/resolution/payload.ts";
import { namesData } from "../config/resolution/without_data.ts";
import type { ResolvedRun } from "../config/resolved.ts";
import { ConfigError, DatasetError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { frameScan } from "../image/frame.ts";
import { alignGlobalPhase } from "../image/metrics.ts";
import { writeNpz } from "../io/npz.ts";
import { inferOptions } from "../lifecycle/infer_options.ts";
import { type ScanDataset, validatePatterns } from "../scan/dataset.ts";
import { scanMark } from "../scan/mark.ts";
import type { Checkpoint } from "../workflows/checkpoint.ts";
import {
  amplitudeAndPhase,
  infer,
  type InferOptions,
  type Reconstruction,
} from "../workflows/infer.ts";
import { comparisonPng } from "./comparison.ts";
import { configHost, outputOptions, statementOf } from "./config_host.ts";
import { openScan, prefetchDepth, readingOptions, sayReaders } from "./data.ts";
import { ensureWritableFolder, writeJson, writeWhole } from "./files.ts";
import { formatDuration, openGpu, Terminal } from "./host.ts";
import { readModel } from "./model_file.ts";
import { amplitudePng, phasePng } from "./pictures.ts";
import { showPayload, showWithoutData } from "./print_config.ts";
import { runRecord } from "./record.ts";
import { addExtraFlags, addRegistryFlags } from "./registry_flags.ts";

export { inferOptions };
export { loadModel, readModel } from "./model_file.ts";

/** What an inference run leaves behind. */
export interface InferResult {
  /** Folder of the outputs. */
  readonly output_dir: string;
  /** Rows and columns of the object. */
  readonly shape: readonly number[];
  /** Different patterns that went in. */
  readonly patterns: number;
  /** Patches that were placed. */
  readonly patches: number;
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
    .description("Reconstruct the object of a scan with a trained model.");
  addExtraFlags(command, "infer");
  addRegistryFlags(command, "infer");
  command.addHelpText(
    "after",
    "\n--no-NAME switches a true|false flag off.\n\nExample:\n" +
      "  ptychogpu infer --model-path run --test-data scan.npz --output-dir result",
  );
  command.action((options) => run(options));
}

async function run(options: Record<string, unknown>): Promise<void> {
  const output = outputOptions(options);
  using terminal = new Terminal(output);
  const statement = await statementOf(options, "infer", terminal);
  if (options.printConfig === true && !namesData("infer", statement)) {
    showWithoutData("infer", statement, terminal);
    return;
  }
  const payload = await createInferencePayload(statement, configHost(terminal));
  if (options.printConfig === true) {
    terminal.result(...showPayload(payload));
    return;
  }
  const { output_dir: outputDir, test_data_file: test } = payload.files;
  const saved = await readModel(payload.modelFile);
  if (options.dryRun !== true) await ensureWritableFolder(outputDir);
  const { num_workers: workers } = payload.execution;
  const prefetch = prefetchDepth(payload.execution);
  const reading = readingOptions(payload.data);
  await using scan = await openScan(test ?? "", reading, terminal, workers);
  checkFits(scan.dataset, saved.config, payload);
  if (options.dryRun === true) {
    await validatePatterns(scan.dataset);
    terminal.result(
      `configuration, model and data are good: ${scan.dataset.count} patterns; nothing was written`,
      { patterns: scan.dataset.count, N: scan.dataset.N },
    );
    return;
  }
  const model = await completeModel(saved, scan.dataset);
  using gpu = await openGpu(
    { ...output, accelerator: payload.execution.accelerator },
    terminal,
    "network",
  );
  const { inference, execution } = payload;
  const result = await inferToFolder(
    gpu,
    scan.dataset,
    model,
    { ...inferOptions(inference, execution), prefetch },
    outputDir,
    terminal,
    { payload },
  );
  sayReaders(scan, terminal);
  terminal.result(
    `reconstructed ${
      result.shape.join(" x ")
    } pixels of ${result.patches} patches from ${result.patterns} patterns in ` +
      `${formatDuration(result.seconds)}: ${join(outputDir, "reconstruction.npz")}`,
    result,
  );
}

function checkFits(dataset: ScanDataset, config: ResolvedRun, payload: InferencePayload): void {
  if (dataset.N !== config.model.N) {
    throw new ConfigError(
      `Cannot infer on patterns of ${dataset.N} x ${dataset.N} as the model was trained on ` +
        `${config.model.N} x ${config.model.N}: use --crop-to or --bin`,
    );
  }
  if (payload.inference.comparison_plot && dataset.objectGuess === undefined) {
    throw new DatasetError(
      "Cannot draw a comparison as the data hold no objectGuess: leave --comparison-plot out",
    );
  }
}

/** What the command adds to a reconstruction in a folder. */
export interface InferExtras {
  /** Resolved configuration, for the record and the pictures. */
  readonly payload?: InferencePayload;
}

/** Reconstructs and writes `reconstruction.npz`, two pictures and `run.json`. */
export async function inferToFolder(
  gpu: Gpu,
  dataset: ScanDataset,
  model: Checkpoint,
  settings: InferOptions,
  outputDir: string,
  terminal: Terminal,
  extras: InferExtras = {},
): Promise<InferResult> {
  const began = performance.now();
  const made = await infer(gpu, dataset, model, {
    ...settings,
    onWarning: (line) => terminal.warn(line),
    onProgress: (done, all) => {
      const left = (performance.now() - began) / 1000 / done * (all - done);
      terminal.progress(`inferred ${done} of ${all} patches, ETA ${formatDuration(left)}`);
    },
  });
  if (made.dropped > 0) terminal.warn(`${made.dropped} patches lie outside the canvas`);
  const { payload } = extras;
  await Deno.mkdir(join(outputDir, "logs"), { recursive: true });
  terminal.openLog(join(outputDir, "logs", "debug.log"));
  const ends = [payload?.inference.phase_vmin ?? null, payload?.inference.phase_vmax ?? null];
  const files = await writeReconstruction(made, outputDir, [ends[0], ends[1]], {
    ...pixelSizeArray(dataset),
  });
  if (payload?.inference.comparison_plot === true) {
    // A picture that cannot be drawn must not fail a good reconstruction.
    try {
      await writeWhole(join(outputDir, "comparison.png"), compareWithFile(made, dataset));
      files.push("comparison.png");
    } catch (error) {
      terminal.warn(`no comparison.png: ${error instanceof Error ? error.message : error}`);
    }
  }
  const result: InferResult = {
    output_dir: outputDir,
    shape: made.object.shape,
    patterns: made.patterns,
    patches: made.patches,
    dropped: made.dropped,
    varpro: made.varpro ?? null,
    seconds: made.seconds,
    files,
  };
  await writeJson(join(outputDir, "run.json"), {
    ...runRecord(
      "infer",
      gpu,
      payload === undefined ? undefined : {
        config: canonicalConfig(model.config),
        inference: payload.inference,
        execution: payload.execution,
        audit: payload.audit,
      },
    ),
    ...(payload === undefined ? { config: canonicalConfig(model.config) } : {}),
    settings,
    data_mark: await scanMark(dataset),
    result,
  });
  return result;
}

/** Writes a reconstruction as arrays and pictures; returns the file names. */
export async function writeReconstruction(
  made: Reconstruction,
  outputDir: string,
  phaseEnds: readonly [number | null, number | null] = [null, null],
  extras: Readonly<Record<string, NdArray>> = {},
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
    ...extras,
  };
  await writeWhole(join(outputDir, "reconstruction.npz"), await writeNpz(arrays));
  const pixelSize = extras.pixel_size_m?.data[0];
  const shown = { ...made, ...(typeof pixelSize === "number" ? { pixelSize } : {}) };
  await writeWhole(join(outputDir, "amplitude.png"), amplitudePng(shown));
  await writeWhole(join(outputDir, "phase.png"), phasePng(shown, phaseEnds));
  return ["reconstruction.npz", "amplitude.png", "phase.png", "run.json"];
}

/** The side of an object pixel as an array of a file, if the scan knows it. */
export function pixelSizeArray({ pixelSize }: ScanDataset): Record<string, NdArray> {
  return pixelSize === undefined
    ? {}
    : { pixel_size_m: { shape: [1], dtype: "f64", data: Float64Array.of(pixelSize) } };
}

/** The reconstruction beside the object of the file, in the frame both share. */
function compareWithFile(made: Reconstruction, dataset: ScanDataset): Uint8Array {
  const { objectGuess } = dataset;
  if (objectGuess === undefined) {
    throw new DatasetError("Cannot compare as there is no objectGuess");
  }
  const { height, width, data } = objectGuess, { originX, originY } = made.geometry;
  const truth = complexArray([height, width], data);
  const framed = frameScan(made.object, { originY, originX }, truth, dataset.positions);
  return comparisonPng(framed.target, alignGlobalPhase(framed.target, framed.prediction));
}
