/**
 * Presets and the resolution of a training configuration without files.
 *
 * @module
 */
import { ConfigError } from "../errors.ts";
import { checkTogether } from "./checks.ts";
import { modelFields, ownedBy, trainingFields } from "./registry/registry.ts";
import type { FieldEntry, FieldValue } from "./registry/types.ts";
import { layered } from "./resolution/audit.ts";
import { deriveFields } from "./resolution/derived.ts";
import { readKeys } from "./resolution/keys.ts";
import { type Preset, type ResolvedRun, type RunConfig, sealRun } from "./resolved.ts";
import type { ModelConfig, TrainingConfig } from "./types.ts";

export type { Preset, RunConfig } from "./resolved.ts";

/** Any field of a run, by name. */
export type RunOverrides = Partial<ModelConfig> & Partial<TrainingConfig>;

/** All preset names. */
export const PRESETS: readonly Preset[] = ["recommended", "reference"];

/** Fields `resolveRun` takes: those of model and training, and the loop's. */
function runFields(): FieldEntry[] {
  return [
    ...ownedBy("model"),
    ...ownedBy("training").filter((f) =>
      f.type !== "text" && !["preset", "profile"].includes(f.name)
    ),
    ...trainingFields().filter((f) => f.owner === "execution"),
  ];
}

/**
 * Resolves a run: preset, then overrides, then checks of fields against each other.
 *
 * @throws {ConfigError} for unknown names, values that do not fit, or fields that contradict.
 */
export function resolveRun(
  overrides: RunOverrides & Readonly<Record<string, unknown>> = {},
  preset: Preset = "recommended",
): ResolvedRun {
  if (!PRESETS.includes(preset)) {
    throw new ConfigError(`There is no preset "${preset}": choose ${PRESETS.join(" or ")}`);
  }
  const fields = runFields();
  const values = readKeys(overrides, { fields, where: "overrides" });
  const made = layered(fields, [{ source: "override", values }], preset);
  deriveFields(made);
  return runOf(made.values, preset);
}

/** Splits resolved values into a run and checks them against each other. */
export function runOf(
  values: Readonly<Record<string, FieldValue>>,
  preset: Preset,
): ResolvedRun {
  const part = (fields: readonly FieldEntry[]): unknown =>
    Object.fromEntries(fields.map((f) => [f.name, values[f.name]]));
  const model = part(modelFields()) as ModelConfig;
  const training = part(trainingFields()) as TrainingConfig;
  checkTogether(model, training);
  return sealRun({ preset, model, training });
}

/**
 * A run as it was saved with a model. Fields that did not exist when it was saved take the value
 * of its preset; unknown ones are refused.
 *
 * @throws {ConfigError} if it is not a configuration of this program.
 */
export function restoreRun(saved: unknown): ResolvedRun {
  const run = saved as Partial<RunConfig> | null;
  if (typeof run !== "object" || run === null || run.model === undefined) {
    throw new ConfigError("Cannot restore the configuration as it is not one of this program");
  }
  const preset = PRESETS.includes(run.preset as Preset) ? run.preset as Preset : "recommended";
  const { N, ...model } = run.model;
  return resolveRun({ ...model, ...run.training }, preset).fitted({ N });
}
