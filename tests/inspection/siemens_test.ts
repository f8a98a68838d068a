import assert from "node:assert/strict";
import type { NdArray } from "../../src/array.ts";
import { inspectScan } from "../../src/inspection/inspect.ts";
import { openNpz } from "../../src/io/npz.ts";
import { bytesSource } from "../../src/io/source.ts";
import { FakeNpz } from "../scan/fake_npz.ts";
import { dataDir } from "../support/golden_path.ts";
import { changed, patternsLast, rolled, scaledAxis } from "./simulated.ts";

Deno.test("six broken variants of real data are named, each by its own finding", async () => {
  const data = dataDir();
  if (data === undefined) return;
  const bytes = await Deno.readFile(new URL("siemens_star_128.npz", data));
  const npz = await openNpz(bytesSource("siemens", bytes));
  const good: Record<string, NdArray> = {};
  for (const key of ["diffraction", "xcoords", "ycoords", "probeGuess"]) {
    good[key] = await npz.read(key);
  }
  const { diffraction, xcoords, ycoords } = good;
  const variants: readonly (readonly [string, Record<string, NdArray>])[] = [
    ["intensity_not_amplitude", { diffraction: changed(diffraction, (v) => v * v) }],
    ["zero_frequency_at_corner", { diffraction: rolled(diffraction, 64, 64) }],
    ["swapped_axes", { diffraction: patternsLast(diffraction) }],
    ["swapped_coordinates", { xcoords: ycoords, ycoords: xcoords }],
    ["positions_in_metres", {
      xcoords: scaledAxis(xcoords, 1e-8),
      ycoords: scaledAxis(ycoords, 1e-8),
    }],
    ["mask_needed", {
      diffraction: changed(diffraction, (v, _, y, x) => y === 20 && x === 100 ? 90 : v),
    }],
  ];
  for (const [id, change] of variants) {
    const { summary } = await inspectScan(new FakeNpz({ ...good, ...change }));
    // The file says nothing about photons, in every variant.
    const found = summary.findings.map((finding) => finding.id);
    assert.deepEqual(found, [id, "photon_count_missing"], id);
  }
});
