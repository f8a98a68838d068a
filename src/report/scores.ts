/**
 * Scores of an evaluation, a comparison or a demo, as columns of a table.
 *
 * @module
 */
import { valueText } from "./html.ts";
import { asRecord } from "./run_contents.ts";

/** One column of a table of scores. */
export interface ScoreColumn {
  /** Image and channel; empty for scores of the whole. */
  readonly name: string;
  /** True for the scores of a flat image, which give the others their meaning. */
  readonly flat: boolean;
  /** Texts by name of the score. */
  readonly values: ReadonlyMap<string, string>;
}

type Json = Readonly<Record<string, unknown>>;

const CHANNELS = ["", "amplitude", "phase", "complex"];

/** Scores of `evaluate` in the order they are shown. */
const NAMES: readonly (readonly [key: string, name: string])[] = [
  ["mae", "MAE"],
  ["mae_ratio", "MAE / flat"],
  ["mse", "MSE"],
  ["psnr_peak_1", "PSNR (peak 1), dB"],
  ["psnr_peak_255", "PSNR (peak 255), dB"],
  ["ssim", "SSIM"],
  ["ms_ssim", "MS-SSIM"],
  ["frc_mean", "mean FRC"],
];

/** Thresholds of a resolution. */
const LIMITS: readonly (readonly [key: string, name: string])[] = [
  ["frc50", "FRC 0.5"],
  ["frc_1_over_7", "FRC 1/7"],
  ["frc_half_bit", "FRC half-bit"],
];

/** Figures of predicted patterns. */
const PATTERNS: readonly (readonly [key: string, name: string])[] = [
  ["amplitude_error", "amplitude error of the patterns"],
  ["noise_floor", "photon noise alone"],
  ["r_factor", "R factor of the patterns"],
  ["energy_ratio", "predicted / measured light"],
];

/** Takes a file of scores apart; unknown ones are flattened. */
export function scoreColumns(record: Json): ScoreColumn[] {
  const several = asRecord(record.scores);
  if (record.command === "compare" && several !== undefined) {
    return Object.entries(several).flatMap(([name, scores], i) =>
      judged(asRecord(scores) ?? {})
        // A flat image scores the same whatever it is compared with.
        .filter((column) => !column.flat || i === Object.keys(several).length - 1)
        .map((column) =>
          column.flat ? column : { ...column, name: `${name} ${column.name}`.trim() }
        )
    );
  }
  return record.command === "evaluate" ? judged(record) : flattened(record);
}

/** Columns of one judged image. */
function judged(record: Json): ScoreColumn[] {
  const split = asRecord(record.split);
  const source = record.mae === undefined && split !== undefined ? split : record;
  const flat = asRecord(source.flat), patterns = asRecord(record.diffraction);
  const columns = CHANNELS.map((channel): ScoreColumn => {
    const values = new Map<string, string>();
    const pick = (value: unknown): unknown =>
      channel === ""
        ? asRecord(value) === undefined ? value : undefined
        : asRecord(value)?.[channel];
    const put = (name: string, value: unknown): void => {
      if (typeof value === "number") values.set(name, valueText(value));
    };
    for (const [key, name] of NAMES) put(name, pick(source[key]));
    if (channel === "complex") put("relative error", source.complex_error);
    for (const [key, name] of LIMITS) {
      const at = asRecord(pick(asRecord(source.resolution)?.[key]));
      if (at !== undefined) values.set(`${name}, half period`, periodText(at));
    }
    if (channel === "") { for (const [key, name] of PATTERNS) put(name, patterns?.[key]); }
    return { name: channel, flat: false, values };
  });
  const flats = ["amplitude", "phase"].map((channel): ScoreColumn => {
    const values = new Map<string, string>();
    for (const [key, name] of NAMES) {
      const value = asRecord(flat?.[key])?.[channel];
      if (typeof value === "number") values.set(name, valueText(value));
    }
    return { name: `flat ${channel}`, flat: true, values };
  });
  return [...columns, ...flats].filter((column) => column.values.size > 0)
    // What concerns the whole stands last: it has rows of its own.
    .sort((a, b) => Number(a.name === "") - Number(b.name === ""));
}

function periodText(at: Json): string {
  const { half_period_px: px, half_period_nm: nm, pixel_limited: limited } = at;
  if (typeof px !== "number") return "not reached";
  const bound = limited === true ? "≤ " : "";
  const inPixels = `${bound}${valueText(Number(px.toPrecision(3)))} px`;
  return typeof nm === "number"
    ? `${inPixels} (${valueText(Number(nm.toPrecision(3)))} nm)`
    : inPixels;
}

const NO_SCORES = ["adapter", "argv", "output_dir", "program", "version", "frame", "files"];

/** Columns of any record of numbers, by the channel in the names. */
function flattened(record: Json): ScoreColumn[] {
  const found = new Map<string, Map<string, string>>();
  const visit = (part: Json, path: readonly string[]): void => {
    for (const [key, value] of Object.entries(part)) {
      const inner = asRecord(value), here = [...path, key];
      if (NO_SCORES.includes(key) || Array.isArray(value) || value === null) continue;
      if (inner !== undefined) {
        if (path.length < 3) visit(inner, here);
        continue;
      }
      const channel = here.find((word) => CHANNELS.includes(word)) ?? "";
      const score = here.filter((word) => word !== channel).join(" ").replaceAll("_", " ");
      const column = found.get(channel) ?? new Map<string, string>();
      column.set(score === "" ? channel : score, valueText(value));
      found.set(channel, column);
    }
  };
  visit(record, []);
  return CHANNELS.flatMap((name) => {
    const values = found.get(name);
    return values === undefined ? [] : [{ name, flat: false, values }];
  }).sort((a, b) => Number(a.name === "") - Number(b.name === ""));
}
