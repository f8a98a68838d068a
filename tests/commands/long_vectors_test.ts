import assert from "node:assert/strict";
import { join } from "node:path";
import { longVectors } from "../../src/commands/long_vectors.ts";

const long =
  "processor\t: 0\nflags\t\t: fpu avx2 avx512f avx512dq avx512cd avx512bw avx512vl aes\n\n";
const short = "processor\t: 0\nflags\t\t: fpu avx avx2 fma\n\n";

Deno.test("long vectors: asked for where the processor has them, with a cache of their own", () => {
  assert.deepEqual(longVectors({ HOME: "/home/a" }, long), {
    LP_NATIVE_VECTOR_WIDTH: "512",
    MESA_SHADER_CACHE_DIR: join("/home/a", ".cache", "ptychogpu", "vectors-512"),
  });
  const elsewhere = longVectors({ HOME: "/home/a", XDG_CACHE_HOME: "/fast" }, long);
  assert.equal(elsewhere.MESA_SHADER_CACHE_DIR, join("/fast", "ptychogpu", "vectors-512"));
  const chosen = longVectors({ HOME: "/home/a", MESA_SHADER_CACHE_DIR: "/shaders" }, long);
  assert.equal(chosen.MESA_SHADER_CACHE_DIR, join("/shaders", "ptychogpu", "vectors-512"));
});

Deno.test("long vectors: left alone by other processors, a chosen width, no place for a cache", () => {
  assert.deepEqual(longVectors({ HOME: "/home/a" }, short), {});
  assert.deepEqual(longVectors({ HOME: "/home/a" }, ""), {});
  assert.deepEqual(longVectors({ HOME: "/home/a", LP_NATIVE_VECTOR_WIDTH: "256" }, long), {});
  assert.deepEqual(longVectors({}, long), {});
});

Deno.test("long vectors: a command computes with them, and the same to the last bit without", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const scan = join(folder, "scan.npz");
    const processor = Deno.build.os === "linux" ? Deno.readTextFileSync("/proc/cpuinfo") : "";
    const able = longVectors({ HOME: folder }, processor).LP_NATIVE_VECTOR_WIDTH !== undefined;
    const widths: Record<string, string> = { long: "512", short: "256" };
    const { LP_NATIVE_VECTOR_WIDTH: _, ...given } = Deno.env.toObject();
    const run = async (line: string, env: Record<string, string>): Promise<void> => {
      const args = ["run", "-A", "cli.ts", ...line.split(" "), "--json"];
      const output = await new Deno.Command(Deno.execPath(), {
        args,
        env: { ...given, ...env },
        clearEnv: true,
      }).output();
      assert.equal(output.code, 0, new TextDecoder().decode(output.stderr));
    };
    await run(`simulate --output ${scan} --n-positions 16`, {});
    const train = async (name: string, env: Record<string, string>): Promise<Uint8Array> => {
      const out = join(folder, name);
      const line = `train --train-data-file ${scan} --output-dir ${out} --nepochs 1 --batch-size 8`;
      await run(`${line} --n-filters-scale 0.5`, env);
      const { adapter } = JSON.parse(Deno.readTextFileSync(join(out, "run.json")));
      // Only Mesa's software adapter tells its width.
      const bits = /(\d+) bits/.exec(adapter.name)?.[1];
      if (able && bits !== undefined) assert.equal(bits, widths[name]);
      return Deno.readFileSync(join(out, "model.safetensors"));
    };
    const long = await train("long", { XDG_CACHE_HOME: folder });
    assert.deepEqual(await train("short", { LP_NATIVE_VECTOR_WIDTH: "256" }), long);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
