import assert from "node:assert/strict";
import { resolveRun } from "../../src/config/presets.ts";
import { GpuMemoryError } from "../../src/errors.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { Trainer } from "../../src/workflows/train.ts";
import { withGpu } from "../support/device.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";

/**
 * Lets a device hold no more than so many bytes, in the way devices do: the buffer is made, and the
 * failure is reported later.
 */
function limitMemory(gpu: Gpu, bytes: number): void {
  const { device } = gpu;
  const createBuffer = device.createBuffer.bind(device);
  let held = 0;
  Object.defineProperty(device, "createBuffer", {
    value: (descriptor: GPUBufferDescriptor): GPUBuffer => {
      const buffer = createBuffer(descriptor), { size } = descriptor;
      held += size;
      const destroy = buffer.destroy.bind(buffer);
      Object.defineProperty(buffer, "destroy", {
        value: (): void => {
          held -= size;
          destroy();
        },
      });
      if (held > bytes) {
        setTimeout(() => gpu.fail(new GpuMemoryError(`The device is out of memory: ${size}`)), 0);
      }
      return buffer;
    },
  });
}

/** Bytes that a device reserves for training with a batch of this size. */
async function bytesOf(batch: number): Promise<number> {
  let bytes = 0;
  await withGpu(async (gpu) => {
    const config = resolveRun({ n_filters_scale: 0.05, batch_size: batch, nepochs: 1 });
    using trainer = await Trainer.create(gpu, tinyScan(16), config);
    for await (const _ of trainer.run());
    bytes = gpu.arena.peakBytes;
  });
  return bytes;
}

Deno.test("a batch too large for the memory is halved until it fits, each time with a line", async () => {
  const four = await bytesOf(4);
  await withGpu(async (gpu) => {
    limitMemory(gpu, four);
    const config = resolveRun({ n_filters_scale: 0.05, batch_size: 16, nepochs: 1 });
    using trainer = await Trainer.create(gpu, tinyScan(16), config);
    const warnings: string[] = [];
    let epochs = 0;
    for await (const event of trainer.run()) {
      if (event.kind === "warning") warnings.push(event.message);
      if (event.kind === "epoch") epochs++;
    }
    assert.equal(epochs, 1);
    assert.equal(trainer.config.training.batch_size, 4);
    assert.match(warnings[0], /batch_size 16 does not fit .*out of memory.* using 8/);
    assert.match(warnings[1], /batch_size 8 does not fit .*out of memory.* using 4/);
  });
});

Deno.test("a network that does not fit at all is refused with the device's reason", () =>
  withGpu(async (gpu) => {
    limitMemory(gpu, 100_000);
    const config = resolveRun({ n_filters_scale: 0.05, batch_size: 2 });
    await assert.rejects(
      Trainer.create(gpu, tinyScan(8), config),
      (error: Error) => error instanceof GpuMemoryError && /out of memory/.test(error.message),
    );
    await gpu.recover();
  }));

Deno.test("recovering gives unused memory back and leaves tensors in use alone", () =>
  withGpu(async (gpu) => {
    const kept = gpu.tensor("kept", [1000], new Float32Array(1000).fill(3));
    gpu.arena.release(gpu.tensor("large", [500_000]));
    const before = gpu.arena.reservedBytes;
    gpu.fail(new GpuMemoryError("The device is out of memory"));
    await assert.rejects(gpu.settle(), GpuMemoryError);
    await gpu.recover();
    assert.ok(gpu.arena.reservedBytes <= before - 2_000_000);
    assert.deepEqual(await gpu.read(kept), new Float32Array(1000).fill(3));
    gpu.arena.release(kept);
    gpu.arena.release(gpu.tensor("small", [10]));
  }));
