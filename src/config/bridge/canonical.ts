/**
 * The canonical configuration of a run: what describes the model and its training, without anything
 * that only says how and where it was executed.
 *
 * @module
 */
import { LOOP_FIELDS } from "../registry/execution.ts";
import type { Preset, RunConfig } from "../resolved.ts";
import type { ModelConfig, TrainingConfig } from "../types.ts";

/** A run without its execution: what an archive holds. `restoreRun` reads it back. */
export interface CanonicalConfig {
  /** The preset it started from. */
  readonly preset: Preset;
  /** Network and physics. */
  readonly model: ModelConfig;
  /** Training, without the fields of the loop. */
  readonly training: Omit<TrainingConfig, "learning_rate" | "accum_steps" | "early_stop_patience">;
}

/** Canonical configuration of a run. */
export function canonicalConfig(run: RunConfig): CanonicalConfig {
  const loop: readonly string[] = LOOP_FIELDS;
  const training = Object.fromEntries(
    Object.entries(run.training).filter(([name]) => !loop.includes(name)),
  );
  return {
    preset: run.preset,
    model: run.model,
    training: training as unknown as CanonicalConfig["training"],
  };
}
