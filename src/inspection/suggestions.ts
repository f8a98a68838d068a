/**
 * How to train on a file.
 *
 * @module
 */
import type { JudgedStack } from "./check_stack.ts";
import type { Findings } from "./finding.ts";
import type { ScanFigures, StackFigures, Suggestions } from "./inspection.ts";

/** Sides the network takes, px. */
const SIDES = [64, 128, 256];
/** Overlap from which merging the patches of a group helps. */
const MERGE_OVERLAP = 0.5;
/** Smallest number of positions for groups of four. */
const MERGE_POSITIONS = 16;

/** Suggests side, gridsize and flags; adds a finding where the side does not fit. */
export function suggest(
  stack: StackFigures | null,
  judged: JudgedStack | undefined,
  scan: ScanFigures | null,
  findings: Findings,
): Suggestions {
  const flags: string[] = [];
  let N: number | null = null;
  if (stack !== null && judged !== undefined && stack.height === stack.width) {
    N = sideFor(stack, judged, flags, findings);
    if (stack.kind === "intensity") flags.push("--diffraction-kind counts");
  }
  const count = Math.min(stack?.patterns ?? Infinity, scan?.count ?? Infinity);
  const merge = scan !== null && scan.overlap !== null && scan.overlap >= MERGE_OVERLAP &&
    count >= MERGE_POSITIONS;
  return { N, gridsize: merge ? 2 : 1, groups: Number.isFinite(count) ? count : 0, flags };
}

function sideFor(
  { key, height: side }: StackFigures,
  judged: JudgedStack,
  flags: string[],
  findings: Findings,
): number | null {
  if (SIDES.includes(side)) return side;
  const crop = Math.max(...SIDES.filter((n) => n < side));
  if (!Number.isFinite(crop)) {
    findings.add(
      "problem",
      "pattern_side",
      key,
      `its patterns are ${side} x ${side}: the network takes ${SIDES.join(", ")}`,
      "pad them with zeros to 64 x 64, and the probe with them",
    );
    return null;
  }
  const factor = SIDES.findLast((n) => side % n === 0 && side > n);
  const lost = 1 - insideShare(judged, crop);
  const bin = factor !== undefined && lost > 0.01;
  const flag = bin ? `--bin ${side / factor}` : `--crop-to ${crop}`;
  flags.push(flag);
  findings.add(
    "problem",
    "pattern_side",
    key,
    `its patterns are ${side} x ${side}: the network takes ${SIDES.join(", ")}`,
    `use ${flag}` +
      (bin
        ? ` (--crop-to ${crop} would lose ${(100 * lost).toFixed(1)} % of the light)`
        : ` (${(100 * lost).toFixed(1)} % of the light lies outside)`),
  );
  return bin ? factor! : crop;
}

/** Share of the light in the middle square of a side. */
function insideShare({ mean, centring }: JudgedStack, side: number): number {
  if (centring.zeroFrequency !== "centre") return 0;
  let inside = 0, all = 0;
  mean.data.forEach((value, i) => {
    const y = Math.floor(i / mean.width) - (mean.height >> 1);
    const x = i % mean.width - (mean.width >> 1);
    all += value;
    if (y >= -side / 2 && y < side / 2 && x >= -side / 2 && x < side / 2) inside += value;
  });
  return inside / all;
}
