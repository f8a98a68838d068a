/**
 * A reconstruction beside the truth.
 *
 * @module
 */
import type { NdArray } from "../array.ts";
import { percentileRange } from "../image/colors.ts";
import { type Grid, mapGrid, meanOf, polarGrids } from "../image/grid.ts";
import type { PanelItem } from "../image/panel.ts";
import { figurePng } from "./pictures.ts";

/** Truth, reconstruction and error of amplitude and phase on one sheet, with common ranges. */
export function comparisonPng(target: NdArray, prediction: NdArray): Uint8Array {
  const t = polarGrids(target), p = polarGrids(prediction);
  const factor = meanOf(t.amplitude) / meanOf(p.amplitude);
  const amplitude = mapGrid(p.amplitude, (v) => v * factor);
  const wrapped = (a: Grid, b: Grid): Grid => ({
    ...a,
    data: a.data.map((v, i) =>
      Math.abs(Math.atan2(Math.sin(v - b.data[i]), Math.cos(v - b.data[i])))
    ),
  });
  const absolute = (a: Grid, b: Grid): Grid => ({
    ...a,
    data: a.data.map((v, i) => Math.abs(v - b.data[i])),
  });
  const row = (name: string, truth: Grid, made: Grid, error: Grid, unit?: string): PanelItem[] => {
    const range = percentileRange(truth, 0.005);
    const common = unit === undefined ? {} : { unit };
    const span = { low: 0, high: (range.high - range.low) / 2 };
    return [
      { title: `${name}: truth`, grid: truth, range, map: "grey", ...common },
      { title: `${name}: reconstruction`, grid: made, range, map: "grey", ...common },
      { title: `${name}: error`, grid: error, range: span, map: "heat", ...common },
    ];
  };
  return figurePng([
    row("amplitude", t.amplitude, amplitude, absolute(t.amplitude, amplitude)),
    row("phase", t.phase, p.phase, wrapped(t.phase, p.phase), "rad"),
  ]);
}
