/**
 * Reading stated values: any nesting, any accepted spelling, every value checked.
 *
 * @module
 */
import { ConfigError } from "../../errors.ts";
import { checkField, checkFixed, parseField, unknownField } from "../fields.ts";
import { FIELDS, type Meaning, meaningOf } from "../registry/registry.ts";
import type { FieldEntry, FieldValue } from "../registry/types.ts";

/** Receives a line about a historical spelling. */
export type Deprecate = (line: string) => void;

/** Names under which a file may group its fields; the grouping has no meaning. */
const SECTIONS: readonly string[] = [
  "model",
  "training",
  "inference",
  "execution",
  "data",
  "simulation",
];

/** Reads stated values. */
export interface KeyReader {
  /** Fields that may be stated. */
  readonly fields: readonly FieldEntry[];
  /** Where they were stated, for messages. */
  readonly where: string;
  /** Receives one line for each historical spelling. */
  readonly deprecate?: Deprecate | undefined;
}

/**
 * Reads an object of fields, flat or nested: `{ model: { gridsize: 2 } }` is `{ gridsize: 2 }`, and
 * `{ object: { big: true } }` is the legacy key `object.big`.
 *
 * @returns checked values by canonical name.
 * @throws {ConfigError} for an unknown name (with the nearest one), a value that does not fit, a
 * field stated twice with different values, or one that cannot be chosen here.
 */
export function readKeys(
  stated: Readonly<Record<string, unknown>>,
  reader: KeyReader,
): Record<string, FieldValue> {
  const values: Record<string, FieldValue> = {}, keys = new Map<string, string>();
  for (const [key, value] of flatten(stated)) {
    const meaning = meaningOf(key, reader.fields, "name");
    if (meaning === undefined) throw unknownKey(key, reader);
    const { field } = meaning;
    if (meaning.deprecated) {
      reader.deprecate?.(`${reader.where}: ${key} is an old name: write ${field.name}`);
    }
    const read = valueOf(meaning, value, reader);
    if (meaning.weak && Object.hasOwn(values, field.name)) continue;
    const before = keys.get(field.name);
    if (before !== undefined && JSON.stringify(values[field.name]) !== JSON.stringify(read)) {
      throw new ConfigError(
        `${field.name} is stated twice in ${reader.where}: ${before} says ` +
          `${show(values[field.name])} and ${key} says ${show(read)}: keep one`,
      );
    }
    values[field.name] = read;
    keys.set(field.name, key);
  }
  return values;
}

function valueOf(meaning: Meaning, value: unknown, reader: KeyReader): FieldValue {
  const { field, values } = meaning;
  const mapped = typeof value === "string" ? values?.[value] ?? value : value;
  const old = (from: string, to: string): void =>
    reader.deprecate?.(`${reader.where}: ${field.name} ${from} is an old name: write ${to}`);
  try {
    const read = field.type === "list" && typeof mapped === "string"
      ? parseField(field.name, field, mapped, old)
      : checkField(field.name, field, mapped, mapped, old);
    checkFixed(field, read);
    return read;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(`${reader.where}: ${error.message}`);
  }
}

/** The error for a name that is no field here. */
export function unknownKey(key: string, reader: KeyReader): ConfigError {
  const elsewhere = meaningOf(key, FIELDS, "name");
  if (elsewhere !== undefined) {
    const { commands } = elsewhere.field;
    return new ConfigError(
      `${reader.where}: ${key} does not belong here as it is a field of ${
        commands.includes("train") ? "training" : "a reconstruction"
      }: remove it`,
    );
  }
  if (SECTIONS.includes(key)) {
    return new ConfigError(
      `${reader.where}: ${key} is a section: write its fields under it, or without it`,
    );
  }
  const known = reader.fields.map((f) => f.name);
  return new ConfigError(`${reader.where}: ${unknownField(key, known).message}`);
}

/** Leaves of an object as (key, value); section names drop out, other names are joined by dots. */
function flatten(
  stated: Readonly<Record<string, unknown>>,
  prefix = "",
): [string, unknown][] {
  const found: [string, unknown][] = [];
  for (const [name, value] of Object.entries(stated)) {
    if (value === undefined) continue;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      const section = prefix === "" && SECTIONS.includes(name);
      found.push(
        ...flatten(value as Record<string, unknown>, section ? "" : `${prefix}${name}.`),
      );
    } else found.push([prefix + name, value]);
  }
  return found;
}

function show(value: unknown): string {
  return JSON.stringify(value);
}
