/**
 * What was stated for a run, by source, and the resolution common to training and inference.
 *
 * @module
 */
import { ConfigError } from "../../errors.ts";
import type { ByteSource } from "../../io/source.ts";
import { fieldsOf, meaningOf } from "../registry/registry.ts";
import type { FieldEntry, FieldValue } from "../registry/types.ts";
import type { Preset } from "../resolved.ts";
import { type Layer, type Layered, layered } from "./audit.ts";
import { type Deprecate, readKeys } from "./keys.ts";

/** Everything stated for one command. */
export interface Statement {
  /** Values a program states; strongest. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** Values typed on a command line, already checked. */
  readonly flags?: Readonly<Record<string, FieldValue>>;
  /** Content of a configuration file, flat or nested; it may have sections for both commands. */
  readonly file?: Readonly<Record<string, unknown>>;
  /** Name of that file, for messages. */
  readonly fileName?: string;
}

/** What resolving needs of the host. */
export interface ConfigHost {
  /** Opens a file for reading. @throws {FileFormatError} if it cannot. */
  open(path: string): Promise<ByteSource & Disposable>;
  /** What a path is; undefined if there is nothing. */
  kind(path: string): Promise<"file" | "folder" | undefined>;
  /** Receives one line for each historical spelling, and for each statement without effect. */
  readonly deprecate?: Deprecate;
  /** Draws a seed for a run that is not deterministic; default from the platform. */
  readonly drawSeed?: () => number;
}

/** Layers that were stated, and the fields they may hold. */
export interface Stated {
  /** Fields of the command. */
  readonly fields: readonly FieldEntry[];
  /** Checked layers. */
  readonly layers: readonly Layer[];
  /** Strongest stated value of each field. */
  readonly values: Readonly<Record<string, FieldValue>>;
}

/** Reads and checks everything stated. @throws {ConfigError} for anything unknown or unfit. */
export function readStatement(
  command: "train" | "infer",
  statement: Statement,
  deprecate: Deprecate | undefined,
): Stated {
  const fields = fieldsOf(command);
  const read = (source: Layer["source"], raw: Readonly<Record<string, unknown>>, where: string) =>
    ({ source, values: readKeys(raw, { fields, where, deprecate }) }) as const;
  const layers: Layer[] = [
    read("override", statement.overrides ?? {}, "overrides"),
    read("flag", statement.flags ?? {}, "command line"),
    read("file", ownPart(command, statement, deprecate), fileName(statement)),
  ];
  const values: Record<string, FieldValue> = {};
  for (const layer of [...layers].reverse()) Object.assign(values, layer.values);
  checkScalePair(values);
  return { fields, layers, values };
}

/** Sections that only one command uses. */
const SECTIONS_OF: Readonly<Record<"train" | "infer", readonly string[]>> = {
  train: ["training", "model"],
  infer: ["inference"],
};

/**
 * The part of a file that concerns a command. One file may serve both: the sections of the other
 * command are checked and left aside, as are fields that only the other one has in sections both share.
 */
function ownPart(
  command: "train" | "infer",
  statement: Statement,
  deprecate: Deprecate | undefined,
): Readonly<Record<string, unknown>> {
  const other = command === "train" ? "infer" : "train";
  const own: Record<string, unknown> = {}, aside: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(statement.file ?? {})) {
    if (SECTIONS_OF[other].includes(name) && isObject(value)) aside[name] = value;
    else if (["execution", "data"].includes(name) && isObject(value)) {
      const here: Record<string, unknown> = {}, there: Record<string, unknown> = {};
      for (const [key, field] of Object.entries(value)) {
        const foreign = meaningOf(key, fieldsOf(command), "name") === undefined &&
          meaningOf(key, fieldsOf(other), "name") !== undefined;
        (foreign ? there : here)[key] = field;
      }
      own[name] = here;
      aside[name] = there;
    } else own[name] = value;
  }
  readKeys(aside, { fields: fieldsOf(other), where: fileName(statement), deprecate });
  return own;
}

function fileName(statement: Statement): string {
  return statement.fileName ?? "configuration file";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Lays stated, found and default values over each other. */
export function resolveLayers(
  stated: Stated,
  found: readonly Layer[],
  preset: Preset,
): Layered {
  return layered(stated.fields, [...stated.layers, ...found], preset);
}

/** Values of one owner as an object. */
export function ownersPart<T>(
  stated: Stated,
  made: Layered,
  keep: (field: FieldEntry) => boolean,
): T {
  return Object.fromEntries(
    stated.fields.filter(keep).map((f) => [f.name, made.values[f.name]]),
  ) as T;
}

/** Refuses one half of the units contract. */
function checkScalePair(values: Readonly<Record<string, FieldValue>>): void {
  const pair = ["scale_contract_version", "measurement_domain"];
  const [there, absent] = pair.map((name) => Object.hasOwn(values, name));
  if (there !== absent) {
    throw new ConfigError(`${pair.join(" and ")} go together: state both or neither`);
  }
}

/** Tells of stated fields that have no effect with the values of others. */
export function tellIdle(stated: Stated, made: Layered, tell: Deprecate | undefined): void {
  for (const field of stated.fields) {
    if (field.needs === undefined || !Object.hasOwn(stated.values, field.name)) continue;
    for (const [name, values] of Object.entries(field.needs)) {
      const value = made.values[name];
      if (values === "set" ? value !== null : values.includes(value)) continue;
      const wanted = values === "set" ? "" : ` ${values.map(String).join(" or ")}`;
      tell?.(
        `${field.name} has no effect with ${name} ${value ?? "none"}: it needs ${name}${wanted}`,
      );
    }
  }
}

/** A required file. @throws {ConfigError} with the flag that states it, and what it takes. */
export function requiredFile(made: Layered, field: string, flag: string, what = "FILE"): string {
  const value = made.values[field];
  if (typeof value === "string") return value;
  throw new ConfigError(`${field} is missing: give --${flag} ${what}`);
}
