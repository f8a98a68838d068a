/**
 * Complex objects with structure in amplitude and phase.
 *
 * @module
 */
import { Random } from "../random.ts";
import type { ComplexImage } from "../scan/resize.ts";
import { resolutionObject, siemensObject } from "./charts.ts";
import { deadLeavesObject } from "./dead_leaves.ts";
import { demoObject } from "./demo_object.ts";
import { linesObject, randomFieldObject } from "./field_objects.ts";
import { blurredNoiseObject, simplexObject, whiteNoiseObject } from "./noise_objects.ts";
import type { DrawnObjectKind } from "./object_kinds.ts";
import type { ObjectRecipe } from "./recipe.ts";
import { diagonalsObject, pointsObject, vObject } from "./sprite_objects.ts";

type Draw = (height: number, width: number, random: Random) => ComplexImage;

const DRAW: Readonly<Record<DrawnObjectKind, Draw>> = {
  demo: demoObject,
  lines: linesObject,
  grf: randomFieldObject,
  points: pointsObject,
  diagonals: diagonalsObject,
  v: vObject,
  dead_leaves: deadLeavesObject,
  white_noise: whiteNoiseObject,
  blurred_noise: blurredNoiseObject,
  simplex: simplexObject,
  siemens: siemensObject,
  resolution: resolutionObject,
};

/**
 * Draws an object.
 *
 * @param kind Kind; `demo`, `siemens` and `resolution` are fixed charts without randomness.
 * @param height Rows, px.
 * @param width Columns, px.
 * @param seed Seed of the random kinds.
 * @throws {RangeError} if a side is below 16 px.
 */
export function makeObject(
  kind: DrawnObjectKind,
  height: number,
  width: number,
  seed: number,
): ComplexImage {
  if (!(Math.min(height, width) >= 16)) {
    throw new RangeError(
      `Cannot make an object of ${height} x ${width}: use at least 16 x 16 pixels`,
    );
  }
  return DRAW[kind](height, width, new Random(seed, 0x0b7ec7));
}

/**
 * Keeps the part of an object that a recipe asks for and brings amplitude and phase into its ranges.
 * The other part becomes flat: amplitude 1 or phase 0.
 */
export function shapeObject(
  object: ComplexImage,
  recipe: Pick<ObjectRecipe, "parts" | "amplitude_range" | "phase_range">,
): ComplexImage {
  const { parts, amplitude_range, phase_range } = recipe;
  if (parts === "both" && amplitude_range === null && phase_range === null) return object;
  const pixels = object.height * object.width;
  const amplitude = new Float64Array(pixels), phase = new Float64Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const re = object.data[2 * i], im = object.data[2 * i + 1];
    amplitude[i] = parts === "phase" ? 1 : Math.hypot(re, im);
    phase[i] = parts === "amplitude" ? 0 : Math.atan2(im, re);
  }
  bring(amplitude, amplitude_range);
  bring(phase, phase_range);
  const data = new Float32Array(2 * pixels);
  for (let i = 0; i < pixels; i++) {
    data[2 * i] = amplitude[i] * Math.cos(phase[i]);
    data[2 * i + 1] = amplitude[i] * Math.sin(phase[i]);
  }
  return { ...object, data };
}

/** Maps the smallest and largest value to the ends of a range; a flat image takes the upper end. */
function bring(values: Float64Array, range: readonly number[] | null): void {
  if (range === null) return;
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const [from, to] = range;
  for (let i = 0; i < values.length; i++) {
    values[i] = high > low ? from + (to - from) * (values[i] - low) / (high - low) : to;
  }
}
