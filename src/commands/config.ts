/**
 * `config`: show, validate and compare configurations.
 *
 * @module
 */
import type { Command } from "commander";
import { basename, join } from "node:path";
import { isLegacySections, valuesOfSections } from "../config/bridge/sections.ts";
import { resolveWithoutData } from "../config/resolution/without_data.ts";
import { ConfigError, FileFormatError } from "../errors.ts";
import { readConfig } from "./config_host.ts";
import { reason } from "./files.ts";
import { Terminal } from "./host.ts";
import { auditTable } from "./print_config.ts";
import { showValue } from "./registry_flags.ts";

/** An example of each part. */
const EXAMPLES: Readonly<Record<string, string>> = {
  show: "config show run",
  validate: "config validate settings.toml --command infer",
  diff: "config diff run other_run",
};

/** Adds the command. */
export function registerConfig(program: Command): void {
  const command = program.command("config").description(
    "Show, validate and compare configurations.",
  );
  command.command("show").description("Print every value of a run or a configuration file.")
    .argument("<path>", "output folder of a run, its run.json, or a configuration file")
    .option("--command <name>", "command a configuration file is for (train | infer)", "train")
    .option("--json", "print one JSON object on stdout")
    .action((path, options) => show(path, options));
  command.command("validate").description("Check a configuration file; exit code 2 if it is wrong.")
    .argument("<file>", "configuration file (.json, .yaml, .toml)")
    .option("--command <name>", "command it is for (train | infer)", "train")
    .option("--json", "print one JSON object on stdout")
    .action((path, options) => validate(path, options));
  command.command("diff").description("Compare two runs or configuration files.")
    .argument("<a>", "first run or configuration file")
    .argument("<b>", "second run or configuration file")
    .option("--command <name>", "command a configuration file is for (train | infer)", "train")
    .option("--json", "print one JSON object on stdout")
    .action((a, b, options) => diff(a, b, options));
  for (const part of command.commands) {
    part.exitOverride().allowExcessArguments(false);
    part.addHelpText("after", `\nExample:\n  ptychogpu ${EXAMPLES[part.name()]}`);
  }
  const examples = Object.values(EXAMPLES).map((line) => `\n  ptychogpu ${line}`).join("");
  command.addHelpText("after", `\nExamples:${examples}`);
}

/** A configuration as flat values, and its table for people. */
interface Loaded {
  readonly values: Readonly<Record<string, unknown>>;
  readonly table: string;
}

async function show(path: string, options: Record<string, unknown>): Promise<void> {
  const terminal = new Terminal({ json: options.json === true });
  const { values, table } = await load(path, options, terminal);
  terminal.result(table, values);
}

async function validate(path: string, options: Record<string, unknown>): Promise<void> {
  const terminal = new Terminal({ json: options.json === true });
  const { values } = await loadFile(path, options, terminal);
  const count = Object.keys(values).length;
  terminal.result(`${path} is good: ${count} fields resolved`, { valid: true, path });
}

async function diff(a: string, b: string, options: Record<string, unknown>): Promise<void> {
  const terminal = new Terminal({ json: options.json === true });
  const [left, right] = [
    (await load(a, options, terminal)).values,
    (await load(b, options, terminal)).values,
  ];
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  const changed = names.filter((name) =>
    JSON.stringify(left[name]) !== JSON.stringify(right[name])
  );
  const text = changed.length === 0
    ? "no difference"
    : changed.map((name) => `${name}: ${said(left[name])} -> ${said(right[name])}`).join("\n");
  terminal.result(
    text,
    changed.map((field) => ({ field, a: left[field] ?? null, b: right[field] ?? null })),
  );
}

function said(value: unknown): string {
  return value === undefined ? "(absent)" : showValue(value as never);
}

/** A run folder, its record, or a configuration file. */
async function load(
  path: string,
  options: Record<string, unknown>,
  terminal: Terminal,
): Promise<Loaded> {
  const info = await Deno.stat(path).catch(() => undefined);
  if (info === undefined) {
    throw new FileFormatError(`Cannot read ${path}: there is no such file or folder`);
  }
  if (info.isDirectory) return await loadRecord(join(path, "run.json"));
  if (basename(path) === "run.json") return await loadRecord(path);
  return await loadFile(path, options, terminal);
}

/** The record of a run: its configuration, execution and audit as they were. */
async function loadRecord(path: string): Promise<Loaded> {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw new FileFormatError(`Cannot read ${path}: ${reason(error)}`);
  }
  const { audit } = record;
  if (!Array.isArray(audit) || audit.length === 0) {
    throw new FileFormatError(`Cannot read ${path} as it holds no audit: it is no record of a run`);
  }
  const values = Object.fromEntries(
    audit.map((row) => [`${row.owner}.${row.field}`, row.value]),
  );
  return { values, table: auditTable(audit) };
}

/** A configuration file, resolved without a data file. */
async function loadFile(
  path: string,
  options: Record<string, unknown>,
  terminal: Terminal,
): Promise<Loaded> {
  const command = options.command;
  if (command !== "train" && command !== "infer") {
    throw new ConfigError(`--command is "${command}": train or infer is needed`);
  }
  const warn = (line: string): void => terminal.warn(line);
  const content = await readConfig(path);
  const file = isLegacySections(content) ? valuesOfSections(content, warn) : content;
  const audit = resolveWithoutData(command, { file, fileName: basename(path) }, warn);
  const values = Object.fromEntries(audit.map((row) => [`${row.owner}.${row.field}`, row.value]));
  return { values, table: auditTable(audit) };
}
