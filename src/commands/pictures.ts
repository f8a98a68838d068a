/**
 * Pictures of reconstructions.
 *
 * @module
 */
import { type NdArray, toFloat32 } from "../array.ts";
import { percentileRange } from "../image/colors.ts";
import { type Grid, polarGrids } from "../image/grid.ts";
import { makeFigure, type PanelItem } from "../image/panel.ts";
import { encodePng } from "../io/png.ts";

/** An object with the places where it was measured. */
export interface Shown {
  /** (H, W) complex object. */
  readonly object: NdArray;
  /** (H, W) weights; 0 where nothing was measured. */
  readonly coverage: NdArray;
  /** Side of an object pixel, m, if known. */
  readonly pixelSize?: number | undefined;
}

/** Amplitude picture: grey, one percent of the pixels saturated at each end. */
export function amplitudePng(shown: Shown): Uint8Array {
  const mask = covered(shown), { amplitude } = polarGrids(shown.object);
  const range = percentileRange(amplitude, 0.01, mask);
  return figurePng([[{
    title: "amplitude",
    grid: amplitude,
    range,
    map: "grey",
    mask,
    scaleBar: scaleBar(shown.pixelSize),
  }]]);
}

/**
 * Phase picture, the mean phase at its middle: cyclic colours if the phase needs much of the circle,
 * else grey.
 *
 * @param ends Lower and upper end of the colours, rad; null is what the data need.
 */
export function phasePng(
  shown: Shown,
  ends: readonly [low: number | null, high: number | null] = [null, null],
): Uint8Array {
  const { object, pixelSize } = shown;
  return figurePng([[phasePanel("phase", object, covered(shown), scaleBar(pixelSize), ends)]]);
}

/**
 * The phase of an image with its mean direction removed: cyclic colours if it needs much of the
 * circle, else grey.
 *
 * @param ends Lower and upper end of the colours, rad; null is what the data need.
 */
export function phasePanel(
  title: string,
  image: NdArray,
  mask: Uint8Array | undefined,
  bar: NonNullable<PanelItem["scaleBar"]>,
  ends: readonly [low: number | null, high: number | null] = [null, null],
): PanelItem {
  return phaseItem(title, centredPhase(image, mask), mask, bar, ends);
}

/** The same for a phase that is shown as it is. */
export function phaseItem(
  title: string,
  phase: Grid,
  mask: Uint8Array | undefined,
  bar: NonNullable<PanelItem["scaleBar"]>,
  ends: readonly [low: number | null, high: number | null] = [null, null],
): PanelItem {
  const needed = phaseRange(phase, mask);
  const range = { low: ends[0] ?? needed.low, high: ends[1] ?? needed.high };
  const map = range.high - range.low > 3 ? "cyclic" : "grey";
  return {
    title,
    grid: phase,
    range,
    map,
    unit: "rad",
    scaleBar: bar,
    ...(mask === undefined ? {} : { mask }),
  };
}

/** A scale bar for pixels of that side, m. */
export function scaleBar(pixelSize: number | undefined): NonNullable<PanelItem["scaleBar"]> {
  return pixelSize === undefined ? {} : { pixelNm: pixelSize * 1e9 };
}

/** A figure as PNG. */
export function figurePng(rows: readonly (readonly PanelItem[])[]): Uint8Array {
  const { data, width, height } = makeFigure(rows);
  return encodePng(data, width, height);
}

/** Range of a phase picture: the full circle if the phase needs most of it, else what it needs. */
export function phaseRange(phase: Grid, mask?: ArrayLike<number>): { low: number; high: number } {
  const range = percentileRange(phase, 0.01, mask);
  return range.high - range.low > 4 ? { low: -Math.PI, high: Math.PI } : range;
}

/** Phase with its mean direction removed, so that it wraps as little as possible. */
export function centredPhase(object: NdArray, mask?: ArrayLike<number>): Grid {
  const { amplitude, phase } = polarGrids(object);
  let re = 0, im = 0;
  phase.data.forEach((angle, i) => {
    if (mask !== undefined && !(mask[i] > 0)) return;
    re += amplitude.data[i] * Math.cos(angle);
    im += amplitude.data[i] * Math.sin(angle);
  });
  const mean = Math.atan2(im, re);
  return {
    ...phase,
    data: phase.data.map((angle) => Math.atan2(Math.sin(angle - mean), Math.cos(angle - mean))),
  };
}

/** Pixels with at least a fiftieth of the largest weight. */
export function covered({ coverage }: Shown): Uint8Array {
  const weights = toFloat32(coverage);
  const peak = weights.reduce((largest, v) => Math.max(largest, v), 0);
  return Uint8Array.from(weights, (v) => v > 0.02 * peak ? 1 : 0);
}
