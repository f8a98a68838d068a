import assert from "node:assert/strict";
import { join } from "node:path";
import { decode } from "fast-png";
import { parse } from "yaml";
import { folderSink } from "../../src/commands/log_sink.ts";
import { trainToFolder } from "../../src/commands/train_folder.ts";
import { Terminal } from "../../src/commands/host.ts";
import { loadCheckpoint } from "../../src/commands/train_folder.ts";
import { resolveRun } from "../../src/config/presets.ts";
import { defaultExecution } from "../../src/config/resolution/defaults.ts";
import { inFolder, trainTiny } from "../commands/tiny_run.ts";
import { withGpu } from "../support/device.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";
import { field, inner, readFields, readRecords, text } from "./read_events.ts";

Deno.test("logger: every format of one run tells the same losses", () =>
  inFolder(async (dir) => {
    await trainTiny(dir, {
      logger_backend: "csv,jsonl,tensorboard,mlflow",
      // "recon_log_every_n_epochs"
      recon_log_every_n_epochs: 2,
      recon_log_num_patches: 2,
      recon_log_stitch: true,
    });
    const rows = (await Deno.readTextFile(join(dir, "metrics.csv"))).trim().split("\n").slice(1)
      .map((row) => row.split(",").map(Number));
    assert.deepEqual(rows.map((row) => row.slice(0, 2)), [[1, 2], [2, 4]]);

    const lines = (await Deno.readTextFile(join(dir, "metrics.jsonl"))).trim().split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.filter((l) => l.kind === "scalars").map((l) => l.values.train_loss),
      rows.map((row) => row[2]),
    );
    assert.equal(lines[0].parameters.nepochs, 2);
    assert.equal(lines.at(-1).status, "finished");

    const [event] = [...Deno.readDirSync(join(dir, "tensorboard"))].map((e) => e.name);
    const values = readRecords(await Deno.readFile(join(dir, "tensorboard", event)))
      .map(readFields).flatMap((e) =>
        inner(e, 5).map((f) => ({ step: field(e, 2), value: readFields(f.value as Uint8Array) }))
      );
    const losses = values.filter((v) => text(field(v.value, 1)) === "train_loss");
    assert.deepEqual(
      losses.map((v) => field(v.value, 2)),
      rows.map((row) => Math.fround(row[2])),
    );
    const pictures = values.filter((v) => field(v.value, 4) !== undefined);
    assert.deepEqual([...new Set(pictures.map((v) => v.step))], [2]);
    const names = pictures.map((v) => text(field(v.value, 1))).sort();
    const each = ["amp_pred", "diff_error_logI", "diff_obs_logI", "diff_pred_logI", "phase_pred"];
    assert.deepEqual(names, [
      ...["patch_00", "patch_01"].flatMap((p) => each.map((n) => `${p}/${n}`)),
      "stitched/amplitude",
      "stitched/phase",
    ]);

    const id = JSON.parse(await Deno.readTextFile(join(dir, "mlflow_run.json")));
    const run = join(dir, "mlruns", id.experiment_id, id.run_id);
    const metric = (await Deno.readTextFile(join(run, "metrics", "train_loss"))).trim().split("\n");
    assert.deepEqual(metric.map((l) => Number(l.split(" ")[1])), rows.map((row) => row[2]));
    assert.equal(parse(await Deno.readTextFile(join(run, "meta.yaml"))).status, 3);
    assert.equal(await Deno.readTextFile(join(run, "params", "learning_rate")), "0.001");
    const copied = await Deno.readFile(join(run, "artifacts", "model.safetensors"));
    assert.deepEqual(copied, await Deno.readFile(join(dir, "model.safetensors")));
    const amp = join(run, "artifacts", "epoch_0002", "patch_00", "amp_pred.png");
    assert.equal(decode(await Deno.readFile(amp)).width, 128);
  }));

/** Runs a body with an environment variable. */
async function withEnv(name: string, value: string, body: () => Promise<void>): Promise<void> {
  const before = Deno.env.get(name);
  Deno.env.set(name, value);
  try {
    await body();
  } finally {
    if (before === undefined) Deno.env.delete(name);
    else Deno.env.set(name, before);
  }
}

Deno.test("MLFLOW_TRACKING_URI moves the runs to another folder or a service", () =>
  inFolder(async (dir) => {
    const shared = join(dir, "shared runs");
    await withEnv(
      "MLFLOW_TRACKING_URI",
      shared,
      () =>
        withEnv("MLFLOW_EXPERIMENT_NAME", "lines", async () => {
          await trainTiny(join(dir, "a"), { logger_backend: "mlflow" }, { nepochs: 1 });
        }),
    );
    assert.ok(![...Deno.readDirSync(join(dir, "a"))].some((e) => e.name === "mlruns"));
    assert.equal(parse(await Deno.readTextFile(join(shared, "1", "meta.yaml"))).name, "lines");

    const paths: string[] = [];
    const server = Deno.serve({ port: 0, onListen: () => {} }, (request) => {
      paths.push(new URL(request.url).pathname.split("/mlflow/")[1]);
      return Response.json({
        experiment: { experiment_id: "1" },
        run: { info: { run_id: "x", artifact_uri: "s3://elsewhere" } },
      });
    });
    const address = `http://localhost:${server.addr.port}/`;
    await withEnv("MLFLOW_TRACKING_URI", address, async () => {
      await trainTiny(join(dir, "b"), { logger_backend: "mlflow" }, { nepochs: 1 });
    });
    await server.shutdown();
    assert.deepEqual([paths[1], paths.at(-1)], ["runs/create", "runs/update"]);

    await withEnv("MLFLOW_TRACKING_URI", "postgresql://db", async () => {
      await assert.rejects(
        trainTiny(join(dir, "c"), { logger_backend: "mlflow" }, { nepochs: 1 }),
        /MLFLOW_TRACKING_URI is postgresql:\/\/db: an http address or a folder is needed/,
      );
    });
  }));

Deno.test("a resumed run goes on in its records, as if it had never stopped", () =>
  inFolder(async (dir) => {
    const loggers = { logger_backend: "csv,jsonl,mlflow" };
    await trainTiny(join(dir, "whole"), loggers, { nepochs: 3 });
    await trainTiny(join(dir, "parts"), loggers, { nepochs: 2 });
    await withGpu(async (gpu) => {
      using terminal = new Terminal({ quiet: true });
      const resume = await loadCheckpoint(join(dir, "parts", "checkpoint.safetensors"));
      await trainToFolder({
        gpu,
        dataset: tinyScan(8),
        config: resolveRun({ n_filters_scale: 0.05, nepochs: 3, batch_size: 4 }),
        outputDir: join(dir, "parts"),
        execution: defaultExecution(loggers),
        resume,
        terminal,
      });
    });
    const [whole, parts] = await Promise.all(["whole", "parts"].map(async (name) => {
      const id = JSON.parse(await Deno.readTextFile(join(dir, name, "mlflow_run.json")));
      const runs = [...Deno.readDirSync(join(dir, name, "mlruns", id.experiment_id))];
      const metric = await Deno.readTextFile(
        join(dir, name, "mlruns", id.experiment_id, id.run_id, "metrics", "train_loss"),
      );
      const lines = (await Deno.readTextFile(join(dir, name, "metrics.jsonl"))).trim().split("\n");
      return {
        runs: runs.filter((e) => e.isDirectory).length,
        metric: metric.trim().split("\n").map((l) => l.split(" ").slice(1)),
        steps: lines.map((l) => JSON.parse(l)).filter((l) => l.kind === "scalars")
          .map((l) => [l.step, l.values.learning_rate]),
        rows: (await Deno.readTextFile(join(dir, name, "metrics.csv"))).trim().split("\n").length,
      };
    }));
    assert.deepEqual([whole.runs, parts.runs], [1, 1]);
    assert.deepEqual(parts.metric.map((l) => l[1]), ["1", "2", "3"]);
    assert.deepEqual(parts.steps.map((s) => s[0]), whole.steps.map((s) => s[0]));
    assert.equal(parts.rows, whole.rows);
  }));

Deno.test("pictures without a logger that keeps them are refused", () =>
  inFolder(async (dir) => {
    await assert.rejects(
      trainTiny(dir, { logger_backend: "csv,jsonl", recon_log_every_n_epochs: 1 }),
      /logger csv,jsonl keeps no pictures: add tensorboard or mlflow/,
    );
  }));

Deno.test("a run that fails is recorded as failed", () =>
  inFolder(async (dir) => {
    const explode = { optimizer: "sgd", learning_rate: 1e30, scheduler: "constant" } as const;
    await assert.rejects(trainTiny(dir, { logger_backend: "jsonl" }, explode), /not finite/);
    const last = (await Deno.readTextFile(join(dir, "metrics.jsonl"))).trim().split("\n").at(-1)!;
    assert.equal(JSON.parse(last).status, "failed");
    const log = await Deno.readTextFile(join(dir, "logs", "debug.log"));
    assert.match(log, / - ERROR - The loss is not finite/);
  }));

Deno.test("a folder sink writes, appends, reads and lists, and names what it cannot do", () =>
  inFolder(async (dir) => {
    const sink = folderSink(join(dir, "a b"));
    assert.match(sink.url, /^file:\/\/\/.*a%20b$/);
    await sink.write("x/y", "one");
    await sink.append("x/y", " two");
    await sink.append("x/z", Uint8Array.of(65));
    assert.equal(new TextDecoder().decode(await sink.read("x/y")), "one two");
    assert.equal(await sink.read("x/none"), undefined);
    assert.deepEqual([...await sink.list("x")].sort(), ["y", "z"]);
    assert.deepEqual(await sink.list("absent"), []);
    await assert.rejects(sink.append("x/y/z", "no"), /Cannot write .*x\/y/);
  }));
