import { Plan } from "../../src/gpu/plan.ts";
import { type Planes, recordTranslate } from "../../src/ops/translate.ts";
import { translateReference } from "../reference/translate.ts";
import { assertAdjoint, assertClose, randomValues } from "../support/close.ts";
import { poisoned, withGpu } from "../support/device.ts";

const SHAPES: readonly Planes[] = [
  { planes: 1, rows: 1, columns: 2, components: 1 },
  { planes: 3, rows: 7, columns: 5, components: 1 },
  { planes: 4, rows: 20, columns: 33, components: 2 },
];

for (const texelReads of [true, false]) {
  Deno.test(`translation moves content and has an adjoint (texelReads ${texelReads})`, () =>
    withGpu(async (gpu, keep) => {
      for (const shape of SHAPES) {
        const { planes, rows, columns, components } = shape;
        const dims = [planes, rows, columns, components] as const;
        const count = planes * rows * columns * components;
        const offsets = randomValues(2 * planes, 5, 3);
        if (planes > 2) offsets.set([2, -1], 2);
        const values = randomValues(count, 1), other = randomValues(count, 2);
        const image = keep(gpu.tensor("image", dims, values));
        const cotangent = keep(gpu.tensor("cotangent", dims, other));
        const d = keep(gpu.tensor("offsets", [planes, 2], offsets));
        const moved = keep(poisoned(gpu, "moved", dims)), back = keep(poisoned(gpu, "back", dims));
        using plan = new Plan(gpu, "translate");
        recordTranslate(plan, image, d, moved, shape);
        recordTranslate(plan, cotangent, d, back, shape, true);
        plan.submit();
        const out = await gpu.read(moved);
        assertClose("moved", out, translateReference(values, offsets, dims), 1e-5);
        assertAdjoint("translate", values, out, other, await gpu.read(back), 1e-5);
      }
    }, { texelReads }));
}

Deno.test("an offset of (+2, -1) moves a bright pixel two columns right and one row up", () =>
  withGpu(async (gpu, keep) => {
    const values = new Float32Array(25);
    values[2 * 5 + 1] = 1;
    const image = keep(gpu.tensor("image", [1, 5, 5], values));
    const d = keep(gpu.tensor("offsets", [1, 2], new Float32Array([2, -1])));
    const moved = keep(poisoned(gpu, "moved", [1, 5, 5]));
    using plan = new Plan(gpu, "translate");
    recordTranslate(plan, image, d, moved, { planes: 1, rows: 5, columns: 5, components: 1 });
    plan.submit();
    const expected = new Float32Array(25);
    expected[1 * 5 + 3] = 1;
    assertClose("moved", await gpu.read(moved), expected, 1e-6);
  }));
