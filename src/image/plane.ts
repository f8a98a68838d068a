/**
 * Removal of a plane from a phase image.
 *
 * @module
 */
import { emptyGrid, type Grid } from "./grid.ts";

/** The image minus its least-squares plane a x + b y + c. */
export function removePlane(grid: Grid): Grid {
  const { height, width, data } = grid;
  // Centred coordinates are orthogonal to each other and to a constant on a full rectangle.
  const cx = (width - 1) / 2, cy = (height - 1) / 2;
  let sx = 0, sy = 0, sum = 0, xx = 0, yy = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = data[y * width + x];
      sum += value;
      sx += value * (x - cx);
      sy += value * (y - cy);
      xx += (x - cx) ** 2;
      yy += (y - cy) ** 2;
    }
  }
  const a = xx === 0 ? 0 : sx / xx, b = yy === 0 ? 0 : sy / yy, c = sum / data.length;
  const out = emptyGrid(height, width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      out.data[y * width + x] = data[y * width + x] - (a * (x - cx) + b * (y - cy) + c);
    }
  }
  return out;
}
