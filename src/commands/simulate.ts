/**
 * `simulate`: a scan with a known object, as an NPZ file.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { dirname } from "node:path";
import { ConfigError } from "../errors.ts";
import { writeNpz } from "../io/npz.ts";
import { PROBE_KINDS, type ProbeKind } from "../simulation/experiment.ts";
import { OBJECT_KINDS, type ObjectKind } from "../simulation/objects.ts";
import { SCAN_KINDS, type ScanKind } from "../simulation/scans.ts";
import { simulateScan } from "../workflows/simulate.ts";
import { ensureWritableFolder, writeWhole } from "./files.ts";
import { addCommonFlags, commonOptions, realNumber, wholeNumber } from "./flags.ts";
import { openGpu, Terminal } from "./host.ts";

/** Adds the command. */
export function registerSimulate(program: Command): void {
  const command = program.command("simulate")
    .description("Simulate a scan with a known object.")
    .requiredOption("--output <file>", "NPZ file to write")
    .option("--N <pixels>", "side of a pattern", "64")
    .option("--n-positions <count>", "scan positions", "400")
    .option("--nphotons <photons>", "photons of the mean pattern", "1e6")
    .option("--seed <number>", "seed of everything random", "42")
    .addOption(new Option("--object <kind>", "object").choices(OBJECT_KINDS).default("demo"))
    .addOption(new Option("--probe <kind>", "probe").choices(PROBE_KINDS).default("gaussian"))
    .addOption(new Option("--scan <kind>", "scan").choices(SCAN_KINDS).default("jittered"))
    .option("--overlap <share>", "linear overlap of neighbouring probes", "0.7")
    .option("--integer-positions", "round positions to whole pixels")
    .option("--no-noise", "leave the photon noise out");
  addCommonFlags(command);
  command.addHelpText("after", "\nExample:\n  ptychogpu simulate --output scan.npz --seed 7");
  command.action((options) => run(options));
}

async function run(options: Record<string, unknown>): Promise<void> {
  const common = commonOptions(options), terminal = new Terminal(common);
  const output = String(options.output);
  const N = wholeNumber("--N", String(options.N), 16);
  if ((N & (N - 1)) !== 0 || N > 512) {
    throw new ConfigError(`--N is ${N}: a power of two from 16 to 512 is needed`);
  }
  const settings = {
    object: options.object as ObjectKind,
    probe: options.probe as ProbeKind,
    scan: options.scan as ScanKind,
    N,
    count: wholeNumber("--n-positions", String(options.nPositions), 2),
    nphotons: realNumber("--nphotons", String(options.nphotons), 1),
    overlap: realNumber("--overlap", String(options.overlap), 0, 0.99),
    integerPositions: options.integerPositions === true,
    noise: options.noise !== false,
    seed: wholeNumber("--seed", String(options.seed), 0),
  };
  await ensureWritableFolder(dirname(output));
  using gpu = await openGpu(common, terminal);
  const made = await simulateScan(gpu, {
    ...settings,
    onProgress: (done, all) => terminal.progress(`simulated ${done} of ${all} patterns`),
  });
  await writeWhole(output, await writeNpz(made.arrays, { compress: true }));
  const { object, overlap } = made.experiment;
  terminal.result(
    `simulated ${settings.count} patterns of ${N} x ${N}, object ${object.height} x ` +
      `${object.width}, overlap ${(100 * overlap).toFixed(0)} %: ${output}`,
    { output, ...settings, overlap, object: [object.height, object.width] },
  );
}
