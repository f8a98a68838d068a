/**
 * `demo`: simulate, train, reconstruct, compare with the truth.
 *
 * @module
 */
import type { Command } from "commander";
import { join } from "node:path";
import { complexArray, type NdArray } from "../array.ts";
import { resolveRun } from "../config/presets.ts";
import { defaultExecution } from "../config/resolution/defaults.ts";
import { RECOMMENDED_TRAINING } from "../config/training.ts";
import type { Gpu } from "../gpu/device.ts";
import { frameScan } from "../image/frame.ts";
import { alignGlobalPhase, evaluateReconstruction, flatScores } from "../image/metrics.ts";
import { openNpz, writeNpz } from "../io/npz.ts";
import { simulateScan } from "../workflows/simulate.ts";
import { comparisonPng } from "./comparison.ts";
import { ensureWritableFolder, FileSource, writeJson, writeWhole } from "./files.ts";
import { addCommonFlags, commonOptions, realNumber, wholeNumber } from "./flags.ts";
import { formatDuration, openGpu, Terminal } from "./host.ts";
import { inferToFolder, loadModel } from "./infer.ts";
import { writeReport } from "./report.ts";
import { trainToFolder } from "./train_folder.ts";

/** Size of the demo by kind of adapter. */
const SIZES = {
  software: { positions: 484, nepochs: 12, n_filters_scale: 1 },
  hardware: { positions: 1600, nepochs: RECOMMENDED_TRAINING.nepochs, n_filters_scale: 2 },
} as const;

/** Adds the command. */
export function registerDemo(program: Command): void {
  const command = program.command("demo")
    .description("Simulate a scan, train on it, reconstruct it, compare it with the truth.")
    .option("--output-dir <folder>", "where results go", "demo_output")
    .option("--n-positions <count>", "scan positions (default by adapter)")
    .option("--nepochs <count>", "passes over the data (default by adapter)")
    .option("--n-filters-scale <number>", "width of the network (default by adapter)")
    .option("--nphotons <photons>", "photons of the mean pattern", "1e6")
    .option("--seed <number>", "seed of everything random", "42");
  addCommonFlags(command);
  command.action((options) => run(options));
}

async function run(options: Record<string, unknown>): Promise<void> {
  const common = commonOptions(options), terminal = new Terminal(common);
  const outputDir = String(options.outputDir);
  const typed = (name: string, flag: string, fallback: number): number =>
    options[name] === undefined ? fallback : wholeNumber(flag, String(options[name]), 1);
  const nphotons = realNumber("--nphotons", String(options.nphotons), 1);
  const seed = wholeNumber("--seed", String(options.seed), 0);
  await ensureWritableFolder(outputDir);
  using gpu = await openGpu(common, terminal);
  const size = gpu.adapter.software ? SIZES.software : SIZES.hardware;
  const count = typed("nPositions", "--n-positions", size.positions);
  const nepochs = typed("nepochs", "--nepochs", size.nepochs);
  const width = options.nFiltersScale === undefined
    ? size.n_filters_scale
    : realNumber("--n-filters-scale", String(options.nFiltersScale), 0.01);
  const config = resolveRun({
    nepochs,
    n_filters_scale: width,
    seed,
    // The merge of neighbouring patches brings out slow phase variations.
    overlap_group_size: 4,
    overlap_start_epoch: Math.floor(nepochs / 4),
  });
  terminal.say(
    `demo on ${gpu.adapter.name}${gpu.adapter.software ? " (software: a small network)" : ""}: ` +
      `${count} positions, width ${width}, ${nepochs} epochs`,
  );
  const began = performance.now();
  const scan = await simulateScan(gpu, {
    object: "lines",
    probe: "aberrated",
    scan: "jittered",
    N: 64,
    count,
    nphotons,
    overlap: 0.9,
    seed,
    onProgress: (done, all) => terminal.progress(`simulated ${done} of ${all} patterns`),
  });
  await writeWhole(join(outputDir, "scan.npz"), await writeNpz(scan.arrays, { compress: true }));
  const trained = await trainToFolder({
    gpu,
    dataset: scan.dataset,
    config,
    outputDir: join(outputDir, "training"),
    execution: defaultExecution({ checkpoint_every: nepochs, checkpoint_save_top_k: 0 }),
    terminal,
  });
  if (trained.interrupted) {
    terminal.result("interrupted", { interrupted: true });
    return;
  }
  const model = await loadModel(join(outputDir, "training"));
  await inferToFolder(gpu, scan.dataset, model, {}, outputDir, terminal);
  const { object } = scan.experiment;
  const truth = complexArray([object.height, object.width], object.data);
  const summary = await compare(gpu, outputDir, truth, scan.dataset.positions, {
    positions: count,
    overlap: scan.experiment.overlap,
    nphotons,
    width,
    nepochs,
    seed,
    seconds: (performance.now() - began) / 1000,
  });
  await writeReport([outputDir], join(outputDir, "report.html"), { title: "Demo" });
  terminal.result(summary.text, summary.json);
}

/** Judges the reconstruction in a folder against the truth; writes the figure and the summary. */
async function compare(
  gpu: Gpu,
  outputDir: string,
  truth: NdArray,
  positions: Float64Array,
  about: Readonly<Record<string, number>>,
): Promise<{ text: string; json: unknown }> {
  const { object, place } = await readReconstruction(join(outputDir, "reconstruction.npz"));
  const framed = frameScan(object, place, truth, positions);
  const target = framed.target, prediction = alignGlobalPhase(target, framed.prediction);
  const scores = evaluateReconstruction(target, prediction), flat = flatScores(target);
  await writeWhole(join(outputDir, "comparison.png"), comparisonPng(target, prediction));
  const ratio = [0, 1].map((k) => scores.mae[k] / flat.mae[k]);
  const row = (name: string, k: number): string =>
    `${name}: MAE ${scores.mae[k].toFixed(4)} (flat ${flat.mae[k].toFixed(4)}, ratio ` +
    `${ratio[k].toFixed(3)}), SSIM ${scores.ssim[k].toFixed(3)} (flat ${
      flat.ssim[k].toFixed(3)
    }), ` +
    `FRC50 ${scores.frc50[k].toFixed(1)} of ${scores.frcPhase.length} rings` +
    `${scores.frcReliable[k] ? "" : " (not reliable)"}`;
  const text = [
    `demo done in ${formatDuration(about.seconds)} on ${gpu.adapter.name}`,
    row("amplitude", 0),
    row("phase", 1),
    `report: ${outputDir}/report.html; pictures and arrays: comparison.png, amplitude.png, phase.png, ` +
    "reconstruction.npz",
  ].join("\n");
  const named = (pair: readonly number[]) => ({ amplitude: pair[0], phase: pair[1] });
  const json = {
    ...about,
    adapter: gpu.adapter,
    mae: named(scores.mae),
    mae_flat: named(flat.mae),
    mae_ratio: named(ratio),
    ssim: named(scores.ssim),
    ssim_flat: named(flat.ssim),
    frc50: named(scores.frc50),
    frc_rings: scores.frcPhase.length,
    psnr_peak_1: named(scores.psnr1),
    psnr_peak_255: named(scores.psnr255),
  };
  await writeJson(join(outputDir, "summary.json"), json);
  await writeWhole(join(outputDir, "summary.txt"), text + "\n");
  return { text, json };
}

async function readReconstruction(
  path: string,
): Promise<{ object: NdArray; place: { originY: number; originX: number } }> {
  using source = await FileSource.open(path);
  const npz = await openNpz(source);
  const [originX, originY] = (await npz.read("canvas_origin_xy")).data as Float64Array;
  return { object: await npz.read("object"), place: { originY, originX } };
}
