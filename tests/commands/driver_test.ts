import assert from "node:assert/strict";
import { join } from "node:path";
import type { EngineName } from "../../src/engines/settings.ts";
import { driverVariables, type EngineWork, longVectors } from "../../src/commands/driver.ts";

const flags = "flags\t\t: fpu avx2 avx512f avx512dq avx512cd avx512bw avx512vl aes";
const described = (vendor: string, family: number): string =>
  `processor\t: 0\nvendor_id\t: ${vendor}\ncpu family\t: ${family}\n${flags}\n\n`;
const long = described("AuthenticAMD", 26);
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
  // Processors that have them and are slower with them, or were not measured.
  assert.deepEqual(longVectors({ HOME: "/home/a" }, described("GenuineIntel", 6)), {});
  assert.deepEqual(longVectors({ HOME: "/home/a" }, described("AuthenticAMD", 25)), {});
  assert.deepEqual(longVectors({ HOME: "/home/a" }, `processor\t: 0\n${flags}\n\n`), {});
  assert.deepEqual(longVectors({ HOME: "/home/a", LP_NATIVE_VECTOR_WIDTH: "256" }, long), {});
  assert.deepEqual(longVectors({}, long), {});
});

Deno.test("driver: networks and lines in registers have long vectors, patterns one by one one thread, batches many", () => {
  const names = (
    engine: EngineName,
    size: number,
    batch: number,
    modes = 1,
    plain = true,
  ): string[] =>
    Object.keys(driverVariables({ engine, size, modes, batch, plain }, { HOME: "/home/a" }, long));
  const wide = ["LP_NATIVE_VECTOR_WIDTH", "MESA_SHADER_CACHE_DIR"], single = "LP_NUM_THREADS";
  assert.deepEqual(Object.keys(driverVariables("network", { HOME: "/home/a" }, long)), wide);
  assert.deepEqual(names("rpie", 128, 16), wide);
  assert.deepEqual(names("rpie", 128, 16, 2), []);
  assert.deepEqual(names("lsqml", 64, 32), []);
  assert.deepEqual(names("adam", 128, 32), []);
  assert.deepEqual(names("epie", 128, 1), [...wide, single]);
  assert.deepEqual(names("epie", 64, 1, 3), [single]);
  assert.deepEqual(names("epie", 256, 1), []);
  assert.deepEqual(names("epie", 128, 1, 1, false), []);
  assert.deepEqual(names("dm", 64, 1), []);
  const two = `processor\t: 0\nprocessor\t: 1\n`;
  const threads = (work: EngineWork, cores: string): string | undefined =>
    driverVariables(work, {}, cores).LP_NUM_THREADS;
  const batches = { engine: "rpie", size: 128, modes: 2, batch: 16, plain: true } as const;
  assert.equal(threads(batches, two), "4");
  assert.equal(threads({ ...batches, size: 256 }, two), undefined);
  assert.equal(threads(batches, two + two), undefined);
  assert.equal(threads({ ...batches, plain: false }, two), undefined);
  assert.equal(threads({ ...batches, batch: 1, size: 64 }, two), "0");
  const chosen = { LP_NUM_THREADS: "2", LP_NATIVE_VECTOR_WIDTH: "256" };
  const work = { engine: "epie", size: 128, modes: 1, batch: 1, plain: true } as const;
  assert.deepEqual(driverVariables(work, chosen, long), {});
});

/** The environment of a command that computes with long vectors: its own choice, or ours where it makes another. */
function longEnvironment(folder: string): Record<string, string> {
  const processor = Deno.build.os === "linux" ? Deno.readTextFileSync("/proc/cpuinfo") : "";
  const able = longVectors({ HOME: folder }, processor).LP_NATIVE_VECTOR_WIDTH !== undefined;
  return able
    ? { XDG_CACHE_HOME: folder }
    : { LP_NATIVE_VECTOR_WIDTH: "512", MESA_SHADER_CACHE_DIR: folder };
}

Deno.test("driver: a reconstruction has the same bytes with its variables and without", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const scan = join(folder, "scan.npz");
    const given = Deno.env.toObject();
    const run = async (line: string, env: Record<string, string> = {}): Promise<void> => {
      const output = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "cli.ts", ...line.split(" "), "--json"],
        env: { ...given, ...env },
      }).output();
      assert.equal(output.code, 0, new TextDecoder().decode(output.stderr));
    };
    // N 128 has both: long vectors and a number of threads.
    await run(`simulate --output ${scan} --n-positions 16 --N 128`);
    const reconstruct = async (
      engine: string,
      env: Record<string, string>,
    ): Promise<Uint8Array> => {
      const out = join(folder, `${engine}_${env.LP_NUM_THREADS ?? "own"}`);
      await run(
        `reconstruct --data ${scan} --engine ${engine} --sweeps 2 --output-dir ${out}`,
        env,
      );
      return Deno.readFileSync(join(out, "reconstruction.npz"));
    };
    const plain = { LP_NUM_THREADS: "1", LP_NATIVE_VECTOR_WIDTH: "256" };
    // One by one without threads, and in batches with many of them.
    for (const engine of ["epie", "rpie"]) {
      const long = await reconstruct(engine, longEnvironment(folder));
      assert.deepEqual(await reconstruct(engine, plain), long, engine);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("long vectors: a command computes with them, and the same to the last bit without, or but for rounding", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const scan = join(folder, "scan.npz");
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
    const train = async (convolution: string, name: string, env: Record<string, string>) => {
      const out = join(folder, `${name} ${convolution}`.replace(" ", "_"));
      const line = `train --train-data-file ${scan} --output-dir ${out} --nepochs 1 --batch-size 8`;
      await run(`${line} --n-filters-scale 0.5 --convolution ${convolution}`, env);
      const { adapter } = JSON.parse(Deno.readTextFileSync(join(out, "run.json")));
      // Only Mesa's software adapter tells its width.
      const bits = /(\d+) bits/.exec(adapter.name)?.[1];
      if (bits !== undefined) assert.equal(bits, widths[name]);
      const [head, row] = Deno.readTextFileSync(join(out, "metrics.csv")).split("\n");
      const loss = Number(row.split(",")[head.split(",").indexOf("train_loss")]);
      return { loss, weights: Deno.readFileSync(join(out, "model.safetensors")) };
    };
    const both = async (convolution: string) => [
      await train(convolution, "long", longEnvironment(folder)),
      await train(convolution, "short", { LP_NATIVE_VECTOR_WIDTH: "256" }),
    ];
    const [long, short] = await both("direct");
    assert.deepEqual(short, long);
    // Beside minimal filters transforms of 64 x 64 go across as many invocations as a vector has.
    const [a, b] = (await both("winograd")).map(({ loss }) => loss);
    assert.ok(Math.abs(a - b) < 1e-4 * Math.abs(a), `${a} and ${b}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
