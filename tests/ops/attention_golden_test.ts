import { fileURLToPath } from "node:url";
import { realArray, toFloat32 } from "../../src/array.ts";
import { FileSource } from "../../src/commands/files.ts";
import { openNpz } from "../../src/io/npz.ts";
import { cbam } from "../../src/ops/attention.ts";
import { Graph, type Value } from "../../src/ops/graph.ts";
import { ParameterLayout, ParameterStore } from "../../src/ops/parameters.ts";
import { assertClose } from "../support/close.ts";
import { withGpu } from "../support/device.ts";
import { goldenDir } from "../support/golden_path.ts";

const BLOCK = "encoder.blocks.2";

for (const name of ["gs1", "gs2"]) {
  Deno.test(`attention agrees with the original system (${name})`, async () => {
    const dir = goldenDir();
    if (dir === undefined) return;
    const open = (file: string) => FileSource.open(fileURLToPath(new URL(file, dir)));
    using stageFile = await open(`c1_forward_${name}.npz`);
    using weightFile = await open(`c1_weights_${name}.npz`);
    const stages = await openNpz(stageFile), weights = await openNpz(weightFile);
    const before = await stages.read(`stage.${BLOCK}.conv2`);
    const layout = new ParameterLayout(), values = new Map();
    const parameter = async (part: string) => {
      const key = `model.autoencoder.${BLOCK}.attention.${part}`;
      const array = await weights.read(key);
      values.set(key, realArray(array.shape, toFloat32(array)));
      return layout.add(key, array.shape);
    };
    const parameters = {
      weight1: await parameter("ChannelGate.mlp.1.weight"),
      bias1: await parameter("ChannelGate.mlp.1.bias"),
      weight2: await parameter("ChannelGate.mlp.3.weight"),
      bias2: await parameter("ChannelGate.mlp.3.bias"),
      spatial: await parameter("SpatialGate.compress.weight"),
    };
    await withGpu(async (gpu, keep) => {
      const store = new ParameterStore(gpu, layout, false);
      store.load(values);
      using graph = new Graph(gpu, "test", false);
      const x = keep(gpu.tensor("x", before.shape, toFloat32(before).map((v) => Math.max(0, v))));
      const seen: Value[] = [];
      cbam(graph, graph.wrap(x), parameters, store, (_gate, value) => {
        seen.push(graph.keep(value));
      });
      graph.plan.submit();
      const [gated, out] = await gpu.readAll(seen.map((value) => value.tensor));
      const expected = async (stage: string) =>
        toFloat32(await stages.read(`stage.${BLOCK}.attention${stage}`));
      assertClose("channel gate", gated, await expected(".ChannelGate"), 2e-6);
      assertClose("attention", out, await expected(""), 2e-6);
      store.dispose();
    });
  });
}
