/**
 * The old JSON interface: five sections in the names of the PyTorch family.
 *
 * @module
 */
import { ConfigError } from "../../errors.ts";
import { unknownField } from "../fields.ts";
import { activationOf, gridsizeOf, modelTypeOf, probeMaskOf } from "./torch.ts";

/** Names of the sections. */
export const SECTIONS: readonly string[] = [
  "data_config",
  "model_config",
  "training_config",
  "inference_config",
  "datagen_config",
];

/** What happens to a field: its canonical name, or a function of its value, or why it does nothing. */
type Rule =
  | { readonly to: string; readonly value?: (value: unknown) => unknown }
  | { readonly inert: readonly unknown[]; readonly why: string }
  | { readonly ignored: string };

const same = (...names: string[]): Record<string, Rule> =>
  Object.fromEntries(names.map((name) => [name, { to: name }]));
const inert = (why: string, ...values: unknown[]): Rule => ({ inert: values, why });
const ignored = (why: string): Rule => ({ ignored: why });

const DERIVED = "it follows from grid_size";
const STAGES = "training has one stage";
const TRACKING = "runs are told apart by their output folder";

const RULES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  data_config: {
    ...same("nphotons", "N", "probe_scale", "max_neighbor_distance"),
    ...same("scale_contract_version", "measurement_domain"),
    K: { to: "neighbor_count" },
    subsample_seed: { to: "seed" },
    grid_size: { to: "gridsize", value: gridsizeOf },
    C: ignored(DERIVED),
    n_subsample: ignored("it thinned coordinates, not patterns"),
    K_quadrant: ignored("it belongs to the quadrant lookup"),
    neighbor_function: inert("groups are made of the nearest neighbours", "Nearest"),
    min_neighbor_distance: inert("groups may be as close as they are", 0),
    scan_pattern: ignored("it belongs to the quadrant lookup"),
    normalize: inert("one factor normalises the whole scan", "Batch"),
    probe_normalize: ignored("probe_normalization says how"),
    data_scaling: inert("one factor normalises the whole scan", "Parseval"),
    phase_subtraction: ignored("it belongs to labelled data"),
    x_bounds: ignored("every position is used"),
    y_bounds: ignored("every position is used"),
  },
  model_config: {
    ...same("architecture", "n_filters_scale", "object_big", "probe_big", "pad_object"),
    ...same("fno_modes", "fno_width", "fno_blocks", "fno_cnn_blocks", "learned_input_channels"),
    ...same("fno_input_transform", "max_hidden_channels", "resnet_width"),
    ...same("gaussian_smoothing_sigma", "intensity_scale_trainable", "cbam_encoder"),
    ...same("cbam_bottleneck", "cnn_output_mode", "training_patch_weighting"),
    ...same("physics_forward_mode", "probe_mask_sigma", "probe_mask_diameter", "batch_norm"),
    ...same("generator_output_mode"),
    mode: { to: "model_type", value: modelTypeOf },
    amp_activation: {
      to: "amp_activation",
      value: (v) => activationOf(v) === "swish" ? "silu" : activationOf(v),
    },
    probe_mask: { to: "probe_mask", value: (v) => probeMaskOf(v, null) },
    probe_mask_tensor: inert("a mask is a disk here: use probe_mask_diameter", null),
    loss_function: {
      to: "torch_loss_mode",
      value: (v) => v === "MAE" ? "mae" : v === "Poisson" ? "poisson" : v,
    },
    C_model: ignored(DERIVED),
    C_forward: ignored(DERIVED),
    intensity_scale: ignored("the scale is measured on the data"),
    max_position_jitter: ignored("the canvas follows from max_neighbor_distance"),
    num_datasets: inert("one scan is trained on", 1),
    use_shared_decoder: inert("there are two decoders", false),
    edge_pad: ignored("it follows from the network"),
    decoder_last_c_outer_fraction: inert("the outer band has one eighth of the channels", 0.125),
    decoder_last_amp_channels: inert("the amplitude head has one channel", 1),
    use_legacy_decoder_channel_override: inert("there is one decoder layout", false),
    eca_encoder: inert("use cbam_encoder for attention", false),
    eca_decoder: inert("use cbam_encoder for attention", false),
    cbam_decoder: inert("use cbam_encoder for attention", false),
    spatial_decoder: inert("use cbam_encoder for attention", false),
    decoder_spatial_kernel: ignored("there is no attention in the decoder"),
    offset: ignored("neighbours are found by distance"),
    rect_s1s2_trainable: inert("both scales are always trained", true),
    rect_s1s2_init: inert("both scales start at 1", "ones"),
    amplitude_physics_gain: inert("the probe carries the gain: use probe_scale", 1),
    amp_loss: inert("use total_variation_weight or mean_deviation_weight", null),
    phase_loss: inert("use total_variation_weight or mean_deviation_weight", null),
    amp_loss_coeff: ignored("it goes with amp_loss"),
    phase_loss_coeff: ignored("it goes with phase_loss"),
  },
  training_config: {
    ...same("batch_size", "learning_rate", "lr_warmup_epochs", "lr_min_ratio", "plateau_factor"),
    ...same("plateau_patience", "plateau_min_lr", "plateau_threshold", "num_workers"),
    ...same("accum_steps", "gradient_clip_val", "gradient_clip_algorithm", "optimizer"),
    ...same("momentum", "weight_decay", "adam_beta1", "adam_beta2", "torch_loss_mode"),
    ...same("torch_mae_pred_l2_match_target", "output_dir", "train_data_file", "test_data_file"),
    ...same("n_groups", "scheduler"),
    epochs: { to: "nepochs" },
    device: { to: "accelerator", value: (v) => v === "cuda" ? "gpu" : v },
    nll: inert("the data term is chosen with torch_loss_mode", true),
    strategy: inert("one adapter computes", null, "auto", "ddp"),
    n_devices: inert("one adapter computes", 1, "auto"),
    training_directories: inert("give one scan", null),
    framework: ignored("there is one training loop"),
    orchestrator: ignored("the logger is chosen with logger_backend"),
    epochs_fine_tune: inert(STAGES, 0),
    fine_tune_gamma: ignored(STAGES),
    log_grad_norm: inert("gradients are not recorded", false),
    grad_norm_log_freq: ignored("gradients are not recorded"),
    stage_1_epochs: inert(STAGES, 0),
    stage_2_epochs: inert(STAGES, 0),
    stage_3_epochs: inert(STAGES, 0),
    physics_weight_schedule: ignored(STAGES),
    stage_3_lr_factor: ignored(STAGES),
    experiment_name: ignored(TRACKING),
    notes: ignored(TRACKING),
    model_name: ignored(TRACKING),
  },
};

/** Sections that training never used: their names are checked, their values do nothing. */
const UNUSED: Readonly<Record<string, readonly string[]>> = {
  inference_config: [
    "middle_trim",
    "batch_size",
    "experiment_number",
    "pad_eval",
    "window",
    "patch_weighting",
    "varpro_scaling",
    "log_patch_stats",
    "patch_stats_limit",
  ],
  datagen_config: [
    "objects_per_probe",
    "diff_per_object",
    "object_class",
    "image_size",
    "probe_paths",
    "beamstop_diameter",
  ],
};

/** Whether a configuration file is in the old form. */
export function isLegacySections(content: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(content).some((name) => SECTIONS.includes(name));
}

/**
 * Canonical values of the sections. Those for inference and data generation are checked for their
 * names only, as training never used them.
 *
 * @param note Receives a line about fields that mean nothing here.
 * @throws {ConfigError} for an unknown section or field, or a value that cannot be had here.
 */
export function valuesOfSections(
  content: Readonly<Record<string, unknown>>,
  note: (line: string) => void = () => {},
): Record<string, unknown> {
  const values: Record<string, unknown> = {}, dropped: string[] = [];
  for (const [section, fields] of Object.entries(content)) {
    if (!SECTIONS.includes(section)) throw unknownField(section, SECTIONS);
    if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
      throw new ConfigError(`section ${section} is not an object of fields: repair the file`);
    }
    const unused = UNUSED[section];
    if (unused !== undefined) {
      const wrong = Object.keys(fields).find((name) => !unused.includes(name));
      if (wrong !== undefined) {
        throw new ConfigError(`${section}: ${unknownField(wrong, unused).message}`);
      }
      dropped.push(section);
      continue;
    }
    const rules = RULES[section];
    for (const [name, value] of Object.entries(fields)) {
      const rule = rules[name];
      if (rule === undefined) {
        throw new ConfigError(
          `${section}: ${unknownField(name, Object.keys(rules)).message}`,
        );
      }
      if ("ignored" in rule) dropped.push(`${name} (${rule.ignored})`);
      else if ("inert" in rule) refuseOther(section, name, value, rule);
      else if (value !== null || !["nphotons", "seed"].includes(rule.to)) {
        values[rule.to] = rule.value === undefined ? value : rule.value(value);
      }
    }
  }
  if (dropped.length > 0) note(`without effect here: ${dropped.join(", ")}`);
  // The old interface merged patches exactly when a group had more than one.
  if (values.gridsize !== undefined) values.object_big = Number(values.gridsize) > 1;
  return values;
}

function refuseOther(
  section: string,
  name: string,
  value: unknown,
  rule: { readonly inert: readonly unknown[]; readonly why: string },
): void {
  const empty = Array.isArray(value) && value.length === 0;
  if (rule.inert.includes(value) || empty) return;
  throw new ConfigError(`${section}: ${name} cannot be ${JSON.stringify(value)} as ${rule.why}`);
}
