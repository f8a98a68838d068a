/**
 * How a model is trained.
 *
 * @module
 */

/** Choices of a training run; names as in the original system where it has them. */
export interface TrainingConfig {
  /** Passes over the groups. */
  readonly nepochs: number;
  /** Groups in a step. */
  readonly batch_size: number;
  /** Groups made of the data set; null uses every position once. */
  readonly n_groups: number | null;
  /** Patterns kept before grouping; null keeps all. */
  readonly n_subsample: number | null;
  /** Seed of everything random. */
  readonly seed: number;
  /** Take the first patterns in order and do not shuffle. */
  readonly sequential_sampling: boolean;
  /** K: neighbours among which a group is chosen. */
  readonly neighbor_count: number;
  /** Allow more groups than positions. */
  readonly enable_oversampling: boolean;
  /** Photons of the mean pattern; null takes the file's metadata, else the measured counts. */
  readonly nphotons: number | null;
  /** Share of the groups held out for validation, 0 to 0.5. */
  readonly validation_fraction: number;
  /** Data term. */
  readonly torch_loss_mode: "poisson" | "mae";
  /** With `mae`: rescale each prediction to the norm of its pattern. */
  readonly torch_mae_pred_l2_match_target: boolean;
  /** Weight of the total variation of amplitude and phase. */
  readonly total_variation_weight: number;
  /** Weight of the mean deviation of amplitude and phase. */
  readonly mean_deviation_weight: number;
  /** Update rule. */
  readonly optimizer: "adam" | "adamw" | "sgd";
  /** Step size at the start. */
  readonly learning_rate: number;
  /** First moment decay. */
  readonly adam_beta1: number;
  /** Second moment decay. */
  readonly adam_beta2: number;
  /** With `sgd`: momentum (Nesterov when above 0). */
  readonly momentum: number;
  /** L2 penalty (adam, sgd) or decoupled decay (adamw). */
  readonly weight_decay: number;
  /** Learning-rate curve. */
  readonly scheduler: "constant" | "exponential" | "warmup_cosine" | "plateau";
  /** With `exponential`: factor per epoch. */
  readonly lr_gamma: number;
  /** With `warmup_cosine`: epochs of warm-up. */
  readonly lr_warmup_epochs: number;
  /** With `warmup_cosine`: last rate over first. */
  readonly lr_min_ratio: number;
  /** With `plateau`: factor. */
  readonly plateau_factor: number;
  /** With `plateau`: epochs without improvement. */
  readonly plateau_patience: number;
  /** With `plateau`: smallest rate. */
  readonly plateau_min_lr: number;
  /** Limit of the gradient; null is off. */
  readonly gradient_clip_val: number | null;
  /** What is limited: global norm, each value, or each tensor relative to its weights. */
  readonly gradient_clip_algorithm: "norm" | "value" | "agc";
  /** Steps whose gradients are averaged into one update. */
  readonly accum_steps: number;
  /** Update the probe too. */
  readonly probe_trainable: boolean;
  /** Update one scale tied between input and output. */
  readonly intensity_scale_trainable: boolean;
  /** Epochs with constant amplitude at the start. */
  readonly phase_first_epochs: number;
  /** Spatially compact groups of this size are merged inside the forward model; 0 is off. */
  readonly overlap_group_size: number;
  /** First epoch (from 0) in which they are merged. */
  readonly overlap_start_epoch: number;
  /** Stop after this many epochs without a better loss. */
  readonly early_stop_patience: number;
}

/** Training part of the recipe that reconstructs well. */
export const RECOMMENDED_TRAINING: TrainingConfig = {
  nepochs: 10,
  batch_size: 4,
  n_groups: null,
  n_subsample: null,
  seed: 42,
  sequential_sampling: false,
  neighbor_count: 4,
  enable_oversampling: false,
  nphotons: null,
  validation_fraction: 0,
  torch_loss_mode: "poisson",
  torch_mae_pred_l2_match_target: false,
  total_variation_weight: 0,
  mean_deviation_weight: 0,
  optimizer: "adam",
  learning_rate: 1e-3,
  adam_beta1: 0.9,
  adam_beta2: 0.999,
  momentum: 0.9,
  weight_decay: 0,
  scheduler: "warmup_cosine",
  lr_gamma: 0.95,
  lr_warmup_epochs: 1,
  lr_min_ratio: 0.03,
  plateau_factor: 0.5,
  plateau_patience: 2,
  plateau_min_lr: 5e-5,
  gradient_clip_val: 0.01,
  gradient_clip_algorithm: "agc",
  accum_steps: 1,
  probe_trainable: false,
  intensity_scale_trainable: false,
  phase_first_epochs: 0,
  overlap_group_size: 0,
  overlap_start_epoch: 0,
  early_stop_patience: 100,
};

/** Training part of the original system's defaults. */
export const REFERENCE_TRAINING: TrainingConfig = {
  ...RECOMMENDED_TRAINING,
  nepochs: 50,
  batch_size: 16,
  n_groups: 512,
  nphotons: 1e9,
  scheduler: "constant",
  gradient_clip_val: null,
  gradient_clip_algorithm: "norm",
};
