import assert from "node:assert/strict";
import { join } from "node:path";
import { toFloat32 } from "../../src/array.ts";
import { openNpz } from "../../src/io/npz.ts";
import { bytesSource } from "../../src/io/source.ts";

const cli = new URL("../../cli.ts", import.meta.url).pathname;

/** Runs the command line; the last part of its output on failure. */
async function run(...args: string[]): Promise<{ code: number; stderr: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", cli, ...args, "--quiet"],
    env: { NO_COLOR: "1" },
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

async function good(...args: string[]): Promise<void> {
  const { code, stderr } = await run(...args);
  assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
}

async function objectOf(folder: string): Promise<Float32Array> {
  const bytes = await Deno.readFile(join(folder, "reconstruction.npz"));
  return toFloat32(await (await openNpz(bytesSource(folder, bytes))).read("object"));
}

Deno.test("simulated labels, supervised training, archive, inference: all from the command line", async () => {
  const dir = await Deno.makeTempDir();
  const at = (name: string): string => join(dir, name);
  const tiny = ["--n-filters-scale", "0.16", "--nepochs", "2", "--batch-size", "4"];
  try {
    const recipe = ["--n-positions", "9", "--nphotons", "1e5"];
    await good("simulate", ...recipe, "--labels", "object", "--output", at("labelled.npz"));
    await good("simulate", ...recipe, "--output", at("plain.npz"));
    const train = (data: string, out: string, ...more: string[]) =>
      run("train", "--train-data-file", at(data), "--output-dir", at(out), ...tiny, ...more);
    for (const name of ["a", "b"]) {
      const { code, stderr } = await train("labelled.npz", name, "--model-type", "supervised");
      assert.equal(code, 0, stderr);
    }
    const archive = await Deno.readFile(at("a/wts.h5.zip"));
    assert.deepEqual(await Deno.readFile(at("b/wts.h5.zip")), archive);
    const record = JSON.parse(await Deno.readTextFile(at("a/run.json")));
    assert.match(record.weights_sha256, /^[0-9a-f]{64}$/);
    assert.equal(record.config.training.torch_loss_mode, "mae");

    // DATA-SUP-001, before anything is computed or written beside the folder.
    const none = await train("plain.npz", "c", "--model-type", "supervised");
    assert.equal(none.code, 1);
    assert.match(
      none.stderr,
      /^error: .*holds no labels.*simulate --labels object.*model_type pinn/m,
    );
    await assert.rejects(Deno.stat(at("c/run.json")), Deno.errors.NotFound);

    // The archive alone is enough: folder, archive and safetensors file give the same object.
    const infer = (model: string, out: string) =>
      run(
        "infer",
        "--model-path",
        at(model),
        "--test-data",
        at("plain.npz"),
        "--output-dir",
        at(out),
      );
    for (const [model, out] of [["a", "x"], ["a/wts.h5.zip", "y"], ["b/model.safetensors", "z"]]) {
      const { code, stderr } = await infer(model, out);
      assert.equal(code, 0, stderr);
    }
    const object = await objectOf(at("x"));
    assert.ok(object.every(Number.isFinite));
    assert.deepEqual(await objectOf(at("y")), object);
    assert.deepEqual(await objectOf(at("z")), object);
    await Deno.remove(at("a/model.safetensors"));
    assert.equal((await infer("a", "w")).code, 0);

    const damaged = archive.slice();
    damaged[archive.length >> 1] ^= 1;
    await Deno.writeFile(at("b/wts.h5.zip"), damaged);
    const refused = await infer("b", "v");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^error: Cannot (read|open) .*: /m);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
