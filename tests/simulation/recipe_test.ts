import assert from "node:assert/strict";
import { parse as parseToml, stringify } from "smol-toml";
import { parse as parseYaml } from "yaml";
import { recipeIdentity, sha256 } from "../../src/simulation/identity.ts";
import {
  overrideStated,
  printable,
  readRecipe,
  resolveRecipe,
  type Stated,
} from "../../src/simulation/recipe.ts";
import { pathOf, RECIPE_FIELDS, type RecipeValue } from "../../src/simulation/recipe_fields.ts";
import { baseOf, OTHER } from "./other_values.ts";

const read = (value: Record<string, unknown>): Stated => readRecipe(value, "r.toml");

Deno.test("the same recipe in TOML, YAML and JSON has the same identity, in any order", async () => {
  const toml = parseToml(`N = 32\nseed = 9\n[object]\nkind = "grf"\n[probe]\nmode_powers = [2, 1]`);
  const yaml = parseYaml("probe: {mode_powers: [2.0, 1]}\nobject:\n  kind: grf\nseed: 9\nN: 32");
  const json = JSON.parse(
    `{"object":{"kind":"grf"},"seed":9,"N":32,"probe":{"mode_powers":[2,1]}}`,
  );
  const hashes = await Promise.all(
    [toml, yaml, json].map((value) => recipeIdentity(resolveRecipe(read(value)))),
  );
  assert.equal(new Set(hashes).size, 1);
  assert.match(hashes[0], /^[0-9a-f]{64}$/);
  // Defaults stated or not make no difference; what is printed is the same recipe.
  const stated = read({ ...json, nphotons: 1e6, scan: { kind: "jittered", overlap: 0.7 } });
  assert.equal(await recipeIdentity(resolveRecipe(stated)), hashes[0]);
  const again = parseToml(stringify(printable(resolveRecipe(read(json)))));
  assert.equal(await recipeIdentity(resolveRecipe(read(again))), hashes[0]);
});

Deno.test("the identity is the SHA-256 of the canonical text", async () => {
  assert.equal(
    await sha256(new TextEncoder().encode("abc")),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

Deno.test("every field changes the identity", async () => {
  assert.deepEqual(Object.keys(OTHER).sort(), RECIPE_FIELDS.map(pathOf).sort());
  for (const [path, stated] of Object.entries(OTHER)) {
    const base = baseOf(path);
    assert.notEqual(
      await recipeIdentity(resolveRecipe(stated)),
      await recipeIdentity(resolveRecipe(base)),
      path,
    );
  }
  // Content counts, not the path.
  const file = (name: string) => resolveRecipe({ "probe.kind": "file", "probe.file": name });
  const hash = (name: string, probe: string) => recipeIdentity(file(name), { probe });
  assert.equal(await hash("a/p.npz", "00"), await hash("b/q.npz", "00"));
  assert.notEqual(await hash("a/p.npz", "00"), await hash("a/p.npz", "01"));
});

Deno.test("keys are closed: unknown ones are refused with the nearest", () => {
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ sed: 1 }, /no field sed: did you mean seed\?/],
    [{ probe: { zernicke: [1] } }, /no field probe.zernicke: did you mean probe.zernike\?/],
    [{ scan: { overlapp: 1 } }, /did you mean scan.overlap\?/],
    [{ scann: { overlap: 1 } }, /did you mean scan\?/],
    [{ overlap: 0.5 }, /did you mean scan.overlap\?/],
    [{ detector: { something_else: 1 } }, /fields are beamstop, dead_pixels, saturation/],
    [{ object: "lines" }, /object is a section: write its fields below it, as object.kind/],
    [{ probe: [1] }, /is a section/],
  ];
  for (const [value, message] of wrong) {
    assert.throws(() => read(value), { name: "ConfigError", message }, JSON.stringify(value));
  }
});

Deno.test("values that do not fit are refused with what is needed", () => {
  const wrong: [string, unknown, RegExp][] = [
    ["N", 60, /60: a power of two/],
    ["N", 1024, /from 16 to 512/],
    ["N", 8, /from 16 to 512/],
    ["N", "64", /a whole number/],
    ["N", true, /a whole number/],
    ["seed", -1, /seed is -1/],
    ["seed", 1.5, /a whole number/],
    ["nphotons", 0, /at least 1/],
    ["noise", 1, /true or false/],
    ["labels", "objects", /\(object\?\)/],
    ["object.kind", "line", /\(lines\?\)/],
    ["object.height", 10, /from 17/],
    ["object.amplitude_range", [1], /two increasing numbers/],
    ["object.amplitude_range", [1, 0.5], /two increasing numbers/],
    ["object.amplitude_range", [-1, 0.5], /list of numbers of at least 0/],
    ["object.phase_range", 3, /a list of numbers/],
    ["probe.sigma", 0, /above 0/],
    ["probe.mode_powers", [1, 0], /above 0/],
    ["probe.mode_powers", [], /a list of numbers/],
    ["probe.modes", 17, /from 1 to 16/],
    ["probe.pipeline", "blur:1", /no step "blur"/],
    ["scan.overlap", 1, /from 0 to 0.99/],
    ["scan.count", 1, /from 2/],
    ["scan.position_error", -1, /at least 0/],
    ["detector.dead_pixels", 0.9, /from 0 to 0.5/],
    ["detector.saturation", 0, /above 0/],
    ["detector.beamstop", null, /a number is needed/],
  ];
  for (const [path, value, message] of wrong) {
    const make = () => resolveRecipe({ [path]: value as RecipeValue });
    const check = () => {
      const [section, name] = path.includes(".") ? path.split(".") : ["", path];
      resolveRecipe(read(section === "" ? { [name]: value } : { [section]: { [name]: value } }));
    };
    assert.throws(check, { name: "ConfigError", message }, path);
    if (value !== null) assert.throws(make, { name: "ConfigError", message }, path);
  }
});

Deno.test("fields without an effect are refused, not ignored", () => {
  const wrong: [Stated, RegExp][] = [
    [
      { "probe.kind": "disk", "probe.sigma": 4 },
      /probe.sigma \(--probe-sigma\) as probe.kind is disk/,
    ],
    [{ "scan.kind": "raster", "scan.jitter": 0.2 }, /use kind jittered/],
    [{ "scan.kind": "nested", "scan.overlap": 0.5 }, /scan.overlap/],
    [{ "scan.overlap": 0.5, "scan.step": 3 }, /scan.step decides the overlap/],
    [{ "scan.overlap": 0.5, "object.height": 90 }, /the size of the object decides/],
    [{ "object.parts": "phase", "object.amplitude_range": [0, 1] }, /phase only/],
    [{ "object.parts": "amplitude", "object.phase_range": [0, 1] }, /amplitude only/],
    [{ "object.file": "a.png" }, /object.kind is demo/],
    [{ "object.kind": "file" }, /add --object-file/],
    [{ "probe.kind": "file" }, /add --probe-file/],
    [{ "probe.mask_diameter": 10 }, /add --probe-mask disk/],
    [{ "scan.position_error_kind": "drift" }, /add --position-error/],
    [{ "probe.modes": 3, "probe.mode_powers": [1, 1] }, /give one each/],
  ];
  for (const [stated, message] of wrong) {
    assert.throws(() => resolveRecipe(stated), { name: "ConfigError", message });
  }
});

Deno.test("flags override a recipe; what they make meaningless is left out and named", () => {
  const file = read({ N: 32, probe: { kind: "gaussian", sigma: 5 }, scan: { overlap: 0.5 } });
  const { stated, dropped } = overrideStated(file, { "probe.kind": "disk", "scan.step": 4, N: 16 });
  assert.deepEqual(dropped, ["probe.sigma", "scan.overlap"]);
  const recipe = resolveRecipe(stated);
  assert.deepEqual([recipe.N, recipe.probe.kind, recipe.scan.step], [16, "disk", 4]);
  const same = overrideStated(file, { "probe.kind": "curved" });
  assert.deepEqual([same.dropped, same.stated["probe.sigma"]], [[], 5]);
});

Deno.test("defaults follow the kind", () => {
  assert.equal(resolveRecipe({}).scan.overlap, 0.7);
  assert.equal(resolveRecipe({}).probe.edge_phase, 2);
  assert.equal(resolveRecipe({ "probe.kind": "curved" }).probe.edge_phase, 12);
  assert.equal(resolveRecipe({ "probe.kind": "aberrated" }).probe.edge_phase, null);
  assert.equal(resolveRecipe({ "scan.kind": "nested" }).scan.gridsize, 2);
  assert.equal(resolveRecipe({ "object.height": 90 }).scan.overlap, null);
  const plate = resolveRecipe({ "probe.kind": "zone_plate", N: 128 });
  assert.equal(plate.pixel_nm, 20);
  assert(
    Math.abs(plate.probe.defocus_um! - 0.35 * 128 * 20 * 60 / (1.239841984 / 8) / 1000) < 1e-9,
  );
});
