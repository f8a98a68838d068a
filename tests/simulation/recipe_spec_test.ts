import assert from "node:assert/strict";
import { recipeTables, withoutAlignment } from "./recipe_table.ts";

Deno.test("the specification of recipes lists every field as it is (write it with gallery.ts)", async () => {
  const text = await Deno.readTextFile(
    new URL("../../specs/simulation_recipe.md", import.meta.url),
  );
  const from = text.indexOf("## Whole simulation"), to = text.indexOf("## Rules between fields");
  assert(from > 0 && to > from);
  assert.equal(withoutAlignment(text.slice(from, to)), withoutAlignment(recipeTables()));
});
