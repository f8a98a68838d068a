/**
 * What configuration needs of this host: files, and what the command line states.
 *
 * @module
 */
import { basename, join } from "node:path";
import { isLegacySections, valuesOfSections } from "../config/bridge/sections.ts";
import { parseConfigFile } from "../config/resolution/file.ts";
import type { ConfigHost, Statement } from "../config/resolution/statement.ts";
import { ConfigError, FileFormatError } from "../errors.ts";
import { FileSource, reason } from "./files.ts";
import { LEVELS } from "./host.ts";
import type { CommonOptions, Level, Terminal } from "./host.ts";
import { typedFlags } from "./registry_flags.ts";

/** Files of this host; deprecation lines go to the terminal. */
export function configHost(terminal: Terminal): ConfigHost {
  return {
    open: (path) => FileSource.open(path),
    kind: async (path) => {
      const info = await Deno.stat(path).catch(() => undefined);
      return info === undefined ? undefined : info.isDirectory ? "folder" : "file";
    },
    deprecate: (line) => terminal.warn(line),
  };
}

/** What a command line states: typed flags and the configuration file. */
export async function statementOf(
  options: Readonly<Record<string, unknown>>,
  command: "train" | "infer",
  terminal: Terminal,
): Promise<Statement> {
  const flags = typedFlags(options, command, (line) => terminal.warn(line));
  const path = options.config === undefined ? undefined : String(options.config);
  const folder = options.ptychoDir === undefined ? undefined : String(options.ptychoDir);
  const content = path === undefined ? undefined : await readConfig(path);
  if (content !== undefined && isLegacySections(content)) {
    terminal.warn(
      `${path} has the five sections of the old interface: ptychogpu config show prints the names used now`,
    );
  }
  if (folder !== undefined) {
    if (flags.train_data_file !== undefined) {
      throw new ConfigError(
        "--ptycho-dir and --train-data-file exclude each other: give the file alone",
      );
    }
    if (content === undefined) {
      throw new ConfigError("--ptycho-dir needs --config FILE.json: or give --train-data-file");
    }
    terminal.warn("--ptycho-dir is the old interface: write --train-data-file FILE");
    flags.train_data_file = await onlyScan(folder);
  }
  if (content === undefined) return { flags };
  const file = isLegacySections(content)
    ? valuesOfSections(content, (line) => terminal.warn(line))
    : content;
  return { flags, file, fileName: basename(path ?? "configuration") };
}

/** Reads a configuration file. @throws {ConfigError} if it cannot be parsed. */
export async function readConfig(path: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    const folder = (await Deno.stat(path).catch(() => undefined))?.isDirectory === true;
    throw new FileFormatError(
      folder
        ? `Cannot read configuration ${path} as it is a folder: give a .json, .yaml or .toml file`
        : `Cannot read configuration ${path}: ${reason(error)}`,
    );
  }
  return parseConfigFile(path, text);
}

/** The common options of a command that resolves its configuration. */
export function outputOptions(options: Readonly<Record<string, unknown>>): CommonOptions {
  const typed = options.consoleLevel === undefined
    ? undefined
    : String(options.consoleLevel).toLowerCase();
  if (typed !== undefined && !LEVELS.includes(typed as Level)) {
    throw new ConfigError(
      `--console-level is "${options.consoleLevel}": one of ${LEVELS.join(", ")} is needed`,
    );
  }
  const level = options.verbose === true ? "debug" : typed as Level | undefined;
  // Progress is a field, but the terminal is needed before fields are resolved.
  const progress = options.progress === undefined ||
    options.progress === true || /^(true|yes|on|1)$/i.test(String(options.progress));
  return {
    json: options.json === true,
    quiet: options.quiet === true,
    progress,
    ...(level === undefined ? {} : { level }),
  };
}

/** The one NPZ file of a folder. */
async function onlyScan(folder: string): Promise<string> {
  const found: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isFile && entry.name.endsWith(".npz")) found.push(join(folder, entry.name));
    }
  } catch (error) {
    throw new FileFormatError(`Cannot read folder ${folder}: ${reason(error)}`);
  }
  if (found.length === 1) return found[0];
  throw new ConfigError(
    `Cannot choose a scan in ${folder} as it holds ${found.length} NPZ files: ` +
      "give one with --train-data-file",
  );
}
