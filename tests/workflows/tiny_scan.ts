import { Random } from "../../src/random.ts";
import { type ScanDataset, scanFromArrays } from "../../src/scan/dataset.ts";

/** A scan of random patterns, large enough for the network and small enough for a test. */
export function tinyScan(count = 12, N = 64, seed = 5): ScanDataset {
  const random = new Random(seed);
  const positions = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    positions[2 * i] = 60 + 3 * Math.floor(i / 4) + random.uniform();
    positions[2 * i + 1] = 70 + 3 * (i % 4) + random.uniform();
  }
  const data = new Float32Array(2 * N * N), patterns = new Float32Array(count * N * N);
  for (let y = 0; y < N; y++) {
    for (let x = 0; x < N; x++) {
      const r2 = (x - N / 2) ** 2 + (y - N / 2) ** 2;
      data[2 * (y * N + x)] = Math.exp(-r2 / 150);
      data[2 * (y * N + x) + 1] = 0.3 * Math.exp(-r2 / 200);
      for (let i = 0; i < count; i++) {
        patterns[(i * N + y) * N + x] = 40 * Math.exp(-r2 / 60) * (0.5 + random.uniform());
      }
    }
  }
  return scanFromArrays({ name: "tiny", positions, probe: { modes: 1, N, data }, patterns });
}
