import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { inFolder } from "../commands/tiny_run.ts";

const root = new URL("../../", import.meta.url);

Deno.test("the compiled program carries the reading worker", () =>
  inFolder(async (dir) => {
    const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
    const task = String(config.tasks.compile).split(" ");
    const out = task.indexOf("--output") + 1;
    task[out] = join(dir, "program");
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...task.slice(1, -1), "--no-check", task[task.length - 1]],
      // The runtime is not downloaded: this tests what is embedded, not that it starts.
      env: { NO_COLOR: "1", DENORT_BIN: await Deno.realPath(Deno.execPath()) },
      cwd: root.pathname,
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const program = Buffer.from(await Deno.readFile(join(dir, "program")));
    // Text that only this entry holds, as it is stored, whether compiled or not.
    assert.ok(program.includes("Cannot open a scan: a path is needed"));
    assert.ok(program.includes("pattern_worker.ts"));
  }));
