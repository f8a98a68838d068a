/**
 * Recipes: everything that decides what a simulation makes.
 *
 * @module
 */
import { nearestName } from "../config/fields.ts";
import { ConfigError } from "../errors.ts";
import type { ObjectKind } from "./object_kinds.ts";
import { autoDefocus } from "./optics.ts";
import { parsePipeline } from "./pipeline.ts";
import type { ProbeKind } from "./probe_kinds.ts";
import {
  pathOf,
  RECIPE_FIELDS,
  type RecipeField,
  type RecipeValue,
  SECTIONS,
} from "./recipe_fields.ts";
import { checkValue } from "./recipe_values.ts";
import type { ScanKind } from "./scans.ts";

/** Object of a recipe. */
export interface ObjectRecipe {
  /** Kind. */
  readonly kind: ObjectKind;
  /** Path of the image, with kind `file`. */
  readonly file: string | null;
  /** Array of an NPZ file. */
  readonly key: string | null;
  /** What has structure; the other part is flat. */
  readonly parts: "both" | "amplitude" | "phase";
  /** Rows, px; null follows from the scan. */
  readonly height: number | null;
  /** Columns, px; null follows from the scan. */
  readonly width: number | null;
  /** Smallest and largest amplitude. */
  readonly amplitude_range: readonly number[] | null;
  /** Smallest and largest phase, rad. */
  readonly phase_range: readonly number[] | null;
}

/** Probe of a recipe; fields that the kind does not use are null. */
export interface ProbeRecipe {
  /** Kind. */
  readonly kind: ProbeKind;
  /** Path, with kind `file`. */
  readonly file: string | null;
  /** Array of the file. */
  readonly key: string | null;
  /** Window it is drawn in, px; null is N. */
  readonly side: number | null;
  /** Width of the modulus, px. */
  readonly sigma: number | null;
  /** Radius of a disk, px. */
  readonly radius: number | null;
  /** Quadratic phase at 2 sigma or at the radius, rad. */
  readonly edge_phase: number | null;
  /** Scale of the default probe. */
  readonly scale: number | null;
  /** Radius of the pupil as a share of N/2. */
  readonly pupil: number | null;
  /** Zernike coefficients from Noll term 1, rad rms. */
  readonly zernike: readonly number[] | null;
  /** Photon energy, keV. */
  readonly energy_kev: number | null;
  /** Outermost zone, nm. */
  readonly zone_nm: number | null;
  /** Diameter of the central stop as a share of that of the zone plate. */
  readonly stop: number | null;
  /** Distance from the focus, um. */
  readonly defocus_um: number | null;
  /** Incoherent modes. */
  readonly modes: number | null;
  /** Relative power of each mode. */
  readonly mode_powers: readonly number[] | null;
  /** Steps of the preprocessing. */
  readonly pipeline: string;
  /** What cuts the probe. */
  readonly mask: "none" | "disk";
  /** Diameter of the mask, px; null is N/2. */
  readonly mask_diameter: number | null;
}

/** Scan of a recipe; fields that the kind does not use are null. */
export interface ScanRecipe {
  /** Kind. */
  readonly kind: ScanKind;
  /** Positions wanted. */
  readonly count: number;
  /** Linear overlap that decides the size of the object; null when something else does. */
  readonly overlap: number | null;
  /** Distance of lines, px. */
  readonly step: number | null;
  /** Largest shift as a share of the step. */
  readonly jitter: number | null;
  /** Side of a group of positions. */
  readonly gridsize: number | null;
  /** Distance inside a group, px. */
  readonly offset: number | null;
  /** Distance of groups, px. */
  readonly outer_offset: number | null;
  /** Whole-pixel positions. */
  readonly integer: boolean;
  /** Deviation of true from reported positions, px rms. */
  readonly position_error: number;
  /** Course of that deviation. */
  readonly position_error_kind: "random" | "drift";
}

/** Detector of a recipe. */
export interface DetectorRecipe {
  /** Diameter of the beamstop, px. */
  readonly beamstop: number;
  /** Share of dead pixels. */
  readonly dead_pixels: number;
  /** Largest count of a pixel. */
  readonly saturation: number | null;
}

/** A complete recipe: every field has a value. */
export interface Recipe {
  /** Side of a pattern, px. */
  readonly N: number;
  /** Seed of everything random. */
  readonly seed: number;
  /** Photons of the mean pattern. */
  readonly nphotons: number;
  /** Photon noise. */
  readonly noise: boolean;
  /** Truth patches to store. */
  readonly labels: "none" | "object" | "illuminated";
  /** Pixel of the object, nm. */
  readonly pixel_nm: number | null;
  /** Object. */
  readonly object: ObjectRecipe;
  /** Probe. */
  readonly probe: ProbeRecipe;
  /** Scan. */
  readonly scan: ScanRecipe;
  /** Detector. */
  readonly detector: DetectorRecipe;
}

/** Stated values by path, `section.name`. */
export type Stated = Readonly<Record<string, RecipeValue>>;

const BY_PATH = new Map(RECIPE_FIELDS.map((entry) => [pathOf(entry), entry]));

/**
 * Reads the nested object of a recipe file.
 *
 * @param where Name of the file, for messages.
 * @throws {ConfigError} for an unknown key, with the nearest one, or a value that does not fit.
 */
export function readRecipe(value: Readonly<Record<string, unknown>>, where: string): Stated {
  const stated: Record<string, RecipeValue> = {};
  const visit = (section: string, entries: Readonly<Record<string, unknown>>): void => {
    for (const [name, item] of Object.entries(entries)) {
      const path = section === "" ? name : `${section}.${name}`;
      const entry = BY_PATH.get(path);
      if (entry !== undefined) {
        stated[path] = checkValue(path, entry, item);
      } else if (section === "" && (SECTIONS as readonly string[]).includes(name)) {
        if (typeof item !== "object" || item === null || Array.isArray(item)) {
          throw new ConfigError(
            `Cannot use ${where} as ${name} is a section: write its fields below it, as ${name}.kind`,
          );
        }
        visit(name, item as Readonly<Record<string, unknown>>);
      } else {
        throw unknownKey(section, name, where);
      }
    }
  };
  visit("", value);
  return stated;
}

function unknownKey(section: string, name: string, where: string): ConfigError {
  const path = section === "" ? name : `${section}.${name}`;
  const own = [
    ...RECIPE_FIELDS.filter((f) => f.section === section).map((f) => f.name),
    ...(section === "" ? SECTIONS.slice(1) : []),
  ];
  const near = nearestName(name, own);
  const same = RECIPE_FIELDS.find((f) => f.name === name);
  const hint = near !== undefined
    ? `did you mean ${section === "" ? near : `${section}.${near}`}?`
    : same !== undefined
    ? `did you mean ${pathOf(same)}?`
    : `fields are ${own.join(", ")}`;
  return new ConfigError(`Cannot use ${where} as there is no field ${path}: ${hint}`);
}

/** Pairs of fields of which only one may decide. */
const RIVALS: readonly (readonly [string, string])[] = [["scan.overlap", "scan.step"]];

/**
 * Lays one set of stated values over another. Lower values that the upper ones make meaningless
 * (a sigma when the upper layer asks for a disk, an overlap when it gives a step) are left out.
 */
export function overrideStated(
  lower: Stated,
  upper: Stated,
): { stated: Stated; dropped: string[] } {
  const kept: Record<string, RecipeValue> = {}, dropped: string[] = [];
  for (const [path, value] of Object.entries(lower)) {
    const entry = BY_PATH.get(path);
    const kind = entry === undefined ? undefined : upper[`${entry.section}.kind`];
    const unused = typeof kind === "string" && entry?.kinds !== undefined &&
      !entry.kinds.includes(kind);
    const rival = RIVALS.some((pair) =>
      pair.includes(path) && pair.some((other) => other !== path && (upper[other] ?? null) !== null)
    );
    if ((unused || rival) && !Object.hasOwn(upper, path)) dropped.push(path);
    else kept[path] = value;
  }
  return { stated: { ...kept, ...upper }, dropped };
}

/**
 * Completes stated values to a recipe.
 *
 * @throws {ConfigError} for values that do not fit, or that the rest of the recipe leaves unused.
 */
export function resolveRecipe(stated: Stated): Recipe {
  const values: Record<string, RecipeValue> = {};
  for (const path of Object.keys(stated)) {
    if (!BY_PATH.has(path)) throw unknownKey("", path, "the recipe");
  }
  for (const entry of RECIPE_FIELDS) {
    const path = pathOf(entry);
    const kind = entry.name === "kind" ? undefined : values[`${entry.section}.kind`];
    const given = stated[path];
    const used = entry.kinds === undefined || entry.kinds.includes(String(kind));
    if (given !== undefined && given !== null && !used) {
      throw new ConfigError(
        `Cannot use ${path} (--${entry.flag}) as ${entry.section}.kind is ${kind}: ` +
          `leave it out, or use kind ${entry.kinds!.join(", ")}`,
      );
    }
    values[path] = given !== undefined && given !== null
      ? checkValue(path, entry, given)
      : used
      ? entry.byKind?.[String(kind)] ?? entry.value
      : null;
  }
  settle(values);
  const section = (name: string): Record<string, RecipeValue> =>
    Object.fromEntries(
      RECIPE_FIELDS.filter((f) => f.section === name).map((f) => [f.name, values[pathOf(f)]]),
    );
  return {
    ...section(""),
    object: section("object"),
    probe: section("probe"),
    scan: section("scan"),
    detector: section("detector"),
  } as unknown as Recipe;
}

/** Rules between fields. */
function settle(values: Record<string, RecipeValue>): void {
  const refuse = (text: string): never => {
    throw new ConfigError(text);
  };
  const N = values.N as number;
  if ((N & (N - 1)) !== 0) refuse(`--N is ${N}: a power of two from 16 to 512 is needed`);
  const stop = values["detector.beamstop"] as number;
  if (stop >= N) {
    refuse(`detector.beamstop is ${stop}: less than the ${N} px of the detector is needed`);
  }
  for (const section of ["object", "probe"]) {
    if (values[`${section}.kind`] === "file" && values[`${section}.file`] === null) {
      refuse(`Cannot read the ${section} as no file is given: add --${section}-file FILE`);
    }
  }
  for (const path of ["object.amplitude_range", "object.phase_range"]) {
    const range = values[path] as readonly number[] | null;
    if (range !== null && !(range.length === 2 && range[0] < range[1])) {
      refuse(`${path} is ${range.join(",")}: two increasing numbers are needed, as 0.2,1`);
    }
  }
  const parts = values["object.parts"];
  if (parts === "phase" && values["object.amplitude_range"] !== null) {
    refuse("object.amplitude_range has no effect on an object of phase only: leave it out");
  }
  if (parts === "amplitude" && values["object.phase_range"] !== null) {
    refuse("object.phase_range has no effect on an object of amplitude only: leave it out");
  }
  if ((values["object.height"] === null) !== (values["object.width"] === null)) {
    const side = values["object.height"] ?? values["object.width"];
    values["object.height"] = values["object.width"] = side;
  }
  const { "scan.overlap": overlap, "scan.step": step } = values;
  const sized = values["object.height"] !== null;
  if (overlap !== null && (step !== null || sized)) {
    const other = step !== null ? "scan.step" : "the size of the object";
    refuse(
      `Cannot use scan.overlap as ${other} decides the overlap already: leave one of them out`,
    );
  }
  const native = values["object.kind"] === "file";
  if (overlap === null && step === null && !sized && !native && values["scan.kind"] !== "nested") {
    values["scan.overlap"] = 0.7;
  }
  const powers = values["probe.mode_powers"] as readonly number[] | null;
  const modes = values["probe.modes"] as number | null;
  if (powers !== null && modes !== null && powers.length !== modes) {
    refuse(
      `probe.mode_powers has ${powers.length} values and probe.modes is ${modes}: give one each`,
    );
  }
  if (powers !== null) values["probe.modes"] = powers.length;
  else if (modes === null && values["probe.kind"] !== "file") values["probe.modes"] = 1;
  if (values["probe.mask"] === "none" && values["probe.mask_diameter"] !== null) {
    refuse("probe.mask_diameter has no effect without a mask: add --probe-mask disk");
  }
  if (values["scan.position_error"] === 0 && values["scan.position_error_kind"] !== "random") {
    refuse("scan.position_error_kind has no effect without an error: add --position-error 0.5");
  }
  if (values["probe.kind"] === "zone_plate") {
    const zone = values["probe.zone_nm"] as number;
    const pixel = values["pixel_nm"] ??= zone / 3;
    values["probe.defocus_um"] ??= autoDefocus({
      window: (values["probe.side"] ?? N) as number,
      pixel: pixel as number,
      zone,
      energy: values["probe.energy_kev"] as number,
    });
  }
  parsePipeline(values["probe.pipeline"] as string);
}

/** The recipe as a nested object without empty fields: what `--print-recipe` prints. */
export function printable(recipe: Recipe): Record<string, unknown> {
  const full = (section: object): [string, unknown][] =>
    Object.entries(section).filter(([, value]) => value !== null && value !== "");
  return Object.fromEntries(
    full(recipe).map(([name, value]) => [
      name,
      typeof value === "object" && !Array.isArray(value)
        ? Object.fromEntries(full(value as object))
        : value,
    ]),
  );
}

/** The default of a field for a kind of its section. */
export function defaultOf(entry: RecipeField, kind?: string): RecipeValue {
  return (kind === undefined ? undefined : entry.byKind?.[kind]) ?? entry.value;
}
