import assert from "node:assert/strict";
import { FIELDS, fieldsOf } from "../../src/config/registry/registry.ts";
import { parityRow, SURFACES } from "../docs/parity.ts";

for (const { title, command, flags } of SURFACES) {
  for (const entry of flags) {
    const row = parityRow(command, entry);
    Deno.test(`parity: ${title}: ${row.flag} has an equivalent or a reason`, () => {
      assert.ok(row.note.length > 8);
      if (row.ours === undefined || row.field === "") return;
      const [flag] = row.ours.replace(/^--(no-)?/, "").split(" ");
      const field = fieldsOf(command).find((f) => f.flag === flag);
      assert.equal(`${field?.owner}.${field?.name}`, row.field);
    });
  }
}

Deno.test("parity: every canonical field has a row of the unified training", () => {
  const surface = SURFACES.find((s) => s.title.includes("one flag a canonical field"));
  const rows = surface?.flags.map((entry) => parityRow("train", entry).field);
  for (const field of FIELDS) {
    if (field.legacyKey === undefined || field.owner === "inference") continue;
    assert.ok(rows?.includes(`${field.owner}.${field.name}`), field.name);
  }
});

Deno.test("parity: a flag without an answer is an error of the generator", () => {
  assert.throws(() => parityRow("train", "magic|1|none"), /no equivalent and no reason/);
});
