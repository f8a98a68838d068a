/** The same convolution in other WebGPU libraries, same adapter, in turns, result read back by all. */
import { realArray } from "../../src/array.ts";
import { Plan } from "../../src/gpu/plan.ts";
import { tileFamily } from "../../src/ops/conv2d_tiles.ts";
import { recordConvolution } from "../../src/ops/conv2d_plan.ts";
import { ParameterLayout, ParameterStore } from "../../src/ops/parameters.ts";
import { LineServer } from "./line_server.ts";
import { type Bench, checkError, onDevice, ratios, rowOf } from "./measure.ts";
import { BATCH, flopsOf } from "./shapes.ts";

const C = 32, K = 64, H = 64;
const ROUNDS = 3;
const PLACES = [[0, 0, 0, 0], [3, 17, 5, 60], [BATCH - 1, K - 1, H - 1, H - 1], [7, 40, 33, 31]];
const PEERS = [
  ["jax", "@jax-js/jax 0.1.25"],
  ["tfjs", "@tensorflow/tfjs-backend-webgpu 4.22.0"],
] as const;

/** Compares 32 -> 64 channels at 64 x 64, batch 16. */
export async function benchPeers(bench: Bench): Promise<void> {
  await onDevice(async (gpu) => {
    const wave = (count: number, step: number): Float32Array =>
      Float32Array.from({ length: count }, (_, i) => Math.sin(step * i));
    const layout = new ParameterLayout();
    const weight = layout.add("w", [K, C, 3, 3], true);
    const store = new ParameterStore(gpu, layout, false);
    store.load(new Map([["w", realArray([K, C, 3, 3], wave(K * C * 9, 0.73))]]));
    const input = gpu.tensor("input", [BATCH, C, H, H], wave(BATCH * C * H * H, 0.37));
    const output = gpu.tensor("output", [BATCH, K, H, H]);
    using plan = new Plan(gpu, "conv");
    recordConvolution(plan, tileFamily(gpu.profile), {
      arithmetic: { convolution: "winograd" },
      input: { tensor: input, first: 0, count: C },
      output: { tensor: output, first: 0, count: K },
      weights: store.weights,
      weightOffset: weight.offset,
    });
    let result = new Float32Array(0);
    const once = async (): Promise<number> => {
      const began = performance.now();
      plan.submit();
      result = await gpu.read(output) as Float32Array<ArrayBuffer>;
      return performance.now() - began;
    };
    await once();
    const shape = { C, K, H, data: false, relu: false };
    const flops = flopsOf(shape, BATCH);
    for (const [library, name] of PEERS) {
      if (!bench.wants(`peers ${name}`)) continue;
      const worker = new URL("./peer_worker.ts", import.meta.url).pathname;
      const options = ["--no-lock", "--no-config", "--node-modules-dir=none", "--quiet"];
      const sizes = [BATCH, C, K, H].map(String);
      const started = await LineServer.start(
        Deno.execPath(),
        ["run", "-A", "--no-check", ...options, worker, library, ...sizes],
      );
      if (started === undefined) {
        bench.note(`NOT COMPARED: ${name} could not be fetched or started`);
        continue;
      }
      const ours: number[] = [], theirs: number[] = [];
      let sample: number[] = [];
      try {
        await started.server.ask({ repeats: 1, places: PLACES });
        for (let round = 0; round < ROUNDS; round++) {
          const answer = await started.server.ask({ repeats: 2, places: PLACES });
          theirs.push(...answer.ms as number[]);
          sample = answer.sample as number[];
          for (let i = 0; i < 3; i++) ours.push(await once());
        }
      } catch (error) {
        bench.note(`NOT COMPARED: ${name}: ${error instanceof Error ? error.message : error}`);
        continue;
      } finally {
        await started.server.stop();
      }
      const mine = PLACES.map(([n, k, y, x]) => result[((n * K + k) * H + y) * H + x]);
      const check = checkError(name, mine, sample, 1e-4).replace("float64", "equal to");
      const title = `32->64 @64x64 with read-back`;
      bench.add(rowOf(bench, gpu, "peers", `ours ${title}`, ours, flops, "GFLOP/s", check));
      const other = rowOf(
        bench,
        gpu,
        "peers",
        `${library} ${title}`,
        theirs,
        flops,
        "GFLOP/s",
        check,
      );
      bench.add({ ...other, peakBytes: undefined });
      bench.targets.push({
        name: `convolution: ${name} over ours`,
        ...ratios(theirs, ours),
        limit: 5,
        atLeast: true,
        binding: true,
      });
    }
  });
}
