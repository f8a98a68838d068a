/** What this adapter can do at best: multiply-adds in registers, and a streaming copy by a kernel. */
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import source from "./roof.wgsl" with { type: "text" };
import type { Gpu } from "../../src/gpu/device.ts";
import { defineKernel } from "../../src/gpu/kernel.ts";
import { Plan } from "../../src/gpu/plan.ts";
import { checkError, onDevice, type Roof, timeEncoded, timePlan } from "./measure.ts";

const shared = {
  source,
  snippets: [index],
  params: { count: "u32", rounds: "u32", factor: "f32" },
} as const;
const texel = { source: "texel", result: "read_write" } as const;
const multiply = defineKernel({
  ...shared,
  label: "roof#multiply",
  entryPoint: "multiply",
  bindings: texel,
});
const multiplyWide = defineKernel({
  ...shared,
  label: "roof#multiply_wide",
  entryPoint: "multiply_wide",
  bindings: texel,
});
const copy = defineKernel({ ...shared, label: "roof#copy", entryPoint: "copy", bindings: texel });

/** Roofs, and the plain copy between buffers for comparison. */
export interface MeasuredRoof extends Roof {
  readonly copyCommand: number;
  readonly adapter: string;
  readonly software: boolean;
}

/** Measures the roofs; the best of several shapes and repeats. */
export function measureRoof(): Promise<MeasuredRoof> {
  return onDevice(async (gpu) => {
    const flops = await multiplyRate(gpu);
    const { kernel, command } = await copyRate(gpu);
    return {
      "GFLOP/s": flops,
      "GB/s": kernel,
      copyCommand: command,
      adapter: gpu.adapter.name,
      software: gpu.adapter.software,
    };
  });
}

async function multiplyRate(gpu: Gpu): Promise<number> {
  const count = gpu.profile.software ? 2 ** 15 : 2 ** 20, rounds = 256;
  const input = gpu.tensor("input", [4 * count], new Float32Array(4 * count).fill(0.5));
  const output = gpu.tensor("output", [4 * count]);
  let best = 0;
  for (const kernel of [multiply, multiplyWide]) {
    for (const workgroup of [16, 64]) {
      using plan = new Plan(gpu, "roof");
      const params = { count, rounds, factor: 0.25 };
      plan.run({ ...kernel, workgroup }, { source: input, result: output }, params, count);
      const times = await timePlan(gpu, plan, 150);
      best = Math.max(best, 256 * rounds * count / Math.min(...times) / 1e6);
    }
  }
  const values = await gpu.read(output);
  if (!values.every(Number.isFinite) || values[0] === 0) throw new Error("roof: wrong result");
  return best;
}

async function copyRate(gpu: Gpu): Promise<{ kernel: number; command: number }> {
  const count = gpu.profile.software ? 2 ** 21 : 2 ** 23;
  const values = Float32Array.from({ length: 4 * count }, (_, i) => i % 1001);
  const input = gpu.tensor("input", [4 * count], values);
  const output = gpu.tensor("output", [4 * count]);
  const bytes = 2 * 16 * count;
  using plan = new Plan(gpu, "roof");
  plan.run(
    { ...copy, workgroup: 64 },
    { source: input, result: output },
    { count, rounds: 0, factor: 2 },
    count,
  );
  // The mirror of the input is refreshed once; what is timed is the kernel alone.
  plan.submit();
  await gpu.settle();
  const kernelTimes: number[] = [];
  for (let i = 0; i < 7; i++) {
    const times = await plan.time();
    kernelTimes.push(times.find((t) => t.label === copy.label)!.milliseconds);
  }
  checkError("roof copy", (await gpu.read(output)).subarray(0, 4096), doubled(values, 4096), 0);
  const commandTimes = await timeEncoded(gpu, (encoder) => {
    encoder.copyBufferToBuffer(input.buffer, 0, output.buffer, 0, 16 * count);
  }, 7);
  return {
    kernel: bytes / Math.min(...kernelTimes) / 1e6,
    command: bytes / Math.min(...commandTimes) / 1e6,
  };
}

function doubled(values: Float32Array, count: number): Float32Array {
  return values.slice(0, count).map((v) => 2 * v);
}
