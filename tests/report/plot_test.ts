import assert from "node:assert/strict";
import { lineChartSvg, shortNumber } from "../../src/report/plot.ts";

const x = [1, 2, 3, 4];
const chart = {
  title: "Loss & rate",
  xLabel: "epoch",
  yLabel: "loss",
  curves: [{ name: "training", x, y: [8, 4, 2, 1] }],
};

Deno.test("a chart shows title, axes, legend and one path a curve", () => {
  const svg = lineChartSvg({
    ...chart,
    curves: [...chart.curves, { name: "validation", x, y: [9, 5, 3, 2], dashed: true }],
  }, { width: 400, height: 200 });
  assert.match(svg, /^<svg width="400" height="200"/);
  for (const text of ["Loss &amp; rate", "epoch", "loss", "training", "validation"]) {
    assert.ok(svg.includes(`>${text}</text>`), text);
  }
  assert.match(svg, /stroke="#1f5fa8"/);
  assert.match(svg, /stroke="#d2691e"[^>]*stroke-dasharray/);
  assert.ok(!svg.includes("NaN"));
});

Deno.test("a chart depends on its data only, and two charts share no ids", () => {
  const first = lineChartSvg(chart), second = lineChartSvg({ ...chart, logY: true });
  assert.equal(lineChartSvg(chart), first);
  const ids = (svg: string): string[] => [...svg.matchAll(/id="([^"]+)"/g)].map((m) => m[1]);
  assert.ok(ids(first).length > 0);
  assert.deepEqual(ids(first).filter((id) => ids(second).includes(id)), []);
});

Deno.test("a log axis has decades and leaves out what it cannot show", () => {
  const y = [1e4, 0, 100, 1];
  const svg = lineChartSvg({ ...chart, logY: true, curves: [{ name: "a", x, y }] });
  for (const label of ["1", "10", "100", "1000", "10000"]) {
    assert.ok(svg.includes(`>${label}</text>`), label);
  }
  assert.ok(!/Infinity|NaN/.test(svg));
});

Deno.test("a band is a filled shape around the line; marks carry their text", () => {
  const curves = [{
    name: "a",
    x,
    y: [1, 2, 3, 4],
    band: { low: [0, 1, 2, 3], high: [2, 3, 4, 5] },
  }];
  const svg = lineChartSvg({ ...chart, curves, marks: [{ x: 2, text: "here" }] });
  assert.match(svg, /fill="#1f5fa8"[^>]*opacity="0.18"/);
  assert.ok(svg.includes(">here</text>"));
});

Deno.test("axis numbers are short", () => {
  assert.deepEqual([0, 1e6, 0.25, 12000, 2.5e-5, -3].map(shortNumber), [
    "0",
    "1e6",
    "0.25",
    "12000",
    "2.5e-5",
    "-3",
  ]);
});
