import assert from "node:assert/strict";
import * as api from "../../mod.ts";

const root = new URL("../../", import.meta.url);

/** Names in code at the start of table rows of a document: "| `name(...)` | ...". */
async function namesOf(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(path, root));
  return [...text.matchAll(/^\| `([A-Za-z]+)(?:\(|`|\.)/gm)].map((match) => match[1]);
}

Deno.test("every value specs/api.md lists is exported by mod.ts", async () => {
  const names = await namesOf("specs/api.md");
  assert.ok(names.length >= 15, `${names.length}`);
  const source = await Deno.readTextFile(new URL("mod.ts", root));
  const absent = names.filter((name) =>
    !Object.hasOwn(api, name) && !new RegExp(`type ${name}\\b|^  ${name},$`, "m").test(source)
  );
  assert.deepEqual(absent, []);
});
