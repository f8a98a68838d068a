import assert from "node:assert/strict";
import { REFUSED_FLAGS } from "../../src/commands/refused_flags.ts";
import { respell } from "../../src/commands/spelling.ts";
import { legacyParams } from "../../src/config/bridge/legacy.ts";
import { valuesOfSections } from "../../src/config/bridge/sections.ts";
import { resolveRun } from "../../src/config/presets.ts";
import { FIELDS, fieldsOf, ownedBy } from "../../src/config/registry/registry.ts";
import type { FieldValue } from "../../src/config/registry/types.ts";
import { inferProbeSize } from "../../src/config/resolution/data_facts.ts";
import {
  createInferencePayload,
  createTrainingPayload,
} from "../../src/config/resolution/payload.ts";
import type { Statement } from "../../src/config/resolution/statement.ts";
import { bytesSource } from "../../src/io/source.ts";
import { tabulate } from "../../src/workflows/groups.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";
import { dataFile, memoryHost } from "./hosts.ts";

// One test for each known defect of the original system, in the order of its list.

const file = await dataFile();
const train = (statement: Statement) =>
  createTrainingPayload(
    { ...statement, flags: { train_data_file: "a.npz", ...statement.flags } },
    memoryHost({ "a.npz": file }),
  );
const flag = (flags: Record<string, FieldValue>) => train({ flags });
const source = async (statement: Statement, field: string) =>
  (await train(statement)).audit.find((row) => row.field === field);

Deno.test("defect 1: an old flag that is not typed decides nothing and warns of nothing", async () => {
  const { args, deprecations } = respell(["train", "--accelerator", "auto"]);
  assert.deepEqual(args, ["train", "--accelerator", "auto"]);
  assert.deepEqual(deprecations, []);
  const host = memoryHost({ "a.npz": file });
  const { execution } = await createTrainingPayload({ flags: { train_data_file: "a.npz" } }, host);
  assert.equal(execution.accelerator, "auto");
  assert.deepEqual(host.deprecations, []);
});

Deno.test("defect 2: no accepted knob is without effect: each names its test", async () => {
  // Existence of the named tests: registry_test.ts. Here: none is excused.
  for (const field of FIELDS) {
    assert.match(field.evidence, /^[a-z_]+\/[a-z_]+_test\.ts: ./, field.name);
  }
  const { run, execution } = await flag({
    scheduler: "plateau",
    num_workers: 2,
    checkpoint_monitor_metric: "train_loss",
  });
  assert.equal(run.training.scheduler, "plateau");
  assert.equal(execution.num_workers, 2);
  assert.equal(execution.checkpoint_monitor_metric, "train_loss");
  assert.equal(ownedBy("execution").find((f) => f.name === "scheduler"), undefined);
});

Deno.test("defect 3: N, optional fields, booleans and files do what they say", async () => {
  assert.equal((await flag({ N: 64 })).run.model.N, 64);
  assert.equal((await flag({ probe_mask_diameter: 20 })).run.model.probe_mask_diameter, 20);
  assert.equal((await flag({ object_big: false, gridsize: 2 })).run.model.object_big, false);
  // A file loses to what was typed and wins over what was not.
  const { run } = await train({
    file: { nepochs: 100, batch_size: 32, model: { gridsize: 2 } },
    flags: { gridsize: 1 },
  });
  assert.deepEqual([run.training.nepochs, run.training.batch_size, run.model.gridsize], [
    100,
    32,
    1,
  ]);
  const flat = await train({ file: { nepochs: 100, gridsize: 2 } });
  assert.deepEqual([flat.run.training.nepochs, flat.run.model.gridsize], [100, 2]);
});

Deno.test("defect 4: --flag=value counts as typed, one flag needs no other, each can be switched off", async () => {
  assert.deepEqual(respell(["train", "--torch-num-workers=2"]).args, ["train", "--num-workers=2"]);
  const alone = await flag({ num_workers: 2 });
  assert.equal(alone.execution.learning_rate, 1e-3);
  assert.equal((await source({ flags: { num_workers: 2 } }, "num_workers"))?.source, "flag");
  for (const field of fieldsOf("train").filter((f) => f.type === "bool" && f.flag !== undefined)) {
    assert.deepEqual(respell(["train", `--no-${field.flag}`]).args, [
      "train",
      `--${field.flag}=false`,
    ]);
  }
});

Deno.test("defect 5: inference does not depend on the order of flags", () => {
  const parts = ["--output-dir=o", "--model-path=m", "--test-data=t"];
  for (let i = 0; i < 3; i++) {
    const turned = [...parts.slice(i), ...parts.slice(0, i)];
    assert.deepEqual(respell(["infer", ...turned]).args.sort(), ["infer", ...parts].sort());
  }
  assert.match(REFUSED_FLAGS.infer.backend, /WebGPU/);
});

Deno.test("defect 6: the audit tells the learning rate that trains", async () => {
  const statement = { overrides: { learning_rate: 1e-4 }, flags: { learning_rate: 1e-2 } };
  const row = await source(statement, "learning_rate");
  assert.equal(row?.value, 1e-4);
  assert.equal((await train(statement)).run.training.learning_rate, row?.value);
  assert.deepEqual(row?.overridden[0], { value: 1e-2, source: "flag" });
});

Deno.test("defect 7: top k -1 is taken, workers and loggers are checked", async () => {
  assert.equal((await flag({ checkpoint_save_top_k: -1 })).execution.checkpoint_save_top_k, -1);
  await assert.rejects(flag({ checkpoint_save_top_k: -2 }), /at least -1/);
  await assert.rejects(flag({ persistent_workers: true }), /persistent_workers cannot be true/);
  await assert.rejects(flag({ logger_backend: "tensorbord" }), /tensorboard\?/);
});

Deno.test("defect 8: groups are groups, and no pattern is left out unless asked", async () => {
  const { run } = await train({ file: { n_images: 6, gridsize: 2 } });
  assert.equal(run.training.n_groups, 6);
  const groups = tabulate(tinyScan(12), run);
  assert.deepEqual([groups.count, groups.channels], [6, 4]);
  for (let g = 0; g < groups.count; g++) {
    const members = new Set(groups.indices.subarray(4 * g, 4 * g + 4));
    assert.equal(members.size, 4, "one pattern must not be repeated over the channels");
  }
  const { inference } = await createInferencePayload(
    { flags: { model_path: "m", test_data_file: "a.npz" } },
    memoryHost({ m: file, "a.npz": file }),
  );
  assert.equal(inference.n_groups, null);
});

Deno.test("defect 9: an unknown override is an error", async () => {
  await assert.rejects(
    train({ overrides: { bach_size: 3 } }),
    /bach_size: did you mean batch_size/,
  );
  await assert.rejects(train({ file: { execution: { nun_workers: 3 } } }), /nun_workers/);
});

Deno.test("defect 11: broken sections of the old JSON are an error, not a crash", () => {
  assert.throws(() => valuesOfSections({ training_config: null }), /is not an object of fields/);
  assert.throws(() => valuesOfSections({ training_config: { epochz: 1 } }), /did you mean epochs/);
  assert.match(REFUSED_FLAGS.infer["run-id"], /--model-path/);
});

Deno.test("defect 13: the probe size is the last axis, and never a guess", async () => {
  assert.equal(await inferProbeSize(bytesSource("a", await dataFile([3, 128, 128]))), 128);
  await assert.rejects(inferProbeSize(bytesSource("a", await dataFile([64]))));
});

Deno.test("defect 14: nothing of one run leaks into the next", async () => {
  await flag({ gradient_clip_val: 5, n_subsample: 3 });
  const next = legacyParams((await flag({ gradient_clip_val: null })).run);
  assert.deepEqual([next["gradient_clip_val"], next["n_subsample"]], [null, null]);
  const first = resolveRun({ nepochs: 3 });
  resolveRun({ nepochs: 4 });
  assert.equal(first.training.nepochs, 3);
});

Deno.test("defect 15: one vocabulary for schedulers and accelerators, whatever the source", async () => {
  for (
    const statement of [
      { flags: { scheduler: "plateau" } },
      { file: { scheduler: "ReduceLROnPlateau" } },
      { overrides: { scheduler: "ReduceLROnPlateau" } },
    ]
  ) assert.equal((await train(statement)).run.training.scheduler, "plateau");
  for (const wrong of ["MultiStage", "Adaptive", "CosineAnnealing", "Cosine"]) {
    await assert.rejects(flag({ scheduler: wrong }), /scheduler/);
  }
  await assert.rejects(flag({ accelerator: "tpu" }), /TPU/);
});
