import assert from "node:assert/strict";
import { createLoggers } from "../../src/loggers/create.ts";
import { CsvLogger } from "../../src/loggers/csv.ts";
import { JsonlLogger } from "../../src/loggers/jsonl.ts";
import { MemorySink } from "./memory_sink.ts";

const run = { name: "run", experiment: "e", tags: { program: "ptychogpu" } };

Deno.test("csv has one row a step, an empty cell for what is unknown", async () => {
  const sink = new MemorySink();
  const logger = new CsvLogger(sink, ["train_loss", "val_loss"]);
  await logger.start(run);
  assert.equal(sink.text("metrics.csv"), "epoch,train_loss,val_loss\n");
  await logger.scalars(1, { train_loss: 0.5, other: 9 });
  await logger.scalars(2, { train_loss: 0.25, val_loss: 1e-9 });
  assert.equal(sink.text("metrics.csv"), "epoch,train_loss,val_loss\n1,0.5,\n2,0.25,1e-9\n");
});

Deno.test("csv of a resumed run keeps the steps that are done and no others", async () => {
  const sink = new MemorySink();
  await sink.write("metrics.csv", "epoch,train_loss\n1,0.5\n2,0.25\n3,0.125\n");
  const logger = new CsvLogger(sink, ["train_loss"]);
  await logger.start({ ...run, resumedAfter: 2 });
  await logger.scalars(3, { train_loss: 7 });
  assert.equal(sink.text("metrics.csv"), "epoch,train_loss\n1,0.5\n2,0.25\n3,7\n");
});

const lines = (sink: MemorySink): Record<string, unknown>[] =>
  sink.text("metrics.jsonl").trim().split("\n").map((line) => JSON.parse(line));

Deno.test("jsonl tells the whole story, one object a line", async () => {
  const sink = new MemorySink();
  const logger = new JsonlLogger(sink, () => 42);
  await logger.start(run, { nepochs: 2, list: [1, 2] });
  await logger.scalars(1, { train_loss: 0.5, val_loss: undefined, energy_ratio: Infinity });
  await logger.artifact("model.safetensors");
  await logger.finish("interrupted");
  assert.deepEqual(lines(sink), [
    { kind: "start", time: 42, ...run, parameters: { nepochs: 2, list: [1, 2] } },
    {
      kind: "scalars",
      time: 42,
      step: 1,
      values: { train_loss: 0.5, energy_ratio: "Infinity" },
    },
    { kind: "artifact", time: 42, path: "model.safetensors" },
    { kind: "finish", time: 42, status: "interrupted" },
  ]);
});

Deno.test("jsonl of a resumed run drops later steps and a line that was cut", async () => {
  const sink = new MemorySink();
  const first = new JsonlLogger(sink, () => 1);
  await first.start(run, {});
  for (const step of [1, 2, 3]) await first.scalars(step, { train_loss: step });
  await sink.append("metrics.jsonl", '{"kind":"scal');
  const second = new JsonlLogger(sink, () => 2);
  await second.start({ ...run, resumedAfter: 2 }, {});
  await second.scalars(3, { train_loss: 30 });
  const steps = lines(sink).filter((l) => l.kind === "scalars").map((l) => l.values);
  assert.deepEqual(steps, [{ train_loss: 1 }, { train_loss: 2 }, { train_loss: 30 }]);
});

Deno.test("several loggers record the same run; none records nothing", async () => {
  const sink = new MemorySink();
  const options = {
    run: sink,
    columns: ["train_loss"],
    mlflow: () => {
      throw new Error("not wanted");
    },
    user: "me",
    warn: () => {},
    clock: () => 0,
  };
  const both = createLoggers(["csv", "jsonl", "csv"], options);
  assert.equal(both.keepsImages, false);
  await both.finish("failed");
  assert.equal(sink.files.size, 0, "finish before start does nothing");
  await both.start(run, {});
  await both.scalars(1, { train_loss: 3 });
  await both.finish("finished");
  await both.finish("failed");
  assert.equal(sink.text("metrics.csv"), "epoch,train_loss\n1,3\n");
  assert.deepEqual(lines(sink).map((l) => l.kind), ["start", "scalars", "finish"]);

  const empty = new MemorySink();
  const none = createLoggers(["none"], { ...options, run: empty });
  await none.start(run, {});
  await none.scalars(1, { train_loss: 3 });
  await none.finish("finished");
  assert.equal(empty.files.size, 0);
  assert.equal(createLoggers(["tensorboard"], options).keepsImages, true);
});
