/** Batched two-dimensional Fourier transforms. */
import { Plan } from "../../src/gpu/plan.ts";
import { recordFft2 } from "../../src/ops/fft2.ts";
import { fft2Reference } from "../reference/fft.ts";
import { randomValues } from "../support/close.ts";
import type { Baselines } from "./baselines.ts";
import { type Bench, checkError, median, onDevice, ratios, rowOf, timePlan } from "./measure.ts";

const CASES = [[256, 64], [64, 128], [16, 256]] as const;
const ROUNDS = 3;

/** Measures transforms of complex images, beside SciPy where it is there. */
export async function benchFft(bench: Bench, beside: () => Promise<Baselines>): Promise<void> {
  for (const [count, size] of CASES) {
    const name = `${count} complex images ${size}x${size}`;
    if (!bench.wants(`fft ${name}`)) continue;
    const baselines = await beside();
    await onDevice(async (gpu) => {
      const stride = 2 * size * size;
      const values = randomValues(count * stride, 11);
      const input = gpu.tensor("images", [count, size, size, 2], values);
      const output = gpu.tensor("transformed", [count, size, size, 2]);
      using plan = new Plan(gpu, "fft");
      recordFft2(plan, input, output, count, size, false, undefined, true);
      plan.submit();
      const computed = await gpu.read(output);
      const last = (count - 1) * stride;
      const check = checkError(
        `fft ${name}`,
        computed.subarray(last),
        fft2Reference(values.subarray(last), 1, size),
        5e-6,
      );
      const ours: number[] = [], theirs: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        if (baselines.scipy !== undefined) {
          theirs.push(...await baselines.time({ op: "fft", count, size, repeats: 8 }));
        }
        ours.push(...await timePlan(gpu, plan, 200));
      }
      const flops = 5 * count * size * size * Math.log2(size * size);
      bench.add(rowOf(bench, gpu, "fft", name, ours, flops, "GFLOP/s", check));
      if (theirs.length === 0) return;
      bench.targets.push({
        name: `FFT of ${name} over SciPy (${median(theirs).toFixed(2)} ms)`,
        ...ratios(ours, theirs),
        limit: 1.2,
        atLeast: false,
        binding: gpu.adapter.software && size === 64,
      });
    });
  }
}
