/**
 * In which order patterns are visited, and which tiles of the canvas a batch touches.
 *
 * @module
 */
import { compactGroups } from "../grouping/compact.ts";
import type { Random } from "../random.ts";
import type { EngineState } from "./state.ts";

/** How patterns are put into batches. */
export type BatchOrder = "random" | "compact";

/** Side of a tile, px; the same number is in `shaders/engines/object_sums.wgsl`. */
const TILE = 16;

/**
 * Batches of a sweep; every pattern is in exactly one.
 *
 * @param positions (P, 2) (y, x), px; used by compact batches.
 * @param size Largest number of patterns in a batch.
 * @param order `random` cuts a shuffled list into even runs; `compact` groups neighbours anew for
 *   each stream and shuffles the groups.
 */
export function makeBatches(
  positions: Float64Array,
  size: number,
  order: BatchOrder,
  random: Random,
): number[][] {
  const count = positions.length / 2;
  if (order === "compact" && size > 1 && size < count) {
    const seen = new Set<number>(), groups = compactGroups(positions, size, random);
    const batches: number[][] = [];
    for (let g = 0; g < groups.length; g += size) {
      const batch = [...groups.subarray(g, g + size)].filter((i) => !seen.has(i));
      for (const i of batch) seen.add(i);
      if (batch.length > 0) batches.push(batch);
    }
    const shuffled = random.shuffle(Uint32Array.from(batches, (_, i) => i));
    return Array.from(shuffled, (i) => batches[i]);
  }
  const list = random.shuffle(Uint32Array.from({ length: count }, (_, i) => i));
  const number = Math.ceil(count / size);
  return Array.from({ length: number }, (_, b) => {
    const from = Math.floor(b * count / number), to = Math.floor((b + 1) * count / number);
    return [...list.subarray(from, to)];
  });
}

/** Sizes of the tile list of a batch. */
export interface TileLayout {
  /** Tiles there is room for. */
  readonly tiles: number;
  /** Visits of tiles there is room for. */
  readonly members: number;
  /** 32-bit words of one batch. */
  readonly words: number;
}

/** Tiles of a canvas. */
export function tileNumber({ rows, columns }: { rows: number; columns: number }): number {
  return Math.ceil(rows / TILE) * Math.ceil(columns / TILE);
}

/** Room for the tiles that `visits` patches can touch. */
export function tileLayout(state: EngineState, visits: number): TileLayout {
  const size = reach(state);
  const members = visits * (Math.ceil(size / TILE) + 1) ** 2;
  const tiles = Math.min(members, tileNumber(state.shape));
  return { tiles, members, words: 4 * tiles + members };
}

/**
 * The visits that touch each tile: four numbers a tile (column, row, first member, members), then
 * the members, visits counted within the batch in ascending order.
 *
 * @param words zeros, which are filled and returned.
 */
export function binTiles(
  state: EngineState,
  batch: readonly number[],
  layout: TileLayout,
  words: Uint32Array = new Uint32Array(layout.words),
): Uint32Array {
  const across = Math.ceil(state.shape.columns / TILE);
  const counts = new Uint32Array(tileNumber(state.shape)), tiles: number[] = [];
  forTiles(state, batch, across, (tile) => {
    if (counts[tile]++ === 0) tiles.push(tile);
  });
  const places = new Uint32Array(counts.length);
  let first = 0;
  tiles.forEach((tile, slot) => {
    const place = 4 * slot;
    words[place] = (tile % across) * TILE;
    words[place + 1] = Math.floor(tile / across) * TILE;
    words[place + 2] = first;
    words[place + 3] = counts[tile];
    places[tile] = 4 * layout.tiles + first;
    first += counts[tile];
  });
  forTiles(state, batch, across, (tile, visit) => {
    words[places[tile]++] = visit;
  });
  return words;
}

/** Calls `touch(tile, visit)` for the tiles that each patch of a batch touches, of `across` tiles in a row. */
function forTiles(
  state: EngineState,
  batch: readonly number[],
  across: number,
  touch: (tile: number, visit: number) => void,
): void {
  const reached = reach(state) - 1, { corners } = state;
  for (let visit = 0; visit < batch.length; visit++) {
    const row = corners[2 * batch[visit]], column = corners[2 * batch[visit] + 1];
    const lastRow = Math.floor((row + reached) / TILE);
    const lastColumn = Math.floor((column + reached) / TILE);
    for (let y = Math.floor(row / TILE); y <= lastRow; y++) {
      for (let x = Math.floor(column / TILE); x <= lastColumn; x++) touch(y * across + x, visit);
    }
  }
}

/**
 * Visit, first row and first column of the patch of every member of a list of {@linkcode binTiles}; the
 * fourth number of the first member of a tile is how many of its leading patches begin at even columns.
 *
 * @param places (members, 4): is filled.
 */
export function placeMembers(
  { corners }: EngineState,
  batch: readonly number[],
  layout: TileLayout,
  words: Uint32Array,
  places: Float32Array,
): void {
  for (let tile = 0; tile < layout.tiles; tile++) {
    const first = words[4 * tile + 2], count = words[4 * tile + 3];
    let evens = 0;
    for (let k = 0; k < count; k++) {
      const visit = words[4 * layout.tiles + first + k], pattern = batch[visit];
      const at = 4 * (first + k), column = corners[2 * pattern + 1];
      places[at] = visit;
      places[at + 1] = corners[2 * pattern];
      places[at + 2] = column;
      if (evens === k && column % 2 === 0) evens++;
    }
    if (count > 0) places[4 * first + 3] = evens;
  }
}

/** Pixels along an axis that a patch touches. */
function reach({ shape, interpolated }: EngineState): number {
  return shape.size + (interpolated ? 1 : 0);
}
