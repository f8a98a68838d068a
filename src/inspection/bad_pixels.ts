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
  mask?: Uint8Array,
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
  const holes = enclosedHoles(light, height, width);
  for (let i = 0; i < area; i++) {
    const y = Math.floor(i / width), x = i % width;
    if (mask !== undefined && mask[i] === 0) continue;
    if (pixel.nonzero[i] === 0) {
      if (holes.has(i) || shadowed(light, height, width, y, x)) dead.push(i);
      continue;
    }
    const near = Math.hypot(wrapped(y - centre[0], height), wrapped(x - centre[1], width)) <=
      Math.max(3, height / 16);
    const factor = near ? 10 * HOT : HOT;
    if (
      stands(mean, height, width, y, x, factor, Math.max(photon, 0.1 * average), mask) ||
      stands(top, height, width, y, x, factor, Math.max(photon, average / patterns), mask) ||
      (patterns >= STUCK && !(shared && pixel.max[i] >= statistics.max) &&
        stuck(pixel, height, width, y, x))
    ) hot.push(i);
  }
  return { hot, dead, saturatedValues: saturation(statistics, hot, kind, quantum, mask) };
}

/** Values piled up at the largest: counts thin out towards it unless the detector cuts them off. */
function saturation(
  { atMax, nearMax, max, pixel }: StackStatistics,
  hot: readonly number[],
  kind: "amplitude" | "intensity",
  quantum: number | undefined,
  mask: Uint8Array | undefined,
): number {
  // Few counts repeat by themselves, and a hot pixel may always show the same value.
  const counts = (kind === "amplitude" ? max * max : max) / (quantum ?? 0);
  if (counts < 64) return 0;
  const spoiled = new Set(hot);
  const reached = pixel.max.some((value, i) => value >= max && !spoiled.has(i) && mask?.[i] !== 0);
  // The values just below lie within a bin of 1/32 octave: as many counts as that, or a few levels
  // where values are no counts.
  const levels = quantum === undefined ? 4 : Math.max(1, counts / (kind === "amplitude" ? 16 : 32));
  return reached && atMax >= 8 && atMax > Math.min(nearMax, 8 * nearMax / levels) ? atMax : 0;
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
  mask?: Uint8Array,
): boolean {
  const value = image[y * width + x];
  if (value <= factor * floor) return false;
  const around: number[] = [], touching: number[] = [];
  for (let v = Math.max(0, y - 2); v <= Math.min(height - 1, y + 2); v++) {
    for (let u = Math.max(0, x - 2); u <= Math.min(width - 1, x + 2); u++) {
      if ((v === y && u === x) || mask?.[v * width + u] === 0) continue;
      around.push(image[v * width + u]);
      if (Math.abs(v - y) <= 1 && Math.abs(u - x) <= 1) touching.push(image[v * width + u]);
    }
  }
  touching.sort((a, b) => b - a);
  return around.length >= 8 && value > factor * median(around) &&
    value > factor / 6 * (touching[1] ?? 0);
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

/**
 * Never lit, though light lies on opposite sides of it: as much as a dead pixel must be expected to have.
 * Beside a sharp edge of the light a pixel has bright neighbours on one side only.
 */
function shadowed(
  light: Float64Array,
  height: number,
  width: number,
  y: number,
  x: number,
): boolean {
  const reach = 4, around: number[] = [];
  for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++) {
    for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) {
      const seen = light[v * width + u];
      if (seen > 0) around.push(seen);
    }
  }
  if (around.length < 6 || median(around) < LIT) return false;
  /** Counts of the first lit pixels in a direction: the darker of two, to be safe. */
  const beside = (dy: number, dx: number): number => {
    for (let step = 1; step <= 2 * reach; step++) {
      const v = y + step * dy, u = x + step * dx;
      if (v < 0 || u < 0 || v >= height || u >= width) return 0;
      if (light[v * width + u] === 0) continue;
      const w = v + dy, t = u + dx;
      const next = w < 0 || t < 0 || w >= height || t >= width ? 0 : light[w * width + t];
      return Math.min(light[v * width + u], next);
    }
    return 0;
  };
  const pairs = [[0, 1], [1, 0], [1, 1], [1, -1]];
  const lit =
    pairs.filter(([dy, dx]) => Math.min(beside(dy, dx), beside(-dy, -dx)) >= LIT / 2).length;
  return lit >= 2;
}

/** Dark areas with light all around, as a beamstop leaves. */
function enclosedHoles(light: Float64Array, height: number, width: number): Set<number> {
  const found = new Set<number>(), seen = new Uint8Array(light.length);
  for (let first = 0; first < light.length; first++) {
    if (light[first] > 0 || seen[first] === 1) continue;
    const area = [first], rim: number[] = [];
    let open = false;
    seen[first] = 1;
    for (let k = 0; k < area.length; k++) {
      const y = Math.floor(area[k] / width), x = area[k] % width;
      for (let v = y - 1; v <= y + 1; v++) {
        for (let u = x - 1; u <= x + 1; u++) {
          if (v < 0 || u < 0 || v >= height || u >= width) {
            open = true;
            continue;
          }
          const i = v * width + u;
          if (light[i] > 0) rim.push(light[i]);
          else if (seen[i] === 0) {
            seen[i] = 1;
            area.push(i);
          }
        }
      }
    }
    rim.sort((a, b) => a - b);
    // Almost all of the rim must be lit well.
    if (!open && rim.length > 0 && rim[Math.floor(rim.length / 8)] >= LIT) {
      area.forEach((i) => found.add(i));
    }
  }
  return found;
}

function wrapped(distance: number, length: number): number {
  return distance - length * Math.round(distance / length);
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values.length === 0 ? 0 : values[values.length >> 1];
}
