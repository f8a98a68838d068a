/**
 * How the patterns lie in a stack, also where training would refuse it.
 *
 * @module
 */
import { patternLayout } from "../scan/layout.ts";
import type { Findings } from "./finding.ts";

/** Places of patterns, rows and columns in a stack. */
export interface StackLayout {
  /** `canonical` counts patterns on the first axes, `legacy` on the last. */
  readonly order: "canonical" | "legacy";
  /** P: number of patterns. */
  readonly count: number;
  /** Rows of a pattern, px. */
  readonly height: number;
  /** Columns of a pattern, px. */
  readonly width: number;
  /** Patterns in one entry of the first axis; 1 unless there are more than three axes. */
  readonly perEntry: number;
}

/**
 * Finds the layout and names what is unusual about it.
 *
 * @param key Name of the stack.
 * @param shape Its shape, at least one axis.
 * @param coordinates Number of scan coordinates, 0 if unknown.
 * @returns undefined if there are less than three axes.
 */
export function stackLayout(
  key: string,
  shape: readonly number[],
  coordinates: number,
  findings: Findings,
): StackLayout | undefined {
  const text = `(${shape.join(", ")})`;
  if (shape.length < 3 || shape.some((n) => n === 0)) {
    findings.add(
      "problem",
      "stack_axes",
      key,
      `its shape ${text} has ${shape.length < 3 ? "less than three axes" : "an empty axis"}`,
      "store the patterns as (P, N, N)",
    );
    return undefined;
  }
  const plain = shape.length === 3 || (shape.length === 4 && shape[3] === 1);
  if (!plain) {
    const height = shape[shape.length - 2], width = shape[shape.length - 1];
    const perEntry = shape.slice(1, -2).reduce((product, n) => product * n, 1);
    findings.add(
      "problem",
      "stack_axes",
      key,
      `its shape ${text} has ${shape.length} axes`,
      `reshape it to (${shape[0] * perEntry}, ${height}, ${width})`,
    );
    return { order: "canonical", count: shape[0] * perEntry, height, width, perEntry };
  }
  const layout = patternLayout(key, shape, coordinates);
  const { order, count, height, width } = layout;
  if (order === "legacy") {
    reportSwapped(key, layout, true, findings);
  }
  if (height !== width) {
    findings.add(
      "problem",
      "patterns_not_square",
      key,
      `its patterns are ${height} x ${width}`,
      `cut them to squares around the zero frequency`,
    );
  }
  return { order, count, height, width, perEntry: 1 };
}

/** Names swapped axes; `readable` is true where `train` finds out by itself. */
export function reportSwapped(
  key: string,
  { count, height, width }: Pick<StackLayout, "count" | "height" | "width">,
  readable: boolean,
  findings: Findings,
): void {
  findings.add(
    readable ? "warning" : "problem",
    "swapped_axes",
    key,
    `its axes are swapped: (${height}, ${width}, ${count}) is (rows, columns, patterns)` +
      (readable ? "" : ", which equal lengths hide"),
    `store (patterns, rows, columns): np.moveaxis(${key}, -1, 0)` +
      (readable ? ". It is read as it is, but slower" : ""),
  );
}

/** The other reading of a stack whose axes are all equally long; undefined for all other stacks. */
export function otherReading(
  shape: readonly number[],
  layout: StackLayout,
): StackLayout | undefined {
  const cube = shape.length === 3 && shape[0] === shape[1] && shape[1] === shape[2];
  return cube
    ? { ...layout, order: layout.order === "legacy" ? "canonical" : "legacy" }
    : undefined;
}
