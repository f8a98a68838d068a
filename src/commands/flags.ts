/**
 * Flags of the command line, produced from the configuration fields.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { type FieldSpec, type FieldValue, parseField } from "../config/fields.ts";
import { ConfigError } from "../errors.ts";
import type { Accelerator } from "../gpu/device.ts";
import type { CommonOptions } from "./host.ts";

/** `n_filters_scale` to `n-filters-scale`; `N` to `N`. */
export function flagName(field: string): string {
  return field.replaceAll("_", "-");
}

/** Adds one flag a field; defaults are shown in the help only, so that typed flags are known. */
export function addFieldFlags<T extends object>(
  command: Command,
  fields: Readonly<Record<keyof T & string, FieldSpec>>,
  defaults: T,
  skip: readonly string[] = [],
): void {
  for (const [name, spec] of Object.entries<FieldSpec>(fields)) {
    if (skip.includes(name)) continue;
    const value = (defaults as Record<string, unknown>)[name];
    const shown = value === null ? "none" : String(value);
    const choices = spec.choices === undefined ? "" : ` (${spec.choices.join(" | ")})`;
    const argument = spec.type === "bool" ? "[true|false]" : `<${placeholder(spec)}>`;
    command.addOption(
      new Option(`--${flagName(name)} ${argument}`, `${spec.help}${choices} [${shown}]`),
    );
  }
}

/** Fields typed on the command line, checked. @throws {ConfigError} if a value does not fit. */
export function typedFields(
  options: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, FieldSpec>>,
): Record<string, FieldValue> {
  const typed: Record<string, FieldValue> = {};
  for (const [name, spec] of Object.entries(fields)) {
    const value = options[optionKey(name)];
    if (value === undefined) continue;
    try {
      typed[name] = value === true ? true : parseField(name, spec, String(value));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new ConfigError(`--${flagName(name)}: ${error.message}`);
    }
  }
  return typed;
}

/** Adds `--accelerator`, `--json`, `--quiet`. */
export function addCommonFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--accelerator <kind>", "which adapter to use")
        .choices(["auto", "gpu", "cpu"]).default("auto"),
    )
    .option("--json", "print one JSON object on stdout, progress on stderr")
    .option("--quiet", "print only errors and the result");
}

/** The common options of a parsed command. */
export function commonOptions(options: Readonly<Record<string, unknown>>): CommonOptions {
  return {
    json: options.json === true,
    quiet: options.quiet === true,
    accelerator: (options.accelerator ?? "auto") as Accelerator,
  };
}

/** Reads a whole number typed for a flag. @throws {ConfigError} if it is not one or too small. */
export function wholeNumber(flag: string, text: string, min: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || text.trim() === "") {
    throw new ConfigError(`${flag} is "${text}": a whole number of at least ${min} is needed`);
  }
  return value;
}

/** Reads a number typed for a flag. @throws {ConfigError} if it is not one or outside the range. */
export function realNumber(flag: string, text: string, min: number, max = Infinity): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < min || value > max || text.trim() === "") {
    const range = max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`;
    throw new ConfigError(`${flag} is "${text}": a number ${range} is needed`);
  }
  return value;
}

/** Name under which the argument parser stores a flag. */
function optionKey(field: string): string {
  return field.split("_").map((word, i) => i === 0 ? word : word[0].toUpperCase() + word.slice(1))
    .join("");
}

function placeholder(spec: FieldSpec): string {
  if (spec.type === "choice") return "name";
  return spec.type === "int" ? "count" : spec.type === "text" ? "path" : "number";
}
