/**
 * Line charts as SVG text, made without a browser.
 *
 * @module
 */
import { CustomChart, LineChart } from "echarts/charts";
import {
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

echarts.use([
  LineChart,
  CustomChart,
  GridComponent,
  LegendComponent,
  TitleComponent,
  MarkLineComponent,
  SVGRenderer,
]);

/** Mean width of a letter in the widest of the fonts a page may get, as a share of its size. */
const LETTER = 0.62;
// Without a browser nothing measures text; a cautious guess keeps labels apart.
echarts.setPlatformAPI({
  measureText: (text: string, font?: string) => ({
    width: text.length * LETTER * Number(/(\d+(?:\.\d+)?)px/.exec(font ?? "")?.[1] ?? 12),
  }),
});

/** One line of a chart. */
export interface Curve {
  /** Name in the legend; equal names share one entry. */
  readonly name: string;
  /** Places on the horizontal axis. */
  readonly x: ArrayLike<number>;
  /** Values; what is no number (or not above 0 on a log axis) leaves a gap. */
  readonly y: ArrayLike<number>;
  /** Dashed, for thresholds and references. */
  readonly dashed?: boolean;
  /** Draws a dot at every point: for few points. */
  readonly dots?: boolean;
  /** CSS colour; the next of the palette by default. */
  readonly color?: string;
  /** Shaded band around the line, as spread. */
  readonly band?: { readonly low: ArrayLike<number>; readonly high: ArrayLike<number> };
}

/** A chart of lines over one pair of axes. */
export interface Chart {
  /** Title above the chart. */
  readonly title?: string;
  /** Name and unit of the horizontal axis. */
  readonly xLabel: string;
  /** Name and unit of the vertical axis. */
  readonly yLabel: string;
  /** The lines. */
  readonly curves: readonly Curve[];
  /** Logarithmic horizontal axis. */
  readonly logX?: boolean;
  /** Logarithmic vertical axis. */
  readonly logY?: boolean;
  /** First and last value of the horizontal axis; from the data by default. */
  readonly xRange?: readonly [low: number, high: number];
  /** First and last value of the vertical axis; from the data by default. */
  readonly yRange?: readonly [low: number, high: number];
  /** Vertical marks, such as a resolution, each with a short text. */
  readonly marks?: readonly { readonly x: number; readonly text: string }[];
  /** Whole numbers only on the horizontal axis (epochs). */
  readonly wholeX?: boolean;
}

/** Size of a chart, px. */
export interface ChartSize {
  /** Width, px. */
  readonly width?: number;
  /** Height, px; by default what curves and legend need. */
  readonly height?: number;
}

/** Colours that stay apart for colour-blind readers and in print. */
export const PALETTE: readonly string[] = [
  "#1f5fa8",
  "#d2691e",
  "#2f8f6b",
  "#a03a7c",
  "#7a6a00",
  "#5a5f6a",
];

const INK = "#2b3038", FAINT = "#e4e7ec", SOFT = "#6b7280";

/** A chart as an SVG element; the same chart gives the same text, whatever was drawn before. */
export function lineChartSvg(chart: Chart, size: ChartSize = {}): string {
  const { width = 520 } = size;
  // A legend of several lines makes the picture taller, not the curves smaller.
  const height = size.height ?? 280 + 20 * legendLines(namesOf(chart), width);
  const painter = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    painter.setOption(chartOption(chart, width));
    return distinctIds(painter.renderToSVGString());
  } finally {
    painter.dispose();
  }
}

type ChartOption = Parameters<ReturnType<typeof echarts.init>["setOption"]>[0];

function chartOption(chart: Chart, width: number): ChartOption {
  const names = namesOf(chart);
  const top = (chart.title === undefined ? 14 : 38) + 20 * legendLines(names, width);
  return {
    animation: false,
    color: [...PALETTE],
    textStyle: { fontFamily: "system-ui, sans-serif", color: INK },
    ...(chart.title === undefined ? {} : {
      title: {
        text: chart.title,
        left: 8,
        top: 6,
        textStyle: { fontSize: 14, fontWeight: 600, color: INK },
      },
    }),
    legend: {
      show: names.length > 1,
      data: names,
      left: 8,
      top: chart.title === undefined ? 4 : 30,
      itemWidth: 18,
      itemGap: 18,
      itemHeight: 8,
      textStyle: { fontSize: 12, color: INK },
    },
    grid: { left: 64, right: 22, top, bottom: 46 },
    xAxis: axis(chart.xLabel, chart.logX === true, chart.xRange, 28, chart.wholeX === true),
    yAxis: axis(chart.yLabel, chart.logY === true, chart.yRange, 48, false),
    series: chart.curves.flatMap((curve, i) => series(chart, curve, names, i)),
  };
}

/** Names of the legend; equal ones share an entry. */
function namesOf(chart: Chart): string[] {
  return [...new Set(chart.curves.map((curve) => curve.name))];
}

/** Lines a legend needs; a single curve needs none. */
function legendLines(names: readonly string[], width: number): number {
  if (names.length < 2) return 0;
  let lines = 1, used = 0;
  for (const name of names) {
    const own = 18 + 5 + 18 + name.length * LETTER * 12;
    // Rather a line too many: widths are guessed, and a legend must not lie on the curves.
    if (used > 0 && used + own > width - 60) {
      lines++;
      used = 0;
    }
    used += own;
  }
  return lines;
}

function axis(
  name: string,
  log: boolean,
  range: readonly [number, number] | undefined,
  gap: number,
  whole: boolean,
): Record<string, unknown> {
  return {
    type: log ? "log" : "value",
    name,
    nameLocation: "middle",
    nameGap: gap,
    nameTextStyle: { color: INK, fontSize: 12 },
    scale: true,
    ...(range === undefined ? {} : { min: range[0], max: range[1] }),
    ...(whole ? { minInterval: 1 } : {}),
    axisLine: { show: true, lineStyle: { color: SOFT } },
    axisTick: { show: true, lineStyle: { color: SOFT } },
    axisLabel: { color: INK, fontSize: 11, formatter: shortNumber, hideOverlap: true },
    splitLine: { lineStyle: { color: FAINT } },
  };
}

function series(
  chart: Chart,
  curve: Curve,
  names: readonly string[],
  index: number,
): Record<string, unknown>[] {
  const color = curve.color ?? PALETTE[names.indexOf(curve.name) % PALETTE.length];
  const visible = (x: number, y: number): boolean =>
    Number.isFinite(x) && Number.isFinite(y) && !(chart.logY === true && y <= 0) &&
    !(chart.logX === true && x <= 0);
  const data = Array.from(
    { length: curve.y.length },
    (_, i) => visible(curve.x[i], curve.y[i]) ? [curve.x[i], curve.y[i]] : [curve.x[i], null],
  );
  const line = {
    type: "line",
    name: curve.name,
    data,
    silent: true,
    showSymbol: curve.dots === true || (data.length < 3 && curve.dashed !== true),
    symbol: "circle",
    symbolSize: 5,
    itemStyle: { color },
    lineStyle: { color, width: 1.8, type: curve.dashed === true ? "dashed" : "solid" },
    ...(index === 0 ? verticalMarks(chart) : {}),
  };
  const { band } = curve;
  if (band === undefined) return [line];
  const outline = [
    ...data.map((_, i) => [curve.x[i], band.high[i]]),
    ...data.map((_, i) => [curve.x[i], band.low[i]]).reverse(),
  ].filter(([x, y]) => visible(x, y));
  const shade = {
    type: "custom",
    silent: true,
    data: [0],
    z: 1,
    renderItem: (_: unknown, api: { coord: (point: number[]) => number[] }) => ({
      type: "polygon",
      shape: { points: outline.map((point) => api.coord(point)) },
      style: { fill: color, opacity: 0.18 },
    }),
  };
  return [shade, line];
}

function verticalMarks(chart: Chart): Record<string, unknown> {
  if (chart.marks === undefined || chart.marks.length === 0) return {};
  return {
    markLine: {
      silent: true,
      symbol: "none",
      lineStyle: { color: SOFT, type: "dotted", width: 1.2 },
      label: { color: SOFT, fontSize: 11, position: "insideEndTop" },
      data: chart.marks.map((mark) => ({ xAxis: mark.x, label: { formatter: mark.text } })),
    },
  };
}

/** A number of an axis in few signs. */
export function shortNumber(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e5 || size < 1e-3
    ? value.toExponential(2).replace(/\.?0+e/, "e").replace("e+", "e")
    : String(Number(value.toPrecision(4)));
  return text;
}

/** Gives the names inside an SVG fresh numbers and a prefix, so that several fit on one page. */
function distinctIds(svg: string): string {
  const numbers = new Map<string, number>();
  const plain = svg.replace(/zr\d+-[a-z]+-?\d+/g, (id) => {
    if (!numbers.has(id)) numbers.set(id, numbers.size);
    return `@@${numbers.get(id)}`;
  });
  return plain.replaceAll("@@", `chart${textHash(plain)}-`);
}

/** Short name of a text (FNV-1a, 32 bits). */
function textHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash.toString(16);
}
