/**
 * A whole simulated experiment, up to the Fourier transform.
 *
 * @module
 */
import { ConfigError } from "../errors.ts";
import type { Probe } from "../scan/probe.ts";
import type { ComplexImage } from "../scan/resize.ts";
import { imageObject, type SourceImage } from "./image_object.ts";
import { makeProbe } from "./make_probe.ts";
import { makeObject, shapeObject } from "./objects.ts";
import { probeInCounts } from "./patches.ts";
import type { DoneStep } from "./pipeline.ts";
import { errorReach, truePositions } from "./position_errors.ts";
import { effectiveDiameter } from "./probes.ts";
import type { Recipe, ScanRecipe } from "./recipe.ts";
import { makeScan, overlapRatio, type ScanOptions, scanSpans, sideForOverlap } from "./scans.ts";

/** What a recipe reads from files. */
export interface ExperimentSources {
  /** Image of `object.file`. */
  readonly object?: SourceImage;
  /** Probe of `probe.file`. */
  readonly probe?: Probe;
}

/**
 * Arrays of a simulated experiment: the pattern at a position is Poisson(|FFT(probe x patch)|^2),
 * orthonormal, summed over modes.
 */
export interface Experiment {
  /** Object. */
  readonly object: ComplexImage;
  /** Probe in count units. */
  readonly probe: Probe;
  /** (P, 2) patch centres (y, x) as reported, px. */
  readonly positions: Float64Array;
  /** (P, 2) patch centres (y, x) where the light was, px: the same array without position errors. */
  readonly truePositions: Float64Array;
  /** Linear overlap reached. */
  readonly overlap: number;
  /** Effective diameter of the probe, px. */
  readonly diameter: number;
  /** How the probe was prepared. */
  readonly probeSteps: readonly DoneStep[];
}

const LARGEST_SIDE = 16384;

/**
 * Makes object, scan and probe of a recipe.
 *
 * @throws {ConfigError} if sizes do not fit together.
 */
export function makeExperiment(recipe: Recipe, sources: ExperimentSources = {}): Experiment {
  const { N, seed } = recipe;
  const { probe: shape, steps } = makeProbe(recipe, sources.probe);
  const diameter = effectiveDiameter(shape), scan = scanOptions(recipe.scan, seed);
  try {
    const size = objectSize(recipe, scan, diameter);
    if (size !== null && Math.max(...size) > LARGEST_SIDE) {
      throw new RangeError(
        `Cannot simulate an object of ${size.join(" x ")}: at most ${LARGEST_SIDE} is possible, ` +
          `use fewer positions or more overlap`,
      );
    }
    const object = shapeObject(drawObject(recipe, sources, size), recipe.object);
    const positions = makeScan({ height: object.height, width: object.width, N }, scan);
    const { position_error: error, position_error_kind: kind } = recipe.scan;
    const where = error > 0 ? truePositions(positions, { error, kind, seed }) : positions;
    return {
      object,
      positions,
      truePositions: where,
      probe: probeInCounts(shape, object, where, recipe.nphotons),
      overlap: overlapRatio(positions, diameter),
      diameter,
      probeSteps: steps,
    };
  } catch (error) {
    // Sizes that do not fit are a matter of the recipe; data errors and full memory are not.
    if (
      error instanceof RangeError && error.name === "RangeError" && /^Cannot/.test(error.message)
    ) {
      throw new ConfigError(error.message);
    }
    throw error;
  }
}

function scanOptions(scan: ScanRecipe, seed: number): ScanOptions {
  const { kind, position_error: error, position_error_kind: course } = scan;
  return {
    kind,
    count: scan.count,
    seed,
    integer: scan.integer,
    ...(scan.jitter === null ? {} : { jitter: scan.jitter }),
    ...(scan.step === null ? {} : { step: scan.step }),
    ...(kind === "nested"
      ? {
        groups: {
          gridsize: scan.gridsize!,
          offset: scan.offset!,
          outerOffset: scan.outer_offset!,
        },
      }
      : {}),
    ...(error > 0 ? { margin: errorReach({ error, kind: course }) } : {}),
  };
}

/** Height and width of the object, px; null: those of the file. */
function objectSize(
  recipe: Recipe,
  scan: ScanOptions,
  diameter: number,
): readonly [number, number] | null {
  const { N, object, scan: wanted } = recipe, margin = scan.margin ?? 0;
  if (object.height !== null) return [object.height, object.width!];
  const spans = scanSpans(scan);
  if (spans !== null) {
    const side = (span: number): number => N + 2 * margin + Math.max(2, 2 * Math.ceil(span / 2));
    return [side(spans[0]), side(spans[1])];
  }
  if (wanted.overlap === null) return null;
  const side = sideForOverlap(wanted.count, diameter, wanted.overlap, N) + 2 * margin;
  return [side, side];
}

function drawObject(
  recipe: Recipe,
  sources: ExperimentSources,
  size: readonly [number, number] | null,
): ComplexImage {
  const { kind } = recipe.object;
  if (kind !== "file") return makeObject(kind, size![0], size![1], recipe.seed);
  if (sources.object === undefined) {
    throw new ConfigError("Cannot read the object as no file is given: add --object-file FILE");
  }
  return imageObject(sources.object, size?.[0] ?? null, size?.[1] ?? null);
}
