/**
 * Trial of the axes, and what it says.
 *
 * @module
 */
import type { Probe } from "../scan/probe.ts";
import type { ComplexImage } from "../scan/resize.ts";
import type { JudgedStack } from "./check_stack.ts";
import type { Findings } from "./finding.ts";
import type { TrialFigures } from "./inspection.ts";
import {
  type Orientation,
  type OrientationTrial,
  trialError,
  tryOrientations,
} from "./orientation.ts";

/** What goes into a trial. */
export interface TrialSource {
  /** Numbers of the patterns. */
  readonly tried: readonly number[];
  /** (P, 2) all positions (y, x), px. */
  readonly positions: Float64Array;
  /** Probe of side N. */
  readonly probe: Probe;
  /** N, px. */
  readonly side: number;
  /** (n, N, N) the tried patterns as stored. */
  readonly patterns: Float32Array;
}

/** Patterns below which a trial tells nothing. */
const FEWEST = 9;
/** Another reading must leave at most this share of the error. */
const CLEARLY = 0.75;
/** Readings whose errors differ by less than this factor are alike. */
const ALIKE = 1.15;
/** Intensities must leave at most this share of the error of amplitudes to be suspected. */
const SUSPECT = 0.5;
/** Positions must leave less than this share of the error that exchanged ones leave. */
const NO_BETTER = 0.9;

/** Runs the trial; undefined where it cannot be made. Bad and masked pixels are left free. */
export function runTrial(
  source: TrialSource,
  stack: JudgedStack,
  findings: Findings,
): { figures: TrialFigures; object: ComplexImage } | undefined {
  const { side, probe } = source, area = side * side;
  // Patterns without light say nothing and count as errors everywhere.
  const lit = Array.from(source.tried.keys()).filter((i) =>
    source.patterns.subarray(i * area, (i + 1) * area).some((v) => v > 0)
  );
  const tried = lit.map((i) => source.tried[i]);
  if (tried.length < FEWEST || side < 16) return undefined;
  const positions = new Float64Array(2 * tried.length);
  tried.forEach((n, i) => {
    positions[2 * i] = source.positions[2 * n];
    positions[2 * i + 1] = source.positions[2 * n + 1];
  });
  for (const axis of [0, 1]) {
    const values = positions.filter((_, i) => i % 2 === axis).sort();
    // A trial far apart would need a huge canvas and tell nothing.
    if (values[values.length - 1] - values[0] > 6 * side) return undefined;
  }
  const patterns = new Float32Array(lit.length * area);
  lit.forEach((i, k) => {
    patterns.set(source.patterns.subarray(i * area, (i + 1) * area), k * area);
  });
  const amplitudes = prepared(patterns, side, stack);
  const input = { amplitudes, positions, probe };
  const trial = tryOrientations(input), best = trial.ranking[0];
  if (best.error < CLEARLY * trial.stored) report(trial, findings);
  else if (
    trial.stored > NO_BETTER * trial.shuffled && trial.stored > 2 * noiseShare(stack) &&
    !findings.has("probe_real") && !findings.has("saturated")
  ) {
    findings.add(
      "warning",
      "positions_do_not_match",
      "xcoords, ycoords",
      "a quick trial explains the patterns as badly at their own positions as at those of others " +
        `(error ${trial.stored.toPrecision(2)} and ${trial.shuffled.toPrecision(2)})`,
      "check that positions and patterns have the same order and belong to one scan, and the probe",
    );
  }
  if (!stack.kind.certain && stack.kind.kind === "amplitude") {
    const rooted = trialError({
      ...input,
      amplitudes: amplitudes.map((v) => v < 0 ? v : Math.sqrt(v)),
    });
    if (rooted < SUSPECT * best.error) {
      findings.add(
        "warning",
        "intensity_not_amplitude",
        "diffraction",
        `its values are probably intensities, not amplitudes: a quick trial explains their square ` +
          `roots ${(best.error / rooted).toFixed(1)} times better`,
        "try --diffraction-kind counts",
      );
    }
  }
  const { object } = trial, data = new Float32Array(2 * object.re.length);
  for (let i = 0; i < object.re.length; i++) {
    data[2 * i] = object.re[i];
    data[2 * i + 1] = object.im[i];
  }
  return {
    figures: { patterns: tried.length, stored: trial.stored, shuffled: trial.shuffled, best },
    object: { height: object.height, width: object.width, data },
  };
}

/** Error that photon noise alone leaves, if photons can be counted; else 0. */
function noiseShare({ mean, kind: { quantum } }: JudgedStack): number {
  if (quantum === undefined) return 0;
  let noise = 0, light = 0;
  for (const value of mean.data) {
    // The root of a count varies by 1/4, or by the few photons there are.
    noise += Math.min(value, 0.3 * quantum);
    light += value;
  }
  return noise / light;
}

/** Amplitudes with the zero frequency in the middle; -1 at bad and masked pixels. */
function prepared(patterns: Float32Array, side: number, stack: JudgedStack): Float32Array {
  const area = side * side, half = side >> 1;
  const { zeroFrequency } = stack.centring;
  const rows = /corner$|rows/.test(zeroFrequency) ? half : 0;
  const columns = /corner$|columns/.test(zeroFrequency) ? half : 0;
  const bad = new Set([...stack.bad.hot, ...stack.bad.dead]);
  stack.mask?.forEach((valid, p) => {
    if (valid === 0) bad.add(p);
  });
  const out = new Float32Array(patterns.length);
  for (let i = 0; i < patterns.length; i++) {
    const p = i % area, value = Math.max(0, patterns[i]);
    const y = (Math.floor(p / side) + rows) % side, x = (p % side + columns) % side;
    out[i - p + y * side + x] = bad.has(p)
      ? -1
      : stack.kind.kind === "amplitude"
      ? value
      : Math.sqrt(value);
  }
  return out;
}

/** Names the simplest of the readings that explain the patterns equally well. */
function report({ ranking, stored }: OrientationTrial, findings: Findings): void {
  const good = ranking.filter((way) => way.error < ALIKE * ranking[0].error);
  const effort = (way: Orientation): number =>
    (way.of === "patterns" ? 8 : 0) + Number(way.flippedX) * 1.5 + Number(way.flippedY) +
    Number(way.swapped);
  good.sort((a, b) => effort(a) - effort(b));
  const best = good[0], gain = (stored / best.error).toFixed(1);
  const id = best.of === "patterns"
    ? "patterns_turned"
    : best.swapped
    ? "swapped_coordinates"
    : "reversed_coordinates";
  const what = {
    patterns_turned: "the patterns are turned",
    swapped_coordinates: "x and y are exchanged",
    reversed_coordinates: "a direction is reversed",
  }[id];
  findings.add(
    "problem",
    id,
    best.of === "patterns" ? "diffraction" : "xcoords, ycoords",
    `${what}: a quick trial explains the patterns ${gain} times better with another reading`,
    good.slice(0, 3).map(remedyOf).join(", or ") +
      (good.length > 1 ? " (the trial cannot tell these apart)" : ""),
  );
}

function remedyOf(way: Orientation): string {
  const steps: string[] = [];
  if (way.of === "patterns") {
    if (way.swapped) steps.push("transpose the patterns");
    if (way.flippedY) steps.push("mirror the patterns top to bottom");
    if (way.flippedX) steps.push("mirror the patterns left to right");
    return steps.join(" and ");
  }
  if (way.swapped) steps.push("exchange xcoords and ycoords");
  if (way.flippedY) steps.push("change the sign of ycoords");
  if (way.flippedX) steps.push("change the sign of xcoords");
  return steps.join(" and ");
}
