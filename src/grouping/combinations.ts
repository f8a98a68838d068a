/**
 * Different ways to choose members out of a pool, drawn without favouring any of them.
 *
 * @module
 */
import type { Random } from "../random.ts";

/** Number of ways to choose `c` of `k`, as a float64 (exact below 2^53). */
export function combinationCount(k: number, c: number): number {
  if (c < 0 || c > k) return 0;
  let count = 1;
  for (let i = 1; i <= c; i++) count = Math.round(count * (k - c + i) / i);
  return count;
}

/** The combination of `c` of `k` at place `rank` of the lexicographic order. */
export function combinationAt(k: number, c: number, rank: number): number[] {
  const chosen: number[] = [];
  let item = 0;
  for (let left = c; left > 0; item++) {
    const starting = combinationCount(k - item - 1, left - 1);
    if (rank < starting) {
      chosen.push(item);
      left--;
    } else rank -= starting;
  }
  return chosen;
}

/**
 * Draws `count` combinations of `c` of `k` places; none repeats before all have been drawn.
 *
 * @param random Stream to draw from.
 * @param k Size of the pool.
 * @param c Members of a combination, in random order within each.
 * @param count How many combinations.
 * @throws {RangeError} if c exceeds k.
 */
export function drawCombinations(random: Random, k: number, c: number, count: number): number[][] {
  if (count === 1) return [random.choose(c, k)];
  const total = combinationCount(k, c);
  if (total < 1) throw new RangeError(`Cannot choose ${c} different items of ${k}`);
  const drawn: number[][] = [];
  while (drawn.length < count) {
    const wanted = Math.min(count - drawn.length, total);
    for (const rank of differentIntegers(random, wanted, total)) {
      const places = combinationAt(k, c, rank);
      drawn.push(random.shuffle(places));
    }
  }
  return drawn;
}

/** `wanted` different integers below `total`; a list of all of them is only made when it is short. */
function differentIntegers(random: Random, wanted: number, total: number): number[] {
  if (total <= 4096 || wanted * 4 > total) return random.choose(wanted, total);
  const seen = new Set<number>();
  while (seen.size < wanted) seen.add(random.integer(total));
  return [...seen];
}
