import assert from "node:assert/strict";
import { judge } from "../../src/evaluation/evaluate.ts";
import { betterOrientation, placeByLikeness, SURE } from "../../src/evaluation/orientation.ts";
import type { ComplexGrid } from "../../src/image/fourier.ts";
import { locate, turnImage, turnName, TURNS } from "../../src/image/locate.ts";
import { cropGrid } from "../../src/image/grid.ts";
import { disguised, fileOf, noisy, sampled, smoothField } from "./images.ts";

const field = smoothField(31, 0.7);
const truth = sampled(field, 70, 84);

function cut(image: ComplexGrid, top: number, left: number, h: number, w: number): ComplexGrid {
  const part = (data: Float64Array): Float64Array =>
    cropGrid({ height: image.height, width: image.width, data }, top, left, h, w).data;
  return { height: h, width: w, re: part(image.re), im: part(image.im) };
}

Deno.test("a part is found where it was cut, also with noise, a ramp, and beyond the edge", () => {
  for (const [top, left, h, w] of [[0, 0, 30, 41], [23, 17, 40, 37], [40, 40, 30, 44]]) {
    const part = noisy(cut(truth, top, left, h, w), 0.05, 3);
    const place = locate(truth, part);
    assert.deepEqual([place.y, place.x], [top, left]);
    assert.ok(place.likeness > 0.9, `${place.likeness}`);
    const ramped = disguised(part, 3, (y, x) => 0.4 * y - 0.3 * x);
    const found = placeByLikeness(truth, ramped);
    assert.deepEqual([found.y, found.x], [top, left]);
  }
  // Half of the image lies outside.
  const place = locate(truth, sampled(field, 60, 60, { y: -20, x: 40 }));
  assert.deepEqual([place.y, place.x], [-20, 40]);
  for (const seed of [71, 72, 73, 74]) {
    const { likeness } = placeByLikeness(truth, sampled(smoothField(seed, 0.7), 40, 40));
    assert.ok(likeness < SURE, `${likeness}`);
  }
});

Deno.test("turning is its own name: sixteen ways, all different, undone by the reverse", () => {
  const image = cut(truth, 3, 5, 20, 31), seen = new Set<string>();
  for (const turn of TURNS) {
    const made = turnImage(image, turn);
    assert.equal(made.height, turn.transposed ? 31 : 20);
    seen.add(`${made.height} ${[...made.re].slice(0, 9)} ${[...made.im].slice(0, 9)}`);
    const back = turn.transposed
      // The exchange comes first: undone, the mirrors change places.
      ? { ...turn, upsideDown: turn.leftRight, leftRight: turn.upsideDown }
      : turn;
    assert.deepEqual([...turnImage(made, back).im], [...image.im], turnName(turn));
  }
  assert.equal(seen.size, 16);
  assert.equal(new Set(TURNS.map(turnName)).size, 16);
});

Deno.test("every wrong orientation is named, the right one is not", () => {
  for (const turn of TURNS) {
    const found = betterOrientation(truth, turnImage(noisy(truth, 0.05, 4), turn));
    if (turnName(turn) === "") assert.equal(found, undefined);
    // What undoes an exchange and one mirror is the exchange and the other mirror.
    else if (!turn.transposed) assert.equal(found?.name, turnName(turn));
    else assert.match(found?.name ?? "", /^transposed/);
  }
  assert.equal(betterOrientation(truth, sampled(smoothField(77, 0.7), 70, 84)), undefined);
  const away = betterOrientation(truth, sampled(field, 70, 84, { y: 18, x: -3 }));
  assert.equal(away?.name, "moved by (x -3, y 18) px");
});

Deno.test("an image of another size that does not say where it lies is put where it is alike", () => {
  const known = fileOf("truth", truth, { origin: { y: 5, x: -7 } });
  const run = fileOf("run", noisy(cut(truth, 12, 20, 40, 44), 0.02, 8));
  const { judged: [one], notes, origin } = judge([run], ["run"], known);
  assert.ok(one.scores.image.ssim[1] > 0.98, `${one.scores.image.ssim}`);
  assert.match(notes.join(), /put on column 20, row 12 of the truth/);
  assert.deepEqual(origin, { y: 5 + 12, x: -7 + 20 });
  const other = fileOf("other", sampled(smoothField(77, 0.7), 33, 35));
  assert.throws(() => judge([other], ["other"], known), /is like it nowhere/);
});

Deno.test("a mirrored reconstruction is scored as it is, with a word about it", () => {
  const origin = { y: 0, x: 0 }, known = fileOf("truth", truth, { origin });
  const turn = TURNS.find((t) => turnName(t) === "mirrored left to right")!;
  const { notes } = judge([fileOf("run", turnImage(truth, turn), { origin })], ["run"], known);
  assert.match(notes.join(), /run would be far more like truth mirrored left to right \(1\.00/);
  assert.deepEqual(
    judge([fileOf("run", noisy(truth, 0.1, 2), { origin })], ["run"], known).notes,
    [],
  );
});
