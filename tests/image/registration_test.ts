import assert from "node:assert/strict";
import { type ComplexGrid, emptyComplex } from "../../src/image/fourier.ts";
import { findShift, fourierShift } from "../../src/image/registration.ts";
import { Random } from "../../src/random.ts";

/** Random, periodic and without the Nyquist frequency, so that every sub-pixel shift is exact. */
function smoothImage(height: number, width: number, seed: number): ComplexGrid {
  const random = new Random(seed), out = emptyComplex(height, width);
  for (let wave = 0; wave < 60; wave++) {
    const ky = random.integer(height - 1) - ((height - 1) >> 1);
    const kx = random.integer(width - 1) - ((width - 1) >> 1);
    const phase = 2 * Math.PI * random.uniform();
    if (2 * Math.abs(ky) >= height || 2 * Math.abs(kx) >= width) continue;
    for (let i = 0; i < height * width; i++) {
      const y = Math.floor(i / width), x = i % width;
      out.re[i] += Math.cos(2 * Math.PI * (ky * y / height + kx * x / width) + phase);
    }
  }
  return out;
}

function distance(a: ComplexGrid, b: ComplexGrid): number {
  return a.re.reduce(
    (worst, v, i) => Math.max(worst, Math.hypot(v - b.re[i], a.im[i] - b.im[i])),
    0,
  );
}

Deno.test("a whole shift is a roll, and shifts add up", () => {
  const image = smoothImage(16, 21, 1), rolled = emptyComplex(16, 21);
  image.re.forEach((v, i) => {
    const y = Math.floor(i / 21), x = i % 21;
    rolled.re[((y + 3) % 16) * 21 + (x + 21 - 2) % 21] = v;
  });
  assert.ok(distance(fourierShift(image, { y: 3, x: -2 }), rolled) < 1e-11);
  const half = fourierShift(image, { y: 1.5, x: -1 });
  assert.ok(distance(half, rolled) > 0.1);
  assert.ok(distance(fourierShift(half, { y: 1.5, x: -1 }), rolled) < 1e-11);
});

for (const [height, width] of [[32, 32], [45, 38]]) {
  for (const [y, x] of [[0, 0], [4, -7], [-2.34, 5.28], [0.5, -0.26]]) {
    Deno.test(`shift (${y}, ${x}) of a ${height} x ${width} image is found and undone`, () => {
      const reference = smoothImage(height, width, 7);
      const moved = fourierShift(reference, { y: -y, x: -x });
      const found = findShift(reference, moved, 50);
      assert.ok(
        Math.abs(found.y - y) < 0.011 && Math.abs(found.x - x) < 0.011,
        JSON.stringify(found),
      );
      assert.ok(distance(fourierShift(moved, { y, x }), reference) < 1e-10);
      const whole = findShift(reference, moved, 1);
      assert.ok(Number.isInteger(whole.y) && Math.abs(whole.y - y) <= 0.5);
      assert.ok(Number.isInteger(whole.x) && Math.abs(whole.x - x) <= 0.5);
    });
  }
}
