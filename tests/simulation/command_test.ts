import assert from "node:assert/strict";
import { join } from "node:path";
import { main } from "../../cli.ts";
import { complexArray, realArray, toFloat32 } from "../../src/array.ts";
import { addRecipeFlags } from "../../src/commands/simulate_flags.ts";
import { Command } from "commander";
import { type NpzFile, openNpz, writeNpz } from "../../src/io/npz.ts";
import { decodePng } from "../../src/io/png_decode.ts";
import { encodePng } from "../../src/io/png.ts";
import { bytesSource } from "../../src/io/source.ts";
import { gaussianProbe } from "../../src/simulation/probes.ts";
import { RECIPE_FIELDS } from "../../src/simulation/recipe_fields.ts";

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program in this process, so that tests stay quick. */
async function run(args: readonly string[]): Promise<Ran> {
  const out: string[] = [], err: string[] = [];
  const { log, error } = console;
  console.log = (line: string) => out.push(line);
  console.error = (line: string) => err.push(line);
  try {
    const code = await main(["simulate", ...args]);
    return { code, stdout: out.join("\n"), stderr: err.join("\n") };
  } finally {
    console.log = log;
    console.error = error;
  }
}

async function inFolder(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function open(path: string): Promise<NpzFile> {
  return await openNpz(bytesSource(path, await Deno.readFile(path)));
}

const TINY = ["--N", "16", "--n-positions", "9", "--quiet"];

Deno.test("every field has a flag, and the help shows its default", () => {
  const command = new Command("simulate");
  addRecipeFlags(command);
  const help = command.helpInformation();
  for (const field of RECIPE_FIELDS) {
    const flag = field.type === "switch" && field.value === true
      ? `--no-${field.flag}`
      : `--${field.flag}`;
    assert(help.includes(`${flag} `), flag);
    assert(field.help.length <= 70 && field.help.length > 2, field.help);
  }
  assert.equal(new Set(RECIPE_FIELDS.map((f) => f.flag)).size, RECIPE_FIELDS.length);
});

Deno.test("a recipe and flags that say the same write the same file", () =>
  inFolder(async (dir) => {
    await Deno.writeTextFile(
      join(dir, "scan.toml"),
      `N = 16\nseed = 3\nlabels = "object"\n[object]\nkind = "grf"\nparts = "phase"\n` +
        `[probe]\nmode_powers = [3, 1]\n[scan]\nkind = "fermat"\ncount = 9\nposition_error = 0.5\n` +
        `[detector]\nbeamstop = 3`,
    );
    const flags = [
      ...["--N", "16", "--seed", "3", "--labels", "object", "--object", "grf"],
      ...["--object-parts", "phase", "--mode-powers", "3,1", "--scan", "fermat"],
      ...["--n-positions", "9", "--position-error", "0.5", "--beamstop", "3", "--quiet"],
    ];
    const a = join(dir, "a.npz"), b = join(dir, "b.npz"), c = join(dir, "c.npz");
    const first = await run(["--recipe", join(dir, "scan.toml"), "--output", a, "--json"]);
    assert.equal(first.code, 0, first.stderr);
    assert.equal((await run([...flags, "--output", b])).code, 0);
    assert.deepEqual(await Deno.readFile(a), await Deno.readFile(b));
    const npz = await open(a);
    for (const key of ["label", "mask", "xcoords_true", "ycoords_true", "objectGuess"]) {
      assert(npz.keys.includes(key), key);
    }
    assert.deepEqual((await npz.header("probeGuess")).shape, [2, 16, 16]);
    const result = JSON.parse(first.stdout);
    assert.equal(result.count, 9);
    assert.match(result.recipe_sha256, /^[0-9a-f]{64}$/);
    // A flag wins over the recipe; what it displaces is named.
    const over = await run([
      "--recipe",
      join(dir, "scan.toml"),
      "--seed",
      "4",
      "--output",
      c,
      "--quiet",
    ]);
    assert.equal(over.code, 0);
    assert.notDeepEqual(await Deno.readFile(c), await Deno.readFile(a));
  }));

Deno.test("the printed recipe is complete: simulating it again has the same identity", () =>
  inFolder(async (dir) => {
    const args = ["--probe", "zone_plate", "--scan", "nested", "--print-recipe"];
    const printed = await run(args);
    assert.equal(printed.code, 0, printed.stderr);
    const path = join(dir, "again.toml");
    await Deno.writeTextFile(path, printed.stdout);
    const again = await run(["--recipe", path, "--print-recipe"]);
    assert.equal(again.stdout, printed.stdout);
    assert.match(printed.stdout, /^# sha256 [0-9a-f]{64}\n/);
    const json = await run([...args, "--json"]);
    const { recipe, recipe_sha256 } = JSON.parse(json.stdout);
    assert(printed.stdout.includes(recipe_sha256));
    await Deno.writeTextFile(join(dir, "again.json"), JSON.stringify({ simulation: recipe }));
    await Deno.writeTextFile(join(dir, "again.yaml"), JSON.stringify(recipe));
    for (const name of ["again.json", "again.yaml"]) {
      assert.equal(
        (await run(["--recipe", join(dir, name), "--print-recipe"])).stdout,
        printed.stdout,
      );
    }
  }));

Deno.test("pictures and arrays as objects and probes; paths in a recipe are relative to it", () =>
  inFolder(async (dir) => {
    const picture = new Uint8Array(3 * 40 * 50).map((_, i) => i % 251);
    await Deno.writeFile(join(dir, "photo.png"), encodePng(picture, 50, 40));
    const object = complexArray(
      [40, 44],
      Float32Array.from({ length: 3520 }, (_, i) => Math.cos(i)),
    );
    await Deno.writeFile(
      join(dir, "object.npz"),
      await writeNpz({ objectGuess: object, other: object }),
    );
    const probe = gaussianProbe(16, 3, 1);
    await Deno.writeFile(
      join(dir, "probe.npz"),
      await writeNpz({
        probe: complexArray([16, 16], probe.data),
        mean: realArray([2], Float32Array.of(1, 2)),
      }),
    );
    const output = join(dir, "scan.npz");
    const photo = await run([
      ...["--object", join(dir, "photo.png"), "--probe", join(dir, "probe.npz")],
      ...["--preview", join(dir, "scan.png"), "--output", output, ...TINY],
    ]);
    assert.equal(photo.code, 0, photo.stderr);
    assert.deepEqual((await (await open(output)).header("objectGuess")).shape, [40, 50]);
    const preview = decodePng("scan.png", await Deno.readFile(join(dir, "scan.png")));
    assert(preview.width > 200 && preview.height > 200);
    const stored = toFloat32(await (await open(output)).read("probeGuess"));
    const ratio = stored[2 * 136] / probe.data[2 * 136];
    stored.forEach((v, i) => assert(Math.abs(v - ratio * probe.data[i]) < 1e-4 * ratio));
    await Deno.writeTextFile(
      join(dir, "r.yaml"),
      "N: 16\nobject: {kind: file, file: object.npz, key: other}\nscan: {count: 9}",
    );
    const relative = await run(["--recipe", join(dir, "r.yaml"), "--output", output, "--quiet"]);
    assert.equal(relative.code, 0, relative.stderr);
    const kept = await (await open(output)).read("objectGuess");
    assert.deepEqual([kept.shape, toFloat32(kept)], [[40, 44], toFloat32(object)]);
    // An overlap fits the picture to the scan; a size does so directly.
    const fitted = await run([
      "--object",
      join(dir, "photo.png"),
      "--overlap",
      "0.5",
      "--output",
      output,
      ...TINY,
    ]);
    assert.equal(fitted.code, 0, fitted.stderr);
    assert.notDeepEqual((await (await open(output)).header("objectGuess")).shape, [40, 50]);
    const missing = await run(["--object", join(dir, "no.png"), "--output", output, ...TINY]);
    assert.deepEqual([missing.code, /no such file/.test(missing.stderr)], [1, true]);
    const key = await run([
      "--probe",
      join(dir, "probe.npz"),
      "--probe-key",
      "p",
      "--output",
      output,
      ...TINY,
    ]);
    assert.equal(key.code, 1);
    assert.match(key.stderr, /p is missing: add --probe-key with one of probe, mean/);
    await Deno.writeTextFile(join(dir, "bad.png"), "no picture");
    const bad = await run(["--object", join(dir, "bad.png"), "--output", output, ...TINY]);
    assert.deepEqual([bad.code, /Cannot read bad.png as a PNG/.test(bad.stderr)], [1, true]);
  }));

Deno.test("a scan whose probes hardly overlap is made with a warning, a usual one without", () =>
  inFolder(async (dir) => {
    const output = join(dir, "scan.npz");
    const wide = await run(["--overlap", "0.1", "--scan", "raster", "--output", output, ...TINY]);
    assert.equal(wide.code, 0);
    assert.match(wide.stderr, /overlap by only \d+ %: raise --n-positions/);
    const usual = await run(["--output", output, ...TINY]);
    assert.doesNotMatch(usual.stderr, /overlap by only/);
  }));

Deno.test("wrong usage exits with 2, says what is needed and writes nothing", () =>
  inFolder(async (dir) => {
    await Deno.writeTextFile(join(dir, "r.toml"), "[scan]\noverlapp = 0.5");
    await Deno.writeTextFile(join(dir, "r.ini"), "N=16");
    await Deno.writeTextFile(join(dir, "r.json"), "{");
    const output = join(dir, "scan.npz");
    const wrong: [string[], RegExp][] = [
      [["--N", "48"], /--N is 48/],
      [["--N", "1024"], /--N is 1024: a whole number from 16 to 512 is needed/],
      [["--N", "large"], /--N is "large"/],
      [["--n-positions", "1"], /--n-positions is 1/],
      [["--overlap", "1.5"], /--overlap is 1.5/],
      [["--object", "grff"], /\(grf\?\)/],
      [["--probe", "disc"], /\(disk\?\)/],
      [["--scan", "spiral"], /one of raster/],
      [["--mode-powers", "1,x"], /--mode-powers is/],
      [["--probe-pipeline", "smooth:1|pat:16"], /no step "pat"/],
      [["--probe", "disk", "--probe-sigma", "3"], /--probe-sigma\) as probe.kind is disk/],
      [["--probe-sigma", "40"], /at most 32 fits/],
      [["--probe-side", "32"], /end --probe-pipeline with pad:64/],
      [["--overlap", "0.5", "--scan-step", "3"], /leave one of them out/],
      [["--object-height", "40"], /larger than the patches/],
      [["--dead-pixels", "0.9"], /--dead-pixels is 0.9/],
      [["--beamstop", "64"], /beamstop is 64: less than the 64 px/],
      [["--object", "photo.jpg"], /or a \.png or \.npz file/],
      [["--preview", join(dir, "scan.jpg")], /--preview is .*\.png is needed/],
      [["--unknown"], /unknown option/],
      [["--recipe", join(dir, "r.toml")], /did you mean scan.overlap/],
      [["--recipe", join(dir, "r.ini")], /extension is unknown/],
      [["--recipe", join(dir, "r.json")], /Cannot read configuration/],
    ];
    for (const [args, message] of wrong) {
      const { code, stderr } = await run([...args, "--output", output, "--quiet"]);
      assert.equal(code, 2, `${args} ${stderr}`);
      if (args[0] !== "--unknown") assert.match(stderr, message);
    }
    const named = await run(["--output", join(dir, "scan.h5")]);
    assert.deepEqual([named.code, /ending in \.npz is needed/.test(named.stderr)], [2, true]);
    const folder = await run(["--output", dir]);
    assert.deepEqual([folder.code, /it is a folder/.test(folder.stderr)], [1, true]);
    assert.deepEqual([...Deno.readDirSync(dir)].map((e) => e.name).sort(), [
      "r.ini",
      "r.json",
      "r.toml",
    ]);
  }));
