import assert from "node:assert/strict";
import { complexArray } from "../../src/array.ts";
import { resolveRun } from "../../src/config/presets.ts";
import { frameScan } from "../../src/image/frame.ts";
import { type Grid, polarGrids } from "../../src/image/grid.ts";
import { infer } from "../../src/workflows/infer.ts";
import { simulateScan } from "../../src/workflows/simulate.ts";
import { Trainer } from "../../src/workflows/train.ts";
import { withGpu } from "../support/device.ts";

/** Correlation of an image with another one that is read in another orientation. */
function correlation(
  image: Grid,
  other: Grid,
  turn: (y: number, x: number, last: number) => readonly [number, number],
): number {
  const side = Math.min(image.height, image.width), count = side * side;
  let a = 0, b = 0, aa = 0, bb = 0, ab = 0;
  for (let i = 0; i < count; i++) {
    const y = Math.floor(i / side), x = i % side, [v, u] = turn(y, x, side - 1);
    const p = image.data[y * image.width + x], q = other.data[v * other.width + u];
    a += p;
    b += q;
    aa += p * p;
    bb += q * q;
    ab += p * q;
  }
  return (ab - a * b / count) / Math.sqrt((aa - a * a / count) * (bb - b * b / count));
}

Deno.test("an asymmetric object comes back from training and inference neither flipped nor turned", () =>
  withGpu(async (gpu) => {
    const scan = await simulateScan(gpu, {
      object: "lines",
      probe: "aberrated",
      scan: "jittered",
      N: 64,
      count: 64,
      nphotons: 1e6,
      overlap: 0.85,
      seed: 4,
    });
    const config = resolveRun({ nepochs: 6, n_filters_scale: 0.25, seed: 3 });
    using trainer = await Trainer.create(gpu, scan.dataset, config);
    for await (const _ of trainer.run());
    const made = await infer(gpu, scan.dataset, await trainer.checkpoint());
    const { object } = scan.experiment;
    const { target, prediction } = frameScan(
      made.object,
      made.geometry,
      complexArray([object.height, object.width], object.data),
      scan.dataset.positions,
    );
    const turns = {
      "upside down": (y: number, x: number, last: number) => [last - y, x] as const,
      mirrored: (y: number, x: number, last: number) => [y, last - x] as const,
      "turned by 180": (y: number, x: number, last: number) => [last - y, last - x] as const,
      transposed: (y: number, x: number) => [x, y] as const,
      "turned left": (y: number, x: number, last: number) => [last - x, y] as const,
      "turned right": (y: number, x: number, last: number) => [x, last - y] as const,
      "transposed across": (y: number, x: number, last: number) => [last - x, last - y] as const,
    };
    const [truth, result] = [polarGrids(target), polarGrids(prediction)];
    const found = correlation(result.phase, truth.phase, (y, x) => [y, x]);
    assert(found > 0.7, `phase: ${found}`);
    for (const [name, turn] of Object.entries(turns)) {
      const other = correlation(result.phase, truth.phase, turn);
      assert(found > other + 0.15, `phase ${name}: ${other}, as it is: ${found}`);
    }
    // The conjugate object would have the opposite phase.
    const amplitude = correlation(result.amplitude, truth.amplitude, (y, x) => [y, x]);
    assert(amplitude > 0.4, `amplitude: ${amplitude}`);
  }));
