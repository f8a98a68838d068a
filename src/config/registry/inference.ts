/**
 * Fields of a reconstruction.
 *
 * @module
 */
import { also, entries, type FieldEntry } from "./types.ts";

const cli = (name: string): string => `commands/infer_effects_test.ts: ${name}`;

const refusal = "config/refusals_test.ts: fixed fields";

/** Entries of owner `inference`. */
export const INFERENCE_ENTRIES: readonly FieldEntry[] = entries("inference", ["infer"], {
  model_path: {
    type: "text",
    value: null,
    optional: true,
    legacyKey: "model_path",
    help: "folder of a training run, or its model file (required)",
    evidence: "commands/cli_test.ts: train and infer write what they promise",
  },
  test_data_file: {
    type: "text",
    value: null,
    optional: true,
    flag: "test-data",
    legacyKey: "test_data_file_path",
    spellings: also("test_data_file", "test_data_file_path"),
    help: "NPZ file with the scan (required)",
    evidence: "commands/cli_test.ts: train and infer write what they promise",
  },
  output_dir: {
    type: "text",
    value: "inference_outputs",
    legacyKey: "output_prefix",
    spellings: also("output_prefix"),
    help: "where results go",
    evidence: "commands/cli_test.ts: train and infer write what they promise",
  },
  n_groups: {
    type: "int",
    value: null,
    min: 1,
    optional: true,
    unit: "groups",
    legacyKey: "n_groups",
    spellings: also("n_images"),
    help: "groups reconstructed, none is one a position",
    evidence: cli("n_groups"),
  },
  n_subsample: {
    type: "int",
    value: null,
    min: 1,
    optional: true,
    unit: "patterns",
    legacyKey: "n_subsample",
    help: "patterns kept before grouping, none is all",
    evidence: cli("n_subsample"),
  },
  seed: {
    type: "int",
    value: 42,
    min: 0,
    max: 4294967295,
    legacyKey: "subsample_seed",
    spellings: also("subsample_seed"),
    help: "seed of that choice",
    evidence: cli("seed"),
  },
  neighbor_count: {
    type: "int",
    value: null,
    min: 1,
    optional: true,
    legacyKey: "neighbor_count",
    help:
      "neighbours among which a group is chosen (models of several patterns), none is as trained",
    evidence: cli("neighbor_count"),
  },
  enable_oversampling: {
    type: "bool",
    value: false,
    legacyKey: "enable_oversampling",
    help: "allow more groups than positions (models of several patterns)",
    evidence: cli("enable_oversampling"),
  },
  neighbor_pool_size: {
    type: "int",
    value: null,
    min: 1,
    optional: true,
    legacyKey: "neighbor_pool_size",
    help: "neighbours used when oversampling, none is neighbor_count",
    evidence: cli("neighbor_pool_size"),
  },
  debug: {
    type: "bool",
    value: false,
    flag: undefined,
    legacyKey: "debug",
    help: "extra lines in the log",
    fixed: "the log holds every line, and --verbose shows them: leave it out",
    evidence: refusal,
  },
  backend: {
    type: "choice",
    value: "webgpu",
    choices: ["webgpu"],
    flag: undefined,
    legacyKey: "backend",
    help: "what computes",
    fixed: "this program computes with WebGPU alone: leave it out",
    evidence: refusal,
  },
  patch_weighting: {
    type: "choice",
    value: "probe",
    choices: ["probe", "uniform"],
    help: "weights of overlapping patches",
    evidence: cli("patch_weighting"),
  },
  middle_trim: {
    type: "int",
    value: null,
    min: 2,
    optional: true,
    unit: "px",
    help: "side of the central square of each patch, none is N/2",
    evidence: cli("middle_trim"),
  },
  varpro_scaling: {
    type: "bool",
    value: false,
    help: "fit the scales of real and imaginary part to the data",
    evidence: cli("varpro_scaling"),
  },
  phase_vmin: {
    type: "number",
    value: null,
    min: -4,
    max: 4,
    optional: true,
    unit: "rad",
    help: "lower end of the phase picture, none is the data's",
    evidence: cli("phase_vmin"),
  },
  phase_vmax: {
    type: "number",
    value: null,
    min: -4,
    max: 4,
    optional: true,
    unit: "rad",
    help: "upper end of the phase picture, none is the data's",
    evidence: cli("phase_vmax"),
  },
  comparison_plot: {
    type: "bool",
    value: false,
    help: "also draw the reconstruction beside the object of the file",
    evidence: cli("comparison_plot"),
  },
});
