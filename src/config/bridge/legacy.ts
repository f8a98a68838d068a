/**
 * Between the canonical configuration and the original system's flat dictionary of 61 keys.
 *
 * The projection is a fresh object each time and names every key, null where there is nothing: no
 * value of an earlier run can remain in it.
 *
 * @module
 */
import { ConfigError } from "../../errors.ts";
import { unknownField } from "../fields.ts";
import { ownedBy } from "../registry/registry.ts";
import type { FieldEntry, FieldValue } from "../registry/types.ts";
import type { RunConfig } from "../resolved.ts";
import type { TrainingFiles } from "../types.ts";

/** Values that are spelled differently in the dictionary: canonical name, then ours to theirs. */
const SPELLED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  amp_activation: { silu: "swish" },
  scheduler: {
    constant: "Default",
    exponential: "Exponential",
    warmup_cosine: "WarmupCosine",
    plateau: "ReduceLROnPlateau",
  },
};

/** Key of the old name for `n_groups`; always null in a projection. */
const OLD_GROUPS = "n_images";

/** Fields that have a key. */
function keyed(): FieldEntry[] {
  return [...ownedBy("model"), ...ownedBy("training")].filter((f) => f.legacyKey !== undefined);
}

/** The 61 keys, in the order of the canonical configuration. */
export function legacyKeys(): string[] {
  return [...keyed().map((f) => f.legacyKey as string), OLD_GROUPS];
}

/**
 * The flat dictionary of a run: science alone, nothing of its execution.
 *
 * @param files Paths; null where they are not known.
 */
export function legacyParams(
  run: RunConfig,
  files: Partial<TrainingFiles> = {},
): Record<string, FieldValue> {
  const values: Record<string, unknown> = { ...run.model, ...run.training, ...files };
  const params: Record<string, FieldValue> = {};
  for (const field of keyed()) {
    const unknownPath = field.type === "text" && field.optional ? null : field.value;
    const value = (values[field.name] ?? (field.engine ? null : unknownPath)) as FieldValue;
    params[field.legacyKey as string] = SPELLED[field.name]?.[String(value)] ?? value;
  }
  params[OLD_GROUPS] = null;
  return params;
}

/**
 * Canonical values of a flat dictionary, to be stated in a configuration.
 *
 * `backend` names the system that wrote the dictionary and is not carried over.
 *
 * @throws {ConfigError} for a key that is none of the 61.
 */
export function fromLegacyParams(
  params: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const values: Record<string, unknown> = {}, fields = keyed();
  for (const [key, value] of Object.entries(params)) {
    if (key === "backend") continue;
    if (key === OLD_GROUPS) {
      if (value !== null && params.n_groups !== null && params.n_groups !== undefined) {
        throw new ConfigError(
          "n_images and n_groups are both set: n_images is its old name, keep one",
        );
      }
      continue;
    }
    const field = fields.find((f) => f.legacyKey === key);
    if (field === undefined) throw unknownField(key, legacyKeys());
    if (value === null && field.type === "text") continue;
    const theirs = Object.entries(SPELLED[field.name] ?? {}).find(([, old]) => old === value);
    values[field.name] = theirs?.[0] ?? value;
  }
  const old = params[OLD_GROUPS];
  if (old !== undefined && old !== null) values.n_groups = old;
  return values;
}
