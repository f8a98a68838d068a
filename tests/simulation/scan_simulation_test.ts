import assert from "node:assert/strict";
import { Random } from "../../src/random.ts";
import { type Probe, probeEnergy } from "../../src/scan/probe.ts";
import { measureAmplitudes, poissonCounts } from "../../src/simulation/noise.ts";
import { cutPatch, exitEnergy, probeInCounts } from "../../src/simulation/patches.ts";
import { makeObject } from "../../src/simulation/objects.ts";
import {
  defaultProbe,
  diskProbe,
  effectiveDiameter,
  gaussianProbe,
} from "../../src/simulation/probes.ts";
import { makeScan, overlapRatio, SCAN_KINDS, sideForOverlap } from "../../src/simulation/scans.ts";

function modulus(probe: Probe, y: number, x: number): number {
  const i = 2 * (y * probe.N + x);
  return Math.hypot(probe.data[i], probe.data[i + 1]);
}

Deno.test("disk probe: soft disk of its radius with quadratic phase", () => {
  const probe = diskProbe(64);
  assert(Math.abs(modulus(probe, 32, 32) - 1) < 1e-4);
  assert(modulus(probe, 32, 32 + 10) > 0.95 && modulus(probe, 32, 32 + 19) < 0.01);
  const i = 2 * (32 * 64 + 32 + 7);
  const phase = Math.atan2(probe.data[i + 1], probe.data[i]);
  assert(Math.abs(phase - 3 * (7 / 14) ** 2) < 1e-5);
  assert(Math.abs(effectiveDiameter(probe) - 28) < 2.5, `${effectiveDiameter(probe)}`);
  assert.throws(() => diskProbe(64, { radius: 40 }), /radius 40/);
});

Deno.test("gaussian and default probes", () => {
  const gaussian = gaussianProbe(32, 4, 2);
  assert(Math.abs(modulus(gaussian, 16, 20) - Math.exp(-0.5)) < 1e-6);
  const i = 2 * (16 * 32 + 24);
  assert(Math.abs(Math.atan2(gaussian.data[i + 1], gaussian.data[i]) - 2) < 1e-5);
  const standard = defaultProbe(64);
  let area = 0;
  for (let n = 0; n < 4096; n++) {
    assert(standard.data[2 * n] >= 0 && standard.data[2 * n + 1] === 0);
    area += standard.data[2 * n];
  }
  const radius = Math.sqrt(2 * Math.log(2)) * 64 / (0.7 * Math.PI ** 2);
  assert(Math.abs(area / (Math.PI * radius ** 2) - 1) < 0.03);
  assert(Math.abs(modulus(standard, 20, 30) - modulus(standard, 43, 33)) < 1e-6, "centred at 31.5");
});

Deno.test("scans stay inside, have the right number and repeat for a seed", () => {
  for (const kind of SCAN_KINDS) {
    const area = { height: 180, width: 130, N: 64 };
    for (const count of kind === "nested" ? [4, 48, 196] : [2, 50, 333]) {
      const options = { kind, count, seed: 4 };
      const positions = makeScan(area, options);
      assert(
        Math.abs(positions.length / 2 - count) <= 0.1 * count,
        `${kind} ${positions.length / 2}`,
      );
      for (let i = 0; i < positions.length; i += 2) {
        assert(positions[i] >= 32 && positions[i] <= 148, `${kind} y ${positions[i]}`);
        assert(positions[i + 1] >= 32 && positions[i + 1] <= 98, `${kind} x ${positions[i + 1]}`);
      }
      assert.deepEqual(positions, makeScan(area, options));
      const again = makeScan(area, { ...options, seed: 5 });
      if (kind === "random" || kind === "jittered") assert.notDeepEqual(positions, again);
      assert(makeScan(area, { ...options, integer: true }).every(Number.isInteger));
    }
  }
  const area = { height: 180, width: 130, N: 64 };
  assert.throws(
    () => makeScan({ ...area, width: 64 }, { kind: "raster", count: 9, seed: 1 }),
    /patches/,
  );
  assert.throws(() => makeScan(area, { kind: "raster", count: 1, seed: 1 }), /at least 2/);
});

Deno.test("raster covers the area corner to corner; overlap follows from the step", () => {
  const side = sideForOverlap(400, 28, 0.7, 64);
  const positions = makeScan({ height: side, width: side, N: 64 }, {
    kind: "raster",
    count: 400,
    seed: 0,
  });
  assert.equal(positions.length, 800);
  assert.deepEqual([...positions.subarray(0, 2)], [32, 32]);
  assert.deepEqual([...positions.subarray(798)], [side - 32, side - 32]);
  assert(Math.abs(overlapRatio(positions, 28) - 0.7) < 0.01);
  assert.equal(overlapRatio(positions, 2), 0);
  assert.throws(() => sideForOverlap(400, 28, 1, 64), /overlap/);
});

Deno.test("a patch is centred, exact at whole pixels, bilinear between, zero outside", () => {
  const object = makeObject("demo", 40, 50, 0);
  const patch = cutPatch(object, 20, 26, 8);
  for (let v = 0; v < 8; v++) {
    for (let u = 0; u < 8; u++) {
      const from = 2 * ((16 + v) * 50 + 22 + u);
      assert.equal(patch[2 * (v * 8 + u)], object.data[from]);
      assert.equal(patch[2 * (v * 8 + u) + 1], object.data[from + 1]);
    }
  }
  const between = cutPatch(object, 20.25, 26.5, 8);
  let expected = 0;
  for (const [dy, dx, w] of [[0, 0, 0.375], [0, 1, 0.375], [1, 0, 0.125], [1, 1, 0.125]]) {
    expected += w * object.data[2 * ((19 + dy) * 50 + 23 + dx)];
  }
  assert(Math.abs(between[2 * (3 * 8 + 1)] - expected) < 1e-6);
  const outside = cutPatch(object, 0, 0, 8);
  assert.equal(outside[0], 0);
  assert.equal(outside[2 * (4 * 8 + 4)], object.data[0]);
});

Deno.test("a probe in counts gives the photons asked for in the mean pattern", () => {
  const object = makeObject("lines", 100, 100, 1);
  const positions = makeScan({ height: 100, width: 100, N: 32 }, {
    kind: "random",
    count: 20,
    seed: 1,
  });
  const probe = probeInCounts(diskProbe(32), object, positions, 5e4);
  let sum = 0;
  for (let i = 0; i < 20; i++) {
    sum += exitEnergy(probe, cutPatch(object, positions[2 * i], positions[2 * i + 1], 32));
  }
  assert(Math.abs(sum / 20 / 5e4 - 1) < 1e-5);
  const flat = { height: 100, width: 100, data: new Float32Array(20000).map((_, i) => 1 - i % 2) };
  assert(Math.abs(probeEnergy(probeInCounts(diskProbe(32), flat, positions, 7)) - 7) < 1e-3);
  assert.throws(() => probeInCounts(probe, object, positions, 0), /0 photons/);
});

Deno.test("counts have Poisson mean and variance, and do not depend on batches", () => {
  for (const mean of [0.4, 12, 900, 1e8]) {
    const counts = poissonCounts(new Float64Array(8000).fill(mean), new Random(5));
    let sum = 0, squares = 0;
    for (const n of counts) {
      sum += n - mean;
      squares += (n - mean) ** 2;
      assert(Number.isInteger(n) && n >= 0);
    }
    assert(Math.abs(sum / 8000) < 4 * Math.sqrt(mean / 8000), `mean ${mean}`);
    assert(Math.abs(squares / 8000 / mean - 1) < 0.08, `variance ${mean}`);
  }
  assert.deepEqual([...poissonCounts([0, 0], new Random(1))], [0, 0]);
  const amplitudes = Float32Array.from({ length: 4 * 16 }, (_, i) => i % 7);
  const all = measureAmplitudes(amplitudes, 16, 0, 9);
  assert.deepEqual(measureAmplitudes(amplitudes.subarray(32), 16, 2, 9), all.subarray(32));
  assert.notDeepEqual(measureAmplitudes(amplitudes, 16, 0, 10), all);
  assert(all.every((v) => Number.isInteger(Math.round(v * v * 1e4) / 1e4)));
});

Deno.test("nested scans: groups of neighbours in order, at the distances asked for", () => {
  const groups = { gridsize: 2, offset: 3, outerOffset: 10 };
  const options = { kind: "nested", count: 36, seed: 0, groups } as const;
  const positions = makeScan({ height: 100, width: 90, N: 32 }, options);
  assert.equal(positions.length, 72);
  const at = (i: number): number[] => [...positions.subarray(2 * i, 2 * i + 2)];
  const [y, x] = at(0);
  assert.deepEqual([at(1), at(2), at(3)], [[y, x + 3], [y + 3, x], [y + 3, x + 3]]);
  assert.deepEqual([at(4), at(12)], [[y, x + 10], [y + 10, x]]);
  // The scan lies in the middle of the object.
  assert.deepEqual([(y + at(35)[0]) / 2, (x + at(35)[1]) / 2], [50, 45]);
  const three = makeScan({ height: 100, width: 100, N: 32 }, {
    ...options,
    groups: { gridsize: 3, offset: 2, outerOffset: 12 },
  });
  assert.equal(three.length, 72);
  assert.deepEqual([three[16] - three[0], three[17] - three[1]], [4, 4]);
  assert.throws(
    () => makeScan({ height: 50, width: 90, N: 32 }, options),
    /an object of at least 55 x 55/,
  );
});

Deno.test("concentric scans: rings around the centre, equally far apart", () => {
  const positions = makeScan({ height: 232, width: 232, N: 32 }, {
    kind: "concentric",
    count: 300,
    seed: 0,
  });
  assert.deepEqual([...positions.subarray(0, 2)], [116, 116]);
  const radii = Array.from(
    { length: 300 },
    (_, i) => Math.hypot(positions[2 * i] - 116, positions[2 * i + 1] - 116),
  );
  const step = radii[1];
  radii.forEach((r) => assert(Math.abs(r / step - Math.round(r / step)) < 1e-9, `${r}`));
  assert.equal(radii.filter((r) => Math.round(r / step) === 1).length, 6);
  // Spacing along a ring is that of the rings.
  const ring = radii.flatMap((r, i) => Math.round(r / step) === 4 ? [i] : []);
  assert.equal(ring.length, 25);
  const gap = Math.hypot(
    positions[2 * ring[1]] - positions[2 * ring[0]],
    positions[2 * ring[1] + 1] - positions[2 * ring[0] + 1],
  );
  assert(Math.abs(gap / step - 1) < 0.02, `${gap / step}`);
});

Deno.test("a Fermat spiral keeps its distances even: the nearest ones vary little", () => {
  const spread = (kind: "fermat" | "random"): number => {
    const p = makeScan({ height: 232, width: 232, N: 32 }, { kind, count: 300, seed: 2 });
    const nearest = Array.from({ length: 300 }, (_, i) => {
      let best = Infinity;
      for (let j = 0; j < 300; j++) {
        if (j !== i) {
          best = Math.min(best, Math.hypot(p[2 * i] - p[2 * j], p[2 * i + 1] - p[2 * j + 1]));
        }
      }
      return best;
    });
    const mean = nearest.reduce((sum, d) => sum + d, 0) / 300;
    return Math.sqrt(nearest.reduce((sum, d) => sum + (d - mean) ** 2, 0) / 300) / mean;
  };
  assert(spread("fermat") < 0.15 && spread("random") > 0.4, `${spread("fermat")}`);
});

Deno.test("a margin keeps positions away from the rim", () => {
  for (const kind of SCAN_KINDS) {
    const positions = makeScan({ height: 120, width: 120, N: 32 }, {
      kind,
      count: 49,
      seed: 1,
      margin: 7,
    });
    for (const value of positions) assert(value >= 23 && value <= 97, `${kind} ${value}`);
  }
});
