/**
 * Flags of `reconstruct` that belong to projection engines, positions and probe modes.
 *
 * @module
 */
import { type Command, Option } from "commander";
import type { EngineName } from "../engines/settings.ts";
import {
  NO_REFINEMENT,
  POSITION_CORRECTIONS,
  type PositionCorrection,
  type RefineOptions,
} from "../engines/refine.ts";
import { ConfigError } from "../errors.ts";
import { realNumber, wholeNumber } from "./flags.ts";

/** Settings that only these flags make. */
export interface RefineSettings extends RefineOptions {
  /** Strength of RAAR. */
  readonly beta: number;
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
  if (engine !== "raar" && typed("raarBeta")) refuse("raarBeta", "only --engine raar has it");
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
  return {
    beta,
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
