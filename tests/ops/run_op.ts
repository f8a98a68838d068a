import type { Gpu } from "../../src/gpu/device.ts";
import { Graph, type Value } from "../../src/ops/graph.ts";
import { poison } from "../support/device.ts";

/** One input of an operation. */
export interface OpInput {
  readonly shape: readonly number[];
  readonly values: Float32Array;
  readonly rectified?: boolean;
}

/** What an operation gave. */
export interface OpResult {
  readonly output: Float32Array;
  readonly gradients: Float32Array[];
}

/**
 * Records an operation with its backward pass, fills what it should write with NaN, runs it and
 * reads the output and the gradients of the inputs. `after` may look at the graph before disposal.
 */
export async function runOp(
  gpu: Gpu,
  inputs: readonly OpInput[],
  op: (graph: Graph, values: Value[]) => Value,
  outputGradient: Float32Array,
  after: (graph: Graph, read: () => Promise<OpResult>) => Promise<void> = () => Promise.resolve(),
): Promise<OpResult> {
  using graph = new Graph(gpu, "test", true);
  const tensors = inputs.map(({ shape, values }, i) => gpu.tensor(`input ${i}`, shape, values));
  const seed = gpu.tensor("output gradient", [outputGradient.length], outputGradient);
  try {
    const values = tensors.map((tensor, i) =>
      graph.wrap(tensor, { rectified: inputs[i].rectified ?? false })
    );
    const output = graph.keep(op(graph, values));
    graph.contribute(output, true, (target) => graph.plan.copy(seed, target, seed.length));
    graph.backward();
    const read = async (): Promise<OpResult> => {
      poison(gpu, output.tensor);
      for (const { gradient } of values) if (gradient !== undefined) poison(gpu, gradient);
      graph.plan.submit();
      const [out, ...gradients] = await gpu.readAll([
        output.tensor,
        ...values.map(({ gradient }) => gradient!),
      ]);
      return { output: out, gradients };
    };
    const result = await read();
    await after(graph, read);
    return result;
  } finally {
    for (const tensor of [...tensors, seed]) gpu.arena.release(tensor);
  }
}
