/**
 * The probe of a recipe: drawn or read, prepared, masked, split into modes.
 *
 * @module
 */
import { ConfigError } from "../errors.ts";
import { type Probe, softDiskMask } from "../scan/probe.ts";
import { withModes } from "./modes.ts";
import { zernikeProbe, zonePlateProbe } from "./optics.ts";
import { type DoneStep, parsePipeline, runPipeline } from "./pipeline.ts";
import { aberratedProbe, defaultProbe, diskProbe, gaussianProbe } from "./probes.ts";
import type { ProbeRecipe, Recipe } from "./recipe.ts";

/** A probe and how it was prepared. */
export interface MadeProbe {
  /** (K, N, N), arbitrary units. */
  readonly probe: Probe;
  /** Steps of the pipeline, with sides. */
  readonly steps: readonly DoneStep[];
}

/**
 * Makes the probe of a recipe.
 *
 * @param source The probe of the file, with kind `file`.
 * @throws {ConfigError} if sizes do not fit: the message says which step is missing.
 */
export function makeProbe(recipe: Recipe, source?: Probe): MadeProbe {
  const { N, probe: wanted } = recipe;
  const drawn = wanted.kind === "file"
    ? source
    : drawProbe(wanted, wanted.side ?? N, recipe.pixel_nm);
  if (drawn === undefined) {
    throw new ConfigError("Cannot read the probe as no file is given: add one");
  }
  const { probe: prepared, done } = runPipeline(drawn, parsePipeline(wanted.pipeline));
  if (prepared.N !== N) {
    throw new ConfigError(
      `The probe is ${prepared.N} x ${prepared.N} and patterns are ${N} x ${N}: ` +
        `end --probe-pipeline with ${prepared.N < N ? "pad" : "crop"}:${N} or interp:${N}`,
    );
  }
  const masked = wanted.mask === "none" ? prepared : maskProbe(prepared, wanted.mask_diameter);
  return { probe: withModes(masked, wanted.modes, wanted.mode_powers), steps: done };
}

function drawProbe(recipe: ProbeRecipe, N: number, pixel: number | null): Probe {
  const { sigma, radius, edge_phase: edgePhase } = recipe;
  switch (recipe.kind) {
    case "disk":
      return diskProbe(N, {
        edgePhase: edgePhase!,
        ...(radius === null ? {} : { radius: fit("radius", radius, N) }),
      });
    case "gaussian":
      return gaussianProbe(N, fit("sigma", sigma ?? N / 8, N), edgePhase!);
    case "curved":
      return gaussianProbe(N, fit("sigma", sigma ?? 3 * N / 16, N), edgePhase!);
    case "aberrated":
      return aberratedProbe(N, fit("sigma", sigma ?? 3 * N / 16, N));
    case "zernike":
      return zernikeProbe(N, recipe.pupil!, recipe.zernike!);
    case "zone_plate":
      return zonePlateProbe(N, {
        pixel: pixel!,
        zone: recipe.zone_nm!,
        energy: recipe.energy_kev!,
        stop: recipe.stop!,
        defocus: recipe.defocus_um!,
      });
    default:
      return defaultProbe(N, recipe.scale!);
  }
}

function fit(name: string, value: number, N: number): number {
  if (value > N / 2) {
    throw new ConfigError(
      `probe.${name} is ${value}: at most ${N / 2} fits into the window of ${N}`,
    );
  }
  return value;
}

function maskProbe(probe: Probe, diameter: number | null): Probe {
  if (diameter !== null && diameter > 2 * probe.N) {
    throw new ConfigError(
      `probe.mask_diameter is ${diameter}: at most ${2 * probe.N} has an effect`,
    );
  }
  const mask = softDiskMask(probe.N, diameter), pixels = mask.length;
  return { ...probe, data: probe.data.map((v, i) => v * mask[(i >> 1) % pixels]) };
}
