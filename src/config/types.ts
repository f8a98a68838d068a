/**
 * Types of the configuration objects.
 *
 * Written by `deno task docs` from the registry: change `src/config/registry/` instead.
 *
 * @module
 */
/** Network and physics: what defines a model. */
export interface ModelConfig {
  /** Side of a pattern (taken from the data; typed, it must agree) [px]. */
  readonly N: number;
  /** A group is gridsize x gridsize patterns. */
  readonly gridsize: number;
  /** Width of the network. */
  readonly n_filters_scale: number;
  /** Learn from the physics, or from labelled patches. */
  readonly model_type: "pinn" | "supervised";
  /** What the network sees of the amplitude. */
  readonly input_transform: "none" | "standardize";
  /** Decode the whole patch, or centre and border apart. */
  readonly decoder: "full" | "split";
  /** Split decoder: also predict outside the central half. */
  readonly probe_big: boolean;
  /** Amplitude head. */
  readonly amp_activation: "sigmoid" | "silu" | "softplus" | "relu";
  /** Factor on the amplitude head: the largest amplitude of a sigmoid. */
  readonly amp_scale: number;
  /** What the two heads give. */
  readonly cnn_output_mode: "amp_phase" | "real_imag";
  /** Channel and spatial attention in the encoder. */
  readonly cbam_encoder: boolean;
  /** Channel and spatial attention at the bottleneck. */
  readonly cbam_bottleneck: boolean;
  /** First weights. */
  readonly initialization: "glorot" | "pytorch";
  /** Sums of 3 x 3 convolutions: on software adapters winograd needs half the products. */
  readonly convolution: "winograd" | "direct";
  /** Merge the patches of a group before diffraction (untyped: when gridsize is above 1). */
  readonly object_big: boolean;
  /** Weights of that merge. */
  readonly training_patch_weighting: "central_mask" | "probe" | "uniform";
  /** Largest distance inside a group: sets its canvas [px]. */
  readonly max_neighbor_distance: number;
  /** Amplitudes, or counts with two trained scales. */
  readonly physics_forward_mode: "amplitude" | "rectangular_scaled";
  /** How probe modes add on the detector. */
  readonly probe_mode_sum: "incoherent" | "coherent";
  /** Scale of the probe. */
  readonly probe_normalization: "energy" | "mean_abs" | "raw";
  /** Divisor of the probe (mean_abs, raw). */
  readonly probe_scale: number;
  /** Multiply the probe by a soft disk. */
  readonly probe_mask: boolean;
  /** Diameter of the disk, none is N/2 [px]. */
  readonly probe_mask_diameter: number | null;
  /** Edge width of the disk [px]. */
  readonly probe_mask_sigma: number;
}

/** How a model is trained. */
export interface TrainingConfig {
  /** Passes over the data [epochs]. */
  readonly nepochs: number;
  /** Groups in a step [groups]. */
  readonly batch_size: number;
  /** Groups made of the data set, none is one a position [groups]. */
  readonly n_groups: number | null;
  /** Patterns kept before grouping, none is all [patterns]. */
  readonly n_subsample: number | null;
  /** Seed of everything random. */
  readonly seed: number;
  /** Take the first patterns in order, do not shuffle. */
  readonly sequential_sampling: boolean;
  /** Neighbours among which a group is chosen. */
  readonly neighbor_count: number;
  /** Allow more groups than positions (gridsize above 1). */
  readonly enable_oversampling: boolean;
  /** Neighbours used when oversampling, none is neighbor_count. */
  readonly neighbor_pool_size: number | null;
  /** Photons of the mean pattern, none is the file's own [photons]. */
  readonly nphotons: number | null;
  /** Share of the groups held out. */
  readonly validation_fraction: number;
  /** Data term. */
  readonly torch_loss_mode: "poisson" | "mae";
  /** Mae: match the norm of each prediction. */
  readonly torch_mae_pred_l2_match_target: boolean;
  /** Weight of the total variation. */
  readonly total_variation_weight: number;
  /** Weight of the mean deviation. */
  readonly mean_deviation_weight: number;
  /** Update the probe too. */
  readonly probe_trainable: boolean;
  /** Update one scale tied between input and output. */
  readonly intensity_scale_trainable: boolean;
  /** Epochs with constant amplitude at the start [epochs]. */
  readonly phase_first_epochs: number;
  /** Merge compact groups of this size in the forward model, 0 is off. */
  readonly overlap_group_size: number;
  /** First epoch in which they are merged. */
  readonly overlap_start_epoch: number;
  /** Update rule. */
  readonly optimizer: "adam" | "adamw" | "sgd";
  /** Decay of the first moment. */
  readonly adam_beta1: number;
  /** Decay of the second moment. */
  readonly adam_beta2: number;
  /** Sgd: momentum (Nesterov above 0). */
  readonly momentum: number;
  /** L2 penalty, or decoupled decay with adamw. */
  readonly weight_decay: number;
  /** Learning-rate curve. */
  readonly scheduler: "constant" | "exponential" | "warmup_cosine" | "plateau";
  /** Exponential: factor per epoch. */
  readonly lr_gamma: number;
  /** Warmup_cosine: epochs of warm-up [epochs]. */
  readonly lr_warmup_epochs: number;
  /** Warmup_cosine: last rate over first. */
  readonly lr_min_ratio: number;
  /** Plateau: factor. */
  readonly plateau_factor: number;
  /** Plateau: epochs without improvement [epochs]. */
  readonly plateau_patience: number;
  /** Plateau: smallest rate. */
  readonly plateau_min_lr: number;
  /** Plateau: share by which a loss must fall to count as better. */
  readonly plateau_threshold: number;
  /** Limit of the gradient, none is off. */
  readonly gradient_clip_val: number | null;
  /** What is limited. */
  readonly gradient_clip_algorithm: "norm" | "value" | "agc";
  /** Step size at the start. */
  readonly learning_rate: number;
  /** Steps averaged into one update [steps]. */
  readonly accum_steps: number;
  /** Stop after this many epochs without a better loss (of validation, where there is one) [epochs]. */
  readonly early_stop_patience: number;
}

/** How a scan file is read. */
export interface DataReading {
  /** What the patterns hold. */
  readonly diffraction_kind: "auto" | "amplitude" | "counts";
  /** Use only the central part of each pattern, none is all [px]. */
  readonly crop_to: number | null;
  /** Sum bin x bin detector pixels [px]. */
  readonly bin: number;
  /** Patterns that are used, counted from 0; two halves give a split-data resolution. */
  readonly subset: "all" | "even" | "odd";
}

/** How an object is reassembled. */
export interface InferenceConfig {
  /** Groups reconstructed, none is one a position [groups]. */
  readonly n_groups: number | null;
  /** Patterns kept before grouping, none is all [patterns]. */
  readonly n_subsample: number | null;
  /** Seed of that choice. */
  readonly seed: number;
  /** Neighbours among which a group is chosen (models of several patterns), none is as trained. */
  readonly neighbor_count: number | null;
  /** Allow more groups than positions (models of several patterns). */
  readonly enable_oversampling: boolean;
  /** Neighbours used when oversampling, none is neighbor_count. */
  readonly neighbor_pool_size: number | null;
  /** Weights of overlapping patches. */
  readonly patch_weighting: "probe" | "uniform";
  /** Side of the central square of each patch, none is N/2 [px]. */
  readonly middle_trim: number | null;
  /** Fit the scales of real and imaginary part to the data. */
  readonly varpro_scaling: boolean;
  /** Lower end of the phase picture, none is the data's [rad]. */
  readonly phase_vmin: number | null;
  /** Upper end of the phase picture, none is the data's [rad]. */
  readonly phase_vmax: number | null;
  /** Also draw the reconstruction beside the object of the file. */
  readonly comparison_plot: boolean;
}

/** Machine, loop and records of a run; never part of a model. */
export interface ExecutionConfig {
  /** Which adapter computes; cpu is a software adapter. */
  readonly accelerator: "auto" | "gpu" | "cpu";
  /** A seed that is not typed is the default one; with --no-deterministic it is drawn anew. */
  readonly deterministic: boolean;
  /** Arithmetic of the network; 16-mixed needs an adapter with half precision. */
  readonly precision: "32-true" | "16-mixed";
  /** Threads that decode and normalise patterns ahead of the GPU, 0 is the main thread. */
  readonly num_workers: number;
  /** Batches a worker prepares ahead, none is 2 (needs workers) [batches]. */
  readonly prefetch_factor: number | null;
  /** Step size at the start. */
  readonly learning_rate: number;
  /** Steps averaged into one update [steps]. */
  readonly accum_steps: number;
  /** Stop after this many epochs without a better loss (of validation, where there is one) [epochs]. */
  readonly early_stop_patience: number;
  /** Show progress. */
  readonly enable_progress_bar: boolean;
  /** Write checkpoints, from which a run can be resumed. */
  readonly enable_checkpointing: boolean;
  /** Best checkpoints kept in checkpoints/, -1 is all, 0 is none. */
  readonly checkpoint_save_top_k: number;
  /** What is best: auto is val_loss where there is validation data, else train_loss. */
  readonly checkpoint_monitor_metric:
    | "auto"
    | "val_loss"
    | "train_loss"
    | "energy_ratio"
    | "amplitude_std";
  /** Whether less or more of it is better. */
  readonly checkpoint_mode: "min" | "max";
  /** Epochs between checkpoints [epochs]. */
  readonly checkpoint_every: number;
  /** How metrics are recorded, several with commas. */
  readonly logger_backend: string;
  /** Record reconstructed patches every so many epochs, none is never [epochs]. */
  readonly recon_log_every_n_epochs: number | null;
  /** Patches recorded, evenly spaced. */
  readonly recon_log_num_patches: number;
  /** Patterns whose patches are recorded, as 3,14,15. */
  readonly recon_log_fixed_indices: readonly number[] | null;
  /** Also record the stitched object. */
  readonly recon_log_stitch: boolean;
  /** Patterns in that object, none is all [patterns]. */
  readonly recon_log_max_stitch_samples: number | null;
  /** Groups of patterns computed at once [groups]. */
  readonly inference_batch_size: number;
}

/** Files of a training run. */
export interface TrainingFiles {
  /** NPZ file with the scan (required). */
  readonly train_data_file: string | null;
  /** NPZ file for validation. */
  readonly test_data_file: string | null;
  /** Where results go. */
  readonly output_dir: string;
}

/** Files of a reconstruction. */
export interface InferenceFiles {
  /** Folder of a training run, or its model file (required). */
  readonly model_path: string | null;
  /** NPZ file with the scan (required). */
  readonly test_data_file: string | null;
  /** Where results go. */
  readonly output_dir: string;
}
