/**
 * Flags that several commands have, and numbers typed for flags.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { ConfigError } from "../errors.ts";
import type { Accelerator } from "../gpu/device.ts";
import type { CommonOptions } from "./host.ts";

/** Adds `--accelerator`, `--json`, `--quiet`. */
export function addCommonFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--accelerator <kind>", "which adapter to use")
        .choices(["auto", "gpu", "cpu"]).default("auto"),
    )
    .option("--json", "print one JSON object on stdout, progress on stderr")
    .option("--quiet", "print only warnings, errors and the result");
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
