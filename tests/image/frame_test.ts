import assert from "node:assert/strict";
import { complexArray, type NdArray } from "../../src/array.ts";
import { ShapeError } from "../../src/errors.ts";
import { frameScan } from "../../src/image/frame.ts";

type Pixel = (y: number, x: number) => [number, number];

function image(height: number, width: number, pixel: Pixel): NdArray {
  const data = new Float32Array(2 * height * width);
  for (let i = 0; i < height * width; i++) data.set(pixel(Math.floor(i / width), i % width), 2 * i);
  return complexArray([height, width], data);
}

// Bilinear samples of a bilinear function are exact.
const ramp: Pixel = (y, x) => [0.5 * y - 0.25 * x, 0.125 * y * x];

Deno.test("the scanned pixels of the canvas, and the truth at the same places", () => {
  const place = { originY: 4.25, originX: -3.5 };
  const object = image(40, 50, (y, x) => ramp(y + place.originY, x + place.originX));
  const truth = image(60, 60, ramp);
  // (y, x): rows 10.1 .. 30.9, columns 5 .. 25.5 of the object grid.
  const framed = frameScan(object, place, truth, [10.1, 20, 30.9, 25.5, 15, 5]);
  // First pixels at or after 10.1 and 5: canvas rows 6 (10.25), columns 9 (5.5).
  assert.deepEqual(framed.target.shape, [21, 21]);
  assert.deepEqual(framed.prediction.shape, [21, 21]);
  const [t, p] = [framed.target.data as Float32Array, framed.prediction.data as Float32Array];
  assert.equal(p[0], 0.5 * 10.25 - 0.25 * 5.5);
  t.forEach((v, i) => assert.ok(Math.abs(v - p[i]) < 1e-4, `${i}: ${v} ${p[i]}`));
});

Deno.test("the frame stays inside the canvas; beyond the truth there is nothing", () => {
  const object = image(20, 22, () => [1, 2]), truth = image(15, 30, () => [3, 4]);
  const framed = frameScan(object, { originY: 0, originX: 0 }, truth, [-9, -9, 99, 99]);
  assert.deepEqual(framed.target.shape, [20, 22]);
  const t = framed.target.data as Float32Array;
  assert.deepEqual([...t.subarray(0, 2)], [3, 4]);
  assert.deepEqual([...t.subarray(2 * 15 * 22, 2 * 15 * 22 + 2)], [0, 0]);
});

Deno.test("a scan of too small an area is refused", () => {
  const object = image(20, 22, () => [1, 2]);
  const place = { originY: 0, originX: 0 };
  assert.throws(() => frameScan(object, place, object, [5, 5, 14, 18]), ShapeError);
  assert.throws(() => frameScan(object, place, object, []), ShapeError);
});
