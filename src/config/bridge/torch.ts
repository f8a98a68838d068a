/**
 * From the configuration families of the original PyTorch system to canonical names, with every
 * transformation and error of that translation.
 *
 * @module
 */
import { ConfigError } from "../../errors.ts";

/** Fields of a configuration object, by name. */
export type Fields = Readonly<Record<string, unknown>>;

/** Canonical values by canonical name. */
export type Canonical = Record<string, unknown>;

/** Defaults of the PyTorch family where they differ from the canonical ones. */
export const TORCH_DEFAULTS = {
  data: { nphotons: 1e5, N: 64, C: 4, K: 6, grid_size: [2, 2], probe_scale: 4 },
  model: {
    mode: "Unsupervised",
    amp_activation: "silu",
    intensity_scale_trainable: false,
    probe_mask: false,
    probe_mask_tensor: null,
    architecture: "cnn",
    fno_modes: 12,
    fno_width: 32,
    fno_blocks: 4,
    fno_cnn_blocks: 2,
    learned_input_channels: 1,
    max_hidden_channels: null,
    resnet_width: null,
    fno_input_transform: "none",
    n_filters_scale: 2,
    object_big: true,
    probe_big: true,
    pad_object: true,
    gaussian_smoothing_sigma: 0,
  },
  training: {
    nll: true,
    epochs: 50,
    batch_size: 16,
    train_data_file: null,
    test_data_file: null,
    n_groups: null,
    output_dir: "training_outputs",
    torch_loss_mode: "poisson",
    torch_mae_pred_l2_match_target: false,
    gradient_clip_algorithm: "norm",
    optimizer: "adam",
    momentum: 0.9,
    weight_decay: 0,
    adam_beta1: 0.9,
    adam_beta2: 0.999,
    scheduler: "Default",
    lr_warmup_epochs: 0,
    lr_min_ratio: 0.1,
  },
} as const;

/** Values the translation sets by itself; the override matrix lists them as `bridge-constant`. */
export const BRIDGE_CONSTANTS: Readonly<Record<string, unknown>> = {
  mae_weight: 0,
  realspace_mae_weight: 0,
  realspace_weight: 0,
  positions_provided: true,
  probe_trainable: false,
  sequential_sampling: false,
  n_subsample: null,
};

/** Model fields that keep name and value. */
const SAME_MODEL = [
  "architecture",
  "fno_modes",
  "fno_width",
  "fno_blocks",
  "fno_cnn_blocks",
  "learned_input_channels",
  "max_hidden_channels",
  "resnet_width",
  "fno_input_transform",
  "n_filters_scale",
  "object_big",
  "probe_big",
  "pad_object",
  "gaussian_smoothing_sigma",
] as const;

/** Training fields that keep name and value. */
const SAME_TRAINING = [
  "torch_loss_mode",
  "torch_mae_pred_l2_match_target",
  "gradient_clip_algorithm",
  "optimizer",
  "momentum",
  "weight_decay",
  "adam_beta1",
  "adam_beta2",
  "scheduler",
  "lr_warmup_epochs",
  "lr_min_ratio",
  "n_groups",
] as const;

/** Activations and their canonical names. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  silu: "swish",
  SiLU: "swish",
  sigmoid: "sigmoid",
  swish: "swish",
  softplus: "softplus",
  relu: "relu",
};

/** Gridsize of a (rows, columns) pair. @throws {ConfigError} if it is not square. */
export function gridsizeOf(grid: unknown): number {
  const pair = Array.isArray(grid) ? grid : [];
  if (pair.length !== 2 || pair[0] !== pair[1]) {
    throw new ConfigError(
      `grid_size is ${JSON.stringify(grid)}: two equal numbers are needed, groups are square`,
    );
  }
  return Number(pair[0]);
}

/** Canonical model type of a mode. @throws {ConfigError} if there is none. */
export function modelTypeOf(mode: unknown): string {
  if (mode === "Unsupervised") return "pinn";
  if (mode === "Supervised") return "supervised";
  throw new ConfigError(`mode is ${JSON.stringify(mode)}: Supervised or Unsupervised is needed`);
}

/** Canonical name of an activation. @throws {ConfigError} listing those there are. */
export function activationOf(name: unknown): string {
  const found = typeof name === "string" ? ACTIVATIONS[name] : undefined;
  if (found !== undefined) return found;
  throw new ConfigError(
    `amp_activation is ${JSON.stringify(name)}: one of ${
      Object.keys(ACTIVATIONS).join(", ")
    } is needed`,
  );
}

/** Whether a mask is on: a tensor, or anything else that is set, means yes. */
export function probeMaskOf(mask: unknown, tensor: unknown): boolean {
  if (tensor !== null && tensor !== undefined) return true;
  if (typeof mask === "boolean") return mask;
  return mask !== null && mask !== undefined;
}

/**
 * Canonical model of the data and model objects.
 *
 * @param overrides Canonical values that win.
 * @throws {ConfigError} for a grid that is not square, an unknown mode or activation.
 */
export function toModelConfig(data: Fields, model: Fields, overrides: Fields = {}): Canonical {
  const d: Fields = { ...TORCH_DEFAULTS.data, ...data };
  const m: Fields = { ...TORCH_DEFAULTS.model, ...model };
  const made: Canonical = {
    N: d.N,
    gridsize: gridsizeOf(d.grid_size),
    model_type: modelTypeOf(m.mode),
    amp_activation: activationOf(m.amp_activation),
    probe_mask: probeMaskOf(m.probe_mask, m.probe_mask_tensor),
    probe_scale: d.probe_scale,
  };
  for (const name of SAME_MODEL) made[name] = m[name];
  return { ...made, ...overrides };
}

/**
 * Canonical training of the data, model and training objects.
 *
 * @param canonical Canonical model, as `toModelConfig` gives it.
 * @param overrides Canonical values that win.
 * @param warn Receives a line when there is no test file.
 * @throws {ConfigError} for the photon number that is only a default, and for a missing file or
 * number of groups.
 */
export function toTrainingConfig(
  canonical: Canonical,
  data: Fields,
  model: Fields,
  training: Fields,
  overrides: Fields = {},
  warn: (line: string) => void = () => {},
): Canonical {
  const d: Fields = { ...TORCH_DEFAULTS.data, ...data };
  const m: Fields = { ...TORCH_DEFAULTS.model, ...model };
  const t: Fields = { ...TORCH_DEFAULTS.training, ...training };
  if (overrides.nphotons === undefined && d.nphotons === TORCH_DEFAULTS.data.nphotons) {
    throw new ConfigError(
      "nphotons is 100000, a default that differs from the canonical 1e9: state nphotons",
    );
  }
  const made: Canonical = {
    model: canonical,
    batch_size: t.batch_size,
    nepochs: t.epochs,
    nll_weight: t.nll === true ? 1 : 0,
    neighbor_count: d.K,
    nphotons: d.nphotons,
    intensity_scale_trainable: m.intensity_scale_trainable,
    backend: "pytorch",
    ...BRIDGE_CONSTANTS,
    train_data_file: t.train_data_file,
    test_data_file: t.test_data_file,
    output_dir: t.output_dir === "" ? "training_outputs" : t.output_dir,
    subsample_seed: d.subsample_seed ?? null,
  };
  for (const name of SAME_TRAINING) made[name] = t[name];
  Object.assign(made, overrides);
  if (made.n_groups === null) {
    throw new ConfigError("n_groups is missing: state the groups to make");
  }
  if (made.train_data_file === null) {
    throw new ConfigError("train_data_file is missing: state the scan to train on");
  }
  if (made.test_data_file === null) warn("test_data_file is missing: nothing validates the run");
  return made;
}

/**
 * Canonical reconstruction of the data and inference objects.
 *
 * @throws {ConfigError} if there is no model or no file.
 */
export function toInferenceConfig(
  canonical: Canonical,
  data: Fields,
  overrides: Fields = {},
): Canonical {
  const d: Fields = { ...TORCH_DEFAULTS.data, ...data };
  const made: Canonical = {
    model: canonical,
    neighbor_count: d.K,
    backend: "pytorch",
    debug: false,
    n_groups: null,
    n_subsample: null,
    subsample_seed: null,
    output_dir: "inference_outputs",
    ...overrides,
  };
  for (const name of ["model_path", "test_data_file"]) {
    if (made[name] === undefined || made[name] === null) {
      throw new ConfigError(`${name} is missing: state it`);
    }
  }
  return made;
}
