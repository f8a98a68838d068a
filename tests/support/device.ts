import { Gpu, type GpuOptions } from "../../src/gpu/device.ts";
import type { Tensor } from "../../src/gpu/tensor.ts";

// The driver complains about a missing folder otherwise.
if (Deno.env.get("XDG_RUNTIME_DIR") === undefined) Deno.env.set("XDG_RUNTIME_DIR", "/tmp");

/**
 * Runs a test body with a device and checks afterwards that nothing failed and no tensor leaked.
 * Tensors the body allocates must be released by it, or made through the `keep` helper.
 */
export async function withGpu(
  body: (gpu: Gpu, keep: (tensor: Tensor) => Tensor) => Promise<void>,
  options: GpuOptions = {},
): Promise<void> {
  using gpu = await Gpu.open(options);
  const kept: Tensor[] = [];
  await body(gpu, (tensor) => {
    kept.push(tensor);
    return tensor;
  });
  await gpu.settle();
  for (const tensor of kept) gpu.arena.release(tensor);
  if (gpu.arena.liveBytes !== 0) {
    throw new Error(`The test leaked ${gpu.arena.liveBytes} bytes of tensors`);
  }
}

/** Fills a tensor with NaN, so that an element a kernel forgets to write is noticed. */
export function poison(gpu: Gpu, tensor: Tensor): Tensor {
  gpu.write(tensor, new Float32Array(tensor.length).fill(NaN));
  return tensor;
}

/** An output tensor filled with NaN. */
export function poisoned(gpu: Gpu, label: string, shape: readonly number[]): Tensor {
  return poison(gpu, gpu.arena.allocate(label, shape));
}
