/**
 * A picture of what was simulated.
 *
 * @module
 */
import { complexArray, toFloat32 } from "../array.ts";
import { percentileRange, type ValueRange } from "../image/colors.ts";
import { emptyGrid, type Grid, polarGrids } from "../image/grid.ts";
import type { PanelItem } from "../image/panel.ts";
import type { SimulatedScan } from "../workflows/simulate.ts";
import { figurePng } from "./pictures.ts";

/** Object, first probe mode, mean pattern and positions on one sheet, as PNG. */
export function previewPng(scan: SimulatedScan): Uint8Array {
  const { object, probe } = scan.experiment, pixels = probe.N ** 2;
  const shown = polarGrids(complexArray([object.height, object.width], object.data));
  const light = polarGrids(complexArray([probe.N, probe.N], probe.data.slice(0, 2 * pixels)));
  const circle: ValueRange = { low: -Math.PI, high: Math.PI };
  const item = (
    title: string,
    grid: Grid,
    map: PanelItem["map"],
    range?: ValueRange,
  ): PanelItem => ({
    title,
    grid,
    map,
    range: range ?? percentileRange(grid, 0.002),
    ...(range === circle ? { unit: "rad" } : {}),
  });
  const mean = meanPattern(scan);
  return figurePng([
    [
      item("object amplitude", shown.amplitude, "grey"),
      item("object phase", shown.phase, "cyclic", circle),
      item("positions", positionsGrid(scan), "grey", { low: 0, high: 1 }),
    ],
    [
      item("probe amplitude", light.amplitude, "heat"),
      item("probe phase", light.phase, "cyclic", circle),
      item("mean counts, log10", mean, "heat"),
    ],
  ]);
}

/** log10 of 1 + the mean counts. */
function meanPattern(scan: SimulatedScan): Grid {
  const { N } = scan.recipe, stack = toFloat32(scan.arrays.diffraction), pixels = N * N;
  const grid = emptyGrid(N, N), count = stack.length / pixels;
  for (let i = 0; i < stack.length; i++) grid.data[i % pixels] += stack[i] ** 2 / count;
  return { ...grid, data: grid.data.map((v) => Math.log10(1 + v)) };
}

/** A dot for every position on the object. */
function positionsGrid(scan: SimulatedScan): Grid {
  const { object: { height, width }, positions } = scan.experiment;
  const grid = emptyGrid(height, width);
  for (let i = 0; i < positions.length; i += 2) {
    for (const dy of [0, 1]) {
      for (const dx of [0, 1]) {
        const y = Math.floor(positions[i]) + dy, x = Math.floor(positions[i + 1]) + dx;
        if (y < height && x < width) grid.data[y * width + x] = 1;
      }
    }
  }
  return grid;
}
