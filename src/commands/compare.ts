/**
 * `compare`: several reconstructions in one frame, one table and one figure.
 *
 * @module
 */
import type { Command } from "commander";
import { join } from "node:path";
import { ConfigError } from "../errors.ts";
import type { DiffractionScores } from "../evaluation/diffraction_error.ts";
import { judge, type Judgement } from "../evaluation/evaluate.ts";
import { shortNames } from "../evaluation/inputs.ts";
import { diffractionRecord, frameRecord, type Json, scoresRecord } from "../evaluation/record.ts";
import {
  alignedText,
  comparisonRows,
  comparisonTable,
  csvText,
  type Row,
  rowsOf,
} from "../evaluation/tables.ts";
import { writeNpz } from "../io/npz.ts";
import { VERSION } from "../version.ts";
import type { ReconstructionFile } from "../workflows/reconstruction_file.ts";
import { openScan } from "./data.ts";
import {
  alignedArrays,
  diffractionWarnings,
  frameText,
  predict,
  shiftWarnings,
} from "./evaluate.ts";
import {
  addFrameFlags,
  dataOfRun,
  findRun,
  frameOptions,
  openRunScan,
  pixelSizeOfScan,
  readingOf,
  readRun,
  readTruth,
  type RunData,
  type RunPath,
  truthOfScan,
} from "./evaluation_files.ts";
import { comparedRingsSvg, mapsPng, sheetSvg } from "./evaluation_pictures.ts";
import { ensureWritableFolder, writeJson, writeWhole } from "./files.ts";
import { addCommonFlags, commonOptions } from "./flags.ts";
import { Terminal } from "./host.ts";

/** Adds the command. */
export function registerCompare(program: Command): void {
  const command = program.command("compare")
    .description("Put reconstructions side by side: one frame, one table, one figure.")
    .argument("<runs...>", "output folders of infer, or NPZ files; the first gives the pixels");
  command.optionsGroup("What is compared:");
  command
    .option("--truth <file>", "known object [from the scan that run.json names]")
    .option("--no-truth", "compare with the first run")
    .option("--data <scan>", "also predict the patterns of this scan from each run")
    .option("--output-dir <folder>", "where the results go", "comparison");
  addFrameFlags(command);
  command.optionsGroup("Common:");
  addCommonFlags(command);
  command.addHelpText(
    "after",
    "\nExamples:\n" +
      "  ptychogpu compare network engine --truth scan.npz\n" +
      "  ptychogpu compare run1 run2 run3 --data scan.npz --output-dir table",
  );
  command.action((runs, options) => compare(command, runs, options));
}

async function compare(
  command: Command,
  given: string[],
  options: Record<string, unknown>,
): Promise<void> {
  const common = commonOptions(options);
  using terminal = new Terminal(common);
  const runs = await Promise.all(given.map(findRun));
  const names = shortNames(runs.map((run) => run.file));
  const files: ReconstructionFile[] = [];
  for (const run of runs) files.push(await readRun(run.file));
  const found = typeof options.truth === "string"
    ? { truth: await readTruth(options.truth) }
    : options.truth === false
    ? undefined
    : await truthOfRuns(command, runs, terminal);
  const truth = found?.truth;
  if (truth === undefined && given.length < 2) {
    throw new ConfigError("compare has one run and no truth: give a second run, or --truth FILE");
  }
  const outputDir = String(options.outputDir);
  const data = options.data === undefined ? undefined : String(options.data);
  const reading = readingOf(command, { places: [], reading: {} });
  await using scan = data === undefined ? undefined : await openScan(data, reading, terminal);
  const frame = frameOptions(
    options,
    scan?.dataset.positions,
    data === undefined ? undefined : await pixelSizeOfScan(data, reading),
  );
  const judgement = judge(files, names, truth, {
    ...frame,
    ...(frame.scanPixelSize === undefined && found?.pixelSize !== undefined
      ? { scanPixelSize: found.pixelSize }
      : {}),
  });
  await ensureWritableFolder(outputDir);
  const warnings = [
    ...judgement.notes,
    ...judgement.judged.flatMap(({ name, scores }) => scores.warnings.map((w) => `${name}: ${w}`)),
    ...shiftWarnings(judgement),
  ];
  const patterns: DiffractionScores[] = [];
  if (scan !== undefined) {
    for (const [k, file] of files.entries()) {
      const scores = await predict(file, scan, common, terminal);
      patterns.push(scores);
      warnings.push(...diffractionWarnings(scores).map((line) => `${names[k]}: ${line}`));
    }
  }
  const rows = rowsOf(judgement, names, patterns);
  const record = comparisonRecord(judgement, names, patterns, {
    runs: Object.fromEntries(names.map((name, k) => [name, runs[k].file])),
    truth: truth?.name ?? null,
    data: scan?.dataset.name ?? null,
    warnings,
    output_dir: outputDir,
  });
  const write = (name: string, content: string | Uint8Array): Promise<void> =>
    writeWhole(join(outputDir, name), content);
  await write("comparison.csv", csvText(comparisonRows(rows)));
  await write("frc.csv", csvText(ringColumns(judgement)));
  await write("frc.svg", svg(judgement, "complex"));
  await write("frc_amplitude.svg", svg(judgement, "amplitude"));
  await write("frc_phase.svg", svg(judgement, "phase"));
  await write("comparison.png", mapsPng(judgement));
  await write("comparison.svg", sheetSvg(judgement));
  await write("aligned.npz", await writeNpz(alignedArrays(judgement)));
  await writeJson(join(outputDir, "metrics.json"), record);
  for (const line of warnings) terminal.warn(line);
  terminal.result(
    [
      `against ${
        truth === undefined ? judgement.reference : `${judgement.reference} of ${truth.name}`
      }\n${frameText(judgement)}`,
      textTable(rows),
      `wrote ${outputDir}`,
    ].join("\n\n"),
    record,
  );
}

/** The known object of the one scan from which all runs were made, if their records name it. */
async function truthOfRuns(
  command: Command,
  runs: readonly RunPath[],
  terminal: Terminal,
): Promise<{ truth: ReconstructionFile; pixelSize?: number | undefined } | undefined> {
  const records = [];
  for (const run of runs) records.push(await dataOfRun(run.folder));
  const [first] = records;
  const same = ({ named, reading }: RunData): boolean =>
    named === first.named && reading.cropTo === first.reading.cropTo &&
    (reading.bin ?? 1) === (first.reading.bin ?? 1);
  if (!records.every(same)) return undefined;
  const found = await openRunScan(command, first, terminal);
  if (found === undefined) return undefined;
  await using scan = found.scan;
  const truth = truthOfScan(scan.dataset);
  const pixelSize = await pixelSizeOfScan(found.path, readingOf(command, first));
  return truth === undefined ? undefined : { truth, pixelSize };
}

function textTable(rows: readonly Row[]): string {
  return alignedText(comparisonTable(rows));
}

const RINGS = {
  amplitude: "amplitudeRings",
  phase: "phaseRings",
  complex: "complexRings",
} as const;

function svg(judgement: Judgement, kind: keyof typeof RINGS): string {
  return comparedRingsSvg(
    `FRC of the ${kind}, against ${judgement.reference}`,
    judgement.judged.map(({ name, scores }) => ({ name, rings: scores[RINGS[kind]] })),
  );
}

/** All curves of all runs, ring by ring. */
function ringColumns({ judged }: Judgement): (string | number | null)[][] {
  const { side, halfBitCurve } = judged[0].scores.complexRings;
  const columns = judged.flatMap(({ name, scores }) =>
    Object.entries(RINGS).map(([kind, key]) => ({ name: `${name}_${kind}`, score: scores[key] }))
  );
  const rows: (string | number | null)[][] = [
    ["ring", "frequency_per_px", ...columns.map((c) => c.name), "half_bit"],
  ];
  for (let ring = 0; ring < halfBitCurve.length; ring++) {
    rows.push([
      ring,
      ring / side,
      ...columns.map(({ score }) => score.unreliable === undefined ? score.curve[ring] : null),
      halfBitCurve[ring],
    ]);
  }
  return rows;
}

function comparisonRecord(
  judgement: Judgement,
  names: readonly string[],
  patterns: readonly DiffractionScores[],
  more: Json,
): Json {
  return {
    program: "ptychogpu",
    version: VERSION,
    command: "compare",
    argv: Deno.args,
    reference: judgement.reference,
    frame: frameRecord(judgement),
    scores: Object.fromEntries(
      judgement.judged.map((judged) => [judged.name, scoresRecord(judged)]),
    ),
    ...(patterns.length === 0 ? {} : {
      diffraction: Object.fromEntries(
        patterns.map((scores, k) => [names[k], diffractionRecord(scores)]),
      ),
    }),
    ...more,
  };
}
