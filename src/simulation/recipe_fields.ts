/**
 * The fields of a simulation recipe: one description each, of which the checks, the flags, the
 * printed recipe and the documentation are made.
 *
 * @module
 */
import { OBJECT_KINDS } from "./object_kinds.ts";
import { PROBE_KINDS } from "./probe_kinds.ts";
import { SCAN_KINDS } from "./scans.ts";

/** A value of a recipe. */
export type RecipeValue = number | string | boolean | readonly number[] | null;

/** Sections of a recipe; the empty one holds what concerns everything. */
export const SECTIONS = ["", "object", "probe", "scan", "detector"] as const;

/** One field. */
export interface RecipeField {
  /** Section. */
  readonly section: typeof SECTIONS[number];
  /** Name inside the section. */
  readonly name: string;
  /** What values are. */
  readonly type: "whole" | "real" | "choice" | "switch" | "text" | "reals";
  /** Default; null leaves the choice to the simulation, as `help` says. */
  readonly value: RecipeValue;
  /** Defaults of some kinds of the section. */
  readonly byKind?: Readonly<Record<string, RecipeValue>>;
  /** Kinds of the section that use it; absent: all. */
  readonly kinds?: readonly string[];
  /** Allowed values of a choice. */
  readonly choices?: readonly string[];
  /** Smallest number. */
  readonly min?: number;
  /** Largest number. */
  readonly max?: number;
  /** True excludes `min` and `max` themselves. */
  readonly open?: boolean;
  /** Flag, without dashes. */
  readonly flag: string;
  /** One line of help; units included. */
  readonly help: string;
}

const SIGMA_KINDS = ["gaussian", "curved", "aberrated"];

/** All fields, in the order in which they are printed. */
export const RECIPE_FIELDS: readonly RecipeField[] = [
  field("", "N", "whole", 64, "N", "side of a pattern, px: a power of two", { min: 16, max: 512 }),
  field("", "seed", "whole", 42, "seed", "seed of everything random", {
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  }),
  field("", "nphotons", "real", 1e6, "nphotons", "photons of the mean pattern", { min: 1 }),
  field("", "noise", "switch", true, "noise", "draw photon noise"),
  field("", "labels", "choice", "none", "labels", "truth patches for supervised training", {
    choices: ["none", "object", "illuminated"],
  }),
  field(
    "",
    "pixel_nm",
    "real",
    null,
    "pixel-nm",
    "pixel of the object, nm (unknown, or a third of a zone)",
    {
      min: 0,
      open: true,
    },
  ),

  field("object", "kind", "choice", "demo", "object", "object, or a .png or .npz file", {
    choices: OBJECT_KINDS,
  }),
  field("object", "file", "text", null, "object-file", "PNG or NPZ image", { kinds: ["file"] }),
  field(
    "object",
    "key",
    "text",
    null,
    "object-key",
    "array of the NPZ file (objectGuess, object or image)",
    {
      kinds: ["file"],
    },
  ),
  field("object", "parts", "choice", "both", "object-parts", "what has structure", {
    choices: ["both", "amplitude", "phase"],
  }),
  field("object", "height", "whole", null, "object-height", "rows, px (from the overlap)", {
    min: 17,
    max: 16384,
  }),
  field("object", "width", "whole", null, "object-width", "columns, px (from the overlap)", {
    min: 17,
    max: 16384,
  }),
  field(
    "object",
    "amplitude_range",
    "reals",
    null,
    "amplitude-range",
    "smallest and largest amplitude (as drawn)",
    { min: 0 },
  ),
  field(
    "object",
    "phase_range",
    "reals",
    null,
    "phase-range",
    "smallest and largest phase, rad (as drawn)",
  ),

  field("probe", "kind", "choice", "gaussian", "probe", "probe, or a .npz file", {
    choices: PROBE_KINDS,
  }),
  field("probe", "file", "text", null, "probe-file", "NPZ file", { kinds: ["file"] }),
  field("probe", "key", "text", null, "probe-key", "array of the NPZ file (probeGuess)", {
    kinds: ["file"],
  }),
  field("probe", "side", "whole", null, "probe-side", "window it is drawn in, px (N)", {
    min: 8,
    max: 2048,
    kinds: PROBE_KINDS.filter((kind) => kind !== "file"),
  }),
  field("probe", "sigma", "real", null, "probe-sigma", "width of the modulus, px (by kind)", {
    min: 0,
    open: true,
    kinds: SIGMA_KINDS,
  }),
  field("probe", "radius", "real", null, "probe-radius", "radius, px (14/64 of the window)", {
    min: 0,
    open: true,
    kinds: ["disk"],
  }),
  field(
    "probe",
    "edge_phase",
    "real",
    null,
    "probe-edge-phase",
    "curvature: phase at 2 sigma or at the radius, rad (by kind)",
    { kinds: ["disk", "gaussian", "curved"], byKind: { disk: 3, gaussian: 2, curved: 12 } },
  ),
  field("probe", "scale", "real", null, "probe-scale", "larger is narrower (0.7)", {
    min: 0,
    open: true,
    kinds: ["default"],
    byKind: { default: 0.7 },
  }),
  field(
    "probe",
    "pupil",
    "real",
    null,
    "probe-pupil",
    "radius of the pupil as a share of N/2 (0.4)",
    {
      min: 0,
      max: 1,
      open: true,
      kinds: ["zernike"],
      byKind: { zernike: 0.4 },
    },
  ),
  field(
    "probe",
    "zernike",
    "reals",
    null,
    "zernike",
    "aberrations, rad rms: Noll terms 1, 2, ... (defocus and others)",
    { kinds: ["zernike"], byKind: { zernike: [0, 0, 0, 3, 0.8, 0, 0.6, 0.3] } },
  ),
  field("probe", "energy_kev", "real", null, "energy-kev", "photon energy, keV (8)", {
    min: 0,
    open: true,
    kinds: ["zone_plate"],
    byKind: { zone_plate: 8 },
  }),
  field("probe", "zone_nm", "real", null, "zone-nm", "outermost zone of the plate, nm (60)", {
    min: 0,
    open: true,
    kinds: ["zone_plate"],
    byKind: { zone_plate: 60 },
  }),
  field("probe", "stop", "real", null, "zone-stop", "central stop as a share of the plate (0.4)", {
    min: 0,
    max: 0.95,
    kinds: ["zone_plate"],
    byKind: { zone_plate: 0.4 },
  }),
  field(
    "probe",
    "defocus_um",
    "real",
    null,
    "defocus-um",
    "distance from the focus, um (beam as wide as 0.35 N)",
    { kinds: ["zone_plate"] },
  ),
  field("probe", "modes", "whole", null, "probe-modes", "incoherent modes (1, or the file's)", {
    min: 1,
    max: 16,
  }),
  field(
    "probe",
    "mode_powers",
    "reals",
    null,
    "mode-powers",
    "power of each mode, relative (each half the one before)",
    { min: 0, open: true },
  ),
  field(
    "probe",
    "pipeline",
    "text",
    "",
    "probe-pipeline",
    "steps in order, as smooth:0.5|pad:128 (none)",
  ),
  field("probe", "mask", "choice", "none", "probe-mask", "what cuts the probe", {
    choices: ["none", "disk"],
  }),
  field("probe", "mask_diameter", "real", null, "probe-mask-diameter", "diameter, px (N/2)", {
    min: 2,
  }),

  field("scan", "kind", "choice", "jittered", "scan", "order of positions", {
    choices: SCAN_KINDS,
  }),
  field("scan", "count", "whole", 400, "n-positions", "positions (or the nearest full grid)", {
    min: 2,
    max: 1e6,
  }),
  field("scan", "overlap", "real", null, "overlap", "linear overlap of neighbouring probes (0.7)", {
    min: 0,
    max: 0.99,
    kinds: SCAN_KINDS.filter((kind) => kind !== "nested"),
  }),
  field(
    "scan",
    "step",
    "real",
    null,
    "scan-step",
    "distance of lines, px, in place of an overlap",
    {
      min: 0,
      open: true,
      kinds: SCAN_KINDS.filter((kind) => kind !== "nested"),
    },
  ),
  field("scan", "jitter", "real", null, "jitter", "largest shift as a share of the step (0.3)", {
    min: 0,
    max: 1,
    kinds: ["jittered"],
    byKind: { jittered: 0.3 },
  }),
  field("scan", "gridsize", "whole", null, "gridsize", "side of a group of positions (2)", {
    min: 1,
    max: 3,
    kinds: ["nested"],
    byKind: { nested: 2 },
  }),
  field("scan", "offset", "real", null, "offset", "distance inside a group, px (4)", {
    min: 0,
    open: true,
    kinds: ["nested"],
    byKind: { nested: 4 },
  }),
  field("scan", "outer_offset", "real", null, "outer-offset", "distance of groups, px (8)", {
    min: 0,
    open: true,
    kinds: ["nested"],
    byKind: { nested: 8 },
  }),
  field("scan", "integer", "switch", false, "integer-positions", "round positions to whole pixels"),
  field(
    "scan",
    "position_error",
    "real",
    0,
    "position-error",
    "distance of true from reported positions, px rms",
    { min: 0 },
  ),
  field(
    "scan",
    "position_error_kind",
    "choice",
    "random",
    "position-error-kind",
    "course of that distance",
    {
      choices: ["random", "drift"],
    },
  ),

  field("detector", "beamstop", "real", 0, "beamstop", "diameter of the beamstop, px", { min: 0 }),
  field("detector", "dead_pixels", "real", 0, "dead-pixels", "share of dead pixels", {
    min: 0,
    max: 0.5,
  }),
  field("detector", "saturation", "real", null, "saturation", "largest count of a pixel (none)", {
    min: 0,
    open: true,
  }),
];

/** Full name of a field, `section.name`. */
export function pathOf(entry: Pick<RecipeField, "section" | "name">): string {
  return entry.section === "" ? entry.name : `${entry.section}.${entry.name}`;
}

function field(
  section: RecipeField["section"],
  name: string,
  type: RecipeField["type"],
  value: RecipeValue,
  flag: string,
  help: string,
  rest: Partial<RecipeField> = {},
): RecipeField {
  return { section, name, type, value, flag, help, ...rest };
}
