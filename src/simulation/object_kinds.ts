/**
 * Names of simulated objects.
 *
 * @module
 */

/** Kinds of simulated objects; `file` is an image of the user. */
export type ObjectKind =
  | "demo"
  | "lines"
  | "grf"
  | "points"
  | "diagonals"
  | "v"
  | "dead_leaves"
  | "white_noise"
  | "blurred_noise"
  | "simplex"
  | "siemens"
  | "resolution"
  | "file";

/** All object kinds. */
export const OBJECT_KINDS: readonly ObjectKind[] = [
  "demo",
  "lines",
  "grf",
  "points",
  "diagonals",
  "v",
  "dead_leaves",
  "white_noise",
  "blurred_noise",
  "simplex",
  "siemens",
  "resolution",
  "file",
];

/** Kinds that are drawn, not read. */
export type DrawnObjectKind = Exclude<ObjectKind, "file">;

/** All kinds that are drawn. */
export const DRAWN_OBJECT_KINDS: readonly DrawnObjectKind[] = OBJECT_KINDS.filter((kind) =>
  kind !== "file"
);
