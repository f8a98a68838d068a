import assert from "node:assert/strict";
import { decode } from "fast-png";
import { parse } from "yaml";
import { LoggingError } from "../../src/errors.ts";
import { mlflowKey } from "../../src/loggers/mlflow.ts";
import { MlflowFileLogger } from "../../src/loggers/mlflow_files.ts";
import { MlflowRestLogger } from "../../src/loggers/mlflow_rest.ts";
import { MemorySink } from "./memory_sink.ts";

const run = { name: "first run", experiment: "probe study", tags: { program: "ptychogpu 1" } };
const picture = { height: 1, width: 2, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };

Deno.test("names hold only what MLflow allows, and never leave their folder", () => {
  assert.equal(mlflowKey("train_loss"), "train_loss");
  assert.equal(mlflowKey("a/b c.d-e"), "a/b c.d-e");
  assert.equal(mlflowKey("loss (mean):1"), "loss _mean__1");
  assert.equal(mlflowKey("/../x//y/."), "x/y");
});

Deno.test("the folder layout holds metadata, parameters, tags, metrics and artefacts", async () => {
  const folder = new MemorySink("file:///out"), store = new MemorySink("file:///out/mlruns");
  let now = 1000;
  const logger = new MlflowFileLogger({ run: folder, store, user: "me", clock: () => now });
  await folder.write("model.safetensors", "weights");
  await logger.start(run, { nepochs: 2, gradient_clip_val: null, list: [3, 4] });
  const { experiment_id, run_id } = JSON.parse(folder.text("mlflow_run.json"));
  assert.match(run_id, /^[0-9a-f]{32}$/);
  const experiment = parse(store.text(`${experiment_id}/meta.yaml`));
  assert.equal(experiment.name, "probe study");
  assert.equal(experiment.experiment_id, experiment_id);
  assert.equal(experiment.lifecycle_stage, "active");
  const base = `${experiment_id}/${run_id}`;
  const running = parse(store.text(`${base}/meta.yaml`));
  assert.deepEqual(
    [running.status, running.end_time, running.run_name, running.run_uuid, running.start_time],
    [1, null, "first run", run_id, 1000],
  );
  assert.equal(running.artifact_uri, `file:///out/mlruns/${base}/artifacts`);
  await logger.scalars(1, { train_loss: 0.5, val_loss: undefined });
  now = 2000;
  await logger.scalars(2, { train_loss: 0.25 });
  await logger.image("patch_00/amp_pred", 2, picture);
  await logger.artifact("model.safetensors");
  await logger.artifact("absent");
  await logger.finish("finished");
  assert.equal(store.text(`${base}/metrics/train_loss`), "1000 0.5 1\n2000 0.25 2\n");
  assert.ok(!store.files.has(`${base}/metrics/val_loss`));
  assert.equal(store.text(`${base}/params/nepochs`), "2");
  assert.equal(store.text(`${base}/params/gradient_clip_val`), "none");
  assert.equal(store.text(`${base}/params/list`), "3,4");
  assert.equal(store.text(`${base}/tags/mlflow.runName`), "first run");
  assert.equal(store.text(`${base}/tags/program`), "ptychogpu 1");
  assert.equal(store.text(`${base}/artifacts/model.safetensors`), "weights");
  const png = store.files.get(`${base}/artifacts/epoch_0002/patch_00/amp_pred.png`)!;
  assert.deepEqual(Uint8Array.from(decode(png).data), picture.data);
  const done = parse(store.text(`${base}/meta.yaml`));
  assert.deepEqual([done.status, done.end_time], [3, 2000]);
});

Deno.test("runs of one experiment share its folder; a resumed run goes on with its own", async () => {
  const store = new MemorySink("file:///runs");
  // An experiment as MLflow itself writes it, and a deleted one of the same name.
  await store.write("7/meta.yaml", "experiment_id: '7'\nlifecycle_stage: deleted\nname: study\n");
  await store.write("5/meta.yaml", "experiment_id: '5'\nlifecycle_stage: active\nname: study\n");
  const start = async (folder: MemorySink, experiment: string, resumedAfter?: number) => {
    const logger = new MlflowFileLogger({ run: folder, store, user: "me", clock: () => 1 });
    await logger.start({ name: "n", experiment, tags: {}, resumedAfter }, {});
    return { logger, id: JSON.parse(folder.text("mlflow_run.json")) };
  };
  const a = new MemorySink(), b = new MemorySink(), c = new MemorySink();
  const first = await start(a, "study");
  assert.equal(first.id.experiment_id, "5");
  assert.equal((await start(b, "other")).id.experiment_id, "8");
  assert.equal((await start(c, "other")).id.experiment_id, "8");
  for (const step of [1, 2, 3]) await first.logger.scalars(step, { loss: step });
  const again = await start(a, "study", 2);
  assert.deepEqual(again.id, first.id);
  await again.logger.scalars(3, { loss: 30 });
  const base = `5/${first.id.run_id}`;
  assert.equal(store.text(`${base}/metrics/loss`), "1 1 1\n1 2 2\n1 30 3\n");
  await again.logger.finish("interrupted");
  assert.equal(parse(store.text(`${base}/meta.yaml`)).status, 5);
});

interface Call {
  readonly method: string;
  readonly path: string;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
}

/** A service with the answers of a real one; `fail` is asked before each answer. */
async function withService(
  body: (
    address: string,
    calls: Call[],
    state: { fail: boolean; artifacts: string },
  ) => Promise<void>,
): Promise<void> {
  const calls: Call[] = [], state = { fail: false, artifacts: "mlflow-artifacts:/3/abc/artifacts" };
  const names: string[] = [];
  const server = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
    const url = new URL(request.url), path = url.pathname.replace("/api/2.0/", "");
    const bytes = new Uint8Array(await request.arrayBuffer());
    const json = request.headers.get("content-type") === "application/json";
    calls.push({
      method: request.method,
      path: path + url.search,
      body: json ? JSON.parse(new TextDecoder().decode(bytes)) : bytes,
    });
    if (request.headers.get("authorization") !== "Bearer secret") {
      return new Response("who are you?", { status: 401 });
    }
    if (state.fail) return new Response("broken", { status: 500 });
    const answer = { run: { info: { run_id: "abc", artifact_uri: state.artifacts } } };
    switch (path) {
      case "mlflow/experiments/get-by-name":
        return names.includes(url.searchParams.get("experiment_name")!)
          ? Response.json({ experiment: { experiment_id: "3" } })
          : Response.json({ error_code: "RESOURCE_DOES_NOT_EXIST" }, { status: 404 });
      case "mlflow/experiments/create":
        names.push(calls.at(-1)!.body.name);
        return Response.json({ experiment_id: "3" });
      case "mlflow/runs/create":
      case "mlflow/runs/get":
        return Response.json(answer);
      default:
        return Response.json({});
    }
  });
  try {
    await body(`http://localhost:${server.addr.port}`, calls, state);
  } finally {
    await server.shutdown();
  }
}

Deno.test("a service gets the same run over HTTP, and a resumed run goes on", () =>
  withService(async (address, calls) => {
    const folder = new MemorySink(), warnings: string[] = [];
    const make = (): MlflowRestLogger =>
      new MlflowRestLogger({
        address,
        authorization: "Bearer secret",
        run: folder,
        user: "me",
        clock: () => 77,
        warn: (line) => warnings.push(line),
      });
    await folder.write("model bin", "weights");
    const logger = make();
    const many = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`p${i}`, i]));
    await logger.start(run, many);
    await logger.scalars(1, { train_loss: 0.5, val_loss: undefined, energy_ratio: NaN });
    await logger.image("amp", 1, picture);
    await logger.artifact("model bin");
    await logger.finish("failed");
    const at = (path: string): Call[] => calls.filter((call) => call.path === path);
    assert.deepEqual(at("mlflow/experiments/create")[0].body, { name: "probe study" });
    const created = at("mlflow/runs/create")[0].body;
    assert.deepEqual([created.experiment_id, created.run_name], ["3", "first run"]);
    const tag = created.tags.find((t: { key: string }) => t.key === "program");
    assert.equal(tag.value, "ptychogpu 1");
    const batches = at("mlflow/runs/log-batch").map((call) => call.body);
    const params = batches.flatMap((batch) => batch.params ?? []);
    assert.equal(params.length, 130);
    assert.deepEqual(params[129], { key: "p129", value: "129" });
    assert.ok(batches.every((batch) => (batch.params ?? []).length <= 100));
    assert.deepEqual(batches.flatMap((batch) => batch.metrics ?? []), [
      { key: "train_loss", value: 0.5, timestamp: 77, step: 1 },
    ]);
    const root = "mlflow-artifacts/artifacts/3/abc/artifacts/";
    const [png] = at(`${root}epoch_0001/amp.png`);
    assert.equal(png.method, "PUT");
    assert.deepEqual(Uint8Array.from(decode(png.body).data), picture.data);
    assert.equal(new TextDecoder().decode(at(`${root}model%20bin`)[0].body), "weights");
    assert.deepEqual(at("mlflow/runs/update").at(-1)!.body, {
      run_id: "abc",
      status: "FAILED",
      end_time: 77,
    });
    const before = at("mlflow/runs/create").length;
    await make().start({ ...run, resumedAfter: 1 }, {});
    assert.equal(at("mlflow/runs/create").length, before);
    assert.deepEqual(at("mlflow/runs/update").at(-1)!.body, { run_id: "abc", status: "RUNNING" });
    await make().start(run, {});
    assert.equal(at("mlflow/experiments/create").length, 1, "the experiment is found again");
    assert.deepEqual(warnings, []);
  }));

Deno.test("a service that fails at the start is an error, later a warning", () =>
  withService(async (address, _calls, state) => {
    const warnings: string[] = [];
    const options = {
      address,
      run: new MemorySink(),
      user: "me",
      clock: () => 1,
      warn: (line: string) => warnings.push(line),
    };
    await assert.rejects(
      new MlflowRestLogger(options).start(run, {}),
      (error: Error) => error instanceof LoggingError && /401 who are you/.test(error.message),
    );
    state.artifacts = "s3://bucket/3/abc";
    const logger = new MlflowRestLogger({ ...options, authorization: "Bearer secret" });
    await logger.start(run, {});
    await logger.image("amp", 1, picture);
    assert.match(warnings[0], /s3:\/\/bucket.*serve-artifacts/);
    state.fail = true;
    await logger.scalars(1, { loss: 1 });
    await logger.scalars(2, { loss: 2 });
    await logger.finish("finished");
    assert.equal(warnings.length, 2, "the same warning is given once");
    assert.match(warnings[1], /500 broken.*training goes on/);
  }));

Deno.test("a service that is not there is named with the remedy", async () => {
  const server = Deno.serve({ port: 0, onListen: () => {} }, () => new Response(""));
  const { port } = server.addr;
  await server.shutdown();
  const logger = new MlflowRestLogger({
    address: `http://localhost:${port}`,
    run: new MemorySink(),
    user: "me",
    clock: () => 1,
    warn: () => {},
  });
  await assert.rejects(logger.start(run, {}), /localhost:\d+.*unset it to write mlruns/);
});
