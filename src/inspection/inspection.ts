/**
 * What an inspection says.
 *
 * @module
 */
import type { Grid } from "../image/grid.ts";
import type { Probe } from "../scan/probe.ts";
import type { ComplexImage } from "../scan/resize.ts";
import type { ArrayEntry } from "./contents.ts";
import type { Finding } from "./finding.ts";
import type { Orientation } from "./orientation.ts";

/** Figures of the patterns. Counts are intensities: values of counts, squares of amplitudes. */
export interface StackFigures {
  /** Name of the array. */
  readonly key: string;
  /** Axis order; see `StackLayout`. */
  readonly order: "canonical" | "legacy";
  /** P: patterns. */
  readonly patterns: number;
  /** Rows of a pattern, px. */
  readonly height: number;
  /** Columns of a pattern, px. */
  readonly width: number;
  /** What the values are. */
  readonly kind: "amplitude" | "intensity";
  /** Why. */
  readonly kind_reason: string;
  /** True if values or their squares are whole numbers, so that photons can be counted. */
  readonly counted: boolean;
  /** Counts of the mean pattern. */
  readonly mean_counts: number;
  /** Counts of the darkest and brightest pattern. */
  readonly counts_range: readonly [number, number];
  /** Counts of the brightest pixel of all patterns. */
  readonly max_counts: number;
  /** Share of values equal to 0. */
  readonly dark_fraction: number;
  /** Values that pile up at the largest value; 0 if they do not. */
  readonly saturated_values: number;
  /** Centre of mass (row, column) of the mean pattern, px. */
  readonly centre_of_mass: readonly [number, number];
  /** Where the zero frequency is. */
  readonly zero_frequency: string;
  /** Pixels that the mask of the file ignores. */
  readonly masked_pixels: number;
  /** Hot pixels (row, column). */
  readonly hot_pixels: readonly (readonly [number, number])[];
  /** Dead pixels (row, column). */
  readonly dead_pixels: readonly (readonly [number, number])[];
}

/** Figures of the positions, px. */
export interface ScanFigures {
  /** Positions. */
  readonly count: number;
  /** Smallest and largest column. */
  readonly x: readonly [number, number];
  /** Smallest and largest row. */
  readonly y: readonly [number, number];
  /** Distance to the nearest other position: smallest, median, mean, largest. */
  readonly nearest: {
    readonly min: number;
    readonly median: number;
    readonly mean: number;
    readonly max: number;
  };
  /** 1 - mean nearest distance / diameter of the probe, at least 0; null without a probe. */
  readonly overlap: number | null;
}

/** Figures of the probe. */
export interface ProbeFigures {
  /** N: side, px. */
  readonly N: number;
  /** Modes. */
  readonly modes: number;
  /** Diameter of the flat disk that is as peaked, px. */
  readonly diameter: number;
  /** Sum of |probe|^2. */
  readonly energy: number;
  /** Share of each mode in the energy. */
  readonly powers: readonly number[];
}

/** Result of the trial of axes. */
export interface TrialFigures {
  /** Patterns tried. */
  readonly patterns: number;
  /** Relative squared amplitude error of the axes as stored. */
  readonly stored: number;
  /** The same with the positions dealt out in another order. */
  readonly shuffled: number;
  /** Best reading and its error. */
  readonly best: Orientation & { readonly error: number };
}

/** How to train on the file. */
export interface Suggestions {
  /** N the network would take, px; null if the patterns are too small. */
  readonly N: number | null;
  /** Largest gridsize whose groups overlap enough to be merged: 2, or 1 where they do not. */
  readonly gridsize: number;
  /** Groups in an epoch: one around each position. */
  readonly groups: number;
  /** Flags for `train` and `infer`. */
  readonly flags: readonly string[];
}

/** The summary, ready for JSON. */
export interface Summary {
  /** Name of the file. */
  readonly file: string;
  /** Arrays in the file. */
  readonly arrays: readonly ArrayEntry[];
  /** Photons of the mean pattern according to the metadata. */
  readonly nphotons: number | null;
  /** Side of an object pixel, m, if the file says it. */
  readonly pixel_size_m: number | null;
  /** Patterns; null if there are none. */
  readonly patterns: StackFigures | null;
  /** Positions; null if there are none. */
  readonly positions: ScanFigures | null;
  /** Probe; null if there is none. */
  readonly probe: ProbeFigures | null;
  /** Rows and columns of the object and whether it is more than ones; null if there is none. */
  readonly object: { readonly shape: readonly number[]; readonly known: boolean } | null;
  /** Trial of the axes; null if it could not be made. */
  readonly trial: TrialFigures | null;
  /** How to train on it. */
  readonly suggestions: Suggestions;
  /** True if `train` would read the file without any of the problems found. */
  readonly ready: boolean;
  /** Findings, the worst first. */
  readonly findings: readonly Finding[];
}

/** What the pictures show. */
export interface Views {
  /** Mean intensity of the patterns. */
  readonly meanPattern?: Grid;
  /** Probe. */
  readonly probe?: Probe;
  /** Object of the file. */
  readonly object?: ComplexImage;
  /** Object around the middle of the scan by the trial. */
  readonly quickLook?: ComplexImage;
  /** (P, 2) positions (y, x), px. */
  readonly positions?: Float64Array;
  /** (height, width) 1 where a pixel is good, if some are bad. */
  readonly mask?: Uint8Array;
}

/** An inspection: summary and views. */
export interface Inspection {
  /** Figures and findings. */
  readonly summary: Summary;
  /** Images for pictures. */
  readonly views: Views;
}
