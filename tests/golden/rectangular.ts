/** Golden kind `rectangular_physics`: separately scaled real and imaginary parts, counts, scale fit. */
import { type NdArray, toFloat32 } from "../../src/array.ts";
import type { Tensor } from "../../src/gpu/tensor.ts";
import { poissonLoss } from "../../src/loss/poisson.ts";
import { Graph } from "../../src/ops/graph.ts";
import { rectangularIntensity } from "../../src/physics/rectangular.ts";
import { recordVarproBasis } from "../../src/physics/varpro_basis.ts";
import { VarproAccumulator } from "../../src/reassembly/varpro.ts";
import { solveByRankOne, solveScaleFactors } from "../../src/reassembly/varpro_solve.ts";
import { type CheckResult, compareRelative } from "./check.ts";
import type { GoldenContext } from "./kinds.ts";
import { limit, oneOf, onlyFields } from "./recorded.ts";

/** Compares intensity, likelihood, basis images and fitted scales of a case. */
export async function rectangularCase(context: GoldenContext): Promise<CheckResult[]> {
  const { gpu } = context;
  const { config } = context;
  onlyFields(config, ["N", "gridsize", "physics_forward_mode", "probe_modes_summed"], "config");
  oneOf(config.physics_forward_mode, ["rectangular_scaled"], "config.physics_forward_mode");
  oneOf(config.probe_modes_summed, ["incoherently"], "config.probe_modes_summed");
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

  const patches = get("patches");
  const [batch, channels, size] = patches.shape;
  const shape = { batch, channels, size };
  const owned: Tensor[] = [];
  const tensor = (label: string, dims: readonly number[], values?: Float32Array): Tensor => {
    const made = gpu.tensor(label, dims, values);
    owned.push(made);
    return made;
  };
  const values = (name: string): Float32Array => toFloat32(get(name));
  const object = tensor("patches", [...patches.shape, 2], values("patches"));
  const probe = tensor("probe", [...get("probe").shape, 2], values("probe"));
  const measured = tensor("measured", get("measured").shape, values("measured"));
  const factors = new Float32Array([values("s1")[0], values("s2")[0]]);
  const weights = tensor("s", [2], factors);
  const gain = tensor("gain", [batch], values("scale"));
  const scale = tensor("scale", [1], new Float32Array([1]));
  const mean = values("measured").reduce((a, b) => a + b, 0) / measured.length;
  const divisor = tensor("divisor", [1], new Float32Array([mean]));
  const dims = [batch, channels, size, size];
  const basis = { x1: tensor("X1", dims), x2: tensor("X2", dims), x3: tensor("X3", dims) };

  using graph = new Graph(gpu, "rectangular", false);
  const s1 = { weights, offset: 0, recorded: false };
  const s2 = { weights, offset: 1, recorded: false };
  const scales = { s1, s2, gain };
  const intensity = graph.keep(
    rectangularIntensity(graph, graph.wrap(object), graph.wrap(probe), scales, shape),
  );
  const loss = poissonLoss(graph, intensity, measured, { scale, quantity: "intensity", divisor });
  recordVarproBasis(graph.plan, object, probe, basis, shape);
  using sums = new VarproAccumulator(gpu, batch * channels, size);
  sums.record(graph.plan, { ...basis, measured, kind: "intensity" });
  graph.plan.submit();

  const rows = await gpu.read(loss.rows);
  const perSample = Float64Array.from({ length: batch }, (_, b) => rows[4 * b]);
  compare("intensity", await gpu.read(intensity.tensor));
  compare("poisson_nll_per_sample", perSample);
  const overMean = perSample.map((nll) => nll / mean);
  compare("poisson_nll_over_mean", overMean);
  const average = overMean.reduce((a, b) => a + b, 0) / batch;
  const [total] = await gpu.read(loss.summary);
  results.push(compareRelative("loss (mean of the above)", [total], [average], tolerance));
  compare("X1", await gpu.read(basis.x1));
  compare("X2", await gpu.read(basis.x2));
  compare("X3", await gpu.read(basis.x3));
  const equations = await sums.normalEquations();
  for (
    const [name, solve] of [["solve_s", solveByRankOne], ["lbfgs_s", solveScaleFactors]] as const
  ) {
    const { s1, s2 } = solve(equations);
    compare(name, [s1, s2]);
  }
  owned.forEach((made) => gpu.arena.release(made));
  return results;
}
