/**
 * `study`: trains over sizes of the training set and seeds, and plots quality with its spread.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { join } from "node:path";
import { complexArray } from "../array.ts";
import { createTrainingPayload } from "../config/resolution/payload.ts";
import type { Statement } from "../config/resolution/statement.ts";
import { ConfigError, DatasetError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { frameScan } from "../image/frame.ts";
import { alignGlobalPhase, evaluateReconstruction, flatScores } from "../image/metrics.ts";
import { parseNumbers } from "../report/csv.ts";
import { STUDY_COLUMNS, studyCsv, type StudyRow, studySpread } from "../report/study.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import { infer } from "../workflows/infer.ts";
import { configHost, outputOptions, statementOf } from "./config_host.ts";
import { openScan, readingOptions } from "./data.ts";
import { ensureWritableFolder, writeJson, writeWhole } from "./files.ts";
import { wholeNumber } from "./flags.ts";
import { formatDuration, openGpu, Terminal } from "./host.ts";
import { loadModel } from "./model_file.ts";
import { runRecord } from "./record.ts";
import { addRegistryFlags, EXTRA_FLAGS } from "./registry_flags.ts";
import { trainToFolder } from "./train_folder.ts";

/** File with one row a training. */
const TABLE = "study.csv";

/** Flags of `train` that a study sets for every training, and what to use in their place. */
const INSTEAD: Readonly<Record<string, string>> = {
  "--seed": "--seeds",
  "--n-subsample": "--sizes",
};

/** Adds the command. */
export function registerStudy(program: Command): void {
  const command = program.command("study")
    .description("Train over sizes of the training set and seeds; plot quality with its spread.")
    .option("--sizes <counts>", "training patterns, separated by commas", "64,128,256")
    .option("--seeds <numbers>", "seeds, separated by commas", "1,2,3")
    .option("--config <file>", EXTRA_FLAGS.config)
    .option("--resume", `keep the rows of ${TABLE} in the output folder`)
    .option("--json", EXTRA_FLAGS.json)
    .addOption(new Option("--quiet", EXTRA_FLAGS.quiet).conflicts(["verbose", "consoleLevel"]))
    .addOption(new Option("--verbose", EXTRA_FLAGS.verbose).conflicts("consoleLevel"))
    .option("--console-level <level>", EXTRA_FLAGS["console-level"]);
  addRegistryFlags(command, "train");
  // A study sets these two itself.
  for (const option of command.options) {
    if (Object.hasOwn(INSTEAD, option.long ?? "")) option.hideHelp();
    if (option.long === "--output-dir") option.description = "where results go [study_outputs]";
    if (option.long === "--test-data-file") {
      option.description = "NPZ file with a known object, to judge on (required) [none]";
    }
  }
  command.addHelpText(
    "after",
    "\nEvery training takes --sizes patterns of the training file at random and is judged on the\n" +
      "whole test file, which must hold its object. The flags of train apply to all of them. Results\n" +
      "go to study_outputs unless --output-dir says otherwise.\n" +
      "\nExample:\n  ptychogpu study --train-data-file train.npz --test-data-file test.npz " +
      "--sizes 64,128 --seeds 1,2,3",
  );
  command.action((options) => run(options));
}

async function run(options: Record<string, unknown>): Promise<void> {
  const output = outputOptions(options);
  using terminal = new Terminal(output);
  const sizes = wholeNumbers("--sizes", String(options.sizes), 1);
  const seeds = wholeNumbers("--seeds", String(options.seeds), 0);
  const stated = await statementOf(options, "train", terminal);
  const { test_data_file: testFile, output_dir: typedDir, ...flags } = stated.flags ?? {};
  for (const [flag, instead] of Object.entries(INSTEAD)) {
    if (flags[flag.slice(2).replaceAll("-", "_")] !== undefined) {
      throw new ConfigError(`${flag} is set by the study for every training: give ${instead}`);
    }
  }
  if (typeof testFile !== "string") {
    throw new ConfigError(
      "study needs --test-data-file: an NPZ file with a known object to judge on",
    );
  }
  const outputDir = typeof typedDir === "string" ? typedDir : "study_outputs";
  // The test data judge only; they take no part in training.
  const statement: Statement = { ...stated, flags };
  const payloadFor = (overrides: Record<string, unknown>) =>
    createTrainingPayload({ ...statement, overrides }, configHost(terminal));
  const first = await payloadFor({});
  await ensureWritableFolder(outputDir);
  const reading = readingOptions(first.data);
  await using scan = await openScan(first.files.train_data_file ?? "", reading, terminal);
  await using test = await openScan(testFile, reading, terminal);
  checkFiles(scan.dataset, test.dataset, testFile, sizes);
  const rows = options.resume === true ? await oldRows(join(outputDir, TABLE)) : [];
  using gpu = await openGpu(
    { ...output, accelerator: first.execution.accelerator },
    terminal,
    "network",
  );
  const began = performance.now(), todo: { size: number; seed: number }[] = [];
  for (const size of sizes) {
    for (const seed of seeds) {
      if (!rows.some((row) => row.size === size && row.seed === seed)) todo.push({ size, seed });
    }
  }
  let interrupted = false;
  for (const [done, { size, seed }] of todo.entries()) {
    const left = done === 0
      ? ""
      : `, ETA ${formatDuration((performance.now() - began) / 1000 / done * (todo.length - done))}`;
    terminal.say(`study ${done + 1} of ${todo.length}: ${size} patterns, seed ${seed}${left}`);
    const dir = join(outputDir, `size_${size}_seed_${seed}`);
    const payload = await payloadFor({ n_subsample: size, seed, output_dir: dir });
    const trained = await trainToFolder({
      gpu,
      dataset: scan.dataset,
      config: payload.run,
      outputDir: dir,
      execution: payload.execution,
      audit: payload.audit,
      terminal,
    });
    interrupted = trained.interrupted;
    if (interrupted) break;
    rows.push({
      size,
      seed,
      loss: trained.loss,
      ...await quality(gpu, dir, test.dataset),
      seconds: trained.seconds,
    });
    rows.sort((a, b) => a.size - b.size || a.seed - b.seed);
    await writeWhole(join(outputDir, TABLE), studyCsv(rows));
  }
  const files = [TABLE, ...rows.length === 0 ? [] : await plots(outputDir, rows, test.dataset)];
  const summary = {
    output_dir: outputDir,
    interrupted,
    rows,
    spread: Object.fromEntries(
      STUDY_COLUMNS.filter((name) => /mae|ssim|frc/.test(name)).map((name) => [
        name,
        studySpread(rows, name),
      ]),
    ),
    files,
  };
  await writeJson(join(outputDir, "study.json"), {
    ...runRecord("study", gpu),
    sizes,
    seeds,
    spread: summary.spread,
  });
  terminal.result(summaryText(rows, outputDir, interrupted), summary);
}

function checkFiles(
  scan: ScanDataset,
  test: ScanDataset,
  testFile: string,
  sizes: readonly number[],
): void {
  if (test.objectGuess === undefined) {
    throw new DatasetError(
      `Cannot judge on ${testFile} as it holds no known object: simulate one, or add objectGuess`,
    );
  }
  if (scan.N !== test.N) {
    throw new DatasetError(
      `Cannot judge on ${testFile} as its patterns are ${test.N} x ${test.N} and those trained on ` +
        `${scan.N} x ${scan.N}: use files of one size`,
    );
  }
  const large = sizes.find((size) => size > scan.count);
  if (large !== undefined) {
    throw new ConfigError(
      `--sizes holds ${large}: the training file has ${scan.count} patterns only`,
    );
  }
}

/** Reconstructs the test scan with the model in a folder and scores it. */
async function quality(
  gpu: Gpu,
  dir: string,
  test: ScanDataset,
): Promise<Omit<StudyRow, "size" | "seed" | "loss" | "seconds">> {
  const made = await infer(gpu, test, await loadModel(dir));
  const { originX, originY } = made.geometry;
  const framed = frameScan(made.object, { originX, originY }, truthOf(test), test.positions);
  const prediction = alignGlobalPhase(framed.target, framed.prediction);
  const scores = evaluateReconstruction(framed.target, prediction);
  const flat = flatScores(framed.target);
  // The last ring is the corner of the spectrum, sqrt(2) times as far as the Nyquist frequency.
  const nyquist = (scores.frcPhase.length - 1) / Math.SQRT2;
  const frc50 = [0, 1].map((k) =>
    scores.frcReliable[k] ? Math.min(1, scores.frc50[k] / nyquist) : NaN
  );
  return {
    mae_ratio_amplitude: scores.mae[0] / flat.mae[0],
    mae_ratio_phase: scores.mae[1] / flat.mae[1],
    ssim_amplitude: scores.ssim[0],
    ssim_phase: scores.ssim[1],
    frc50_amplitude: frc50[0],
    frc50_phase: frc50[1],
  };
}

function truthOf(test: ScanDataset) {
  const { height, width, data } = test.objectGuess!;
  return complexArray([height, width], data);
}

async function plots(
  outputDir: string,
  rows: readonly StudyRow[],
  test: ScanDataset,
): Promise<string[]> {
  // The plotting library is large: it is loaded when there is something to plot.
  const { studyPlots } = await import("../report/study_plots.ts");
  const truth = truthOf(test);
  const { target } = frameScan(truth, { originX: 0, originY: 0 }, truth, test.positions);
  const [amplitude, phase] = flatScores(target).ssim;
  const files: string[] = [];
  for (const [name, svg] of Object.entries(studyPlots(rows, { amplitude, phase }))) {
    await writeWhole(join(outputDir, name), svg);
    files.push(name);
  }
  return files;
}

/** Rows of an earlier study; none if there was none. */
async function oldRows(path: string): Promise<StudyRow[]> {
  const table = parseNumbers(await Deno.readTextFile(path).catch(() => ""));
  if (table === undefined) return [];
  const absent = STUDY_COLUMNS.find((name) => table.columns[name] === undefined);
  if (absent !== undefined) {
    throw new ConfigError(`Cannot resume as ${path} has no column ${absent}: start a new study`);
  }
  return Array.from(
    { length: table.length },
    (_, i) =>
      Object.fromEntries(
        STUDY_COLUMNS.map((name) => [name, table.columns[name][i]]),
      ) as unknown as StudyRow,
  );
}

function summaryText(rows: readonly StudyRow[], outputDir: string, interrupted: boolean): string {
  const lines = studySpread(rows, "ssim_phase").map((ssim, i) => {
    const error = studySpread(rows, "mae_ratio_phase")[i];
    const text = (s: { low: number; median: number; high: number }): string =>
      `${s.median.toFixed(3)} (${s.low.toFixed(3)} to ${s.high.toFixed(3)})`;
    return `${String(ssim.size).padStart(6)} patterns, ${ssim.runs} runs: phase SSIM ${
      text(ssim)
    }, ` +
      `error ${text(error)} of a flat image`;
  });
  const head = interrupted ? "interrupted; go on with --resume" : "study done";
  return [`${head}: ${outputDir}/${TABLE}`, ...lines].join("\n");
}

/** Whole numbers separated by commas, without repeats. */
function wholeNumbers(flag: string, text: string, min: number): number[] {
  return [...new Set(text.split(",").map((part) => wholeNumber(flag, part.trim(), min)))];
}
