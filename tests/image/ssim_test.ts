import assert from "node:assert/strict";
import { emptyGrid, type Grid, mapGrid } from "../../src/image/grid.ts";
import { blurGrid, multiScaleSsim, ssim } from "../../src/image/ssim.ts";
import { Random } from "../../src/random.ts";

function noise(height: number, width: number, seed: number): Grid {
  const random = new Random(seed), grid = emptyGrid(height, width);
  for (let i = 0; i < grid.data.length; i++) grid.data[i] = random.uniform();
  return grid;
}

/** Window by window, with means and covariances of their textbook definitions. */
function naiveSsim(a: Grid, b: Grid, range: number): number {
  let total = 0, windows = 0;
  for (let top = 0; top + 7 <= a.height; top++) {
    for (let left = 0; left + 7 <= a.width; left++) {
      const p: number[] = [], q: number[] = [];
      for (let k = 0; k < 49; k++) {
        const i = (top + Math.floor(k / 7)) * a.width + left + k % 7;
        p.push(a.data[i]);
        q.push(b.data[i]);
      }
      const mean = (v: number[]): number => v.reduce((s, x) => s + x, 0) / 49;
      const mp = mean(p), mq = mean(q);
      const covariance = (u: number[], mu: number, v: number[], mv: number): number =>
        u.reduce((s, x, k) => s + (x - mu) * (v[k] - mv), 0) / 48;
      const c1 = (0.01 * range) ** 2, c2 = (0.03 * range) ** 2;
      total += (2 * mp * mq + c1) * (2 * covariance(p, mp, q, mq) + c2) /
        ((mp ** 2 + mq ** 2 + c1) * (covariance(p, mp, p, mp) + covariance(q, mq, q, mq) + c2));
      windows++;
    }
  }
  return total / windows;
}

for (const [height, width] of [[7, 7], [11, 18], [40, 33]]) {
  Deno.test(`SSIM of ${height} x ${width} random images follows the definition`, () => {
    const a = noise(height, width, 1), other = noise(height, width, 2);
    const b: Grid = { ...a, data: a.data.map((v, i) => 0.7 * v + 0.3 * other.data[i]) };
    const expected = naiveSsim(a, b, 1.3);
    assert.ok(expected > 0.3 && expected < 0.99);
    assert.ok(Math.abs(ssim(a, b, 1.3) - expected) < 1e-12);
  });
}

Deno.test("SSIM of equal images is 1, of a mirrored contrast negative, of noise about 0", () => {
  const a = noise(32, 32, 3);
  assert.ok(Math.abs(ssim(a, a, 1) - 1) < 1e-12);
  assert.ok(Math.abs(multiScaleSsim(a, a) - 1) < 1e-12);
  assert.ok(ssim(a, mapGrid(a, (v) => 1 - v), 1) < -0.9);
  assert.ok(Math.abs(ssim(a, noise(32, 32, 4), 1)) < 0.1);
  const flat = mapGrid(a, () => 1);
  assert.equal(ssim(flat, flat, 0), 1);
});

Deno.test("multi-scale SSIM of an image that fits one level is its weighted SSIM", () => {
  const a = noise(12, 13, 5), b = noise(12, 13, 6), mix = { ...a };
  mix.data = a.data.map((v, i) => (v + b.data[i]) / 2);
  const spread = (g: Grid): number => Math.max(...g.data) - Math.min(...g.data);
  const range = Math.max(spread(a), spread(mix));
  assert.ok(Math.abs(multiScaleSsim(a, mix) - ssim(a, mix, range) ** 0.0448) < 1e-12);
});

Deno.test("blur keeps constants and the sum, and spreads a point to its standard deviation", () => {
  const flat = blurGrid(mapGrid(emptyGrid(5, 9), () => 2), 1);
  assert.ok(flat.data.every((v) => Math.abs(v - 2) < 1e-14));
  const point = emptyGrid(31, 33);
  point.data[15 * 33 + 16] = 1;
  const blurred = blurGrid(point, 1.5);
  let sum = 0, yy = 0, xx = 0;
  blurred.data.forEach((v, i) => {
    sum += v;
    yy += v * (Math.floor(i / 33) - 15) ** 2;
    xx += v * (i % 33 - 16) ** 2;
  });
  assert.ok(Math.abs(sum - 1) < 1e-14);
  assert.ok(Math.abs(Math.sqrt(yy) - 1.5) < 2e-3 && Math.abs(Math.sqrt(xx) - 1.5) < 2e-3);
});
