/**
 * Settings of the reconstructors, which can change while a program runs.
 *
 * @module
 */
import { fieldsOf, ownedBy } from "../config/registry/registry.ts";
import { LOOP_FIELDS } from "../config/registry/execution.ts";
import type { FieldValue } from "../config/registry/types.ts";
import { type Preset, runOf } from "../config/presets.ts";
import { defaultExecution } from "../config/resolution/defaults.ts";
import { deriveFields } from "../config/resolution/derived.ts";
import { readKeys } from "../config/resolution/keys.ts";
import { profileValues } from "../config/resolution/profiles.ts";
import type { ResolvedRun } from "../config/resolved.ts";
import { ownersPart, readStatement, resolveLayers } from "../config/resolution/statement.ts";
import type { ExecutionConfig, InferenceConfig } from "../config/types.ts";
import { canonicalConfig } from "../config/bridge/canonical.ts";

/** Steps with settings of their own. */
export type SettingsPart = "training" | "inference";

/** Values by canonical name. */
export type SettingValues = Readonly<Record<string, FieldValue>>;

/** One registry of settings, shared by all reconstructors made with it. */
export class ReconstructorSettings {
  #values: Record<SettingsPart, Record<string, FieldValue>> = { training: {}, inference: {} };
  #warn: ((line: string) => void) | undefined;

  /** Starts with the defaults; `warn` receives a line for each old name. */
  constructor(warn?: (line: string) => void) {
    this.#warn = warn;
  }

  /**
   * States fields, by any name the registry knows. They hold from the next step on.
   *
   * @throws {ConfigError} for unknown names and values that do not fit; nothing is changed then.
   */
  update(stated: Readonly<Record<string, unknown>>, part: SettingsPart = "training"): void {
    const fields = fieldsOf(part === "training" ? "train" : "infer");
    const values = readKeys(stated, {
      fields,
      where: `${part} settings`,
      deprecate: (line) => this.#warn?.(line),
    });
    this.#values = { ...this.#values, [part]: { ...this.#values[part], ...values } };
    const idle = Object.keys(values).filter((name) => isIdle(name, part));
    if (idle.length > 0) {
      this.#warn?.(
        `without effect in a reconstructor, whose program has device, files, pictures and records: ` +
          idle.join(", "),
      );
    }
  }

  /** Runs something that changes settings; if it throws, they are as before. */
  attempt<T>(change: () => T): T {
    const before = this.#values;
    try {
      return change();
    } catch (error) {
      this.#values = before;
      throw error;
    }
  }

  /** What was stated. */
  stated(part: SettingsPart): SettingValues {
    return this.#values[part];
  }

  /** Replaces everything that defines model and training by a saved configuration. */
  replace(run: ResolvedRun): void {
    const { preset, model, training } = canonicalConfig(run);
    const kept = Object.entries(this.#values.training)
      .filter(([name]) => this.#isExecution(name));
    this.#values = {
      ...this.#values,
      training: {
        ...Object.fromEntries(kept),
        ...(model as unknown as SettingValues),
        ...(training as unknown as SettingValues),
        preset,
      },
    };
  }

  /** Model and training as stated now. @throws {ConfigError} for fields that contradict. */
  run(modelType: "pinn" | "supervised"): ResolvedRun {
    const overrides = { ...this.#values.training, model_type: modelType };
    const stated = readStatement("train", { overrides }, undefined);
    const { preset, profile } = stated.values;
    const bundle = typeof profile === "string" ? profileValues(profile, stated.values) : {};
    const start = (preset ?? "recommended") as Preset;
    const made = resolveLayers(stated, [{ source: "profile", values: bundle }], start);
    deriveFields(made);
    return runOf(made.values, start);
  }

  /** Execution as stated now; never part of a model. */
  execution(): ExecutionConfig {
    return defaultExecution(
      Object.fromEntries(
        Object.entries(this.#values.training).filter(([name]) => this.#isExecution(name)),
      ) as Partial<ExecutionConfig>,
    );
  }

  /** How objects are reassembled, and how that is computed. */
  inference(): {
    readonly inference: InferenceConfig;
    readonly execution: Pick<ExecutionConfig, "inference_batch_size" | "precision">;
  } {
    const stated = readStatement("infer", { overrides: this.#values.inference }, this.#warn);
    const made = resolveLayers(stated, [], "recommended");
    return {
      inference: ownersPart(stated, made, (f) => f.owner === "inference" && f.engine),
      execution: ownersPart(stated, made, (f) => f.owner === "execution" && f.engine),
    };
  }

  #isExecution(name: string): boolean {
    return ownedBy("execution").some((f) => f.name === name);
  }
}

/** Fields of `infer` that a reconstruction of ingested data uses. */
const RECONSTRUCTING: readonly string[] = [
  "n_groups",
  "n_subsample",
  "seed",
  "neighbor_count",
  "enable_oversampling",
  "neighbor_pool_size",
  "patch_weighting",
  "middle_trim",
  "varpro_scaling",
  "inference_batch_size",
  "precision",
];

/** Fields of the command line's surroundings: the program that embeds a reconstructor has its own. */
function isIdle(name: string, part: SettingsPart): boolean {
  if (part === "inference") return !RECONSTRUCTING.includes(name);
  const field = fieldsOf("train").find((f) => f.name === name);
  if (field === undefined || field.fixed !== undefined) return false;
  if (field.type === "text") return true;
  const used: readonly string[] = [...LOOP_FIELDS, "deterministic", "precision"];
  return field.owner === "execution" && !used.includes(name);
}
