/** Bilinear sample of component `c` of a plane at a real position, zero outside, in float64. */
export function sampleReference(
  image: ArrayLike<number>,
  start: number,
  rows: number,
  columns: number,
  components: number,
  y: number,
  x: number,
  c: number,
): number {
  const y0 = Math.floor(y), x0 = Math.floor(x);
  let sum = 0;
  for (let j = y0; j <= y0 + 1; j++) {
    for (let i = x0; i <= x0 + 1; i++) {
      if (j < 0 || i < 0 || j >= rows || i >= columns) continue;
      const weight = (1 - Math.abs(y - j)) * (1 - Math.abs(x - i));
      sum += weight * image[start + (j * columns + i) * components + c];
    }
  }
  return sum;
}

/** Translation of every plane by its (dx, dy), in float64. */
export function translateReference(
  image: ArrayLike<number>,
  offsets: ArrayLike<number>,
  [planes, rows, columns, components]: readonly [number, number, number, number],
): Float64Array {
  const out = new Float64Array(planes * rows * columns * components);
  let at = 0;
  for (let p = 0; p < planes; p++) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        for (let c = 0; c < components; c++) {
          out[at++] = sampleReference(
            image,
            p * rows * columns * components,
            rows,
            columns,
            components,
            y - offsets[2 * p + 1],
            x - offsets[2 * p],
            c,
          );
        }
      }
    }
  }
  return out;
}
