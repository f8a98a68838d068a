/**
 * Findings about scan positions.
 *
 * @module
 */
import { isComplex, type NdArray, toFloat64 } from "../array.ts";
import type { Findings } from "./finding.ts";
import type { ScanFigures } from "./inspection.ts";
import { positionFigures } from "./positions.ts";

const PIXELS =
  "divide them by the pixel size of the object (wavelength x distance / detector width)";

/** Pairs (y, x) of both coordinate arrays; undefined if one is missing. */
export function pairPositions(
  x: NdArray | undefined,
  y: NdArray | undefined,
  findings: Findings,
): Float64Array | undefined {
  if (x === undefined || y === undefined) return undefined;
  for (const [key, array] of [["xcoords", x], ["ycoords", y]] as const) {
    if (isComplex(array.dtype) || array.dtype === "str") {
      findings.add("problem", "coordinates_type", key, `it holds ${array.dtype}`, "store pixels");
      return undefined;
    }
  }
  const columns = toFloat64(x), rows = toFloat64(y);
  if (columns.length !== rows.length) {
    findings.add(
      "problem",
      "coordinates_differ",
      "xcoords",
      `it has ${columns.length} values and ycoords ${rows.length}`,
      "store one pair of coordinates a pattern",
    );
  }
  const count = Math.min(columns.length, rows.length);
  const out = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    out[2 * i] = rows[i];
    out[2 * i + 1] = columns[i];
  }
  return out;
}

/** What positions are compared with. */
export interface PositionHints {
  /** Patterns. */
  readonly patterns?: number | undefined;
  /** N: side of a pattern, px. */
  readonly side?: number | undefined;
  /** Diameter of the probe, px. */
  readonly diameter?: number | undefined;
  /** Rows and columns of the object in the file. */
  readonly object?: readonly number[] | undefined;
}

/** Judges positions; `usable` is false where their unit is probably not pixels. */
export function checkScanPositions(
  positions: Float64Array,
  hints: PositionHints,
  findings: Findings,
): { figures: ScanFigures; usable: boolean } | undefined {
  const count = positions.length / 2;
  const broken = Array.from({ length: count }, (_, i) => i).filter((i) =>
    !Number.isFinite(positions[2 * i] + positions[2 * i + 1])
  );
  if (broken.length > 0) {
    findings.add(
      "problem",
      "coordinates_not_finite",
      "xcoords",
      `${broken.length} position${broken.length === 1 ? " is" : "s are"} not finite (${
        broken.slice(0, 5).join(", ")
      })`,
      "repair them or remove them with their patterns",
    );
  }
  checkCount(count, hints.patterns, findings);
  const finite = positions.filter((_, i) =>
    Number.isFinite(positions[i - i % 2] + positions[i - i % 2 + 1])
  );
  if (finite.length < 4) {
    findings.add(
      "problem",
      "too_few_positions",
      "xcoords",
      `there are ${finite.length / 2} positions`,
      "ptychography needs overlapping positions",
    );
    return undefined;
  }
  const made = positionFigures(finite), { low, high, nearest } = made;
  const span = Math.max(high[0] - low[0], high[1] - low[1]);
  const { diameter } = hints;
  const usable = checkScale(span, nearest.median, count, hints, findings);
  const overlap = diameter === undefined || span < 1
    ? null
    : Math.max(0, 1 - nearest.mean / diameter);
  if (usable && made.repeated > 0) {
    findings.add(
      made.repeated > count / 2 ? "warning" : "note",
      "repeated_positions",
      "xcoords",
      `${made.repeated} of ${count} positions occur more than once`,
      "that is fine for repeated exposures; otherwise check the positions",
    );
  }
  if (usable && hints.object !== undefined && hints.side !== undefined) {
    checkInside(finite, hints.object, hints.side, findings);
  }
  const figures = { count, x: [low[1], high[1]], y: [low[0], high[0]], nearest, overlap } as const;
  return { figures, usable };
}

function checkCount(count: number, patterns: number | undefined, findings: Findings): void {
  if (patterns === undefined || patterns === count) return;
  if (count < patterns) {
    findings.add(
      "problem",
      "count_mismatch",
      "xcoords",
      `it has ${count} values for ${patterns} patterns`,
      "store one pair of coordinates a pattern",
    );
  } else {
    findings.add(
      "warning",
      "count_mismatch",
      "xcoords",
      `it has ${count} values for ${patterns} patterns: the last ${count - patterns} are ignored`,
      "check that both start with the same exposure",
    );
  }
}

/** Finds out whether the unit can be pixels. */
function checkScale(
  span: number,
  median: number,
  count: number,
  { diameter, side }: PositionHints,
  findings: Findings,
): boolean {
  const keys = "xcoords, ycoords";
  if (span === 0) {
    findings.add(
      "problem",
      "positions_equal",
      keys,
      "all positions are equal",
      "store the scan positions",
    );
    return false;
  }
  if (span < 1) {
    const unit = span < 0.1 ? "metres" : "millimetres or micrometres";
    findings.add(
      "problem",
      "positions_in_metres",
      keys,
      `they span ${span.toPrecision(3)} px only, which looks like ${unit}, not pixels`,
      PIXELS,
    );
    return false;
  }
  const reach = diameter ?? (side === undefined ? undefined : side / 2);
  if (reach === undefined) return true;
  if (count >= 16 && span < reach / 4) {
    findings.add(
      "warning",
      "positions_scale",
      keys,
      `${count} positions span only ${span.toPrecision(3)} px, a fraction of the probe ` +
        `(${reach.toFixed(1)} px): they may be in micrometres`,
      `if so, ${PIXELS}`,
    );
    return false;
  }
  if (median > reach) {
    findings.add(
      "problem",
      "no_overlap",
      keys,
      `neighbouring positions are ${median.toPrecision(3)} px apart and the probe is ` +
        `${reach.toFixed(1)} px wide: there is no overlap`,
      `check the unit (nanometres? ${PIXELS}); otherwise scan with smaller steps`,
    );
    return false;
  }
  const overlap = 1 - median / reach;
  if (overlap < 0.4) {
    findings.add(
      "warning",
      "little_overlap",
      keys,
      `neighbouring probes overlap by only ${(100 * overlap).toFixed(0)} % of their diameter`,
      "60 % or more is usual: expect artefacts, or scan with smaller steps",
    );
  }
  return true;
}

function checkInside(
  positions: Float64Array,
  [height, width]: readonly number[],
  side: number,
  findings: Findings,
): void {
  const outside = (rows: number, columns: number): number => {
    let n = 0;
    for (let i = 0; i < positions.length; i += 2) {
      const y = positions[i], x = positions[i + 1], margin = side / 2 - 1;
      if (y < margin || y > rows - margin || x < margin || x > columns - margin) n++;
    }
    return n;
  };
  const found = outside(height, width);
  if (found === 0) return;
  const other = outside(width, height) === 0 ? ". With x and y exchanged all would lie inside" : "";
  findings.add(
    "warning",
    "positions_outside_object",
    "xcoords, ycoords",
    `${found} patches reach beyond objectGuess (${height} x ${width})${other}`,
    "positions are patch centres in pixels of objectGuess, x = column; check offset, unit and axes",
  );
}
