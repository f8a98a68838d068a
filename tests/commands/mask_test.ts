import assert from "node:assert/strict";
import { join } from "node:path";
import { realArray } from "../../src/array.ts";
import { writeNpz } from "../../src/io/npz.ts";
import { inFolder } from "./tiny_run.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

async function command(...args: string[]): Promise<{ out: Record<string, unknown>; log: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", CLI, ...args, "--accelerator", "cpu", "--json"],
    stdout: "piped",
    stderr: "piped",
  }).output();
  const log = new TextDecoder().decode(stderr);
  assert.ok(success, log);
  return { out: JSON.parse(new TextDecoder().decode(stdout)), log };
}

Deno.test("the mask of a file is used without a flag, and --mask replaces it", async () => {
  await inFolder(async (dir) => {
    const at = (name: string): string => join(dir, name);
    await command(
      ...["simulate", "--n-positions", "49", "--beamstop", "7", "--dead-pixels", "0.02"],
      ...["--output", at("scan.npz")],
    );
    await Deno.writeFile(
      at("ones.npz"),
      await writeNpz({ mask: realArray([64, 64], new Float32Array(4096).fill(1)) }),
    );
    const run = ["reconstruct", "--data", at("scan.npz"), "--sweeps", "12"];
    const used = await command(...run, "--output-dir", at("used"));
    assert.match(used.log, /mask of .*scan\.npz: \d+ of 4096 detector pixels are ignored/);
    const not = await command(...run, "--mask", at("ones.npz"), "--output-dir", at("not"));
    assert.doesNotMatch(not.log, /are ignored/);
    const [good, bad] = await Promise.all(["used", "not"].map(async (name) => {
      const { out } = await command("evaluate", at(name));
      const { complex_error, diffraction } = out as Record<string, never>;
      return { object: complex_error as number, patterns: diffraction["r_factor"] as number };
    }));
    // A beam that is enforced to be dark ruins the object; both are judged on the same pixels.
    assert.ok(good.object < 0.5 * bad.object, `${good.object} ${bad.object}`);
    assert.ok(good.patterns < 0.9 * bad.patterns, `${good.patterns} ${bad.patterns}`);
  });
});
