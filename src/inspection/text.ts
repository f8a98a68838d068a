/**
 * An inspection as text for people.
 *
 * @module
 */
import type { Summary } from "./inspection.ts";

/** Some lines: arrays, figures, findings, what to do next. */
export function inspectionText(summary: Summary): string {
  const { patterns, positions, probe, object, trial, suggestions, findings } = summary;
  const lines = [summary.file, "", "Arrays"];
  const width = Math.max(0, ...summary.arrays.map(({ key }) => key.length));
  for (const { key, shape, dtype, error } of summary.arrays) {
    const what = error === undefined
      ? `(${shape!.join(", ")}) ${TYPE_NAMES[dtype!] ?? dtype}`
      : "not readable";
    lines.push(`  ${key.padEnd(width)}  ${what}`);
  }
  const rows: [string, string][] = [];
  if (patterns !== null) {
    const { height, width: columns, counts_range: range } = patterns;
    rows.push(["patterns", `${patterns.patterns} of ${height} x ${columns}`]);
    rows.push(["values", `${patterns.kind}: ${patterns.kind_reason}`]);
    rows.push([
      "counts a pattern",
      `mean ${short(patterns.mean_counts)}, from ${short(range[0])} to ${short(range[1])}` +
      (patterns.counted ? "" : " (scaled units)"),
    ]);
    rows.push(["brightest pixel", short(patterns.max_counts)]);
    rows.push(["dark fraction", percent(patterns.dark_fraction)]);
    rows.push([
      "saturation",
      patterns.saturated_values === 0 ? "none" : `${patterns.saturated_values} values`,
    ]);
    if (patterns.masked_pixels > 0) {
      rows.push(["mask", `ignores ${patterns.masked_pixels} of ${height * columns} pixels`]);
    }
    rows.push([
      "centre of mass",
      `row ${patterns.centre_of_mass[0].toFixed(1)}, column ` +
      `${patterns.centre_of_mass[1].toFixed(1)}; zero frequency at the ${patterns.zero_frequency}`,
    ]);
  }
  if (summary.nphotons !== null) rows.push(["photons stored", short(summary.nphotons)]);
  if (summary.pixel_size_m !== null) {
    rows.push(["object pixel", `${short(summary.pixel_size_m * 1e9)} nm`]);
  }
  if (positions !== null) {
    const { x, y, nearest } = positions;
    rows.push([
      "positions",
      `${positions.count}; x ${short(x[0])} to ${short(x[1])}, y ${short(y[0])} to ${
        short(y[1])
      } px`,
    ]);
    rows.push([
      "nearest neighbour",
      `median ${short(nearest.median)} px, from ${short(nearest.min)} to ${short(nearest.max)}`,
    ]);
    if (positions.overlap !== null) rows.push(["overlap", percent(positions.overlap)]);
  }
  if (probe !== null) {
    const modes = probe.modes === 1
      ? "one mode"
      : `${probe.modes} modes of ${probe.powers.map(percent).join(", ")}`;
    rows.push([
      "probe",
      `${probe.N} x ${probe.N}, ${modes}, ${probe.diameter.toFixed(1)} px wide, energy ` +
      short(probe.energy),
    ]);
  }
  if (object !== null) {
    rows.push(["object", `${object.shape.join(" x ")}${object.known ? "" : " (ones: not known)"}`]);
  }
  if (trial !== null) {
    rows.push([
      "trial of axes",
      `${trial.patterns} patterns; error ${trial.stored.toPrecision(2)} as stored, ` +
      `${trial.best.error.toPrecision(2)} at best, ${
        trial.shuffled.toPrecision(2)
      } in another order`,
    ]);
  }
  rows.push(["N for the network", suggestions.N === null ? "does not fit" : String(suggestions.N)]);
  rows.push([
    "gridsize",
    suggestions.gridsize === 1
      ? `1 (${suggestions.groups} groups)`
      : `1 or ${suggestions.gridsize}: neighbours overlap enough (${suggestions.groups} groups)`,
  ]);
  lines.push("", "Figures");
  const label = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) lines.push(`  ${name.padEnd(label)}  ${value}`);
  lines.push("", findings.length === 0 ? "Nothing wrong was found." : "Findings");
  for (const finding of findings) {
    lines.push(`  ${finding.severity.toUpperCase()} ${finding.array}: ${finding.message}.`);
    lines.push(`    -> ${finding.remedy}.`);
  }
  lines.push("", nextStep(summary));
  return lines.join("\n");
}

/** What to type next. */
export function nextStep({ file, suggestions, findings, patterns }: Summary): string {
  const open = findings.filter((finding) =>
    finding.severity === "problem" &&
    // What a suggested flag mends does not have to be mended first.
    !(finding.id === "intensity_not_amplitude" || finding.id === "pattern_side")
  );
  if (patterns === null || open.length > 0) {
    return `Mend ${open.length === 1 ? "the problem" : `the ${open.length} problems`} first.`;
  }
  const flags = suggestions.flags.map((flag) => ` ${flag}`).join("");
  return `Next: ptychogpu train --train-data-file ${file}${flags}`;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  f16: "float16",
  f32: "float32",
  f64: "float64",
  c64: "complex64",
  c128: "complex128",
  i64: "int64",
  i32: "int32",
  u16: "uint16",
  u8: "uint8",
  str: "text",
};

function short(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-3)) return value.toExponential(3);
  return String(Number(value.toPrecision(size >= 1000 ? 6 : 4)));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.0995 && share > 0 ? 1 : 0)} %`;
}
