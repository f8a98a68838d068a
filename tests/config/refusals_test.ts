import assert from "node:assert/strict";
import { resolveRun } from "../../src/config/presets.ts";
import { FIELDS } from "../../src/config/registry/registry.ts";
import type { FieldEntry } from "../../src/config/registry/types.ts";
import { readStatement } from "../../src/config/resolution/statement.ts";
import { ConfigError } from "../../src/errors.ts";
import { respell } from "../../src/commands/spelling.ts";
import { REFUSED_FLAGS } from "../../src/commands/refused_flags.ts";

/** A value of the right type that is not the one possible. */
function another(field: FieldEntry): unknown {
  if (field.type === "bool") return !field.value;
  if (field.type === "text") return "other";
  if (field.type === "choice") return field.choices?.find((c) => c !== field.value) ?? "other";
  const next = Number(field.value ?? 0) + 1;
  return next > (field.max ?? Infinity) ? (field.max ?? 0) / 2 : next;
}

// "fixed fields": each is refused by name with its reason, and its one value is accepted.
for (const field of FIELDS.filter((f) => f.fixed !== undefined)) {
  Deno.test(`fixed fields: ${field.owner}.${field.name} takes one value only`, () => {
    const command = field.commands.includes("train") ? "train" : "infer";
    const pair = ["scale_contract_version", "measurement_domain"].includes(field.name)
      ? { scale_contract_version: "ci_intensity_v2", measurement_domain: "count_intensity" }
      : {};
    const state = (value: unknown, from: "file" | "overrides") =>
      readStatement(command, { [from]: { ...pair, [field.name]: value } }, undefined);
    for (const from of ["file", "overrides"] as const) {
      assert.equal(state(field.value, from).values[field.name], field.value);
      assert.throws(
        () => state(another(field), from),
        (e) => e instanceof ConfigError && e.message.includes(field.name),
      );
    }
    const stated = field.type !== "choice" || (field.choices ?? []).length > 1;
    if (stated) {
      assert.throws(() => state(another(field), "file"), new RegExp(field.fixed!.slice(0, 20)));
    }
  });
}

const values: readonly (readonly [string, string, RegExp])[] = [
  ["backend", "tensorflow", /backend cannot be tensorflow as this program computes with WebGPU/],
  ["backend", "pytorch", /backend cannot be pytorch .*import-torch/],
  ["devices", "4", /devices cannot be 4 as one adapter computes: use auto/],
  ["architecture", "unet", /architecture cannot be unet as the Fourier networks are not ported/],
  ["strategy", "ddp", /strategy cannot be ddp as one adapter computes/],
  ["precision", "bf16-mixed", /precision cannot be bf16-mixed as shaders have no bfloat16/],
  ["precision", "64-true", /precision is "64-true"/],
  ["accelerator", "tpu", /accelerator cannot be tpu as WebGPU does not reach a TPU/],
  ["scheduler", "MultiStage", /scheduler cannot be MultiStage as it never changed the rate/],
  ["scheduler", "Adaptive", /scheduler cannot be Adaptive/],
  ["scheduler", "CosineAnnealing", /use warmup_cosine/],
  ["logger_backend", "tensorbord", /tensorboard\?/],
  ["deterministic", "warn", /deterministic is "warn": true or false/],
  ["model_type", "autoencoder", /model_type is "autoencoder"/],
];
for (const [field, value, message] of values) {
  Deno.test(`${field} ${value} is refused by name`, () => {
    assert.throws(() => readStatement("train", { file: { [field]: value } }, undefined), message);
    assert.throws(
      () => readStatement("train", { overrides: { [field]: value } }, undefined),
      message,
    );
  });
}

const kept: readonly (readonly [string, unknown, unknown])[] = [
  ["scheduler", "Default", "constant"],
  ["scheduler", "Exponential", "exponential"],
  ["scheduler", "WarmupCosine", "warmup_cosine"],
  ["scheduler", "ReduceLROnPlateau", "plateau"],
  ["amp_activation", "swish", "silu"],
  ["accelerator", "cuda", "gpu"],
  ["model_type", "Unsupervised", "pinn"],
];
for (const [field, old, today] of kept) {
  Deno.test(`${field} ${old} is an old name of ${today}, told in one line`, () => {
    const lines: string[] = [];
    const { values } = readStatement("train", { file: { [field]: old } }, (l) => lines.push(l));
    assert.equal(values[field], today);
    assert.equal(lines.length, 1);
    assert.match(lines[0], new RegExp(`${old} is an old name: write ${today}`));
  });
}

Deno.test("devices 1 and strategy single are current words for the only possibility", () => {
  const lines: string[] = [];
  for (const devices of [1, "1", "auto"]) {
    const file = { devices, strategy: "single", precision: "32" };
    const { values } = readStatement("train", { file }, (l) => lines.push(l));
    assert.deepEqual([values.devices, values.strategy, values.precision], [
      "auto",
      "auto",
      "32-true",
    ]);
  }
  assert.deepEqual(lines, []);
});

Deno.test("API: an unknown override is an error with the nearest name", () => {
  assert.throws(() => resolveRun({ lerning_rate: 1 }), /lerning_rate: did you mean learning_rate/);
});

for (const command of ["train", "infer"] as const) {
  for (const [flag, why] of Object.entries(REFUSED_FLAGS[command])) {
    Deno.test(`${command} --${flag} is refused with its reason`, () => {
      const refuse = (spelled: string) =>
        assert.throws(
          () => respell([command, `--${spelled}`]),
          (e) => e instanceof ConfigError && e.message.includes(why),
        );
      refuse(flag);
      refuse(flag.replaceAll("-", "_"));
    });
  }
}
