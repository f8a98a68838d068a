/**
 * Shapes as signed distances, and charts drawn of them.
 *
 * @module
 */
import type { ComplexImage } from "../scan/resize.ts";

/** Signed distance to a shape in chart units, negative inside. The chart spans -1 to 1 on the shorter side. */
export type Shape = (y: number, x: number) => number;

/** A point of a stroke. */
export type Point = readonly [y: number, x: number];

/** A shape and what it does to the light. */
export interface Layer {
  /** Where. */
  readonly shape: Shape;
  /** Factor on the amplitude inside. */
  readonly amplitude: number;
  /** Added to the phase inside, rad. */
  readonly phase: number;
}

/** A disk. */
export const disk = (cy: number, cx: number, radius: number): Shape => (y, x) =>
  Math.hypot(y - cy, x - cx) - radius;

/** A ring of width 2 half. */
export const ring = (cy: number, cx: number, radius: number, half: number): Shape => (y, x) =>
  Math.abs(Math.hypot(y - cy, x - cx) - radius) - half;

/** An upright rectangle. */
export const box =
  (cy: number, cx: number, halfHeight: number, halfWidth: number): Shape => (y, x) =>
    Math.max(Math.abs(y - cy) - halfHeight, Math.abs(x - cx) - halfWidth);

/** A polyline of width 2 half. */
export function stroke(half: number, points: readonly Point[]): Shape {
  return (y, x) => {
    let nearest = Infinity;
    for (let i = 1; i < points.length; i++) {
      const [ay, ax] = points[i - 1], [by, bx] = points[i];
      const dy = by - ay, dx = bx - ax;
      const t = Math.min(1, Math.max(0, ((y - ay) * dy + (x - ax) * dx) / (dy * dy + dx * dx)));
      nearest = Math.min(nearest, Math.hypot(y - ay - t * dy, x - ax - t * dx));
    }
    return nearest - half;
  };
}

/** Spokes that get finer towards the centre, between two radii. */
export function spokes(cy: number, cx: number, inner: number, outer: number, count: number): Shape {
  const period = 2 * Math.PI / count;
  return (y, x) => {
    const v = y - cy, u = x - cx, r = Math.hypot(v, u);
    const angle = Math.atan2(v, u) + 0.3;
    const beside = Math.abs(angle - period * Math.round(angle / period)) - period / 4;
    return Math.max(r - outer, inner - r, beside * r);
  };
}

/** Letters as strokes in a cell of height 1, row down, column right. */
const LETTERS: Readonly<Record<string, readonly (readonly Point[])[]>> = {
  P: [[[1, 0], [0, 0], [0, 0.6], [0.1, 0.72], [0.4, 0.72], [0.5, 0.6], [0.5, 0]]],
  T: [[[0, 0], [0, 0.8]], [[0, 0.4], [1, 0.4]]],
  Y: [[[0, 0], [0.5, 0.4], [0, 0.8]], [[0.5, 0.4], [1, 0.4]]],
  C: [[[0.12, 0.72], [0, 0.55], [0, 0.2], [0.2, 0], [0.8, 0], [1, 0.2], [1, 0.55], [0.88, 0.72]]],
  H: [[[0, 0], [1, 0]], [[0, 0.7], [1, 0.7]], [[0.5, 0], [0.5, 0.7]]],
  O: [[[0, 0.2], [0, 0.55], [0.2, 0.75], [0.8, 0.75], [1, 0.55], [1, 0.2], [0.8, 0], [0.2, 0], [
    0,
    0.2,
  ]]],
};

/** A word of the letters PTYCHO. */
export function text(word: string, top: number, left: number, size: number, half: number): Shape {
  const strokes = [...word].flatMap((letter, i) =>
    LETTERS[letter].map((points) =>
      stroke(half, points.map(([y, x]): Point => [top + size * y, left + size * (x + 1.08 * i)]))
    )
  );
  return (y, x) => strokes.reduce((nearest, shape) => Math.min(nearest, shape(y, x)), Infinity);
}

/**
 * Draws layers over a background, edges one pixel wide.
 *
 * @param background Amplitude and phase (rad) under the layers, in chart units.
 */
export function drawLayers(
  height: number,
  width: number,
  layers: readonly Layer[],
  background: (y: number, x: number) => readonly [amplitude: number, phase: number],
): ComplexImage {
  const unit = Math.min(height, width) / 2;
  const data = new Float32Array(2 * height * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const y = (row + 0.5 - height / 2) / unit, x = (column + 0.5 - width / 2) / unit;
      let [amplitude, phase] = background(y, x);
      for (const layer of layers) {
        const inside = Math.min(1, Math.max(0, 0.5 - layer.shape(y, x) * unit));
        amplitude *= 1 - inside * (1 - layer.amplitude);
        phase += inside * layer.phase;
      }
      const i = 2 * (row * width + column);
      data[i] = amplitude * Math.cos(phase);
      data[i + 1] = amplitude * Math.sin(phase);
    }
  }
  return { height, width, data };
}
