import assert from "node:assert/strict";
import { parseConfigFile } from "../../src/config/resolution/file.ts";
import { ConfigError } from "../../src/errors.ts";

const wanted = { nepochs: 3, model: { gridsize: 2, probe_mask: true }, learning_rate: 0.001 };
const same: readonly (readonly [string, string])[] = [
  ["a.json", '{"nepochs": 3, "model": {"gridsize": 2, "probe_mask": true}, "learning_rate": 1e-3}'],
  [
    "a.yaml",
    "nepochs: 3 # three\nmodel:\n  gridsize: 2\n  probe_mask: true\nlearning_rate: 1e-3\n",
  ],
  ["a.YML", "{nepochs: 3, model: {gridsize: 2, probe_mask: true}, learning_rate: 0.001}"],
  ["a.toml", "nepochs = 3\nlearning_rate = 1e-3\n[model]\ngridsize = 2\nprobe_mask = true\n"],
];
for (const [name, text] of same) {
  Deno.test(`${name} gives the same fields`, () => {
    assert.deepEqual(JSON.parse(JSON.stringify(parseConfigFile(name, text))), wanted);
  });
}

Deno.test("a byte order mark is no content", () => {
  assert.deepEqual(parseConfigFile("a.json", '\uFEFF{"nepochs": 3}'), { nepochs: 3 });
  assert.deepEqual({ ...parseConfigFile("a.toml", "\uFEFFnepochs = 3") }, { nepochs: 3 });
});

Deno.test("a key may stand in several sections, in any spelling of JSON", () => {
  const text = '{\r\n\t"a": {"x": 1},\n\t"b": {"x": "\\u00e9\\/"},\n"x":null}';
  assert.deepEqual(parseConfigFile("a.json", text), { a: { x: 1 }, b: { x: "é/" }, x: null });
});

Deno.test("an empty file states nothing", () => {
  for (const name of ["a.yaml", "a.toml"]) assert.deepEqual({ ...parseConfigFile(name, "") }, {});
});

const bad: readonly (readonly [string, string, RegExp])[] = [
  ["a.json", "{", /Cannot read configuration a\.json/],
  ["a.json", '{"nepochs": 3,\n "model": {"N": 64},\n "nepochs": 4}', /twice, again in line 3/],
  ["a.yaml", "nepochs: 3\nnepochs: 4", /Map keys must be unique/],
  ["a.toml", "nepochs = 3\nnepochs = 4", /Cannot read configuration a\.toml/],
  ["a.json", "[1]", /holds no fields by name/],
  ["a.yaml", "a: [1", /Cannot read configuration a\.yaml/],
  ["a.yaml", "3", /Cannot use configuration a\.yaml/],
  ["a.toml", "a = ", /Cannot read configuration a\.toml/],
  ["a.ini", "a=1", /extension is unknown: use \.json, \.yaml or \.toml/],
  ["a", "{}", /extension is unknown/],
];
for (const [name, text, message] of bad) {
  Deno.test(`${name} with ${JSON.stringify(text)} is an error in one line`, () => {
    assert.throws(() => parseConfigFile(name, text), (e) => {
      assert.ok(e instanceof ConfigError);
      assert.match(e.message, message);
      assert.ok(!e.message.includes("\n"));
      return true;
    });
  });
}
