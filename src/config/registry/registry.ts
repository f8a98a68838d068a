/**
 * All configuration fields: the one description from which types, checks, flags, help, documents
 * and the override matrix are made.
 *
 * @module
 */
import { EXECUTION_ENTRIES, LOOP_FIELDS } from "./execution.ts";
import { INFERENCE_ENTRIES } from "./inference.ts";
import { DATA_ENTRIES, MODEL_ENTRIES } from "./model.ts";
import { TRAINING_ENTRIES } from "./training.ts";
import type { FieldCommand, FieldEntry, FieldSpec, FieldValue, Owner } from "./types.ts";

/** Every field. */
export const FIELDS: readonly FieldEntry[] = [
  ...MODEL_ENTRIES,
  ...DATA_ENTRIES,
  ...TRAINING_ENTRIES,
  ...INFERENCE_ENTRIES,
  ...EXECUTION_ENTRIES,
];

/** Owners whose fields a command resolves, in the order of its help. */
export const OWNERS: Readonly<Record<"train" | "infer", readonly Owner[]>> = {
  train: ["training", "model", "data", "execution"],
  infer: ["inference", "data", "execution"],
};

/** Fields a command resolves. */
export function fieldsOf(command: "train" | "infer"): FieldEntry[] {
  return OWNERS[command].flatMap((owner) =>
    FIELDS.filter((f) => f.owner === owner && f.commands.includes(command))
  );
}

/** Fields of one owner. */
export function ownedBy(owner: Owner): FieldEntry[] {
  return FIELDS.filter((f) => f.owner === owner);
}

/** A field by its canonical name. */
export function fieldOf(name: string, owner?: Owner): FieldEntry | undefined {
  return FIELDS.find((f) => f.name === name && (owner === undefined || f.owner === owner));
}

/** Engine fields of the training configuration: the canonical ones and those of the loop. */
export function trainingFields(): FieldEntry[] {
  const loop: readonly string[] = LOOP_FIELDS;
  return [
    ...ownedBy("training").filter((f) => f.engine),
    ...ownedBy("execution").filter((f) => loop.includes(f.name)),
  ];
}

/** Engine fields of the model configuration. */
export function modelFields(): FieldEntry[] {
  return ownedBy("model").filter((f) => f.engine);
}

/** Values of a preset. */
export function defaultsOf(
  fields: readonly FieldEntry[],
  preset: "recommended" | "reference" = "recommended",
): Record<string, FieldValue> {
  return Object.fromEntries(fields.map((f) => [f.name, defaultOf(f, preset)]));
}

/** Value of a field in a preset. */
export function defaultOf(field: FieldEntry, preset: "recommended" | "reference"): FieldValue {
  return preset === "reference" && field.reference !== undefined ? field.reference : field.value;
}

/** Specs by name. */
export function specsOf<T extends string>(
  fields: readonly FieldEntry[],
): Readonly<Record<T, FieldSpec>> {
  return Object.fromEntries(fields.map((f) => [f.name, f])) as unknown as Record<T, FieldSpec>;
}

/** What a spelling stands for. */
export interface Meaning {
  /** The field. */
  readonly field: FieldEntry;
  /** Value it stands for, if it takes none. */
  readonly value?: string;
  /** Its values in today's words. */
  readonly values?: Readonly<Record<string, string>>;
  /** True if it is not today's spelling: one deprecation line is due. */
  readonly deprecated: boolean;
  /** True if it gives way to the field's own flag. */
  readonly weak: boolean;
}

/** Same letters apart from hyphens, underscores and dots. */
function folded(name: string): string {
  return name.replaceAll("-", "_");
}

/**
 * Finds the field a key means: its name, flag, legacy key or a historical spelling; hyphens and
 * underscores are alike.
 *
 * @param today Spellings that are current where the key was written: `name` in files and calls,
 * `flag` on the command line.
 */
export function meaningOf(
  key: string,
  fields: readonly FieldEntry[],
  today: "name" | "flag",
): Meaning | undefined {
  const plain = { weak: false };
  for (const field of fields) {
    const own = today === "name" ? field.name : field.flag;
    if (own === key) return { field, deprecated: false, ...plain };
  }
  for (const field of fields) {
    const names = [field.name, field.flag ?? field.name, field.legacyKey ?? field.name];
    if (names.some((name) => folded(name) === folded(key))) {
      // Files may use either hyphens or underscores; flags have one spelling.
      return { field, deprecated: today === "flag", ...plain };
    }
  }
  for (const field of fields) {
    for (const { name, value, values, weak } of field.spellings) {
      if (folded(name) !== folded(key)) continue;
      return {
        field,
        deprecated: true,
        weak: weak === true,
        ...(value === undefined ? {} : { value }),
        ...(values === undefined ? {} : { values }),
      };
    }
  }
  return undefined;
}

/** Flags of a command. */
export function flagsOf(command: FieldCommand): string[] {
  return FIELDS.filter((f) => f.commands.includes(command) && f.flag !== undefined)
    .map((f) => f.flag as string);
}
