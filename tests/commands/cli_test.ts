import assert from "node:assert/strict";
import { join } from "node:path";
import { complexArray, type NdArray, realArray } from "../../src/array.ts";
import { openNpz, writeNpz } from "../../src/io/npz.ts";
import { bytesSource } from "../../src/io/source.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";

const cli = new URL("../../cli.ts", import.meta.url).pathname;

async function run(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", cli, ...args],
    env: { NO_COLOR: "1", ...env },
  });
  const { code, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Arrays of a small valid scan, to be spoiled. */
async function validArrays(): Promise<Record<string, NdArray>> {
  const scan = tinyScan(8), N = scan.N;
  const all = await scan.readDiffraction(Array.from({ length: 8 }, (_, i) => i));
  const axis = (offset: number): NdArray => ({
    shape: [8],
    dtype: "f64",
    data: Float64Array.from({ length: 8 }, (_, i) => scan.positions[2 * i + offset]),
  });
  return {
    diffraction: realArray([8, N, N], all),
    xcoords: axis(1),
    ycoords: axis(0),
    probeGuess: complexArray([N, N], scan.probe.data),
  };
}

async function inFolder(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const tiny = ["--n-filters-scale", "0.1", "--nepochs", "2", "--batch-size", "4", "--quiet"];

Deno.test("train and infer write what they promise, twice the same bytes, and resume", () =>
  inFolder(async (dir) => {
    const file = join(dir, "scan.npz");
    await Deno.writeFile(file, await writeNpz(await validArrays()));
    const outputs: Uint8Array[][] = [];
    for (const name of ["a", "b"]) {
      const folder = join(dir, name);
      const trained = await run([
        "train",
        "--train-data-file",
        file,
        `--output-dir=${folder}`,
        ...tiny,
        "--json",
      ]);
      assert.equal(trained.code, 0, trained.stderr);
      const result = JSON.parse(trained.stdout);
      assert.equal(result.epochs, 2);
      assert.ok(Number.isFinite(result.loss));
      const inferred = await run([
        "infer",
        "--model-path",
        folder,
        "--test-data",
        file,
        "--output-dir",
        join(folder, "out"),
        "--inference-batch-size",
        "3",
        "--varpro-scaling",
        "--quiet",
      ]);
      assert.equal(inferred.code, 0, inferred.stderr);
      const read = (path: string): Promise<Uint8Array> => Deno.readFile(join(folder, path));
      outputs.push(
        await Promise.all([
          read("model.safetensors"),
          read("checkpoint.safetensors"),
          read("metrics.csv"),
          read("out/reconstruction.npz"),
          read("out/amplitude.png"),
          read("out/phase.png"),
          read("wts.h5.zip"),
        ]),
      );
      const names = [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
      assert.deepEqual(names, [
        "checkpoint.safetensors",
        "checkpoints",
        "logs",
        "metrics.csv",
        "model.safetensors",
        "out",
        "run.json",
        "wts.h5.zip",
      ]);
    }
    assert.deepEqual(outputs[0], outputs[1]);
    const npz = await openNpz(bytesSource("r", outputs[0][3]));
    assert.deepEqual([...npz.keys].sort(), [
      "amplitude",
      "canvas_origin_xy",
      "coverage",
      "object",
      "phase",
      "probe",
      "scan_center_xy",
    ]);
    const object = (await npz.read("object")).data as Float32Array;
    assert.ok(object.every(Number.isFinite) && object.some((v) => v !== 0));
    const longer = await run([
      "train",
      "--train-data-file",
      file,
      "--output-dir",
      join(dir, "a"),
      "--resume",
      "--nepochs",
      "3",
      "--json",
      "--quiet",
    ]);
    assert.equal(longer.code, 0, longer.stderr);
    assert.equal(JSON.parse(longer.stdout).epochs, 3);
    const rows = (await Deno.readTextFile(join(dir, "a", "metrics.csv"))).trim().split("\n");
    assert.equal(rows.length, 4);
  }));

const broken: readonly (readonly [
  string,
  (arrays: Record<string, NdArray>) => Record<string, NdArray> | Uint8Array,
  RegExp,
])[] = [
  ["not a zip", () => new TextEncoder().encode("hello world"), /not an NPZ/],
  ["missing key", ({ probeGuess: _, ...rest }) => rest, /probeGuess/],
  [
    "probe of another size",
    (a) => ({ ...a, probeGuess: complexArray([32, 32], new Float32Array(2048).fill(1)) }),
    /probeGuess.*32 x 32/,
  ],
  ["odd N", (a) => ({
    ...a,
    diffraction: realArray([8, 63, 63], new Float32Array(8 * 63 * 63).fill(1)),
    probeGuess: complexArray([63, 63], new Float32Array(2 * 63 * 63).fill(1)),
  }), /63/],
  [
    "patterns that are not square",
    (a) => ({ ...a, diffraction: realArray([8, 64, 32], new Float32Array(8 * 64 * 32).fill(1)) }),
    /diffraction.*64 x 32/,
  ],
  ["fewer coordinates than patterns", (a) => ({
    ...a,
    xcoords: { shape: [7], dtype: "f64", data: new Float64Array(7) },
    ycoords: { shape: [7], dtype: "f64", data: new Float64Array(7) },
  }), /coord/],
  ...([["NaN", NaN], ["infinite", Infinity], ["negative", -3]] as const).map((
    [name, value],
  ) =>
    [`${name} data`, (a: Record<string, NdArray>) => {
      const data = (a.diffraction.data as Float32Array).slice();
      data[5] = value;
      return { ...a, diffraction: { ...a.diffraction, data } };
    }, /diffraction/] as const
  ),
  [
    "all patterns zero",
    (a) => ({ ...a, diffraction: realArray([8, 64, 64], new Float32Array(8 * 64 * 64)) }),
    /diffraction.*zero|zero.*diffraction/,
  ],
  ["one position", (a) => ({
    ...a,
    diffraction: realArray([1, 64, 64], (a.diffraction.data as Float32Array).slice(0, 4096)),
    xcoords: { shape: [1], dtype: "f64", data: Float64Array.of(1) },
    ycoords: { shape: [1], dtype: "f64", data: Float64Array.of(1) },
  }), /position/],
  ["coordinates in metres", (a) => ({
    ...a,
    xcoords: { ...a.xcoords, data: (a.xcoords.data as Float64Array).map((v) => v * 1e-8) },
    ycoords: { ...a.ycoords, data: (a.ycoords.data as Float64Array).map((v) => v * 1e-8) },
  }), /metres|pixel/],
];
for (const [name, spoil, message] of broken) {
  Deno.test(`train refuses ${name} in one line and writes nothing`, () =>
    inFolder(async (dir) => {
      const file = join(dir, "scan.npz"), made = spoil(await validArrays());
      await Deno.writeFile(file, made instanceof Uint8Array ? made : await writeNpz(made));
      const out = join(dir, "out");
      const { code, stderr, stdout } = await run([
        "train",
        "--train-data-file",
        file,
        "--output-dir",
        out,
        ...tiny,
      ]);
      assert.equal(code, 1, stderr);
      assert.equal(stdout, "");
      const lines = stderr.trim().split("\n").filter((line) => !line.startsWith("warning:"));
      assert.equal(lines.length, 1, stderr);
      assert.match(lines[0], /^error: /);
      assert.match(lines[0], message);
      const written = await Array.fromAsync(Deno.readDir(out)).catch(() => []);
      assert.deepEqual(written, []);
    }));
}

const usage: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["an unknown command", ["trian"], /Did you mean train/],
  [
    "an unknown flag",
    ["train", "--train-data-file", "x", "--nepoch", "3"],
    /did you mean --nepochs/,
  ],
  ["a missing flag", ["train"], /--train-data-file/],
  ["a word for a number", ["train", "--train-data-file", "x", "--nepochs", "many"], /--nepochs/],
  ["a wrong choice", ["train", "--train-data-file", "x", "--optimizer", "adan"], /adam\?/],
  ["a number out of range", ["train", "--train-data-file", "x", "--gridsize", "4"], /gridsize.*3/],
  ["a wrong preset", ["train", "--train-data-file", "x", "--preset", "best"], /recommended/],
  ["K smaller than C", [
    "train",
    "--train-data-file",
    "x",
    "--gridsize",
    "2",
    "--neighbor-count",
    "3",
  ], /neighbor_count is 3/],
  ["a side that is no power of two", ["simulate", "--output", "x.npz", "--N", "60"], /--N is 60/],
];
for (const [name, args, message] of usage) {
  Deno.test(`usage: ${name} exits with 2 and a hint`, async () => {
    const { code, stderr } = await run(args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  });
}

Deno.test("a file that is not there and a folder that cannot be written exit with 1", () =>
  inFolder(async (dir) => {
    const missing = await run(["train", "--train-data-file", join(dir, "no.npz"), ...tiny]);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /no such file/);
    await Deno.writeTextFile(join(dir, "file"), "");
    const blocked = await run([
      "simulate",
      "--output",
      join(dir, "file", "scan.npz"),
      "--quiet",
    ]);
    assert.equal(blocked.code, 1);
    assert.match(blocked.stderr, /^error: Cannot write to folder/m);
  }));

Deno.test("no adapter is an error with the command that helps", async () => {
  const env = { DENO_WEBGPU_BACKEND: "vulkan", VK_ICD_FILENAMES: "/nonexistent.json" };
  await inFolder(async (dir) => {
    const { code, stderr } = await run(["simulate", "--output", join(dir, "a.npz")], env);
    assert.equal(code, 1);
    assert.match(stderr, /Cannot open a WebGPU adapter.*mesa-vulkan-drivers/);
  });
});

Deno.test("accelerator gpu refuses a software adapter, cpu a hardware one", async () => {
  await inFolder(async (dir) => {
    const args = ["simulate", "--output", join(dir, "a.npz"), "--n-positions", "4", "--quiet"];
    const codes = [
      (await run([...args, "--accelerator", "gpu"])).code,
      (await run([...args, "--accelerator", "cpu"])).code,
    ];
    assert.equal(codes.filter((code) => code === 0).length, 1);
  });
});

Deno.test("help fits a person: every command has an example or its flags", async () => {
  const top = await run(["--help"]);
  assert.equal(top.code, 0);
  for (const name of ["train", "infer", "simulate", "demo", "setup"]) {
    assert.match(top.stdout, new RegExp(`^  ${name}`, "m"));
    const help = await run([name, "--help"]);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /Options:/);
  }
});

Deno.test("simulate gives the same file for the same seed, and the photons asked for", () =>
  inFolder(async (dir) => {
    const args = (name: string, seed: string): string[] => [
      "simulate",
      "--output",
      join(dir, name),
      "--n-positions",
      "16",
      "--nphotons",
      "20000",
      "--seed",
      seed,
      "--quiet",
    ];
    for (const [name, seed] of [["a", "1"], ["b", "1"], ["c", "2"]]) {
      const { code, stderr } = await run(args(name, seed));
      assert.equal(code, 0, stderr);
    }
    const [a, b, c] = ["a", "b", "c"].map((name) => Deno.readFileSync(join(dir, name)));
    assert.deepEqual(a, b);
    assert.notDeepEqual(a, c);
    const npz = await openNpz(bytesSource("a", a));
    const amplitudes = (await npz.read("diffraction")).data as Float32Array;
    const counts = amplitudes.reduce((sum, v) => sum + v * v, 0) / 16;
    assert.ok(Math.abs(counts - 20000) < 5 * Math.sqrt(20000 / 16), `${counts}`);
  }));
