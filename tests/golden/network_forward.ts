import { toFloat32 } from "../../src/array.ts";
import { resolveRun } from "../../src/config/presets.ts";
import { declareNetwork } from "../../src/network/architecture.ts";
import { recordNetwork } from "../../src/network/autoencoder.ts";
import { polarToComplex } from "../../src/ops/complex.ts";
import { Graph, type Value } from "../../src/ops/graph.ts";
import { ParameterStore } from "../../src/ops/parameters.ts";
import { type CheckResult, compareAbsolute, compareRelative } from "./check.ts";
import type { GoldenContext } from "./kinds.ts";
import { modelOverrides } from "./overrides.ts";
import { limit, onlyFields } from "./recorded.ts";

/** Name in the file: convolutions are recorded before their ReLU, ours are read after it. */
function stageKey(name: string): string {
  return `stage.${name.replace(/\.relu(\d)$/, ".conv$1")}`;
}

/** Network forward: the two heads, the complex patches, and the stages on the way. */
export async function networkForwardCase(context: GoldenContext): Promise<CheckResult[]> {
  const { gpu } = context;
  onlyFields(context.config, ["model"], "config");
  const data = await context.read(context.files.data);
  const weights = await context.read(context.files.weights);
  const { model } = resolveRun(modelOverrides(context.config.model), "reference");
  const layers = declareNetwork(model);
  const store = new ParameterStore(gpu, layers.layout, false);
  using graph = new Graph(gpu, "golden forward", false);
  try {
    store.load(weights);
    const shape = data.need("input").shape;
    const input = toFloat32(data.need("input")).slice();
    const scale = toFloat32(data.need("input_scale"));
    const perSample = input.length / scale.length;
    for (let i = 0; i < input.length; i++) input[i] *= scale[Math.floor(i / perSample)];
    // Where patches are independent the network sees every pattern of a group apart.
    const [batch, channels, ...plane] = shape;
    const seen = layers.channels === channels ? shape : [batch * channels, 1, ...plane];
    const tensor = graph.allocate("input", seen);
    gpu.write(tensor, input);
    const stages = new Map<string, Value>();
    const output = recordNetwork(graph, layers, store, model, graph.wrap(tensor), (name, value) => {
      if (data.has(stageKey(name))) stages.set(name, graph.keep(value));
    });
    graph.keep(output.first);
    graph.keep(output.second);
    const { patches } = polarToComplex(graph, output.first, output.second);
    graph.plan.submit();
    const tolerance = limit(context.tolerance, "max_abs");
    const results: CheckResult[] = [];
    const compare = async (name: string, value: Value): Promise<void> => {
      if (!data.has(name)) return;
      results.push(
        compareAbsolute(name, await gpu.read(value.tensor), toFloat32(data.get(name)!), tolerance),
      );
    };
    await compare("amp", output.first);
    await compare("phase", output.second);
    await compare("patches", patches);
    for (const [name, value] of stages) {
      const key = stageKey(name);
      let expected = toFloat32(data.need(key));
      if (/\.relu\d$/.test(name)) expected = expected.map((v) => Math.max(v, 0));
      const actual = (await gpu.read(value.tensor)).slice(0, expected.length);
      // Hidden stages are not bounded by the heads, so they are judged relative to their size.
      results.push(compareRelative(key, actual, expected, tolerance));
    }
    return results;
  } finally {
    store.dispose();
  }
}
