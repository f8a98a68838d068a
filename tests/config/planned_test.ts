import assert from "node:assert/strict";

const docs = new URL("../../docs/", import.meta.url);

/** Rows of the table: system, state, description, evidence. */
async function rows(): Promise<string[][]> {
  const text = await Deno.readTextFile(new URL("planned_systems.md", docs));
  return text.split("\n").filter((line) => line.startsWith("|")).slice(2)
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

Deno.test("planned systems: 49 rows, each ticked with evidence that exists, or pending without", async () => {
  const found = await rows();
  assert.equal(found.length, 49);
  const wrong: string[] = [];
  for (const [system, state, , evidence] of found) {
    const links = [...evidence.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1]);
    if (state === "pending" && links.length > 0) wrong.push(`${system}: evidence but not ticked`);
    else if (state === "[x]" && links.length === 0) wrong.push(`${system}: no evidence`);
    else if (state !== "pending" && state !== "[x]") wrong.push(`${system}: state ${state}`);
    for (const link of links) {
      const there = await Deno.stat(new URL(link, docs)).catch(() => undefined);
      if (there === undefined) wrong.push(`${system}: ${link} does not exist`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("planned systems: evidence that is a test file holds tests", async () => {
  for (const [system, , , evidence] of await rows()) {
    for (const [, link] of evidence.matchAll(/\]\(([^)#]+_test\.ts)\)/g)) {
      const text = await Deno.readTextFile(new URL(link, docs)).catch(() => "");
      assert.match(text, /Deno\.test\(/, `${system}: ${link}`);
    }
  }
});
