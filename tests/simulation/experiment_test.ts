import assert from "node:assert/strict";
import { makeExperiment, PROBE_KINDS } from "../../src/simulation/experiment.ts";
import { cutPatch, exitEnergy } from "../../src/simulation/patches.ts";

const options = {
  object: "lines",
  probe: "disk",
  scan: "raster",
  N: 32,
  count: 49,
  nphotons: 1e5,
  overlap: 0.6,
  seed: 3,
} as const;

Deno.test("an experiment has the overlap, photons and sizes asked for", () => {
  for (const probe of PROBE_KINDS) {
    const made = makeExperiment({ ...options, probe });
    assert.equal(made.positions.length, 98);
    assert(Math.abs(made.overlap - 0.6) < 0.02, `${probe} ${made.overlap}`);
    let light = 0;
    for (let i = 0; i < 49; i++) {
      const [y, x] = made.positions.subarray(2 * i);
      light += exitEnergy(made.probe, cutPatch(made.object, y, x, 32)) / 49;
    }
    assert(Math.abs(light / 1e5 - 1) < 1e-4);
  }
});

Deno.test("every choice has an effect and the seed fixes the rest", () => {
  const made = makeExperiment(options);
  assert.deepEqual(made, makeExperiment(options));
  const wide = makeExperiment({ ...options, objectSide: 200 });
  assert.equal(wide.object.height, 200);
  assert(wide.overlap < made.overlap);
  const jittered = { ...options, scan: "jittered" } as const;
  const whole = makeExperiment({ ...jittered, integerPositions: true }).positions;
  assert(
    whole.every(Number.isInteger) && !makeExperiment(jittered).positions.every(Number.isInteger),
  );
  assert.notDeepEqual(makeExperiment({ ...options, seed: 4 }).object.data, made.object.data);
  assert.throws(() => makeExperiment({ ...options, N: 48 }), /48/);
  assert.throws(() => makeExperiment({ ...options, objectSide: 32 }), /larger than the patches/);
});
