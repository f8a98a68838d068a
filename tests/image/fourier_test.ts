import assert from "node:assert/strict";
import { type ComplexGrid, emptyComplex, fourier2 } from "../../src/image/fourier.ts";
import { Random } from "../../src/random.ts";

function randomImage(height: number, width: number, seed: number): ComplexGrid {
  const random = new Random(seed), image = emptyComplex(height, width);
  for (let i = 0; i < height * width; i++) {
    image.re[i] = random.normal();
    image.im[i] = random.normal();
  }
  return image;
}

/** The sum of the definition, one Fourier pixel at a time. */
function definition(image: ComplexGrid, inverse: boolean): ComplexGrid {
  const { height, width } = image, out = emptyComplex(height, width);
  for (let v = 0; v < height; v++) {
    for (let u = 0; u < width; u++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const angle = (inverse ? 2 : -2) * Math.PI * (v * y / height + u * x / width);
          const c = Math.cos(angle), s = Math.sin(angle), i = y * width + x;
          out.re[v * width + u] += image.re[i] * c - image.im[i] * s;
          out.im[v * width + u] += image.re[i] * s + image.im[i] * c;
        }
      }
    }
  }
  return out;
}

function assertClose(actual: ComplexGrid, expected: ComplexGrid, tolerance: number): void {
  assert.equal(actual.re.length, expected.re.length);
  for (let i = 0; i < expected.re.length; i++) {
    const error = Math.hypot(actual.re[i] - expected.re[i], actual.im[i] - expected.im[i]);
    assert.ok(error <= tolerance, `pixel ${i} is off by ${error}`);
  }
}

for (const [height, width] of [[1, 1], [1, 2], [8, 8], [5, 7], [13, 6], [17, 16]]) {
  Deno.test(`fourier2 of ${height} x ${width} follows the definition, both ways`, () => {
    const image = randomImage(height, width, 10 * height + width), before = image.re.slice();
    assertClose(fourier2(image), definition(image, false), 1e-11);
    assertClose(fourier2(image, true), definition(image, true), 1e-11);
    assert.deepEqual(image.re, before, "the input was changed");
  });
}

Deno.test("fourier2 of a prime size comes back, with the power of the image", () => {
  const image = randomImage(211, 199, 5), count = 211 * 199;
  const there = fourier2(image), back = fourier2(there, true);
  for (let i = 0; i < count; i++) {
    back.re[i] /= count;
    back.im[i] /= count;
  }
  assertClose(back, image, 1e-12);
  const power = ({ re, im }: ComplexGrid): number =>
    re.reduce((sum, value, i) => sum + value ** 2 + im[i] ** 2, 0);
  assert.ok(Math.abs(power(there) / count / power(image) - 1) < 1e-12);
});
