import assert from "node:assert/strict";
import { CheckpointKeeper } from "../../src/commands/keeper.ts";
import { defaultExecution } from "../../src/config/resolution/defaults.ts";
import type { EpochEvent } from "../../src/workflows/events.ts";
import { checkpointNames, inFolder } from "../commands/tiny_run.ts";

const event = (epoch: number, trainLoss: number): EpochEvent => ({
  kind: "epoch",
  epoch,
  trainLoss,
  validationLoss: undefined,
  learningRate: 1,
  energyRatio: 1,
  amplitudeStd: 1,
  seconds: 1,
  best: false,
});

Deno.test("a resumed run keeps the best of both parts; a new run starts from nothing", () =>
  inFolder(async (dir) => {
    const options = defaultExecution({ checkpoint_save_top_k: 2 });
    const offer = async (
      keeper: CheckpointKeeper,
      epoch: number,
      loss: number,
    ): Promise<boolean> => {
      let written = false;
      await keeper.offer(event(epoch, loss), () => {
        written = true;
        return Promise.resolve(new Uint8Array(1));
      });
      return written;
    };
    const first = await CheckpointKeeper.open(dir, options, false, false);
    assert.ok(await offer(first, 0, 5));
    assert.ok(await offer(first, 1, 3));
    const second = await CheckpointKeeper.open(dir, options, false, true);
    assert.ok(!await offer(second, 2, 6), "worse than both");
    assert.ok(await offer(second, 3, 4));
    assert.ok(!await offer(second, 4, NaN), "not a number is never the best");
    const epochs = checkpointNames(dir).map((name) => Number(name.slice(6, 9)));
    assert.deepEqual(epochs, [2, 4]);
    const fresh = await CheckpointKeeper.open(dir, options, false, false);
    assert.deepEqual(checkpointNames(dir), []);
    assert.ok(await offer(fresh, 0, 100));
  }));
