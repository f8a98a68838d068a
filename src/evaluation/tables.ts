/**
 * Judgements as tables for people and spreadsheets.
 *
 * @module
 */
import type { DiffractionScores } from "./diffraction_error.ts";
import type { Judged, Judgement } from "./evaluate.ts";
import type { Crossing, RingScore } from "./rings.ts";
import type { MapScores } from "./scores.ts";

/** A table of texts, first row the head. */
export type TextTable = readonly (readonly string[])[];

/** Columns of a table as CSV; cells with commas or quotes are quoted. */
export function csvText(rows: readonly (readonly (string | number | null)[])[]): string {
  const cell = (value: string | number | null): string => {
    if (value === null || (typeof value === "number" && !Number.isFinite(value))) return "";
    const text = String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => row.map(cell).join(",")).join("\n") + "\n";
}

/** A table in columns: the first left, the others right. */
export function alignedText(rows: TextTable): string {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  return rows.map((row) =>
    row.map((text, c) => c === 0 ? text.padEnd(widths[c]) : text.padStart(widths[c])).join("  ")
      .trimEnd()
  ).join("\n");
}

/** Names of the scores that amplitude and phase both have, with how they are printed. */
const MAP_ROWS: readonly [keyof MapScores, string, string, (value: number) => string][] = [
  ["mae", "mae", "MAE", (v) => v.toPrecision(3)],
  ["mse", "mse", "MSE", (v) => v.toPrecision(3)],
  ["psnr255", "psnr_peak_255", "PSNR (peak 255), dB", (v) => v.toFixed(2)],
  ["psnr1", "psnr_peak_1", "PSNR (peak 1), dB", (v) => v.toFixed(2)],
  ["ssim", "ssim", "SSIM", (v) => v.toFixed(4)],
  ["msSsim", "ms_ssim", "MS-SSIM", (v) => v.toFixed(4)],
];

/** Crossings with how they are called. */
const RING_ROWS: readonly ["frc50" | "frc1over7" | "frcHalfBit", string, string][] = [
  ["frc50", "frc50", "FRC 0.5"],
  ["frc1over7", "frc_1_over_7", "FRC 1/7"],
  ["frcHalfBit", "frc_half_bit", "FRC half-bit"],
];

/** Every number of one image as CSV rows: metric, amplitude, phase, complex, flat scores. */
export function scoreRows({ scores, alignment }: Judged): (string | number | null)[][] {
  const rows: (string | number | null)[][] = [
    ["metric", "amplitude", "phase", "complex", "flat_amplitude", "flat_phase"],
  ];
  for (const [key, name] of MAP_ROWS) {
    rows.push([name, ...scores.image[key], null, ...scores.flat[key]]);
  }
  const error = Math.sqrt(Math.max(0, 1 - alignment.agreement.after ** 2));
  rows.push(["complex_error", null, null, error, null, null]);
  const rings = [scores.amplitudeRings, scores.phaseRings, scores.complexRings];
  const each = (name: string, pick: (score: RingScore) => number | null): void => {
    rows.push([name, ...rings.map((s) => s.unreliable === undefined ? pick(s) : null), null, null]);
  };
  for (const [key, name] of RING_ROWS) {
    each(`${name}_ring`, (s) => s[key].ring);
    each(`${name}_half_period_px`, (s) => s[key].halfPeriodPx);
    each(`${name}_half_period_nm`, (s) => s[key].halfPeriodNm);
  }
  each("frc_mean", (s) => s.meanCorrelation);
  return rows;
}

/** Every number of one image for people, flat scores beside. */
export function scoreTable({ scores }: Judged): TextTable {
  const rows: string[][] = [["", "amplitude", "phase", "complex", "flat amp.", "flat phase"]];
  for (const [key, , title, show] of MAP_ROWS) {
    rows.push([
      title,
      ...scores.image[key].map(show),
      "",
      ...scores.flat[key].map(show),
    ]);
  }
  return [
    ...rows,
    ...ringTable([scores.amplitudeRings, scores.phaseRings, scores.complexRings]).map((row) => [
      ...row,
      "",
      "",
    ]),
  ];
}

/** Resolutions of amplitude, phase and complex rings for people. */
export function ringTable(rings: readonly RingScore[]): string[][] {
  return RING_ROWS.map(([key, , title]) => [
    `${title}, half period`,
    ...rings.map((s) => s.unreliable === undefined ? resolutionText(s[key]) : "-"),
  ]);
}

/** A resolution for people: nm if known, else px; `<=` where only a bound was measured. */
export function resolutionText(crossing: Crossing): string {
  const { halfPeriodPx, halfPeriodNm, pixelLimited } = crossing;
  if (halfPeriodPx === null) return "none";
  const text = halfPeriodNm === null
    ? `${halfPeriodPx.toFixed(2)} px`
    : `${halfPeriodNm.toPrecision(3)} nm`;
  return pixelLimited ? `<= ${text}` : text;
}

/** Ring correlations of squares of one side as CSV rows. */
export function ringRows(
  rings: Readonly<Record<string, RingScore>>,
): (string | number | null)[][] {
  const names = Object.keys(rings), [first] = Object.values(rings);
  const rows: (string | number | null)[][] = [
    ["ring", "frequency_per_px", ...names, "half_bit"],
  ];
  for (let ring = 0; ring < first.curve.length; ring++) {
    rows.push([
      ring,
      ring / first.side,
      ...Object.values(rings).map((s) => s.unreliable === undefined ? s.curve[ring] : null),
      first.halfBitCurve[ring],
    ]);
  }
  return rows;
}

/** One run of a comparison. */
export interface Row {
  /** Name. */
  readonly name: string;
  /** Scores against the reference; absent for the reference itself. */
  readonly judged?: Judged;
  /** Agreement with the patterns, if they were predicted. */
  readonly patterns?: DiffractionScores;
}

/** The rows of a comparison in the order of the runs. */
export function rowsOf(
  judgement: Judgement,
  names: readonly string[],
  patterns: readonly DiffractionScores[],
): Row[] {
  return names.map((name, k) => {
    const judged = judgement.judged.find((one) => one.name === name);
    return {
      name,
      ...(judged === undefined ? {} : { judged }),
      ...(patterns[k] === undefined ? {} : { patterns: patterns[k] }),
    };
  });
}

/** A comparison for people: a line a run, the flat image last. */
export function comparisonTable(rows: readonly Row[]): TextTable {
  const withPatterns = rows.some((row) => row.patterns !== undefined);
  const head = ["", "MAE amp", "MAE phase", "PSNR1 amp", "PSNR1 ph", "SSIM amp", "SSIM ph"];
  const maps = (scores: MapScores): string[] => [
    ...scores.mae.map((v) => v.toPrecision(3)),
    ...scores.psnr1.map((v) => v.toFixed(1)),
    ...scores.ssim.map((v) => v.toFixed(3)),
  ];
  const table = rows.map(({ name, judged, patterns }) => [
    name,
    ...(judged === undefined ? Array(6).fill("ref.") : maps(judged.scores.image)),
    ...(judged === undefined
      ? ["ref.", "ref."]
      : [judged.scores.phaseRings, judged.scores.complexRings].map((rings) =>
        rings.unreliable === undefined ? resolutionText(rings.frc50) : "-"
      )),
    ...(withPatterns
      ? [patterns?.amplitudeError.toPrecision(3) ?? "", patterns?.rFactor.toPrecision(3) ?? ""]
      : []),
  ]);
  const flat = rows.find((row) => row.judged !== undefined)?.judged?.scores.flat;
  return [
    [
      ...head,
      "FRC50 ph",
      "FRC50 complex",
      ...(withPatterns ? ["ampl. error", "R factor"] : []),
    ],
    ...table,
    ...(flat === undefined
      ? []
      : [["(flat image)", ...maps(flat), "", "", ...(withPatterns ? ["", ""] : [])]]),
  ];
}

/** A comparison for spreadsheets: a line a run and metric; what concerns patterns is `complex`. */
export function comparisonRows(rows: readonly Row[]): (string | number | null)[][] {
  const out: (string | number | null)[][] = [["run", "metric", "amplitude", "phase", "complex"]];
  for (const { name, judged, patterns } of rows) {
    if (judged !== undefined) {
      for (const row of scoreRows(judged).slice(1)) out.push([name, ...row.slice(0, 4)]);
    }
    if (patterns !== undefined) {
      out.push([name, "amplitude_error", null, null, patterns.amplitudeError]);
      out.push([name, "r_factor", null, null, patterns.rFactor]);
      out.push([name, "energy_ratio", null, null, patterns.energyRatio]);
    }
  }
  const flat = rows.find((row) => row.judged !== undefined)?.judged?.scores.flat;
  if (flat !== undefined) {
    for (const [key, name] of MAP_ROWS) out.push(["(flat image)", name, ...flat[key], null]);
  }
  return out;
}
