import assert from "node:assert/strict";
import { realArray } from "../../src/array.ts";
import { DatasetError, ShapeError } from "../../src/errors.ts";
import { judge } from "../../src/evaluation/evaluate.ts";
import { disguised, fileOf, noisy, sampled, smoothField } from "./images.ts";

const field = smoothField(1, 0.6), origin = { y: 0, x: 0 };
const truth = fileOf("truth", sampled(field, 90, 100), { origin });

/** A reconstruction at `place` that holds what lies `lie` px off. */
function shifted(place: { y: number; x: number }, lie: { y: number; x: number }) {
  const real = { y: place.y - lie.y, x: place.x - lie.x };
  return fileOf("run", sampled(field, 50, 60, real), { origin: place });
}

Deno.test("an image compared with itself is perfect, wherever it lies", () => {
  for (const place of [{ y: 12, x: 20 }, { y: 0, x: 0 }, { y: 40, x: 40 }]) {
    const { judged: [one], area } = judge([shifted(place, origin)], ["run"], truth);
    assert.equal(area.kind, "overlap");
    assert.ok(one.scores.image.ssim.every((v) => v > 0.999999), `${one.scores.image.ssim}`);
    assert.ok(one.scores.image.mae.every((v) => v < 1e-6));
    assert.deepEqual(one.alignment.shift, { y: 0, x: 0 });
    assert.ok(one.scores.complexRings.frc50.pixelLimited);
    assert.equal(one.scores.complexRings.frc50.halfPeriodPx, 1);
  }
});

for (const [y, x] of [[0.5, -0.26], [-3.4, 2.7], [6.02, -5.5]]) {
  Deno.test(`a shift of (${y}, ${x}) px is found and undone`, () => {
    const { judged: [one] } = judge([shifted({ y: 20, x: 22 }, { y, x })], ["run"], truth);
    const { shift } = one.alignment;
    // What was drawn too far down has to go up.
    assert.ok(Math.abs(shift.y + y) < 0.03 && Math.abs(shift.x + x) < 0.03, JSON.stringify(shift));
    assert.ok(one.scores.image.mae.every((v) => v < 5e-3), `${one.scores.image.mae}`);
    const { judged: [left] } = judge([shifted({ y: 20, x: 22 }, { y, x })], ["run"], truth, {
      register: false,
    });
    assert.deepEqual(left.alignment.shift, { y: 0, x: 0 });
    assert.ok(left.scores.image.mae[1] > 8 * one.scores.image.mae[1]);
  });
}

Deno.test("a fractional place of the canvas is honoured, bilinear or exact", () => {
  const run = shifted({ y: 20.37, x: 22.61 }, origin);
  const linear = judge([run], ["run"], truth).judged[0].scores.image;
  const exact = judge([run], ["run"], truth, { interpolation: "fourier" }).judged[0].scores.image;
  assert.ok(linear.mae.every((v) => v < 2e-2), `${linear.mae}`);
  assert.ok(exact.mae.every((v) => v < 1e-3), `${exact.mae}`);
});

Deno.test("amplitude, phase offset and phase ramp are taken out and stated", () => {
  const image = sampled(field, 50, 60, { y: 20, x: 25 });
  const ramp = (y: number, x: number): number => 2.2 + 0.19 * y - 0.31 * x;
  const run = fileOf("run", disguised(image, 7, ramp), { origin: { y: 20, x: 25 } });
  const { judged: [one] } = judge([run], ["run"], truth);
  assert.ok(one.scores.image.mae.every((v) => v < 1e-5), `${one.scores.image.mae}`);
  assert.ok(Math.abs(one.alignment.phase.y + 0.19) < 1e-6);
  assert.ok(Math.abs(one.alignment.phase.x - 0.31) < 1e-6);
  assert.ok(Math.abs(one.alignment.amplitudeFactor - 1 / 7) < 1e-6);
  assert.ok(one.alignment.agreement.before < 0.5 && one.alignment.agreement.after > 0.999999);
  const constant = judge([run], ["run"], truth, { phase: "constant" }).judged[0];
  assert.equal(constant.alignment.phase.y, 0);
  assert.ok(constant.scores.image.mae[1] > 0.1, "a ramp of several turns cannot be a constant");
});

Deno.test("shift and ramp together are found, with noise", () => {
  const lie = { y: 2.3, x: -1.4 }, place = { y: 20, x: 25 };
  const image = sampled(field, 50, 60, { y: place.y - lie.y, x: place.x - lie.x });
  const ramped = disguised(image, 0.5, (y, x) => 0.1 * y + 0.15 * x);
  const run = fileOf("run", noisy(ramped, 0.02, 3), { origin: place });
  const { judged: [one] } = judge([run], ["run"], truth);
  const { shift } = one.alignment;
  assert.ok(Math.hypot(shift.y + 2.3, shift.x - 1.4) < 0.1, JSON.stringify(shift));
  assert.ok(one.scores.image.ssim.every((v) => v > 0.75), `${one.scores.image.ssim}`);
});

Deno.test("without a truth the first is the reference; all share one frame", () => {
  const a = shifted({ y: 10, x: 10 }, origin), b = shifted({ y: 16, x: 5 }, origin);
  const c = { ...shifted({ y: 8, x: 12.5 }, origin), name: "c" };
  const made = judge([a, b, c], ["a", "b", "c"], undefined);
  assert.deepEqual(made.judged.map((one) => one.name), ["b", "c"]);
  assert.equal(made.reference, "a");
  assert.deepEqual(made.origin, { y: 16, x: 13 });
  assert.deepEqual([made.area.rectangle.height, made.area.rectangle.width], [42, 52]);
  for (const one of made.judged) assert.ok(one.scores.image.mae.every((v) => v < 5e-3));
});

Deno.test("the scanned box is judged where positions are known, else what is covered", () => {
  const weights = new Float32Array(50 * 60);
  for (let y = 5; y < 45; y++) for (let x = 8; x < 50; x++) weights[y * 60 + x] = 3;
  weights[5 * 60 + 8] = 0;
  const coverage = realArray([50, 60], weights);
  const run = { ...shifted({ y: 10, x: 20 }, origin), coverage };
  const covered = judge([run], ["run"], truth);
  assert.equal(covered.area.kind, "covered");
  assert.deepEqual(covered.area.rectangle, { top: 5, left: 9, height: 40, width: 41 });
  const positions = Float64Array.of(20.5, 31, 45, 60.2);
  const scanned = judge([run], ["run"], { ...truth, positions });
  assert.equal(scanned.area.kind, "scan");
  assert.deepEqual(scanned.area.rectangle, { top: 11, left: 11, height: 25, width: 30 });
  const all = judge([run], ["run"], { ...truth, positions }, { area: "overlap" });
  assert.deepEqual(all.area.rectangle, { top: 0, left: 0, height: 50, width: 60 });
});

Deno.test("a noise image is not moved far, and is said to be no better than a flat one", () => {
  const flat = { height: 50, width: 60, re: new Float64Array(3000), im: new Float64Array(3000) };
  const run = fileOf("run", noisy(flat, 1, 9), { origin: { y: 20, x: 20 } });
  const { judged: [one] } = judge([run], ["run"], truth);
  assert.ok(Math.abs(one.alignment.shift.y) <= 8 && Math.abs(one.alignment.shift.x) <= 8);
  assert.ok(one.scores.warnings.some((w) => /no closer .* than a flat image/.test(w)));
});

Deno.test("a flat image gives no ring correlation, and is not moved", () => {
  const one = sampled(() => [2, 0], 50, 60);
  const run = fileOf("run", one, { origin: { y: 20, x: 20 } });
  const { judged: [{ scores, alignment }] } = judge([run], ["run"], truth);
  assert.equal(alignment.registration, "none");
  for (const rings of [scores.amplitudeRings, scores.phaseRings, scores.complexRings]) {
    assert.match(rings.unreliable ?? "", /image is almost constant/);
  }
  scores.image.ssim.forEach((v, k) => assert.ok(Math.abs(v - scores.flat.ssim[k]) < 1e-9));
});

Deno.test("a reference that wraps is turned so that it wraps less; a phase that must wrap is told", () => {
  const image = disguised(sampled(field, 40, 40), 1, () => Math.PI);
  const turned = judge([fileOf("run", image)], ["run"], fileOf("t", image));
  assert.ok(Math.abs(Math.abs(turned.aligned.referencePhase) - Math.PI) < 0.3);
  assert.ok(turned.judged[0].scores.image.mae[1] < 1e-6);
  const spiral = disguised(sampled(field, 40, 40), 1, (y, x) => 0.02 * (y * y + x * x));
  const wrapped = judge([fileOf("run", spiral)], ["run"], fileOf("t", spiral));
  assert.ok(wrapped.judged[0].scores.warnings.some((w) => /wraps/.test(w)));
});

Deno.test("unknown places are settled by size and noted, or refused in one line", () => {
  const lost = fileOf("lost", sampled(field, 50, 60, { y: 10, x: 10 }));
  const found = judge([shifted({ y: 10, x: 10 }, origin), lost], ["a", "lost"], undefined);
  assert.match(found.notes[0], /lost does not say where it lies: taken to lie on a/);
  assert.ok(found.judged[0].scores.image.mae[0] < 1e-6);
  const grid = judge(
    [shifted({ y: 10, x: 10 }, origin)],
    ["a"],
    fileOf("t", sampled(field, 90, 99)),
  );
  assert.match(grid.notes[0], /pixel \(0, 0\) of the object grid/);
  assert.ok(grid.judged[0].scores.image.mae[0] < 1e-6);
  const refuse = (
    run: () => unknown,
    words: RegExp,
    kind: typeof ShapeError | typeof DatasetError,
  ) =>
    assert.throws(run, (error) => {
      assert.ok(error instanceof kind);
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  refuse(
    () => judge([fileOf("lost", sampled(smoothField(77, 0.6), 50, 60))], ["lost"], truth),
    /50 x 60.*90 x 100.*sizes differ.*canvas_origin_xy/,
    ShapeError,
  );
  const far = shifted({ y: 500, x: 10 }, origin);
  refuse(
    () => judge([far], ["far"], truth),
    /far and truth as their frames share no pixel/,
    ShapeError,
  );
  const near = shifted({ y: 82, x: 10 }, origin);
  refuse(() => judge([near], ["near"], truth), /share 8 x 60 pixels/, ShapeError);
  const dark = fileOf("dark", sampled(() => [0, 0], 50, 60), { origin });
  refuse(() => judge([dark], ["dark"], truth), /zero everywhere/, DatasetError);
  refuse(
    () => judge([shifted(origin, origin)], ["a"], truth, { area: "scan" }),
    /area "scan" as no file holds xcoords/,
    ShapeError,
  );
});

Deno.test("the pixel size of a file or of the options gives nanometres", () => {
  const run = fileOf("run", noisy(sampled(field, 60, 60), 0.3, 4), { origin, pixelSize: 2e-8 });
  const own = judge([run], ["run"], truth).judged[0].scores.phaseRings.frc50;
  const typed = judge([run], ["run"], truth, { pixelSize: 1e-9 }).judged[0].scores.phaseRings.frc50;
  assert.ok(own.halfPeriodPx! > 1);
  assert.ok(Math.abs(own.halfPeriodNm! - 20 * own.halfPeriodPx!) < 1e-9);
  assert.ok(Math.abs(typed.halfPeriodNm! - typed.halfPeriodPx!) < 1e-9);
});
