/**
 * A picture of what was simulated.
 *
 * @module
 */
import { complexArray, type NdArray, toFloat32 } from "../array.ts";
import { percentileRange } from "../image/colors.ts";
import { emptyGrid, type Grid, polarGrids } from "../image/grid.ts";
import type { PanelItem } from "../image/panel.ts";
import type { SimulatedScan } from "../workflows/simulate.ts";
import { figurePng, phaseItem, phasePanel, scaleBar } from "./pictures.ts";

/** Probe modes that are shown; more are in the file. */
const MODES = 3;

/** Object with the positions, probe modes and mean pattern on one sheet, as PNG. */
export function previewPng(scan: SimulatedScan): Uint8Array {
  const { object, probe, positions } = scan.experiment, pixels = probe.N ** 2;
  const { pixel_nm } = scan.recipe;
  const bar = scaleBar(pixel_nm === null ? undefined : pixel_nm * 1e-9);
  const amplitude = (title: string, image: NdArray, map: PanelItem["map"]): PanelItem => {
    const grid = polarGrids(image).amplitude;
    return { title, grid, map, range: percentileRange(grid, 0.002), scaleBar: bar };
  };
  const shown = complexArray([object.height, object.width], object.data);
  const count = positions.length / 2;
  const modes = Array.from({ length: Math.min(probe.modes, MODES) }, (_, m): PanelItem[] => {
    const name = probe.modes === 1 ? "probe" : `probe mode ${m + 1} of ${probe.modes}`;
    const data = probe.data.slice(2 * m * pixels, 2 * (m + 1) * pixels);
    const image = complexArray([probe.N, probe.N], data), light = polarGrids(image).amplitude;
    const peak = light.data.reduce((most, v) => Math.max(most, v), 0);
    // Where there is hardly any light the phase means nothing.
    const mask = Uint8Array.from(light.data, (v) => v > 0.02 * peak ? 1 : 0);
    return [
      amplitude(`${name}: amplitude`, image, "heat"),
      phasePanel(`${name}: phase`, image, mask, bar),
    ];
  });
  const mean = meanPattern(scan);
  modes[0].push({
    title: "mean pattern: log10(1 + counts)",
    grid: mean,
    map: "heat",
    range: percentileRange(mean, 0.002),
  });
  return figurePng([
    [
      amplitude("object: amplitude", shown, "grey"),
      // The phase that was asked for, not turned to its mean.
      phaseItem("object: phase", polarGrids(shown).phase, undefined, bar),
      { ...amplitude(`${count} positions`, shown, "grey"), dots: positions },
    ],
    ...modes,
  ]);
}

/** log10 of 1 + the mean counts. */
function meanPattern(scan: SimulatedScan): Grid {
  const { N } = scan.recipe, stack = toFloat32(scan.arrays.diffraction), pixels = N * N;
  const grid = emptyGrid(N, N), count = stack.length / pixels;
  for (let i = 0; i < stack.length; i++) grid.data[i % pixels] += stack[i] ** 2 / count;
  return { ...grid, data: grid.data.map((v) => Math.log10(1 + v)) };
}
