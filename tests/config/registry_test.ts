import assert from "node:assert/strict";
import { FIELDS, fieldsOf, meaningOf, OWNERS } from "../../src/config/registry/registry.ts";
import { checkField } from "../../src/config/fields.ts";
import { TRAIN_FLAGS } from "../../src/commands/registry_flags.ts";
import { generated } from "../docs/generated.ts";

const root = new URL("../../", import.meta.url);

/** Flags of `train` and `infer` that are no fields, with the test of their effect. */
const EXTRA_EVIDENCE: Readonly<Record<string, string>> = {
  config: "commands/config_command_test.ts: print-config shows values and sources",
  "print-config": "commands/config_command_test.ts: print-config shows values and sources",
  "dry-run": "commands/config_command_test.ts: dry-run reads the data",
  json: "commands/config_command_test.ts: print-config shows values and sources",
  quiet: "commands/config_command_test.ts: quiet, verbose and console level",
  verbose: "commands/config_command_test.ts: quiet, verbose and console level",
  "console-level": "commands/config_command_test.ts: quiet, verbose and console level",
  resume: "commands/config_command_test.ts: a resumed run computes and records",
  "ptycho-dir": "commands/config_command_test.ts: the old JSON interface trains",
};

/** Evidence that names no test. */
async function withoutTest(evidence: readonly (readonly [string, string])[]): Promise<string[]> {
  const missing: string[] = [], texts = new Map<string, string>();
  for (const [name, reference] of evidence) {
    const [file, title] = reference.split(": ");
    if (!texts.has(file)) {
      const text = await Deno.readTextFile(new URL(`tests/${file}`, root)).catch(() => "");
      texts.set(file, text);
    }
    const text = texts.get(file) as string;
    // A case is a test's title, or the first entry of a row of a table of cases.
    const cases = [...text.matchAll(/(?:Deno\.test\(\s*|\[\s*|\/\/ )["`]([^"`]+)["`]/g)].map((m) =>
      m[1]
    );
    if (!cases.some((c) => c === title || c.startsWith(title))) {
      missing.push(`${name}: ${reference}`);
    }
  }
  return missing;
}

Deno.test("every field names a test that exists", async () => {
  const evidence = FIELDS.map((f) => [`${f.owner}.${f.name}`, f.evidence] as const);
  assert.deepEqual(await withoutTest(evidence), []);
});

Deno.test("every other flag has a test of its effect", async () => {
  assert.deepEqual(Object.keys(EXTRA_EVIDENCE).sort(), Object.keys(TRAIN_FLAGS).sort());
  assert.deepEqual(await withoutTest(Object.entries(EXTRA_EVIDENCE)), []);
});

Deno.test("every default is a value its field accepts", () => {
  for (const field of FIELDS) {
    for (const value of [field.value, field.reference ?? field.value]) {
      // A file that must be given has no default; the profile and the like may be null.
      assert.deepEqual(checkField(field.name, field, value), value, field.name);
    }
  }
});

Deno.test("names, flags and spellings are unambiguous within a command", () => {
  for (const command of ["train", "infer"] as const) {
    const fields = fieldsOf(command), seen = new Map<string, string>();
    for (const field of fields) {
      const names = new Set(
        [field.name, field.flag, field.legacyKey, ...field.spellings.map((s) => s.name)]
          .filter((n) => n !== undefined).map((n) => n.replaceAll("-", "_")),
      );
      for (const name of names) {
        assert.equal(seen.get(name), undefined, `${command}: ${name} of ${field.name}`);
        seen.set(name, field.name);
      }
    }
    for (const field of fields) {
      assert.equal(meaningOf(field.name, fields, "name")?.field, field);
      if (field.flag !== undefined) {
        assert.equal(meaningOf(field.flag, fields, "flag")?.deprecated, false);
      }
    }
    assert.ok(OWNERS[command].length > 2);
  }
});

Deno.test("what a field needs are fields of the same command, and values they accept", () => {
  for (const field of FIELDS) {
    const command = field.commands.includes("train") ? "train" : "infer";
    for (const [name, values] of Object.entries(field.needs ?? {})) {
      const other = fieldsOf(command).find((f) => f.name === name);
      assert.ok(other !== undefined, `${field.name} needs ${name}`);
      if (values === "set") assert.ok(other.optional, name);
      else for (const value of values) assert.deepEqual(checkField(name, other, value), value);
    }
  }
});

Deno.test("flags are kebab-case, help fits a line, canonical names are snake_case", () => {
  for (const field of FIELDS) {
    assert.match(field.name, /^(N|[a-z][a-z0-9_]*)$/);
    if (field.flag !== undefined) assert.match(field.flag, /^(N|[a-z][a-z0-9-]*)$/);
    assert.ok(field.help.length <= 90, `${field.name}: ${field.help.length}`);
  }
});

Deno.test("generated files are up to date: deno task docs writes them", async () => {
  const stale: string[] = [];
  for (const [path, text] of await generated()) {
    if (await Deno.readTextFile(new URL(path, root)).catch(() => "") !== text) stale.push(path);
  }
  assert.deepEqual(stale, []);
});
