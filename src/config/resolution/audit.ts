/**
 * Where every value of a configuration came from.
 *
 * @module
 */
import { defaultOf } from "../registry/registry.ts";
import type { FieldEntry, FieldValue, Owner } from "../registry/types.ts";

/**
 * Where a value came from, strongest first; then the three that no one states: `derived` from other
 * fields, `drawn` at random, `fixed` because nothing else is possible, `checkpoint` when a run goes on.
 */
export type Source =
  | "override"
  | "flag"
  | "file"
  | "data"
  | "profile"
  | "default"
  | "derived"
  | "drawn"
  | "checkpoint"
  | "fixed";

/** Sources in order of precedence, strongest first. */
export const PRECEDENCE: readonly Source[] = [
  "override",
  "flag",
  "file",
  "data",
  "profile",
  "default",
];

/** A value and its source. */
export interface Stated {
  /** The value. */
  readonly value: FieldValue;
  /** Where it came from. */
  readonly source: Source;
}

/** One row of the audit. */
export interface AuditEntry extends Stated {
  /** Field. */
  readonly field: string;
  /** Object it lives in. */
  readonly owner: Owner;
  /** Weaker values that lost, strongest first. */
  readonly overridden: readonly Stated[];
}

/** Values of one source, by canonical name. */
export interface Layer {
  /** The source. */
  readonly source: Source;
  /** Checked values. */
  readonly values: Readonly<Record<string, FieldValue>>;
}

/** Values with their history. */
export interface Layered {
  /** Strongest value of each field. */
  readonly values: Record<string, FieldValue>;
  /** One row a field. */
  readonly audit: AuditEntry[];
}

/**
 * Lays values over each other: for every field the strongest source that states it wins.
 *
 * @param layers In any order; two of one source are taken in the given order.
 * @param preset Source of the defaults.
 */
export function layered(
  fields: readonly FieldEntry[],
  layers: readonly Layer[],
  preset: "recommended" | "reference",
): Layered {
  const ordered = [...layers].sort((a, b) =>
    PRECEDENCE.indexOf(a.source) - PRECEDENCE.indexOf(b.source)
  );
  const values: Record<string, FieldValue> = {}, audit: AuditEntry[] = [];
  for (const field of fields) {
    const stated: Stated[] = ordered
      .filter((layer) => Object.hasOwn(layer.values, field.name))
      .map(({ source, values }) => ({ source, value: values[field.name] }));
    const source = field.fixed === undefined ? "default" : "fixed";
    stated.push({ source, value: defaultOf(field, preset) });
    const [first, ...overridden] = stated;
    values[field.name] = first.value;
    audit.push({ field: field.name, owner: field.owner, ...first, overridden });
  }
  return { values, audit };
}

/** Replaces a value that nobody stated by one that follows from others. */
export function derive(made: Layered, field: string, value: FieldValue, source: Source): void {
  const at = made.audit.findIndex((row) => row.field === field), row = made.audit[at];
  const { value: old, source: was } = row;
  made.values[field] = value;
  made.audit[at] = {
    ...row,
    value,
    source,
    overridden: [{ value: old, source: was }, ...row.overridden],
  };
}

/** Source of a field's value. */
export function sourceOf(made: Layered, field: string): Source {
  return made.audit.find((row) => row.field === field)?.source ?? "default";
}
