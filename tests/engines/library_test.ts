import assert from "node:assert/strict";
import { join } from "node:path";
import { complexArray, type NdArray, realArray } from "../../src/array.ts";
import { writeNpz } from "../../src/io/npz.ts";
import { simulateProblem } from "../reference/engine_problem.ts";

const root = new URL("../../", import.meta.url);

Deno.test("the library example of the engines' document runs, its errors fall", async () => {
  const text = await Deno.readTextFile(new URL("docs/engines.md", root));
  const code = /```ts\n([\s\S]*?)```/.exec(text)?.[1];
  assert.ok(code !== undefined);
  assert.ok(code.split("\n").filter((line) => line.trim() !== "").length <= 10, code);
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
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeFile(
      join(dir, "scan.npz"),
      await writeNpz({
        diffraction: realArray([12, size, size], Float32Array.from(diffraction)),
        xcoords: axis(1),
        ycoords: axis(0),
        probeGuess: complexArray([size, size], Float32Array.from(probe)),
      }),
    );
    const script = join(dir, "example.ts");
    await Deno.writeTextFile(script, code.replace("./mod.ts", new URL("mod.ts", root).href));
    const config = new URL("deno.json", root).pathname;
    const { code: exit, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--config", config, script, join(dir, "scan.npz")],
      env: { NO_COLOR: "1" },
    }).output();
    const out = new TextDecoder().decode(stdout);
    assert.equal(exit, 0, new TextDecoder().decode(stderr));
    const rows = out.trim().split("\n");
    assert.equal(rows.length, 6, out);
    const errors = rows.slice(0, 5).map((row) => Number(row.split(" ")[1]));
    assert.ok(errors[4] < errors[0] / 2, out);
    assert.match(rows[5], /^\[ \d+, \d+ \] \[ 1, 32, 32 \]$/);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
