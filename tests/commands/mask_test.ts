import assert from "node:assert/strict";
import { join } from "node:path";
import { realArray } from "../../src/array.ts";
import { openNpz, writeNpz } from "../../src/io/npz.ts";
import { bytesSource } from "../../src/io/source.ts";
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

Deno.test("the fit of scale factors leaves masked pixels out", async () => {
  await inFolder(async (dir) => {
    const at = (name: string): string => join(dir, name);
    const scan = ["simulate", "--n-positions", "36", "--nphotons", "1e6"];
    await command(...scan, "--output", at("whole.npz"));
    await command(...scan, "--beamstop", "9", "--output", at("scan.npz"));
    const npz = await openNpz(bytesSource("scan", await Deno.readFile(at("scan.npz"))));
    const kept = ["diffraction", "xcoords", "ycoords", "probeGuess"];
    const arrays = await Promise.all(kept.map(async (key) => [key, await npz.read(key)] as const));
    await Deno.writeFile(at("dark.npz"), await writeNpz(Object.fromEntries(arrays)));
    await command(
      ...["train", "--train-data-file", at("whole.npz"), "--output-dir", at("model")],
      ...["--nepochs", "2", "--n-filters-scale", "0.25"],
    );
    const [whole, masked, counted] = await Promise.all(
      ["whole", "scan", "dark"].map(async (name) => {
        const { out, log } = await command(
          ...["infer", "--model-path", at("model"), "--test-data", at(`${name}.npz`)],
          ...["--varpro-scaling", "--output-dir", at(name)],
        );
        assert.doesNotMatch(log, /varpro/);
        return out.varpro as number[];
      }),
    );
    const off = (s: number[]): number => Math.hypot(s[0] - whole[0], s[1] - whole[1]);
    assert.ok(off(masked) < 0.5 * off(counted), `${whole} ${masked} ${counted}`);
  });
});
