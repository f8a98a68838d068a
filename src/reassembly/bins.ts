/**
 * Sorts the patches of a batch into the canvas tiles they touch, so that the device visits few patches a pixel.
 *
 * @module
 */
import type { CanvasGeometry } from "./geometry.ts";

/** Side of a tile, pixels; the same number is in `shaders/reassembly/gather.wgsl`. */
export const TILE = 16;

/** Largest number of tiles that `count` patches of side `trim` can touch. */
export function tileCapacity(count: number, trim: number): number {
  return count * (Math.ceil(trim / TILE) + 1) ** 2;
}

/** A batch laid out for the gather kernel. */
export interface Bins {
  /** Four numbers a tile (column, row, first member, members), then the members of all tiles. */
  readonly tiles: Uint32Array;
  /** (capacity, 4): whole row, whole column, row fraction, column fraction of the corner. */
  readonly places: Float32Array;
  /** Patches that do not fit on the canvas and were left out. */
  readonly dropped: number;
}

/**
 * Lays a batch out.
 *
 * @param positions (count, 2) scan positions as (y, x), object pixels.
 * @param trim side of the pasted square, pixels.
 * @param capacity patches of a full batch; the arrays always have the size of a full batch.
 */
export function binPatches(
  positions: ArrayLike<number>,
  geometry: CanvasGeometry,
  trim: number,
  capacity: number,
): Bins {
  const slots = tileCapacity(capacity, trim);
  const tiles = new Uint32Array(5 * slots), places = new Float32Array(4 * capacity);
  const members = new Map<number, number[]>();
  const columns = Math.ceil(geometry.width / TILE);
  const half = Math.floor(trim / 2);
  let dropped = 0;
  for (let i = 0; i < positions.length / 2; i++) {
    const y = snap(positions[2 * i] - geometry.originY - half);
    const x = snap(positions[2 * i + 1] - geometry.originX - half);
    const row = Math.floor(y), column = Math.floor(x);
    // A fraction of 0 leaves the row and column after the square untouched.
    const lastRow = Math.ceil(y) + trim - 1, lastColumn = Math.ceil(x) + trim - 1;
    const fits = y >= 0 && x >= 0 && lastRow < geometry.height && lastColumn < geometry.width;
    if (!fits) {
      dropped++;
      continue;
    }
    places.set([row, column, y - row, x - column], 4 * i);
    for (let ty = Math.floor(row / TILE); ty <= Math.floor(lastRow / TILE); ty++) {
      for (let tx = Math.floor(column / TILE); tx <= Math.floor(lastColumn / TILE); tx++) {
        const key = ty * columns + tx, list = members.get(key);
        if (list === undefined) members.set(key, [i]);
        else list.push(i);
      }
    }
  }
  let slot = 0, first = 0;
  for (const [key, list] of members) {
    const column = (key % columns) * TILE, row = Math.floor(key / columns) * TILE;
    tiles.set([column, row, first, list.length], 4 * slot++);
    tiles.set(list, 4 * slots + first);
    first += list.length;
  }
  return { tiles, places, dropped };
}

/** Rounds off what subtracting a mean leaves, so that a whole offset at the rim stays on the canvas. */
function snap(value: number): number {
  return Math.round(value * 2 ** 20) / 2 ** 20;
}
