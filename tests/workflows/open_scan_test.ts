import assert from "node:assert/strict";
import type { NdArray } from "../../src/array.ts";
import { bytesSource } from "../../src/io/source.ts";
import { writeNpz } from "../../src/io/npz.ts";
import {
  amplitudeFactor,
  parsevalFactors,
  PatternStatistics,
} from "../../src/scan/normalization.ts";
import { openScan } from "../../src/workflows/open_scan.ts";
import { validatePatterns } from "../../src/scan/dataset.ts";
import { normalizeProbeByMean } from "../../src/scan/probe.ts";
import { dataDir } from "../support/golden_path.ts";
import { goodScan } from "../scan/fake_npz.ts";

Deno.test("a written file is read back, stored and deflated, whole and by rows", async () => {
  const arrays = goodScan(30, 16);
  const text = JSON.stringify({ physics_parameters: { nphotons: 12345 } });
  const _metadata: NdArray = { shape: [], dtype: "str", data: [text] };
  for (const compress of [true, false]) {
    const bytes = await writeNpz({ ...arrays, _metadata }, { compress });
    for (const memoryLimit of [1e9, 100]) {
      const scan = await openScan(bytesSource("scan.npz", bytes), { memoryLimit });
      assert.deepEqual([scan.name, scan.count, scan.N, scan.nphotons], ["scan.npz", 30, 16, 12345]);
      const patterns = await scan.readDiffraction([29, 3, 12]);
      const all = arrays.diffraction.data as Float32Array;
      [29, 3, 12].forEach((n, i) =>
        assert.deepEqual(
          patterns.subarray(i * 256, (i + 1) * 256),
          all.subarray(n * 256, (n + 1) * 256),
        )
      );
    }
  }
});

const dir = dataDir();

Deno.test({
  name: "real scan: size, orientation and the documented factors",
  ignore: dir === undefined,
  fn: async () => {
    const bytes = await Deno.readFile(new URL("siemens_star_128.npz", dir));
    const warnings: string[] = [];
    const scan = await openScan(bytesSource("star", bytes), {
      warn: (line) => warnings.push(line),
    });
    assert.deepEqual([scan.count, scan.N, scan.probe.modes], [516, 128, 1]);
    assert.equal(scan.objectGuess, undefined);
    assert.deepEqual(scan.objectShape, [476, 473]);
    const statistics = new PatternStatistics(128);
    await validatePatterns(scan, (patterns) => statistics.add(patterns));
    assert(Math.abs(amplitudeFactor(statistics) / 0.0942387 - 1) < 1e-5);
    const { rms, physics } = parsevalFactors(statistics);
    assert(Math.abs(rms / 0.1884774 - 1) < 1e-5 && Math.abs(physics / 2.2907103e-5 - 1) < 1e-5);
    assert(Math.abs(normalizeProbeByMean(scan.probe, 4).factor / 8.145343 - 1) < 1e-5);
    assert.deepEqual(warnings, []);
    const cropped = await openScan(bytesSource("star", bytes), { cropTo: 64 });
    assert.equal(cropped.N, 64);
    assert(Math.abs(cropped.positions[7] - scan.positions[7] / 2) < 1e-12);
  },
});
