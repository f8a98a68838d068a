import assert from "node:assert/strict";
import { resolveRun, restoreRun } from "../../src/config/presets.ts";
import {
  createInferencePayload,
  createTrainingPayload,
  InferencePayload,
  TrainingPayload,
} from "../../src/config/resolution/payload.ts";
import { inferProbeSize } from "../../src/config/resolution/data_facts.ts";
import type { Statement } from "../../src/config/resolution/statement.ts";
import { ResolvedRun } from "../../src/config/resolved.ts";
import { canonicalConfig } from "../../src/config/bridge/canonical.ts";
import { ConfigError, DatasetError, FileFormatError } from "../../src/errors.ts";
import { writeNpz } from "../../src/io/npz.ts";
import { type ByteSource, bytesSource } from "../../src/io/source.ts";
import { infer } from "../../src/workflows/infer.ts";
import type { FieldValue } from "../../src/config/registry/types.ts";
import { PinnModel } from "../../src/workflows/pinn.ts";
import { Trainer } from "../../src/workflows/train.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import type { Checkpoint, ScalingStatistics } from "../../src/workflows/checkpoint.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";
import { dataFile, memoryHost } from "./hosts.ts";

const file = await dataFile();
const flags = { train_data_file: "a.npz", output_dir: "out" };
const train = (statement: Statement, files = { "a.npz": file }) =>
  createTrainingPayload(
    { ...statement, flags: { ...flags, ...statement.flags } },
    memoryHost(files),
  );

Deno.test("a payload is frozen to the bottom", async () => {
  const payload = await train({ flags: { recon_log_fixed_indices: [1, 2] } });
  const frozen = (value: unknown): boolean =>
    typeof value !== "object" || value === null ||
    Object.isFrozen(value) && Object.values(value).every(frozen);
  assert.ok(frozen(payload));
  assert.throws(() => {
    (payload.run.training as { nepochs: number }).nepochs = 3;
  }, TypeError);
  TrainingPayload.assert(payload);
});

Deno.test("CONFIG-001: whatever was not resolved is refused, however much it looks alike", async () => {
  const payload = await train({});
  const copy = { ...payload.run }, clone = structuredClone({ ...payload.run });
  for (const fake of [copy, clone, {}, null, Object.create(ResolvedRun.prototype)]) {
    assert.equal(ResolvedRun.is(fake), false);
    await assert.rejects(
      Trainer.create(null as unknown as Gpu, tinyScan(), fake as ResolvedRun),
      (e) =>
        e instanceof ConfigError &&
        /Cannot train as the configuration is not resolved/.test(e.message),
    );
    await assert.rejects(
      PinnModel.create(
        null as unknown as Gpu,
        tinyScan(),
        fake as ResolvedRun,
        null as unknown as ScalingStatistics,
      ),
      /Cannot make a model as the configuration is not resolved/,
    );
    await assert.rejects(
      infer(null as unknown as Gpu, tinyScan(), { config: fake } as unknown as Checkpoint),
      (e) =>
        e instanceof ConfigError &&
        /Cannot infer as the configuration is not resolved/.test(e.message),
    );
  }
  for (const fake of [{ ...payload }, Object.create(TrainingPayload.prototype), undefined]) {
    assert.throws(() => TrainingPayload.assert(fake), /createTrainingPayload/);
    assert.throws(() => InferencePayload.assert(fake), /createInferencePayload/);
  }
  assert.throws(() => new ResolvedRun(payload.run, Symbol("resolved")), /use resolveRun/);
  // The compiler refuses it too: this line only type-checks because of the comment.
  // @ts-expect-error a plain object is not a resolved configuration
  const wrong: ResolvedRun = { preset: "recommended", model: copy.model, training: copy.training };
  assert.ok(wrong);
});

Deno.test("a saved configuration is checked when it is restored", () => {
  const run = resolveRun({ nepochs: 3, gridsize: 2 });
  const back = restoreRun(JSON.parse(JSON.stringify(run)));
  assert.ok(ResolvedRun.is(back));
  assert.deepEqual({ ...back }, { ...run });
  const { learning_rate: _, ...training } = run.training;
  assert.equal(restoreRun({ ...run, training }).training.learning_rate, 1e-3);
  const bad = { ...run, training: { ...run.training, nepoch: 3 } };
  assert.throws(() => restoreRun(bad), /no field nepoch: did you mean nepochs/);
  assert.throws(() => restoreRun(null), ConfigError);
});

Deno.test("execution never enters the canonical configuration", async () => {
  const payload = await train({ flags: { learning_rate: 5e-4, accum_steps: 2 } });
  assert.equal(payload.run.training.learning_rate, 5e-4);
  assert.equal(payload.execution.learning_rate, 5e-4);
  const canonical = canonicalConfig(payload.run);
  const names = [...Object.keys(canonical.model), ...Object.keys(canonical.training)];
  assert.deepEqual(names.filter((name) => Object.hasOwn(payload.execution, name)), []);
});

const sizes: readonly (readonly [string, readonly number[], number | RegExp])[] = [
  ["one mode", [64, 64], 64],
  ["three modes: the last axis, not the number of modes", [3, 128, 128], 128],
  ["a trailing axis of one", [64, 64, 1], 64],
  ["one axis", [64], /shape \(64\)/],
  ["not square", [64, 32], /shape \(64, 32\)/],
  ["modes that are not square", [2, 64, 32], /square probe/],
];
for (const [name, shape, wanted] of sizes) {
  Deno.test(`probe size of ${name}`, async () => {
    const source = bytesSource("a.npz", await dataFile(shape));
    if (typeof wanted === "number") assert.equal(await inferProbeSize(source), wanted);
    else {
      await assert.rejects(
        inferProbeSize(source),
        (e) => e instanceof DatasetError && wanted.test(e.message),
      );
    }
  });
}

Deno.test("the probe size is an error, not a guess, without a probe or a file", async () => {
  const none = await writeNpz({ x: { shape: [1], dtype: "f64", data: Float64Array.of(1) } });
  await assert.rejects(inferProbeSize(bytesSource("a", none)), /no probeGuess: it holds x/);
  await assert.rejects(
    inferProbeSize(bytesSource("a", new Uint8Array(40))),
    (e) => e instanceof FileFormatError,
  );
});

Deno.test("the probe size is read from the header: the array is not", async () => {
  const bytes = await dataFile([64, 128, 128]);
  let read = 0;
  const counting: ByteSource = {
    name: "a",
    size: bytes.length,
    read: (offset, length) => {
      read += length;
      return Promise.resolve(bytes.subarray(offset, offset + length));
    },
  };
  assert.equal(await inferProbeSize(counting), 128);
  assert.ok(read < bytes.length / 3, `${read} of ${bytes.length} bytes`);
});

Deno.test("N that disagrees with the data is an error, one that agrees is not", async () => {
  const { run } = await train({ flags: { N: 64 } });
  assert.equal(run.model.N, 64);
  await assert.rejects(train({ flags: { N: 128 } }), /N is 128 but the patterns.*64 x 64.*crop_to/);
  const wide = await dataFile([128, 128]);
  const cropped = await train({ flags: { crop_to: 64 } }, { "a.npz": wide });
  assert.equal(cropped.run.model.N, 64);
  const binned = await train({ flags: { bin: 2, N: 64 } }, { "a.npz": wide });
  assert.equal(binned.run.model.N, 64);
});

const refused: readonly (readonly [string, Statement, RegExp])[] = [
  [
    "no data file",
    { flags: { train_data_file: null } },
    /train_data_file is missing: give --train-data-file/,
  ],
  ["an absent data file", { flags: { train_data_file: "b.npz" } }, /Cannot read b\.npz.*no such/],
  ["an absent validation file", { flags: { test_data_file: "c.npz" } }, /Cannot read c\.npz/],
  [
    "an unknown override",
    { overrides: { nepoch: 3 } },
    /overrides: There is no field nepoch: did you mean nepochs/,
  ],
  [
    "an unknown key in a file",
    { file: { training: { batchsize: 3 } } },
    /configuration file.*batchsize.*batch_size/,
  ],
  ["an unknown section", { file: { trainig: { batch_size: 3 } } }, /no field trainig\.batch_size/],
  [
    "a field of the other command",
    { file: { patch_weighting: "probe" } },
    /patch_weighting does not belong here as it is a field of a reconstruction/,
  ],
  [
    "execution of the other command",
    { file: { inference_batch_size: 3 } },
    /inference_batch_size does not belong here as it is a field of a reconstruction/,
  ],
  ["a value of the wrong type", { file: { nepochs: "3" } }, /nepochs is "3": a number is needed/],
  [
    "a field stated twice",
    { file: { nepochs: 3, training: { nepochs: 4 } } },
    /nepochs is stated twice.*3.*4/,
  ],
  ["prefetch without workers", { flags: { prefetch_factor: 4 } }, /prefetch_factor.*num_workers/],
  [
    "pictures without a logger that keeps them",
    { flags: { recon_log_every_n_epochs: 2, logger_backend: "csv,jsonl" } },
    /logger csv,jsonl keeps no pictures: add tensorboard or mlflow/,
  ],
  [
    "watching a validation that there is not",
    { flags: { checkpoint_monitor_metric: "val_loss" } },
    /val_loss but nothing is held out: add validation_fraction or test_data_file/,
  ],
  ["a name like no other", { file: { zzzzzzz: 1 } }, /no field zzzzzzz: .*--print-config lists/],
  ["a section that is none", { file: { model: 3 } }, /model is a section: write its fields/],
  [
    "a number that is none",
    { overrides: { learning_rate: Infinity } },
    /learning_rate is Infinity/,
  ],
  ["oversampling of single patterns", { flags: { enable_oversampling: true } }, /gridsize above 1/],
  ["a pool without oversampling", { flags: { neighbor_pool_size: 9 } }, /add enable_oversampling/],
];
for (const [name, statement, message] of refused) {
  Deno.test(`a training payload refuses ${name}`, () => assert.rejects(train(statement), message));
}

const one = (overrides: Record<string, unknown>, message: RegExp): Promise<void> =>
  assert.rejects(train({ overrides }), message);
Deno.test("the scale pair goes together, and only one pair is implemented", async () => {
  await one({ scale_contract_version: "ci_intensity_v2" }, /go together/);
  await one({ measurement_domain: "count_intensity" }, /go together/);
  await one(
    { scale_contract_version: "legacy_v1", measurement_domain: "normalized_amplitude" },
    /scale_contract_version cannot be legacy_v1 as one contract/,
  );
  await one(
    { scale_contract_version: "ci_intensity_v2", measurement_domain: "normalized_amplitude" },
    /measurement_domain cannot be normalized_amplitude/,
  );
  const pair = { scale_contract_version: "ci_intensity_v2", measurement_domain: "count_intensity" };
  TrainingPayload.assert(await train({ overrides: pair }));
});

Deno.test("flat and nested files mean the same", async () => {
  const flat = await train({
    file: { nepochs: 3, gridsize: 2, learning_rate: 0.01, "probe.mask": true },
  });
  const nested = await train({
    file: {
      training: { nepochs: 3 },
      model: { gridsize: 2, probe: { mask: true } },
      execution: { "learning-rate": 0.01 },
    },
  });
  assert.deepEqual(flat, nested);
  assert.equal(flat.run.model.probe_mask, true);
});

const idle: readonly (readonly [string, Record<string, FieldValue>, RegExp | undefined])[] = [
  [
    "momentum with adam",
    { momentum: 0.5 },
    /momentum has no effect with optimizer adam: it needs optimizer sgd/,
  ],
  ["momentum with sgd", { momentum: 0.5, optimizer: "sgd" }, undefined],
  [
    "a plateau field with another curve",
    { plateau_patience: 5 },
    /plateau_patience.*needs scheduler plateau/,
  ],
  ["neighbours of single patterns", { neighbor_count: 8 }, /needs gridsize 2 or 3/],
  ["neighbours of groups", { neighbor_count: 8, gridsize: 2 }, undefined],
  ["pictures that are never made", { recon_log_num_patches: 8 }, /recon_log_every_n_epochs none/],
  [
    "pictures",
    { recon_log_num_patches: 8, recon_log_every_n_epochs: 1, logger_backend: "mlflow" },
    undefined,
  ],
];
for (const [name, given, message] of idle) {
  Deno.test(`a statement without effect is told: ${name}`, async () => {
    const host = memoryHost({ "a.npz": file });
    await createTrainingPayload({ flags: { ...flags, ...given } }, host);
    if (message === undefined) assert.deepEqual(host.deprecations, []);
    else assert.match(host.deprecations.join(), message);
  });
}

Deno.test("one file serves both commands, and is checked whole by each", async () => {
  const shared = {
    training: { nepochs: 3 },
    inference: { patch_weighting: "uniform" },
    execution: { learning_rate: 0.01, inference_batch_size: 5, accelerator: "auto" },
  };
  assert.equal((await train({ file: shared })).run.training.nepochs, 3);
  const { inference, execution } = await createInferencePayload(
    { file: shared, flags: { model_path: "m", test_data_file: "a.npz" } },
    memoryHost({ m: file, "a.npz": file }),
  );
  assert.equal(inference.patch_weighting, "uniform");
  assert.equal(execution.inference_batch_size, 5);
  const wrong = { ...shared, inference: { patch_weighing: "uniform" } };
  await assert.rejects(train({ file: wrong }), /patch_weighing: did you mean patch_weighting/);
});

const files = {
  "m.npz": file,
  "run/": new Uint8Array(),
  "run/model.safetensors": new Uint8Array(),
  "empty/": new Uint8Array(),
};
const inferring = (given: Record<string, string | number | null>) =>
  createInferencePayload(
    { flags: { model_path: "run", test_data_file: "m.npz", ...given } },
    memoryHost(files),
  );
const inference: readonly (readonly [string, Record<string, string | number | null>, RegExp])[] = [
  ["no model", { model_path: null }, /model_path is missing: give --model-path/],
  ["an absent model", { model_path: "nowhere" }, /Cannot read model nowhere/],
  [
    "a folder without a model",
    { model_path: "empty" },
    /holds no wts\.h5\.zip or model\.safetensors/,
  ],
  ["no data", { test_data_file: null }, /give --test-data/],
  ["absent data", { test_data_file: "no.npz" }, /Cannot read no\.npz/],
  ["a folder for data", { test_data_file: "run" }, /is a folder: give an NPZ file/],
  ["a pool without oversampling", { neighbor_pool_size: 9 }, /add enable_oversampling/],
  ["a trim larger than the pattern", { middle_trim: 65 }, /middle_trim is 65.*64/],
  [
    "phase ends in the wrong order",
    { phase_vmin: 1, phase_vmax: -1 },
    /phase_vmin is 1.*below phase_vmax -1/,
  ],
];
for (const [name, given, message] of inference) {
  Deno.test(`an inference payload refuses ${name}`, () =>
    assert.rejects(inferring(given), message));
}

Deno.test("an inference payload finds the model file", async () => {
  const payload = await inferring({});
  InferencePayload.assert(payload);
  assert.equal(payload.modelFile, "run/model.safetensors");
  assert.equal(payload.inference.n_groups, null);
  assert.equal(payload.execution.inference_batch_size, 16);
});
