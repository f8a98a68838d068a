import assert from "node:assert/strict";
import { join } from "node:path";
import { checkpointNames, inFolder, lines, memoryTerminal, trainTiny } from "./tiny_run.ts";
import { inferOptions } from "../../src/commands/infer.ts";
import { CheckpointKeeper } from "../../src/commands/keeper.ts";
import {
  createInferencePayload,
  createTrainingPayload,
} from "../../src/config/resolution/payload.ts";
import type { FieldValue } from "../../src/config/registry/types.ts";
import type { ExecutionConfig } from "../../src/config/types.ts";
import { defaultExecution } from "../../src/config/resolution/defaults.ts";
import type { EpochEvent } from "../../src/workflows/events.ts";
import { dataFile, memoryHost } from "../config/hosts.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";

const file = await dataFile();
const resolve = (flags: Record<string, FieldValue>, seeds: number[] = []) =>
  createTrainingPayload(
    { flags: { train_data_file: "a.npz", ...flags } },
    memoryHost({ "a.npz": file }, { drawSeed: () => seeds.shift() ?? 0 }),
  );

Deno.test("deterministic: off draws a seed, unless one is typed; on never does", async () => {
  const drawn = await resolve({ deterministic: false }, [7]);
  assert.equal(drawn.run.training.seed, 7);
  assert.deepEqual(drawn.audit.find((r) => r.field === "seed"), {
    field: "seed",
    owner: "training",
    value: 7,
    source: "drawn",
    overridden: [{ value: 42, source: "default" }],
  });
  assert.equal((await resolve({ deterministic: false, seed: 5 }, [7])).run.training.seed, 5);
  assert.equal((await resolve({}, [7])).run.training.seed, 42);
});

Deno.test("checkpoint: off leaves nothing to resume from", () =>
  inFolder(async (dir) => {
    await trainTiny(dir, { enable_checkpointing: false });
    const names = [...Deno.readDirSync(dir)].map((e) => e.name).sort();
    assert.ok(names.includes("model.safetensors"));
    assert.ok(!names.includes("checkpoint.safetensors") && !names.includes("checkpoints"));
  }));

Deno.test("checkpoint_save_top_k: that many are kept, -1 keeps all, 0 none", () =>
  inFolder(async (dir) => {
    for (const [k, kept] of [[1, 1], [2, 2], [-1, 3], [0, 0]]) {
      await trainTiny(join(dir, String(k)), { checkpoint_save_top_k: k }, { nepochs: 3 });
      assert.equal(checkpointNames(join(dir, String(k))).length, kept, `top k ${k}`);
    }
  }));

Deno.test("checkpoint_every: epochs between are not offered", () =>
  inFolder(async (dir) => {
    const every = { checkpoint_every: 2, checkpoint_save_top_k: -1 };
    await trainTiny(dir, every, { nepochs: 4 });
    assert.deepEqual(checkpointNames(dir).map((name) => name.slice(0, 9)), [
      "epoch=002",
      "epoch=004",
    ]);
  }));

/** Epochs kept of four whose metrics are given. */
async function kept(options: Partial<ExecutionConfig>, validates = true): Promise<number[]> {
  let names: string[] = [];
  await inFolder(async (dir) => {
    const keeper = await CheckpointKeeper.open(dir, defaultExecution(options), validates, false);
    const train = [4, 2, 3, 5], val = [1, 9, 8, 7], energy = [0.7, 0.8, 1.2, 0.9];
    for (const [i, trainLoss] of train.entries()) {
      const event = {
        epoch: i,
        trainLoss,
        validationLoss: validates ? val[i] : undefined,
        energyRatio: energy[i],
        amplitudeStd: 0.1,
      } as EpochEvent;
      await keeper.offer(event, () => Promise.resolve(new Uint8Array(1)));
    }
    names = checkpointNames(dir);
  });
  return names.map((name) => Number(name.slice(6, 9)));
}

Deno.test("checkpoint_monitor_metric: what is watched decides what is kept", async () => {
  assert.deepEqual(await kept({}), [1]);
  assert.deepEqual(await kept({}, false), [2]);
  assert.deepEqual(await kept({ checkpoint_monitor_metric: "train_loss" }), [2]);
  assert.deepEqual(await kept({ checkpoint_monitor_metric: "energy_ratio" }), [1]);
  await assert.rejects(
    kept({ checkpoint_monitor_metric: "val_loss" }, false),
    /val_loss but nothing is held out/,
  );
});

Deno.test("checkpoint_mode: more may be better", async () => {
  const options = { checkpoint_monitor_metric: "energy_ratio", checkpoint_save_top_k: 2 } as const;
  assert.deepEqual(await kept({ ...options, checkpoint_mode: "max" }), [3, 4]);
  assert.deepEqual(await kept({ ...options, checkpoint_mode: "min" }), [1, 2]);
});

Deno.test("logger: csv writes metrics.csv, none does not", () =>
  inFolder(async (dir) => {
    await trainTiny(join(dir, "csv"), { logger_backend: "csv" });
    const rows = (await Deno.readTextFile(join(dir, "csv", "metrics.csv"))).trim().split("\n");
    assert.equal(rows.length, 3);
    assert.match(rows[0], /^epoch,step,train_loss,val_loss/);
    assert.deepEqual(rows.slice(1).map((row) => row.split(",").slice(0, 2)), [["1", "2"], [
      "2",
      "4",
    ]]);
    await trainTiny(join(dir, "none"), { logger_backend: "none" });
    await assert.rejects(Deno.stat(join(dir, "none", "metrics.csv")));
  }));

Deno.test("test_data_file: its patterns are judged after each epoch", () =>
  inFolder(async (dir) => {
    const without = await trainTiny(join(dir, "a"));
    const validated = await trainTiny(join(dir, "b"), {}, {}, tinyScan(8, 64, 9));
    assert.equal(without.validation_loss, null);
    assert.ok(Number.isFinite(validated.validation_loss));
    assert.match(checkpointNames(join(dir, "b"))[0], /val_loss=/);
  }));

Deno.test("progress: off shows none, quiet shows none", () => {
  const shown = (options: Record<string, boolean>, seconds = 11): string[] => {
    const terminal = memoryTerminal(options), clock = performance.now;
    try {
      performance.now = () => clock.call(performance) + 1000 * seconds;
      return lines(() => {
        terminal.progress("half");
        terminal.progress("more");
      });
    } finally {
      performance.now = clock;
    }
  };
  assert.deepEqual(shown({}), ["half"]);
  // Where no one watches, short work is silent.
  assert.deepEqual(shown({}, 5), []);
  assert.deepEqual(shown({ progress: false }), []);
  assert.deepEqual(shown({ quiet: true }), []);
});

Deno.test("inference_batch_size reaches the engine", async () => {
  const payload = await createInferencePayload(
    { flags: { model_path: "m", test_data_file: "a.npz", inference_batch_size: 3 } },
    memoryHost({ m: file, "a.npz": file }),
  );
  const options = inferOptions(payload.inference, payload.execution);
  assert.equal(options.batchSize, 3);
});
