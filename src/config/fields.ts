/**
 * One description of every configuration field: type, range and help.
 *
 * Flags, `--help` and validation are produced from it. Spelling on the command line is the field
 * name with hyphens: `n_filters_scale` is `--n-filters-scale`.
 *
 * @module
 */
import { ConfigError } from "../errors.ts";
import type { ModelConfig } from "./model.ts";
import type { TrainingConfig } from "./training.ts";

/** What a field accepts. */
export interface FieldSpec {
  /** Kind of value. */
  readonly type: "int" | "number" | "bool" | "choice";
  /** One line for people. */
  readonly help: string;
  /** Allowed values of a choice, or of an int. */
  readonly choices?: readonly (string | number)[];
  /** Smallest allowed number. */
  readonly min?: number;
  /** Largest allowed number. */
  readonly max?: number;
  /** True if the smallest number itself is not allowed. */
  readonly above?: boolean;
  /** True if null (spelled `none`) is allowed. */
  readonly optional?: boolean;
}

/** A configuration value. */
export type FieldValue = number | string | boolean | null;

const int = (help: string, min: number, more: Partial<FieldSpec> = {}): FieldSpec => ({
  type: "int",
  help,
  min,
  ...more,
});
const number = (help: string, min: number, more: Partial<FieldSpec> = {}): FieldSpec => ({
  type: "number",
  help,
  min,
  ...more,
});
const bool = (help: string): FieldSpec => ({ type: "bool", help });
const choice = (help: string, ...choices: string[]): FieldSpec => ({
  type: "choice",
  help,
  choices,
});

/** Fields of a model. */
export const MODEL_FIELDS: Readonly<Record<keyof ModelConfig, FieldSpec>> = {
  N: int("side of a pattern in pixels (taken from the data)", 64, { choices: [64, 128, 256] }),
  gridsize: int("a group is gridsize x gridsize patterns", 1, { max: 3 }),
  n_filters_scale: number("width of the network", 0, { above: true }),
  input_transform: choice("what the network sees of the amplitude", "none", "standardize"),
  decoder: choice("decode the whole patch, or centre and border apart", "full", "split"),
  probe_big: bool("split decoder: also predict outside the central half"),
  amp_activation: choice("amplitude head", "sigmoid", "silu", "softplus", "relu"),
  amp_scale: number("factor on the amplitude head", 0, { above: true }),
  cnn_output_mode: choice("what the two heads give", "amp_phase", "real_imag"),
  cbam_encoder: bool("channel and spatial attention in the encoder"),
  cbam_bottleneck: bool("channel and spatial attention at the bottleneck"),
  initialization: choice("first weights", "glorot", "pytorch"),
  object_big: bool("merge the patches of a group before diffraction"),
  training_patch_weighting: choice("weights of that merge", "central_mask", "probe", "uniform"),
  max_neighbor_distance: number("largest distance inside a group in pixels", 0),
  physics_forward_mode: choice(
    "amplitudes, or counts with two trained scales",
    "amplitude",
    "rectangular_scaled",
  ),
  probe_mode_sum: choice("how probe modes add on the detector", "incoherent", "coherent"),
  probe_normalization: choice("scale of the probe", "energy", "mean_abs", "raw"),
  probe_scale: number("divisor of the probe (mean_abs, raw)", 0, { above: true }),
  probe_mask: bool("multiply the probe by a soft disk"),
  probe_mask_diameter: number("diameter of the disk in pixels, none is N/2", 0, {
    above: true,
    optional: true,
  }),
  probe_mask_sigma: number("edge width of the disk in pixels", 0),
};

/** Fields of a training run. */
export const TRAINING_FIELDS: Readonly<Record<keyof TrainingConfig, FieldSpec>> = {
  nepochs: int("passes over the data", 1),
  batch_size: int("groups in a step", 1),
  n_groups: int("groups made of the data set, none is one a position", 1, { optional: true }),
  n_subsample: int("patterns kept before grouping, none is all", 1, { optional: true }),
  seed: int("seed of everything random", 0),
  sequential_sampling: bool("take the first patterns in order, do not shuffle"),
  neighbor_count: int("neighbours among which a group is chosen", 1),
  enable_oversampling: bool("allow more groups than positions"),
  nphotons: number("photons of the mean pattern, none is the file's own", 0, {
    above: true,
    optional: true,
  }),
  validation_fraction: number("share of the groups held out", 0, { max: 0.5 }),
  torch_loss_mode: choice("data term", "poisson", "mae"),
  torch_mae_pred_l2_match_target: bool("mae: match the norm of each prediction"),
  total_variation_weight: number("weight of the total variation", 0),
  mean_deviation_weight: number("weight of the mean deviation", 0),
  optimizer: choice("update rule", "adam", "adamw", "sgd"),
  learning_rate: number("step size", 0, { above: true }),
  adam_beta1: number("decay of the first moment", 0, { max: 0.999999 }),
  adam_beta2: number("decay of the second moment", 0, { max: 0.9999999 }),
  momentum: number("sgd: momentum (Nesterov above 0)", 0, { max: 0.999999 }),
  weight_decay: number("L2 penalty, or decoupled decay with adamw", 0),
  scheduler: choice(
    "learning-rate curve",
    "constant",
    "exponential",
    "warmup_cosine",
    "plateau",
  ),
  lr_gamma: number("exponential: factor per epoch", 0, { above: true, max: 1 }),
  lr_warmup_epochs: number("warmup_cosine: epochs of warm-up", 0),
  lr_min_ratio: number("warmup_cosine: last rate over first", 0, { max: 1 }),
  plateau_factor: number("plateau: factor", 0, { above: true, max: 1 }),
  plateau_patience: int("plateau: epochs without improvement", 0),
  plateau_min_lr: number("plateau: smallest rate", 0),
  gradient_clip_val: number("limit of the gradient, none is off", 0, {
    above: true,
    optional: true,
  }),
  gradient_clip_algorithm: choice("what is limited", "norm", "value", "agc"),
  accum_steps: int("steps averaged into one update", 1),
  probe_trainable: bool("update the probe too"),
  intensity_scale_trainable: bool("update one scale tied between input and output"),
  phase_first_epochs: int("epochs with constant amplitude at the start", 0),
  overlap_group_size: int("merge compact groups of this size in the forward model, 0 is off", 0),
  overlap_start_epoch: int("first epoch in which they are merged", 0),
  early_stop_patience: int("stop after this many epochs without a better loss", 1),
};

/** Number of single-character edits between two names. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

/** The known name closest to a wrong one, if it is close at all. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined, distance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const d = editDistance(name, candidate);
    if (d < distance) [best, distance] = [candidate, d];
  }
  return best;
}

/** Reads a field from text, as typed on a command line. @throws {ConfigError} if it does not fit. */
export function parseField(name: string, spec: FieldSpec, text: string): FieldValue {
  if (spec.optional && /^(none|null)$/i.test(text)) return null;
  if (spec.type === "bool") {
    if (/^(true|yes|on|1)$/i.test(text)) return true;
    if (/^(false|no|off|0)$/i.test(text)) return false;
    throw new ConfigError(`${name} is "${text}": true or false is needed`);
  }
  if (spec.type === "choice") return checkField(name, spec, text);
  return checkField(name, spec, text.trim() === "" ? NaN : Number(text), text);
}

/** Checks a value against its field. @throws {ConfigError} if it does not fit. */
export function checkField(
  name: string,
  spec: FieldSpec,
  value: unknown,
  shown: unknown = value,
): FieldValue {
  if (value === null && spec.optional) return null;
  const refuse = (wanted: string): never => {
    throw new ConfigError(`${name} is ${JSON.stringify(shown)}: ${wanted} is needed`);
  };
  if (spec.type === "bool") return typeof value === "boolean" ? value : refuse("true or false");
  if (spec.type === "choice") {
    const list = spec.choices ?? [];
    if (typeof value === "string" && list.includes(value)) return value;
    const near = nearestName(String(value), list.map(String));
    return refuse(`one of ${list.join(", ")}${near === undefined ? "" : ` (${near}?)`}`);
  }
  if (typeof value !== "number" || !Number.isFinite(value)) return refuse("a number");
  if (spec.type === "int" && !Number.isInteger(value)) return refuse("a whole number");
  if (spec.choices !== undefined && !spec.choices.includes(value)) {
    return refuse(`one of ${spec.choices.join(", ")}`);
  }
  if (spec.min !== undefined && (value < spec.min || (spec.above && value <= spec.min))) {
    return refuse(`a number ${spec.above ? "above" : "of at least"} ${spec.min}`);
  }
  if (spec.max !== undefined && value > spec.max) refuse(`a number of at most ${spec.max}`);
  return value;
}

/**
 * Applies overrides to defaults, checking every name and value.
 *
 * @throws {ConfigError} for an unknown name (with the nearest known one) or a value that does not fit.
 */
export function applyOverrides<T extends object>(
  defaults: T,
  fields: Readonly<Record<keyof T, FieldSpec>>,
  overrides: Readonly<Record<string, unknown>>,
): T {
  const result: Record<string, unknown> = Object.fromEntries(Object.entries(defaults));
  for (const [name, value] of Object.entries(overrides)) {
    if (value === undefined) continue;
    const spec = (fields as Record<string, FieldSpec>)[name];
    if (spec === undefined) {
      const near = nearestName(name, Object.keys(fields));
      throw new ConfigError(
        `There is no field ${name}${near === undefined ? "" : `: did you mean ${near}`}?`,
      );
    }
    result[name] = checkField(name, spec, value);
  }
  return result as T;
}
