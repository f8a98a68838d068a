/**
 * Exact nearest neighbours among scan positions.
 *
 * A k-d tree over (row, column) positions. Neighbours at equal distance are ordered by their index,
 * so answers depend neither on how the tree was built nor on the order of the questions.
 *
 * @module
 */

const LEAF_SIZE = 12;

interface Node {
  readonly start: number;
  readonly end: number;
  readonly minY: number;
  readonly maxY: number;
  readonly minX: number;
  readonly maxX: number;
  readonly left: Node | undefined;
  readonly right: Node | undefined;
}

/** Neighbours of one point, nearest first. */
export interface Neighbors {
  /** Indices of the positions. */
  readonly indices: number[];
  /** Distances in the unit of the positions (px). */
  readonly distances: number[];
}

/** A set of positions that answers exact neighbour questions. */
export class NeighborIndex {
  /** Number of positions. */
  readonly count: number;
  #positions: Float64Array;
  #order: Uint32Array;
  #root: Node | undefined;

  /**
   * Builds the tree over a copy of the positions.
   *
   * @param positions (P, 2) pairs (y, x); all finite.
   * @throws {RangeError} if the list holds half a pair or a value that is not finite.
   */
  constructor(positions: Float64Array) {
    if (positions.length % 2 !== 0) {
      throw new RangeError(
        `Cannot index ${positions.length} coordinates as they are not (y, x) pairs: give two a position`,
      );
    }
    for (let i = 0; i < positions.length; i++) {
      if (!Number.isFinite(positions[i])) {
        throw new RangeError(
          `Cannot index position ${i >> 1} as it is not finite: remove it from the scan`,
        );
      }
    }
    this.#positions = positions.slice();
    this.count = positions.length / 2;
    this.#order = Uint32Array.from({ length: this.count }, (_, i) => i);
    this.#root = this.count === 0 ? undefined : this.#build(0, this.count);
  }

  #build(start: number, end: number): Node {
    const p = this.#positions, order = this.#order;
    let minY = Infinity, maxY = -Infinity, minX = Infinity, maxX = -Infinity;
    for (let i = start; i < end; i++) {
      const y = p[2 * order[i]], x = p[2 * order[i] + 1];
      minY = Math.min(minY, y);
      maxY = Math.max(maxY, y);
      minX = Math.min(minX, x);
      maxX = Math.max(maxX, x);
    }
    let left: Node | undefined, right: Node | undefined;
    if (end - start > LEAF_SIZE) {
      const axis = maxY - minY >= maxX - minX ? 0 : 1;
      order.subarray(start, end).sort((a, b) => p[2 * a + axis] - p[2 * b + axis] || a - b);
      const middle = (start + end) >> 1;
      left = this.#build(start, middle);
      right = this.#build(middle, end);
    }
    return { start, end, minY, maxY, minX, maxX, left, right };
  }

  /**
   * The `k` positions nearest to a point, nearest first, ties by index; fewer if there are fewer.
   *
   * @param y Row of the point.
   * @param x Column of the point.
   * @param k How many.
   * @param skip Index that is never returned (the point itself, say).
   */
  nearest(y: number, x: number, k: number, skip = -1): Neighbors {
    const indices: number[] = [], squares: number[] = [];
    const p = this.#positions, order = this.#order;
    const visit = (node: Node): void => {
      // An equal distance may still win by its index, hence the strict comparison.
      if (indices.length === k && squareToBox(node, y, x) > squares[k - 1]) return;
      if (node.left !== undefined && node.right !== undefined) {
        const leftFirst = squareToBox(node.left, y, x) <= squareToBox(node.right, y, x);
        visit(leftFirst ? node.left : node.right);
        visit(leftFirst ? node.right : node.left);
        return;
      }
      for (let i = node.start; i < node.end; i++) {
        const candidate = order[i];
        if (candidate === skip) continue;
        const square = (p[2 * candidate] - y) ** 2 + (p[2 * candidate + 1] - x) ** 2;
        let at = indices.length;
        while (
          at > 0 &&
          (squares[at - 1] > square || (squares[at - 1] === square && indices[at - 1] > candidate))
        ) at--;
        if (at >= k) continue;
        indices.splice(at, 0, candidate);
        squares.splice(at, 0, square);
        if (indices.length > k) {
          indices.pop();
          squares.pop();
        }
      }
    };
    if (this.#root !== undefined && k > 0) visit(this.#root);
    return { indices, distances: squares.map(Math.sqrt) };
  }

  /**
   * All positions at a distance of `from` to `to` (both included), nearest first, ties by index.
   *
   * @param y Row of the point.
   * @param x Column of the point.
   * @param from Smallest distance, px.
   * @param to Largest distance, px.
   */
  within(y: number, x: number, from: number, to: number): Neighbors {
    const found: { index: number; distance: number }[] = [];
    const p = this.#positions, order = this.#order;
    const visit = (node: Node): void => {
      if (squareToBox(node, y, x) > to * to * (1 + 1e-12)) return;
      if (node.left !== undefined && node.right !== undefined) {
        visit(node.left);
        visit(node.right);
        return;
      }
      for (let i = node.start; i < node.end; i++) {
        const index = order[i];
        const distance = Math.sqrt((p[2 * index] - y) ** 2 + (p[2 * index + 1] - x) ** 2);
        if (distance >= from && distance <= to) found.push({ index, distance });
      }
    };
    if (this.#root !== undefined) visit(this.#root);
    found.sort((a, b) => a.distance - b.distance || a.index - b.index);
    return {
      indices: found.map((item) => item.index),
      distances: found.map((item) => item.distance),
    };
  }
}

function squareToBox(node: Node, y: number, x: number): number {
  const dy = Math.max(node.minY - y, 0, y - node.maxY);
  const dx = Math.max(node.minX - x, 0, x - node.maxX);
  return dy * dy + dx * dx;
}

/**
 * Table of the `k` nearest neighbours of every position among all of them.
 *
 * @param positions (P, 2) pairs (y, x).
 * @param k Columns of the table.
 * @param includeSelf Keep the position itself (first, unless an equal position has a lower index).
 * @returns (P, k) indices, nearest first.
 * @throws {RangeError} if there are not k neighbours.
 */
export function nearestNeighbors(
  positions: Float64Array,
  k: number,
  includeSelf = false,
): Uint32Array {
  const index = new NeighborIndex(positions);
  const available = index.count - (includeSelf ? 0 : 1);
  if (k > available) {
    throw new RangeError(
      `Cannot find ${k} neighbours as there are ${index.count} positions: lower neighbor_count to ` +
        `${Math.max(0, available)} or use more positions`,
    );
  }
  const table = new Uint32Array(index.count * k);
  for (let i = 0; i < index.count; i++) {
    const found = index.nearest(positions[2 * i], positions[2 * i + 1], k, includeSelf ? -1 : i);
    table.set(found.indices, i * k);
  }
  return table;
}
