/**
 * `demo`: the commands of this program in a row, on a scan with a known object.
 *
 * @module
 */
import type { Command } from "commander";
import { join } from "node:path";
import { ConfigError } from "../errors.ts";
import { ensureWritableFolder, writeJson, writeWhole } from "./files.ts";
import { addCommonFlags, commonOptions, realNumber, wholeNumber } from "./flags.ts";
import { formatDuration, openGpu, Terminal } from "./host.ts";

/** Size of the demo by kind of adapter. */
const SIZES = {
  software: { positions: 256, nepochs: 21, n_filters_scale: 1 },
  hardware: { positions: 1600, nepochs: 18, n_filters_scale: 2 },
} as const;

/**
 * A beam out of focus, with some astigmatism, coma and spherical aberration. The pattern is then
 * an upright, blurred image of the patch, which a convolutional network inverts easily.
 */
const BEAM = [
  ...["--probe", "zernike", "--probe-pupil", 0.81],
  ...["--zernike", "0,0,0,-7,-0.4,0,-0.5,0.2,0,0,-0.4"],
] as const;

/** Sweeps of the iterative engine that starts from the network's object. */
const SWEEPS = 15;

/** Numbers of amplitude and phase. */
interface Pair {
  readonly amplitude: number;
  readonly phase: number;
}

/** What the demo reads of an evaluation. */
interface Scores {
  readonly mae: Pair;
  readonly ssim: Pair;
  /** Null where an image is almost constant. */
  readonly frc50: { readonly amplitude: number | null; readonly phase: number | null };
  readonly frc_side_px: number;
  readonly flat: { readonly mae: Pair; readonly ssim: Pair };
}

/** Runs one command line and gives its result object. */
type Step = (...args: readonly (string | number)[]) => Promise<Record<string, unknown>>;

/** Adds the command. */
export function registerDemo(program: Command): void {
  const command = program.command("demo")
    .description(
      "Simulate a scan, train on it, reconstruct it, refine it, compare it with the truth.",
    )
    .option("--output-dir <folder>", "where results go", "demo_output")
    .option("--n-positions <count>", "scan positions (default by adapter)")
    .option("--nepochs <count>", "passes over the data (default by adapter)")
    .option("--n-filters-scale <number>", "width of the network (default by adapter)")
    .option("--nphotons <photons>", "photons of the mean pattern", "1e6")
    .option("--seed <number>", "seed of everything random", "42");
  addCommonFlags(command);
  command.addHelpText(
    "after",
    "\nThe commands it runs are printed; each can be run alone.\n\nExample:\n" +
      "  ptychogpu demo --output-dir demo_output",
  );
  command.action((options) => run(program, options));
}

async function run(program: Command, options: Record<string, unknown>): Promise<void> {
  const common = commonOptions(options), terminal = new Terminal(common);
  const out = String(options.outputDir);
  const typed = (name: string, flag: string, fallback: number): number =>
    options[name] === undefined ? fallback : wholeNumber(flag, String(options[name]), 1);
  const nphotons = realNumber("--nphotons", String(options.nphotons), 1);
  const seed = wholeNumber("--seed", String(options.seed), 0);
  await ensureWritableFolder(out);
  const adapter = await adapterOf(common, terminal);
  const size = adapter.software ? SIZES.software : SIZES.hardware;
  const positions = typed("nPositions", "--n-positions", size.positions);
  const nepochs = typed("nepochs", "--nepochs", size.nepochs);
  const width = options.nFiltersScale === undefined
    ? size.n_filters_scale
    : realNumber("--n-filters-scale", String(options.nFiltersScale), 0.01);
  terminal.say(
    `demo on ${adapter.name}${adapter.software ? " (software: a small network)" : ""}: ` +
      `${positions} positions, width ${width}, ${nepochs} epochs`,
  );
  const began = performance.now();
  const accelerator = ["--accelerator", adapter.software ? "cpu" : "gpu"];
  const quiet = common.quiet ? ["--quiet"] : [];
  const step: Step = (...args) => {
    const line = args.map(String);
    terminal.say(`\n$ ptychogpu ${line.join(" ")}`);
    const own = line[0] === "report" ? [] : accelerator;
    return captured(program, [...line, ...own, "--json", ...quiet]);
  };
  const scan = join(out, "scan.npz"), training = join(out, "training");
  const refined = join(out, "refined");
  await step(
    ...["simulate", "--output", scan, "--object", "lines", ...BEAM, "--scan-step", 4.3],
    ...["--n-positions", positions, "--nphotons", nphotons, "--seed", seed],
  );
  const trained = await step(
    ...["train", "--train-data-file", scan, "--output-dir", training, "--nepochs", nepochs],
    ...["--n-filters-scale", width, "--seed", seed, "--checkpoint-every", nepochs],
  );
  if (trained.interrupted === true) {
    terminal.result("interrupted", { interrupted: true });
    return;
  }
  await step(
    ...["infer", "--model-path", training, "--test-data", scan, "--output-dir", out],
    // The beam fills the window, so that whole patches are good.
    ...["--middle-trim", 64],
  );
  const network = scoresOf(await step("evaluate", out));
  await step(
    ...["reconstruct", "--data", scan, "--init-model", training, "--sweeps", SWEEPS],
    ...["--output-dir", refined],
  );
  const hybrid = scoresOf(await step("evaluate", refined));
  const comparison = join(out, "comparison");
  await step("compare", out, refined, "--truth", scan, "--output-dir", comparison);
  await step("report", out, refined, comparison, "--output", join(out, "report.html"));
  const seconds = (performance.now() - began) / 1000;
  const text = [
    `demo done in ${formatDuration(seconds)} on ${adapter.name}`,
    "network alone",
    ...rows(network),
    `network, then ${SWEEPS} sweeps of ePIE`,
    ...rows(hybrid),
    `pictures, arrays and a page about it all: ${out}/report.html, comparison/comparison.png, reconstruction.npz`,
  ].join("\n");
  const about = { positions, nphotons, width, nepochs, seed, seconds, adapter };
  const json = { ...about, ...summary(network), refined: summary(hybrid) };
  await writeJson(join(out, "summary.json"), json);
  await writeWhole(join(out, "summary.txt"), text + "\n");
  terminal.result(text, json);
}

/** The adapter that the commands will find. */
async function adapterOf(
  common: ReturnType<typeof commonOptions>,
  terminal: Terminal,
): Promise<{ readonly name: string; readonly software: boolean }> {
  using gpu = await openGpu(common, terminal, "network");
  return gpu.adapter;
}

/** Runs a command line of this program; what it would print on stdout is its result. */
async function captured(
  program: Command,
  args: readonly string[],
): Promise<Record<string, unknown>> {
  const lines: string[] = [], { log } = console;
  console.log = (...values: unknown[]) => lines.push(values.join(" "));
  try {
    await program.parseAsync([...args], { from: "user" });
  } finally {
    console.log = log;
  }
  return JSON.parse(lines.at(-1) ?? "{}");
}

function scoresOf(record: Record<string, unknown>): Scores {
  if (record.mae === undefined || record.flat === undefined) {
    throw new ConfigError("Cannot judge the demo as its scan was replaced: use another folder");
  }
  return record as unknown as Scores;
}

function ratios({ mae, flat }: Scores): Pair {
  return {
    amplitude: mae.amplitude / flat.mae.amplitude,
    phase: mae.phase / flat.mae.phase,
  };
}

function rows(scores: Scores): string[] {
  const rings = Math.floor(scores.frc_side_px / 2), ratio = ratios(scores);
  return (["amplitude", "phase"] as const).map((part) =>
    `  ${part}: MAE ${scores.mae[part].toFixed(4)} (flat ${scores.flat.mae[part].toFixed(4)}, ` +
    `ratio ${ratio[part].toFixed(3)}), SSIM ${scores.ssim[part].toFixed(3)} ` +
    `(flat ${scores.flat.ssim[part].toFixed(3)}), ` +
    `FRC50 at ring ${
      scores.frc50[part]?.toFixed(1) ?? "none (image almost constant)"
    } (Nyquist ${rings})`
  );
}

function summary(scores: Scores): Record<string, unknown> {
  return {
    mae: scores.mae,
    mae_flat: scores.flat.mae,
    mae_ratio: ratios(scores),
    ssim: scores.ssim,
    ssim_flat: scores.flat.ssim,
    frc50: scores.frc50,
    frc_nyquist_ring: Math.floor(scores.frc_side_px / 2),
  };
}
