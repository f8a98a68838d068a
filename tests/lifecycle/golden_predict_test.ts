import assert from "node:assert/strict";
import { complexArray, type NdArray, realArray, toFloat32 } from "../../src/array.ts";
import { importTorchModel } from "../../src/archive/torch_model.ts";
import { openNpz } from "../../src/io/npz.ts";
import { bytesSource } from "../../src/io/source.ts";
import { predictPatches } from "../../src/lifecycle/predict.ts";
import { torchFile } from "../archive/torch_writer.ts";
import { withGpu } from "../support/device.ts";
import { goldenDir } from "../support/golden_path.ts";

async function arraysOf(url: URL): Promise<Map<string, NdArray>> {
  const npz = await openNpz(bytesSource(url.pathname, await Deno.readFile(url)));
  const out = new Map<string, NdArray>();
  for (const key of npz.keys) out.set(key, await npz.read(key));
  return out;
}

for (const name of ["gs1", "gs2"]) {
  Deno.test(`an imported model predicts what the original did, each sample with its scale (${name})`, async () => {
    const golden = goldenDir();
    if (golden === undefined) return;
    const weights = await arraysOf(new URL(`c1_weights_${name}.npz`, golden));
    const data = await arraysOf(new URL(`c1_forward_${name}.npz`, golden));
    const file = bytesSource("model.pth", await torchFile(weights));
    const model = await importTorchModel(file, { amp_activation: "silu" });
    const x = data.get("input")!, [B, C, N] = x.shape;
    assert.equal(model.config.model.gridsize ** 2, C);
    await withGpu(async (gpu) => {
      const rest = {
        scaling: undefined,
        inputFactor: undefined,
        probe: undefined,
        inputStatistics: undefined,
      };
      const patches = await predictPatches(gpu, { ...model, ...rest }, {
        x,
        positions: realArray([B, C, 1, 2], new Float32Array(2 * B * C)),
        probe: complexArray([N, N], new Float32Array(2 * N * N)),
        scale: data.get("input_scale")!,
      });
      assert.deepEqual(patches.shape, x.shape);
      const want = toFloat32(data.get("patches")!), made = toFloat32(patches);
      const worst = made.reduce((top, v, i) => Math.max(top, Math.abs(v - want[i])), 0);
      assert.ok(worst < 1e-4, `differs by ${worst}`);
    });
  });
}
