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
  if (model.cnn_output_mode === "real_imag" && training.phase_first_epochs > 0) {
    throw new ConfigError("phase_first_epochs needs cnn_output_mode amp_phase");
  }
}
