import assert from "node:assert/strict";
import { join } from "node:path";
import { reason, writeWhole } from "../../src/commands/files.ts";
import { folderSink } from "../../src/commands/log_sink.ts";
import { inFolder } from "../commands/tiny_run.ts";
import { CLI, errorLines, runScript, TINY, writeTinyScan } from "./run_cli.ts";

/** Runs a body with a file system of a few hundred KiB; false if none can be mounted. */
async function onSmallDisk(bytes: number, body: (dir: string) => Promise<void>): Promise<boolean> {
  let mounted = false;
  await inFolder(async (dir) => {
    const disk = join(dir, "disk");
    await Deno.mkdir(disk);
    const mount = (command: string, ...args: string[]): Promise<Deno.CommandOutput> =>
      new Deno.Command(command, { args, stdout: "null", stderr: "null" }).output();
    const { success } = await mount("mount", "-t", "tmpfs", "-o", `size=${bytes}`, "none", disk)
      .catch(() => ({ success: false }));
    if (!success) return;
    mounted = true;
    try {
      await body(disk);
    } finally {
      await mount("umount", disk);
    }
  });
  if (!mounted) console.warn("skipped: mounting a small disk needs root on Linux");
  return mounted;
}

Deno.test("training on a full disk ends in one line, and leaves nothing half-written", async () => {
  await onSmallDisk(96 * 1024, (disk) =>
    inFolder(async (dir) => {
      const scan = await writeTinyScan(dir), out = join(disk, "run");
      const { code, stdout, stderr } = await runScript(CLI, [
        "train",
        "--train-data-file",
        scan,
        "--output-dir",
        out,
        ...TINY,
      ]);
      assert.equal(code, 1, stderr);
      assert.equal(stdout, "");
      const lines = errorLines(stderr);
      assert.equal(lines.length, 1, stderr);
      assert.match(lines[0], /^error: Cannot write .*run.*: the disk is full: free some space/);
      const names = [...Deno.readDirSync(out)].map((entry) => entry.name);
      assert.ok(!names.some((name) => name.endsWith(".tmp")), `${names}`);
      assert.ok(!names.includes("model.safetensors") && !names.includes("run.json"), `${names}`);
    }));
});

Deno.test("a file that does not fit leaves the old one as it was", async () => {
  await onSmallDisk(64 * 1024, async (disk) => {
    const path = join(disk, "file");
    await writeWhole(path, "the old content");
    await assert.rejects(
      writeWhole(path, new Uint8Array(200_000)),
      /Cannot write .*file: the disk is full: free some space/,
    );
    assert.equal(await Deno.readTextFile(path), "the old content");
    assert.deepEqual([...Deno.readDirSync(disk)].map((entry) => entry.name), ["file"]);
  });
});

Deno.test({
  name: "a real full device is named as such, by files and by records",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (dir) => {
      const error = await Deno.writeFile("/dev/full", new Uint8Array(10)).catch((e) => e);
      assert.equal(reason(error), "the disk is full: free some space");
      await Deno.symlink("/dev/full", join(dir, "metrics.jsonl"));
      await assert.rejects(
        folderSink(dir).append("metrics.jsonl", "a line\n"),
        /Cannot write .*metrics.jsonl: the disk is full: free some space/,
      );
    }),
});
