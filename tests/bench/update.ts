/** The update rule. */
import { declareNetwork } from "../../src/network/architecture.ts";
import { ParameterStore } from "../../src/ops/parameters.ts";
import { createOptimizer } from "../../src/update/optimizer.ts";
import { referenceStep } from "../reference/optimizer.ts";
import { randomValues } from "../support/close.ts";
import { type Bench, checkError, onDevice, rowOf, timePlan } from "./measure.ts";
import { recommendedConfig } from "./shapes.ts";

const RULE = {
  kind: "adam",
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  momentum: 0,
  nesterov: false,
  weightDecay: 0,
} as const;
/** Read: gradient, weight, two moments; written: weight, two moments. */
const ACCESSES = 7;

/** Measures Adam on all parameters of the network at two widths. */
export async function benchUpdate(bench: Bench): Promise<void> {
  for (const width of [1, 2]) {
    const name = `adam, network of width ${width}`;
    if (!bench.wants(`update ${name}`)) continue;
    await onDevice(async (gpu) => {
      const { layout } = declareNetwork(recommendedConfig({ width, N: 64 }).model);
      const store = new ParameterStore(gpu, layout, true), n = layout.length;
      const weights = randomValues(n, 1, 0.1), gradients = randomValues(n, 2);
      gpu.write(store.weights, weights);
      gpu.write(store.gradients!, gradients);
      using optimizer = createOptimizer(gpu, store, { kind: "adam" });
      const expected = {
        w: Float64Array.from(weights),
        m: new Float64Array(n),
        v: new Float64Array(n),
      };
      for (let step = 0; step < 3; step++) {
        optimizer.prepare(step, 1e-2);
        optimizer.plan.submit();
        referenceStep(expected, gradients, RULE, 1e-2, step + 1);
      }
      const check = checkError(name, await gpu.read(store.weights), expected.w, 1e-6);
      const times = await timePlan(gpu, optimizer.plan, 200);
      const bytes = ACCESSES * 4 * n;
      bench.add(rowOf(bench, gpu, "update", name, times, bytes, "GB/s", check));
    });
  }
}
