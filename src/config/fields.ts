/**
 * Checks of configuration values against the registry.
 *
 * @module
 */
import { ConfigError } from "../errors.ts";
import type { ModelConfig } from "./model.ts";
import { modelFields, specsOf, trainingFields } from "./registry/registry.ts";
import type { FieldEntry, FieldSpec, FieldValue } from "./registry/types.ts";
import type { TrainingConfig } from "./training.ts";

export type { FieldSpec, FieldValue } from "./registry/types.ts";

/** Fields of a model that the engine knows. */
export const MODEL_FIELDS: Readonly<Record<keyof ModelConfig, FieldSpec>> = specsOf(modelFields());

/** Fields of a training run that the engine knows. */
export const TRAINING_FIELDS: Readonly<Record<keyof TrainingConfig, FieldSpec>> = specsOf(
  trainingFields(),
);

/** Number of single-character edits between two names. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

/** The known name closest to a wrong one, if it is close at all. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined, distance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const d = editDistance(name, candidate);
    if (d < distance) [best, distance] = [candidate, d];
  }
  return best;
}

/**
 * Reads a field from text, as typed on a command line.
 *
 * @param old Receives a historical value and what it means today.
 * @throws {ConfigError} if it does not fit.
 */
export function parseField(
  name: string,
  spec: FieldSpec,
  text: string,
  old?: (from: string, to: string) => void,
): FieldValue {
  if (spec.optional && /^(none|null)$/i.test(text)) return null;
  if (spec.type === "bool") {
    if (/^(true|yes|on|1)$/i.test(text)) return true;
    if (/^(false|no|off|0)$/i.test(text)) return false;
    throw new ConfigError(`${name} is "${text}": true or false is needed`);
  }
  if (spec.type === "choice" || spec.type === "text") {
    return checkField(name, spec, text, text, old);
  }
  if (spec.type === "list") {
    const parts = text.split(/[,\s]+/).filter((part) => part !== "");
    return checkField(name, spec, parts.map(Number), text);
  }
  return checkField(name, spec, text.trim() === "" ? NaN : Number(text), text);
}

/**
 * Checks a value against its field.
 *
 * @param shown What to show of it in a message.
 * @param old Receives a historical value and what it means today.
 * @throws {ConfigError} if it does not fit.
 */
export function checkField(
  name: string,
  spec: FieldSpec,
  value: unknown,
  shown: unknown = value,
  old?: (from: string, to: string) => void,
): FieldValue {
  if (value === null && spec.optional) return null;
  const refuse = (wanted: string): never => {
    throw new ConfigError(`${name} is ${said(shown)}: ${wanted} is needed`);
  };
  if (spec.type === "bool") return typeof value === "boolean" ? value : refuse("true or false");
  if (spec.type === "choice" && spec.several) return checkSeveral(name, spec, value, old, refuse);
  if (spec.type === "choice") return checkChoice(name, spec, value, old, refuse);
  if (spec.type === "text") {
    return typeof value === "string" && value !== "" ? value : refuse("a text");
  }
  if (spec.type === "list") {
    return Array.isArray(value) && value.length > 0 &&
        value.every((v) => Number.isInteger(v) && v >= 0)
      ? value
      : refuse("a list of whole numbers, as 3,14,15");
  }
  if (typeof value !== "number" || !Number.isFinite(value)) return refuse("a number");
  if (spec.type === "int" && !Number.isInteger(value)) return refuse("a whole number");
  if (spec.choices !== undefined && !spec.choices.includes(value)) {
    return refuse(`one of ${spec.choices.join(", ")}`);
  }
  if (spec.min !== undefined && (value < spec.min || (spec.above && value <= spec.min))) {
    return refuse(`a number ${spec.above ? "above" : "of at least"} ${spec.min}`);
  }
  if (spec.max !== undefined && value > spec.max) refuse(`a number of at most ${spec.max}`);
  return value;
}

/** A wrong value as it was written; JSON has no word for some numbers. */
function said(value: unknown): string {
  return typeof value === "number" ? String(value) : JSON.stringify(value) ?? String(value);
}

/** Several choices, as text with commas or as a list; `none` stands alone. */
function checkSeveral(
  name: string,
  spec: FieldSpec,
  value: unknown,
  old: ((from: string, to: string) => void) | undefined,
  refuse: (wanted: string) => never,
): FieldValue {
  const given = typeof value === "string" ? value.split(",").map((part) => part.trim()) : value;
  if (!Array.isArray(given) || given.length === 0) return refuse("one or more names");
  const parts = given.map((part) => checkChoice(name, spec, part, old, refuse));
  const chosen = [...new Set(parts)];
  if (chosen.length > 1 && chosen.includes("none")) refuse("none alone, or names without it");
  return chosen.join(",");
}

function checkChoice(
  name: string,
  spec: FieldSpec,
  value: unknown,
  old: ((from: string, to: string) => void) | undefined,
  refuse: (wanted: string) => never,
): FieldValue {
  const list = (spec.choices ?? []).map(String), text = String(value);
  if (typeof value === "string" || typeof value === "number") {
    const why = spec.refusedValues?.[text];
    if (why !== undefined) throw new ConfigError(`${name} cannot be ${text} as ${why}`);
    if (list.includes(text)) return text;
    const same = spec.synonyms?.[text];
    if (same !== undefined) return same;
    const today = spec.valueAliases?.[text];
    if (today !== undefined) {
      old?.(text, today);
      return today;
    }
  }
  // A field with one possible value says why there are no others.
  if (spec.fixed !== undefined) throw new ConfigError(`${name} cannot be ${text} as ${spec.fixed}`);
  const near = nearestName(text, [...list, ...Object.keys(spec.valueAliases ?? {})]);
  return refuse(`one of ${list.join(", ")}${near === undefined ? "" : ` (${near}?)`}`);
}

/** Refuses anything but the one possible value of a fixed field. @throws {ConfigError} if it differs. */
export function checkFixed(field: FieldEntry, value: FieldValue): void {
  if (field.fixed !== undefined && value !== field.value) {
    throw new ConfigError(`${field.name} cannot be ${String(value)} as ${field.fixed}`);
  }
}

/** The error for a name that is no field, with the nearest one that is, or where they are listed. */
export function unknownField(name: string, known: readonly string[]): ConfigError {
  const near = nearestName(name, known);
  const hint = near !== undefined
    ? `did you mean ${near}?`
    : known.length <= 12
    ? `there are ${known.join(", ")}`
    : "ptychogpu train --print-config lists today's fields, infer those of a reconstruction";
  return new ConfigError(`There is no field ${name}: ${hint}`);
}
