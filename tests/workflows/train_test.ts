import assert from "node:assert/strict";
import { type NdArray, toFloat32 } from "../../src/array.ts";
import { resolveRun, type RunOverrides } from "../../src/config/presets.ts";
import { DivergedError } from "../../src/errors.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
} from "../../src/workflows/checkpoint.ts";
import type { EpochEvent, TrainEvent } from "../../src/workflows/events.ts";
import { infer } from "../../src/workflows/infer.ts";
import { arithmeticOf } from "../../src/workflows/precision.ts";
import { Trainer, type TrainOptions } from "../../src/workflows/train.ts";
import { withGpu } from "../support/device.ts";
import { tinyScan } from "./tiny_scan.ts";

const small: RunOverrides = { n_filters_scale: 0.1, nepochs: 2, batch_size: 4, seed: 3 };

async function train(
  gpu: Gpu,
  overrides: RunOverrides = {},
  options: TrainOptions = {},
  scan = tinyScan(),
): Promise<{ checkpoint: Checkpoint; events: TrainEvent[] }> {
  using trainer = await Trainer.create(gpu, scan, resolveRun({ ...small, ...overrides }), options);
  const events: TrainEvent[] = [];
  for await (const event of trainer.run()) events.push(event);
  return { checkpoint: await trainer.checkpoint(), events };
}

const epochs = (events: TrainEvent[]): EpochEvent[] => events.filter((e) => e.kind === "epoch");
const change = (a: Checkpoint, b: Checkpoint, part = ""): number => {
  let largest = 0;
  for (const [name, array] of a.weights) {
    if (!name.includes(part)) continue;
    const other = toFloat32(b.weights.get(name) as NdArray);
    toFloat32(array).forEach((v, i) => largest = Math.max(largest, Math.abs(v - other[i])));
  }
  return largest;
};

Deno.test("two runs give the same bytes, and another seed others", () =>
  withGpu(async (gpu) => {
    const a = encodeCheckpoint((await train(gpu)).checkpoint);
    const b = encodeCheckpoint((await train(gpu)).checkpoint);
    assert.deepEqual(a, b);
    const c = encodeCheckpoint((await train(gpu, { seed: 4 })).checkpoint);
    assert.notDeepEqual(a, c);
  }));

Deno.test("a run interrupted anywhere and resumed equals the uninterrupted one", () =>
  withGpu(async (gpu) => {
    const whole = await train(gpu, { nepochs: 3 });
    for (const stopAfter of [1, 3, 4]) {
      const stop = new AbortController();
      const config = resolveRun({ ...small, nepochs: 3 });
      using first = await Trainer.create(gpu, tinyScan(), config, {
        signal: stop.signal,
        logInterval: 1,
      });
      let steps = 0;
      for await (const event of first.run()) {
        if (event.kind === "step" && ++steps === stopAfter) stop.abort();
      }
      const saved = encodeCheckpoint(await first.checkpoint());
      const resume = decodeCheckpoint(saved, "saved");
      const rest = await train(gpu, { nepochs: 3 }, { resume });
      assert.equal(change(whole.checkpoint, rest.checkpoint), 0, `stopped after ${stopAfter}`);
      assert.deepEqual(rest.checkpoint.state, whole.checkpoint.state);
    }
  }));

Deno.test("an interruption between two updates, and between two events, loses nothing", () =>
  withGpu(async (gpu) => {
    const overrides: RunOverrides = { batch_size: 2, accum_steps: 3, gradient_clip_val: null };
    const config = resolveRun({ ...small, ...overrides });
    const whole = await train(gpu, overrides, { logInterval: 4 });
    for (const stopBefore of [1, 2, 5]) {
      const stop = new AbortController(), scan = tinyScan();
      let reads = -Infinity;
      using first = await Trainer.create(
        gpu,
        {
          ...scan,
          readDiffraction: (indices) => {
            if (++reads === stopBefore) stop.abort();
            return scan.readDiffraction(indices);
          },
        },
        config,
        { signal: stop.signal, logInterval: 4 },
      );
      reads = 0;
      for await (const _ of first.run());
      const resume = await first.checkpoint();
      assert.equal(resume.progress?.stepInEpoch, stopBefore);
      const rest = await train(gpu, overrides, { resume, logInterval: 4 });
      assert.equal(change(whole.checkpoint, rest.checkpoint), 0, `stopped before ${stopBefore}`);
      const [loss, again] = [whole, rest].map(({ events }) => epochs(events)[0].trainLoss);
      assert.ok(Math.abs(again / loss - 1) < 1e-6, `${again} instead of ${loss}`);
    }
  }));

Deno.test("device memory and pipelines stay constant after the first step", () =>
  withGpu(async (gpu) => {
    using trainer = await Trainer.create(gpu, tinyScan(), resolveRun({ ...small, nepochs: 4 }), {
      logInterval: 1,
    });
    let seen: [number, number, number] | undefined;
    for await (const event of trainer.run()) {
      if (event.kind !== "step") continue;
      const now: [number, number, number] = [
        gpu.arena.liveBytes,
        gpu.arena.reservedBytes,
        gpu.pipelines.size,
      ];
      seen ??= now;
      assert.deepEqual(now, seen);
    }
    assert.ok(seen !== undefined);
  }));

const knobs: readonly (readonly [string, RunOverrides, RunOverrides?])[] = [
  ["learning_rate", { learning_rate: 2e-3 }],
  ["scheduler constant", { scheduler: "constant" }],
  ["scheduler exponential", { scheduler: "exponential" }],
  ["lr_gamma", { scheduler: "exponential", lr_gamma: 0.5 }, { scheduler: "exponential" }],
  ["lr_warmup_epochs", { lr_warmup_epochs: 0 }],
  ["lr_min_ratio", { lr_min_ratio: 0.9 }],
  ["optimizer adamw", { optimizer: "adamw", weight_decay: 0.1 }, { optimizer: "adamw" }],
  ["optimizer sgd", { optimizer: "sgd", learning_rate: 1e-6 }],
  ["momentum", { optimizer: "sgd", learning_rate: 1e-6, momentum: 0 }, {
    optimizer: "sgd",
    learning_rate: 1e-6,
  }],
  ["weight_decay", { weight_decay: 10 }],
  ["adam_beta1", { adam_beta1: 0.5 }],
  ["adam_beta2", { adam_beta2: 0.9 }],
  ["gradient_clip off", { gradient_clip_val: null }],
  ["gradient_clip_val", { gradient_clip_val: 1e-6 }],
  ["gradient_clip value", { gradient_clip_val: 1e-6, gradient_clip_algorithm: "value" }, {
    gradient_clip_val: 1e-6,
  }],
  ["gradient_clip norm", { gradient_clip_val: 1e-6, gradient_clip_algorithm: "norm" }, {
    gradient_clip_val: 1e-6,
  }],
  ["input_transform", { input_transform: "none" }],
  ["accum_steps", { accum_steps: 2 }],
  ["batch_size", { batch_size: 2 }],
  ["torch_loss_mode", { torch_loss_mode: "mae" }],
  ["mae l2 match", { torch_loss_mode: "mae", torch_mae_pred_l2_match_target: true }, {
    torch_loss_mode: "mae",
  }],
  ["total_variation_weight", { total_variation_weight: 10 }],
  ["mean_deviation_weight", { mean_deviation_weight: 10 }],
  ["phase_first_epochs", { phase_first_epochs: 1 }],
  ["overlap_group_size", { overlap_group_size: 4 }],
  ["overlap_start_epoch", { overlap_group_size: 4, overlap_start_epoch: 1 }, {
    overlap_group_size: 4,
  }],
  ["initialization", { initialization: "pytorch" }],
  ["amp_activation", { amp_activation: "softplus" }],
  ["amp_scale", { amp_scale: 1.2 }],
  ["sequential_sampling", { sequential_sampling: true }],
  ["n_subsample", { n_subsample: 8 }],
  ["n_groups", { n_groups: 8 }],
  ["validation_fraction", { validation_fraction: 0.34 }],
  ["probe_normalization", { probe_normalization: "mean_abs" }],
  ["probe_scale", { probe_normalization: "mean_abs", probe_scale: 2 }, {
    probe_normalization: "mean_abs",
  }],
  ["probe_mask", { probe_mask: true }],
  ["probe_mask_sigma", { probe_mask: true, probe_mask_sigma: 3 }, { probe_mask: true }],
  ["probe_mask_diameter", { probe_mask: true, probe_mask_diameter: 20 }, { probe_mask: true }],
  ["max_neighbor_distance", { gridsize: 2, max_neighbor_distance: 9 }, { gridsize: 2 }],
  ["neighbor_count", { gridsize: 2, neighbor_count: 6 }, { gridsize: 2 }],
  ["object_big", { gridsize: 2, object_big: false }, { gridsize: 2 }],
  ["patch weighting", { gridsize: 2, training_patch_weighting: "central_mask" }, { gridsize: 2 }],
];
for (const [name, overrides, against] of knobs) {
  Deno.test(`${name} changes the training`, () =>
    withGpu(async (gpu) => {
      const [base, other] = [await train(gpu, against), await train(gpu, overrides)];
      const same = [...base.checkpoint.weights.keys()].every((key) => {
        const a = base.checkpoint.weights.get(key)!, b = other.checkpoint.weights.get(key)!;
        return b !== undefined && a.data.length === b.data.length;
      });
      if (same) assert.ok(change(base.checkpoint, other.checkpoint) > 0);
    }));
}

Deno.test("16-mixed trains almost as 32-true does, twice the same; without shader-f16 it is refused", () =>
  withGpu(async (gpu) => {
    if (!gpu.canHalf) return void console.log("      no shader-f16 here");
    // Direct sums in all three, so that nothing but the 16 bits differs.
    const overrides: RunOverrides = {
      nepochs: 4,
      amp_activation: "softplus",
      convolution: "direct",
    };
    const single = await train(gpu, overrides);
    const half = await train(gpu, overrides, { precision: "16-mixed" });
    const again = await train(gpu, overrides, { precision: "16-mixed" });
    assert.deepEqual(encodeCheckpoint(half.checkpoint), encodeCheckpoint(again.checkpoint));
    assert.ok(change(single.checkpoint, half.checkpoint) > 0);
    const [a, b] = [single, half].map(({ events }) => epochs(events).map((e) => e.trainLoss));
    assert.ok(b[3] < b[0], "it does not learn");
    b.forEach((loss, i) => assert.ok(Math.abs(loss / a[i] - 1) < 0.02, `${loss} and ${a[i]}`));
    // Weights are those of any model: inference may use either arithmetic.
    const [exact, rounded] = [
      await infer(gpu, tinyScan(), half.checkpoint),
      await infer(gpu, tinyScan(), half.checkpoint, { precision: "16-mixed" }),
    ].map((made) => toFloat32(made.object));
    const largest = exact.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    const off = exact.reduce((m, v, i) => Math.max(m, Math.abs(v - rounded[i])), 0);
    assert.ok(off > 0 && off < 0.03 * largest, `${off} of ${largest}`);
    const { adapter } = gpu;
    const direct = { convolution: "direct" } as const, without = { canHalf: false, adapter };
    assert.throws(() => arithmeticOf(without, direct, "16-mixed"), /offers no shader-f16/);
    assert.deepEqual(arithmeticOf(without, direct, "32-true"), direct);
  }));

Deno.test("winograd changes the rounding of a training, on software adapters alone", () =>
  withGpu(async (gpu) => {
    const [base, other] = [await train(gpu), await train(gpu, { convolution: "direct" })];
    const largest = change(base.checkpoint, other.checkpoint);
    if (!gpu.profile.software) return assert.equal(largest, 0);
    assert.ok(largest > 0);
    // Adam divides rounding errors by their own size: weights may part, the loss may not.
    const [a, b] = [base, other].map(({ events }) => epochs(events).map((e) => e.trainLoss));
    a.forEach((loss, i) => assert.ok(Math.abs(loss / b[i] - 1) < 1e-2, `${loss} and ${b[i]}`));
  }));

Deno.test("phase first leaves the amplitude decoder alone", () =>
  withGpu(async (gpu) => {
    const start = await train(gpu, { nepochs: 1, phase_first_epochs: 1, learning_rate: 1e-30 });
    const end = await train(gpu, { nepochs: 1, phase_first_epochs: 1 });
    assert.equal(change(start.checkpoint, end.checkpoint, "decoder_amp"), 0);
    assert.ok(change(start.checkpoint, end.checkpoint, "decoder_phase") > 0);
  }));

Deno.test("probe and intensity scale are really trained", () =>
  withGpu(async (gpu) => {
    const { checkpoint } = await train(gpu, {
      probe_trainable: true,
      intensity_scale_trainable: true,
    });
    const { checkpoint: fixed } = await train(gpu);
    const a = toFloat32(checkpoint.probe), b = toFloat32(fixed.probe);
    assert.ok(a.some((v, i) => Math.abs(v - b[i]) > 1e-4));
    assert.notEqual(toFloat32(checkpoint.weights.get("model.log_scale")!)[0], 0);
  }));

Deno.test("rectangular physics trains both of its scales", () =>
  withGpu(async (gpu) => {
    const { checkpoint, events } = await train(gpu, {
      physics_forward_mode: "rectangular_scaled",
      cnn_output_mode: "real_imag",
    });
    const rect = "model.forward_model.rect_scaler.";
    for (const name of ["s1", "s2"]) {
      assert.notEqual(toFloat32(checkpoint.weights.get(rect + name)!)[0], 1);
    }
    const losses = epochs(events).map((e) => e.trainLoss);
    assert.ok(losses[1] < losses[0]);
  }));

Deno.test("validation data is judged and never trained on", () =>
  withGpu(async (gpu) => {
    const { events } = await train(gpu, { validation_fraction: 0.34 });
    assert.ok(epochs(events).every((e) => Number.isFinite(e.validationLoss)));
    const a = await train(gpu), b = await train(gpu, {}, { validation: tinyScan(8, 64, 9) });
    assert.equal(change(a.checkpoint, b.checkpoint), 0);
    assert.ok(epochs(b.events).every((e) => Number.isFinite(e.validationLoss)));
  }));

Deno.test("groups that are held out in vain are told", () =>
  withGpu(async (gpu) => {
    const warnings = ({ events }: { events: TrainEvent[] }): string =>
      events.flatMap((e) => e.kind === "warning" ? [e.message] : []).join();
    const few = await train(gpu, { nepochs: 1, validation_fraction: 0.2 });
    assert.match(warnings(few), /2 groups are held out in vain: a validation needs a batch of 4/);
    assert.equal(epochs(few.events)[0].validationLoss, undefined);
    const both = { nepochs: 1, validation_fraction: 0.34 };
    const twice = await train(gpu, both, { validation: tinyScan(4, 64, 8) });
    assert.match(warnings(twice), /held out in vain: test_data_file validates/);
    assert.doesNotMatch(warnings(await train(gpu, both)), /in vain/);
  }));

Deno.test("training stops early when nothing improves", () =>
  withGpu(async (gpu) => {
    const overrides: RunOverrides = {
      nepochs: 20,
      learning_rate: 1e-30,
      early_stop_patience: 2,
      sequential_sampling: true,
    };
    const { events, checkpoint } = await train(gpu, overrides);
    assert.equal(epochs(events).length, 3);
    assert.ok(events.some((e) => e.kind === "warning" && e.message.includes("stopped early")));
    // Going on does not make it longer.
    const rest = await train(gpu, overrides, { resume: checkpoint });
    assert.equal(epochs(rest.events).length, 0);
  }));

Deno.test("a loss that is not finite stops the run with a remedy", () =>
  withGpu(async (gpu) => {
    await assert.rejects(
      train(gpu, { optimizer: "sgd", learning_rate: 1e30, scheduler: "constant", momentum: 0 }),
      (error: Error) => error instanceof DivergedError && /lower learning_rate/.test(error.message),
    );
  }));

Deno.test("a batch that does not fit the device is halved with a warning", () =>
  withGpu(async (gpu) => {
    const config = resolveRun({ batch_size: 400, n_filters_scale: 1 });
    using trainer = await Trainer.create(gpu, tinyScan(400), config);
    assert.equal(trainer.config.training.batch_size, 200);
    const { value } = await trainer.run().next();
    assert.match(value?.kind === "warning" ? value.message : "", /400 does not fit .* using 200/);
  }));
