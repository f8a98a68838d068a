/**
 * Presets and the resolution of a training configuration.
 *
 * @module
 */
import { ConfigError } from "../errors.ts";
import { applyOverrides, MODEL_FIELDS, nearestName, TRAINING_FIELDS } from "./fields.ts";
import { type ModelConfig, RECOMMENDED_MODEL, REFERENCE_MODEL } from "./model.ts";
import { RECOMMENDED_TRAINING, REFERENCE_TRAINING, type TrainingConfig } from "./training.ts";

/** `recommended` reconstructs well, `reference` is the original system number for number. */
export type Preset = "recommended" | "reference";

/** Model and training configuration of a run. */
export interface RunConfig {
  /** The preset it started from. */
  readonly preset: Preset;
  /** Network and physics. */
  readonly model: ModelConfig;
  /** Training. */
  readonly training: TrainingConfig;
}

/** Any field of a run, by name. */
export type RunOverrides = Partial<ModelConfig> & Partial<TrainingConfig>;

/** All preset names. */
export const PRESETS: readonly Preset[] = ["recommended", "reference"];

/**
 * Resolves a run: preset, then overrides, then checks of fields against each other.
 *
 * @throws {ConfigError} for unknown names, values that do not fit, or fields that contradict.
 */
export function resolveRun(
  overrides: RunOverrides & Readonly<Record<string, unknown>> = {},
  preset: Preset = "recommended",
): RunConfig {
  if (!PRESETS.includes(preset)) {
    throw new ConfigError(`There is no preset "${preset}": choose ${PRESETS.join(" or ")}`);
  }
  const forModel: Record<string, unknown> = {}, forTraining: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(overrides)) {
    if (name in MODEL_FIELDS) forModel[name] = value;
    else if (name in TRAINING_FIELDS) forTraining[name] = value;
    else {
      const near = nearestName(name, [
        ...Object.keys(MODEL_FIELDS),
        ...Object.keys(TRAINING_FIELDS),
      ]);
      throw new ConfigError(
        `There is no field ${name}${near === undefined ? "" : `: did you mean ${near}`}?`,
      );
    }
  }
  const reference = preset === "reference";
  const baseModel = reference ? REFERENCE_MODEL : RECOMMENDED_MODEL;
  let model = applyOverrides(baseModel, MODEL_FIELDS, forModel);
  if (forModel.object_big === undefined) {
    model = { ...model, object_big: model.gridsize > 1 };
  }
  const training = applyOverrides(
    reference ? REFERENCE_TRAINING : RECOMMENDED_TRAINING,
    TRAINING_FIELDS,
    forTraining,
  );
  if (model.gridsize > 1 && training.overlap_group_size > 0) {
    throw new ConfigError(
      "overlap_group_size merges single patterns: it needs gridsize 1, or set it to 0",
    );
  }
  if (training.overlap_group_size === 1) {
    throw new ConfigError("overlap_group_size is 1: at least 2 patterns can overlap, 0 is off");
  }
  if (training.overlap_group_size > 0 && training.batch_size % training.overlap_group_size !== 0) {
    throw new ConfigError(
      `batch_size is ${training.batch_size}: with overlap_group_size ` +
        `${training.overlap_group_size} a multiple of it is needed`,
    );
  }
  if (model.gridsize > 1 && training.neighbor_count < model.gridsize ** 2) {
    throw new ConfigError(
      `neighbor_count is ${training.neighbor_count}: a group of gridsize ${model.gridsize} ` +
        `is chosen among at least ${model.gridsize ** 2} neighbours`,
    );
  }
  if (model.physics_forward_mode === "rectangular_scaled") {
    if (training.torch_loss_mode !== "poisson") {
      throw new ConfigError("rectangular_scaled physics needs torch_loss_mode poisson");
    }
  }
  if (model.cnn_output_mode === "real_imag" && training.phase_first_epochs > 0) {
    throw new ConfigError("phase_first_epochs needs cnn_output_mode amp_phase");
  }
  return { preset, model, training };
}
