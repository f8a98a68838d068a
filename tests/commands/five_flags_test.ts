import assert from "node:assert/strict";
import { join } from "node:path";
import { inFolder } from "./tiny_run.ts";

const cli = new URL("../../cli.ts", import.meta.url).pathname;

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", cli, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

const TINY = "--n-filters-scale 0.05 --nepochs 1 --batch-size 3 --quiet".split(" ");

interface Trained {
  readonly model: Uint8Array;
  readonly rate: number;
  readonly seed: { value: number; source: string };
  readonly record: Record<string, Record<string, unknown>>;
}

Deno.test("the five flags of the workflow page change what it says they change", () =>
  inFolder(async (dir) => {
    const scan = join(dir, "scan.npz");
    await run("simulate", "--output", scan, "--n-positions", "9", "--quiet");
    let runs = 0;
    const train = async (...flags: string[]): Promise<Trained> => {
      const out = join(dir, `run${runs++}`);
      const { code, stderr } = await run(
        ...["train", "--train-data-file", scan, "--output-dir", out, ...TINY, ...flags],
      );
      assert.equal(code, 0, stderr);
      const record = JSON.parse(await Deno.readTextFile(join(out, "run.json")));
      const row = (await Deno.readTextFile(join(out, "metrics.csv"))).trim().split("\n");
      const column = row[0].split(",").indexOf("learning_rate");
      return {
        model: await Deno.readFile(join(out, "model.safetensors")),
        rate: Number(row[1].split(",")[column]),
        seed: record.audit.find((r: { field: string }) => r.field === "seed"),
        record,
      };
    };
    const base = await train("--scheduler", "constant");
    assert.equal(base.rate, 1e-3);
    // learning-rate: another rate, another model.
    const faster = await train("--scheduler=constant", "--learning-rate", "0.004");
    assert.equal(faster.rate, 0.004);
    assert.equal(faster.record.execution.learning_rate, 0.004);
    assert.notDeepEqual(faster.model, base.model);
    // deterministic: the same command twice is the same; without it the seed is drawn and recorded.
    assert.deepEqual((await train("--scheduler", "constant", "--deterministic")).model, base.model);
    const drawn = await train("--scheduler", "constant", "--no-deterministic");
    assert.equal(drawn.seed.source, "drawn");
    assert.notDeepEqual(drawn.model, base.model);
    const again = await train("--scheduler", "constant", "--seed", String(drawn.seed.value));
    assert.deepEqual(weightsOf(again.model), weightsOf(drawn.model));
    // num-workers: other threads, the same model.
    const workers = await train("--scheduler", "constant", "--num-workers", "2");
    assert.deepEqual(weightsOf(workers.model), weightsOf(base.model));
    assert.equal(workers.record.execution.num_workers, 2);
    // accelerator: one of the two is not there, and says so.
    const kinds = await Promise.all(
      ["gpu", "cpu"].map((kind) =>
        run(
          "train",
          "--train-data-file",
          scan,
          "--output-dir",
          join(dir, kind),
          ...TINY,
          "--accelerator",
          kind,
        )
      ),
    );
    assert.equal(kinds.filter(({ code }) => code === 0).length, 1);
    assert.match(kinds.find(({ code }) => code !== 0)!.stderr, /Cannot use accelerator/);
    // inference-batch-size: recorded, and the same object.
    const objects: Uint8Array[] = [];
    for (const size of ["2", "9"]) {
      const out = join(dir, `object${size}`);
      const { code, stderr } = await run(
        ...["infer", "--model-path", join(dir, "run0"), "--test-data", scan, "--quiet"],
        ...["--output-dir", out, "--inference-batch-size", size],
      );
      assert.equal(code, 0, stderr);
      const record = JSON.parse(await Deno.readTextFile(join(out, "run.json")));
      assert.equal(record.execution.inference_batch_size, Number(size));
      objects.push(await Deno.readFile(join(out, "amplitude.png")));
    }
    assert.deepEqual(objects[0], objects[1]);
  }));

/** The tensors of a safetensors file, without its header. */
function weightsOf(file: Uint8Array): Uint8Array {
  const header = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  return file.subarray(8 + header);
}
