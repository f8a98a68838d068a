import { recordShift, recordSpectrum, recordUnshift } from "../../src/engines/shift.ts";
import { recordUnshiftSums } from "../../src/engines/shift_passes.ts";
import { VISIT_WORDS } from "../../src/engines/state.ts";
import { Plan } from "../../src/gpu/plan.ts";
import { shiftImages } from "../reference/engine_problem.ts";
import { assertAdjoint, assertClose, randomValues } from "../support/close.ts";
import { withGpu } from "../support/device.ts";

/** Visit words that hold nothing but shifts (dy, dx). */
function shiftsOnly(shifts: readonly (readonly [number, number])[]): Uint32Array {
  const words = new Uint32Array(VISIT_WORDS * shifts.length);
  const floats = new Float32Array(words.buffer);
  shifts.forEach((shift, v) => floats.set(shift, VISIT_WORDS * v + 4));
  return words;
}

Deno.test("shifted probes agree with float64 for every size; unshift is the adjoint", () =>
  withGpu(async (gpu) => {
    const shifts = [[0.31, -0.47], [-0.5, 0.2]] as const;
    for (const size of [16, 32, 64, 128]) {
      const modes = size === 32 || size === 128 ? 2 : 1, plane = modes * size * size * 2;
      const probe = randomValues(plane, 1), other = randomValues(2 * plane, 2);
      const visits = gpu.tensor("visits", [2 * VISIT_WORDS], shiftsOnly(shifts));
      const spectrum = gpu.tensor("spectrum", [plane], probe);
      const waves = gpu.tensor("waves", [2 * plane]), back = gpu.tensor("back", [2 * plane], other);
      const sum = gpu.tensor("sum", [plane]), one = gpu.tensor("one", [plane]);
      using plan = new Plan(gpu, "shift");
      const range = { size, modes, first: 0, count: 2 };
      recordSpectrum(plan, spectrum, { visits, spectrum: waves }, size, modes, false);
      recordShift(plan, { visits, spectrum, waves }, range);
      plan.copy(back, one, plane);
      recordUnshift(plan, { visits, spectrum, waves: back }, range, false);
      recordUnshift(plan, { visits, spectrum: sum, waves: one }, { ...range, count: 1 }, true);
      plan.submit();
      const [shifted, unshifted, added, transformed] = await gpu.readAll([
        waves,
        back,
        sum,
        spectrum,
      ]);
      shifts.forEach((shift, v) => {
        const want = shiftImages(probe, modes, size, shift);
        const got = shifted.subarray(v * plane, (v + 1) * plane);
        assertClose(`${size}: shift ${v}`, got, want, 3e-6);
        const y = other.subarray(v * plane, (v + 1) * plane);
        const aty = unshifted.subarray(v * plane, (v + 1) * plane);
        assertAdjoint(`${size}: unshift ${v}`, transformed, got, y, aty);
      });
      assertClose(`${size}: accumulated`, added, unshifted.subarray(0, plane), 1e-6);
      for (const tensor of [visits, spectrum, waves, back, sum, one]) gpu.arena.release(tensor);
    }
  }));

Deno.test("planes for a sum add up to all visits shifted back, in runs that do not divide them", () =>
  withGpu(async (gpu) => {
    const size = 128, modes = 2, plane = modes * size * size * 2, first = 1;
    for (const count of [1, 7, 8]) {
      const shifts = Array.from(
        { length: first + count },
        (_, v) => [0.1 * v - 0.3, 0.5 - 0.1 * v],
      );
      const words = shiftsOnly(shifts as [number, number][]);
      const visits = gpu.tensor("visits", [words.length], words);
      const values = randomValues(count * plane, 3);
      const one = gpu.tensor("one by one", [count * plane], values);
      const waves = gpu.tensor("waves", [count * plane], values);
      using plan = new Plan(gpu, "sums");
      const range = { size, modes, first, count };
      recordUnshift(plan, { visits, spectrum: waves, waves: one }, range, false);
      const planes = recordUnshiftSums(plan, visits, waves, range);
      plan.submit();
      const [each, sums] = await gpu.readAll([one, planes.tensor]);
      const want = new Float64Array(plane), got = new Float64Array(plane);
      each.forEach((value, i) => want[i % plane] += value);
      sums.subarray(0, planes.count * plane).forEach((value, i) => got[i % plane] += value);
      assertClose(`${count} visits`, got, want, 2e-6);
      planes.release();
      for (const tensor of [visits, one, waves]) gpu.arena.release(tensor);
    }
  }, { texelReads: true }));

Deno.test("a shift of a whole pixel rolls the image, also where an axis has three stages", () =>
  withGpu(async (gpu) => {
    for (const size of [256, 512]) {
      const plane = 2 * size * size, probe = randomValues(plane, 1);
      const visits = gpu.tensor("visits", [VISIT_WORDS], shiftsOnly([[1, -2]]));
      const spectrum = gpu.tensor("spectrum", [plane], probe);
      const waves = gpu.tensor("waves", [plane]);
      using plan = new Plan(gpu, "shift");
      recordSpectrum(plan, spectrum, { visits, spectrum: waves }, size, 1, false);
      recordShift(plan, { visits, spectrum, waves }, { size, modes: 1, first: 0, count: 1 });
      recordSpectrum(plan, spectrum, { visits, spectrum: waves }, size, 1, true);
      plan.submit();
      const [shifted, same] = await gpu.readAll([waves, spectrum]);
      const want = new Float32Array(plane);
      for (let i = 0; i < size * size; i++) {
        const y = (Math.floor(i / size) + 1) % size, x = (i % size - 2 + size) % size;
        want.set(probe.subarray(2 * i, 2 * i + 2), 2 * (y * size + x));
      }
      assertClose(`${size}: rolled`, shifted, want, 1e-5);
      assertClose(`${size}: there and back`, same, probe, 1e-5);
      for (const tensor of [visits, spectrum, waves]) gpu.arena.release(tensor);
    }
  }));
