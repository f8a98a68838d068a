import assert from "node:assert/strict";
import {
  type ColorMap,
  colorOf,
  enlarge,
  paint,
  percentileRange,
  type Picture,
} from "../../src/image/colors.ts";
import { emptyGrid, type Grid } from "../../src/image/grid.ts";
import { drawText, TEXT_HEIGHT, textWidth } from "../../src/image/label.ts";
import { makeFigure } from "../../src/image/panel.ts";
import { scaleBarOf } from "../../src/image/scale_bar.ts";

/** CIE L* of an sRGB colour. */
function lightness(color: readonly number[]): number {
  const [r, g, b] = color.map((v) =>
    v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4
  );
  return 116 * Math.cbrt(0.2126 * r + 0.7152 * g + 0.0722 * b) - 16;
}

function counting(height: number, width: number): Grid {
  const grid = emptyGrid(height, width);
  grid.data.forEach((_, i) => grid.data[i] = i);
  return grid;
}

function sheet(height: number, width: number): Picture {
  return { height, width, data: new Uint8Array(3 * height * width).fill(255) };
}

const steps = Array.from({ length: 101 }, (_, i) => i / 100);

Deno.test("cyclic colours close, have one lightness, and differ", () => {
  const colors = steps.map((t) => colorOf("cyclic", t));
  colors[0].forEach((v, k) => assert.ok(Math.abs(v - colors[100][k]) < 1e-9));
  for (const color of colors) {
    assert.ok(Math.abs(lightness(color) - 70) < 0.5, `${color}`);
    assert.ok(color.every((v) => v >= 0 && v <= 255));
  }
  for (let i = 0; i < 100; i++) {
    const far = colors[(i + 50) % 100];
    assert.ok(Math.hypot(...colors[i].map((v, k) => v - far[k])) > 80);
  }
});

for (const map of ["grey", "perceptual", "heat"] as ColorMap[]) {
  Deno.test(`${map} colours grow lighter with the value, and clip`, () => {
    const values = steps.map((t) => lightness(colorOf(map, t)));
    for (let i = 1; i < values.length; i++) assert.ok(values[i] > values[i - 1], `${i}`);
    assert.deepEqual(colorOf(map, -3), colorOf(map, 0));
    assert.deepEqual(colorOf(map, 7), colorOf(map, 1));
    if (map === "perceptual") {
      steps.forEach((t, i) => assert.ok(Math.abs(values[i] - (18 + 72 * t)) < 3, `${t}`));
    }
  });
}

Deno.test("percentile range leaves out the share at each end, and what is masked or no number", () => {
  const grid = counting(1, 101);
  assert.deepEqual(percentileRange(grid, 0.05), { low: 5, high: 95 });
  assert.deepEqual(percentileRange(grid, 0, grid.data.map((v) => v < 11 ? 1 : 0)), {
    low: 0,
    high: 10,
  });
  grid.data[100] = NaN;
  assert.deepEqual(percentileRange(grid, 0), { low: 0, high: 99 });
  const flat = percentileRange(emptyGrid(3, 3), 0.1);
  assert.ok(flat.low < 0 && flat.high > 0);
  const rounded = {
    ...emptyGrid(1, 9),
    data: Float64Array.from({ length: 9 }, (_, i) => 1 + i * 1e-7),
  };
  assert.ok(percentileRange(rounded, 0).high > 1.4, "rounding is no structure");
  assert.deepEqual(percentileRange(grid, 0, new Uint8Array(101)), { low: 0, high: 1 });
});

Deno.test("painted pixels: range ends, masked, no number, enlarged", () => {
  const grid: Grid = { height: 1, width: 5, data: Float64Array.of(-2, 3, 0.5, 9, NaN) };
  const picture = paint(grid, { low: -2, high: 3 }, "grey", [1, 1, 1, 0, 1]);
  const red = [0, 1, 2, 3, 4].map((i) => picture.data[3 * i]);
  assert.deepEqual(red, [0, 255, 128, 40, 40]);
  const big = enlarge(picture, 3);
  assert.deepEqual([big.height, big.width, big.data.length], [3, 15, 135]);
  for (let y = 0; y < 3; y++) {
    for (let x = 0; x < 15; x++) assert.equal(big.data[3 * (y * 15 + x)], red[Math.floor(x / 3)]);
  }
});

Deno.test("text is as wide as said, every sign has its own dots, what lies outside is cut", () => {
  const signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-+/%:()" +
    "abcdefghijklmnopqrstuvwxyz_,;=<>[]'^*#&!?@~|µπ×日";
  const seen = new Set<string>();
  for (const sign of signs) {
    const picture = sheet(TEXT_HEIGHT, textWidth(sign));
    drawText(picture, sign, 0, 0);
    seen.add(picture.data.join());
  }
  assert.equal(seen.size, signs.length);
  const text = "phase -1.5", picture = sheet(TEXT_HEIGHT + 4, textWidth(text) + 10);
  drawText(picture, text, 3, 2);
  picture.data.forEach((v, i) => {
    const at = Math.floor(i / 3), y = Math.floor(at / picture.width), x = at % picture.width;
    const inside = y >= 2 && y < 2 + TEXT_HEIGHT && x >= 3 && x < 3 + textWidth(text);
    assert.ok(inside || v === 255);
  });
  const small = sheet(4, 4);
  drawText(small, "HH", -3, -2);
  assert.equal(small.data.length, 48);
  assert.ok(small.data.some((v) => v < 255));
});

Deno.test("a figure holds every image, title and colour bar", () => {
  const range = { low: 0, high: 1199 }, grid = counting(30, 40);
  const item = (title: string) => ({ title, grid, range, map: "grey" as const, unit: "rad" });
  const one = makeFigure([[item("a")]]), two = makeFigure([[item("a"), item("b")], [item("c")]]);
  assert.equal(one.data.length, 3 * one.width * one.height);
  assert.equal(two.width - 12, 2 * (one.width - 12));
  assert.equal(two.height - 12, 2 * (one.height - 12));
  // The image is enlarged four times below its title, its last pixel is white, its first black.
  const at = (picture: Picture, y: number, x: number): number =>
    picture.data[3 * (y * picture.width + x)];
  assert.equal(at(one, 26, 12), 0);
  assert.equal(at(one, 26 + 119, 12 + 159), 255);
  assert.equal(at(one, 26, 12 + 3), at(one, 26 + 3, 12));
  // The bar runs from the largest value at the top to the smallest at the bottom.
  assert.equal(at(one, 26, 12 + 160 + 4), 255);
  assert.equal(at(one, 26 + 119, 12 + 160 + 4), 0);
  assert.notDeepEqual(one.data, makeFigure([[item("b")]]).data);
});

Deno.test("a long title over a small image stays on the sheet and off its neighbour", () => {
  const grid = counting(2, 2), range = { low: 0, high: 3 }, map = "perceptual" as const;
  const title = "reconstruction: amplitude, sharpened";
  const figure = makeFigure([[{ title, grid, range, map }, { title: "b", grid, range, map }]]);
  assert.ok(figure.width >= 12 + textWidth(title) + 12 + 8 + 64 + 12);
});

Deno.test("scale bars are round, at most a third of the picture, in px, nm or µm", () => {
  assert.deepEqual(scaleBarOf(100), { pixels: 20, text: "20 px" });
  assert.deepEqual(scaleBarOf(151), { pixels: 50, text: "50 px" });
  assert.deepEqual(scaleBarOf(100, 12), { pixels: 200 / 12, text: "200 nm" });
  assert.deepEqual(scaleBarOf(300, 20), { pixels: 100, text: "2 µm" });
  for (const width of [7, 33, 64, 500]) {
    for (const nm of [undefined, 0.05, 3.7, 90]) {
      const { pixels } = scaleBarOf(width, nm);
      assert.ok(pixels <= width / 3 + 1e-9 && pixels > width / 8.4, `${width} ${nm} ${pixels}`);
    }
  }
});

Deno.test("a scale bar and dots are drawn where they belong", () => {
  const grid = emptyGrid(60, 90), range = { low: 0, high: 1 }, map = "grey" as const;
  const plain = makeFigure([[{ title: "a", grid, range, map }]]);
  const marked = makeFigure([[{ title: "a", grid, range, map, scaleBar: {}, dots: [10, 70] }]]);
  // Enlarged three times: 20 px are 60 white ones, 9 above the lower edge.
  const at = (picture: Picture, y: number, x: number): number[] => [
    ...picture.data.slice(3 * (y * picture.width + x), 3 * (y * picture.width + x) + 3),
  ];
  const bar = 26 + 180 - 9;
  for (let x = 0; x < 60; x++) assert.deepEqual(at(marked, bar, 12 + 6 + x), [255, 255, 255]);
  assert.deepEqual(at(marked, bar, 12 + 6 + 60), [0, 0, 0]);
  assert.deepEqual(at(marked, 26 + 32, 12 + 212), [214, 39, 40]);
  const differing = plain.data.filter((v, i) => v !== marked.data[i]).length;
  assert.ok(differing > 300 && differing < 3 * 62 * 20, `${differing}`);
});
