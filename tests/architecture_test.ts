import assert from "node:assert/strict";

/** Which folders of src/ a folder may import, itself apart; imports go down the data path only. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  config: ["gpu", "io", "scan"],
  gpu: [],
  ops: ["gpu"],
  scan: [],
  simulation: ["config", "scan", "grouping"],
  io: ["scan"],
  grouping: ["scan"],
  image: ["scan"],
  network: ["ops", "gpu", "config"],
  physics: ["ops", "gpu", "scan"],
  loss: ["ops", "gpu"],
  update: ["ops", "gpu"],
  reassembly: ["physics", "ops", "gpu", "scan"],
  inspection: ["scan", "io", "grouping", "image", "simulation"],
  evaluation: ["image", "workflows", "gpu", "ops", "physics", "scan", "simulation"],
  report: ["image", "io", "scan"],
  loggers: ["image", "io"],
  feeding: ["scan"],
  engines: ["gpu", "ops", "physics", "loss", "update", "grouping", "scan", "reassembly"],
  archive: ["workflows", "network", "config", "scan", "io"],
  lifecycle: ["archive", "workflows", "config", "simulation", "ops", "gpu", "scan", "io"],
  workflows: [
    "feeding",
    "engines",
    "config",
    "gpu",
    "ops",
    "scan",
    "simulation",
    "io",
    "grouping",
    "image",
    "network",
    "physics",
    "loss",
    "update",
    "reassembly",
  ],
  commands: [
    "archive",
    "lifecycle",
    "loggers",
    "feeding",
    "engines",
    "workflows",
    "io",
    "image",
    "config",
    "scan",
    "gpu",
    "simulation",
    "reassembly",
    "inspection",
    "evaluation",
    "report",
  ],
};
/** Files directly under src/ that everyone may import. */
const COMMON = ["errors.ts", "array.ts", "random.ts", "version.ts"];
const root = new URL("../", import.meta.url);

async function filesUnder(folder: URL, extension: string): Promise<URL[]> {
  const found: URL[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const url = new URL(entry.name + (entry.isDirectory ? "/" : ""), folder);
    if (entry.isDirectory) found.push(...await filesUnder(url, extension));
    else if (entry.name.endsWith(extension)) found.push(url);
  }
  return found;
}

Deno.test("imports go down the data path only", async () => {
  const src = new URL("src/", root);
  const wrong: string[] = [];
  for (const file of await filesUnder(src, ".ts")) {
    const path = file.href.slice(src.href.length);
    const folder = path.includes("/") ? path.split("/")[0] : "";
    const text = await Deno.readTextFile(file);
    for (const [, typeOnly, specifier] of text.matchAll(IMPORT)) {
      if (!specifier.startsWith(".")) continue;
      const target = new URL(specifier, file).href;
      if (target.endsWith(".wgsl")) continue;
      if (!target.startsWith(src.href)) {
        wrong.push(`${path} imports ${specifier}, outside src/`);
        continue;
      }
      const to = target.slice(src.href.length);
      if (COMMON.includes(to)) continue;
      const toFolder = to.split("/")[0];
      // Types of the configuration are everyone's vocabulary.
      if (toFolder === folder || (typeOnly && toFolder === "config")) continue;
      if (!(MAY_IMPORT[folder] ?? []).includes(toFolder)) wrong.push(`${path} imports ${to}`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("only commands touch the host", async () => {
  const wrong: string[] = [];
  for (const file of await filesUnder(new URL("src/", root), ".ts")) {
    if (file.pathname.includes("/src/commands/")) continue;
    if (/\bDeno\./.test(await Deno.readTextFile(file))) wrong.push(file.pathname);
  }
  assert.deepEqual(wrong, []);
});

Deno.test("no file is longer than 400 lines", async () => {
  const long: string[] = [];
  for (const folder of ["src/", "tests/"]) {
    for (const file of await filesUnder(new URL(folder, root), ".ts")) {
      const lines = (await Deno.readTextFile(file)).split("\n").length;
      if (lines > 401) long.push(`${file.pathname.slice(root.pathname.length)}: ${lines}`);
    }
  }
  assert.deepEqual(long, []);
});

const IMPORT = /(?:import|export)\s+(type\s+)?[^"';]*?from\s+"([^"]+)"/g;
