import assert from "node:assert/strict";
import type { NdArray } from "../../src/array.ts";
import type { DeclaredKind } from "../../src/inspection/check_stack.ts";
import { inspectScan } from "../../src/inspection/inspect.ts";
import type { Inspection } from "../../src/inspection/inspection.ts";
import { FakeNpz } from "../scan/fake_npz.ts";
import { changed, patternsLast, rolled, scaledAxis, simulatedScan } from "./simulated.ts";

const good = simulatedScan();

async function look(
  change: Record<string, NdArray | undefined> = {},
  declared: DeclaredKind = "auto",
): Promise<Inspection> {
  const arrays = Object.fromEntries(
    Object.entries({ ...good, ...change }).filter((entry): entry is [string, NdArray] =>
      entry[1] !== undefined
    ),
  );
  const text = arrays._metadata?.data[0];
  return await inspectScan(new FakeNpz(arrays), {
    declared,
    ...(text === undefined ? {} : { metadata: JSON.parse(String(text)) }),
  });
}

const names = ({ summary }: Inspection): string[] => summary.findings.map((f) => f.id);

Deno.test("a good scan raises no alarm and its figures are right", async () => {
  const made = await look(), { patterns, positions, probe, suggestions } = made.summary;
  assert.deepEqual(made.summary.findings, []);
  assert.ok(made.summary.ready);
  assert.ok(patterns !== null && positions !== null && probe !== null);
  assert.deepEqual([patterns.patterns, patterns.height, patterns.width], [16, 64, 64]);
  const values = good.diffraction.data as Float32Array;
  const counts = values.reduce((sum, v) => sum + v * v, 0);
  assert.ok(Math.abs(patterns.mean_counts / (counts / 16) - 1) < 1e-6);
  assert.ok(Math.abs(patterns.max_counts - Math.max(...values) ** 2) < 1e-6 * patterns.max_counts);
  assert.equal(patterns.dark_fraction, values.filter((v) => v === 0).length / values.length);
  assert.equal(patterns.kind, "amplitude");
  assert.equal(patterns.zero_frequency, "centre");
  assert.equal(positions.count, 16);
  assert.ok(positions.overlap !== null && Math.abs(positions.overlap - 0.8) < 0.1);
  assert.deepEqual([suggestions.N, suggestions.gridsize, suggestions.groups], [64, 2, 16]);
});

Deno.test("intensities instead of amplitudes are named, and amplitudes declared as counts", async () => {
  const squared = await look({ diffraction: changed(good.diffraction, (v) => v * v) });
  assert.deepEqual(names(squared), ["intensity_not_amplitude"]);
  assert.match(squared.summary.findings[0].remedy, /--diffraction-kind counts/);
  assert.deepEqual(squared.summary.suggestions.flags[0], "--diffraction-kind counts");
  const scaled = await look({ diffraction: changed(good.diffraction, (v) => 0.00317 * v * v) });
  assert.deepEqual(names(scaled), ["intensity_not_amplitude"]);
  assert.deepEqual(names(await look({}, "counts")), ["amplitude_not_intensity"]);
  const counts = { diffraction: changed(good.diffraction, (v) => Math.round(v * v)) };
  assert.deepEqual(names(await look(counts, "counts")), []);
});

Deno.test("a zero frequency at the corner is named, on both axes or one", async () => {
  const corner = await look({ diffraction: rolled(good.diffraction, 32, 32) });
  assert.deepEqual(names(corner), ["zero_frequency_at_corner"]);
  assert.match(corner.summary.findings[0].remedy, /fftshift\(diffraction, axes=\(1, 2\)\)/);
  const rows = await look({ diffraction: rolled(good.diffraction, 32, 0) });
  assert.deepEqual(names(rows), ["zero_frequency_at_corner"]);
  assert.match(rows.summary.findings[0].remedy, /axes=1\)/);
});

Deno.test("swapped axes of the stack are named, also where the shape hides them", async () => {
  const last = await look({ diffraction: patternsLast(good.diffraction) });
  assert.deepEqual(names(last), ["swapped_axes"]);
  assert.equal(last.summary.patterns?.patterns, 16);
  assert.ok(last.summary.ready, "train reads it");
  const cube = simulatedScan({ count: 64 });
  assert.deepEqual(names(await look(cube)), []);
  const hidden = await look({ ...cube, diffraction: patternsLast(cube.diffraction) });
  assert.deepEqual(names(hidden), ["swapped_axes"]);
  assert.ok(!hidden.summary.ready, "train would read it wrongly");
});

Deno.test("exchanged and reversed coordinates and turned patterns are named", async () => {
  const exchanged = await look({ xcoords: good.ycoords, ycoords: good.xcoords });
  assert.deepEqual(names(exchanged), ["swapped_coordinates"]);
  assert.equal(exchanged.summary.findings[0].remedy, "exchange xcoords and ycoords");
  const side = good.objectGuess.shape[0];
  const up = (array: NdArray): NdArray => ({
    ...array,
    data: (array.data as Float64Array).map((v) => side - v),
  });
  const reversed = await look({ ycoords: up(good.ycoords) });
  assert.deepEqual(names(reversed), ["reversed_coordinates"]);
  assert.equal(reversed.summary.findings[0].remedy, "change the sign of ycoords");
  const data = good.diffraction.data as Float32Array;
  const turned = changed(good.diffraction, (_, n, y, x) => data[(n * 64 + x) * 64 + y]);
  assert.deepEqual(names(await look({ diffraction: turned })), ["patterns_turned"]);
});

Deno.test("positions in metres, in micrometres and too far apart are named", async () => {
  const scan = (factor: number): Promise<Inspection> =>
    look({
      xcoords: scaledAxis(good.xcoords, factor),
      ycoords: scaledAxis(good.ycoords, factor),
      objectGuess: undefined,
    });
  assert.deepEqual(names(await scan(8e-9)), ["positions_in_metres"]);
  assert.deepEqual(names(await scan(8e-3)), ["positions_in_metres"]);
  assert.deepEqual(names(await scan(0.1)), ["positions_scale"]);
  assert.ok(names(await scan(20)).includes("no_overlap"));
  assert.equal((await scan(8e-9)).summary.positions?.overlap, null);
});

Deno.test("a missing or wrong photon count is named", async () => {
  const missing = await look({ _metadata: undefined });
  assert.deepEqual(names(missing), ["photon_count_missing"]);
  assert.match(missing.summary.findings[0].message, /counts in the mean, which is used/);
  const scaled = await look({
    _metadata: undefined,
    diffraction: changed(good.diffraction, (v) => 0.0173 * v),
  });
  assert.deepEqual(names(scaled), ["photon_count_missing"]);
  assert.match(scaled.summary.findings[0].remedy, /--nphotons 99\d\d\d|--nphotons 100\d\d\d/);
  const wrong = { shape: [], dtype: "str", data: ['{"physics_parameters":{"nphotons":1e9}}'] };
  assert.deepEqual(names(await look({ _metadata: wrong as NdArray })), ["photon_count_differs"]);
});

Deno.test("hot and dead pixels are found, and nothing else becomes an alarm", async () => {
  const spoiled = changed(
    good.diffraction,
    (v, n, y, x) =>
      y === 7 && x === 50
        ? 300
        : y === 50 && x === 9 && n % 3 === 0
        ? 90
        : y === 32 && x === 35
        ? 0
        : v,
  );
  const { summary, views } = await look({ diffraction: spoiled });
  assert.deepEqual(summary.findings.map((f) => f.id), ["mask_needed"]);
  assert.deepEqual(summary.patterns?.hot_pixels, [[7, 50], [50, 9]]);
  assert.deepEqual(summary.patterns?.dead_pixels, [[32, 35]]);
  assert.equal(views.mask?.filter((v) => v === 0).length, 3);
  assert.equal(views.mask?.[7 * 64 + 50], 0);
  const stuck = changed(good.diffraction, (v, _, y, x) => y === 34 && x === 33 ? 40 : v);
  assert.deepEqual((await look({ diffraction: stuck })).summary.patterns?.hot_pixels, [[34, 33]]);
});

Deno.test("a cut-off detector is named", async () => {
  const top = Math.sqrt(400);
  const { summary } = await look({
    diffraction: changed(good.diffraction, (v) => Math.min(v, top)),
  });
  assert.deepEqual(summary.findings.map((f) => f.id), ["saturated"]);
  assert.ok(summary.patterns!.saturated_values > 8);
});
