import assert from "node:assert/strict";
import { join } from "node:path";
import { dataFile } from "../config/hosts.ts";
import { inFolder, trainTiny } from "./tiny_run.ts";

const cli = new URL("../../cli.ts", import.meta.url).pathname;

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", cli, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

const SETTINGS = {
  "a.json": '{ "nepochs": 3, "model": { "gridsize": 2 } }',
  "a.yaml": "nepochs: 3\nmodel:\n  gridsize: 2\n",
  "a.toml": "nepochs = 3\n[model]\ngridsize = 2\n",
};

Deno.test("print-config shows values and sources and stops; the three file formats agree", () =>
  inFolder(async (dir) => {
    const scan = join(dir, "scan.npz");
    await Deno.writeFile(scan, await dataFile([64, 64], 1e6));
    const shown: unknown[] = [];
    for (const [name, text] of Object.entries(SETTINGS)) {
      await Deno.writeTextFile(join(dir, name), text);
      const out = join(dir, "out");
      const { code, stdout, stderr } = await run(
        "train",
        "--config",
        join(dir, name),
        "--train-data-file",
        scan,
        "--output-dir",
        out,
        "--batch-size=8",
        "--print-config",
        "--json",
      );
      assert.equal(code, 0, stderr);
      await assert.rejects(Deno.stat(out));
      shown.push(JSON.parse(stdout));
    }
    const [first, ...others] = shown as {
      config: Record<string, Record<string, unknown>>;
      audit: { field: string; source: string }[];
    }[];
    for (const other of others) assert.deepEqual(other, first);
    assert.equal(first.config.training.nepochs, 3);
    assert.equal(first.config.model.gridsize, 2);
    const source = (field: string) => first.audit.find((row) => row.field === field)?.source;
    assert.deepEqual(
      ["nepochs", "batch_size", "nphotons", "momentum"].map(source),
      ["file", "flag", "data", "default"],
    );
    const text = await run("train", "--train-data-file", scan, "--print-config");
    assert.match(text.stdout, /^field +value +source +instead of/);
    assert.match(text.stdout, /training\.nphotons +1000000 +data +default none/);
  }));

Deno.test("dry-run reads the data and writes nothing", () =>
  inFolder(async (dir) => {
    const scan = join(dir, "scan.npz"), out = join(dir, "out");
    const made = await run("simulate", "--output", scan, "--n-positions", "9", "--quiet");
    assert.equal(made.code, 0, made.stderr);
    const good = await run("train", "--train-data-file", scan, "--output-dir", out, "--dry-run");
    assert.equal(good.code, 0, good.stderr);
    assert.match(good.stdout, /configuration and data are good: 9 patterns of 64 x 64, 9 groups/);
    await assert.rejects(Deno.stat(out));
    // The configuration alone is fine here: only the data show the mistake.
    const many = ["--gridsize", "2", "--neighbor-count", "20", "--dry-run"];
    const bad = await run("train", "--train-data-file", scan, "--output-dir", out, ...many);
    assert.equal(bad.code, 1, bad.stdout);
    assert.match(bad.stderr, /^error: Cannot find 20 neighbours/m);
  }));

Deno.test("config show, validate and diff", () =>
  inFolder(async (dir) => {
    const file = (name: string): string => join(dir, name);
    await Deno.writeTextFile(file("a.toml"), SETTINGS["a.toml"]);
    await Deno.writeTextFile(file("b.json"), '{ "nepochs": 4, "model": { "gridsize": 2 } }');
    await Deno.writeTextFile(file("bad.yaml"), "nepoch: 3\n");
    await Deno.writeTextFile(file("broken.toml"), "nepochs = \n");
    await Deno.writeTextFile(file("other.ini"), "nepochs = 3\n");
    const good = await run("config", "validate", file("a.toml"));
    assert.equal(good.code, 0, good.stderr);
    for (
      const [name, message] of [
        ["bad.yaml", /error: bad\.yaml: There is no field nepoch: did you mean nepochs/],
        ["broken.toml", /error: Cannot read configuration .*broken\.toml/],
        ["other.ini", /extension is unknown: use \.json, \.yaml or \.toml/],
      ] as const
    ) {
      const { code, stderr } = await run("config", "validate", file(name));
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
    const { stdout } = await run("config", "diff", file("a.toml"), file("b.json"));
    assert.equal(stdout.trim(), "training.nepochs: 3 -> 4");
    await trainTiny(file("run"), { enable_checkpointing: false }, { nepochs: 1 });
    const programmed = await run("config", "show", file("run"));
    assert.match(programmed.stdout, /training\.nepochs +1 +override +default 10/);
    await Deno.writeTextFile(file("run.json"), "{}");
    const none = await run("config", "show", file("run.json"));
    assert.equal(none.code, 1);
    assert.match(none.stderr, /holds no audit/);
    const missing = await run("config", "show", file("nowhere"));
    assert.equal(missing.code, 1);
  }));

Deno.test("the old JSON interface trains, with a line that says what replaces it", () =>
  inFolder(async (dir) => {
    const data = join(dir, "data");
    await Deno.mkdir(data);
    await run("simulate", "--output", join(data, "scan.npz"), "--n-positions", "9", "--quiet");
    const config = join(dir, "old.json");
    await Deno.writeTextFile(
      config,
      JSON.stringify({
        data_config: { N: 64, grid_size: [1, 1], C: 1, nphotons: 1e6 },
        model_config: { mode: "Unsupervised", amp_activation: "silu", n_filters_scale: 1 },
        training_config: { epochs: 1, batch_size: 3, learning_rate: 0.002, device: "cuda" },
        inference_config: {},
        datagen_config: {},
      }),
    );
    const old = [
      "train",
      "--ptycho_dir",
      data,
      "--config",
      config,
      "--output-dir",
      join(dir, "out"),
    ];
    const { code, stdout, stderr } = await run(...old, "--accelerator", "auto", "--dry-run");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /9 patterns/);
    assert.match(stderr, /warning: --ptycho_dir is an old spelling/);
    assert.match(stderr, /old interface: write --train-data-file/);
    const both = await run(...old, "--train-data-file", join(data, "scan.npz"));
    assert.equal(both.code, 2);
    assert.match(both.stderr, /exclude each other/);
    const alone = await run("train", "--ptycho_dir", data);
    assert.equal(alone.code, 2);
    assert.match(alone.stderr, /--ptycho-dir needs --config/);
    await Deno.writeTextFile(config, "{ broken");
    const broken = await run(...old);
    assert.equal(broken.code, 2);
    assert.match(broken.stderr, /^error: Cannot read configuration .*old\.json/m);
  }));

Deno.test("quiet, verbose and console level: what is shown, and that they exclude each other", () =>
  inFolder(async (dir) => {
    const scan = join(dir, "scan.npz");
    await run("simulate", "--output", scan, "--n-positions", "9", "--quiet");
    const tiny = ["--n-filters-scale", "0.05", "--nepochs", "1", "--batch-size", "3"];
    const train = (...more: string[]) =>
      run("train", "--train-data-file", scan, "--output-dir", join(dir, "out"), ...tiny, ...more);
    const loud = await train(), quiet = await train("--quiet");
    const level = await train("--console-level", "ERROR");
    assert.match(loud.stderr, /epoch 1\/1: loss/);
    assert.doesNotMatch(quiet.stderr, /epoch/);
    assert.equal(level.stderr.trim(), "");
    const log = await Deno.readTextFile(join(dir, "out", "logs", "debug.log"));
    assert.match(log, /^\S+ - INFO - training on 9 patterns/m);
    assert.match(log, /- INFO - epoch 1\/1: loss/);
    for (const pair of [["--quiet", "--verbose"], ["--quiet", "--console-level", "info"]]) {
      const { code, stderr } = await train(...pair);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /cannot be used with/);
    }
    const wrong = await train("--console-level", "loud");
    assert.equal(wrong.code, 2);
    const shown = await run("config", "show", join(dir, "out"), "--json");
    assert.equal(JSON.parse(shown.stdout)["training.nepochs"], 1);
    assert.equal(
      (await run("config", "diff", join(dir, "out"), join(dir, "out"))).stdout.trim(),
      "no difference",
    );
  }));

Deno.test("devices names the adapter or says why there is none", async () => {
  const { code, stdout } = await run("devices", "--json");
  assert.equal(code, 0);
  const { devices } = JSON.parse(stdout);
  assert.deepEqual(devices.map((d: { accelerator: string }) => d.accelerator), [
    "auto",
    "gpu",
    "cpu",
  ]);
  for (const device of devices) {
    assert.ok(device.adapter !== null || device.reason.length > 10);
  }
});

Deno.test("a resumed run computes and records what the checkpoint says", () =>
  inFolder(async (dir) => {
    const scan = join(dir, "scan.npz"), out = join(dir, "out");
    await run("simulate", "--output", scan, "--n-positions", "9", "--quiet");
    const base = ["train", "--train-data-file", scan, "--output-dir", out, "--quiet"];
    const first = await run(
      ...[...base, "--n-filters-scale=0.05", "--nepochs=1", "--batch-size=3"],
      ...["--learning-rate=0.005", "--accumulate-grad-batches=3"],
    );
    assert.equal(first.code, 0, first.stderr);
    for (
      const other of ["--learning-rate=0.001", "--gridsize=2", "--preset=reference", "--profile=ci"]
    ) {
      const { code, stderr } = await run(...base, "--resume", other);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /Cannot resume with another/);
    }
    const more = await run(
      ...base,
      "--resume",
      "--nepochs=2",
      "--learning-rate=0.005",
      "--logger=none",
    );
    assert.equal(more.code, 0, more.stderr);
    const record = JSON.parse(await Deno.readTextFile(join(out, "run.json")));
    const row = (name: string): Record<string, unknown> =>
      record.audit.find((r: { field: string }) => r.field === name);
    assert.equal(record.execution.learning_rate, 0.005);
    assert.equal(record.execution.accum_steps, 3);
    assert.deepEqual([row("accum_steps").value, row("accum_steps").source], [3, "checkpoint"]);
    assert.deepEqual([row("n_filters_scale").value, row("n_filters_scale").source], [
      0.05,
      "checkpoint",
    ]);
    assert.deepEqual([row("nepochs").value, row("nepochs").source], [2, "flag"]);
    assert.deepEqual([row("logger_backend").value, row("logger_backend").source], ["none", "flag"]);
    assert.equal(record.config.model.n_filters_scale, 0.05);
    // A run that is complete stays as it is.
    const again = await run(...base, "--resume", "--json");
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(JSON.parse(again.stdout), { output_dir: out, epochs: 2, complete: true });
    assert.deepEqual(JSON.parse(await Deno.readTextFile(join(out, "run.json"))), record);
    // The log goes on too.
    const log = await Deno.readTextFile(join(out, "logs", "debug.log"));
    assert.match(log, /epoch 1\/1: [^]*epoch 2\/2: /);
  }));

Deno.test("a software adapter is told, unless it was asked for", async () => {
  const { devices } = JSON.parse((await run("devices", "--json")).stdout);
  if (!devices[0].software) return;
  await inFolder(async (dir) => {
    const args = ["simulate", "--output", join(dir, "a.npz"), "--n-positions", "4", "--quiet"];
    assert.match(
      (await run(...args, "--accelerator", "auto")).stderr,
      /^warning: no hardware GPU found/m,
    );
    assert.doesNotMatch((await run(...args, "--accelerator", "cpu")).stderr, /warning/);
  });
});

Deno.test("a configuration that is a folder, and an output folder that is a file, say so", () =>
  inFolder(async (dir) => {
    const scan = join(dir, "scan.npz");
    await Deno.writeFile(scan, await dataFile([64, 64], 1e6));
    const train = (...args: string[]) => run("train", "--train-data-file", scan, ...args);
    const folder = await train("--config", dir);
    assert.equal(folder.code, 1);
    assert.match(folder.stderr, /^error: Cannot read configuration .* as it is a folder: give a/m);
    const taken = await train("--output-dir", scan);
    assert.equal(taken.code, 1);
    assert.match(taken.stderr, /^error: Cannot write to folder .*: there is a file of that name/m);
  }));

Deno.test("print-config needs no data: it says what is not known then", async () => {
  for (const command of ["train", "infer"]) {
    const { code, stdout, stderr } = await run(command, "--print-config", "--seed", "7");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\.seed +7 +flag +default 42/);
    assert.match(stderr, /a file is not named/);
  }
  const wrong = await run("train", "--print-config", "--gridsize=2", "--overlap-group-size=2");
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /^error: overlap_group_size merges single patterns/m);
});
