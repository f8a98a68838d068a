/** The whole training step and inference. */
import type { RunConfig } from "../../src/config/presets.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { declareNetwork } from "../../src/network/architecture.ts";
import { arithmeticOf } from "../../src/workflows/precision.ts";
import { recordNetwork } from "../../src/network/autoencoder.ts";
import { initializeParameters } from "../../src/network/initialization.ts";
import { polarToComplex } from "../../src/ops/complex.ts";
import { Graph } from "../../src/ops/graph.ts";
import { ParameterStore } from "../../src/ops/parameters.ts";
import { PinnModel } from "../../src/workflows/pinn.ts";
import { deriveScaling } from "../../src/workflows/scaling.ts";
import type { Baselines } from "./baselines.ts";
import {
  type Bench,
  checkError,
  median,
  onDevice,
  ratios,
  rowOf,
  timePlan,
  timeSubmissions,
} from "./measure.ts";
import { referencePatch } from "./network_reference.ts";
import { benchScan } from "./scan.ts";
import {
  BATCH,
  forwardFlops,
  NETWORKS,
  type NetworkSize,
  recommendedConfig,
  stepFlops,
  yardstickConfig,
} from "./shapes.ts";

const ROUNDS = 3;
/** Update with which the gradient of the smallest network is checked; shrinks with the network. */
const NUDGE = 2e-6;

/** Measures training and inference of both recipes, the split one beside PyTorch. */
export async function benchNetwork(bench: Bench, beside: () => Promise<Baselines>): Promise<void> {
  for (const size of NETWORKS) {
    for (const recipe of ["split", "full"] as const) {
      const config = recipe === "split" ? yardstickConfig(size) : recommendedConfig(size);
      const name = `${recipe} decoder, width ${size.width}, N ${size.N}`;
      if (bench.wants(`step train ${name}`)) await train(bench, beside, config, size, name, recipe);
      if (bench.wants(`step infer ${name}`)) await infer(bench, beside, config, size, name, recipe);
    }
  }
}

/** Times our work in turns with the same work in PyTorch. */
async function inTurns(
  baselines: Baselines | undefined,
  request: Record<string, unknown>,
  ours: () => Promise<number[]>,
): Promise<{ ours: number[]; theirs: number[] }> {
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    if (baselines?.torch !== undefined) times.theirs.push(...await baselines.time(request));
    times.ours.push(...await ours());
  }
  return times;
}

/** Limit of the ratio to PyTorch where the targets name one. */
function limitOf(kind: "train" | "infer", { width, N }: NetworkSize): number | undefined {
  if (N !== 64) return undefined;
  if (kind === "train") return width === 1 ? 1.8 : 3;
  return width === 1 ? 1.5 : undefined;
}

function compare(
  bench: Bench,
  gpu: Gpu,
  kind: "train" | "infer",
  size: NetworkSize,
  name: string,
  times: { ours: readonly number[]; theirs: readonly number[] },
): void {
  if (times.theirs.length === 0) return;
  const limit = limitOf(kind, size);
  bench.targets.push({
    name: `${kind} ${name} over PyTorch (${median(times.theirs).toFixed(1)} ms)`,
    ...ratios(times.ours, times.theirs),
    limit: limit ?? (kind === "train" ? 3 : 1.5),
    atLeast: false,
    binding: gpu.adapter.software && limit !== undefined,
  });
}

async function train(
  bench: Bench,
  beside: () => Promise<Baselines>,
  config: RunConfig,
  size: NetworkSize,
  name: string,
  recipe: "split" | "full",
): Promise<void> {
  const baselines = recipe === "split" ? await beside() : undefined;
  const dataset = benchScan(size.N, BATCH);
  const scaling = await deriveScaling(dataset, config);
  await onDevice(async (gpu) => {
    using model = await PinnModel.create(gpu, dataset, config, scaling);
    const patterns = (await dataset.readDiffraction(Array.from({ length: BATCH }, (_, i) => i)))
      .map((v) => v * scaling.input_factor);
    const offsets = new Float32Array(2 * BATCH);
    model.upload(patterns, offsets);
    await model.compile(() => undefined);
    const check = await checkStep(model, name, NUDGE * 64 / (size.width * size.N));
    let updates = 1;
    const request = { op: "train", C: 1, batch: BATCH, repeats: 4, ...size };
    const times = await inTurns(baselines, request, async () => {
      const repeats = 5;
      const all = await timeSubmissions(gpu, () => {
        model.upload(patterns, offsets);
        model.step(updates++, 1e-4, true);
      }, repeats);
      return all.slice(1);
    });
    if (!Number.isFinite(await model.takeLoss())) throw new Error(`${name}: the loss diverged`);
    const flops = stepFlops(config, BATCH);
    bench.add(rowOf(bench, gpu, "train", name, times.ours, flops, "GFLOP/s", check));
    compare(bench, gpu, "train", size, name, times);
  });
}

/**
 * Checks forward pass, gradient and update together: the first update of Adam moves every weight
 * by the learning rate against the sign of its gradient, so the loss falls by rate * sum |gradient|.
 */
async function checkStep(model: PinnModel, name: string, nudge: number): Promise<string> {
  const before = await model.evaluate();
  let sum = 0;
  for (const gradient of (await model.gradients()).values()) {
    for (const g of gradient.data as Float32Array) sum += Math.abs(g);
  }
  model.step(0, nudge, true);
  await model.takeLoss();
  const after = await model.evaluate();
  const ratio = (before - after) / (nudge * sum);
  if (!(Math.abs(ratio - 1) < 0.15)) {
    throw new Error(`${name}: an update changes the loss by ${ratio} of what the gradient says`);
  }
  return `dLoss ${ratio.toFixed(3)} of gradient's`;
}

async function infer(
  bench: Bench,
  beside: () => Promise<Baselines>,
  config: RunConfig,
  size: NetworkSize,
  name: string,
  recipe: "split" | "full",
): Promise<void> {
  const baselines = recipe === "split" ? await beside() : undefined;
  const { N } = size;
  await onDevice(async (gpu) => {
    const layers = declareNetwork(config.model);
    const weights = initializeParameters(layers.layout, "pytorch", 5);
    const store = new ParameterStore(gpu, layers.layout, false);
    store.load(weights);
    const dataset = benchScan(N, BATCH);
    const patterns = (await dataset.readDiffraction(Array.from({ length: BATCH }, (_, i) => i)))
      .map((v) => v / 40);
    const input = gpu.tensor("diffraction", [BATCH, 1, N, N], patterns);
    using graph = new Graph(gpu, "inference", false, arithmeticOf(gpu, config.model));
    const { first, second } = recordNetwork(
      graph,
      layers,
      store,
      config.model,
      graph.wrap(input),
    );
    const { patches } = polarToComplex(graph, first, second);
    graph.plan.submit();
    const computed = await gpu.read(patches.tensor);
    const last = BATCH - 1;
    const expected = referencePatch(
      layers,
      config.model,
      weights,
      patterns.subarray(last * N * N),
    );
    const check = checkError(name, computed.subarray(last * 2 * N * N), expected, 1e-4);
    const request = { op: "infer", C: 1, batch: BATCH, repeats: 6, ...size };
    const times = await inTurns(baselines, request, () => timePlan(gpu, graph.plan, 400));
    const flops = forwardFlops(config, BATCH);
    bench.add(rowOf(bench, gpu, "infer", name, times.ours, flops, "GFLOP/s", check));
    compare(bench, gpu, "infer", size, name, times);
  });
}
