/**
 * Charts of one or several runs: loss, learning rate, engine errors, ring correlation.
 *
 * @module
 */
import { columnsLike, type NumberTable } from "./csv.ts";
import { type Chart, type Curve, lineChartSvg, PALETTE } from "./plot.ts";
import { asRecord, type RunContents } from "./run_contents.ts";

/** Charts of runs, as SVG; each overlays all runs that have its data. */
export function runCharts(runs: readonly RunContents[]): string[] {
  const charts = [
    lossChart(runs),
    rateChart(runs),
    healthChart(runs),
    errorChart(runs),
    frcChart(runs),
  ];
  return charts.filter((chart) => chart !== undefined).map((chart) => lineChartSvg(chart));
}

/** Curves of the columns of each run that fit, named by run and column. */
function curvesOf(
  runs: readonly RunContents[],
  tableOf: (run: RunContents) => NumberTable | undefined,
  pick: (table: NumberTable) => readonly { column: string; name: string; dashed?: boolean }[],
): Curve[] {
  return runs.flatMap((run, r) => {
    const table = tableOf(run);
    if (table === undefined) return [];
    const x = table.columns[table.names[0]];
    return pick(table).map(({ column, name, dashed }) => ({
      name: runs.length === 1 ? name : name === "" ? run.name : `${run.name}: ${name}`,
      x,
      y: table.columns[column],
      dashed: dashed === true,
      dots: table.length <= 3,
      ...(runs.length === 1 ? {} : { color: PALETTE[r % PALETTE.length] }),
    }));
  });
}

/** True if positive values span more than a factor of 30. */
function wide(curves: readonly Curve[]): boolean {
  let low = Infinity, high = 0;
  for (const { y } of curves) {
    for (const value of Array.from(y)) {
      if (Number.isNaN(value)) continue;
      if (value <= 0) return false;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return high > 30 * low;
}

function chart(base: Omit<Chart, "curves">, curves: readonly Curve[]): Chart | undefined {
  return curves.length === 0 ? undefined : { logY: wide(curves), ...base, curves };
}

function lossChart(runs: readonly RunContents[]): Chart | undefined {
  const curves = curvesOf(runs, (run) => run.metrics, (table) => [
    ...columnsLike(table, /^(train_)?loss$/).map((column) => ({
      column,
      name: runs.length === 1 ? "training" : "",
    })),
    ...columnsLike(table, /^val(idation)?_loss$/).map((column) => ({
      column,
      name: "validation",
      dashed: true,
    })),
  ]);
  return chart({ title: "Loss", xLabel: "epoch", yLabel: "loss", wholeX: true }, curves);
}

function rateChart(runs: readonly RunContents[]): Chart | undefined {
  const curves = curvesOf(
    runs,
    (run) => run.metrics,
    (table) => columnsLike(table, /^(learning_rate|lr)$/).map((column) => ({ column, name: "" })),
  );
  const base = { title: "Learning rate", xLabel: "epoch", yLabel: "learning rate", wholeX: true };
  return chart(base, curves);
}

function healthChart(runs: readonly RunContents[]): Chart | undefined {
  const names: Readonly<Record<string, string>> = {
    energy_ratio: "predicted / measured energy",
    amplitude_std: "spread of the amplitude",
  };
  const curves = curvesOf(
    runs,
    (run) => run.metrics,
    (table) =>
      columnsLike(table, /^(energy_ratio|amplitude_std)$/).map((column) => ({
        column,
        name: names[column],
        dashed: column === "amplitude_std",
      })),
  );
  const base = { title: "Health", xLabel: "epoch", yLabel: "ratio", wholeX: true, logY: false };
  return chart(base, curves);
}

function errorChart(runs: readonly RunContents[]): Chart | undefined {
  const curves = curvesOf(
    runs,
    (run) => run.errors,
    (table) =>
      columnsLike(table, /err|loss|residual|r_factor|^r$/i)
        .filter((column) => column !== table.names[0])
        .slice(0, runs.length === 1 ? 4 : 1)
        .map((column) => ({ column, name: runs.length === 1 ? column.replaceAll("_", " ") : "" })),
  );
  return chart({ title: "Error", xLabel: "iteration", yLabel: "error", wholeX: true }, curves);
}

const THRESHOLD = /half|seventh|1over7|threshold|0\.143|sigma/i;
/** Columns of a ring table that are no correlations. */
const NO_CURVE = /count|pixels|^n$|^ring|freq|period|resolution/i;

function frcChart(runs: readonly RunContents[]): Chart | undefined {
  const curves: Curve[] = [], limits: Curve[] = [];
  const measured = runs.filter((run) => run.frc !== undefined);
  let axis = "";
  for (const run of measured) {
    const table = run.frc!;
    // A frequency is easier to compare than the number of a ring.
    const xName = table.names.find((name) => /freq|nyquist/i.test(name)) ?? table.names[0];
    axis ||= xName;
    const perPixel = /per_px/.test(xName);
    // Rings beyond the edge of the spectrum lie in its corners only.
    const x = table.columns[xName].filter((value) => !perPixel || value <= 0.5);
    const all = columnsLike(table, /./).filter((name) => name !== xName && !NO_CURVE.test(name));
    for (const column of all) {
      const name = column.replaceAll("_", " "), y = table.columns[column].slice(0, x.length);
      if (THRESHOLD.test(column)) {
        // Ring 0 is a single pixel and has no threshold.
        if (y[0] === 0) y[0] = NaN;
        limits.push({ name, x, y, dashed: true, color: "#8a8f99" });
      } else curves.push({ name: measured.length === 1 ? name : `${run.name}: ${name}`, x, y });
    }
  }
  const crowded = curves.length > 8 ? curves.filter((curve) => /phase$/.test(curve.name)) : curves;
  const shown = crowded.length > 0 ? crowded : curves;
  // Thresholds depend on the ring only: one set is enough.
  const once = limits.filter((limit, i) => limits.findIndex((l) => l.name === limit.name) === i);
  return chart({
    title: "Fourier ring correlation",
    xLabel: /per_px/.test(axis)
      ? "spatial frequency, 1/px"
      : /freq|nyquist/i.test(axis)
      ? "spatial frequency / Nyquist"
      : axis || "ring",
    yLabel: "correlation",
    yRange: [-0.2, 1],
    logY: false,
    marks: runs.length === 1 ? resolutionMarks(runs[0]) : [],
  }, [...shown, ...once]);
}

/** Marks of stated crossings, where the file gives them in the unit of the axis. */
function resolutionMarks(run: RunContents): { x: number; text: string }[] {
  const frc50 = asRecord(run.scores?.frc50);
  const x = frc50?.phase, axis = run.frc?.names[0];
  return typeof x === "number" && axis !== undefined && /ring/i.test(axis)
    ? [{ x, text: "FRC50 phase" }]
    : [];
}
