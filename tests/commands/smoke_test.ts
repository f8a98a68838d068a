import assert from "node:assert/strict";
import { join } from "node:path";
import { toFloat32 } from "../../src/array.ts";
import { openNpz } from "../../src/io/npz.ts";
import { bytesSource } from "../../src/io/source.ts";
import { inFolder } from "./tiny_run.ts";

const cli = new URL("../../cli.ts", import.meta.url).pathname;

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", cli, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** The accelerator of the documented command: a software adapter where there is one. */
async function accelerator(): Promise<string> {
  const { devices } = JSON.parse(await run("devices", "--json"));
  return devices.find((d: { accelerator: string }) => d.accelerator === "cpu").adapter === null
    ? "auto"
    : "cpu";
}

async function sha256(path: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
}

Deno.test("gridsize 2 smoke: train, save, load and infer under 90 s, twice the same weights", () =>
  inFolder(async (dir) => {
    const scan = join(dir, "scan.npz"), kind = await accelerator();
    await run("simulate", "--output", scan, "--n-positions", "100", "--quiet");
    const hashes: string[] = [], metrics: string[] = [];
    let seconds = 0;
    for (const name of ["a", "b"]) {
      const out = join(dir, name), began = performance.now();
      // The five flags of docs/workflow.md, word for word.
      const trained = await run(
        ..."train --deterministic --num-workers 0 --learning-rate 1e-3 --gridsize 2".split(" "),
        ..."--n-groups 64 --nepochs 2 --json --quiet".split(" "),
        `--accelerator=${kind}`,
        `--train-data-file=${scan}`,
        `--output-dir=${out}`,
      );
      assert.equal(JSON.parse(trained).epochs, 2);
      if (name === "b") {
        hashes.push(await sha256(join(out, "wts.h5.zip")));
        metrics.push(await Deno.readTextFile(join(out, "metrics.csv")));
        break;
      }
      const result = join(dir, "result");
      await run(
        ..."infer --inference-batch-size 4 --quiet".split(" "),
        `--accelerator=${kind}`,
        `--model-path=${out}`,
        `--test-data=${scan}`,
        `--output-dir=${result}`,
      );
      seconds = (performance.now() - began) / 1000;
      hashes.push(await sha256(join(out, "wts.h5.zip")));
      metrics.push(await Deno.readTextFile(join(out, "metrics.csv")));
      const bytes = await Deno.readFile(join(result, "reconstruction.npz"));
      const object = toFloat32(await (await openNpz(bytesSource("r", bytes))).read("object"));
      assert.ok(object.length > 1000 && object.every(Number.isFinite));
      for (const picture of ["amplitude.png", "phase.png"]) {
        assert.ok((await Deno.stat(join(result, picture))).size > 1000, picture);
      }
      assert.ok((await Deno.stat(join(out, "wts.h5.zip"))).size > 100_000);
      const record = JSON.parse(await Deno.readTextFile(join(out, "run.json")));
      assert.equal(record.config.model.gridsize, 2);
      assert.deepEqual(record.argv.slice(0, 3), ["train", "--deterministic", "--num-workers"]);
      assert.match(record.version, /^\d+\.\d+\.\d+/);
      assert.ok(record.adapter.name.length > 0 && record.deno.length > 0);
      const inferred = JSON.parse(await Deno.readTextFile(join(result, "run.json")));
      assert.equal(inferred.execution.inference_batch_size, 4);
      assert.equal(inferred.inference.patch_weighting, "probe");
      assert.equal(inferred.config.model.gridsize, 2);
      const batch = inferred.audit.find((row: { field: string }) =>
        row.field === "inference_batch_size"
      );
      assert.deepEqual([batch.value, batch.source], [4, "flag"]);
      assert.equal(record.config.training.learning_rate, undefined);
      assert.equal(record.execution.learning_rate, 1e-3);
      const source = (field: string): unknown =>
        record.audit.find((row: { field: string }) => row.field === field).source;
      assert.equal(source("learning_rate"), "flag");
      assert.equal(source("N"), "data");
      assert.equal(source("batch_size"), "default");
    }
    assert.equal(hashes[0], hashes[1]);
    assert.equal(metrics[0], metrics[1]);
    console.log(`gridsize 2 smoke: ${seconds.toFixed(1)} s for train, save, load and infer`);
    assert.ok(seconds < 90, `${seconds} s`);
  }));
