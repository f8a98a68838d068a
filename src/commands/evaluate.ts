/**
 * `evaluate`: numbers and pictures that say how good a reconstruction is.
 *
 * @module
 */
import type { Command } from "commander";
import { join } from "node:path";
import type { NdArray } from "../array.ts";
import { ConfigError, ShapeError } from "../errors.ts";
import { type DiffractionScores, diffractionScores } from "../evaluation/diffraction_error.ts";
import { judge, type Judgement, type JudgeOptions } from "../evaluation/evaluate.ts";
import { shortNames } from "../evaluation/inputs.ts";
import { diffractionRecord, frameRecord, type Json, scoresRecord } from "../evaluation/record.ts";
import { alignedText, csvText, ringRows, scoreRows, scoreTable } from "../evaluation/tables.ts";
import { complexArrayOf } from "../image/complex_grid.ts";
import { writeNpz } from "../io/npz.ts";
import { VERSION } from "../version.ts";
import type { ReconstructionFile } from "../workflows/reconstruction_file.ts";
import { type OpenScan, openScan } from "./data.ts";
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
  type RunPath,
  truthOfScan,
} from "./evaluation_files.ts";
import { mapsPng, ringsSvg, sheetSvg } from "./evaluation_pictures.ts";
import { ensureWritableFolder, writeJson, writeWhole } from "./files.ts";
import { addCommonFlags, commonOptions } from "./flags.ts";
import { formatDuration, openGpu, Terminal } from "./host.ts";

/** Adds the command. */
export function registerEvaluate(program: Command): void {
  const command = program.command("evaluate")
    .description("Judge a reconstruction: against a known object, its own data, or another half.")
    .argument("[run]", "output folder of infer, or an NPZ file with an object");
  command.optionsGroup("What is compared:");
  command
    .option("--truth <file>", "known object: NPZ with objectGuess or object [from the data]")
    .option("--data <scan>", "scan the patterns of which are predicted [from run.json]")
    .option("--no-data", "leave the patterns alone")
    .option("--split <runs...>", "two reconstructions from two halves of one scan")
    .option("--output-dir <folder>", "where the results go [evaluation beside the reconstruction]");
  addFrameFlags(command);
  command.optionsGroup("Common:");
  addCommonFlags(command);
  command.addHelpText(
    "after",
    "\nExamples:\n" +
      "  ptychogpu evaluate result --truth scan.npz\n" +
      "  ptychogpu evaluate result --data scan.npz\n" +
      "  ptychogpu evaluate --split result_even result_odd",
  );
  command.action((run, options) => evaluate(command, run, options));
}

async function evaluate(
  command: Command,
  given: string | undefined,
  options: Record<string, unknown>,
): Promise<void> {
  const common = commonOptions(options);
  using terminal = new Terminal(common);
  const halves = splitOf(options);
  if (given === undefined && halves === undefined) {
    throw new ConfigError(
      "evaluate needs a reconstruction: give the output folder of infer, or --split A B",
    );
  }
  const parts: Parts = { record: {}, text: [], files: [], warnings: [] };
  const run = given === undefined ? undefined : await findRun(given);
  const pairs = halves === undefined ? undefined : await Promise.all(halves.map(findRun));
  const outputDir = options.outputDir === undefined
    ? join((run ?? pairs![0]).folder, run === undefined ? "split" : "evaluation")
    : String(options.outputDir);
  const first = run ?? pairs![0];
  const known = await dataOfRun(first.folder);
  const reading = readingOf(command, known);
  const opened = options.data === false
    ? undefined
    : typeof options.data === "string"
    ? { path: options.data, scan: await openScan(options.data, reading, terminal) }
    : await openRunScan(command, known, terminal);
  const path = opened?.path;
  await using scan = opened?.scan;
  const file = run === undefined ? undefined : await readRun(run.file);
  const truth = await truthOf(options.truth, path, file === undefined ? undefined : scan);
  if (file !== undefined && truth === undefined && scan === undefined && pairs === undefined) {
    const lost = known.named !== undefined && known.places.length === 0 && options.data !== false
      ? ` (the run was made from ${known.named}, which is not here)`
      : "";
    throw new ConfigError(
      `evaluate has nothing to compare with${lost}: give --truth FILE, --data SCAN or --split A B`,
    );
  }
  if (options.truth !== undefined && file === undefined) {
    throw new ConfigError("--truth needs a reconstruction to compare: evaluate RUN --truth FILE");
  }
  const frame = frameOptions(
    options,
    scan?.dataset.positions,
    path === undefined ? undefined : await pixelSizeOfScan(path, reading),
  );
  const against = file === undefined || truth === undefined
    ? undefined
    : judge([file], shortNames([run!.file]), truth, frame);
  const split = pairs === undefined ? undefined : await judgeHalves(pairs, frame);
  // Everything that can be refused has been: only now a folder appears.
  await ensureWritableFolder(outputDir);
  if (against !== undefined && truth !== undefined) {
    await writeJudgement(against, outputDir, parts, "", `against ${truth.name}`);
    parts.record = { ...parts.record, truth: truth.name };
  }
  if (split !== undefined) {
    const title = `against ${split.reference} (split data)`;
    await writeJudgement(split, outputDir, parts, against === undefined ? "" : "split_", title);
  }
  if (file !== undefined && scan !== undefined) {
    try {
      const scores = await predict(file, scan, common, terminal);
      await addPatterns(scores, outputDir, parts);
    } catch (error) {
      // Nobody asked for these data: they were only found in the record of the run.
      if (typeof options.data === "string" || !(error instanceof ShapeError)) throw error;
      parts.warnings.push(`patterns were left out: ${error.message}`);
    }
  }
  const record = {
    program: "ptychogpu",
    version: VERSION,
    command: "evaluate",
    argv: Deno.args,
    reconstruction: describe(run, pairs),
    data: path ?? null,
    ...parts.record,
    warnings: parts.warnings,
    output_dir: outputDir,
    files: [...parts.files, "metrics.json"],
  };
  await writeJson(join(outputDir, "metrics.json"), record);
  for (const line of parts.warnings) terminal.warn(line);
  terminal.result([...parts.text, `wrote ${outputDir}`].join("\n\n"), record);
}

/** The known object: of `--truth`, else of the scan; on the grid the scan is read on, if it is one file. */
async function truthOf(
  given: unknown,
  data: string | undefined,
  scan: OpenScan | undefined,
): Promise<ReconstructionFile | undefined> {
  const ofScan = scan === undefined ? undefined : truthOfScan(scan.dataset);
  if (given === undefined) return ofScan;
  return given === data && ofScan !== undefined ? ofScan : await readTruth(String(given));
}

async function addPatterns(
  scores: DiffractionScores,
  outputDir: string,
  parts: Parts,
): Promise<void> {
  parts.record = { ...parts.record, diffraction: diffractionRecord(scores) };
  parts.text.push(diffractionText(scores));
  parts.warnings.push(...diffractionWarnings(scores));
  await writeWhole(
    join(outputDir, "patterns.csv"),
    csvText([["pattern", "amplitude_error"], ...Array.from(scores.errors, (v, i) => [i, v])]),
  );
  parts.files.push("patterns.csv");
}

async function judgeHalves(
  pairs: readonly RunPath[],
  frame: JudgeOptions,
): Promise<Judgement> {
  const files = await Promise.all(pairs.map((pair) => readRun(pair.file)));
  return judge(files, shortNames(pairs.map((pair) => pair.file)), undefined, frame);
}

/** What the steps of an evaluation collect. */
interface Parts {
  record: Json;
  readonly text: string[];
  readonly files: string[];
  readonly warnings: string[];
}

function splitOf(options: Readonly<Record<string, unknown>>): string[] | undefined {
  if (options.split === undefined) return undefined;
  const paths = options.split as string[];
  if (paths.length !== 2) {
    throw new ConfigError(
      `--split names ${paths.length} reconstruction${
        paths.length === 1 ? "" : "s"
      }: give the two ` +
        "of the two halves",
    );
  }
  return paths;
}

function describe(run: RunPath | undefined, pairs: readonly RunPath[] | undefined): unknown {
  return run === undefined ? pairs?.map((pair) => pair.file) : run.file;
}

/** Writes tables, curves and pictures of one judged image. */
async function writeJudgement(
  judgement: Judgement,
  outputDir: string,
  parts: Parts,
  prefix: string,
  against: string,
): Promise<void> {
  const [judged] = judgement.judged, { scores } = judged;
  const rings = {
    amplitude: scores.amplitudeRings,
    phase: scores.phaseRings,
    complex: scores.complexRings,
  };
  const record = { frame: frameRecord(judgement), ...scoresRecord(judged) };
  parts.record = prefix === ""
    ? { ...parts.record, ...record }
    : { ...parts.record, split: record };
  parts.text.push(
    `${judged.name} ${against}\n${frameText(judgement)}\n\n${alignedText(scoreTable(judged))}`,
  );
  parts.warnings.push(...scores.warnings, ...judgement.notes, ...shiftWarnings(judgement));
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    await writeWhole(join(outputDir, prefix + name), content);
    parts.files.push(prefix + name);
  };
  await write("metrics.csv", csvText(scoreRows(judged)));
  await write("frc.csv", csvText(ringRows(rings)));
  await write("frc.svg", ringsSvg(`${judged.name} ${against}`, rings));
  await write("evaluation.png", mapsPng(judgement));
  await write("evaluation.svg", sheetSvg(judgement));
  await write("aligned.npz", await writeNpz(alignedArrays(judgement)));
}

/** The aligned images of a judgement as arrays of a file, with their place. */
export function alignedArrays(judgement: Judgement): Record<string, NdArray> {
  const { aligned, origin, judged } = judgement;
  const arrays: Record<string, NdArray> = {};
  aligned.images.forEach((image, k) => {
    arrays[judged.length === 1 ? "object" : `object_${k + 1}`] = complexArrayOf(image);
  });
  return {
    ...arrays,
    reference: complexArrayOf(aligned.reference),
    canvas_origin_xy: { shape: [2], dtype: "f64", data: Float64Array.of(origin.x, origin.y) },
  };
}

/** What was cut, moved, turned and scaled, for people. */
export function frameText(judgement: Judgement): string {
  const { area, judged, aligned } = judgement, { rectangle } = area;
  const names = { scan: "box of the scan", covered: "covered rectangle", overlap: "shared area" };
  const lines = [
    `  frame: ${rectangle.height} x ${rectangle.width} px (${names[area.kind]}), ` +
    `reference sampled ${aligned.interpolation}, 2 px trimmed`,
  ];
  for (const { name, alignment } of judged) {
    const { shift, registration, phase, phaseRule, amplitudeFactor } = alignment;
    const moved = registration === "none"
      ? "not moved"
      : `moved by (x ${shift.x.toFixed(2)}, y ${shift.y.toFixed(2)}) px`;
    const turned = phaseRule === "none"
      ? "phase as it is"
      : `phase ${phase.offset.toFixed(3)} rad` + (phaseRule === "constant"
        ? ""
        : ` + ramp (x ${phase.x.toExponential(1)}, y ${phase.y.toExponential(1)}) rad/px`);
    lines.push(`  ${name}: ${moved}, ${turned}, amplitude x ${amplitudeFactor.toPrecision(4)}`);
  }
  return lines.join("\n");
}

/** A doubt for every image that had to be moved far. */
export function shiftWarnings(judgement: Judgement): string[] {
  return judgement.judged.filter(({ alignment: { shift } }) => Math.hypot(shift.y, shift.x) > 3)
    .map(({ name, alignment: { shift } }) =>
      `${name} was moved by ${Math.hypot(shift.y, shift.x).toFixed(1)} px: check the frame, or ` +
      "use --no-register"
    );
}

/** Predicts the patterns of a scan, with progress. */
export async function predict(
  file: ReconstructionFile,
  scan: OpenScan,
  common: ReturnType<typeof commonOptions>,
  terminal: Terminal,
): Promise<DiffractionScores> {
  using gpu = await openGpu(common, terminal);
  const began = performance.now();
  return await diffractionScores(gpu, file, scan.dataset, {
    onProgress: (done, all) => {
      const left = (performance.now() - began) / 1000 / done * (all - done);
      terminal.progress(
        `predicted ${Math.floor(100 * done / all)} % of ${all} patterns, ETA ${
          formatDuration(left)
        }`,
      );
    },
  });
}

function diffractionText(scores: DiffractionScores): string {
  const floor = scores.noiseFloor === null
    ? ""
    : ` (photon noise alone: ${scores.noiseFloor.toPrecision(3)})`;
  return `patterns: amplitude error ${scores.amplitudeError.toPrecision(3)}${floor}, R factor ` +
    `${scores.rFactor.toPrecision(3)}, energy ratio ${scores.energyRatio.toPrecision(3)}, probe ` +
    `from the ${scores.probe}`;
}

/** Doubts about numbers of the patterns. */
export function diffractionWarnings(scores: DiffractionScores): string[] {
  const { energyRatio, unmeasuredLight, noiseFloor, amplitudeError } = scores;
  const lines: string[] = [];
  if (energyRatio < 0.5 || energyRatio > 2) {
    lines.push(
      `the predicted light is ${energyRatio.toPrecision(3)} times the measured: object and probe ` +
        "do not have the scale of the data",
    );
  }
  if (unmeasuredLight > 0.05) {
    lines.push(
      `${(100 * unmeasuredLight).toFixed(0)} % of the probe falls where the object was not ` +
        "reconstructed: the diffraction error is too large by that",
    );
  }
  if (noiseFloor !== null && amplitudeError < 0.9 * noiseFloor) {
    lines.push("the amplitude error is below photon noise: the noise was fitted");
  }
  return lines;
}
