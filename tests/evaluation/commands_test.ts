import assert from "node:assert/strict";
import { join } from "node:path";
import { complexArray, type NdArray, realArray, toFloat32 } from "../../src/array.ts";
import { writeNpz } from "../../src/io/npz.ts";
import { openNpz } from "../../src/io/npz.ts";
import { bytesSource } from "../../src/io/source.ts";
import { Random } from "../../src/random.ts";
import { scanMark } from "../../src/scan/mark.ts";
import { openScan } from "../../src/workflows/open_scan.ts";
import { asArray, noisy, sampled, smoothField } from "./images.ts";

const cli = new URL("../../cli.ts", import.meta.url).pathname;

async function run(
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", cli, ...args],
    env: { NO_COLOR: "1" },
  });
  const { code, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

const field = smoothField(21, 0.7), N = 16, count = 12;
const random = new Random(2);
const places = Array.from({ length: count }, () => [
  16 + 34 * random.uniform(),
  14 + 40 * random.uniform(),
]);

function axis(k: number): NdArray {
  return { shape: [count], dtype: "f64", data: Float64Array.from(places, (p) => p[k]) };
}

function point(x: number, y: number): NdArray {
  return { shape: [2], dtype: "f64", data: Float64Array.of(x, y) };
}

/** A scan with the true object, and reconstructions `good/run` and `bad/run` of it. */
async function prepare(dir: string): Promise<void> {
  const probe = Float32Array.from(
    { length: 2 * N * N },
    (_, i) =>
      i % 2 === 1 ? 0 : Math.exp(-((((i >> 1) / N | 0) - 8) ** 2 + ((i >> 1) % N - 8) ** 2) / 10),
  );
  const patterns = Float32Array.from({ length: count * N * N }, () => 1 + random.uniform());
  await Deno.writeFile(
    join(dir, "scan.npz"),
    await writeNpz({
      diffraction: realArray([count, N, N], patterns),
      xcoords: axis(1),
      ycoords: axis(0),
      probeGuess: complexArray([N, N], probe),
      objectGuess: asArray(sampled(field, 66, 70)),
      pixel_size_m: { shape: [], dtype: "f64", data: Float64Array.of(3e-8) },
    }),
  );
  for (const [name, sigma, shift] of [["good", 0.02, 0], ["bad", 0.15, 0.75]] as const) {
    const folder = join(dir, name, "run");
    await Deno.mkdir(folder, { recursive: true });
    const image = noisy(sampled(field, 56, 58, { y: 4 - shift, x: 6 }), sigma, 3);
    await Deno.writeFile(
      join(folder, "reconstruction.npz"),
      await writeNpz({
        object: asArray(image),
        coverage: realArray([56, 58], new Float32Array(56 * 58).fill(1)),
        probe: complexArray([1, N, N], probe),
        canvas_origin_xy: point(6, 4),
      }),
    );
  }
  const record = { command: "infer", argv: ["infer", "--test-data", join(dir, "scan.npz")] };
  await Deno.writeTextFile(join(dir, "good", "run", "run.json"), JSON.stringify(record));
}

async function withRuns(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await prepare(dir);
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name).sort();
}

Deno.test("evaluate against a truth writes numbers, curves, pictures and aligned images", () =>
  withRuns(async (dir) => {
    const folder = join(dir, "bad", "run");
    const { code, stdout, stderr } = await run([
      "evaluate",
      folder,
      "--truth",
      join(dir, "scan.npz"),
      "--pixel-size",
      "8",
      "--json",
    ]);
    assert.equal(code, 0, stderr);
    const result = JSON.parse(stdout), out = join(folder, "evaluation");
    assert.deepEqual(await names(out), [
      "aligned.npz",
      "evaluation.png",
      "evaluation.svg",
      "frc.csv",
      "frc.svg",
      "metrics.csv",
      "metrics.json",
    ]);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(join(out, "metrics.json"))), result);
    // Drawn 0.75 px too far down: it has to go up.
    assert.ok(
      Math.abs(result.alignment.shift_xy_px[1] + 0.75) < 0.1,
      `${result.alignment.shift_xy_px}`,
    );
    assert.equal(result.frame.area, "scan");
    assert.equal(result.frame.pixel_size_nm, 8);
    assert.ok(result.ssim.amplitude > 0.3 && result.ssim.amplitude < 0.95);
    assert.ok(result.flat.ssim.amplitude < result.ssim.amplitude);
    const { half_period_px: px, half_period_nm: nm } = result.resolution.frc50.complex;
    assert.ok(Math.abs(nm - 8 * px) < 1e-9);
    const frc = await Deno.readTextFile(join(out, "frc.csv"));
    assert.match(frc, /^ring,frequency_per_px,amplitude,phase,complex,half_bit\n0,0,1,1,1,0\n1,/);
    assert.match(await Deno.readTextFile(join(out, "metrics.csv")), /\nssim,0\.\d+,0\.\d+,,0\.\d+/);
    assert.match(await Deno.readTextFile(join(out, "frc.svg")), /^<svg .*half-bit/s);
    const png = await Deno.readFile(join(out, "evaluation.png"));
    assert.deepEqual([...png.subarray(1, 4)], [80, 78, 71]);
    const aligned = await openNpz(bytesSource("a", await Deno.readFile(join(out, "aligned.npz"))));
    assert.deepEqual((await aligned.read("object")).shape, result.frame.size);
    assert.deepEqual(
      [...toFloat32(await aligned.read("canvas_origin_xy"))],
      result.frame.origin_xy.map(Math.fround),
    );
  }));

Deno.test("evaluate without flags takes data and truth from the record of the run", () =>
  withRuns(async (dir) => {
    const { code, stdout, stderr } = await run(["evaluate", join(dir, "good", "run")]);
    assert.equal(code, 0, stderr);
    for (const words of [/SSIM +0\.9/, /box of the scan/, /amplitude error 0\.\d+/, /R factor/]) {
      assert.match(stdout, words);
    }
    const out = join(dir, "good", "run", "evaluation");
    const record = JSON.parse(await Deno.readTextFile(join(out, "metrics.json")));
    assert.equal(record.diffraction.patterns, count);
    assert.equal(record.data, join(dir, "scan.npz"));
    assert.ok(Math.abs(record.frame.pixel_size_nm - 30) < 1e-9);
    const rows = (await Deno.readTextFile(join(out, "patterns.csv"))).trim().split("\n");
    assert.equal(rows.length, count + 1);
    // The patterns of this scan are noise: the program says so.
    assert.match(stderr, /warning: the predicted light is/);
  }));

Deno.test("two halves give a split-data resolution", () =>
  withRuns(async (dir) => {
    const out = join(dir, "halves");
    const { code, stdout, stderr } = await run([
      "evaluate",
      "--split",
      join(dir, "good", "run"),
      join(dir, "bad", "run"),
      "--no-data",
      "--output-dir",
      out,
      "--json",
    ]);
    assert.equal(code, 0, stderr);
    const result = JSON.parse(stdout);
    assert.equal(result.frame.area, "covered");
    assert.equal(result.frame.reference, "good/run");
    assert.ok(result.frc50.complex > 5);
    assert.ok((await names(out)).includes("frc.csv"));
  }));

Deno.test("compare: one frame, unique names, one table, error maps and curves", () =>
  withRuns(async (dir) => {
    const out = join(dir, "table");
    const { code, stdout, stderr } = await run([
      "compare",
      join(dir, "good", "run"),
      join(dir, "bad", "run"),
      "--truth",
      join(dir, "scan.npz"),
      "--data",
      join(dir, "scan.npz"),
      "--output-dir",
      out,
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /good\/run +0\.0\d+/);
    assert.match(stdout, /bad\/run +0\./);
    assert.match(stdout, /\(flat image\)/);
    assert.match(stdout, /R factor/);
    assert.deepEqual(await names(out), [
      "aligned.npz",
      "comparison.csv",
      "comparison.png",
      "comparison.svg",
      "frc.csv",
      "frc.svg",
      "frc_amplitude.svg",
      "frc_phase.svg",
      "metrics.json",
    ]);
    const record = JSON.parse(await Deno.readTextFile(join(out, "metrics.json")));
    assert.deepEqual(Object.keys(record.scores), ["good/run", "bad/run"]);
    assert.ok(record.scores["good/run"].ssim.phase > record.scores["bad/run"].ssim.phase);
    assert.ok(record.diffraction["bad/run"].r_factor > 0);
    const head = (await Deno.readTextFile(join(out, "frc.csv"))).split("\n")[0];
    assert.equal(
      head,
      "ring,frequency_per_px,good/run_amplitude,good/run_phase,good/run_complex," +
        "bad/run_amplitude,bad/run_phase,bad/run_complex,half_bit",
    );
  }));

Deno.test("compare finds the object of the scan in run.json, and can do without", () =>
  withRuns(async (dir) => {
    const good = join(dir, "good", "run"), bad = join(dir, "bad", "run"), out = join(dir, "table");
    await Deno.copyFile(join(good, "run.json"), join(bad, "run.json"));
    const json = async (...args: string[]): Promise<Record<string, never>> => {
      const { code, stdout, stderr } = await run([
        ...["compare", good, bad, "--output-dir", out, "--json", ...args],
      ]);
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout);
    };
    const found = await json(), named = await json("--truth", join(dir, "scan.npz"));
    assert.equal(found.reference, "truth");
    assert.match(found.truth, /scan\.npz/);
    assert.deepEqual(Object.keys(found.scores), ["good/run", "bad/run"]);
    // A truth that is found with its scan is judged on the box of the scan, as in evaluate.
    assert.deepEqual(found.frame["pixel_size_nm"], named.frame["pixel_size_nm"]);
    const without = await json("--no-truth");
    assert.equal(without.reference, "good/run");
    const sheet = await Deno.readTextFile(join(out, "comparison.svg"));
    assert.match(sheet, /^<svg .*data:image\/png.*FRC of the amplitude.*FRC of the complex/s);
  }));

Deno.test("another scan of the same name is not taken for that of the run", () =>
  withRuns(async (dir) => {
    const folder = join(dir, "good", "run"), path = join(folder, "run.json");
    const record = JSON.parse(await Deno.readTextFile(path));
    const scan = await openScan(
      bytesSource("scan.npz", await Deno.readFile(join(dir, "scan.npz"))),
    );
    const mark = await scanMark(scan);
    await Deno.writeTextFile(path, JSON.stringify({ ...record, data_mark: mark }));
    const same = await run(["evaluate", folder, "--quiet", "--json"]);
    assert.equal(same.code, 0, same.stderr);
    assert.doesNotMatch(same.stderr, /is not the scan/);
    await Deno.writeTextFile(path, JSON.stringify({ ...record, data_mark: "another" }));
    const other = await run(["evaluate", folder]);
    assert.equal(other.code, 2);
    assert.match(other.stderr, /scan\.npz is not the scan the run was made from/);
    const moved = { ...scan, positions: scan.positions.map((v) => v + 1e-3) };
    assert.notEqual(await scanMark(moved), mark);
    assert.notEqual(await scanMark({ ...scan, count: scan.count - 1 }), mark);
  }));

Deno.test("wrong usage ends with 2, unfit files with 1, one line each, and nothing is written", () =>
  withRuns(async (dir) => {
    const good = join(dir, "good", "run"), bad = join(dir, "bad", "run");
    const far = join(dir, "far.npz"), other = join(dir, "other.npz"), ones = join(dir, "ones.npz");
    const object = asArray(sampled(field, 30, 30));
    await Deno.writeFile(far, await writeNpz({ object, canvas_origin_xy: point(900, 900) }));
    const alien = asArray(sampled(smoothField(77, 0.7), 30, 30));
    await Deno.writeFile(other, await writeNpz({ object: alien }));
    const flat = complexArray([66, 70], new Float32Array(2 * 66 * 70).map((_, i) => 1 - i % 2));
    await Deno.writeFile(ones, await writeNpz({ objectGuess: flat }));
    const scan = join(dir, "scan.npz");
    const cases: [number, RegExp, string[]][] = [
      [2, /needs a reconstruction/, ["evaluate"]],
      [2, /nothing to compare with/, ["evaluate", bad]],
      [2, /--split names 1 reconstruction:/, ["evaluate", "--split", good]],
      [2, /--truth needs a reconstruction/, ["evaluate", "--split", good, bad, "--truth", scan]],
      [2, /--pixel-size is "-1"/, ["evaluate", bad, "--truth", scan, "--pixel-size", "-1"]],
      [2, /one run and no truth/, ["compare", bad]],
      [2, /one run and no truth/, ["compare", good, "--no-truth"]],
      [1, /no such file or folder/, ["evaluate", bad, "--truth", join(dir, "none.npz")]],
      [1, /holds no reconstruction\.npz/, ["evaluate", dir, "--truth", scan]],
      [1, /is 1 everywhere/, ["evaluate", bad, "--truth", ones]],
      [1, /frames share no pixel/, ["evaluate", far, "--truth", scan]],
      [1, /sizes differ/, ["compare", good, other]],
    ];
    for (const [code, words, args] of cases) {
      const out = join(dir, "nothing");
      const made = await run([...args, "--output-dir", out]);
      assert.equal(made.code, code, `${args}: ${made.stderr}`);
      assert.match(made.stderr, words);
      assert.equal(made.stderr.trim().split("\n").length, 1, made.stderr);
      assert.equal(await Deno.stat(out).catch(() => undefined), undefined, `${args}`);
    }
  }));
