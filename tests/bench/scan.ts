/** A made-up scan with the statistics of real patterns, for timing. */
import { Random } from "../../src/random.ts";
import { type ScanDataset, scanFromArrays } from "../../src/scan/dataset.ts";

/** Patterns of a round probe with random contrast, `count` positions on a raster. */
export function benchScan(N: number, count: number, seed = 3): ScanDataset {
  const random = new Random(seed);
  const positions = new Float64Array(2 * count);
  const side = Math.ceil(Math.sqrt(count));
  for (let i = 0; i < count; i++) {
    positions[2 * i] = N + 4 * Math.floor(i / side) + random.uniform();
    positions[2 * i + 1] = N + 4 * (i % side) + random.uniform();
  }
  const data = new Float32Array(2 * N * N), patterns = new Float32Array(count * N * N);
  for (let y = 0; y < N; y++) {
    for (let x = 0; x < N; x++) {
      const r2 = ((x - N / 2) ** 2 + (y - N / 2) ** 2) / (N * N), pixel = y * N + x;
      data[2 * pixel] = Math.exp(-20 * r2);
      data[2 * pixel + 1] = 0.3 * Math.exp(-15 * r2);
      for (let i = 0; i < count; i++) {
        patterns[i * N * N + pixel] = 40 * Math.exp(-60 * r2) * (0.5 + random.uniform());
      }
    }
  }
  return scanFromArrays({ name: "bench", positions, probe: { modes: 1, N, data }, patterns });
}
