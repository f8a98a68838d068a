import { Random } from "../../src/random.ts";

/** Arrays of numbers. */
export type Numbers = ArrayLike<number>;

/** Fails with name, worst index and both values unless max |actual - expected| <= tolerance * scale. */
export function assertClose(
  name: string,
  actual: Numbers,
  expected: Numbers,
  tolerance: number,
  options: { relative?: boolean } = {},
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${name}: ${actual.length} values, ${expected.length} expected`);
  }
  let scale = 1;
  if (options.relative !== false) {
    scale = 1e-30;
    for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]));
  }
  let worst = -1, at = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]);
    if (!(error <= worst)) {
      worst = Number.isNaN(error) ? Infinity : error;
      at = i;
      if (worst === Infinity) break;
    }
  }
  if (!(worst <= tolerance * scale)) {
    throw new Error(
      `${name}[${at}]: ${actual[at]} instead of ${expected[at]}, ` +
        `error ${(worst / scale).toExponential(2)} of scale ${scale.toPrecision(4)}, ` +
        `tolerance ${tolerance}`,
    );
  }
}

/** Normal random f32 values of a seed. */
export function randomValues(count: number, seed: number, scale = 1): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: count }, () => scale * random.normal());
}

/** Inner product in float64. */
export function dot(a: Numbers, b: Numbers): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Fails unless <A x, y> equals <x, A* y> within `tolerance` of |A x| |y|. */
export function assertAdjoint(
  name: string,
  x: Numbers,
  ax: Numbers,
  y: Numbers,
  aty: Numbers,
  tolerance = 1e-5,
): void {
  const left = dot(ax, y), right = dot(x, aty);
  const scale = Math.sqrt(dot(ax, ax) * dot(y, y)) + 1e-30;
  if (!(Math.abs(left - right) <= tolerance * scale)) {
    throw new Error(`${name}: <Ax, y> = ${left} but <x, A*y> = ${right} (scale ${scale})`);
  }
}
