/** Convolutions: forward, gradient with respect to the input, gradient with respect to the weights. */
import type { Gpu } from "../../src/gpu/device.ts";
import { tileFamily } from "../../src/ops/conv2d_tiles.ts";
import { recordConvolution, recordWeightGradient } from "../../src/ops/conv2d_plan.ts";
import { recordTranspose } from "../../src/ops/conv2d.ts";
import { Plan } from "../../src/gpu/plan.ts";
import { Graph } from "../../src/ops/graph.ts";
import { ParameterLayout, ParameterStore, unpackParameter } from "../../src/ops/parameters.ts";
import { realArray } from "../../src/array.ts";
import { Random } from "../../src/random.ts";
import { randomValues } from "../support/close.ts";
import { type Bench, checkError, onDevice, rowOf, timePlan } from "./measure.ts";
import { BATCH, type ConvShape, distinctConvolutions, flopsOf } from "./shapes.ts";

const SAMPLES = 48;
const TOLERANCE = 2e-5;

/** Measures every distinct convolution. */
export async function benchConvolutions(bench: Bench): Promise<void> {
  for (const shape of distinctConvolutions()) {
    const name = convName(shape);
    if (bench.wants(`conv forward ${name}`)) await forward(bench, shape, name);
    if (!shape.data && bench.wants(`conv input-gradient ${name}`)) {
      await inputGradient(bench, shape, name);
    }
    if (bench.wants(`conv weight-gradient ${name}`)) await weightGradient(bench, shape, name);
  }
}

/** Name of a shape in the report. */
export function convName({ C, K, H, relu }: ConvShape): string {
  return `${C}->${K} @${H}x${H}${relu ? " relu" : ""}`;
}

interface Setup {
  readonly store: ParameterStore;
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

function setUp(gpu: Gpu, { C, K }: ConvShape, training: boolean): Setup {
  const layout = new ParameterLayout();
  layout.add("w", [K, C, 3, 3], true);
  layout.add("b", [K]);
  const store = new ParameterStore(gpu, layout, training);
  const weights = randomValues(K * C * 9, 1, 1 / Math.sqrt(9 * C)), bias = randomValues(K, 2, 0.1);
  store.load(
    new Map([["w", realArray([K, C, 3, 3], weights)], ["b", realArray([K], bias)]]),
  );
  return { store, weights, bias };
}

/** Random places in an array, its first and last element among them. */
function places(length: number): number[] {
  const random = new Random(7);
  const inner = Array.from({ length: SAMPLES - 2 }, () => Math.floor(random.uniform() * length));
  return [0, length - 1, ...inner];
}

function forward(bench: Bench, shape: ConvShape, name: string): Promise<void> {
  return onDevice(async (gpu) => {
    const { C, K, H, relu } = shape;
    const { store, weights, bias } = setUp(gpu, shape, false);
    const values = randomValues(BATCH * C * H * H, 3);
    const input = gpu.tensor("input", [BATCH, C, H, H], values);
    const output = gpu.tensor("output", [BATCH, K, H, H]);
    using plan = new Plan(gpu, "conv");
    const [w, b] = store.layout.parameters;
    recordConvolution(plan, tileFamily(gpu.profile), {
      arithmetic: { convolution: "winograd" },
      input: { tensor: input, first: 0, count: C },
      output: { tensor: output, first: 0, count: K },
      weights: store.weights,
      weightOffset: w.offset,
      biasOffset: b.offset,
      relu,
    });
    plan.submit();
    const computed = await gpu.read(output);
    const at = places(computed.length);
    const expected = at.map((i) => {
      const n = Math.floor(i / (K * H * H)), k = Math.floor(i / (H * H)) % K;
      let sum = bias[k];
      eachTap(H, i % (H * H), (tap, from) => {
        for (let c = 0; c < C; c++) {
          sum += weights[(k * C + c) * 9 + tap] * values[(n * C + c) * H * H + from];
        }
      });
      return relu ? Math.max(0, sum) : sum;
    });
    const check = checkError(
      `conv forward ${name}`,
      at.map((i) => computed[i]),
      expected,
      TOLERANCE,
    );
    const times = await timePlan(gpu, plan);
    const flops = flopsOf(shape, BATCH);
    bench.add(rowOf(bench, gpu, "conv", `forward ${name}`, times, flops, "GFLOP/s", check));
  });
}

function inputGradient(bench: Bench, shape: ConvShape, name: string): Promise<void> {
  return onDevice(async (gpu) => {
    const { C, K, H } = shape;
    const { store, weights } = setUp(gpu, shape, true);
    const values = randomValues(BATCH * K * H * H, 4), kept = randomValues(BATCH * C * H * H, 5);
    const gradient = gpu.tensor("gradient", [BATCH, K, H, H], values);
    const mask = gpu.tensor("mask", [BATCH, C, H, H], kept);
    const output = gpu.tensor("output", [BATCH, C, H, H]);
    using transpose = new Plan(gpu, "transpose");
    recordTranspose(transpose, store);
    transpose.submit();
    using plan = new Plan(gpu, "conv");
    recordConvolution(plan, tileFamily(gpu.profile), {
      arithmetic: { convolution: "winograd" },
      input: { tensor: gradient, first: 0, count: K },
      output: { tensor: output, first: 0, count: C },
      weights: store.transposed!,
      weightOffset: store.transposedOffsets.get("w")!,
      mask,
    });
    plan.submit();
    const computed = await gpu.read(output);
    const at = places(computed.length);
    const expected = at.map((i) => {
      if (!(kept[i] > 0)) return 0;
      const n = Math.floor(i / (C * H * H)), c = Math.floor(i / (H * H)) % C;
      let sum = 0;
      eachTap(H, i % (H * H), (tap, from) => {
        for (let k = 0; k < K; k++) {
          sum += weights[(k * C + c) * 9 + 8 - tap] * values[(n * K + k) * H * H + from];
        }
      });
      return sum;
    });
    const title = `input-gradient ${name}`;
    const check = checkError(title, at.map((i) => computed[i]), expected, TOLERANCE);
    const times = await timePlan(gpu, plan);
    const flops = flopsOf(shape, BATCH);
    bench.add(rowOf(bench, gpu, "conv", title, times, flops, "GFLOP/s", check));
  });
}

function weightGradient(bench: Bench, shape: ConvShape, name: string): Promise<void> {
  return onDevice(async (gpu) => {
    const { C, K, H } = shape;
    const { store } = setUp(gpu, shape, true);
    const [w, b] = store.layout.parameters;
    const values = randomValues(BATCH * C * H * H, 6), given = randomValues(BATCH * K * H * H, 7);
    const input = gpu.tensor("input", [BATCH, C, H, H], values);
    const gradient = gpu.tensor("gradient", [BATCH, K, H, H], given);
    using graph = new Graph(gpu, "weight gradient", true);
    recordWeightGradient(graph, tileFamily(gpu.profile), {
      input: { tensor: input, first: 0, count: C },
      gradient,
      target: store.gradients!,
      weightOffset: w.offset,
      biasOffset: b.offset,
    });
    graph.plan.submit();
    const computed = unpackParameter(w, await gpu.read(store.gradients!));
    const at = places(computed.length).slice(0, 12);
    const expected = at.map((i) => {
      const k = Math.floor(i / (9 * C)), c = Math.floor(i / 9) % C;
      let sum = 0;
      for (let n = 0; n < BATCH; n++) {
        const x = (n * C + c) * H * H, d = (n * K + k) * H * H;
        for (let p = 0; p < H * H; p++) {
          eachTap(H, p, (tap, from) => {
            if (tap === i % 9) sum += values[x + from] * given[d + p];
          });
        }
      }
      return sum;
    });
    const title = `weight-gradient ${name}`;
    const check = checkError(title, at.map((i) => computed[i]), expected, 1e-4);
    const times = await timePlan(gpu, graph.plan);
    const flops = flopsOf(shape, BATCH);
    bench.add(rowOf(bench, gpu, "conv", title, times, flops, "GFLOP/s", check));
  });
}

/** Calls `visit` with each tap (0..8) of pixel `p` that lies inside, and the pixel it reads. */
function eachTap(H: number, p: number, visit: (tap: number, from: number) => void): void {
  const y = Math.floor(p / H), x = p % H;
  for (let tap = 0; tap < 9; tap++) {
    const row = y + Math.floor(tap / 3) - 1, column = x + tap % 3 - 1;
    if (row < 0 || column < 0 || row >= H || column >= H) continue;
    visit(tap, row * H + column);
  }
}
