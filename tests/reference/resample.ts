type Numbers = ArrayLike<number>;

/** Maximum of 2 x 2 windows of (planes, H, W), with the index each maximum came from. */
export function maxPool(
  input: Numbers,
  H: number,
  W: number,
): { output: Float64Array; from: Int32Array } {
  const length = input.length / 4;
  const output = new Float64Array(length), from = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const x = i % (W / 2), y = Math.floor(i / (W / 2)) % (H / 2);
    const plane = Math.floor(i / (W * H / 4));
    const corner = (plane * H + 2 * y) * W + 2 * x;
    let best = corner;
    for (const j of [corner + 1, corner + W, corner + W + 1]) if (input[j] > input[best]) best = j;
    from[i] = best;
    output[i] = input[best];
  }
  return { output, from };
}

/** Nearest neighbour x 2: index into (planes, H, W) for every element of (planes, 2 H, 2 W). */
export function upsampleIndex(planes: number, H: number, W: number): Int32Array {
  return Int32Array.from({ length: planes * 4 * H * W }, (_, i) => {
    const x = i % (2 * W), y = Math.floor(i / (2 * W)) % (2 * H);
    const plane = Math.floor(i / (4 * H * W));
    return (plane * H + (y >> 1)) * W + (x >> 1);
  });
}

/** Zero padding to twice the size: index into (planes, H, W), -1 for zero. */
export function padIndex(planes: number, H: number, W: number): Int32Array {
  return Int32Array.from({ length: planes * 4 * H * W }, (_, i) => {
    const x = i % (2 * W) - W / 2, y = Math.floor(i / (2 * W)) % (2 * H) - H / 2;
    const plane = Math.floor(i / (4 * H * W));
    return x < 0 || x >= W || y < 0 || y >= H ? -1 : (plane * H + y) * W + x;
  });
}

/** Values taken at an index; 0 where it is -1. */
export function gather(input: Numbers, index: Int32Array): Float64Array {
  return Float64Array.from(index, (i) => i < 0 ? 0 : input[i]);
}

/** Transpose of {@linkcode gather}. */
export function scatter(gradient: Numbers, index: Int32Array, length: number): Float64Array {
  const result = new Float64Array(length);
  index.forEach((i, j) => {
    if (i >= 0) result[i] += gradient[j];
  });
  return result;
}
