/**
 * Pictures of `evaluate` and `compare`: aligned maps, error maps, ring correlations.
 *
 * @module
 */
import type { ComparedMaps } from "../evaluation/scores.ts";
import type { Judgement } from "../evaluation/evaluate.ts";
import type { RingScore } from "../evaluation/rings.ts";
import { errorMaps } from "../evaluation/scores.ts";
import { percentileRange, type ValueRange } from "../image/colors.ts";
import { type Grid, mapGrid, meanOf } from "../image/grid.ts";
import { makeFigure, type PanelItem } from "../image/panel.ts";
import { encodePng } from "../io/png.ts";
import { pngAddress } from "../report/html.ts";
import { type Curve, lineChartSvg, PALETTE } from "../report/plot.ts";
import { scaleBar } from "./pictures.ts";

/**
 * Reference and images with their errors, as PNG: one image in a row with its reference and error, of
 * several a column each. All maps of a kind share one scale, taken from the reference; so do all errors.
 */
export function mapsPng(judgement: Judgement): Uint8Array {
  const { data, width, height } = makeFigure(mapsRows(judgement));
  return encodePng(data, width, height);
}

/** Maps, errors and ring correlations of one or several images on one sheet, as SVG. */
export function sheetSvg(judgement: Judgement): string {
  const { data, width, height } = makeFigure(mapsRows(judgement));
  const { judged, reference } = judgement;
  // As many charts side by side as fit below the maps.
  const columns = Math.max(1, Math.min(3, Math.floor(width / 400)));
  const chart = { width: Math.max(420, Math.floor(width / columns)), height: 380 };
  const charts = (["amplitude", "phase", "complex"] as const).map((kind) =>
    comparedRingsSvg(
      `FRC of the ${kind}, against ${reference}`,
      judged.map(({ name, scores }) => ({ name, rings: scores[`${kind}Rings`] })),
      chart,
    )
  );
  const wide = Math.max(width, columns * chart.width);
  const tall = height + Math.ceil(charts.length / columns) * chart.height;
  const placed = charts.map((svg, k) =>
    svg.replace(
      "<svg ",
      `<svg x="${(k % columns) * chart.width}" y="${
        height + Math.floor(k / columns) * chart.height
      }" `,
    )
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${tall}" ` +
    `viewBox="0 0 ${wide} ${tall}"><rect width="${wide}" height="${tall}" fill="#fff"/>` +
    `<image href="${
      pngAddress(encodePng(data, width, height))
    }" width="${width}" height="${height}" ` +
    `style="image-rendering:pixelated"/>${placed.join("")}</svg>\n`;
}

function mapsRows(judgement: Judgement): PanelItem[][] {
  const { referenceMaps, judged, reference } = judgement;
  const errors = judged.map(({ maps }) => errorMaps(referenceMaps, maps));
  const rows: PanelItem[][] = [];
  for (const kind of ["amplitude", "phase"] as const) {
    const common = {
      scaleBar: scaleBar(judgement.pixelSize),
      ...(kind === "phase" ? { unit: "rad" } : {}),
    };
    const range = percentileRange(referenceMaps[kind], 0.005);
    const worst = Math.max(...errors.map((e) => percentileRange(e[kind], 0.01).high));
    const span: ValueRange = { low: 0, high: Math.max(worst, 1e-12) };
    const item = (title: string, grid: Grid): PanelItem => ({
      title,
      grid,
      range,
      map: "grey",
      ...common,
    });
    const images = judged.map(({ name, maps }) =>
      item(`${kind}: ${name}`, onScale(kind, maps, referenceMaps))
    );
    const wrong = judged.map(({ name }, k): PanelItem => ({
      title: `${kind} error: ${name}`,
      grid: errors[k][kind],
      range: span,
      map: "heat",
      ...common,
    }));
    const known = item(`${kind}: ${reference}`, referenceMaps[kind]);
    // Several images: each error below its image, the reference at the end of the row.
    if (judged.length === 1) rows.push([known, ...images, ...wrong]);
    else rows.push([...images, known], wrong);
  }
  return rows;
}

/** Amplitudes are shown with the mean of the reference, as they are scored. */
function onScale(kind: keyof ComparedMaps, maps: ComparedMaps, reference: ComparedMaps): Grid {
  if (kind === "phase") return maps.phase;
  const factor = meanOf(reference.amplitude) / meanOf(maps.amplitude);
  return mapGrid(maps.amplitude, (v) => v * factor);
}

/** Curves of one image with the thresholds, as SVG. */
export function ringsSvg(title: string, rings: Readonly<Record<string, RingScore>>): string {
  const curves = Object.entries(rings).filter(([, score]) => score.unreliable === undefined)
    .map(([name, score]) => curveOf(name, score));
  return chartSvg(title, curves, Object.values(rings)[0]);
}

/** One kind of curve of several images, as SVG. */
export function comparedRingsSvg(
  title: string,
  scores: readonly { readonly name: string; readonly rings: RingScore }[],
  size?: { readonly width: number; readonly height: number },
): string {
  const curves = scores.filter(({ rings }) => rings.unreliable === undefined)
    .map(({ name, rings }, k) => curveOf(name, rings, PALETTE[k % PALETTE.length]));
  return chartSvg(title, curves, scores[0].rings, size);
}

function curveOf(name: string, { curve, side }: RingScore, color?: string): Curve {
  const shown = shownRings(side);
  return {
    name,
    x: frequencies(side),
    y: curve.subarray(0, shown),
    ...(color === undefined ? {} : { color }),
  };
}

/** Rings beyond the edge of the spectrum lie in its corners only: they are not drawn. */
function shownRings(side: number): number {
  return Math.floor(side / 2) + 1;
}

function frequencies(side: number): Float64Array {
  return Float64Array.from({ length: shownRings(side) }, (_, ring) => ring / side);
}

function chartSvg(
  title: string,
  curves: readonly Curve[],
  one: RingScore,
  size = { width: 640, height: 380 },
): string {
  const { side, halfBitCurve } = one;
  const x = frequencies(side), count = shownRings(side);
  const level = (name: string, value: number, color: string): Curve => ({
    name,
    x: [0, 0.25, 0.5],
    y: [value, value, value],
    dashed: true,
    color,
  });
  return lineChartSvg({
    title,
    xLabel: "spatial frequency, cycles per pixel",
    yLabel: "Fourier ring correlation",
    xRange: [0, 0.5],
    yRange: [0, 1.02],
    curves: [
      ...curves,
      {
        name: "half-bit",
        x: x.subarray(1),
        y: halfBitCurve.subarray(1, count),
        dashed: true,
        color: "#5a5f6a",
      },
      level("0.5", 0.5, "#9aa1ad"),
      level("1/7", 1 / 7, "#c3c8d0"),
    ],
  }, size);
}
