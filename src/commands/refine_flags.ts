/**
 * Flags of `reconstruct` that belong to projection engines, positions and probe modes.
 *
 * @module
 */
import { type Command, Option } from "commander";
import type { EngineName, EngineSettings } from "../engines/settings.ts";
import {
  NO_REFINEMENT,
  POSITION_CORRECTIONS,
  type PositionCorrection,
  type RefineOptions,
} from "../engines/refine.ts";
import { ConfigError } from "../errors.ts";
import { fresnelScaling } from "../engines/detector.ts";
import { realNumber, wholeNumber } from "./flags.ts";

/** Settings that only these flags make. */
export interface RefineSettings extends RefineOptions {
  /** Strength of RAAR. */
  readonly beta: number;
  /** Slices of the object. */
  readonly slices: EngineSettings["slices"];
  /** Components by which the probe varies. */
  readonly components: number;
  /** Way to a detector in the near field. */
  readonly near: EngineSettings["near"];
}

/** Flags of steps that the projection engines do not make. */
const STEP_FLAGS = [
  "batchSize",
  "batches",
  "objectStep",
  "probeStep",
  "objectDamping",
  "probeDamping",
  "objectStartSweep",
  "momentum",
  "noise",
] as const;
/** Flags the engine for thick objects, near fields and varying probes does not know. */
const GENERAL_FLAGS = ["momentum", "batches", "probeDamping"] as const;
const POSITION_FLAGS = ["positionStartSweep", "positionAffine", "positionLimit"] as const;

/** Adds the flags. */
export function addRefineFlags(command: Command): void {
  const d = NO_REFINEMENT;
  command.optionsGroup("Positions:");
  command
    .addOption(
      new Option("--position-correction <kind>", "corrects scan positions between sweeps")
        .choices([...POSITION_CORRECTIONS]).default(d.positionCorrection),
    )
    .option(
      "--position-start-sweep <sweep>",
      "sweep after which positions move first",
      String(d.positionStartSweep),
    )
    .option("--position-limit <pixels>", "largest move along an axis", String(d.positionLimit))
    .option("--position-affine", "hold positions to a scaled, turned, sheared scan");
  command.optionsGroup("Thick objects (epie, lsqml, adam):");
  command
    .option("--slices <count>", "slices of the object, free space between them", "1")
    .option("--slice-distance <metres>", "from one slice to the next")
    .option("--wavelength <metres>", "of the beam, for --slices and --propagation near")
    .option("--object-pixel <metres>", "side of an object pixel, for --slices");
  command.optionsGroup("Varying probe (epie, lsqml, adam):");
  command.option(
    "--probe-components <count>",
    "components by which the probe varies over the scan (orthogonal probe relaxation)",
    "0",
  );
  command.optionsGroup("Propagation:");
  command
    .addOption(
      new Option("--propagation <kind>", "from the sample to the detector").choices(["far", "near"])
        .default("far"),
    )
    .option("--detector-distance <metres>", "from the sample to a detector in the near field")
    .option("--detector-pixel <metres>", "side of a detector pixel in the near field")
    .option("--source-distance <metres>", "from a point source to the sample [parallel beam]");
  command.optionsGroup("Projection engines:");
  command.option("--raar-beta <strength>", "strength of raar, above 0.5 to 1", "0.75");
}

/**
 * Settings from typed flags.
 *
 * @throws {ConfigError} for a value that does not fit, or a flag without effect on the engine.
 */
export function refineSettings(
  options: Readonly<Record<string, unknown>>,
  command: Pick<Command, "getOptionValueSource" | "options">,
  engine: EngineName,
): RefineSettings {
  const typed = (name: string): boolean => command.getOptionValueSource(name) === "cli";
  const flagOf = (name: string): string =>
    command.options.find((o) => o.attributeName() === name)?.long ?? name;
  const refuse = (name: string, reason: string): never => {
    throw new ConfigError(`Cannot use ${flagOf(name)} as ${reason}`);
  };
  const projects = engine === "dm" || engine === "raar";
  if (projects) {
    for (const name of STEP_FLAGS) {
      if (typed(name)) {
        refuse(
          name,
          `${engine} projects all patterns at once and makes no steps: leave it away, or use ` +
            "--engine epie, rpie, lsqml or adam",
        );
      }
    }
  }
  if (projects && typed("centerProbe")) {
    refuse("centerProbe", `${engine} keeps waves that would stay behind: leave it away`);
  }
  if (engine !== "raar" && typed("raarBeta")) {
    refuse("raarBeta", "only raar has it: use --engine raar");
  }
  const positionCorrection = String(options.positionCorrection) as PositionCorrection;
  if (positionCorrection === "none") {
    for (const name of POSITION_FLAGS) {
      if (typed(name)) refuse(name, "positions stay: add --position-correction gradient");
    }
  }
  const beta = realNumber("--raar-beta", String(options.raarBeta), 0, 1);
  if (beta <= 0.5) {
    throw new ConfigError(`--raar-beta is ${beta}: above 0.5 to 1 is possible, 0.75 to 0.9 usual`);
  }
  const components = wholeNumber("--probe-components", String(options.probeComponents), 0);
  if (components > 0) {
    if (!["epie", "lsqml", "adam"].includes(engine)) {
      refuse("probeComponents", `${engine} knows one probe: use --engine epie, lsqml or adam`);
    }
    for (const name of ["probePower", "centerProbe", "probeSupport", ...GENERAL_FLAGS]) {
      if (typed(name)) refuse(name, "it does not reach a varying probe: leave it away");
    }
    if (positionCorrection !== "none") {
      refuse("positionCorrection", "positions are found with one probe: leave one of them away");
    }
  }
  return {
    beta,
    components,
    slices: sliceSettings(options, typed, refuse, engine),
    near: nearSettings(options, typed, refuse, engine),
    positionCorrection,
    positionStartSweep: wholeNumber(
      "--position-start-sweep",
      String(options.positionStartSweep),
      1,
    ),
    positionAffine: options.positionAffine === true,
    positionLimit: realNumber("--position-limit", String(options.positionLimit), 0.01),
  };
}

/** Slices and the way between them, if there are any. */
function sliceSettings(
  options: Readonly<Record<string, unknown>>,
  typed: (name: string) => boolean,
  refuse: (name: string, reason: string) => never,
  engine: EngineName,
): EngineSettings["slices"] {
  const count = wholeNumber("--slices", String(options.slices), 1);
  const lengths = ["sliceDistance", "wavelength", "objectPixel"] as const;
  if (count === 1) {
    for (const name of ["sliceDistance", "objectPixel"]) {
      if (typed(name)) refuse(name, "the object is one plane: add --slices 2 or more");
    }
    return undefined;
  }
  if (!["epie", "lsqml", "adam"].includes(engine)) {
    refuse("slices", `${engine} knows thin objects only: use --engine epie, lsqml or adam`);
  }
  for (const name of ["probePower", "centerProbe", ...GENERAL_FLAGS]) {
    if (typed(name)) refuse(name, "it does not reach the slices of a thick object: leave it away");
  }
  if (engine === "adam" && typed("objectDamping")) {
    refuse("objectDamping", "adam has no damping: leave it away");
  }
  if (options.positionCorrection !== "none") {
    refuse("positionCorrection", "positions are found for thin objects only: leave it away");
  }
  const flags = ["--slice-distance", "--wavelength", "--object-pixel"];
  const [distance, wavelength, pixel] = lengths.map((name, i) =>
    readLength(flags[i], options[name], `reconstruct ${count} slices`)
  );
  return { count, field: { distance, wavelength, pixel } };
}

/** The way to a detector in the near field, if it is there. */
function nearSettings(
  options: Readonly<Record<string, unknown>>,
  typed: (name: string) => boolean,
  refuse: (name: string, reason: string) => never,
  engine: EngineName,
): EngineSettings["near"] {
  if (options.propagation !== "near") {
    for (const name of ["detectorDistance", "detectorPixel", "sourceDistance"]) {
      if (typed(name)) refuse(name, "the detector is in the far field: add --propagation near");
    }
    if (typed("wavelength") && options.slices === "1") {
      refuse("wavelength", "nothing needs it: add --slices 2 or --propagation near");
    }
    return undefined;
  }
  if (engine === "rpie") {
    refuse(
      "propagation",
      "rpie knows the far field only: use --engine epie, lsqml, adam, dm or raar",
    );
  }
  for (const name of GENERAL_FLAGS) {
    if (typed(name)) refuse(name, "it has no effect in the near field: leave it away");
  }
  if (engine === "adam" && typed("objectDamping")) {
    refuse("objectDamping", "adam has no damping: leave it away");
  }
  if (options.positionCorrection === "gradient") {
    refuse("positionCorrection", "gradients are those of the far field: use annealed");
  }
  if (options.probeStart === "mean" || options.probeStart === "zone-plate") {
    refuse("probeStart", "it is made from far-field patterns: use file, disk or gaussian");
  }
  const read = (flag: string, key: string): number =>
    readLength(flag, options[key], "use the near field");
  const wavelength = read("--wavelength", "wavelength");
  const distance = read("--detector-distance", "detectorDistance");
  const pixel = read("--detector-pixel", "detectorPixel");
  if (options.sourceDistance === undefined) return { wavelength, distance, pixel };
  const scaled = fresnelScaling({
    sourceDistance: read("--source-distance", "sourceDistance"),
    detectorDistance: distance,
    detectorPixel: pixel,
    wavelength,
  });
  return { wavelength, distance: scaled.distance, pixel: scaled.pixel };
}

/** A length in metres. @throws {ConfigError} if it is missing or not above 0. */
function readLength(flag: string, typed: unknown, purpose: string): number {
  if (typed === undefined) {
    throw new ConfigError(`Cannot ${purpose} as ${flag} is missing: give it in metres`);
  }
  const value = realNumber(flag, String(typed), 0);
  if (!(value > 0)) throw new ConfigError(`${flag} is ${value}: give a length above 0 m`);
  return value;
}
