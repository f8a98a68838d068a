import assert from "node:assert/strict";
import { complexArray, realArray } from "../../src/array.ts";
import { writeNpz } from "../../src/io/npz.ts";
import { parseNumbers } from "../../src/report/csv.ts";
import { durationText, escapeHtml, numberText } from "../../src/report/html.ts";
import { reportPage } from "../../src/report/page.ts";
import { isRun, readContents, type RunFolder } from "../../src/report/run_contents.ts";
import { configRows, factsOf } from "../../src/report/sections.ts";
import { engineRun, evaluationRun, trainingRun } from "./sample_runs.ts";

Deno.test("the page of a training run shows pictures, curves, configuration and warnings", async () => {
  const page = reportPage([await readContents(await trainingRun("night <1>"))]);
  assert.match(page, /^<!DOCTYPE html>/);
  assert.ok(page.includes("Report: night &lt;1&gt;") && !page.includes("night <1>"));
  for (const title of ["Object", "Overview", "Curves", "Probe", "Configuration", "Warnings"]) {
    assert.ok(page.includes(`<h2>${title}</h2>`), title);
  }
  for (const chart of ["Loss", "Learning rate", "Health"]) {
    assert.ok(page.includes(`>${chart}</text>`));
  }
  // Amplitude, phase, both with its wheel; probe with its wheel.
  assert.equal(page.match(/<image href="data:image\/png;base64,/g)?.length, 6);
  assert.ok(page.includes("20 px</text>"));
  assert.ok(page.includes("<b>n_filters_scale</b>") && page.includes(">flag</td>"));
  assert.ok(page.includes("<li>energy is off</li>"));
});

Deno.test("a page loads nothing from anywhere and is the same every time", async () => {
  const runs = [await readContents(await trainingRun("a")), await readContents(engineRun("b"))];
  const page = reportPage(runs);
  assert.equal(reportPage(runs), page);
  assert.ok(page.includes("default-src 'none'"));
  const addresses = [...page.matchAll(/(?:href|src)="([^"]{0,30})/g)].map((m) => m[1]);
  assert.ok(addresses.length > 5);
  assert.deepEqual(addresses.filter((address) => !address.startsWith("data:image/png")), []);
  assert.ok(!/<script|@import|url\((?!#)/.test(page));
});

Deno.test("several runs share charts and stand side by side in the tables", async () => {
  const runs = await Promise.all([
    trainingRun("first"),
    trainingRun("second"),
    engineRun("engine"),
    evaluationRun("judged"),
  ].map(async (folder) => readContents(await folder)));
  const page = reportPage(runs, { title: "Four runs", pixelSize: 40 });
  assert.ok(page.includes("<h1>Four runs</h1>"));
  assert.equal(page.match(/>Loss<\/text>/g)?.length, 1);
  for (const text of ["first", "second: validation", "phase", "half bit"]) {
    assert.ok(page.includes(`>${text}</text>`), text);
  }
  assert.ok(page.includes(">Error</text>") && page.includes(">Fourier ring correlation</text>"));
  assert.ok(page.includes("1 µm</text>"), "scale bars in nm");
  assert.match(
    page,
    /<h3>judged<\/h3><table class="scores"><thead><tr><th><\/th><th>amplitude<\/th>/,
  );
  assert.match(page, /<td>SSIM<\/td><td class="n">0.91<\/td><td class="n">0.82<\/td>/);
});

Deno.test("facts come from whatever a folder holds", async () => {
  const training = factsOf(await readContents(await trainingRun("a")));
  assert.equal(training.get("data"), "scan.npz");
  assert.equal(training.get("patterns"), "484");
  assert.equal(training.get("epochs"), "3");
  assert.equal(training.get("time of train"), "1 min 5 s");
  assert.equal(training.get("adapter"), "llvmpipe (software)");
  const engine = factsOf(await readContents(engineRun("b")));
  assert.equal(engine.get("iterations"), "30");
  assert.ok(!engine.has("epochs"));
});

Deno.test("the configuration lists stated values first, with their source", () => {
  const audit = [
    { field: "N", value: 64, source: "default" },
    { field: "nepochs", value: 3, source: "flag" },
    { field: "backend", value: "webgpu", source: "fixed" },
  ];
  assert.deepEqual(configRows({ audit }), [
    ["<b>nepochs</b>", "3", "flag"],
    ["N", "64", "default"],
  ]);
  assert.deepEqual(configRows({ config: { model: { N: 64 }, training: { seed: null } } }), [
    ["N", "64", ""],
    ["seed", "none", ""],
  ]);
});

Deno.test("broken files become warnings, other folders are no runs", async () => {
  const broken: RunFolder = {
    name: "x",
    files: new Map([
      ["run.json", new TextEncoder().encode("{")],
      ["reconstruction.npz", new TextEncoder().encode("no zip")],
      ["metrics.csv", new TextEncoder().encode("epoch,train_loss\n1,2\n2,nan\n")],
    ]),
  };
  const contents = await readContents(broken);
  assert.equal(contents.warnings.length, 2);
  assert.ok(isRun(contents));
  assert.ok(reportPage([contents]).includes("run.json is no JSON file"));
  assert.ok(!isRun(await readContents({ name: "y", files: new Map() })));
  const flat = await writeNpz({ object: realArray([2, 2], new Float32Array(4)) });
  const real = await readContents({ name: "z", files: new Map([["reconstruction.npz", flat]]) });
  assert.match(real.warnings[0], /no \(H, W\) complex object/);
});

Deno.test("large objects are binned, uncovered margins cut off", async () => {
  const side = 1500, data = new Float32Array(2 * side * side);
  for (let i = 0; i < data.length; i += 2) data[i] = 1;
  const object = await writeNpz({ object: complexArray([side, side], data) });
  const contents = await readContents({
    name: "big",
    files: new Map([["reconstruction.npz", object]]),
  });
  assert.ok(reportPage([contents]).length < 2e5);
});

Deno.test("numbers, times and text are written for people", () => {
  assert.deepEqual([0.25, 1e-5, 123456, 2.34567891, NaN].map(numberText), [
    "0.25",
    "1.000e-5",
    "123456",
    "2.3457",
    "NaN",
  ]);
  assert.deepEqual([3.21, 75, 7322].map(durationText), ["3.2 s", "1 min 15 s", "2 h 2 min"]);
  assert.equal(escapeHtml('<a b="&">'), "&lt;a b=&quot;&amp;&quot;&gt;");
  const table = parseNumbers('epoch,"loss"\r\n1,0.5\r\n2,\r\n');
  assert.deepEqual(table?.names, ["epoch", "loss"]);
  assert.deepEqual([...table!.columns.loss], [0.5, NaN]);
  assert.equal(parseNumbers("epoch,loss\n"), undefined);
});
