import assert from "node:assert/strict";
import { join } from "node:path";
import { inFolder, trainTiny } from "../commands/tiny_run.ts";
import { CLI, runScript, TINY, writeTinyScan } from "../robustness/run_cli.ts";

const document = new URL("../../docs/logging.md", import.meta.url);

Deno.test("the commands of docs/logging.md run, and write the files it names", () =>
  inFolder(async (dir) => {
    const text = await Deno.readTextFile(document);
    const commands = [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
      .map(([, block]) => block.replaceAll("\\\n", " ").trim().split(/\s+/));
    assert.equal(commands.length, 2);
    const scan = await writeTinyScan(dir);
    for (const [i, words] of commands.entries()) {
      assert.deepEqual(words.slice(0, 3), ["deno", "task", "train"]);
      const out = join(dir, `run${i}`);
      const args = words.slice(2).map((w) => w === "scan.npz" ? scan : w === "run" ? out : w);
      const { code, stderr } = await runScript(CLI, [...args, ...TINY]);
      assert.equal(code, 0, stderr);
      const names = [...Deno.readDirSync(out)].map((entry) => entry.name);
      const wanted = i === 0 ? ["metrics.csv", "tensorboard"] : ["mlruns", "mlflow_run.json"];
      for (const name of [...wanted, "run.json", "logs"]) assert.ok(names.includes(name), name);
      assert.equal(names.includes("metrics.csv"), i === 0);
    }
  }));

Deno.test("recording does not change the training", () =>
  inFolder(async (dir) => {
    await trainTiny(join(dir, "plain"), { logger_backend: "none" });
    await trainTiny(join(dir, "recorded"), {
      logger_backend: "jsonl,tensorboard,mlflow",
      recon_log_every_n_epochs: 1,
      recon_log_stitch: true,
    });
    const [plain, recorded] = await Promise.all(
      ["plain", "recorded"].map((name) => Deno.readFile(join(dir, name, "model.safetensors"))),
    );
    assert.deepEqual(plain, recorded);
  }));
