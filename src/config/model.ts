/**
 * Presets of the network and the physics: fields that belong to a trained model.
 *
 * @module
 */
import { defaultsOf, modelFields } from "./registry/registry.ts";
import type { ModelConfig } from "./types.ts";

export type { ModelConfig } from "./types.ts";

/** Recipe that reconstructs well: full decoder, bounded amplitude, energy-normalised probe. */
export const RECOMMENDED_MODEL: ModelConfig = presetModel("recommended");

/** The original system's network and physics, number for number. */
export const REFERENCE_MODEL: ModelConfig = presetModel("reference");

function presetModel(preset: "recommended" | "reference"): ModelConfig {
  return Object.freeze(defaultsOf(modelFields(), preset)) as unknown as ModelConfig;
}
