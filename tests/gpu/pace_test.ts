import assert from "node:assert/strict";
import type { Gpu } from "../../src/gpu/device.ts";
import { Pace } from "../../src/gpu/pace.ts";

/** A device on which a wait takes as long as the work queued since the last one. */
function slowDevice(eachMs: number): { gpu: Gpu; queue(): void; waits(): number } {
  let queued = 0, waits = 0;
  const submitted = (): Promise<void> => {
    const until = performance.now() + queued * eachMs;
    while (performance.now() < until);
    queued = 0;
    waits++;
    return Promise.resolve();
  };
  return { gpu: { submitted } as unknown as Gpu, queue: () => queued++, waits: () => waits };
}

Deno.test("work is waited for rarely, long work after every submission", async () => {
  const run = async (eachMs: number, count: number): Promise<number> => {
    const device = slowDevice(eachMs), pace = new Pace(device.gpu);
    pace.start();
    for (let i = 0; i < count; i++) {
      device.queue();
      await pace.submitted();
    }
    return device.waits();
  };
  const short = await run(2, 300), long = await run(250, 4);
  assert.ok(short >= 2 && short <= 60, `${short} waits in 0.6 s of work`);
  assert.ok(long >= 3, `${long} waits for 4 long submissions`);
});

Deno.test("a wait that fails is told to who waits next", async () => {
  const submitted = (): Promise<void> => Promise.reject(new Error("lost"));
  const pace = new Pace({ submitted } as unknown as Gpu);
  await assert.rejects(async () => {
    for (let i = 0; i < 600; i++) await pace.submitted();
  }, /lost/);
});
