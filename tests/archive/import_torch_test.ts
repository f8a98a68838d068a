import assert from "node:assert/strict";
import { Command } from "commander";
import { join } from "node:path";
import { complexArray, type NdArray, realArray, toFloat32 } from "../../src/array.ts";
import { registerImportTorch } from "../../src/commands/import_torch.ts";
import { registerInfer } from "../../src/commands/infer.ts";
import { readModel } from "../../src/commands/model_file.ts";
import { openNpz, writeNpz } from "../../src/io/npz.ts";
import { bytesSource } from "../../src/io/source.ts";
import { goldenDir } from "../support/golden_path.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";
import { torchFile } from "./torch_writer.ts";

if (Deno.env.get("XDG_RUNTIME_DIR") === undefined) Deno.env.set("XDG_RUNTIME_DIR", "/tmp");
const FIXTURE = new URL("fixtures/network.ckpt", import.meta.url).pathname;

/** Runs one command line in this process. */
async function run(...args: string[]): Promise<void> {
  const program = new Command("ptychogpu").exitOverride();
  registerImportTorch(program);
  registerInfer(program);
  for (const command of program.commands) {
    command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  }
  await program.parseAsync([...args, "--quiet"], { from: "user" });
}

async function inFolder(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** A scan file of patterns (P, N, N) at positions (x, y), with a smooth probe. */
async function writeScan(
  path: string,
  patterns: Float32Array,
  N: number,
  places: readonly (readonly [number, number])[],
): Promise<void> {
  const axis = (i: 0 | 1): NdArray => ({
    shape: [places.length],
    dtype: "f64",
    data: Float64Array.from(places, (p) => p[i]),
  });
  await Deno.writeFile(
    path,
    await writeNpz({
      diffraction: realArray([places.length, N, N], patterns),
      xcoords: axis(0),
      ycoords: axis(1),
      probeGuess: complexArray([N, N], tinyScan(2, N).probe.data),
    }),
  );
}

async function readNpz(path: string): Promise<(name: string) => Promise<NdArray>> {
  const npz = await openNpz(bytesSource(path, await Deno.readFile(path)));
  return (name) => npz.read(name);
}

Deno.test("a checkpoint becomes an archive that infers, twice the same bytes", () =>
  inFolder(async (dir) => {
    const archives: Uint8Array[] = [];
    for (const name of ["a", "b"]) {
      await run("import-torch", FIXTURE, "--output-dir", join(dir, name));
      archives.push(await Deno.readFile(join(dir, name, "wts.h5.zip")));
    }
    assert.deepEqual(archives[0], archives[1]);
    const record = JSON.parse(await Deno.readTextFile(join(dir, "a", "run.json")));
    assert.equal(record.result.scales, "measured at inference");
    assert.equal(record.config.model.amp_activation, "silu");
    const grid = record.audit.find((row: { field: string }) => row.field === "gridsize");
    assert.deepEqual([grid.value, grid.source], [2, "override"]);
    const scan = tinyScan(8), file = join(dir, "scan.npz");
    const patterns = await scan.readDiffraction([0, 1, 2, 3, 4, 5, 6, 7]);
    await writeScan(
      file,
      patterns,
      64,
      Array.from({ length: 8 }, (_, i) => [scan.positions[2 * i + 1], scan.positions[2 * i]]),
    );
    const out = join(dir, "out");
    await run("infer", "--model-path", join(dir, "a"), "--test-data", file, "--output-dir", out);
    const object = await (await readNpz(join(out, "reconstruction.npz")))("object");
    assert.ok(toFloat32(object).every(Number.isFinite) && toFloat32(object).some((v) => v !== 0));
    // Scales measured once on a scan stay with the model.
    await run("import-torch", FIXTURE, "--output-dir", join(dir, "c"), "--train-data-file", file);
    const kept = await readModel(join(dir, "c"));
    assert.ok(kept.scaling !== undefined && kept.probe?.shape.join() === "1,64,64");
    const again = join(dir, "again");
    await run("infer", "--model-path", join(dir, "c"), "--test-data", file, "--output-dir", again);
    const same = await (await readNpz(join(again, "reconstruction.npz")))("object");
    assert.deepEqual(toFloat32(same), toFloat32(object));
  }));

Deno.test("flags state what the file does not, and an attack leaves nothing behind", () =>
  inFolder(async (dir) => {
    const out = join(dir, "out");
    await run(
      "import-torch",
      FIXTURE,
      "--output-dir",
      out,
      "--amp-activation",
      "relu",
      "--input-factor",
      "0.5",
    );
    const model = await readModel(join(out, "wts.h5.zip"));
    assert.equal(model.config.model.amp_activation, "relu");
    assert.equal(model.inputFactor, 0.5);
    await assert.rejects(
      run("import-torch", FIXTURE, "--output-dir", out, "--no-object-big"),
      /object_big is false but/,
    );
    await assert.rejects(
      run("import-torch", FIXTURE, "--output-dir", out, "--N", "128"),
      /N is 128 but/,
    );
    await assert.rejects(
      run("import-torch", FIXTURE, "--output-dir", out, "--gridsize", "x"),
      /--gridsize: /,
    );
    const attack = FIXTURE.replace("network.ckpt", "attack_system.pth");
    const none = join(dir, "none");
    await assert.rejects(run("import-torch", attack, "--output-dir", none), /names posix\.system/);
    await assert.rejects(Deno.stat(none), Deno.errors.NotFound);
  }));

/** Weights of the original system as a file of `torch.save`: PyTorch's own where it is installed. */
async function goldenCheckpoint(npz: string, path: string): Promise<void> {
  const script = "import sys, numpy, torch\n" +
    "z = numpy.load(sys.argv[1])\n" +
    "torch.save({'state_dict': {k: torch.from_numpy(z[k]) for k in z.files}}, sys.argv[2])\n";
  for (const python of ["/usr/bin/python3", "python3"]) {
    const done = await new Deno.Command(python, { args: ["-c", script, npz, path], stderr: "null" })
      .output().catch(() => undefined);
    if (done?.success === true) return;
  }
  console.warn("NOTE: no PyTorch here; the checkpoint is written by the test itself");
  const file = await openNpz(bytesSource(npz, await Deno.readFile(npz)));
  const tensors = new Map<string, NdArray>();
  for (const name of file.keys) tensors.set(name, await file.read(name));
  await Deno.writeFile(path, await torchFile(tensors));
}

for (
  const [name, size, middle] of [["gs1", 1, 64], ["gs1_default_width", 2, 64]] as const
) {
  Deno.test(`weights of the original system (${name}) give its forward through infer`, () =>
    inFolder(async (dir) => {
      const golden = goldenDir();
      if (golden === undefined) return;
      const file = join(dir, "weights.pth");
      await goldenCheckpoint(new URL(`c1_weights_${name}.npz`, golden).pathname, file);
      const forward = await readNpz(new URL(`c1_forward_${name}.npz`, golden).pathname);
      const model = join(dir, "model"), scan = join(dir, "scan.npz"), out = join(dir, "out");
      await run(
        "import-torch",
        ...[file, "--output-dir", model, "--amp-activation", "silu", "--input-factor", "1"],
      );
      assert.equal((await readModel(model)).config.model.n_filters_scale, size);
      const input = await forward("input"), scale = toFloat32(await forward("input_scale"));
      const [B, , N] = input.shape;
      const patterns = toFloat32(input).map((v, i) => v * scale[Math.floor(i / (N * N))]);
      // Patches that do not touch: what infer reassembles are the patches themselves.
      const places = Array.from({ length: B }, (_, i) => [100 + 80 * i, 100] as const);
      await writeScan(scan, patterns, N, places);
      await run(
        "infer",
        ...["--model-path", model, "--test-data", scan, "--output-dir", out],
        ...["--patch-weighting", "uniform", "--middle-trim", String(middle)],
        ...["--diffraction-kind", "amplitude"],
      );
      const result = await readNpz(join(out, "reconstruction.npz"));
      const object = await result("object"), [, W] = object.shape;
      const [x0, y0] = toFloat32(await result("canvas_origin_xy"));
      const made = toFloat32(object), want = toFloat32(await forward("patches"));
      let worst = 0, compared = 0;
      for (let b = 0; b < B; b++) {
        const left = places[b][0] - N / 2 - x0, top = places[b][1] - N / 2 - y0;
        for (let y = 0; y < N; y++) {
          for (let x = 0; x < 2 * N; x++) {
            const at = 2 * ((y + top) * W + left) + x;
            worst = Math.max(worst, Math.abs(made[at] - want[(b * N + y) * 2 * N + x]));
            compared++;
          }
        }
      }
      assert.equal(compared, want.length);
      assert.ok(worst < 1e-4, `patches differ by ${worst}`);
      console.log(`      largest difference of a patch: ${worst.toExponential(2)}`);
    }));
}
