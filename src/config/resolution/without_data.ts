/**
 * Resolution of a configuration alone: what it says before any data file is named.
 *
 * @module
 */
import { runOf } from "../presets.ts";
import type { Preset } from "../resolved.ts";
import type { AuditEntry } from "./audit.ts";
import { deriveFields } from "./derived.ts";
import { profileValues } from "./profiles.ts";
import { readStatement, resolveLayers, type Statement } from "./statement.ts";

/**
 * Resolves everything that was stated; side and photons of a data file are not known.
 *
 * @param tell Receives a line for each historical spelling.
 * @throws {ConfigError} for anything unknown, unfit or contradictory.
 */
export function resolveWithoutData(
  command: "train" | "infer",
  statement: Statement,
  tell?: (line: string) => void,
): readonly AuditEntry[] {
  const stated = readStatement(command, statement, tell);
  const preset = (stated.values.preset ?? "recommended") as Preset;
  const profile = stated.values.profile ?? null;
  const values = profile === null ? {} : profileValues(String(profile), stated.values);
  const made = resolveLayers(stated, [{ source: "profile", values }], preset);
  if (command === "train") {
    deriveFields(made);
    runOf(made.values, preset);
  }
  return made.audit;
}

/** Files without which a command has no data. */
const NEEDED: Readonly<Record<"train" | "infer", readonly string[]>> = {
  train: ["train_data_file"],
  infer: ["model_path", "test_data_file"],
};

/** True if a statement names the files that its command needs. */
export function namesData(command: "train" | "infer", statement: Statement): boolean {
  const { values } = readStatement(command, statement, undefined);
  return NEEDED[command].every((field) => typeof values[field] === "string");
}
