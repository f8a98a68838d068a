import assert from "node:assert/strict";
import { complexArray, type NdArray, toFloat32 } from "../../src/array.ts";
import { ShapeError } from "../../src/errors.ts";
import { Plan } from "../../src/gpu/plan.ts";
import { Random } from "../../src/random.ts";
import { canvasGeometry, shiftSumGeometry } from "../../src/reassembly/geometry.ts";
import { recordMergeGroups } from "../../src/reassembly/shift_sum.ts";
import { Stitcher, stitchPatches } from "../../src/reassembly/stitch.ts";
import { uniformWindow } from "../../src/reassembly/weights.ts";
import { mergeGroupReference, stitchReference } from "../reference/stitch.ts";
import { assertClose, randomValues } from "../support/close.ts";
import { poison, poisoned, withGpu } from "../support/device.ts";

function randomPositions(count: number, seed: number, spread: number): Float64Array {
  const random = new Random(seed);
  // A wide scan: rows and columns must not be interchangeable.
  return Float64Array.from(
    { length: 2 * count },
    (_, i) => 40 + spread * (i % 2 === 0 ? 1 : 2.5) * random.uniform(),
  );
}

function randomPatches(count: number, frame: number, seed: number): NdArray {
  return complexArray([count, frame, frame], randomValues(2 * count * frame * frame, seed));
}

for (const texelReads of [true, false]) {
  Deno.test(`stitching equals the float64 scatter (texelReads ${texelReads})`, () =>
    withGpu(async (gpu) => {
      const shapes = [
        { count: 1, frame: 4, trim: 1, spread: 0 },
        { count: 5, frame: 16, trim: 7, spread: 9 },
        { count: 37, frame: 64, trim: 32, spread: 40 },
      ];
      for (const { count, frame, trim, spread } of shapes) {
        const patches = randomPatches(count, frame, count);
        const positions = randomPositions(count, count, spread);
        const window = randomValues(trim * trim, 3).map((v) => 0.1 + Math.abs(v));
        const geometry = canvasGeometry(positions, trim);
        const { object, coverage, dropped } = await stitchPatches(gpu, patches, positions, {
          geometry,
          trim,
          window,
          batch: 8,
        });
        const values = toFloat32(patches);
        const wanted = stitchReference({ values, positions, frame, trim, window }, geometry);
        assert.equal(dropped, 0);
        assertClose("coverage", toFloat32(coverage), wanted.coverage, 2e-6);
        const quotient = wanted.numerator.map((v, i) => v / (wanted.coverage[i >> 1] + 1e-12));
        // Where hardly any weight lies the quotient has no digits; the product always has.
        const numerator = toFloat32(object).map((v, i) => v * wanted.coverage[i >> 1]);
        assertClose("numerator", numerator, wanted.numerator, 5e-6);
        const clear = (_: number, i: number): boolean => wanted.coverage[i >> 1] > 0.05;
        assertClose("object", toFloat32(object).filter(clear), quotient.filter(clear), 2e-5);
      }
    }, { texelReads }));

  Deno.test(`merging groups equals the float64 merge (texelReads ${texelReads})`, () =>
    withGpu(async (gpu, keep) => {
      const shapes = [
        { groups: 1, channels: 1, frame: 4, trim: 2 },
        { groups: 3, channels: 4, frame: 8, trim: 5 },
        { groups: 2, channels: 4, frame: 32, trim: 16 },
      ];
      for (const { groups, channels, frame, trim } of shapes) {
        const values = randomValues(2 * groups * channels * frame * frame, 5);
        const offsets = randomValues(2 * groups * channels, 6, frame / 6);
        const patches = keep(gpu.tensor("p", [groups, channels, frame, frame, 2], values));
        const shifts = keep(gpu.tensor("s", [groups, channels, 2], offsets));
        const merged = keep(poisoned(gpu, "m", [groups, trim, trim, 4]));
        using plan = new Plan(gpu, "merge");
        recordMergeGroups(plan, patches, shifts, merged);
        plan.submit();
        const actual = await gpu.read(merged);
        for (let g = 0; g < groups; g++) {
          const size = 2 * channels * frame * frame;
          const wanted = mergeGroupReference(
            values.subarray(g * size, (g + 1) * size),
            offsets.subarray(2 * g * channels, 2 * (g + 1) * channels),
            channels,
            frame,
            trim,
          );
          const part = actual.subarray(g * 4 * trim * trim, (g + 1) * 4 * trim * trim);
          assertClose(`group ${g}`, part, wanted, 2e-5);
        }
      }
    }, { texelReads }));
}

/** A smooth object without any symmetry. */
function objectAt(y: number, x: number): [number, number] {
  const amplitude = 1 + 0.4 * Math.sin(y / 9) + 0.2 * Math.cos(x / 14 + 0.7);
  const phase = 0.9 * Math.sin(x / 11 + 0.3) + 0.012 * y + 0.0004 * (x - 60) * (y - 50);
  return [amplitude * Math.cos(phase), amplitude * Math.sin(phase)];
}

Deno.test("patches of a known object come back in place, neither mirrored nor transposed", () =>
  withGpu(async (gpu) => {
    const count = 60, frame = 32, trim = 16;
    const positions = randomPositions(count, 11, 24);
    const values = new Float32Array(2 * count * frame * frame);
    for (let i = 0; i < count * frame * frame; i++) {
      const j = Math.floor(i / (frame * frame)), y = Math.floor(i / frame) % frame, x = i % frame;
      const [py, px] = [positions[2 * j], positions[2 * j + 1]];
      values.set(objectAt(py + y - frame / 2, px + x - frame / 2), 2 * i);
    }
    const geometry = canvasGeometry(positions, trim);
    const patches = complexArray([count, frame, frame], values);
    const { object, coverage } = await stitchPatches(gpu, patches, positions, { geometry, trim });
    const canvas = toFloat32(object), weights = toFloat32(coverage);
    let worst = 0, covered = 0;
    for (let i = 0; i < weights.length; i++) {
      if (weights[i] < 1.5) continue;
      covered++;
      const y = geometry.originY + Math.floor(i / geometry.width);
      const x = geometry.originX + i % geometry.width;
      const [re, im] = objectAt(y, x);
      worst = Math.max(worst, Math.hypot(canvas[2 * i] - re, canvas[2 * i + 1] - im));
    }
    assert.ok(covered > 1500, `only ${covered} pixels are covered`);
    // Bilinear spreading of a smooth object errs by curvature; any flip errs by the whole object.
    assert.ok(worst < 0.02, `worst pixel is off by ${worst}`);
  }));

Deno.test("the result has the same bytes for any batch, band and run", () =>
  withGpu(async (gpu) => {
    const count = 23, frame = 32, trim = 16;
    const patches = randomPatches(count, frame, 1), positions = randomPositions(count, 2, 30);
    const geometry = canvasGeometry(positions, trim), values = toFloat32(patches);
    const results: Float32Array[] = [];
    const variants = [[23, 2 ** 27], [23, 2 ** 27], [5, 2 ** 27], [1, 2 ** 27], [7, 1], [7, 60000]];
    for (const [capacity, bandBytes] of variants) {
      using stitcher = new Stitcher(gpu, { geometry, frame, trim, capacity, bandBytes });
      using plan = new Plan(gpu, "stitch");
      const input = gpu.tensor("patches", [capacity, frame, frame, 2]);
      stitcher.record(plan, input);
      for (let first = 0; first < count; first += capacity) {
        const last = Math.min(count, first + capacity), stride = 2 * frame * frame;
        // What a batch holds beyond its positions must not matter.
        poison(gpu, input);
        gpu.write(input, values.subarray(first * stride, last * stride));
        stitcher.place(positions.subarray(2 * first, 2 * last));
        plan.submit();
      }
      results.push(toFloat32((await stitcher.read()).object));
      gpu.arena.release(input);
    }
    for (const result of results.slice(1)) assert.deepEqual(result, results[0]);
    assert.ok(results[0].some((v) => v !== 0));
  }));

Deno.test("patches beyond the canvas are left out and counted; clear empties the canvas", () =>
  withGpu(async (gpu) => {
    const positions = Float64Array.of(10, 10, 12, 14);
    const geometry = canvasGeometry(positions, 4), patches = randomPatches(4, 8, 1);
    const more = Float64Array.of(10, 10, 12, 14, 10, 90, NaN, 3);
    const options = { geometry, trim: 4 };
    const all = await stitchPatches(gpu, patches, more, options);
    assert.equal(all.dropped, 2);
    const two = complexArray([2, 8, 8], toFloat32(patches).slice(0, 256));
    const inside = await stitchPatches(gpu, two, positions, options);
    assert.deepEqual(toFloat32(all.object), toFloat32(inside.object));
    using stitcher = new Stitcher(gpu, { geometry, frame: 8, trim: 4, capacity: 2 });
    const input = gpu.tensor("patches", [2, 8, 8, 2], toFloat32(two));
    using plan = new Plan(gpu, "stitch");
    stitcher.record(plan, input);
    stitcher.place(positions);
    plan.submit();
    stitcher.clear();
    assert.ok(toFloat32((await stitcher.read()).coverage).every((v) => v === 0));
    assert.throws(() => stitcher.place(more), ShapeError);
    gpu.arena.release(input);
  }));

Deno.test("a shift-and-sum canvas keeps patches at whole offsets on its rim", () =>
  withGpu(async (gpu) => {
    // The mean 0.1 (2/3) leaves a rounding error in offsets that are whole numbers.
    const positions = Float64Array.of(0.1, 0.1, 3.1, 0.1, -2.9, 0.1);
    const geometry = shiftSumGeometry(positions, 4), patches = randomPatches(3, 8, 4);
    assert.deepEqual([geometry.height, geometry.width], [10, 10]);
    const { coverage, dropped } = await stitchPatches(gpu, patches, positions, {
      geometry,
      trim: 4,
    });
    assert.equal(dropped, 0);
    assertClose("weight", [toFloat32(coverage).reduce((a, b) => a + b)], [48], 1e-6);
    const window = uniformWindow(4), values = toFloat32(patches);
    const wanted = stitchReference({ values, positions, frame: 8, trim: 4, window }, {
      ...geometry,
      originY: Math.round((geometry.originY - 0.1) * 1e6) / 1e6 + 0.1,
      originX: Math.round((geometry.originX - 0.1) * 1e6) / 1e6 + 0.1,
    });
    assertClose("coverage", toFloat32(coverage), wanted.coverage, 1e-5);
  }));
