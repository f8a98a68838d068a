/**
 * Dead leaves: opaque shapes that fall on each other, each of its own material.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { ComplexImage } from "../scan/resize.ts";

const LEAVES = 500, THICKNESS = 3, SMALLEST = 0.03, LARGEST = 0.2;

/** A leaf's outline: signed distance in units of its radius. */
type Outline = (v: number, u: number) => number;

const OUTLINES: readonly Outline[] = [
  (v, u) => Math.hypot(v, u) - 1,
  (v, u) => Math.max(Math.abs(v), Math.abs(u)) - 0.85,
  (v, u) => Math.max(-v - 0.5, 0.5 * v + Math.sqrt(0.75) * Math.abs(u) - 0.5),
  (v, u) => (Math.hypot(v / 0.5, u) - 1) * 0.5,
  (v, u) =>
    Math.max(
      Math.abs(v),
      Math.abs(0.5 * v + Math.sqrt(0.75) * u),
      Math.abs(0.5 * v - Math.sqrt(0.75) * u),
    ) - 0.85,
];

/**
 * 500 occluding disks, squares, triangles, ellipses and hexagons, turned at random. Radii lie
 * between 0.03 and 0.2 of the shorter side with a density of r^-3. A leaf absorbs
 * beta = 1e-3 U^1.5 and delays delta = beta Normal(100, 10), its thickness is 3.
 *
 * Amplitude exp(-3 beta) is stretched to 0.6..1.1, phase -3 delta to -pi..pi.
 */
export function deadLeavesObject(height: number, width: number, random: Random): ComplexImage {
  const beta = new Float64Array(height * width), delta = new Float64Array(height * width);
  const unit = Math.min(height, width);
  const [a, b] = [SMALLEST ** -2, LARGEST ** -2];
  for (let leaf = 0; leaf < LEAVES; leaf++) {
    // Inverse of the distribution function of r^-3 between the two radii.
    const radius = unit * (a - random.uniform() * (a - b)) ** -0.5;
    const outline = OUTLINES[random.integer(OUTLINES.length)];
    const cy = height * random.uniform(), cx = width * random.uniform();
    const angle = 2 * Math.PI * random.uniform();
    const absorbs = 1e-3 * random.uniform() ** 1.5, delays = absorbs * (100 + 10 * random.normal());
    const c = Math.cos(angle) / radius, s = Math.sin(angle) / radius, reach = 1.25 * radius + 1;
    for (let y = Math.max(0, Math.floor(cy - reach)); y < Math.min(height, cy + reach); y++) {
      for (let x = Math.max(0, Math.floor(cx - reach)); x < Math.min(width, cx + reach); x++) {
        const dy = y - cy, dx = x - cx;
        const distance = radius * outline(c * dy - s * dx, s * dy + c * dx);
        const inside = Math.min(1, Math.max(0, 0.5 - distance)), i = y * width + x;
        beta[i] += inside * (absorbs - beta[i]);
        delta[i] += inside * (delays - delta[i]);
      }
    }
  }
  const amplitude = spread(beta.map((v) => Math.exp(-v * THICKNESS)), 0.6, 1.1);
  const phase = spread(delta.map((v) => -v * THICKNESS), -Math.PI, Math.PI);
  const data = new Float32Array(2 * beta.length);
  for (let i = 0; i < beta.length; i++) {
    data[2 * i] = amplitude[i] * Math.cos(phase[i]);
    data[2 * i + 1] = amplitude[i] * Math.sin(phase[i]);
  }
  return { height, width, data };
}

function spread(values: Float64Array, low: number, high: number): Float64Array {
  let min = Infinity, max = -Infinity;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return values.map((v) => max > min ? low + (high - low) * (v - min) / (max - min) : high);
}
