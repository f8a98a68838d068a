import assert from "node:assert/strict";
import { join } from "node:path";
import { complexArray, type NdArray, realArray, toFloat32, toFloat64 } from "../../src/array.ts";
import { encodeNpy } from "../../src/io/npy.ts";
import { openNpz, writeNpz } from "../../src/io/npz.ts";
import { bytesSource } from "../../src/io/source.ts";
import { simulateProblem } from "../reference/engine_problem.ts";

const cli = new URL("../../cli.ts", import.meta.url).pathname;

async function run(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", cli, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

async function inFolder(body: (dir: string, scan: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  const { positions, diffraction, probe, size } = simulateProblem({
    size: 32,
    grid: [3, 4],
    step: 5,
    subpixel: true,
  });
  const axis = (offset: number): NdArray => ({
    shape: [12],
    dtype: "f64",
    data: Float64Array.from({ length: 12 }, (_, i) => positions[2 * i + offset]),
  });
  const scan = join(dir, "scan.npz");
  await Deno.writeFile(
    scan,
    await writeNpz({
      diffraction: realArray([12, size, size], Float32Array.from(diffraction)),
      xcoords: axis(1),
      ycoords: axis(0),
      probeGuess: complexArray([size, size], Float32Array.from(probe)),
    }),
  );
  try {
    await body(dir, scan);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("reconstruct writes what it promises, resumes exactly and starts from its own result", () =>
  inFolder(async (dir, scan) => {
    const folder = (name: string): string => join(dir, name);
    const base = ["reconstruct", "--data", scan, "--quiet", "--json"];
    const whole = await run([
      ...base,
      "--sweeps",
      "6",
      "--snapshot-every",
      "3",
      "--output-dir",
      folder("whole"),
    ]);
    assert.equal(whole.code, 0, whole.err);
    const result = JSON.parse(whole.out);
    assert.equal(result.sweeps, 6);
    assert.deepEqual(result.mode_powers, [1]);
    for (const name of [...result.files, "snapshots/sweep_00003/reconstruction.npz"]) {
      assert.ok((await Deno.stat(join(folder("whole"), name))).size > 0, name);
    }
    const rows = (await Deno.readTextFile(join(folder("whole"), "errors.csv"))).trim().split("\n");
    assert.equal(rows.length, 7);
    assert.ok(Number(rows[6].split(",")[1]) < Number(rows[1].split(",")[1]) / 2, rows.join(" "));
    const record = JSON.parse(await Deno.readTextFile(join(folder("whole"), "run.json")));
    assert.equal(record.settings.engine, "epie");

    const half = await run([...base, "--sweeps", "3", "--output-dir", folder("parts")]);
    assert.equal(half.code, 0, half.err);
    const rest = await run([
      ...base,
      "--sweeps",
      "6",
      "--resume",
      "--output-dir",
      folder("parts"),
    ]);
    assert.equal(rest.code, 0, rest.err);
    const objects = await Promise.all(["whole", "parts"].map(async (name) => {
      const bytes = await Deno.readFile(join(folder(name), "reconstruction.npz"));
      const npz = await openNpz(bytesSource(name, bytes));
      for (const key of ["amplitude", "phase", "coverage", "probe", "canvas_origin_xy"]) {
        assert.ok(npz.keys.includes(key), key);
      }
      return toFloat32(await npz.read("object"));
    }));
    assert.deepEqual(objects[1], objects[0]);

    const warm = await run([
      ...base,
      "--engine",
      "rpie",
      "--sweeps",
      "1",
      "--object-start",
      join(folder("whole"), "reconstruction.npz"),
      "--output-dir",
      folder("warm"),
    ]);
    assert.equal(warm.code, 0, warm.err);
    assert.ok(JSON.parse(warm.out).error < 2 * result.error, warm.out);
    const other = await run([
      ...base,
      "--resume",
      "--seed",
      "4",
      "--output-dir",
      folder("parts"),
    ]);
    assert.equal(other.code, 2, other.err);
    assert.match(other.err, /seed 0, now 4.*only --sweeps/);
    // The flags of the first call may be typed again.
    const again = [
      "--resume",
      "--engine",
      "epie",
      "--sweeps",
      "7",
      "--output-dir",
      folder("parts"),
    ];
    const same = await run([...base, ...again]);
    assert.equal(same.code, 0, same.err);
    assert.equal(JSON.parse(same.out).sweeps, 7);
  }));

Deno.test("reconstruct refuses bad input with a remedy; masks come from files and lists", () =>
  inFolder(async (dir, scan) => {
    const mask = join(dir, "mask.npy"), narrow = join(dir, "narrow.npy");
    await Deno.writeFile(mask, encodeNpy(realArray([32, 32], new Float32Array(1024).fill(1))));
    await Deno.writeFile(narrow, encodeNpy(realArray([8, 8], new Float32Array(64).fill(1))));
    const holed = join(dir, "holed.npz"), far = join(dir, "far.npz"), nan = join(dir, "nan.npy");
    const npz = await openNpz(bytesSource("scan", await Deno.readFile(scan)));
    const arrays: Record<string, NdArray> = {};
    for (const key of npz.keys) arrays[key] = await npz.read(key);
    const patterns = toFloat32(arrays.diffraction).slice();
    patterns[2 * 1024 + 3 * 32 + 4] = NaN;
    patterns[5 * 1024 + 5 * 32 + 6] = -1;
    await Deno.writeFile(
      holed,
      await writeNpz({ ...arrays, diffraction: realArray([12, 32, 32], patterns) }),
    );
    const xcoords = { ...arrays.xcoords, data: toFloat64(arrays.xcoords).map((x) => 1e6 * x) };
    await Deno.writeFile(far, await writeNpz({ ...arrays, xcoords }));
    await Deno.writeFile(nan, encodeNpy(realArray([32, 32], new Float32Array(1024).fill(NaN))));
    const base = ["reconstruct", "--data", scan, "--sweeps", "1", "--quiet"];
    const output = ["--output-dir", join(dir, "out")];
    const cases: readonly (readonly [string[], number, RegExp])[] = [
      [["--mask", mask, "--bad-pixels", "3,4 5,6"], 0, /error/],
      [["--mask", narrow], 2, /mask of 64 pixels/],
      [["--bad-pixels", "3,99"], 2, /row,column of 0 to 31/],
      [["--engine", "epie", "--noise", "intensity"], 2, /--engine adam/],
      [["--engine", "sgd"], 2, /sgd/],
      [["--object-start", scan], 1, /no object/],
      [["--object-step", "-1"], 2, /--object-step/],
      [["--mask", nan], 1, /holds NaN: write 0 and 1/],
      [["--probe-start", "disk", "--probe-diameter", "33"], 2, /at most 32 px wide/],
      [["--data", holed], 1, /pattern 2 as pixel 3,4 \(row,column\).*--bad-pixels/],
      [["--data", holed, "--bad-pixels", "3,4"], 1, /pattern 5 as pixel 5,6/],
      [["--data", holed, "--bad-pixels", "3,4 5,6", "--engine", "rpie"], 0, /error 0\.\d+ in/],
      [["--data", far], 1, /xcoords and ycoords have to be in object pixels/],
    ];
    for (const [flags, code, message] of cases) {
      const done = await run([...base, ...output, ...flags]);
      assert.equal(done.code, code, `${flags}: ${done.err}`);
      assert.match(done.out + done.err, message);
    }
  }));

Deno.test("Ctrl-C keeps the best result and can be resumed", () =>
  inFolder(async (dir, scan) => {
    const folder = join(dir, "out");
    const args = ["reconstruct", "--data", scan, "--output-dir", folder, "--json"];
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", cli, ...args, "--sweeps", "100000", "--patience", "0"],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    // The run is on its way when it tells what it works on; some sweeps follow.
    const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (!/12 patterns of 32 x 32/.test(seen)) {
      const { value, done } = await reader.read();
      if (done) break;
      seen += value;
    }
    await new Promise((resolve) => setTimeout(resolve, 2000));
    child.kill("SIGINT");
    const drain = (async () => {
      while (!(await reader.read()).done);
    })();
    const out = await new Response(child.stdout).text();
    await drain;
    assert.equal((await child.status).code, 0, seen);
    const result = JSON.parse(out);
    assert.equal(result.interrupted, true);
    assert.ok(result.sweeps >= 1 && result.error < 1, out);
    const more = await run([...args, "--resume", "--quiet", "--sweeps", `${result.sweeps + 1}`]);
    assert.equal(more.code, 0, more.err);
    assert.equal(JSON.parse(more.out).sweeps, result.sweeps + 1);
  }));
