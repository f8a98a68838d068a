/**
 * A picture of corrected scan positions: where they were said to be, and how far off they are.
 *
 * @module
 */
import type { Picture } from "../image/colors.ts";
import { drawText, TEXT_HEIGHT } from "../image/label.ts";

const SIDE = 560, MARGIN = 24;
const GREY = [150, 150, 150], RED = [200, 30, 30];

/**
 * Grey dots at the nominal positions, red lines along the errors, magnified; x to the right, y down.
 *
 * @param nominal (P, 2) (y, x), px.
 * @param errors (P, 2) (y, x), px.
 */
export function drawPositions(nominal: Float64Array, errors: Float64Array): Picture {
  const low = [Infinity, Infinity], high = [-Infinity, -Infinity];
  nominal.forEach((value, i) => {
    low[i % 2] = Math.min(low[i % 2], value);
    high[i % 2] = Math.max(high[i % 2], value);
  });
  const spans = [0, 1].map((axis) => Math.max(1, high[axis] - low[axis]));
  const zoom = (SIDE - 2 * MARGIN) / Math.max(...spans);
  const width = Math.max(320, Math.ceil(spans[1] * zoom) + 2 * MARGIN);
  const height = Math.ceil(spans[0] * zoom) + 2 * MARGIN + 2 * TEXT_HEIGHT;
  const data = new Uint8Array(3 * width * height).fill(255);
  const picture: Picture = { width, height, data };
  const count = Math.max(1, nominal.length / 2);
  const rms = Math.sqrt(errors.reduce((sum, v) => sum + v * v, 0) / count);
  const spacing = Math.sqrt(spans[0] * spans[1] / count);
  const magnified = rms > 0 ? magnification(0.5 * spacing / rms) : 1;
  const dot = (x: number, y: number, color: readonly number[]): void => {
    const column = Math.round(x), row = Math.round(y);
    if (column < 0 || row < 0 || column >= width || row >= height) return;
    data.set(color, 3 * (row * width + column));
  };
  for (let j = 0; j < nominal.length / 2; j++) {
    const y = MARGIN + 2 * TEXT_HEIGHT + (nominal[2 * j] - low[0]) * zoom;
    const x = MARGIN + (nominal[2 * j + 1] - low[1]) * zoom;
    const dy = errors[2 * j] * zoom * magnified, dx = errors[2 * j + 1] * zoom * magnified;
    const steps = Math.min(4000, Math.ceil(Math.max(Math.abs(dy), Math.abs(dx))));
    for (let k = 0; k <= steps; k++) {
      dot(x + dx * k / Math.max(1, steps), y + dy * k / Math.max(1, steps), RED);
    }
    for (const [v, u] of [[0, 0], [0, 1], [1, 0], [0, -1], [-1, 0]]) dot(x + u, y + v, GREY);
  }
  drawText(picture, `position errors: ${rms.toFixed(2)} px rms`, MARGIN, 6);
  drawText(picture, `lines drawn ${magnified} x longer`, MARGIN, 10 + TEXT_HEIGHT);
  return picture;
}

/** 1, 2 or 5 times a power of ten, not above `most` (at least 0.001). */
function magnification(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1e-3, most)));
  const lead = most / power;
  return Number(((lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power).toPrecision(1));
}
