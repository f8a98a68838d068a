import assert from "node:assert/strict";

const root = new URL("../../", import.meta.url);

/** Commands of a document that name a word, in order, without `deno task`. */
async function commandsOf(path: string, word: string): Promise<string[][]> {
  const text = (await Deno.readTextFile(new URL(path, root))).replaceAll(/\\\n\s*/g, "");
  const lines = [...text.matchAll(/^ *deno task ((?:simulate|reconstruct|evaluate) .*)$/gm)];
  return lines.map(([, line]) => line.split(/\s+/)).filter((args) => args.join(" ").includes(word));
}

/** Runs one command line and returns what it prints with --json. */
async function run(folder: string, args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("cli.ts", root).pathname, ...args, "--json"],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

// The gates of the document, on 81 patterns instead of 400 and 20 sweeps instead of 50.
const WANTED = {
  lines_1e9: { error: [0, 4e-5], amplitude: 0.0015, phase: 0.03 },
  lines_1e4: { error: [0.019, 0.021], amplitude: 0.026, phase: 0.055 },
};

for (const [name, wanted] of Object.entries(WANTED)) {
  Deno.test(`the documented commands reconstruct simulated lines: ${name}`, async () => {
    const commands = await commandsOf("docs/engines.md", `${name}.npz`);
    assert.deepEqual(commands.map(([verb]) => verb), ["simulate", "reconstruct", "evaluate"]);
    const [simulate, reconstruct, evaluate] = commands;
    const folder = await Deno.makeTempDir();
    try {
      await run(folder, [...simulate, "--n-positions", "81"]);
      const { error } = await run(folder, [...reconstruct, "--sweeps", "20"]);
      const { mae, flat } = await run(folder, evaluate) as {
        mae: { amplitude: number; phase: number };
        flat: { mae: { amplitude: number; phase: number } };
      };
      const found = Number(error), [low, high] = wanted.error;
      assert.ok(found >= low && found <= high, `error ${found}`);
      assert.ok(mae.amplitude <= wanted.amplitude, `amplitude ${mae.amplitude}`);
      assert.ok(mae.phase <= wanted.phase, `phase ${mae.phase}`);
      // A flat image does not pass.
      assert.ok(flat.mae.amplitude > 3 * wanted.amplitude && flat.mae.phase > 2 * wanted.phase);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("the documented commands find two modes and their powers", async () => {
  const commands = await commandsOf("docs/engines_positions.md", "two.npz");
  assert.deepEqual(commands.map(([verb]) => verb), ["simulate", "reconstruct", "evaluate"]);
  const [simulate, reconstruct, evaluate] = commands;
  const folder = await Deno.makeTempDir();
  try {
    await run(folder, simulate);
    const one = await run(folder, [...reconstruct, "--probe-modes", "1"]);
    const two = await run(folder, reconstruct);
    const powers = two.mode_powers as number[];
    assert.ok(Math.abs(powers[0] / 0.7 - 1) < 0.05 && Math.abs(powers[1] / 0.3 - 1) < 0.05);
    assert.ok(Number(two.error) < Number(one.error) / 50, `${two.error} against ${one.error}`);
    const { mae } = await run(folder, evaluate) as { mae: { amplitude: number } };
    assert.ok(mae.amplitude < 0.004, `${mae.amplitude}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
