/**
 * Plots of a study: quality against the size of the training set.
 *
 * @module
 */
import { type Chart, lineChartSvg } from "./plot.ts";
import { type StudyRow, studySpread } from "./study.ts";

/** What is plotted: file name, title, vertical axis. */
const PLOTS = [
  { name: "mae_ratio", title: "Error", yLabel: "MAE / MAE of a flat image", range: undefined },
  { name: "ssim", title: "Similarity", yLabel: "SSIM", range: undefined },
  { name: "frc50", title: "Resolution", yLabel: "FRC50 / Nyquist", range: [0, 1] as const },
] as const;

/**
 * Plots of a study as SVG by file name: median over the seeds, shaded from worst to best.
 *
 * @param flat SSIM of a flat image, drawn as a reference.
 */
export function studyPlots(
  rows: readonly StudyRow[],
  flat?: { readonly amplitude: number; readonly phase: number },
): Record<string, string> {
  const out: Record<string, string> = {};
  for (const { name, title, yLabel, range } of PLOTS) {
    const curves = (["amplitude", "phase"] as const).map((channel) => {
      const spread = studySpread(rows, `${name}_${channel}`);
      return {
        name: channel,
        x: spread.map((s) => s.size),
        y: spread.map((s) => s.median),
        dots: true,
        band: { low: spread.map((s) => s.low), high: spread.map((s) => s.high) },
      };
    });
    const sizes = curves[0].x;
    const level = (value: number, label: string, color: string) => ({
      name: label,
      x: [sizes[0], sizes[sizes.length - 1]],
      y: [value, value],
      dashed: true,
      color,
    });
    const references = sizes.length < 2
      ? []
      : name === "mae_ratio"
      ? [level(1, "flat image", "#8a8f99")]
      : name === "ssim" && flat !== undefined
      ? [
        level(flat.amplitude, "flat: amplitude", "#8fb0d6"),
        level(flat.phase, "flat: phase", "#eab68f"),
      ]
      : [];
    const chart: Chart = {
      title: `${title} against training patterns`,
      xLabel: "training patterns",
      yLabel,
      logX: sizes.length > 1 && sizes[sizes.length - 1] > 8 * sizes[0],
      ...(range === undefined ? {} : { yRange: range }),
      curves: [...curves, ...references],
    };
    out[`${name}.svg`] = lineChartSvg(chart);
  }
  return out;
}
