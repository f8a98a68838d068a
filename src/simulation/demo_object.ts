/**
 * A test chart drawn from formulas: asymmetric, with coarse and fine detail in amplitude and phase.
 *
 * @module
 */
import type { ComplexImage } from "../scan/resize.ts";
import { box, disk, drawLayers, type Layer, ring, spokes, stroke, text } from "./shapes.ts";

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
  return drawLayers(height, width, LAYERS, (y, x) => [
    0.97 - 0.07 * Math.tanh(y),
    0.5 * Math.exp(-((y - 0.3) ** 2 + (x + 0.2) ** 2) / 0.25) - 0.2,
  ]);
}
