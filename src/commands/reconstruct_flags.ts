/**
 * Flags of `reconstruct`, and what they say about each engine.
 *
 * @module
 */
import { type Command, Option } from "commander";
import {
  defaultSettings,
  ENGINE_DEFAULTS,
  type EngineName,
  ENGINES,
  type EngineSettings,
  NOISE_MODELS,
  rpieProbeStep,
} from "../engines/settings.ts";
import { PROBE_STARTS, type ProbeStart } from "../engines/start.ts";
import { ConfigError } from "../errors.ts";
import type { ReconstructSettings } from "../workflows/reconstruct_settings.ts";
import { realNumber, wholeNumber } from "./flags.ts";
import { addRefineFlags, refineSettings } from "./refine_flags.ts";

/** When to choose which engine. */
const GUIDE = `
Which engine:
  epie   one pattern at a time. Robust, needs no tuning; the first choice for noisy or unknown data.
  rpie   batches, damped locally. Fastest start (a few sweeps); keeps more noise than the others.
  lsqml  batches with the best step computed for each. Fast where positions or probe need refinement.
  adam   gradient of the likelihood, steps lowered towards the end. Best end quality, also for
         Poisson noise at low counts; needs 30 to 100 sweeps.
  dm     difference map: all patterns at once. Leaves wrong solutions that stop the others, wants
         good overlap and clean data; keeps the waves of all patterns in memory.
  raar   as dm, more tolerant of noise (--raar-beta). Finish either with a few sweeps of epie.
A good start saves sweeps: --object-start earlier/reconstruction.npz, or --init-model FOLDER (a trained
network) for the hybrid: choose it where the probe is unknown (with --probe-start gaussian and
--object-start-sweep 4) or positions overlap little, where a start from ones gets stuck.
With an uncertain probe keep --probe-start-sweep at 2 or later. Modes that are added (--probe-modes)
grow with the probe step: use --engine epie --object-step 1 --probe-step 1.

Examples:
  ptychogpu reconstruct --data scan.npz --engine epie --sweeps 60 --output-dir result
  ptychogpu reconstruct --data scan.npz --engine rpie --sweeps 10 --output-dir quick
  ptychogpu reconstruct --data scan.npz --engine adam --object-start quick/reconstruction.npz
  ptychogpu reconstruct --data scan.npz --init-model run --sweeps 5 --output-dir hybrid`;

/** "a (epie, rpie), b (adam)" of the values a setting has in the engines. */
function perEngine(name: keyof typeof ENGINE_DEFAULTS["epie"]): string {
  const byValue = new Map<number, string[]>();
  for (const engine of ENGINES) {
    // Projections make no steps.
    if (name !== "probeStartSweep" && ["dm", "raar"].includes(engine)) continue;
    if (WITHOUT_MEANING[engine]?.includes(name)) continue;
    const value = ENGINE_DEFAULTS[engine][name];
    byValue.set(value, [...byValue.get(value) ?? [], engine]);
  }
  if (byValue.size === 1) return `[${[...byValue.keys()][0]}]`;
  return `[${[...byValue].map(([value, names]) => `${names.join(", ")} ${value}`).join("; ")}]`;
}

/** Adds all flags but those common to commands. */
export function addReconstructFlags(command: Command): void {
  const d = defaultSettings("epie");
  command
    .requiredOption("--data <file>", "NPZ file with the scan")
    .addOption(
      new Option("--engine <name>", "see below").choices([...ENGINES]).default("epie"),
    )
    .option("--sweeps <count>", "times every pattern is visited", String(d.sweeps))
    .option("--output-dir <folder>", "where results go", "reconstruct_outputs")
    .option("--resume", "go on from the checkpoint in the output folder")
    .option("--checkpoint-every <sweeps>", "sweeps between checkpoints", "10")
    .option("--snapshot-every <sweeps>", "sweeps between pictures and arrays in snapshots/ [none]")
    .option(
      "--patience <sweeps>",
      "stop after so many sweeps without a lower error (0 never)",
      "20",
    )
    .option("--min-improvement <share>", "relative improvement that counts", "0.0001")
    .option("--seed <number>", "seed of the visiting order and random starts", "0");
  command.optionsGroup("Steps:");
  command
    .option(
      "--batch-size <count>",
      `patterns that change the object together ${perEngine("batch")}`,
    )
    .addOption(
      new Option("--batches <kind>", "how batches are made").choices(["random", "compact"])
        .default("random"),
    )
    .option("--object-step <factor>", `size of the object step ${perEngine("objectStep")}`)
    .option(
      "--probe-step <factor>",
      `size of the probe step; rpie a tenth of the batch, at most 1 ${perEngine("probeStep")}`,
    )
    .option("--object-damping <alpha>", `alpha of the object ${perEngine("objectDamping")}`)
    .option("--probe-damping <alpha>", `alpha of the probe ${perEngine("probeDamping")}`)
    .option("--object-start-sweep <sweep>", "first sweep that changes the object", "1")
    .option(
      "--probe-start-sweep <sweep>",
      `first sweep that changes the probe, 0 keeps it ${perEngine("probeStartSweep")}`,
    )
    .option("--momentum <friction>", "momentum of the object, 0 to below 1", "0")
    .addOption(
      new Option(
        "--subpixel <what>",
        "what fractions of a pixel move: the probe (exact) or the object (bilinear)",
      ).choices(["probe", "object"]).default("probe"),
    )
    .addOption(
      new Option("--noise <model>", "what the data scatter like").choices([...NOISE_MODELS])
        .default("amplitude"),
    );
  command.optionsGroup("Start:");
  command
    .addOption(
      new Option("--probe-start <kind>", "starting probe").choices([...PROBE_STARTS])
        .default("file"),
    )
    .option("--probe-diameter <pixels>", "diameter of a disk, gaussian or zone-plate probe [N/4]")
    .option("--probe-modes <count>", "incoherent probe modes [as many as the starting probe has]")
    .option(
      "--object-start <start>",
      "ones, random, or a reconstruction.npz of the same scan",
      "ones",
    )
    .option("--random-phase <rad>", "width of the phases of --object-start random", "1")
    .option("--init-model <folder>", "start from what this trained network infers (hybrid)");
  command.optionsGroup("Constraints and data:");
  command
    .option("--probe-power", "keep the power of the probe, scale the object instead")
    .option("--probe-support <share>", "disk outside which the probe is 0, diameter / N [none]")
    .option("--center-probe", "keep the probe centred, by whole pixels")
    .option(
      "--mask <file>",
      "NPY or NPZ, (N, N) or (P, N, N): 0 marks pixels to ignore [mask of the scan]",
    )
    .option("--bad-pixels <list>", 'detector pixels to ignore as "row,column row,column ..."')
    .option("--canvas-margin <pixels>", "free pixels around the scanned area", "1");
  addRefineFlags(command);
  command.addHelpText("after", GUIDE);
}

/** Flags that have no meaning for an engine. */
const WITHOUT_MEANING: Partial<Record<EngineName, readonly string[]>> = {
  lsqml: ["probeDamping"],
  adam: ["objectDamping", "probeDamping"],
};

function refuseIdleFlags(engine: EngineName, command: Command): void {
  const { objectStart, probeStart } = command.opts();
  const idle: readonly (readonly [string, boolean, string])[] = [
    ...(WITHOUT_MEANING[engine] ?? []).map((key) => [key, true, `--engine ${engine}`] as const),
    ["randomPhase", objectStart !== "random", `--object-start ${objectStart}`],
    ["probeDiameter", ["file", "mean"].includes(probeStart), `--probe-start ${probeStart}`],
  ];
  for (const [key, unused, reason] of idle) {
    if (!unused || command.getOptionValueSource(key) !== "cli") continue;
    const flag = command.options.find((option) => option.attributeName() === key)?.long;
    throw new ConfigError(`Cannot use ${flag} with ${reason} as it would change nothing: leave it`);
  }
}

/** Settings from typed flags. @throws {ConfigError} for a value that does not fit. */
export function reconstructSettings(
  options: Readonly<Record<string, unknown>>,
  command: Command,
): ReconstructSettings {
  const engine = String(options.engine) as EngineName;
  const d = defaultSettings(engine);
  refuseIdleFlags(engine, command);
  const text = (key: string): string | undefined =>
    options[key] === undefined ? undefined : String(options[key]);
  const real = (flag: string, key: string, fallback: number, min: number, max?: number): number => {
    const typed = text(key);
    return typed === undefined ? fallback : realNumber(flag, typed, min, max);
  };
  const whole = (flag: string, key: string, fallback: number, min: number): number => {
    const typed = text(key);
    return typed === undefined ? fallback : wholeNumber(flag, typed, min);
  };
  const refine = refineSettings(options, command, engine);
  const support = text("probeSupport"), diameter = text("probeDiameter");
  const modes = text("probeModes");
  const random = options.objectStart === "random";
  const batch = whole("--batch-size", "batchSize", d.batch, 1);
  const probeStep = engine === "rpie" ? rpieProbeStep(batch) : d.probeStep;
  const settings: EngineSettings = {
    engine,
    batch,
    order: options.batches as "random" | "compact",
    objectStep: real("--object-step", "objectStep", d.objectStep, 0),
    probeStep: real("--probe-step", "probeStep", probeStep, 0),
    objectDamping: real("--object-damping", "objectDamping", d.objectDamping, 0, 1),
    probeDamping: real("--probe-damping", "probeDamping", d.probeDamping, 0, 1),
    objectStartSweep: whole("--object-start-sweep", "objectStartSweep", d.objectStartSweep, 1),
    probeStartSweep: whole("--probe-start-sweep", "probeStartSweep", d.probeStartSweep, 0),
    momentum: real("--momentum", "momentum", 0, 0, 1),
    noise: options.noise as EngineSettings["noise"],
    subpixel: options.subpixel as EngineSettings["subpixel"],
    seed: whole("--seed", "seed", 0, 0),
    sweeps: whole("--sweeps", "sweeps", d.sweeps, 1),
    beta: refine.beta,
    slices: refine.slices,
    near: refine.near,
    components: refine.components,
  };
  return {
    ...settings,
    ...refine,
    power: options.probePower === true,
    support: support === undefined ? undefined : realNumber("--probe-support", support, 0.01, 2),
    centre: options.centerProbe === true,
    probeStart: options.probeStart as ProbeStart,
    probeDiameter: diameter === undefined ? undefined : realNumber("--probe-diameter", diameter, 1),
    modes: modes === undefined ? undefined : wholeNumber("--probe-modes", modes, 1),
    randomPhase: random ? real("--random-phase", "randomPhase", 1, 0) : 0,
    patience: whole("--patience", "patience", 20, 0),
    minImprovement: real("--min-improvement", "minImprovement", 1e-4, 0, 1),
    // Room for positions that will be corrected.
    margin: Math.max(
      whole("--canvas-margin", "canvasMargin", 1, 0),
      refine.positionCorrection === "none" ? 0 : Math.ceil(refine.positionLimit) + 1,
    ),
  };
}

/** @throws {ConfigError} if a made probe is wider than its window. */
export function checkProbeDiameter(diameter: number | undefined, size: number): void {
  if (diameter === undefined || diameter <= size) return;
  throw new ConfigError(
    `--probe-diameter is ${diameter}: a probe in patterns of ${size} x ${size} is at most ${size} px wide`,
  );
}

/** Bad pixels "row,column row,column". @throws {ConfigError} if one is not inside (N, N). */
export function parseBadPixels(text: string, size: number): number[] {
  return text.trim().split(/[\s;]+/).map((pair) => {
    const [row, column, ...rest] = pair.split(",").map(Number);
    const inside = [row, column].every((v) => Number.isInteger(v) && v >= 0 && v < size);
    if (!inside || rest.length > 0) {
      throw new ConfigError(
        `--bad-pixels holds "${pair}": write row,column of 0 to ${size - 1}, separated by spaces`,
      );
    }
    return row * size + column;
  });
}
