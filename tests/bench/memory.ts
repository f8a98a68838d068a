/** A thousand training steps: nothing may be allocated, compiled or read back, and nothing may grow. */
import type { Gpu } from "../../src/gpu/device.ts";
import { PinnModel } from "../../src/workflows/pinn.ts";
import { deriveScaling } from "../../src/workflows/scaling.ts";
import { type Bench, mebibytes, onDevice } from "./measure.ts";
import { benchScan } from "./scan.ts";
import { yardstickConfig } from "./shapes.ts";

const STEPS = 1000;
const BATCH = 2;
/** Steps between two waits; bounds the queue, as a training epoch does. */
const STRETCH = 50;
/** The driver keeps about 3.5 KiB of each submission; a leaked tensor a step would be far above. */
const GROWTH = 32 * 2 ** 20;

const DEVICE_CALLS = [
  "createBuffer",
  "createTexture",
  "createBindGroup",
  "createShaderModule",
  "createComputePipeline",
] as const;

/** What happened on a device since a moment. */
interface Ledger {
  readonly counts: Map<string, number>;
  stop(): void;
}

/** Counts the calls that have no place in a training loop. */
function watch(gpu: Gpu): Ledger {
  const counts = new Map<string, number>();
  const undo: (() => void)[] = [];
  const wrap = (target: object, name: string): void => {
    const original = Reflect.get(target, name) as (...args: unknown[]) => unknown;
    const wrapped = function (this: unknown, ...args: unknown[]): unknown {
      counts.set(name, (counts.get(name) ?? 0) + 1);
      return original.apply(this, args);
    };
    const own = Object.hasOwn(target, name);
    Object.defineProperty(target, name, { value: wrapped, configurable: true, writable: true });
    undo.push(() => {
      if (own) {
        Object.defineProperty(target, name, {
          value: original,
          configurable: true,
          writable: true,
        });
      } else Reflect.deleteProperty(target, name);
    });
  };
  for (const name of DEVICE_CALLS) wrap(gpu.device, name);
  wrap(GPUBuffer.prototype, "mapAsync");
  return { counts, stop: () => undo.forEach((restore) => restore()) };
}

/** Runs the steps and fails on any growth. */
export async function benchMemory(bench: Bench): Promise<void> {
  const name = `memory ${STEPS} training steps`;
  if (!bench.wants(name)) return;
  const config = yardstickConfig({ width: 0.125, N: 64 }, { batch_size: BATCH });
  const dataset = benchScan(64, BATCH);
  const scaling = await deriveScaling(dataset, config);
  await onDevice(async (gpu) => {
    using model = await PinnModel.create(gpu, dataset, config, scaling);
    const patterns = (await dataset.readDiffraction([0, 1])).map((v) => v * scaling.input_factor);
    const offsets = new Float32Array(2 * BATCH);
    let done = 0;
    const run = async (steps: number): Promise<void> => {
      for (let i = 0; i < steps; i++) {
        model.upload(patterns, offsets);
        model.step(done++, 1e-4, true);
        if (done % STRETCH === 0) await gpu.settle();
      }
    };
    model.upload(patterns, offsets);
    await model.compile(() => undefined);
    await run(2 * STRETCH);
    const state = (): readonly number[] => [
      gpu.arena.liveBytes,
      gpu.arena.reservedBytes,
      gpu.pipelines.size,
    ];
    const before = state(), rssBefore = Deno.memoryUsage().rss;
    const ledger = watch(gpu);
    const began = performance.now();
    try {
      await run(STEPS);
    } finally {
      ledger.stop();
    }
    const milliseconds = (performance.now() - began) / STEPS;
    const after = state(), growth = Deno.memoryUsage().rss - rssBefore;
    if (ledger.counts.size > 0) {
      const calls = [...ledger.counts].map(([call, n]) => `${n} ${call}`).join(", ");
      throw new Error(`${name}: the loop called ${calls}`);
    }
    if (before.some((value, i) => value !== after[i])) {
      throw new Error(`${name}: live, reserved bytes, pipelines went ${before} -> ${after}`);
    }
    if (growth > GROWTH) {
      throw new Error(`${name}: the process grew by ${mebibytes(growth)}`);
    }
    if (!Number.isFinite(await model.takeLoss())) throw new Error(`${name}: the loss diverged`);
    bench.add({
      section: "memory",
      name: `${STEPS} small steps, wall time of one`,
      milliseconds,
      repeats: STEPS,
      peakBytes: gpu.arena.peakBytes,
      check: `no allocation, compilation, read-back; live ${
        mebibytes(after[0])
      } constant; process grew by ${mebibytes(Math.max(0, growth))}`,
    });
  });
}
