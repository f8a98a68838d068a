/**
 * Objects of random points, straight lines and V shapes, blurred at several scales.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { ComplexImage } from "../scan/resize.ts";
import {
  blurMix,
  type Canvas,
  cropCanvas,
  drawSegment,
  largestOf,
  openCanvas,
  withPhase,
} from "./structure.ts";

/** Random increments of 1 on a tenth of the pixels: G1 + 5 G10. */
export function pointsObject(height: number, width: number, random: Random): ComplexImage {
  const canvas = openCanvas(height, width);
  for (let n = Math.round(0.1 * canvas.image.length); n > 0; n--) {
    canvas.image[random.integer(canvas.image.length)] += 1;
  }
  return finish(canvas, [[1, 1], [10, 5]], height, width);
}

/**
 * 40 vertical and 40 horizontal lines and 40 pairs of diagonals through the whole canvas of 784 px
 * (more on larger ones): G0.75 + 5 G7.5.
 */
export function diagonalsObject(height: number, width: number, random: Random): ComplexImage {
  const canvas = openCanvas(height, width), last = canvas.side - 1;
  for (let n = Math.round(40 * canvas.growth); n > 0; n--) {
    const column = random.integer(canvas.side), row = random.integer(canvas.side);
    drawSegment(canvas, 0, column, last, column);
    drawSegment(canvas, row, 0, row, last);
    // Diagonals start anywhere on the upper edge or its continuation, so that all corners get some.
    const down = random.integer(2 * canvas.side) - canvas.side;
    const up = random.integer(2 * canvas.side) - canvas.side;
    drawSegment(canvas, 0, down, last, down + last);
    drawSegment(canvas, last, up, 0, up + last);
  }
  return finish(canvas, [[0.75, 1], [7.5, 5]], height, width);
}

/** 1000 upright V shapes of 6 to 40 px on 784 x 784 px (as dense elsewhere): G1 + 2 G5 + 5 G10. */
export function vObject(height: number, width: number, random: Random): ComplexImage {
  const canvas = openCanvas(height, width);
  for (let n = Math.round(1000 * canvas.growth ** 2); n > 0; n--) {
    const size = 6 + random.integer(35), half = Math.round(size / 3);
    const y = random.integer(canvas.side), x = random.integer(canvas.side);
    drawSegment(canvas, y, x - half, y + size, x);
    drawSegment(canvas, y, x + half, y + size, x);
  }
  return finish(canvas, [[1, 1], [5, 2], [10, 5]], height, width);
}

/** Blurs and cuts out: amplitude Y / max Y, phase as for lines. */
function finish(
  canvas: Canvas,
  terms: readonly (readonly [number, number])[],
  height: number,
  width: number,
): ComplexImage {
  const values = cropCanvas(canvas, blurMix(canvas, terms), height, width);
  const largest = largestOf(values);
  return withPhase(values, height, width, (value) => value / largest);
}
