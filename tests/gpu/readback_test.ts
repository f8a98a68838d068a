import assert from "node:assert/strict";
import { DeviceLostError, GpuValidationError } from "../../src/errors.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { Readback } from "../../src/gpu/readback.ts";

Deno.test("a tensor is read again and again, always as it is then", async () => {
  using gpu = await Gpu.open();
  const tensor = gpu.tensor("numbers", [1000]);
  using readback = new Readback(gpu, tensor);
  for (let turn = 0; turn < 5; turn++) {
    const values = Float32Array.from({ length: 1000 }, (_, i) => turn + i / 7);
    gpu.write(tensor, values);
    assert.deepEqual(await readback.read(), values);
    // At once, a while later, and after the promise of the mapping is settled.
    await new Promise((resolve) => setTimeout(resolve, 6 * turn));
  }
});

Deno.test("one read at a time", async () => {
  using gpu = await Gpu.open();
  using readback = new Readback(gpu, gpu.tensor("numbers", [4]));
  const first = readback.read();
  await assert.rejects(readback.read(), GpuValidationError);
  assert.equal((await first).length, 4);
});

Deno.test("a lost device is reported by a later read, too", async () => {
  using gpu = await Gpu.open();
  const readback = new Readback(gpu, gpu.tensor("numbers", [4]));
  await readback.read();
  await readback.read();
  gpu.device.destroy();
  await assert.rejects(readback.read(), DeviceLostError);
});
