/**
 * Fields of the update rule and the learning-rate curve.
 *
 * @module
 */
import { entries, type FieldEntry } from "./types.ts";

const knob = (name: string): string => `workflows/train_test.ts: ${name}`;

/** Curves under their historical names. */
export const SCHEDULER_NAMES: Readonly<Record<string, string>> = {
  Default: "constant",
  Exponential: "exponential",
  WarmupCosine: "warmup_cosine",
  ReduceLROnPlateau: "plateau",
};

/** Entries of owner `training` that say how weights are updated. */
export const UPDATE_ENTRIES: readonly FieldEntry[] = entries("training", ["train"], {
  optimizer: {
    type: "choice",
    value: "adam",
    choices: ["adam", "adamw", "sgd"],
    legacyKey: "optimizer",
    help: "update rule",
    evidence: knob("optimizer adamw"),
  },
  adam_beta1: {
    type: "number",
    value: 0.9,
    min: 0,
    max: 0.999999,
    legacyKey: "adam_beta1",
    help: "decay of the first moment",
    evidence: knob("adam_beta1"),
  },
  adam_beta2: {
    type: "number",
    value: 0.999,
    min: 0,
    max: 0.9999999,
    legacyKey: "adam_beta2",
    help: "decay of the second moment",
    evidence: knob("adam_beta2"),
  },
  momentum: {
    type: "number",
    value: 0.9,
    min: 0,
    max: 0.999999,
    legacyKey: "momentum",
    help: "sgd: momentum (Nesterov above 0)",
    evidence: knob("momentum"),
  },
  weight_decay: {
    type: "number",
    value: 0,
    min: 0,
    legacyKey: "weight_decay",
    help: "L2 penalty, or decoupled decay with adamw",
    evidence: knob("weight_decay"),
  },
  scheduler: {
    type: "choice",
    value: "warmup_cosine",
    reference: "constant",
    choices: ["constant", "exponential", "warmup_cosine", "plateau"],
    valueAliases: SCHEDULER_NAMES,
    refusedValues: {
      MultiStage: "it never changed the rate: use constant, or plateau for a falling one",
      Adaptive: "it never changed the rate: use constant, or plateau for a falling one",
      CosineAnnealing: "it never changed the rate: use warmup_cosine with lr_warmup_epochs 0",
    },
    legacyKey: "scheduler",
    help: "learning-rate curve",
    evidence: knob("scheduler constant"),
  },
  lr_gamma: {
    type: "number",
    value: 0.95,
    min: 0,
    above: true,
    max: 1,
    help: "exponential: factor per epoch",
    evidence: knob("lr_gamma"),
  },
  lr_warmup_epochs: {
    type: "number",
    value: 1,
    min: 0,
    unit: "epochs",
    legacyKey: "lr_warmup_epochs",
    help: "warmup_cosine: epochs of warm-up",
    evidence: knob("lr_warmup_epochs"),
  },
  lr_min_ratio: {
    type: "number",
    value: 0.03,
    min: 0,
    max: 1,
    legacyKey: "lr_min_ratio",
    help: "warmup_cosine: last rate over first",
    evidence: knob("lr_min_ratio"),
  },
  plateau_factor: {
    type: "number",
    value: 0.5,
    min: 0,
    above: true,
    max: 1,
    legacyKey: "plateau_factor",
    help: "plateau: factor",
    evidence: "config/engine_test.ts: plateau_factor",
  },
  plateau_patience: {
    type: "int",
    value: 2,
    min: 0,
    unit: "epochs",
    legacyKey: "plateau_patience",
    help: "plateau: epochs without improvement",
    evidence: "config/engine_test.ts: plateau_patience",
  },
  plateau_min_lr: {
    type: "number",
    value: 5e-5,
    min: 0,
    legacyKey: "plateau_min_lr",
    help: "plateau: smallest rate",
    evidence: "config/engine_test.ts: plateau_min_lr",
  },
  plateau_threshold: {
    type: "number",
    value: 0,
    min: 0,
    max: 1,
    legacyKey: "plateau_threshold",
    help: "plateau: share by which a loss must fall to count as better",
    evidence: "config/engine_test.ts: plateau_threshold",
  },
  gradient_clip_val: {
    type: "number",
    value: 0.01,
    reference: null,
    min: 0,
    above: true,
    optional: true,
    legacyKey: "gradient_clip_val",
    help: "limit of the gradient, none is off",
    evidence: knob("gradient_clip_val"),
  },
  gradient_clip_algorithm: {
    type: "choice",
    value: "agc",
    reference: "norm",
    choices: ["norm", "value", "agc"],
    legacyKey: "gradient_clip_algorithm",
    help: "what is limited",
    evidence: knob("gradient_clip value"),
  },
});
