import { fileURLToPath } from "node:url";
import { type NdArray, realArray, toFloat32 } from "../../src/array.ts";
import { FileSource } from "../../src/commands/files.ts";
import { openNpz } from "../../src/io/npz.ts";
import { packParameter, ParameterLayout, ParameterStore } from "../../src/ops/parameters.ts";
import { createOptimizer } from "../../src/update/optimizer.ts";
import { assertClose } from "../support/close.ts";
import { withGpu } from "../support/device.ts";
import { goldenDir } from "../support/golden_path.ts";

async function readAll(dir: URL, file: string): Promise<Map<string, NdArray>> {
  using source = await FileSource.open(fileURLToPath(new URL(file, dir)));
  const npz = await openNpz(source), arrays = new Map<string, NdArray>();
  for (const key of npz.keys) {
    const array = await npz.read(key);
    arrays.set(key, realArray(array.shape, toFloat32(array)));
  }
  return arrays;
}

Deno.test("the first Adam step from the original system's gradient gives its weights", async () => {
  const dir = goldenDir();
  if (dir === undefined) return;
  const gradients = await readAll(dir, "c3_step_gs1_grad.npz");
  const before = await readAll(dir, "c3_weights_gs1.npz");
  const after = await readAll(dir, "c3_step_gs1_adam1.npz");
  const layout = new ParameterLayout();
  for (const [name, { shape }] of gradients) {
    layout.add(name, shape, shape.length === 4 && shape[3] === 3);
  }
  await withGpu(async (gpu) => {
    const store = new ParameterStore(gpu, layout, true);
    store.load(before);
    const flat = new Float32Array(layout.length);
    for (const p of layout.parameters) {
      packParameter(p, toFloat32(gradients.get(p.name)!), flat);
    }
    gpu.write(store.gradients!, flat);
    using optimizer = createOptimizer(gpu, store, { kind: "adam" });
    optimizer.prepare(0, 1e-3);
    optimizer.plan.submit();
    for (const [name, array] of await store.save()) {
      const expected = toFloat32(after.get(name)!);
      assertClose(name, toFloat32(array), expected, 2e-7, { relative: false });
    }
    store.dispose();
  });
});
