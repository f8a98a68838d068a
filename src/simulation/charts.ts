/**
 * Test charts with known resolution: a Siemens star and groups of three bars.
 *
 * @module
 */
import type { ComplexImage } from "../scan/resize.ts";
import { disk, drawLayers, type Layer, ring, spokes } from "./shapes.ts";

/** Amplitude and phase (rad) of the material of both charts. */
const MATERIAL = { amplitude: 0.6, phase: 1 } as const;

/**
 * Siemens star of 36 spokes with two gaps, and one dot beside it that shows the orientation.
 *
 * A spoke and its gap are as wide as 2 pi r / 36 at radius r.
 */
export function siemensObject(height: number, width: number): ComplexImage {
  const gaps = [ring(0, 0, 0.3, 0.015), ring(0, 0, 0.58, 0.02)];
  const star = spokes(0, 0, 0.03, 0.88, 36);
  const layers: Layer[] = [
    { shape: (y, x) => Math.max(star(y, x), ...gaps.map((gap) => -gap(y, x))), ...MATERIAL },
    { shape: disk(-0.86, -0.72, 0.08), ...MATERIAL },
  ];
  return drawLayers(height, width, layers, () => [1, 0]);
}

/** A filled rectangle, chart units. */
interface Bar {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Groups of three upright and three lying bars, each group 2^(1/6) finer than the one before, down to
 * bars of one pixel; then again from the coarsest, with the lying bars first, until the chart is full.
 */
export function resolutionObject(height: number, width: number): ComplexImage {
  const amplitude = new Float64Array(height * width).fill(1),
    phase = new Float64Array(height * width);
  const unit = Math.min(height, width) / 2;
  for (const bar of bars(unit)) {
    const top = bar.top * unit + height / 2, left = bar.left * unit + width / 2;
    const bottom = top + bar.height * unit, right = left + bar.width * unit;
    for (let y = Math.floor(top); y < bottom; y++) {
      // Share of the pixel that the bar covers.
      const v = Math.min(y + 1, bottom) - Math.max(y, top);
      for (let x = Math.floor(left); x < right; x++) {
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        const inside = v * (Math.min(x + 1, right) - Math.max(x, left)), i = y * width + x;
        amplitude[i] *= 1 - inside * (1 - MATERIAL.amplitude);
        phase[i] += inside * MATERIAL.phase;
      }
    }
  }
  const data = new Float32Array(2 * amplitude.length);
  for (let i = 0; i < amplitude.length; i++) {
    data[2 * i] = amplitude[i] * Math.cos(phase[i]);
    data[2 * i + 1] = amplitude[i] * Math.sin(phase[i]);
  }
  return { height, width, data };
}

/** Bars laid out in lines from the upper left, within 0.92 of the chart. */
function bars(unit: number): Bar[] {
  const out: Bar[] = [], edge = 0.92, first = 0.08;
  let top = -edge, left = -edge, line = 5 * first, lying = false;
  for (let k = 0;; k++) {
    let w = first * 2 ** (-k / 6);
    if (w * unit < 1) {
      // Too small a chart for even the coarsest group.
      if (k === 0) break;
      k = 0;
      w = first;
      lying = !lying;
    }
    if (left + 11 * w > edge) {
      top += line + 2 * w;
      left = -edge;
      line = 5 * w;
    }
    if (top + 5 * w > edge) {
      // A finer group may still fit, unless not even the finest does (1.13 px wide at most).
      if (top + 5 * 1.13 / unit > edge) break;
      continue;
    }
    for (let bar = 0; bar < 3; bar++) {
      const upright = left + (lying ? 6 * w : 0), flat = left + (lying ? 0 : 6 * w);
      out.push({ top, left: upright + 2 * bar * w, height: 5 * w, width: w });
      out.push({ top: top + 2 * bar * w, left: flat, height: w, width: 5 * w });
    }
    line = Math.max(line, 5 * w);
    left += 13 * w;
  }
  return out;
}
