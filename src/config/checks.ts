/**
 * Checks of fields against each other.
 *
 * @module
 */
import { ConfigError } from "../errors.ts";
import type { ModelConfig, TrainingConfig } from "./types.ts";

/** Refuses fields that contradict. @throws {ConfigError} naming both and the remedy. */
export function checkTogether(model: ModelConfig, training: TrainingConfig): void {
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
  if (training.enable_oversampling && model.gridsize === 1) {
    throw new ConfigError(
      "enable_oversampling makes several groups around a position: it needs gridsize above 1",
    );
  }
  if (training.neighbor_pool_size !== null && !training.enable_oversampling) {
    throw new ConfigError("neighbor_pool_size is used when oversampling: add enable_oversampling");
  }
  if (model.physics_forward_mode === "rectangular_scaled") {
    if (training.torch_loss_mode !== "poisson") {
      throw new ConfigError("rectangular_scaled physics needs torch_loss_mode poisson");
    }
  }
  if (model.model_type === "supervised") checkSupervised(model, training);
  if (model.cnn_output_mode === "real_imag" && training.phase_first_epochs > 0) {
    throw new ConfigError("phase_first_epochs needs cnn_output_mode amp_phase");
  }
}

/** Labels are compared with amplitude and phase: the physics has no part in it. */
function checkSupervised(model: ModelConfig, training: TrainingConfig): void {
  const wrong: readonly (readonly [boolean, string, string])[] = [
    [
      training.torch_loss_mode !== "mae",
      "torch_loss_mode mae",
      "labels are compared by difference",
    ],
    [model.cnn_output_mode !== "amp_phase", "cnn_output_mode amp_phase", "labels are of that form"],
    [model.physics_forward_mode !== "amplitude", "physics_forward_mode amplitude", NO_PHYSICS],
    [training.probe_trainable, "probe_trainable false", NO_PHYSICS],
    [training.overlap_group_size > 0, "overlap_group_size 0", NO_PHYSICS],
    [training.phase_first_epochs > 0, "phase_first_epochs 0", "both parts have labels"],
    [
      training.torch_mae_pred_l2_match_target,
      "torch_mae_pred_l2_match_target false",
      "labels have a scale of their own",
    ],
  ];
  const found = wrong.find(([bad]) => bad);
  if (found === undefined) return;
  throw new ConfigError(`model_type supervised needs ${found[1]}: ${found[2]}`);
}

const NO_PHYSICS = "no pattern is predicted from the patches";
