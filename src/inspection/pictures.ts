/**
 * Pictures of an inspection, as PNG files.
 *
 * @module
 */
import { complexArray } from "../array.ts";
import { percentileRange } from "../image/colors.ts";
import { type Grid, mapGrid, polarGrids, rangeOf } from "../image/grid.ts";
import { makeFigure, type PanelItem } from "../image/panel.ts";
import { encodePng } from "../io/png.ts";
import type { ComplexImage } from "../scan/resize.ts";
import type { Views } from "./inspection.ts";
import { positionsPicture } from "./positions_picture.ts";

/**
 * PNG files by name, of all views there are.
 *
 * @param diameter Diameter of the probe, px.
 * @param pixelSize Side of an object pixel, m: scale bars count pixels without it.
 */
export function inspectionPictures(
  views: Views,
  diameter?: number,
  pixelSize?: number,
): Record<string, Uint8Array> {
  const out: Record<string, Uint8Array> = {};
  const bar = pixelSize === undefined ? {} : { pixelNm: pixelSize * 1e9 };
  if (views.meanPattern !== undefined) {
    out["pattern.png"] = figure([patternPanels(views.meanPattern, views.mask)]);
  }
  if (views.probe !== undefined) {
    const { N, modes, data } = views.probe;
    // Three modes show what there is; more are in the file.
    out["probe.png"] = figure(
      Array.from({ length: Math.min(modes, 3) }, (_, m) => {
        const image = {
          height: N,
          width: N,
          data: data.subarray(2 * m * N * N, 2 * (m + 1) * N * N),
        };
        return complexPanels(modes === 1 ? "probe" : `mode ${m + 1}`, image, bar);
      }),
    );
  }
  if (views.object !== undefined) {
    out["object.png"] = figure([complexPanels("object", views.object, bar)]);
  }
  if (views.quickLook !== undefined) {
    out["quick_look.png"] = figure([complexPanels("quick look", views.quickLook, bar)]);
  }
  if (views.positions !== undefined && views.positions.some(Number.isFinite)) {
    const { data, width, height } = positionsPicture(views.positions, diameter);
    out["positions.png"] = encodePng(data, width, height);
  }
  return out;
}

function figure(rows: readonly (readonly PanelItem[])[]): Uint8Array {
  const { data, width, height } = makeFigure(rows);
  return encodePng(data, width, height);
}

/** Mean pattern on a logarithmic scale over at most six decades, and the mask if there is one. */
function patternPanels(mean: Grid, mask: Uint8Array | undefined): PanelItem[] {
  const top = rangeOf(mean).high;
  let low = top;
  for (const value of mean.data) if (value > 0) low = Math.min(low, value);
  low = Math.max(low, top * 1e-6);
  const log = mapGrid(mean, (value) => Math.log10(Math.max(value, low)));
  const range = { low: Math.log10(low), high: Math.max(Math.log10(top), Math.log10(low) + 1e-6) };
  const panels: PanelItem[] = [
    { title: "mean pattern, log10(counts)", grid: log, range, map: "perceptual" },
  ];
  if (mask !== undefined) {
    const grid = { ...mean, data: Float64Array.from(mask) };
    panels.push({ title: "mask", grid, range: { low: 0, high: 1 }, map: "grey" });
  }
  return panels;
}

/**
 * Amplitude in grey; phase in cyclic colours over the full circle, or in grey where it needs only a
 * part of it; dark where there is hardly any amplitude.
 */
function complexPanels(
  name: string,
  image: ComplexImage,
  bar: NonNullable<PanelItem["scaleBar"]>,
): PanelItem[] {
  const { amplitude, phase } = polarGrids(
    complexArray([image.height, image.width], Float32Array.from(image.data)),
  );
  const peak = rangeOf(amplitude).high;
  const mask = Uint8Array.from(amplitude.data, (v) => v > 0.03 * peak ? 1 : 0);
  let re = 0, im = 0;
  phase.data.forEach((angle, i) => {
    re += amplitude.data[i] * Math.cos(angle);
    im += amplitude.data[i] * Math.sin(angle);
  });
  const mean = Math.atan2(im, re);
  const turned = mapGrid(phase, (v) => Math.atan2(Math.sin(v - mean), Math.cos(v - mean)));
  const needed = percentileRange(turned, 0.005, mask);
  const cyclic = needed.high - needed.low > 3;
  return [
    {
      title: `${name}: amplitude`,
      grid: amplitude,
      range: percentileRange(amplitude, 0.002),
      map: "grey",
      scaleBar: bar,
    },
    {
      title: `${name}: phase`,
      grid: turned,
      range: cyclic ? { low: -Math.PI, high: Math.PI } : needed,
      map: cyclic ? "cyclic" : "grey",
      mask,
      unit: "rad",
      scaleBar: bar,
    },
  ];
}
