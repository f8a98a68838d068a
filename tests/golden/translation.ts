/** Golden kind `translation`: bilinear shifts of complex and real images, any number of sets. */
import { toFloat32 } from "../../src/array.ts";
import { Plan } from "../../src/gpu/plan.ts";
import { recordTranslate } from "../../src/ops/translate.ts";
import { type CheckResult, compareAbsolute } from "./check.ts";
import type { GoldenContext } from "./kinds.ts";
import { limit, onlyFields } from "./recorded.ts";

/** Compares every `outK` and `out_realK` of a case. */
export async function translationCase(context: GoldenContext): Promise<CheckResult[]> {
  const { gpu } = context;
  onlyFields(context.config, [], "config");
  const arrays = await context.read(context.files.data);
  const tolerance = limit(context.tolerance, "max_abs");
  const results: CheckResult[] = [];
  for (const name of arrays.keys()) {
    const match = /^image(\w+)$/.exec(name);
    if (match === null) continue;
    const set = match[1], array = arrays.need(name);
    const [planes, rows, columns] = array.shape;
    const values = toFloat32(array);
    const offsets = gpu.tensor("offsets", [planes, 2], offsetsOf(set));
    const real = Float32Array.from({ length: values.length / 2 }, (_, i) => values[2 * i]);
    for (const components of [1, 2] as const) {
      const key = components === 2 ? `out${set}` : `out_real${set}`;
      const expected = arrays.get(key);
      if (expected === undefined) continue;
      const shape = [planes, rows, columns, components];
      const image = gpu.tensor(name, shape, components === 2 ? values : real);
      const moved = gpu.tensor("moved", shape);
      using plan = new Plan(gpu, "translation");
      recordTranslate(plan, image, offsets, moved, { planes, rows, columns, components });
      plan.submit();
      results.push(
        compareAbsolute(key, await gpu.read(moved), toFloat32(expected), tolerance),
      );
      [image, moved].forEach((tensor) => gpu.arena.release(tensor));
    }
    gpu.arena.release(offsets);
  }
  return results;

  function offsetsOf(set: string): Float32Array {
    return toFloat32(arrays.need(`offset${set}`));
  }
}
