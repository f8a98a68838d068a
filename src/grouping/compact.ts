/**
 * Spatially compact groups that use every position once.
 *
 * @module
 */
import type { Random } from "../random.ts";

/**
 * Cuts a scan into compact groups of `size` positions by random k-d splits.
 *
 * Each split crosses the longer extent (the other one with a chance that grows with its share) at
 * a random multiple of `size` near the middle, so another stream gives other groups. When the
 * number of positions is no multiple of `size`, the last group is filled up with the positions
 * nearest to it.
 *
 * @param positions (P, 2) pairs (y, x), px.
 * @param size Positions in a group, 1 to P.
 * @param random Stream of the splits.
 * @returns (ceil(P / size), size) indices of positions.
 * @throws {RangeError} if size is not a whole number of 1 to P.
 */
export function compactGroups(positions: Float64Array, size: number, random: Random): Uint32Array {
  const count = positions.length / 2;
  if (!Number.isInteger(size) || size < 1 || size > count) {
    throw new RangeError(
      `Cannot make groups of ${size} positions out of ${count}: use a whole number of 1 to ${count}`,
    );
  }
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  let shortStart = -1;
  const split = (start: number, end: number): void => {
    const groups = Math.ceil((end - start) / size);
    if (groups <= 1) {
      if (end - start < size) shortStart = start;
      return;
    }
    const extent = [0, 1].map((axis) => {
      let low = Infinity, high = -Infinity;
      for (let i = start; i < end; i++) {
        const value = positions[2 * order[i] + axis];
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      return high - low;
    });
    // Squares make an elongated cell almost always cut across its length.
    const weightY = extent[0] ** 2, weightX = extent[1] ** 2;
    const axis = random.uniform() * (weightY + weightX) < weightY ? 0 : 1;
    order.subarray(start, end).sort((a, b) =>
      positions[2 * a + axis] - positions[2 * b + axis] || a - b
    );
    // A quarter on each side keeps cells from degenerating into slivers.
    const lowest = Math.max(1, Math.floor(groups / 4));
    const before = lowest + random.integer(Math.max(1, groups - 2 * lowest + 1));
    const middle = start + Math.min(before, groups - 1) * size;
    split(start, middle);
    split(middle, end);
  };
  split(0, count);
  const total = Math.ceil(count / size);
  const out = new Uint32Array(total * size);
  if (shortStart < 0) {
    out.set(order);
    return out;
  }
  const short = order.slice(shortStart);
  out.set(order.subarray(0, shortStart));
  out.set(short, shortStart);
  let y = 0, x = 0;
  for (const i of short) {
    y += positions[2 * i] / short.length;
    x += positions[2 * i + 1] / short.length;
  }
  const square = (i: number): number =>
    (positions[2 * i] - y) ** 2 + (positions[2 * i + 1] - x) ** 2;
  const others = order.subarray(0, shortStart).slice().sort((a, b) =>
    square(a) - square(b) || a - b
  );
  out.set(others.subarray(0, total * size - count), count);
  return out;
}
