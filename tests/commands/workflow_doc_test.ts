import assert from "node:assert/strict";
import { join } from "node:path";
import { inFolder } from "./tiny_run.ts";

const root = new URL("../../", import.meta.url);

/** Flags that make the documented trainings small; a later flag wins over an earlier one. */
const SMALL = ["--n-filters-scale", "0.05", "--nepochs", "1", "--quiet"];

/** Commands of the fenced shell blocks of a document, in order. */
async function commandsOf(path: string): Promise<string[][]> {
  const text = await Deno.readTextFile(new URL(path, root));
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]);
  return blocks.flatMap((block) => block.replaceAll("\\\n", " ").split("\n"))
    .map((line) => line.trim().split(/\s+/))
    .filter(([deno, task]) => deno === "deno" && task === "task")
    .map((words) => words.slice(2));
}

async function run(dir: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", "deno.json", "cli.ts", ...args].map((arg) =>
      arg === "deno.json" || arg === "cli.ts" ? new URL(arg, root).pathname : arg
    ),
    cwd: dir,
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 0, `${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

Deno.test("every command of docs/workflow.md runs as written, with a small network", () =>
  inFolder(async (dir) => {
    const text = await Deno.readTextFile(new URL("docs/workflow.md", root));
    await run(dir, ["simulate", "--output", "scan.npz", "--n-positions", "64", "--quiet"]);
    await Deno.mkdir(join(dir, "folder"));
    await Deno.copyFile(join(dir, "scan.npz"), join(dir, "folder", "scan.npz"));
    await Deno.writeTextFile(
      join(dir, "settings.toml"),
      /```toml\n([\s\S]*?)```/.exec(text)?.[1] ?? "",
    );
    const old = {
      data_config: { grid_size: [1, 1], nphotons: 1e6 },
      training_config: { epochs: 1 },
    };
    await Deno.writeTextFile(join(dir, "old.json"), JSON.stringify(old));
    const commands = await commandsOf("docs/workflow.md");
    assert.ok(commands.length >= 10);
    let trained = 0;
    for (const args of commands) {
      const looks = args.includes("--print-config") || args.includes("--dry-run");
      // A software adapter may be missing on a machine with a GPU.
      const here = args.map((arg, i) => args[i - 1] === "--accelerator" ? "auto" : arg);
      await run(dir, args[0] === "train" && !looks ? [...here, ...SMALL] : here);
      if (args[0] === "train" && !looks && ++trained === 1) {
        await run(dir, [
          "train",
          "--train-data-file",
          "scan.npz",
          "--output-dir",
          "other_run",
          ...SMALL,
        ]);
      }
    }
    assert.ok((await Deno.stat(join(dir, "result", "phase.png"))).size > 1000);
  }));
