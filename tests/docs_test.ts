import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { complexArray, type NdArray, realArray } from "../src/array.ts";
import { writeNpz } from "../src/io/npz.ts";
import { tinyScan } from "./workflows/tiny_scan.ts";

const root = new URL("../", import.meta.url);

Deno.test("the library example of the README runs", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", root));
  const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1];
  assert.ok(code !== undefined);
  const lines = code.split("\n").filter((line) => line.trim() !== "");
  assert.ok(lines.length <= 14, `${lines.length} lines`);
  const dir = await Deno.makeTempDir();
  try {
    const scan = tinyScan(8), N = scan.N;
    const axis = (offset: number): NdArray => ({
      shape: [8],
      dtype: "f64",
      data: Float64Array.from({ length: 8 }, (_, i) => scan.positions[2 * i + offset]),
    });
    const patterns = await scan.readDiffraction(Array.from({ length: 8 }, (_, i) => i));
    await Deno.writeFile(
      join(dir, "scan.npz"),
      await writeNpz({
        diffraction: realArray([8, N, N], patterns),
        xcoords: axis(1),
        ycoords: axis(0),
        probeGuess: complexArray([N, N], scan.probe.data),
      }),
    );
    const script = join(dir, "example.ts");
    await Deno.writeTextFile(script, code.replace("./mod.ts", new URL("mod.ts", root).href));
    const { code: exit, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        "--config",
        new URL("deno.json", root).pathname,
        script,
        join(dir, "scan.npz"),
      ],
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout);
    assert.equal(exit, 0, new TextDecoder().decode(stderr));
    assert.match(text, /^0 [\d.]+\n1 [\d.]+\n\[ \d+, \d+ \]/m);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("links between documents lead somewhere", async () => {
  const broken: string[] = [];
  for (const folder of ["", "docs/", "docs/adr/", "specs/"]) {
    for await (const entry of Deno.readDir(new URL(folder || "./", root))) {
      if (!entry.name.endsWith(".md")) continue;
      const file = new URL(folder + entry.name, root), text = await Deno.readTextFile(file);
      for (const [, target] of text.matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        const found = await Deno.stat(new URL(target, file)).catch(() => undefined);
        if (found === undefined) broken.push(`${folder}${entry.name}: ${target}`);
      }
    }
  }
  assert.deepEqual(broken, []);
});

Deno.test("every task and flag a document mentions exists", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const help = new Map<string, string>();
  for (
    const verb of [
      "train",
      "infer",
      "reconstruct",
      "simulate",
      "demo",
      "inspect",
      "report",
      "study",
      "evaluate",
      "compare",
    ]
  ) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", new URL("cli.ts", root).pathname, verb, "--help"],
    }).output();
    help.set(verb, new TextDecoder().decode(stdout));
  }
  const wrong: string[] = [];
  for (
    const name of [
      "README.md",
      "docs/testing_guide.md",
      "docs/planned_systems.md",
      "docs/adr/003-execution-config.md",
      "specs/cli.md",
      "docs/workflow.md",
      "docs/flag_decisions.md",
      "docs/engines.md",
      "docs/engines_hybrid.md",
      "docs/engines_positions.md",
      "docs/engines_projection.md",
      "docs/real_data.md",
      "docs/fidelity.md",
      "docs/performance.md",
      "docs/inspect.md",
      "docs/simulate.md",
      "docs/logging.md",
      "docs/report.md",
      "docs/evaluate.md",
      "docs/tutorial.md",
      "docs/generalisation.md",
    ]
  ) {
    const text = (await Deno.readTextFile(new URL(name, root))).replaceAll("\\\n", " ");
    for (const [, task, rest] of text.matchAll(/deno task (\w[\w:]*)([^\n`]*)/g)) {
      if (tasks[task] === undefined) wrong.push(`${name}: task ${task}`);
      if (!help.has(task)) continue;
      for (const [flag] of rest.matchAll(/--[a-zA-Z-]+/g)) {
        if (!help.get(task)!.includes(flag)) wrong.push(`${name}: ${task} ${flag}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("the compiled program carries every shader", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "compile",
        "-A",
        "--no-check",
        "--output",
        join(dir, "program"),
        new URL("cli.ts", root).pathname,
      ],
      // The runtime is not downloaded: this tests what is embedded, not that it starts.
      env: { NO_COLOR: "1", DENORT_BIN: await Deno.realPath(Deno.execPath()) },
      cwd: root.pathname,
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const program = Buffer.from(await Deno.readFile(join(dir, "program")));
    const info = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", new URL("cli.ts", root).pathname],
    }).output();
    const { modules } = JSON.parse(new TextDecoder().decode(info.stdout));
    const shaders = modules.map((m: { specifier: string }) => m.specifier)
      .filter((specifier: string) => specifier.endsWith(".wgsl"));
    assert.ok(shaders.length > 30);
    const absent: string[] = [];
    for (const shader of shaders) {
      if (!program.includes(Buffer.from(await Deno.readFile(new URL(shader))))) absent.push(shader);
    }
    assert.deepEqual(absent, []);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
