/**
 * Presets of the training.
 *
 * @module
 */
import { defaultsOf, trainingFields } from "./registry/registry.ts";
import type { TrainingConfig } from "./types.ts";

export type { TrainingConfig } from "./types.ts";

/** Training part of the recipe that reconstructs well. */
export const RECOMMENDED_TRAINING: TrainingConfig = presetTraining("recommended");

/** Training part of the original system's defaults. */
export const REFERENCE_TRAINING: TrainingConfig = presetTraining("reference");

function presetTraining(preset: "recommended" | "reference"): TrainingConfig {
  return Object.freeze(defaultsOf(trainingFields(), preset)) as unknown as TrainingConfig;
}
