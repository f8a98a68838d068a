import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "../../cli.ts";
import { writeNpz } from "../../src/io/npz.ts";
import { dataDir } from "../support/golden_path.ts";
import { changed, simulatedScan } from "./simulated.ts";

const cli = new URL("../../cli.ts", import.meta.url).pathname;

/** Runs `inspect` and gives its JSON. */
// deno-lint-ignore no-explicit-any
async function inspect(file: string, dir: string, ...flags: string[]): Promise<any> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      cli,
      "inspect",
      file,
      "--output-dir",
      dir,
      "--json",
      ...flags,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("inspect writes text, JSON, pictures and a mask", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const scan = simulatedScan({ count: 9 }), file = join(dir, "scan.npz");
    const diffraction = changed(scan.diffraction, (v, _, y, x) => y === 5 && x === 6 ? 400 : v);
    await Deno.writeFile(file, await writeNpz({ ...scan, diffraction }));
    const out = join(dir, "out"), summary = await inspect(file, out);
    assert.deepEqual(summary.findings.map((f: { id: string }) => f.id), ["mask_needed"]);
    assert.equal(summary.nphotons, 1e5);
    const found: string[] = [];
    for await (const entry of Deno.readDir(out)) found.push(entry.name);
    assert.deepEqual(found.sort(), [
      "inspection.json",
      "inspection.txt",
      "mask.npz",
      "object.png",
      "pattern.png",
      "positions.png",
      "probe.png",
      "quick_look.png",
    ]);
    assert.deepEqual(summary.files.toSorted(), found);
    const text = await Deno.readTextFile(join(out, "inspection.txt"));
    assert.match(text, /PROBLEM diffraction: a mask is needed: 1 hot pixel \(\[5, 6\]\)/);
    assert.match(text, /Mend the problem first/);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("inspect refuses what is no NPZ file, with the exit codes of all commands", async () => {
  assert.equal(await main(["inspect"]), 2);
  assert.equal(await main(["inspect", "/nowhere/scan.npz"]), 1);
  assert.equal(await main(["inspect", cli]), 1);
});

Deno.test("the Siemens star scan is good but for its missing photon count", async () => {
  const data = dataDir();
  if (data === undefined) return;
  const dir = await Deno.makeTempDir();
  try {
    const file = fileURLToPath(new URL("siemens_star_128.npz", data));
    const summary = await inspect(file, dir);
    assert.deepEqual(summary.findings.map((f: { id: string }) => f.id), ["photon_count_missing"]);
    assert.deepEqual(summary.patterns.counted, true);
    assert.ok(Math.abs(summary.patterns.mean_counts - 461212.9) < 1);
    assert.equal(summary.positions.count, 516);
    assert.equal(summary.suggestions.N, 128);
    assert.equal(summary.object.known, false);
    // Read in any other way, the patterns fit clearly worse.
    assert.equal(summary.trial.best.swapped, false);
    assert.equal(summary.trial.stored, summary.trial.best.error);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
