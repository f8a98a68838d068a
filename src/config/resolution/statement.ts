/**
 * What was stated for a run, by source, and the resolution common to training and inference.
 *
 * @module
 */
import { ConfigError } from "../../errors.ts";
import type { ByteSource } from "../../io/source.ts";
import { fieldsOf } from "../registry/registry.ts";
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
  /** Content of a configuration file, flat or nested. */
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
  /** Receives one line for each historical spelling. */
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
    read("file", statement.file ?? {}, statement.fileName ?? "configuration file"),
  ];
  const values: Record<string, FieldValue> = {};
  for (const layer of [...layers].reverse()) Object.assign(values, layer.values);
  checkScalePair(values);
  return { fields, layers, values };
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

/** A required file. @throws {ConfigError} with the flag that states it. */
export function requiredFile(made: Layered, field: string, flag: string): string {
  const value = made.values[field];
  if (typeof value === "string") return value;
  throw new ConfigError(`${field} is missing: give --${flag} FILE`);
}
