/**
 * `reconstruct`: a scan in, object and probe out, by an iterative engine.
 *
 * @module
 */
import type { Command } from "commander";
import { join } from "node:path";
import { type NdArray, toFloat32, toFloat64 } from "../array.ts";
import { checkSettings } from "../engines/settings.ts";
import type { PlacedObject } from "../engines/start.ts";
import { ConfigError, FileFormatError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { decodeNpy } from "../io/npy.ts";
import { openNpz } from "../io/npz.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import { infer, type Reconstruction } from "../workflows/infer.ts";
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
import { formatDuration, openGpu, Terminal } from "./host.ts";
import { pixelSizeArray, writeReconstruction } from "./infer.ts";
import { loadModel } from "./model_file.ts";
import { positionArrays, writePositions } from "./position_files.ts";
import { addReconstructFlags, parseBadPixels, reconstructSettings } from "./reconstruct_flags.ts";
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
  }, terminal);
  const { dataset } = scan;
  const mask = await readMask(options, dataset);
  using gpu = await openGpu(common, terminal);
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

/** A resumed run keeps its settings; only its length may be typed anew. */
function resumedSettings(
  resume: ReconstructCheckpoint,
  typed: ReconstructSettings,
  command: Command,
): ReconstructSettings {
  const free = ["data", "outputDir", "resume", "sweeps", "checkpointEvery", "snapshotEvery"];
  const own = [...free, "quiet", "json", "accelerator", "patience", "minImprovement", "mask"];
  for (const option of command.options) {
    const name = option.attributeName();
    if (command.getOptionValueSource(name) !== "cli" || own.includes(name)) continue;
    if (["badPixels", "subset", "diffractionKind", "cropTo", "bin", "subset"].includes(name)) {
      continue;
    }
    throw new ConfigError(
      `Cannot resume with another ${option.long}: only --sweeps and --patience may change`,
    );
  }
  const { sweeps, patience, minImprovement } = typed;
  return { ...resume.settings, sweeps, patience, minImprovement };
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
      data_file: dataset.name,
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

/** Object and probe to start from, if flags name a file or a network. */
async function readStart(
  gpu: Gpu,
  dataset: ScanDataset,
  options: Readonly<Record<string, unknown>>,
  terminal: Terminal,
): Promise<Pick<ReconstructInputs, "object" | "probe">> {
  const start = String(options.objectStart);
  const named = start !== "ones" && start !== "random";
  // A probe in data units comes with an object; a made one replaces it.
  const keepProbe = options.probeStart === "file" && options.probeModes === undefined;
  if (options.initModel !== undefined) {
    if (named) throw new ConfigError("Give --object-start or --init-model, not both");
    const model = await loadModel(String(options.initModel));
    if (dataset.N !== model.config.model.N) {
      throw new ConfigError(
        `Cannot start from this network as it was trained on ${model.config.model.N} x ` +
          `${model.config.model.N} patterns and these are ${dataset.N} x ${dataset.N}: ` +
          "use --crop-to or --bin",
      );
    }
    const made = await infer(gpu, dataset, model, {
      onProgress: (done, all) => terminal.progress(`inferred ${done} of ${all} patterns`),
    });
    terminal.say(`the network made a start of ${made.object.shape.join(" x ")} pixels`);
    return {
      object: placedObject(made.object, made.coverage, [
        made.geometry.originX,
        made.geometry.originY,
      ]),
      ...(keepProbe ? { probe: toFloat32(made.probe) } : {}),
    };
  }
  if (!named) return {};
  using source = await FileSource.open(start);
  const npz = await openNpz(source);
  for (const key of ["object", "canvas_origin_xy"]) {
    if (!npz.keys.includes(key)) {
      throw new FileFormatError(
        `Cannot start from ${start} as it holds no ${key}: give a reconstruction.npz`,
      );
    }
  }
  const origin = toFloat64(await npz.read("canvas_origin_xy"));
  const coverage = npz.keys.includes("coverage") ? await npz.read("coverage") : undefined;
  const object = placedObject(await npz.read("object"), coverage, [origin[0], origin[1]]);
  const probe = npz.keys.includes("probe") ? await npz.read("probe") : undefined;
  const fits = probe?.shape.at(-1) === dataset.N;
  return { object, ...(keepProbe && fits ? { probe: toFloat32(probe!) } : {}) };
}

function placedObject(
  object: NdArray,
  coverage: NdArray | undefined,
  [originX, originY]: readonly [number, number],
): PlacedObject {
  const [height, width] = object.shape;
  return {
    data: toFloat32(object),
    height,
    width,
    originY,
    originX,
    ...(coverage === undefined ? {} : { coverage: toFloat32(coverage) }),
  };
}

/** Valid detector pixels from `--mask` and `--bad-pixels`. */
async function readMask(
  options: Readonly<Record<string, unknown>>,
  dataset: ScanDataset,
): Promise<Uint8Array | undefined> {
  const { N } = dataset;
  let mask: Uint8Array | undefined;
  if (options.mask !== undefined) {
    const path = String(options.mask);
    using source = await FileSource.open(path);
    const head = await source.read(0, 2);
    const array = head[0] === 0x50
      ? await firstArray(await openNpz(source), path)
      : decodeNpy(path, await source.read(0, source.size));
    mask = Uint8Array.from(toFloat32(array), (v) => v === 0 ? 0 : 1);
  }
  if (options.badPixels !== undefined) {
    mask ??= dataset.mask?.slice() ?? new Uint8Array(N * N).fill(1);
    for (const at of parseBadPixels(String(options.badPixels), N)) {
      for (let first = 0; first < mask.length; first += N * N) mask[first + at] = 0;
    }
  }
  return mask;
}

async function firstArray(
  npz: { readonly keys: readonly string[]; read(key: string): Promise<NdArray> },
  path: string,
): Promise<NdArray> {
  const key = npz.keys.includes("mask") ? "mask" : npz.keys[0];
  if (key === undefined) throw new FileFormatError(`Cannot use ${path} as it holds no array`);
  return await npz.read(key);
}
