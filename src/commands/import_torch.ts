/**
 * `import-torch`: a network trained in PyTorch in, an archive of this program out.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { join } from "node:path";
import { ARCHIVE_FILE, encodeArchive, weightsHash } from "../archive/archive.ts";
import { completeModel, type SavedModel } from "../archive/saved_model.ts";
import { importTorchModel } from "../archive/torch_model.ts";
import { canonicalConfig } from "../config/bridge/canonical.ts";
import { auditOfRun, defaultExecution } from "../config/resolution/defaults.ts";
import { parseField } from "../config/fields.ts";
import type { RunOverrides } from "../config/presets.ts";
import { fieldOf } from "../config/registry/registry.ts";
import type { FieldEntry, FieldValue } from "../config/registry/types.ts";
import { ConfigError } from "../errors.ts";
import { VERSION } from "../version.ts";
import { addDataFlags, dataOptions, openScan } from "./data.ts";
import { ensureWritableFolder, FileSource, writeJson, writeWhole } from "./files.ts";
import { Terminal } from "./host.ts";
import { optionKey } from "./registry_flags.ts";

/** Fields that shapes alone do not settle, or only partly. */
const STATABLE: readonly string[] = [
  "amp_activation",
  "cnn_output_mode",
  "N",
  "gridsize",
  "n_filters_scale",
  "model_type",
  "object_big",
  "physics_forward_mode",
  "training_patch_weighting",
  "max_neighbor_distance",
  "probe_normalization",
  "probe_scale",
];

/** Help where that of `train` says too much. */
const HELP: Readonly<Record<string, string>> = {
  N: "side of a pattern",
  object_big: "merge the patches of a group before diffraction",
};
const ARGUMENTS: Readonly<Record<FieldEntry["type"], string>> = {
  int: "<count>",
  number: "<number>",
  bool: "[true|false]",
  choice: "<name>",
  text: "<path>",
  list: "<numbers>",
};

/** Adds the command. */
export function registerImportTorch(program: Command): void {
  const command = program.command("import-torch")
    .description("Convert a network trained in PyTorch; its file is read, never executed.")
    .argument("<file>", "checkpoint (.pth, .ckpt) or archive (wts.h5.zip) of the original system");
  command.requiredOption("--output-dir <path>", "where the archive goes");
  command.optionsGroup("Network and physics [from the file]:");
  for (const field of fields()) {
    const choices = field.choices === undefined ? "" : ` (${field.choices.join(" | ")})`;
    const help = (HELP[field.name] ?? field.help) + choices;
    command.addOption(new Option(`--${field.flag} ${ARGUMENTS[field.type]}`, help));
    if (field.type === "bool") command.addOption(new Option(`--no-${field.flag}`).hideHelp());
  }
  command.optionsGroup("Scales [measured on the data at inference]:");
  command
    .option("--train-data-file <path>", "measure scales and probe on this scan and keep them")
    .option("--input-factor <number>", "factor from measured amplitude to network input");
  addDataFlags(command);
  command.optionsGroup("Output:");
  command
    .option("--json", "print one JSON object on stdout")
    .option("--quiet", "print only warnings, errors and the result");
  command.addHelpText(
    "after",
    "\nExample:\n  ptychogpu import-torch last.ckpt --output-dir run --amp-activation silu",
  );
  command.action((file, options) => run(String(file), options));
}

function fields(): FieldEntry[] {
  return STATABLE.map((name) => fieldOf(name)).filter((f) => f?.flag !== undefined) as FieldEntry[];
}

async function run(file: string, options: Record<string, unknown>): Promise<void> {
  using terminal = new Terminal({ json: options.json === true, quiet: options.quiet === true });
  const outputDir = String(options.outputDir), stated = statedFields(options, terminal);
  const inputFactor = options.inputFactor === undefined
    ? undefined
    : positive("--input-factor", String(options.inputFactor));
  using source = await FileSource.open(file);
  const { config, weights, notes } = await importTorchModel(source, stated);
  let model: SavedModel = {
    config,
    weights,
    inputFactor,
    scaling: undefined,
    probe: undefined,
    inputStatistics: undefined,
  };
  if (options.trainDataFile !== undefined) {
    const reading = dataOptions(options);
    await using scan = await openScan(String(options.trainDataFile), reading, terminal);
    if (scan.dataset.N !== config.model.N) {
      throw new ConfigError(
        `Cannot measure scales on patterns of ${scan.dataset.N} x ${scan.dataset.N} as the network ` +
          `takes ${config.model.N} x ${config.model.N}: use --crop-to or --bin`,
      );
    }
    const { scaling, probe } = await completeModel(model, scan.dataset);
    model = { ...model, scaling, probe, inputFactor: undefined };
  }
  const bytes = await encodeArchive(model);
  await ensureWritableFolder(outputDir);
  const archive = join(outputDir, ARCHIVE_FILE);
  await writeWhole(archive, bytes);
  for (const note of notes) terminal.say(note);
  const result = {
    archive,
    parameters: [...weights.values()].reduce((sum, w) => sum + w.data.length, 0),
    weights_sha256: await weightsHash(model),
    scales: model.scaling !== undefined
      ? "from the scan"
      : inputFactor !== undefined
      ? "input factor stated, the rest measured at inference"
      : "measured at inference",
    notes,
  };
  await writeJson(join(outputDir, "run.json"), {
    program: "ptychogpu",
    version: VERSION,
    command: "import-torch",
    argv: Deno.args,
    config: canonicalConfig(config),
    audit: auditOfRun(config, defaultExecution()),
    stated,
    scaling: model.scaling ?? null,
    result,
  });
  terminal.result(`imported ${result.parameters} parameters: ${archive}`, result);
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new ConfigError(`${flag} is "${text}": a number above 0 is needed`);
}

/** Fields typed as flags. */
function statedFields(
  options: Readonly<Record<string, unknown>>,
  terminal: Terminal,
): RunOverrides {
  const typed: Record<string, FieldValue> = {};
  for (const field of fields()) {
    const flag = field.flag as string, value = options[optionKey(flag)];
    if (value === undefined) continue;
    const old = (from: string, to: string): void =>
      terminal.warn(`--${flag} ${from} is an old name: write ${to}`);
    try {
      typed[field.name] = value === true ? true : parseField(field.name, field, String(value), old);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new ConfigError(`--${flag}: ${error.message}`);
    }
  }
  return typed as RunOverrides;
}
