/**
 * `train`: an NPZ file in, a trained network out.
 *
 * @module
 */
import type { Command } from "commander";
import { join } from "node:path";
import { fieldOf } from "../config/registry/registry.ts";
import { createTrainingPayload, type TrainingPayload } from "../config/resolution/payload.ts";
import { namesData } from "../config/resolution/without_data.ts";
import { DatasetError } from "../errors.ts";
import { validatePatterns } from "../scan/dataset.ts";
import { tabulate } from "../workflows/groups.ts";
import { checkLabels } from "../workflows/supervision.ts";
import { configHost, outputOptions, statementOf } from "./config_host.ts";
import { type OpenScan, openScan, prefetchDepth, readingOptions, sayReaders } from "./data.ts";
import { ensureWritableFolder } from "./files.ts";
import { formatDuration, openGpu, Terminal } from "./host.ts";
import { showPayload, showWithoutData } from "./print_config.ts";
import { doneBefore, freshSettings, resumedSettings } from "./resume.ts";
import { addExtraFlags, addRegistryFlags } from "./registry_flags.ts";
import { MODEL_FILE, trainToFolder } from "./train_folder.ts";

export {
  CHECKPOINT_FILE,
  loadCheckpoint,
  MODEL_FILE,
  type TrainJob,
  type TrainResult,
  trainToFolder,
} from "./train_folder.ts";

/** Adds the command. */
export function registerTrain(program: Command): void {
  const command = program.command("train").description("Train a network on a scan.");
  addExtraFlags(command, "train");
  addRegistryFlags(command, "train");
  command.addHelpText(
    "after",
    "\n--no-NAME switches a true|false flag off.\n\nExample:\n" +
      "  ptychogpu train --train-data-file scan.npz --output-dir run --nepochs 20",
  );
  command.action((options) => run(options));
}

async function run(options: Record<string, unknown>): Promise<void> {
  const output = outputOptions(options);
  using terminal = new Terminal(output);
  const statement = await statementOf(options, "train", terminal);
  if (options.printConfig === true && !namesData("train", statement)) {
    showWithoutData("train", statement, terminal);
    return;
  }
  const payload = await createTrainingPayload(statement, configHost(terminal));
  if (options.printConfig === true) {
    terminal.result(...showPayload(payload));
    return;
  }
  const outputDir = payload.files.output_dir;
  prefetchDepth(payload.execution);
  if (options.dryRun !== true) await ensureWritableFolder(outputDir);
  const settings = options.resume === true
    ? await resumedSettings(payload)
    : freshSettings(payload);
  const done = doneBefore(settings);
  if (done !== undefined) {
    const epochs = settings.resume?.progress?.epoch;
    terminal.result(done, { output_dir: outputDir, epochs, complete: true });
    return;
  }
  const reading = readingOptions(payload.data);
  const { num_workers: workers } = payload.execution;
  const trainFile = payload.files.train_data_file ?? "";
  await using scan = await openScan(trainFile, reading, terminal, workers);
  const test = payload.files.test_data_file;
  await using validation = test === null
    ? undefined
    : await openScan(test, reading, terminal, workers);
  checkSides(scan, validation);
  for (const part of [scan, validation]) {
    if (part !== undefined) await checkLabels(settings.config, part.dataset);
  }
  if (options.dryRun === true) {
    await dryRun(payload, [scan, validation], terminal);
    return;
  }
  using gpu = await openGpu(
    { ...output, accelerator: payload.execution.accelerator },
    terminal,
    "network",
  );
  const result = await trainToFolder({
    gpu,
    dataset: scan.dataset,
    validation: validation?.dataset,
    ...settings,
    outputDir,
    terminal,
  });
  sayReaders(scan, terminal);
  terminal.result(
    `${result.interrupted ? "interrupted" : "trained"}: ${result.epochs} epochs, ` +
      // An interrupted run may not have ended an epoch.
      (Number.isNaN(result.loss) ? "" : `loss ${result.loss.toPrecision(6)}, `) +
      `${formatDuration(result.seconds)}; ` +
      `model in ${join(outputDir, MODEL_FILE)}`,
    result,
  );
}

/** Checks every pattern and the groups, computing nothing. */
async function dryRun(
  payload: TrainingPayload,
  [scan, validation]: readonly [OpenScan, OpenScan | undefined],
  terminal: Terminal,
): Promise<void> {
  const { dataset } = scan, warnings: string[] = [];
  await validatePatterns(dataset);
  if (validation !== undefined) await validatePatterns(validation.dataset);
  const groups = tabulate(dataset, payload.run, (line) => warnings.push(line));
  for (const line of warnings) terminal.warn(line);
  terminal.result(
    `configuration and data are good: ${dataset.count} patterns of ${dataset.N} x ${dataset.N}, ` +
      `${groups.count} groups of ${groups.channels}; nothing was written`,
    { patterns: dataset.count, N: dataset.N, groups: groups.count, channels: groups.channels },
  );
}

function checkSides(scan: OpenScan, validation: OpenScan | undefined): void {
  const { N } = scan.dataset, sides = fieldOf("N")?.choices ?? [];
  if (!sides.includes(N)) {
    throw new DatasetError(
      `Cannot train on patterns of ${N} x ${N} as the network takes ${sides.join(", ")}: ` +
        "use --crop-to or --bin",
    );
  }
  if (validation !== undefined && validation.dataset.N !== N) {
    throw new DatasetError(
      `Cannot validate on patterns of ${validation.dataset.N} x ${validation.dataset.N} as the ` +
        `training patterns are ${N} x ${N}: give a file of the same size`,
    );
  }
}
