import { Plan } from "../../src/gpu/plan.ts";
import { recordSum } from "../../src/ops/reduce.ts";
import { assertClose, randomValues } from "../support/close.ts";
import { poisoned, withGpu } from "../support/device.ts";

Deno.test("sums of rows agree with float64 and repeat to the bit", () =>
  withGpu(async (gpu, keep) => {
    for (
      const [rows, count, components] of [[1, 1, 1], [3, 77, 1], [2, 9001, 4], [2, 20480, 1], [
        70000,
        3,
        1,
      ]] as const
    ) {
      const values = randomValues(rows * count * components, count);
      const input = keep(gpu.tensor("input", [rows, count, components], values));
      const output = keep(poisoned(gpu, "output", [3 + rows * components]));
      using plan = new Plan(gpu, "sum");
      recordSum(plan, input, output, rows, count, { components, factor: 2, offset: 3 });
      plan.submit();
      const first = (await gpu.read(output)).slice(3);
      const expected = new Float64Array(rows * components);
      values.forEach((v, i) => {
        expected[Math.floor(i / (count * components)) * components + i % components] += 2 * v;
      });
      assertClose(`sum ${rows} x ${count}`, first, expected, 3e-6);
      plan.submit();
      assertClose("repeat", (await gpu.read(output)).slice(3), first, 0);
      using adding = new Plan(gpu, "adding sum");
      const more = { components, factor: 2, offset: 3, accumulate: true };
      recordSum(adding, input, output, rows, count, more);
      adding.submit();
      assertClose("added", (await gpu.read(output)).slice(3), first.map((v) => 2 * v), 1e-7);
    }
  }));
