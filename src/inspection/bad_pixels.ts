/**
 * Pixels that need a mask: always dark, far too bright, or cut off by the range of the detector.
 *
 * @module
 */
import type { StackStatistics } from "./stack_statistics.ts";

/** Pixels that tell nothing about the object, as numbers row * width + column. */
export interface BadPixels {
  /** Far brighter than all pixels around them, in the mean or in single patterns, or never changing. */
  readonly hot: readonly number[];
  /** Never lit, though the pixels around them are. */
  readonly dead: readonly number[];
  /** Values equal to the largest value, if the values pile up there; else 0. */
  readonly saturatedValues: number;
}

/** How many times brighter than its surroundings a hot pixel is. */
const HOT = 30;
/** Patterns from which a pixel that never changes is stuck: counts do not repeat that often. */
const STUCK = 8;
/** Counts (or lit patterns) a pixel must be expected to have before darkness means that it is dead. */
const LIT = 30;

/**
 * Finds bad pixels.
 *
 * @param statistics Of the whole stack.
 * @param kind What the values are: intensities are compared.
 * @param quantum Intensity of one count, if known.
 * @param centre Zero frequency (row, column), px: the direct beam near it may be narrow and bright.
 */
export function findBadPixels(
  statistics: StackStatistics,
  kind: "amplitude" | "intensity",
  height: number,
  width: number,
  centre: readonly [number, number],
  quantum?: number,
): BadPixels {
  const { pixel } = statistics, area = height * width;
  const mean = kind === "amplitude" ? pixel.energy : pixel.sum;
  const top = kind === "amplitude"
    ? Float64Array.from(pixel.max, (v) => v * v)
    : Float64Array.from(pixel.max);
  const patterns = statistics.pattern.sum.length;
  // A few photons in a dark region are no hot pixel.
  const photon = kind === "amplitude" ? statistics.minPositive ** 2 : statistics.minPositive;
  const average = mean.reduce((sum, v) => sum + v, 0) / area;
  const light = quantum === undefined ? pixel.nonzero : mean.map((value) => value / quantum);
  const hot: number[] = [], dead: number[] = [];
  // Several pixels at the very largest value are cut off, not stuck.
  const shared = pixel.max.filter((value) => value >= statistics.max).length > 1;
  for (let i = 0; i < area; i++) {
    const y = Math.floor(i / width), x = i % width;
    if (pixel.nonzero[i] === 0) {
      if (expected(light, height, width, y, x) >= LIT) dead.push(i);
      continue;
    }
    const near = Math.hypot(wrapped(y - centre[0], height), wrapped(x - centre[1], width)) <=
      Math.max(3, height / 16);
    const factor = near ? 10 * HOT : HOT;
    if (
      stands(mean, height, width, y, x, factor, Math.max(photon, 0.1 * average)) ||
      stands(top, height, width, y, x, factor, Math.max(photon, average / patterns)) ||
      (patterns >= STUCK && !(shared && pixel.max[i] >= statistics.max) &&
        stuck(pixel, height, width, y, x))
    ) hot.push(i);
  }
  return { hot, dead, saturatedValues: saturation(statistics, hot, kind, quantum) };
}

/** Values piled up at the largest: counts thin out towards it unless the detector cuts them off. */
function saturation(
  { atMax, nearMax, max, pixel }: StackStatistics,
  hot: readonly number[],
  kind: "amplitude" | "intensity",
  quantum: number | undefined,
): number {
  // Few counts repeat by themselves, and a hot pixel may always show the same value.
  const counts = (kind === "amplitude" ? max * max : max) / (quantum ?? 0);
  if (counts < 64) return 0;
  const spoiled = new Set(hot);
  const reached = pixel.max.some((value, i) => value >= max && !spoiled.has(i));
  return reached && atMax >= 8 && atMax > nearMax ? atMax : 0;
}

/** True if a pixel outshines its surroundings (5 x 5, median) and all but one of its neighbours. */
function stands(
  image: Float64Array,
  height: number,
  width: number,
  y: number,
  x: number,
  factor: number,
  floor: number,
): boolean {
  const value = image[y * width + x];
  if (value <= factor * floor) return false;
  const around: number[] = [], touching: number[] = [];
  for (let v = Math.max(0, y - 2); v <= Math.min(height - 1, y + 2); v++) {
    for (let u = Math.max(0, x - 2); u <= Math.min(width - 1, x + 2); u++) {
      if (v === y && u === x) continue;
      around.push(image[v * width + u]);
      if (Math.abs(v - y) <= 1 && Math.abs(u - x) <= 1) touching.push(image[v * width + u]);
    }
  }
  touching.sort((a, b) => b - a);
  return value > factor * median(around) && value > factor / 6 * (touching[1] ?? 0);
}

/** True if a pixel shows the same light in every pattern, unlike its neighbours. */
function stuck(
  pixel: StackStatistics["pixel"],
  height: number,
  width: number,
  y: number,
  x: number,
): boolean {
  const constant = (i: number): boolean => pixel.min[i] === pixel.max[i];
  if (!constant(y * width + x)) return false;
  let neighbours = 0;
  for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
    for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
      if (pixel.max[v * width + u] > 0 && constant(v * width + u)) neighbours++;
    }
  }
  // Patches of constant light are a saturated beam.
  return neighbours <= 2;
}

/** Light a pixel should have, judged by the lit pixels around it. */
function expected(
  light: Float64Array,
  height: number,
  width: number,
  y: number,
  x: number,
): number {
  const lit: number[] = [];
  for (let v = Math.max(0, y - 4); v <= Math.min(height - 1, y + 4); v++) {
    for (let u = Math.max(0, x - 4); u <= Math.min(width - 1, x + 4); u++) {
      const seen = light[v * width + u];
      if (seen > 0) lit.push(seen);
    }
  }
  return lit.length < 6 ? 0 : median(lit);
}

function wrapped(distance: number, length: number): number {
  return distance - length * Math.round(distance / length);
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values.length === 0 ? 0 : values[values.length >> 1];
}
