/**
 * What the network and the physics are: fields that belong to a trained model.
 *
 * Field names are those of the original system's configuration wherever it has them.
 *
 * @module
 */

/** Choices that define a model; written beside its weights. */
export interface ModelConfig {
  /** Side of a diffraction pattern and of a patch, px: 64, 128 or 256. */
  readonly N: number;
  /** A group is gridsize x gridsize patterns, C = gridsize^2 channels: 1, 2 or 3. */
  readonly gridsize: number;
  /** Width of the network: 1 gives 32 features in the last decoder stage. Any positive number. */
  readonly n_filters_scale: number;
  /**
   * What the network sees of the normalised amplitude: itself, or each pixel minus its mean over the
   * data and divided by its spread, so that what the probe alone causes does not drown the object.
   */
  readonly input_transform: "none" | "standardize";
  /** `full` decodes the whole patch, `split` treats centre and border apart as the original does. */
  readonly decoder: "full" | "split";
  /** With the split decoder: also predict the border outside the central N/2 x N/2. */
  readonly probe_big: boolean;
  /** Amplitude head. */
  readonly amp_activation: "sigmoid" | "silu" | "softplus" | "relu";
  /** Factor on the amplitude head: largest amplitude a sigmoid can give. */
  readonly amp_scale: number;
  /** `amp_phase`: amplitude and phase heads; `real_imag`: real and imaginary part. */
  readonly cnn_output_mode: "amp_phase" | "real_imag";
  /** Channel and spatial attention in the encoder blocks. */
  readonly cbam_encoder: boolean;
  /** Channel and spatial attention at the bottleneck. */
  readonly cbam_bottleneck: boolean;
  /** `glorot` (uniform, zero bias) or `pytorch` (kaiming uniform, random bias). */
  readonly initialization: "glorot" | "pytorch";
  /** Merge the patches of a group into one canvas before diffraction; default gridsize > 1. */
  readonly object_big: boolean;
  /** Weights of that merge. */
  readonly training_patch_weighting: "central_mask" | "probe" | "uniform";
  /** Largest distance of two patches in a group, px: sets the canvas size N + (gridsize-1) * even(d). */
  readonly max_neighbor_distance: number;
  /** `amplitude` (stack A) or `rectangular_scaled` (stack C, counts with trainable s1, s2). */
  readonly physics_forward_mode: "amplitude" | "rectangular_scaled";
  /** Sum of probe modes on the detector: `incoherent` (physical) or `coherent` (as the original). */
  readonly probe_mode_sum: "incoherent" | "coherent";
  /**
   * `energy`: scaled once so that a constant |O| of half the head's range reproduces the measured energy;
   * `mean_abs`: divided by probe_scale times its mean modulus; `raw`: divided by probe_scale.
   */
  readonly probe_normalization: "energy" | "mean_abs" | "raw";
  /** Divisor of the probe where the normalisation uses it. */
  readonly probe_scale: number;
  /** Multiply the probe by a soft disk. */
  readonly probe_mask: boolean;
  /** Diameter of the disk, px; null is N/2. */
  readonly probe_mask_diameter: number | null;
  /** Edge width of the disk, px. */
  readonly probe_mask_sigma: number;
}

/** Recipe that reconstructs well: full decoder, bounded amplitude, energy-normalised probe. */
export const RECOMMENDED_MODEL: ModelConfig = {
  N: 64,
  gridsize: 1,
  n_filters_scale: 2,
  input_transform: "standardize",
  decoder: "full",
  probe_big: true,
  amp_activation: "sigmoid",
  amp_scale: 1.5,
  cnn_output_mode: "amp_phase",
  cbam_encoder: false,
  cbam_bottleneck: false,
  initialization: "glorot",
  object_big: false,
  training_patch_weighting: "probe",
  max_neighbor_distance: 3,
  physics_forward_mode: "amplitude",
  probe_mode_sum: "incoherent",
  probe_normalization: "energy",
  probe_scale: 4,
  probe_mask: false,
  probe_mask_diameter: null,
  probe_mask_sigma: 1,
};

/** The original system's network and physics, number for number. */
export const REFERENCE_MODEL: ModelConfig = {
  ...RECOMMENDED_MODEL,
  input_transform: "none",
  decoder: "split",
  amp_activation: "silu",
  amp_scale: 1,
  cbam_encoder: true,
  initialization: "pytorch",
  training_patch_weighting: "central_mask",
  probe_mode_sum: "coherent",
  probe_normalization: "raw",
};
