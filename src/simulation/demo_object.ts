/**
 * A test chart drawn from formulas: asymmetric, with coarse and fine detail in amplitude and phase.
 *
 * @module
 */
import type { ComplexImage } from "../scan/resize.ts";

/** Signed distance to a shape in chart units, negative inside. */
type Shape = (y: number, x: number) => number;

type Point = readonly [y: number, x: number];

interface Layer {
  readonly shape: Shape;
  /** Factor on the amplitude inside. */
  readonly amplitude: number;
  /** Added to the phase inside, rad. */
  readonly phase: number;
}

const disk = (cy: number, cx: number, radius: number): Shape => (y, x) =>
  Math.hypot(y - cy, x - cx) - radius;

const ring = (cy: number, cx: number, radius: number, half: number): Shape => (y, x) =>
  Math.abs(Math.hypot(y - cy, x - cx) - radius) - half;

const box = (cy: number, cx: number, halfHeight: number, halfWidth: number): Shape => (y, x) =>
  Math.max(Math.abs(y - cy) - halfHeight, Math.abs(x - cx) - halfWidth);

function stroke(half: number, points: readonly Point[]): Shape {
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
function spokes(cy: number, cx: number, inner: number, outer: number, count: number): Shape {
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

function text(word: string, top: number, left: number, size: number, half: number): Shape {
  const strokes = [...word].flatMap((letter, i) =>
    LETTERS[letter].map((points) =>
      stroke(half, points.map(([y, x]): Point => [top + size * y, left + size * (x + 1.08 * i)]))
    )
  );
  return (y, x) => strokes.reduce((nearest, shape) => Math.min(nearest, shape(y, x)), Infinity);
}

// The chart spans -1 to 1 on the shorter side; everything lies within 0.8, where a scan reaches.
const LAYERS: readonly Layer[] = [
  { shape: spokes(-0.36, -0.36, 0.05, 0.36, 18), amplitude: 0.62, phase: 0.9 },
  { shape: disk(-0.36, -0.36, 0.05), amplitude: 0.62, phase: 0.9 },
  { shape: ring(-0.42, 0.42, 0.3, 0.045), amplitude: 0.8, phase: -1.1 },
  { shape: ring(-0.42, 0.42, 0.19, 0.03), amplitude: 0.55, phase: -0.5 },
  { shape: disk(-0.42, 0.42, 0.1), amplitude: 0.9, phase: -1.3 },
  { shape: text("PTYCHO", 0.16, -0.7, 0.23, 0.033), amplitude: 0.5, phase: 0.6 },
  { shape: stroke(0.03, [[0.74, -0.7], [0.6, -0.1], [0.72, 0.1]]), amplitude: 1, phase: 1 },
  { shape: disk(0.6, -0.52, 0.06), amplitude: 0.45, phase: 0 },
  { shape: box(0.63, 0.24, 0.14, 0.03), amplitude: 0.6, phase: 0.4 },
  { shape: box(0.63, 0.35, 0.14, 0.025), amplitude: 0.85, phase: -0.9 },
  { shape: box(0.63, 0.45, 0.14, 0.02), amplitude: 0.6, phase: 0.4 },
  { shape: box(0.63, 0.54, 0.14, 0.016), amplitude: 0.85, phase: -0.9 },
  { shape: box(0.63, 0.61, 0.14, 0.013), amplitude: 0.6, phase: 0.4 },
  { shape: box(0.63, 0.67, 0.14, 0.01), amplitude: 0.85, phase: -0.9 },
  { shape: stroke(0.02, [[0, -0.1], [0, 0.74], [0.06, 0.66]]), amplitude: 0.7, phase: -0.8 },
];

/**
 * Draws the chart: a spoke wheel, rings, the word PTYCHO, a tick, bars and a smooth phase hill.
 *
 * Amplitude lies between 0.3 and 1.05, phase within 1.6 rad of 0; edges are one pixel wide.
 *
 * @param height Rows, px.
 * @param width Columns, px.
 */
export function demoObject(height: number, width: number): ComplexImage {
  const unit = Math.min(height, width) / 2;
  const data = new Float32Array(2 * height * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const y = (row + 0.5 - height / 2) / unit, x = (column + 0.5 - width / 2) / unit;
      let amplitude = 0.97 - 0.07 * Math.tanh(y);
      let phase = 0.5 * Math.exp(-((y - 0.3) ** 2 + (x + 0.2) ** 2) / 0.25) - 0.2;
      for (const layer of LAYERS) {
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
