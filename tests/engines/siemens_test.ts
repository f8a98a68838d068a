import assert from "node:assert/strict";
import { createEngine } from "../../src/engines/create.ts";
import { defaultSettings } from "../../src/engines/settings.ts";
import { toSpectrumOrder } from "../../src/engines/spectrum.ts";
import { EngineState, placeScan } from "../../src/engines/state.ts";
import { openScan } from "../../src/workflows/open_scan.ts";
import { bytesSource } from "../../src/io/source.ts";
import { dataDir } from "../support/golden_path.ts";
import { withGpu } from "../support/device.ts";

Deno.test("measured data: rows and columns are not exchanged, the error falls as it should", async () => {
  const dir = dataDir();
  if (dir === undefined) return;
  const bytes = await Deno.readFile(new URL("siemens_star_128.npz", dir));
  const scan = await openScan(bytesSource("siemens star", bytes));
  // The patterns around the middle of the scan.
  const { N: size, positions } = scan;
  let y = 0, x = 0;
  for (let i = 0; i < scan.count; i++) {
    y += positions[2 * i] / scan.count;
    x += positions[2 * i + 1] / scan.count;
  }
  const distance = (i: number): number =>
    Math.hypot(positions[2 * i] - y, positions[2 * i + 1] - x);
  const chosen = Array.from({ length: scan.count }, (_, i) => i)
    .sort((a, b) => distance(a) - distance(b)).slice(0, 60);
  const patterns = await scan.readDiffraction(chosen);
  const power = patterns.reduce((sum, v) => sum + v * v, 0) / chosen.length;
  const own = scan.probe.data.reduce((sum, v) => sum + v * v, 0);
  const probe = scan.probe.data.map((v) => v * Math.sqrt(power / own));
  await withGpu(async (gpu) => {
    const run = async (swapped: boolean): Promise<number> => {
      const places = new Float64Array(2 * chosen.length);
      chosen.forEach((p, i) => {
        const at = [positions[2 * p], positions[2 * p + 1]];
        places.set(swapped ? [at[1], at[0]] : at, 2 * i);
      });
      const placement = placeScan(places, size), { rows, columns } = placement;
      using state = new EngineState(
        gpu,
        { patterns: chosen.length, size, modes: 1, rows, columns },
        placement,
        {
          object: Float32Array.from({ length: 2 * rows * columns }, (_, i) => 1 - i % 2),
          probe,
          measured: toSpectrumOrder(patterns, size),
          positions: places,
        },
      );
      using engine = createEngine(state, defaultSettings("epie"));
      let error = 1;
      for (let epoch = 0; epoch < 5; epoch++) error = (await engine.sweep(epoch)).error;
      return error;
    };
    const right = await run(false), wrong = await run(true);
    assert.ok(right < 0.05 && wrong > 1.3 * right, `as measured ${right}, exchanged ${wrong}`);
  });
});
