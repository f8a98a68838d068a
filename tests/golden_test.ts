import assert from "node:assert/strict";
import { goldenDir } from "./support/golden_path.ts";

const dir = goldenDir();

Deno.test({
  name: "all golden cases pass",
  ignore: dir === undefined,
  fn: async () => {
    const script = new URL("golden/main.ts", import.meta.url).pathname;
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", script, dir!.pathname],
    });
    const { stdout } = await command.output();
    const text = new TextDecoder().decode(stdout);
    assert.match(text, /^\d+ passed, 0 failed/m, text);
    assert.ok(!/^0 passed/m.test(text), text);
  },
});

Deno.test("the golden runner refuses a folder without cases", async () => {
  const script = new URL("golden/main.ts", import.meta.url).pathname;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, "/nowhere"],
  });
  const { code, stderr } = await command.output();
  assert.equal(code, 2);
  assert.match(new TextDecoder().decode(stderr), /^error: Cannot read/m);
});
