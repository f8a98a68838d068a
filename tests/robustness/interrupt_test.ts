import assert from "node:assert/strict";
import { join } from "node:path";
import { inFolder } from "../commands/tiny_run.ts";
import { CLI, runScript, writeTinyScan } from "./run_cli.ts";

/** Starts a training and interrupts it after its first epoch. */
async function interrupted(args: readonly string[]): Promise<{ code: number; stdout: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", CLI.pathname, ...args],
    env: { NO_COLOR: "1", XDG_RUNTIME_DIR: "/tmp" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let lines = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    const before = lines;
    lines += text;
    if (/epoch 1\/\d+: loss/.test(lines) && !/epoch 1\/\d+: loss/.test(before)) {
      child.kill("SIGINT");
    }
  }
  const stdout = await new Response(child.stdout).text();
  const { code } = await child.status;
  assert.match(lines, /interrupted: finishing the step and writing a checkpoint/);
  return { code, stdout };
}

Deno.test({
  name: "an interrupted run with workers ends cleanly, and resumed equals an uninterrupted one",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (dir) => {
      const scan = await writeTinyScan(dir);
      const flags = (out: string): string[] => [
        "train",
        "--train-data-file",
        scan,
        "--output-dir",
        join(dir, out),
        "--n-filters-scale",
        "0.05",
        "--batch-size",
        "2",
        "--nepochs",
        "10",
        "--num-workers",
        "2",
        "--logger",
        "jsonl",
        "--json",
      ];
      const first = await interrupted(flags("parts"));
      assert.equal(first.code, 0);
      const stopped = JSON.parse(first.stdout);
      assert.ok(stopped.interrupted && stopped.epochs >= 1 && stopped.epochs < 10, first.stdout);
      const status = async (): Promise<string> => {
        const text = await Deno.readTextFile(join(dir, "parts", "metrics.jsonl"));
        return JSON.parse(text.trim().split("\n").at(-1)!).status;
      };
      assert.equal(await status(), "interrupted");
      const rest = await runScript(CLI, [...flags("parts"), "--resume", "--quiet"]);
      assert.equal(rest.code, 0, rest.stderr);
      assert.equal(await status(), "finished");
      const whole = await runScript(CLI, [...flags("whole"), "--quiet"]);
      assert.equal(whole.code, 0, whole.stderr);
      const [a, b] = await Promise.all(
        ["parts", "whole"].map((name) => Deno.readFile(join(dir, name, "model.safetensors"))),
      );
      assert.deepEqual(a, b);
      const steps = (name: string): unknown[] =>
        Deno.readTextFileSync(join(dir, name, "metrics.jsonl")).trim().split("\n")
          .map((line) => JSON.parse(line)).filter((line) => line.kind === "scalars")
          .map((line) => [line.step, line.values]);
      assert.deepEqual(steps("parts").length, 10);
      assert.deepEqual(steps("whole").length, 10);
    }),
});
