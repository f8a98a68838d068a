import assert from "node:assert/strict";
import { fromLegacyParams, legacyKeys, legacyParams } from "../../src/config/bridge/legacy.ts";
import { isLegacySections, valuesOfSections } from "../../src/config/bridge/sections.ts";
import {
  activationOf,
  BRIDGE_CONSTANTS,
  type Canonical,
  gridsizeOf,
  modelTypeOf,
  probeMaskOf,
  toInferenceConfig,
  toModelConfig,
  toTrainingConfig,
} from "../../src/config/bridge/torch.ts";
import { resolveRun } from "../../src/config/presets.ts";
import { fieldOf } from "../../src/config/registry/registry.ts";
import { createTrainingPayload } from "../../src/config/resolution/payload.ts";
import { ConfigError } from "../../src/errors.ts";
import { dataFile, memoryHost } from "./hosts.ts";

/** The 61 keys a default canonical training configuration has in the flat dictionary. */
const KEYS = (
  "N gridsize n_filters_scale model_type architecture fno_modes fno_width fno_blocks " +
  "fno_cnn_blocks learned_input_channels max_hidden_channels resnet_width fno_input_transform " +
  "generator_output_mode amp_activation object.big probe.big probe.mask probe_mask_sigma " +
  "probe_mask_diameter pad_object probe_scale gaussian_smoothing_sigma " +
  "train_data_file_path test_data_file_path batch_size nepochs mae_weight nll_weight " +
  "realspace_mae_weight realspace_weight nphotons n_groups n_images n_subsample subsample_seed " +
  "neighbor_count enable_oversampling neighbor_pool_size positions.provided probe.trainable " +
  "intensity_scale.trainable output_prefix sequential_sampling backend torch_loss_mode " +
  "torch_mae_pred_l2_match_target gradient_clip_val gradient_clip_algorithm optimizer momentum " +
  "weight_decay adam_beta1 adam_beta2 scheduler lr_warmup_epochs lr_min_ratio plateau_factor " +
  "plateau_patience plateau_min_lr plateau_threshold"
).split(" ");

Deno.test("the flat dictionary has exactly the 61 keys", () => {
  assert.equal(KEYS.length, 61);
  assert.deepEqual([...legacyKeys()].sort(), [...KEYS].sort());
  assert.deepEqual(Object.keys(legacyParams(resolveRun())).sort(), [...KEYS].sort());
});

const renamed: readonly (readonly [string, Record<string, unknown>, string, unknown])[] = [
  ["object_big", { object_big: true }, "object.big", true],
  ["probe_big", { probe_big: false }, "probe.big", false],
  ["probe_mask", { probe_mask: true }, "probe.mask", true],
  ["probe_trainable", { probe_trainable: true }, "probe.trainable", true],
  [
    "intensity_scale_trainable",
    { intensity_scale_trainable: true },
    "intensity_scale.trainable",
    true,
  ],
  ["positions_provided", {}, "positions.provided", true],
  ["seed", { seed: 9 }, "subsample_seed", 9],
  ["amp_activation", { amp_activation: "silu" }, "amp_activation", "swish"],
  ["scheduler constant", { scheduler: "constant" }, "scheduler", "Default"],
  ["scheduler plateau", { scheduler: "plateau" }, "scheduler", "ReduceLROnPlateau"],
  ["scheduler exponential", { scheduler: "exponential" }, "scheduler", "Exponential"],
  ["scheduler warmup_cosine", { scheduler: "warmup_cosine" }, "scheduler", "WarmupCosine"],
  ["n_groups", { n_groups: 77 }, "n_groups", 77],
  ["gridsize", { gridsize: 2 }, "gridsize", 2],
];
for (const [name, overrides, key, value] of renamed) {
  Deno.test(`legacy: ${name} goes to ${key} and back`, () => {
    const run = resolveRun(overrides), params = legacyParams(run);
    assert.equal(params[key], value);
    const { output_dir, ...back } = fromLegacyParams(params);
    assert.equal(output_dir, "training_outputs");
    assert.deepEqual({ ...resolveRun(back) }, { ...run });
  });
}

Deno.test("legacy: files are projected, execution is not", () => {
  const params = legacyParams(resolveRun({ learning_rate: 5e-4 }), {
    train_data_file: "a.npz",
    output_dir: "out",
  });
  assert.equal(params["train_data_file_path"], "a.npz");
  assert.equal(params["test_data_file_path"], null);
  assert.equal(params["output_prefix"], "out");
  for (const name of Object.keys(params)) {
    const field = fieldOf(name, "execution");
    assert.equal(field, undefined, name);
  }
});

Deno.test("legacy: nothing of one run is left in the next, unset values are null", () => {
  const first = legacyParams(resolveRun({ n_groups: 5, gradient_clip_val: 3 }));
  const second = legacyParams(resolveRun({ n_groups: null, gradient_clip_val: null }));
  assert.equal(first["n_groups"], 5);
  assert.equal(second["n_groups"], null);
  assert.equal(second["gradient_clip_val"], null);
  assert.ok(Object.values(second).every((value) => value !== undefined));
});

Deno.test("legacy: the old name of n_groups, an unknown key, an impossible value", () => {
  assert.deepEqual(fromLegacyParams({ n_images: 8, n_groups: null }), { n_groups: 8 });
  assert.throws(() => fromLegacyParams({ n_images: 8, n_groups: 4 }), /n_images and n_groups/);
  assert.throws(() => fromLegacyParams({ "object.bigg": true }), /did you mean object\.big/);
  assert.throws(
    () => resolveRun(fromLegacyParams({ architecture: "fno" })),
    /architecture cannot be fno/,
  );
  assert.deepEqual(fromLegacyParams({ backend: "tensorflow" }), {});
});

Deno.test("legacy: a dictionary is a configuration file", async () => {
  const params = legacyParams(resolveRun({ gridsize: 2, nepochs: 3 }));
  const { run } = await createTrainingPayload(
    { file: fromLegacyParams(params), flags: { train_data_file: "a.npz" } },
    memoryHost({ "a.npz": await dataFile() }),
  );
  assert.equal(run.model.gridsize, 2);
  assert.equal(run.training.nepochs, 3);
});

const model = (data = {}, pt = {}, overrides = {}): Canonical =>
  toModelConfig({ grid_size: [1, 1], ...data }, pt, overrides);
const training = (
  data = {},
  pt = {},
  t = {},
  overrides = {},
  warn = (_: string) => {},
): Canonical =>
  toTrainingConfig(
    model(),
    { nphotons: 1e9, ...data },
    pt,
    { n_groups: 4, train_data_file: "a", test_data_file: "b", ...t },
    overrides,
    warn,
  );

const models: readonly (readonly [
  string,
  Record<string, unknown>,
  Record<string, unknown>,
  string,
  unknown,
])[] = [
  ["N", { N: 128 }, {}, "N", 128],
  ["grid_size", { grid_size: [2, 2] }, {}, "gridsize", 2],
  ["probe_scale", { probe_scale: 1 }, {}, "probe_scale", 1],
  ["mode Unsupervised", {}, { mode: "Unsupervised" }, "model_type", "pinn"],
  ["mode Supervised", {}, { mode: "Supervised" }, "model_type", "supervised"],
  ["silu", {}, { amp_activation: "silu" }, "amp_activation", "swish"],
  ["SiLU", {}, { amp_activation: "SiLU" }, "amp_activation", "swish"],
  ["sigmoid", {}, { amp_activation: "sigmoid" }, "amp_activation", "sigmoid"],
  ["softplus", {}, { amp_activation: "softplus" }, "amp_activation", "softplus"],
  ["relu", {}, { amp_activation: "relu" }, "amp_activation", "relu"],
  ["probe_mask true", {}, { probe_mask: true }, "probe_mask", true],
  ["probe_mask false", {}, { probe_mask: false }, "probe_mask", false],
  ["probe_mask null", {}, { probe_mask: null }, "probe_mask", false],
  ["probe_mask as a tensor", {}, { probe_mask: [1, 1] }, "probe_mask", true],
  ["probe_mask_tensor", {}, { probe_mask: false, probe_mask_tensor: [1] }, "probe_mask", true],
  ...[
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
  ].map((name) => [name, {}, { [name]: "marked" }, name, "marked"] as const),
];
for (const [name, data, pt, target, value] of models) {
  Deno.test(`torch model: ${name} gives ${target}`, () => {
    assert.equal(model(data, pt)[target], value);
    assert.equal(model(data, pt, { [target]: "won" })[target], "won");
  });
}

const trainings: readonly (readonly [
  string,
  Record<string, unknown>,
  Record<string, unknown>,
  Record<string, unknown>,
  string,
  unknown,
])[] = [
  ["batch_size", {}, {}, { batch_size: 8 }, "batch_size", 8],
  ["epochs", {}, {}, { epochs: 7 }, "nepochs", 7],
  ["nll true", {}, {}, { nll: true }, "nll_weight", 1],
  ["nll false", {}, {}, { nll: false }, "nll_weight", 0],
  ["K", { K: 9 }, {}, {}, "neighbor_count", 9],
  ["nphotons", { nphotons: 1e6 }, {}, {}, "nphotons", 1e6],
  [
    "intensity_scale_trainable",
    {},
    { intensity_scale_trainable: true },
    {},
    "intensity_scale_trainable",
    true,
  ],
  ["subsample_seed", { subsample_seed: 3 }, {}, {}, "subsample_seed", 3],
  ["an empty output_dir", {}, {}, { output_dir: "" }, "output_dir", "training_outputs"],
  ["output_dir", {}, {}, { output_dir: "o" }, "output_dir", "o"],
  ["backend", {}, {}, {}, "backend", "pytorch"],
  ...[
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
    "train_data_file",
    "test_data_file",
  ].map((name) => [name, {}, {}, { [name]: "marked" }, name, "marked"] as const),
  ...Object.entries(BRIDGE_CONSTANTS).map(([name, value]) =>
    [`constant ${name}`, {}, {}, {}, name, value] as const
  ),
];
for (const [name, data, pt, t, target, value] of trainings) {
  Deno.test(`torch training: ${name} gives ${target}`, () => {
    assert.equal(training(data, pt, t)[target], value);
    assert.equal(training(data, pt, t, { [target]: "won" })[target], "won");
  });
}

const errors: readonly (readonly [string, () => unknown, RegExp])[] = [
  ["a grid that is not square", () => gridsizeOf([2, 3]), /grid_size is \[2,3\]/],
  ["a grid that is no pair", () => gridsizeOf(2), /grid_size is 2/],
  ["an unknown mode", () => modelTypeOf("Semi"), /mode is "Semi": Supervised or Unsupervised/],
  [
    "an unknown activation",
    () => activationOf("tanh"),
    /"tanh": one of silu, SiLU, sigmoid, swish, softplus, relu/,
  ],
  [
    "the photon number that is only a default",
    () => training({ nphotons: 1e5 }),
    /nphotons is 100000.*canonical 1e9/,
  ],
  ["no groups", () => training({}, {}, { n_groups: null }), /n_groups is missing/],
  [
    "no training file",
    () => training({}, {}, { train_data_file: null }),
    /train_data_file is missing/,
  ],
  [
    "no model for inference",
    () => toInferenceConfig(model(), {}, { test_data_file: "a" }),
    /model_path is missing/,
  ],
  [
    "no data for inference",
    () => toInferenceConfig(model(), {}, { model_path: "a" }),
    /test_data_file is missing/,
  ],
];
for (const [name, make, message] of errors) {
  Deno.test(`torch: ${name} is an error`, () => {
    assert.throws(make, (e) => e instanceof ConfigError && message.test(e.message));
  });
}

Deno.test("torch: the default photon number passes when it is stated, no test file only warns", () => {
  assert.equal(training({ nphotons: 1e5 }, {}, {}, { nphotons: 1e5 }).nphotons, 1e5);
  const lines: string[] = [];
  training({}, {}, { test_data_file: null }, {}, (line) => lines.push(line));
  assert.match(lines[0], /test_data_file is missing/);
  assert.equal(lines.length, 1);
});

Deno.test("torch: inference carries K, and no seed", () => {
  const made = toInferenceConfig(model(), { K: 7, subsample_seed: 3 }, {
    model_path: "m",
    test_data_file: "t",
  });
  assert.equal(made.neighbor_count, 7);
  assert.equal(made.subsample_seed, null);
  assert.equal(made.output_dir, "inference_outputs");
  assert.equal(made.debug, false);
  assert.equal(made.backend, "pytorch");
});

Deno.test("torch: mask rules", () => {
  assert.equal(probeMaskOf(undefined, undefined), false);
  assert.equal(probeMaskOf(false, undefined), false);
  assert.equal(probeMaskOf("disk", null), true);
});

const sections = {
  data_config: {
    N: 64,
    C: 4,
    K: 6,
    grid_size: [2, 2],
    nphotons: 1e6,
    probe_scale: 4,
    normalize: "Batch",
  },
  model_config: {
    mode: "Unsupervised",
    amp_activation: "silu",
    n_filters_scale: 1,
    C_model: 4,
    loss_function: "Poisson",
  },
  training_config: {
    epochs: 3,
    batch_size: 8,
    learning_rate: 0.002,
    scheduler: "Exponential",
    experiment_name: "x",
    training_directories: [],
  },
  inference_config: { middle_trim: 32 },
  datagen_config: { objects_per_probe: 4 },
};
Deno.test("sections: the old JSON interface gives a run", async () => {
  assert.ok(isLegacySections(sections));
  const notes: string[] = [];
  const file = valuesOfSections(sections, (line) => notes.push(line));
  const { run, execution } = await createTrainingPayload(
    { file, flags: { train_data_file: "a.npz" } },
    memoryHost({ "a.npz": await dataFile() }),
  );
  assert.equal(run.model.gridsize, 2);
  assert.equal(run.model.object_big, true);
  assert.equal(run.model.amp_activation, "silu");
  assert.equal(run.training.neighbor_count, 6);
  assert.equal(run.training.nepochs, 3);
  assert.equal(run.training.scheduler, "exponential");
  assert.equal(execution.learning_rate, 0.002);
  assert.match(notes[0], /without effect here: .*experiment_name/);
  assert.equal(notes.length, 1);
});

const broken: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
  [
    "an unknown section",
    { data_confg: {}, data_config: {} },
    /data_confg: did you mean data_config/,
  ],
  [
    "an unknown field",
    { training_config: { epoch: 3 } },
    /training_config: .*epoch: did you mean epochs/,
  ],
  [
    "an unknown field of a section that training does not use",
    { inference_config: { middle_trimm: 32 } },
    /inference_config: .*middle_trimm: did you mean middle_trim/,
  ],
  ["a section that is no object", { data_config: 3 }, /data_config is not an object/],
  [
    "a value that cannot be had",
    { model_config: { eca_encoder: true } },
    /eca_encoder cannot be true/,
  ],
  [
    "stages",
    { training_config: { stage_1_epochs: 5 } },
    /stage_1_epochs cannot be 5 as training has one stage/,
  ],
  ["a grid that is not square", { data_config: { grid_size: [2, 1] } }, /grid_size is \[2,1\]/],
];
for (const [name, content, message] of broken) {
  Deno.test(`sections: ${name} is an error`, () => {
    assert.throws(
      () => valuesOfSections(content),
      (e) => e instanceof ConfigError && message.test(e.message),
    );
  });
}
