/**
 * Findings about the values of a diffraction stack.
 *
 * @module
 */
import type { Grid } from "../image/grid.ts";
import type { Probe } from "../scan/probe.ts";
import { type BadPixels, findBadPixels } from "./bad_pixels.ts";
import { type Centring, centringOf, roll } from "./centring.ts";
import type { Findings } from "./finding.ts";
import type { StackLayout } from "./stack_layout.ts";
import type { StackStatistics } from "./stack_statistics.ts";
import { type ValueKind, valueKind } from "./value_kind.ts";

/** How the user says the patterns are stored. */
export type DeclaredKind = "auto" | "amplitude" | "counts";

/** A judged stack. */
export interface JudgedStack {
  /** Amplitudes or intensities. */
  readonly kind: ValueKind;
  /** Place of the light. */
  readonly centring: Centring;
  /** Bad pixels. */
  readonly bad: BadPixels;
  /** (height, width) mean intensity as stored, 0 at hot pixels. */
  readonly mean: Grid;
  /** (P) intensity of each pattern. */
  readonly totals: Float64Array;
  /** (height, width) mask of the file: 0 where nothing was measured. */
  readonly mask?: Uint8Array | undefined;
}

/** What is known besides the stack. */
export interface StackHints {
  /** How the user says the patterns are stored. */
  readonly declared: DeclaredKind;
  /** Photons of the mean pattern according to the metadata. */
  readonly nphotons?: number | undefined;
  /** Probe. */
  readonly probe?: Probe | undefined;
  /** Energy of the probe. */
  readonly probeEnergy?: number | undefined;
  /** Mask of the file. */
  readonly mask?: Uint8Array | undefined;
}

/** Judges a stack that holds some light; without any, there is one finding and no judgement. */
export function checkStack(
  key: string,
  layout: StackLayout,
  statistics: StackStatistics,
  hints: StackHints,
  findings: Findings,
): JudgedStack | undefined {
  const { notFinite, negative, values } = statistics;
  if (notFinite > 0) {
    findings.add(
      "problem",
      "not_finite",
      key,
      `${notFinite} of ${values} values are not finite`,
      "set these pixels to 0 and mask them",
    );
  }
  if (negative > 0) {
    findings.add(
      "problem",
      "negative_values",
      key,
      `${negative} of ${values} values are negative`,
      "set them to 0 (they come from a subtracted background, or mark bad pixels)",
    );
  }
  if (!(statistics.max > 0)) {
    findings.add(
      "problem",
      "all_zero",
      key,
      "it holds no light",
      "check the conversion of the data",
    );
    return undefined;
  }
  const kind = valueKind(statistics, hints);
  checkKind(key, kind, hints.declared, findings);
  const { pixel, pattern } = statistics;
  const totals = kind.kind === "amplitude" ? pattern.energy : pattern.sum;
  const sums = kind.kind === "amplitude" ? pixel.energy : pixel.sum;
  const { height, width, count } = layout;
  const mean = { height, width, data: sums.map((v) => Math.max(0, v) / count) };
  const corner = centringOf(mean, hints.probe, hints.mask).zeroFrequency !== "centre";
  const bad = findBadPixels(
    statistics,
    kind.kind,
    height,
    width,
    corner ? [0, 0] : [height / 2, width / 2],
    kind.quantum,
    hints.mask,
  );
  // Hot pixels would pull the centre of mass and the counts.
  for (const i of bad.hot) mean.data[i] = 0;
  hints.mask?.forEach((valid, i) => {
    if (valid === 0) mean.data[i] = 0;
  });
  const good = hints.mask?.slice() ?? new Uint8Array(mean.data.length).fill(1);
  for (const i of [...bad.hot, ...bad.dead]) good[i] = 0;
  const centring = centringOf(mean, hints.probe, good);
  checkCentring(key, centring, height, width, findings);
  checkTotals(key, totals, findings);
  checkPixels(key, bad, statistics, width, findings);
  return { kind, centring, bad, mean, totals, mask: hints.mask };
}

function checkKind(key: string, kind: ValueKind, declared: DeclaredKind, findings: Findings): void {
  const severity = kind.certain ? "problem" : "warning";
  const likely = kind.certain ? "are" : "are probably";
  if (kind.kind === "intensity" && declared !== "counts") {
    findings.add(
      severity,
      "intensity_not_amplitude",
      key,
      `its values ${likely} intensities, not amplitudes: ${kind.why}`,
      `use --diffraction-kind counts, or store np.sqrt(${key})`,
    );
  } else if (kind.kind === "amplitude" && declared === "counts" && (kind.certain || kind.counted)) {
    findings.add(
      severity,
      "amplitude_not_intensity",
      key,
      `its values ${likely} amplitudes, not counts: ${kind.why}`,
      "leave --diffraction-kind counts out",
    );
  }
}

function checkCentring(
  key: string,
  { zeroFrequency, offset }: Centring,
  height: number,
  width: number,
  findings: Findings,
): void {
  if (zeroFrequency !== "centre") {
    const axes = zeroFrequency === "corner"
      ? "(1, 2)"
      : zeroFrequency === "corner of the rows"
      ? "1"
      : "2";
    findings.add(
      "problem",
      "zero_frequency_at_corner",
      key,
      `the zero frequency lies at the ${zeroFrequency}, not in the middle: the patterns are not ` +
        "shifted",
      `store np.fft.fftshift(${key}, axes=${axes})`,
    );
  }
  const [rows, columns] = offset;
  if (Math.abs(rows) > Math.max(2, height / 16) || Math.abs(columns) > Math.max(2, width / 16)) {
    findings.add(
      "warning",
      "beam_off_centre",
      key,
      `the light lies ${rows.toFixed(1)} rows and ${columns.toFixed(1)} columns beside where the ` +
        "probe would put it",
      "cut the patterns out around the direct beam",
    );
  }
}

function checkTotals(key: string, totals: Float64Array, findings: Findings): void {
  const numbers = (wanted: (total: number) => boolean): number[] =>
    Array.from(totals.keys()).filter((n) => wanted(totals[n]));
  const list = (found: readonly number[]): string =>
    found.slice(0, 5).join(", ") + (found.length > 5 ? ", ..." : "");
  const empty = numbers((total) => total === 0);
  if (empty.length > 0) {
    findings.add(
      "warning",
      "empty_patterns",
      key,
      `${empty.length} patterns are zero everywhere (${list(empty)})`,
      "remove them with their positions",
    );
  }
  const median = totals.slice().sort()[totals.length >> 1];
  const odd = numbers((total) => total > 0 && (total < median / 20 || total > 20 * median));
  if (odd.length > 0) {
    findings.add(
      "warning",
      "uneven_patterns",
      key,
      `${odd.length} patterns are 20 times darker or brighter than most (${list(odd)})`,
      "look at them; remove those without beam",
    );
  }
}

function checkPixels(
  key: string,
  { hot, dead, saturatedValues }: BadPixels,
  statistics: StackStatistics,
  width: number,
  findings: Findings,
): void {
  if (hot.length + dead.length > 0) {
    const place = (i: number): string => `[${Math.floor(i / width)}, ${i % width}]`;
    const list = (name: string, found: readonly number[]): string =>
      `${found.length} ${name}${found.length === 1 ? "" : "s"} (${
        found.slice(0, 3).map(place).join(", ")
      }${found.length > 3 ? ", ..." : ""})`;
    const parts = [
      ...(hot.length > 0 ? [list("hot pixel", hot)] : []),
      ...(dead.length > 0 ? [list("dead pixel", dead)] : []),
    ];
    findings.add(
      hot.length > 0 ? "problem" : "warning",
      "mask_needed",
      key,
      `a mask is needed: ${parts.join(" and ")}`,
      "copy the array of mask.npz in the output folder (1 on good pixels) into the file as mask, or " +
        "give it with reconstruct --mask",
    );
  }
  if (saturatedValues > 0) {
    findings.add(
      "warning",
      "saturated",
      key,
      `${saturatedValues} values pile up at the largest, ${statistics.max.toPrecision(4)}: the ` +
        "detector was saturated",
      "measure with less light, or mask these pixels",
    );
  }
}

/** Mean intensity with the zero frequency moved to the middle. */
export function centred({ mean, centring }: JudgedStack): Grid {
  const { zeroFrequency } = centring;
  const rows = zeroFrequency === "corner" || zeroFrequency === "corner of the rows";
  const columns = zeroFrequency === "corner" || zeroFrequency === "corner of the columns";
  return roll(mean, rows ? mean.height >> 1 : 0, columns ? mean.width >> 1 : 0);
}
