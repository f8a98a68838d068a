import assert from "node:assert/strict";
import { Command } from "commander";
import { addExtraFlags, addRegistryFlags, typedFlags } from "../../src/commands/registry_flags.ts";
import { respell } from "../../src/commands/spelling.ts";
import { fieldsOf } from "../../src/config/registry/registry.ts";
import type { FieldValue } from "../../src/config/registry/types.ts";
import { ConfigError } from "../../src/errors.ts";
import { samples } from "../config/samples.ts";

/** Fields typed on a command line, and the deprecation lines. */
function typed(
  command: "train" | "infer",
  args: readonly string[],
): { values: Record<string, FieldValue>; lines: string[] } {
  const { args: today, deprecations } = respell([command, ...args]);
  const lines = [...deprecations];
  const parser = new Command(command).exitOverride().allowExcessArguments(false)
    .configureOutput({ writeErr: () => {} });
  addExtraFlags(parser, command);
  addRegistryFlags(parser, command);
  parser.parse(today.slice(1), { from: "user" });
  return { values: typedFlags(parser.opts(), command, (line) => lines.push(line)), lines };
}

const write = (value: FieldValue): string =>
  value === null ? "none" : Array.isArray(value) ? value.join(",") : String(value);

for (const command of ["train", "infer"] as const) {
  for (const field of fieldsOf(command).filter((f) => f.flag !== undefined)) {
    Deno.test(`${command} --${field.flag}: every spelling and form gives ${field.name}`, () => {
      for (const value of samples(field, 2)) {
        const text = write(value), name = field.name;
        assert.deepEqual(typed(command, [`--${field.flag}`, text]), {
          values: { [name]: value },
          lines: [],
        });
        assert.deepEqual(typed(command, [`--${field.flag}=${text}`]), {
          values: { [name]: value },
          lines: [],
        });
        const underscored = field.flag!.replaceAll("-", "_");
        if (underscored !== field.flag) {
          const old = typed(command, [`--${underscored}`, text]);
          assert.deepEqual(old.values, { [name]: value });
          assert.equal(old.lines.length, 1);
          assert.match(
            old.lines[0],
            new RegExp(`--${underscored} is an old spelling: write --${field.flag}`),
          );
        }
        for (const spelling of field.spellings.filter((s) => s.value === undefined)) {
          for (const flag of new Set([spelling.name, spelling.name.replaceAll("_", "-")])) {
            const old = typed(command, [`--${flag}=${text}`]);
            assert.deepEqual(old.values, { [name]: value });
            assert.equal(old.lines.length, 1, flag);
          }
        }
      }
      if (field.type === "bool" && field.fixed === undefined) {
        const { name, flag } = field;
        assert.deepEqual(typed(command, [`--${flag}`]).values, { [name]: true });
        assert.deepEqual(typed(command, [`--no-${flag}`]).values, { [name]: false });
        for (const no of ["False", "false", "no", "0"]) {
          assert.deepEqual(typed(command, [`--${flag}`, no]).values, { [name]: false });
        }
        assert.throws(() => typed(command, [`--no-${flag}=true`]), /takes no value/);
      }
    });
  }
}

const rows: readonly (readonly ["train" | "infer", string, Record<string, FieldValue>, number])[] =
  [
    ["train", "--n_images 8", { n_groups: 8 }, 1],
    ["train", "--max_epochs=3", { nepochs: 3 }, 1],
    ["train", "--device cpu", { accelerator: "cpu" }, 1],
    ["train", "--device cuda", { accelerator: "gpu" }, 1],
    ["train", "--device cpu --accelerator auto", { accelerator: "auto" }, 1],
    ["train", "--accelerator gpu --device=cpu", { accelerator: "gpu" }, 1],
    ["train", "--accelerator cuda", { accelerator: "gpu" }, 1],
    ["train", "--disable_mlflow", { logger_backend: "none" }, 1],
    ["train", "--enable-checkpointing", { enable_checkpointing: true }, 1],
    ["train", "--disable-checkpointing", { enable_checkpointing: false }, 1],
    ["train", "--torch-accelerator cpu --torch-learning-rate 0.01", {
      accelerator: "cpu",
      learning_rate: 0.01,
    }, 2],
    ["train", "--torch-deterministic", { deterministic: true }, 1],
    ["train", "--no-torch-deterministic", { deterministic: false }, 1],
    ["train", "--torch-recon-log-fixed-indices 1,2", { recon_log_fixed_indices: [1, 2] }, 1],
    ["train", "--torch-recon-log-fixed-indices 1 2 30 --nepochs 3", {
      recon_log_fixed_indices: [1, 2, 30],
      nepochs: 3,
    }, 1],
    ["train", "--recon-log-fixed-indices 4 5", { recon_log_fixed_indices: [4, 5] }, 0],
    ["train", "--scheduler Default", { scheduler: "constant" }, 1],
    ["train", "--checkpoint-save-top-k -1", { checkpoint_save_top_k: -1 }, 0],
    ["train", "--N 128", { N: 128 }, 0],
    ["train", "--probe-mask-diameter none", { probe_mask_diameter: null }, 0],
    ["infer", "--n_images 8", { n_groups: 8 }, 1],
    ["infer", "--test_data a.npz", { test_data_file: "a.npz" }, 1],
    ["infer", "--phase-vmin -1.5", { phase_vmin: -1.5 }, 0],
  ];
for (const [command, line, values, count] of rows) {
  Deno.test(`${command} ${line}`, () => {
    const found = typed(command, line.split(" "));
    assert.deepEqual(found.values, values);
    assert.ok(count === 0 || found.lines.length === count, found.lines.join("; "));
  });
}

Deno.test("flags may come in any order", () => {
  const parts = ["--model-path=m", "--test-data=a", "--inference-batch-size=3", "--no-progress"];
  const wanted = typed("infer", parts).values;
  assert.equal(Object.keys(wanted).length, 4);
  for (let i = 1; i < parts.length; i++) {
    assert.deepEqual(typed("infer", [...parts.slice(i), ...parts.slice(0, i)]).values, wanted);
  }
});

const wrong: readonly (readonly [string, string])[] = [
  ["--nepoch", "--nepochs"],
  ["--n_image", "--n-groups"],
  ["--lerning-rate", "--learning-rate"],
  ["--max_epoch", "--nepochs"],
  ["--dryrun", "--dry-run"],
];
for (const [flag, near] of wrong) {
  Deno.test(`${flag} is unknown: ${near} is suggested`, () => {
    const message = `There is no flag ${flag}: did you mean ${near}?`;
    assert.throws(() => respell(["train", flag, "3"]), { message });
    assert.deepEqual(respell(["train", flag, "3"], [flag]).args, ["train", flag, "3"]);
  });
}

for (
  const [command, flag, other] of [
    ["infer", "--nepochs", "train"],
    ["infer", "--torch-learning-rate=1e-3", "train"],
    ["infer", "--no-checkpoint", "train"],
    ["train", "--phase-vmin", "infer"],
    ["train", "--varpro_scaling", "infer"],
  ] as const
) {
  Deno.test(`${command} ${flag} is known and belongs to ${other}`, () => {
    assert.throws(
      () => respell([command, flag]),
      (e) => e instanceof ConfigError && e.message.includes(`is a flag of ${other}`),
    );
  });
}

Deno.test("a flag typed twice with different values is refused, not dropped", () => {
  for (
    const line of [
      "--nepochs 3 --nepochs=4",
      "--nepochs 3 --max_epochs 4",
      "--deterministic --no-deterministic",
      "--no-progress --progress",
      "--config a.json --config b.json",
    ]
  ) {
    assert.throws(
      () => typed("train", line.split(" ")),
      (e) => e instanceof ConfigError && /typed twice, as .* and as .*: keep one/.test(e.message),
      line,
    );
  }
  assert.deepEqual(typed("train", ["--nepochs", "3", "--nepochs=3"]).values, { nepochs: 3 });
});

Deno.test("other commands: underscores are told, nothing else is touched", () => {
  const known = ["--n-positions"];
  assert.deepEqual(respell(["simulate", "--n_positions=3", "--x_y"], known), {
    args: ["simulate", "--n-positions=3", "--x_y"],
    deprecations: ["--n_positions is an old spelling: write --n-positions"],
  });

  assert.deepEqual(respell(["simulate", "--n_images", "3"]).args, ["simulate", "--n_images", "3"]);
});
