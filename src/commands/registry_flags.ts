/**
 * Flags of `train` and `infer`, produced from the registry.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { parseField } from "../config/fields.ts";
import { fieldsOf } from "../config/registry/registry.ts";
import type { FieldEntry, FieldValue, Owner } from "../config/registry/types.ts";
import { ConfigError } from "../errors.ts";

/** Flags of `train` and `infer` that are no configuration fields, with their help. */
export const EXTRA_FLAGS: Readonly<Record<string, string>> = {
  config: "configuration file (.json, .yaml, .toml), flat or nested",
  "print-config": "print every value and where it came from, then stop",
  "dry-run": "check configuration and data, then stop",
  json: "print one JSON object on stdout, progress on stderr",
  quiet: "print only warnings, errors and the result",
  verbose: "print everything the log holds",
  "console-level": "least serious lines shown: debug, info, warning, error, critical [info]",
};

/** Flags of `train` alone. */
export const TRAIN_FLAGS: Readonly<Record<string, string>> = {
  ...EXTRA_FLAGS,
  resume: "go on from the checkpoint in the output folder",
  "ptycho-dir": "folder of NPZ files: the old interface, with --config FILE.json",
};

const TITLES: Readonly<Record<Owner, string>> = {
  training: "Training",
  inference: "Reconstruction",
  model: "Network and physics",
  data: "Reading the data",
  execution: "Machine, loop and records",
  simulation: "Simulation",
};

/** Adds one flag a field, grouped by owner; no defaults are given to the parser, so that what was typed is known. */
export function addRegistryFlags(command: Command, name: "train" | "infer"): void {
  const fields = fieldsOf(name).filter((f) => f.flag !== undefined);
  for (const owner of new Set(fields.map((f) => f.owner))) {
    command.optionsGroup(`${TITLES[owner]} [default]:`);
    for (const field of fields.filter((f) => f.owner === owner)) {
      const option = new Option(`--${field.flag} ${argument(field)}`, helpLine(field));
      // A field with one possible value is no choice: it is known, refused with its reason, and not shown.
      command.addOption(field.fixed === undefined ? option : option.hideHelp());
      refuseTwice(command, field.flag as string);
    }
  }
}

/** Adds `--config`, `--print-config`, `--dry-run` and the flags of the output. */
export function addExtraFlags(command: Command, name: "train" | "infer"): void {
  command.optionsGroup("Command:");
  command
    .option("--config <file>", EXTRA_FLAGS.config)
    .option("--print-config", EXTRA_FLAGS["print-config"])
    .option("--dry-run", EXTRA_FLAGS["dry-run"]);
  if (name === "train") {
    command.option("--resume", TRAIN_FLAGS.resume)
      .option("--ptycho-dir <folder>", TRAIN_FLAGS["ptycho-dir"]);
  }
  command
    .option("--json", EXTRA_FLAGS.json)
    .addOption(new Option("--quiet", EXTRA_FLAGS.quiet).conflicts(["verbose", "consoleLevel"]))
    .addOption(new Option("--verbose", EXTRA_FLAGS.verbose).conflicts("consoleLevel"))
    .option("--console-level <level>", EXTRA_FLAGS["console-level"]);
  for (const flag of ["config", "console-level", "ptycho-dir"]) refuseTwice(command, flag);
}

/** Refuses a flag that is typed again with another value: the parser would drop the first silently. */
function refuseTwice(command: Command, flag: string): void {
  let before: string | undefined;
  command.on(`option:${flag}`, (typed: string | null) => {
    const value = typed ?? "true";
    if (before !== undefined && before !== value) {
      throw new ConfigError(`--${flag} is typed twice, as ${before} and as ${value}: keep one`);
    }
    before = value;
  });
}

/** One line of help: what it is, choices, unit, default. */
export function helpLine(field: FieldEntry): string {
  const refused = Object.keys(field.refusedValues ?? {});
  const choices = field.choices?.filter((c) => !refused.includes(String(c)));
  const list = choices === undefined ? "" : ` (${choices.join(" | ")})`;
  const unit = field.unit === undefined || field.help.includes(field.unit) ? "" : `, ${field.unit}`;
  return `${field.help}${unit}${list} [${showValue(field.value)}]`;
}

/** A value as it is typed. */
export function showValue(value: FieldValue): string {
  if (value === null) return "none";
  return Array.isArray(value) ? value.join(",") : String(value);
}

/**
 * Fields typed on the command line, checked, by canonical name.
 *
 * @param deprecate Receives a line for each historical value.
 * @throws {ConfigError} if a value does not fit.
 */
export function typedFlags(
  options: Readonly<Record<string, unknown>>,
  name: "train" | "infer",
  deprecate: (line: string) => void,
): Record<string, FieldValue> {
  const typed: Record<string, FieldValue> = {};
  for (const field of fieldsOf(name)) {
    if (field.flag === undefined) continue;
    const value = options[optionKey(field.flag)];
    if (value === undefined) continue;
    const old = (from: string, to: string): void =>
      deprecate(`--${field.flag} ${from} is an old name: write ${to}`);
    try {
      typed[field.name] = value === true ? true : parseField(field.name, field, String(value), old);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new ConfigError(`--${field.flag}: ${error.message}`);
    }
  }
  return typed;
}

/** Name under which the argument parser stores a flag. */
export function optionKey(flag: string): string {
  return flag.split("-").map((word, i) => i === 0 ? word : word[0].toUpperCase() + word.slice(1))
    .join("");
}

function argument(field: FieldEntry): string {
  switch (field.type) {
    case "bool":
      return "[true|false]";
    case "choice":
      return field.several ? "<names>" : "<name>";
    case "int":
      return "<count>";
    case "text":
      return "<path>";
    case "list":
      return "<numbers>";
    default:
      return "<number>";
  }
}
