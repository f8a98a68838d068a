import assert from "node:assert/strict";
import { join } from "node:path";
import { commandsOf, runIn, withFlags } from "./document.ts";
import { inFolder } from "./tiny_run.ts";

const root = new URL("../../", import.meta.url);
const ARCHIVES = new URL("../archive/fixtures/", import.meta.url);

/** Values that make the documented trainings small. */
const SMALL = { "--n-filters-scale": "0.05", "--nepochs": "1" };

Deno.test("every command of docs/workflow.md runs as written, with a small network", () =>
  inFolder(async (dir) => {
    const text = await Deno.readTextFile(new URL("docs/workflow.md", root));
    await runIn(dir, ["simulate", "--output", "scan.npz", "--n-positions", "64", "--quiet"]);
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
      await runIn(dir, args[0] === "train" && !looks ? withFlags(here, SMALL) : here);
      if (args[0] === "train" && !looks && ++trained === 1) {
        const other = ["train", "--train-data-file", "scan.npz", "--output-dir", "other_run"];
        await runIn(dir, withFlags(other, SMALL));
      }
    }
    assert.ok((await Deno.stat(join(dir, "result", "phase.png"))).size > 1000);
  }));

Deno.test("every command of docs/supervised.md runs, with a small network and scan", () =>
  inFolder(async (dir) => {
    const commands = await commandsOf("docs/supervised.md");
    assert.deepEqual(commands.map(([verb]) => verb), ["simulate", "simulate", "train", "infer"]);
    for (const args of commands) {
      const small = args[0] === "simulate"
        ? withFlags(args, { "--n-positions": "16" })
        : args[0] === "train"
        ? withFlags(args, SMALL)
        : args;
      await runIn(dir, small);
    }
    const { config } = JSON.parse(await Deno.readTextFile(join(dir, "run", "run.json")));
    assert.equal(config.model.model_type, "supervised");
    assert.ok((await Deno.stat(join(dir, "result", "amplitude.png"))).size > 1000);
  }));

Deno.test("every command of docs/import_torch.md runs, on a checkpoint of PyTorch", () =>
  inFolder(async (dir) => {
    await Deno.copyFile(new URL("network.ckpt", ARCHIVES), join(dir, "last.ckpt"));
    await runIn(dir, ["simulate", "--output", "scan.npz", "--n-positions", "16", "--quiet"]);
    const commands = await commandsOf("docs/import_torch.md");
    assert.deepEqual(commands.map(([verb]) => verb), ["import-torch", "infer"]);
    for (const args of commands) await runIn(dir, args);
    assert.ok((await Deno.stat(join(dir, "result", "reconstruction.npz"))).size > 1000);
  }));
