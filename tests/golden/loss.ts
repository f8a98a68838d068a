/** Golden kind `loss`: Poisson and absolute losses with gradients, penalties. */
import { type NdArray, toFloat32 } from "../../src/array.ts";
import type { Tensor } from "../../src/gpu/tensor.ts";
import { maeLoss } from "../../src/loss/mae.ts";
import { poissonLoss } from "../../src/loss/poisson.ts";
import { regularize, type Regularizer } from "../../src/loss/regularize.ts";
import { Graph } from "../../src/ops/graph.ts";
import { type CheckResult, compareRelative } from "./check.ts";
import type { GoldenContext } from "./kinds.ts";
import { limit, onlyFields } from "./recorded.ts";

/** Compares every loss present in a case. */
export async function lossCase(context: GoldenContext): Promise<CheckResult[]> {
  const { gpu } = context;
  onlyFields(context.config, ["loss", "note"], "config");
  const arrays = await context.read(context.files.data);
  const tolerance = limit(context.tolerance, "relative");
  const get = (name: string): NdArray => arrays.need(name);
  const results: CheckResult[] = [];
  const compare = (name: string, actual: ArrayLike<number>): void => {
    const expected = arrays.get(name);
    if (expected !== undefined) {
      results.push(compareRelative(name, actual, toFloat32(expected), tolerance));
    }
  };
  const upload = (name: string): Tensor => gpu.tensor(name, get(name).shape, toFloat32(get(name)));

  const predicted = upload("pred"), observed = upload("obs");
  const [batch] = predicted.shape;
  for (const prefix of ["unit", "scaled"]) {
    const s = prefix === "unit" ? new Float32Array([1]) : toFloat32(get("physics_scale"));
    const scale = gpu.tensor("scale", [s.length], s);
    for (const kind of ["poisson", "mae"] as const) {
      using graph = new Graph(gpu, kind, true);
      const value = graph.wrap(predicted);
      const loss = kind === "poisson"
        ? poissonLoss(graph, value, observed, { scale })
        : maeLoss(graph, value, observed, { scale });
      graph.plan.submit();
      const [summary, rows, gradient] = await gpu.readAll([
        loss.summary,
        loss.rows,
        value.gradient as Tensor,
      ]);
      const terms = Float64Array.from({ length: batch }, (_, b) => rows[4 * b]);
      compare(`${prefix}.${kind}_total`, [summary[0]]);
      compare(`${prefix}.${kind}_total_grad`, gradient);
      if (kind === "poisson") compare(`${prefix}.poisson_nll_per_sample`, terms);
      else {
        const sum = terms.reduce((a, b) => a + b, 0);
        compare(`${prefix}.mae_mean`, [sum / predicted.length]);
      }
    }
    gpu.arena.release(scale);
  }
  [predicted, observed].forEach((tensor) => gpu.arena.release(tensor));

  if (!arrays.has("reg_input")) return results;
  const image = upload("reg_input");
  for (const name of ["total_variation", "mean_deviation"] satisfies Regularizer[]) {
    using graph = new Graph(gpu, name, true);
    const { loss, rows } = regularize(graph, graph.wrap(image), name, 1);
    graph.plan.submit();
    const [total, planes] = await gpu.readAll([loss, rows]);
    const samples = new Float64Array(image.shape[0]);
    for (let i = 0; i < planes.length; i += 4) {
      samples[Math.floor(i / 4 / image.shape[1])] += planes[i];
    }
    compare(name, samples);
    const expected = toFloat32(get(name));
    const mean = expected.reduce((a, b) => a + b, 0) / expected.length;
    results.push(compareRelative(`${name} (mean)`, [total[0]], [mean], tolerance));
  }
  gpu.arena.release(image);
  return results;
}
