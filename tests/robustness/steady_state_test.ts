import assert from "node:assert/strict";
import { resolveRun } from "../../src/config/presets.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { Trainer } from "../../src/workflows/train.ts";
import { withGpu } from "../support/device.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";

const CALLS = [
  "createBuffer",
  "createTexture",
  "createBindGroup",
  "createBindGroupLayout",
  "createPipelineLayout",
  "createShaderModule",
  "createComputePipeline",
  "createComputePipelineAsync",
] as const;

/** Counts calls on a device that have no place inside a training loop. */
function countCalls(gpu: Gpu): { counts: Record<string, number>; stop: () => void } {
  const counts: Record<string, number> = {};
  for (const name of CALLS) {
    const original = (gpu.device[name] as (...args: unknown[]) => unknown).bind(gpu.device);
    Object.defineProperty(gpu.device, name, {
      configurable: true,
      value: (...args: unknown[]): unknown => {
        counts[name] = (counts[name] ?? 0) + 1;
        return original(...args);
      },
    });
  }
  const map = GPUBuffer.prototype.mapAsync;
  GPUBuffer.prototype.mapAsync = function (...args): Promise<undefined> {
    counts.mapAsync = (counts.mapAsync ?? 0) + 1;
    return map.apply(this, args) as Promise<undefined>;
  };
  return {
    counts,
    stop: () => {
      GPUBuffer.prototype.mapAsync = map;
      for (const name of CALLS) Reflect.deleteProperty(gpu.device, name);
    },
  };
}

const tiny = { n_filters_scale: 0.05, nepochs: 1, batch_size: 1 };

Deno.test("between two log lines a step makes no pipeline, allocates and reads back nothing", () =>
  withGpu(async (gpu) => {
    // The log line of an interval is one read-back of two numbers; nothing else is.
    using trainer = await Trainer.create(gpu, tinyScan(40), resolveRun(tiny), { logInterval: 8 });
    let watched: ReturnType<typeof countCalls> | undefined, lines = 0;
    try {
      for await (const event of trainer.run()) {
        if (event.kind === "epoch") break;
        if (event.kind !== "step") continue;
        lines++;
        if (watched === undefined) watched = countCalls(gpu);
        else {
          const { createBuffer = 0, mapAsync = 0, ...rest } = watched.counts;
          assert.deepEqual(rest, {}, `in steps ${event.step - 7} to ${event.step}`);
          assert.deepEqual([createBuffer, mapAsync], [2 * (lines - 1), 2 * (lines - 1)]);
        }
      }
    } finally {
      watched?.stop();
    }
    assert.equal(lines, 5);
  }));

Deno.test("the counters do notice an allocation, a pipeline and a read-back", () =>
  withGpu(async (gpu) => {
    const tensor = gpu.tensor("kept", [4]);
    const { counts, stop } = countCalls(gpu);
    try {
      gpu.arena.release(gpu.tensor("a size not seen before", [12_345]));
      await gpu.read(tensor);
    } finally {
      stop();
      gpu.arena.release(tensor);
    }
    assert.equal(counts.createBuffer, 2);
    assert.equal(counts.mapAsync, 1);
  }));
