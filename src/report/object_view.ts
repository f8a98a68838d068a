/**
 * Amplitude, phase and complex picture of a reconstruction.
 *
 * @module
 */
import { type NdArray, toFloat32 } from "../array.ts";
import { paint, percentileRange, type ValueRange } from "../image/colors.ts";
import { emptyGrid, type Grid } from "../image/grid.ts";
import { paintComplex } from "./complex_color.ts";
import { type Figure, figureHtml } from "./figure.ts";

/** Longest side of a picture, px: a page stays light. */
const LONGEST = 640;

/** A complex image, prepared for pictures. */
export interface ObjectView {
  /** Modulus. */
  readonly amplitude: Grid;
  /** Angle with its mean direction removed, rad. */
  readonly phase: Grid;
  /** 1 where something was measured. */
  readonly mask: Uint8Array;
  /** Side of a pixel in pixels of the object. */
  readonly step: number;
}

/**
 * Prepares a complex image: cuts it to what was measured and bins it to at most 640 px.
 *
 * @param object (H, W) complex.
 * @param coverage (H, W) weights; everything counts without them.
 */
export function viewObject(object: NdArray, coverage?: NdArray): ObjectView {
  const [height, width] = object.shape, values = toFloat32(object);
  const weights = coverage === undefined ? undefined : toFloat32(coverage);
  let peak = 0;
  for (const weight of weights ?? []) peak = Math.max(peak, weight);
  const counts = (i: number): boolean => weights === undefined || weights[i] > 0.02 * peak;
  const box = { top: height, left: width, bottom: 0, right: 0 };
  for (let i = 0; i < height * width; i++) {
    if (!counts(i)) continue;
    const y = Math.floor(i / width), x = i % width;
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y + 1);
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x + 1);
  }
  if (box.bottom === 0) Object.assign(box, { top: 0, left: 0, bottom: height, right: width });
  const step = Math.max(
    1,
    Math.ceil(Math.max(box.bottom - box.top, box.right - box.left) / LONGEST),
  );
  const rows = Math.ceil((box.bottom - box.top) / step);
  const columns = Math.ceil((box.right - box.left) / step);
  const amplitude = emptyGrid(rows, columns), phase = emptyGrid(rows, columns);
  const mask = new Uint8Array(rows * columns);
  let sumRe = 0, sumIm = 0;
  for (let i = 0; i < rows * columns; i++) {
    const top = box.top + Math.floor(i / columns) * step, left = box.left + (i % columns) * step;
    let re = 0, im = 0, n = 0;
    for (let y = top; y < Math.min(top + step, box.bottom); y++) {
      for (let x = left; x < Math.min(left + step, box.right); x++) {
        const at = y * width + x;
        if (!counts(at)) continue;
        re += values[2 * at];
        im += values[2 * at + 1];
        n++;
      }
    }
    if (n === 0) continue;
    mask[i] = 1;
    amplitude.data[i] = Math.hypot(re, im) / n;
    phase.data[i] = Math.atan2(im, re);
    sumRe += re;
    sumIm += im;
  }
  const mean = Math.atan2(sumIm, sumRe);
  for (let i = 0; i < phase.data.length; i++) {
    phase.data[i] = Math.atan2(Math.sin(phase.data[i] - mean), Math.cos(phase.data[i] - mean));
  }
  return { amplitude, phase, mask, step };
}

/** The three pictures of an object as `<figure>` elements: amplitude, phase, both. */
export function objectFigures(view: ObjectView, name: string, pixelSize?: number): string[] {
  const { amplitude, phase, mask, step } = view;
  const common = { step, pixelSize };
  const range = percentileRange(amplitude, 0.005, mask);
  const turn = phaseRange(view);
  const full = percentileRange(amplitude, 0.01, mask).high;
  const cyclic = turn.low === -Math.PI;
  const figures: Figure[] = [
    {
      title: `${name}: amplitude`,
      picture: paint(amplitude, range, "grey", mask),
      legend: { map: "grey", range },
      ...common,
    },
    {
      title: `${name}: phase`,
      picture: paint(phase, turn, cyclic ? "cyclic" : "perceptual", mask),
      legend: { map: cyclic ? "cyclic" : "perceptual", range: turn, unit: "rad" },
      ...common,
    },
    {
      title: `${name}: phase (hue) and amplitude`,
      picture: paintComplex(amplitude, phase, full, mask),
      legend: { wheel: true, full },
      ...common,
    },
  ];
  return figures.map(figureHtml);
}

/** The full circle on cyclic colours where the phase needs it, else its own range. */
function phaseRange({ phase, mask }: ObjectView): ValueRange {
  const range = percentileRange(phase, 0.005, mask);
  return range.high - range.low > 3 ? { low: -Math.PI, high: Math.PI } : range;
}
