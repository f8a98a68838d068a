import assert from "node:assert/strict";
import { makeExperiment } from "../../src/simulation/experiment.ts";
import { cutPatch, exitEnergy } from "../../src/simulation/patches.ts";
import { PROBE_KINDS } from "../../src/simulation/probe_kinds.ts";
import { type Recipe, resolveRecipe, type Stated } from "../../src/simulation/recipe.ts";

function recipe(more: Stated = {}): Recipe {
  return resolveRecipe({
    N: 32,
    seed: 3,
    nphotons: 1e5,
    "object.kind": "lines",
    "probe.kind": "disk",
    "scan.kind": "raster",
    "scan.count": 49,
    ...more,
  });
}

Deno.test("an experiment has the overlap, photons and sizes asked for", () => {
  for (const kind of PROBE_KINDS.filter((k) => k !== "file")) {
    const made = makeExperiment(recipe({ "probe.kind": kind, "scan.overlap": 0.6 }));
    assert.equal(made.positions.length, 98);
    assert(Math.abs(made.overlap - 0.6) < 0.02, `${kind} ${made.overlap}`);
    let light = 0;
    for (let i = 0; i < 49; i++) {
      const [y, x] = made.positions.subarray(2 * i);
      light += exitEnergy(made.probe, cutPatch(made.object, y, x, 32)) / 49;
    }
    assert(Math.abs(light / 1e5 - 1) < 1e-4);
  }
});

Deno.test("every choice has an effect and the seed fixes the rest", () => {
  const made = makeExperiment(recipe());
  assert.deepEqual(made, makeExperiment(recipe()));
  const wide = makeExperiment(recipe({ "object.height": 200 }));
  assert.deepEqual([wide.object.height, wide.object.width], [200, 200]);
  assert(wide.overlap < made.overlap);
  const oblong = makeExperiment(recipe({ "object.height": 80, "object.width": 120 })).object;
  assert.deepEqual([oblong.height, oblong.width], [80, 120]);
  const jittered = { "scan.kind": "jittered" } as const;
  const whole = makeExperiment(recipe({ ...jittered, "scan.integer": true })).positions;
  const free = makeExperiment(recipe(jittered)).positions;
  assert(whole.every(Number.isInteger) && !free.every(Number.isInteger));
  const more = makeExperiment(recipe({ ...jittered, "scan.jitter": 0.05 })).positions;
  assert.notDeepEqual(more, free);
  assert.notDeepEqual(makeExperiment(recipe({ seed: 4 })).object.data, made.object.data);
  assert.throws(() => makeExperiment(recipe({ "object.height": 32 })), {
    name: "ConfigError",
    message: /larger than the patches/,
  });
  assert.throws(() => makeExperiment(recipe({ "scan.step": 4000 })), /at most 16384/);
});

Deno.test("a step decides the size; with a size the scan lies in the middle", () => {
  const made = makeExperiment(recipe({ "scan.step": 5.5 }));
  assert.equal(made.object.height, 32 + 34);
  const { positions } = made;
  assert(Math.abs(positions[3] - positions[1] - 5.5) < 1e-12);
  assert(Math.abs(positions[14] - positions[0] - 5.5) < 1e-12);
  const middle = makeExperiment(recipe({ "scan.step": 5.5, "object.height": 120 }));
  assert(Math.abs((middle.positions[0] + middle.positions[96]) / 2 - 60) < 1e-12);
  assert(Math.abs(middle.positions[96] - middle.positions[0] - 33) < 1e-12);
  assert.throws(
    () => makeExperiment(recipe({ "scan.step": 5.5, "object.height": 60 })),
    /at least 65 x 65/,
  );
});

Deno.test("position errors: true positions deviate by the rms asked for and stay inside", () => {
  for (const kind of ["random", "drift"] as const) {
    const made = makeExperiment(recipe({
      "scan.count": 900,
      "scan.position_error": 1.5,
      "scan.position_error_kind": kind,
    }));
    const { positions, truePositions: where, object } = made;
    let square = 0;
    for (let i = 0; i < where.length; i++) square += (where[i] - positions[i]) ** 2;
    const rms = Math.sqrt(square / (where.length / 2));
    assert(Math.abs(rms - 1.5) < (kind === "drift" ? 0.01 : 0.08), `${kind} ${rms}`);
    for (const value of where) assert(value >= 16 && value <= object.height - 16);
    if (kind === "drift") {
      const step = [where[2] - positions[2] - where[0] + positions[0]];
      const later = [where[402] - positions[402] - where[400] + positions[400]];
      assert(Math.abs(step[0] - later[0]) < 1e-9, "a drift is even");
    }
  }
  const none = makeExperiment(recipe());
  assert.equal(none.truePositions, none.positions);
});
