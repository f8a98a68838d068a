/**
 * `reconstruct`: a scan in, object and probe out, by an iterative engine.
 *
 * @module
 */
import type { Command } from "commander";
import { join } from "node:path";
import { toFloat32 } from "../array.ts";
import { checkSettings } from "../engines/settings.ts";
import { ConfigError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import { scanMark } from "../scan/mark.ts";
import type { Reconstruction } from "../workflows/infer.ts";
import { EngineRun } from "../workflows/reconstruct.ts";
import type { ReconstructInputs, ReconstructSettings } from "../workflows/reconstruct_settings.ts";
import {
  decodeReconstruction,
  encodeReconstruction,
  type ReconstructCheckpoint,
} from "../workflows/reconstruct_checkpoint.ts";
import { addDataFlags, dataOptions, openScan } from "./data.ts";
import { ensureWritableFolder, FileSource, writeJson, writeWhole } from "./files.ts";
import { addCommonFlags, commonOptions, wholeNumber } from "./flags.ts";
import type { EngineWork } from "./driver.ts";
import { formatDuration, openGpu, Terminal } from "./host.ts";
import { pixelSizeArray, writeReconstruction } from "./infer.ts";
import { positionArrays, writePositions } from "./position_files.ts";
import {
  addReconstructFlags,
  checkProbeDiameter,
  reconstructSettings,
} from "./reconstruct_flags.ts";
import { readMask, readStart } from "./reconstruct_start.ts";
import { runRecord } from "./record.ts";

/** File that holds the state to resume from. */
const CHECKPOINT = "reconstruct.safetensors";

/** What a run leaves behind. */
export interface ReconstructResult {
  /** Folder of the outputs. */
  readonly output_dir: string;
  /** Rows and columns of the object. */
  readonly shape: readonly number[];
  /** Patterns. */
  readonly patterns: number;
  /** Sweeps done in all. */
  readonly sweeps: number;
  /** Lowest error; object and probe are those of that sweep. */
  readonly error: number;
  /** Sweep of the lowest error. */
  readonly best_sweep: number;
  /** Share of the power in each probe mode. */
  readonly mode_powers: readonly number[];
  /** Root mean square of the recovered position errors, px; absent if positions were left alone. */
  readonly position_error_rms?: number;
  /** Seconds a sweep, on average. */
  readonly seconds_per_sweep: number;
  /** Seconds of sweeping. */
  readonly seconds: number;
  /** True if it was interrupted and can be resumed. */
  readonly interrupted: boolean;
  /** Files written. */
  readonly files: readonly string[];
}

/** Adds the command. */
export function registerReconstruct(program: Command): void {
  const command = program.command("reconstruct")
    .description("Reconstruct object and probe of a scan with an iterative engine.");
  addReconstructFlags(command);
  command.optionsGroup("Patterns:");
  addDataFlags(command);
  command.optionsGroup("Common:");
  addCommonFlags(command);
  command.action((options) => run(options, command));
}

async function run(options: Record<string, unknown>, command: Command): Promise<void> {
  const common = commonOptions(options), terminal = new Terminal(common);
  const outputDir = String(options.outputDir);
  const typed = reconstructSettings(options, command);
  checkSettings(typed);
  const every = wholeNumber("--checkpoint-every", String(options.checkpointEvery), 1);
  const snapshots = options.snapshotEvery === undefined
    ? 0
    : wholeNumber("--snapshot-every", String(options.snapshotEvery), 1);
  await ensureWritableFolder(outputDir);
  const resume = options.resume === true
    ? await readCheckpoint(join(outputDir, CHECKPOINT))
    : undefined;
  const settings = resume === undefined ? typed : resumedSettings(resume, typed, command);
  await using scan = await openScan(String(options.data), {
    ...dataOptions(options),
    // A mask that is given replaces that of the file.
    useMask: options.mask === undefined,
    // A network has no use for pixels that are no numbers.
    unfitAsNan: options.initModel === undefined,
  }, terminal);
  const { dataset } = scan;
  checkProbeDiameter(settings.probeDiameter, dataset.N);
  const mask = await readMask(options, dataset);
  // A network that starts an engine would suffer from what suits the engine.
  const work = options.initModel === undefined ? workOf(settings, dataset.N) : undefined;
  using gpu = await openGpu(common, terminal, work);
  const start = resume === undefined
    ? await readStart(gpu, dataset, options, terminal)
    : { resume };
  const result = await reconstructToFolder(
    { gpu, dataset, settings, outputDir, terminal, every, snapshots },
    { mask, ...start },
  );
  terminal.result(
    `${result.interrupted ? "interrupted" : "reconstructed"} ${result.shape.join(" x ")} pixels ` +
      `from ${result.patterns} patterns: error ${result.error.toPrecision(4)} in sweep ` +
      `${result.best_sweep} of ${result.sweeps}, ${formatDuration(result.seconds)}: ` +
      join(outputDir, "reconstruction.npz"),
    result,
  );
}

/** What the device will be busy with. */
function workOf(settings: ReconstructSettings, size: number): EngineWork {
  const { engine, modes = 1, batch, slices, near, components, positionCorrection } = settings;
  const plain = slices === undefined && near === undefined && components === 0 &&
    positionCorrection === "none";
  return { engine, size, modes, batch, plain };
}

/** Flags that belong to an invocation or to the start, not to the sweeps. */
const FREE_FLAGS = [
  ...["data", "outputDir", "resume", "checkpointEvery", "snapshotEvery", "quiet", "json"],
  ...["accelerator", "mask", "badPixels", "subset", "diffractionKind", "cropTo", "bin"],
  ...["objectStart", "initModel", "sweeps", "patience", "minImprovement"],
];

/**
 * A resumed run keeps its settings; only its length may be typed anew.
 *
 * @throws {ConfigError} if other flags are typed that say something else than those of the run.
 */
function resumedSettings(
  resume: ReconstructCheckpoint,
  typed: ReconstructSettings,
  command: Command,
): ReconstructSettings {
  const { sweeps, patience, minImprovement } = typed;
  const kept = { ...resume.settings, sweeps, patience, minImprovement };
  const stated = command.options.filter((option) =>
    command.getOptionValueSource(option.attributeName()) === "cli" &&
    !FREE_FLAGS.includes(option.attributeName())
  );
  // The same flags as before may be repeated.
  const differing = stated.length === 0 ? [] : differences(kept, typed);
  if (differing.length > 0) {
    throw new ConfigError(
      `Cannot resume with other settings (${
        differing.join(", ")
      }): only --sweeps, --patience and ` +
        "--min-improvement may change; type the other flags as before, or leave them away",
    );
  }
  return kept;
}

/** "batch 8, now 16" for each setting that is not the same. */
function differences(saved: ReconstructSettings, typed: ReconstructSettings): string[] {
  const text = (value: unknown): string =>
    typeof value === "string" ? value : JSON.stringify(value);
  const before = new Map(Object.entries(saved));
  return Object.entries(typed).filter(([key, value]) => text(before.get(key)) !== text(value))
    .map(([key, value]) =>
      `${key} ${text(before.get(key)) ?? "none"}, now ${text(value) ?? "none"}`
    );
}

/** What a run in a folder needs. */
export interface ReconstructJob {
  /** Device. */
  readonly gpu: Gpu;
  /** Data. */
  readonly dataset: ScanDataset;
  /** Settings. */
  readonly settings: ReconstructSettings;
  /** Folder of the outputs. */
  readonly outputDir: string;
  /** Where progress goes. */
  readonly terminal: Terminal;
  /** Sweeps between checkpoints. */
  readonly every: number;
  /** Sweeps between snapshots, 0 for none. */
  readonly snapshots: number;
}

/** Sweeps, writing `errors.csv`, checkpoints, snapshots, the reconstruction and `run.json`. */
export async function reconstructToFolder(
  job: ReconstructJob,
  inputs: ReconstructInputs,
): Promise<ReconstructResult> {
  const { gpu, dataset, settings, outputDir, terminal, every, snapshots } = job;
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) Deno.exit(130);
    terminal.say("interrupted: finishing the sweep and keeping the best (again to quit at once)");
    stop.abort();
  };
  Deno.addSignalListener("SIGINT", onSignal);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", onSignal);
  let line = "";
  try {
    using engineRun = await EngineRun.create(gpu, dataset, settings, {
      ...inputs,
      signal: stop.signal,
      onProgress: (done, all) => terminal.progress(`${line}pattern ${done} of ${all}`),
    });
    const { rows, columns, modes } = engineRun.state.shape;
    terminal.say(
      `${settings.engine} on ${dataset.count} patterns of ${dataset.N} x ${dataset.N}, object ` +
        `${rows} x ${columns}, ${modes} probe mode${modes === 1 ? "" : "s"}, ` +
        `${settings.sweeps} sweeps, ${gpu.adapter.name}`,
    );
    await engineRun.compile((done, all, label) =>
      terminal.progress(`compiling kernels ${done} of ${all} ${label}`)
    );
    const began = performance.now(), before = engineRun.progress.sweep;
    for await (const event of engineRun.run()) {
      if (event.kind === "note") {
        terminal.say(event.message);
        continue;
      }
      const { sweep, error, seconds } = event;
      line = `sweep ${sweep}/${settings.sweeps}: error ${error.toPrecision(5)}, ` +
        `${seconds.toPrecision(3)} s/sweep, ETA ${formatDuration(event.secondsLeft)}; `;
      terminal.progress(line.slice(0, -2));
      if (sweep % every === 0) await save(engineRun, outputDir);
      if (snapshots > 0 && sweep % snapshots === 0) {
        const folder = join(outputDir, "snapshots", `sweep_${String(sweep).padStart(5, "0")}`);
        await Deno.mkdir(folder, { recursive: true });
        await writeReconstruction(await engineRun.reconstruction(false), folder);
      }
    }
    const seconds = (performance.now() - began) / 1000;
    await save(engineRun, outputDir);
    const made = await engineRun.reconstruction();
    const { positions } = engineRun;
    const written = positions === undefined
      ? undefined
      : await writePositions(positions, outputDir);
    const files = [
      ...await writeReconstruction(
        made,
        outputDir,
        [null, null],
        {
          ...positions === undefined ? {} : positionArrays(positions),
          ...pixelSizeArray(dataset),
          ...await engineRun.extras(),
        },
      ),
      ...written?.files ?? [],
      "errors.csv",
      CHECKPOINT,
    ];
    const { sweep, best, bestSweep } = engineRun.progress;
    const result: ReconstructResult = {
      output_dir: outputDir,
      shape: made.object.shape,
      patterns: dataset.count,
      sweeps: sweep,
      error: best,
      best_sweep: bestSweep,
      mode_powers: modePowers(made),
      ...(written === undefined ? {} : { position_error_rms: written.rms }),
      seconds_per_sweep: seconds / Math.max(1, sweep - before),
      seconds,
      interrupted: stop.signal.aborted,
      files,
    };
    await writeJson(join(outputDir, "run.json"), {
      ...runRecord("reconstruct", gpu),
      // A half is called after the whole.
      data_file: dataset.name.replace(/ \((even|odd)\)$/, ""),
      data_mark: await scanMark(dataset),
      settings,
      result,
    });
    return result;
  } finally {
    Deno.removeSignalListener("SIGINT", onSignal);
    if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGTERM", onSignal);
  }
}

/** Writes the checkpoint and the errors so far. */
async function save(engineRun: EngineRun, outputDir: string): Promise<void> {
  const checkpoint = encodeReconstruction(await engineRun.checkpoint());
  await writeWhole(join(outputDir, CHECKPOINT), checkpoint);
  const rows = engineRun.progress.errors.map((error, i) => `${i + 1},${error}`);
  await writeWhole(join(outputDir, "errors.csv"), ["sweep,error", ...rows].join("\n") + "\n");
}

function modePowers({ probe }: Reconstruction): number[] {
  const values = toFloat32(probe), plane = values.length / probe.shape[0];
  const powers = Array.from({ length: probe.shape[0] }, (_, m) => {
    let sum = 0;
    for (let i = m * plane; i < (m + 1) * plane; i++) sum += values[i] ** 2;
    return sum;
  });
  const all = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / all);
}

async function readCheckpoint(path: string): Promise<ReconstructCheckpoint> {
  using source = await FileSource.open(path);
  return decodeReconstruction(await source.read(0, source.size), path);
}
