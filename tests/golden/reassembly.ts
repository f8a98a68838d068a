/** Golden kind `reassembly`: barycentric canvases, scale factors and plain shift-and-sum of patches. */
import { complexArray, isComplex, type NdArray, toFloat32, toFloat64 } from "../../src/array.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { Plan } from "../../src/gpu/plan.ts";
import { recordFft2 } from "../../src/ops/fft2.ts";
import { canvasGeometry, shiftSumGeometry } from "../../src/reassembly/geometry.ts";
import { recordMergeGroups } from "../../src/reassembly/shift_sum.ts";
import { Stitcher, stitchPatches } from "../../src/reassembly/stitch.ts";
import { VarproAccumulator } from "../../src/reassembly/varpro.ts";
import { type ScaleFactors, solveScaleFactors } from "../../src/reassembly/varpro_solve.ts";
import { probeWindow, uniformWindow } from "../../src/reassembly/weights.ts";
import { type CheckResult, compareRelative } from "./check.ts";
import type { GoldenContext } from "./kinds.ts";
import { limit, onlyFields } from "./recorded.ts";

/** Stitches the patches of a case and compares every canvas and scale factor in it. */
export async function reassemblyCase(context: GoldenContext): Promise<CheckResult[]> {
  const { gpu, files } = context;
  onlyFields(context.config, ["gridsize"], "config");
  const arrays = await context.read(files.data);
  const tolerance = limit(context.tolerance, "relative");
  const get = (name: string): NdArray => arrays.need(name);
  const patches = get("patches"), probe = get("probe");
  const trim = toFloat32(get("middle_trim"))[0];
  const positions = rowColumn(get("coords_global"));
  const geometry = canvasGeometry(positions, trim);
  const factors = await fitScale(gpu, patches, probe, get("amplitude"));
  const results: CheckResult[] = [];
  const windows = { probe: probeWindow(probe, trim), uniform: uniformWindow(trim) };
  for (const [name, window] of Object.entries(windows)) {
    const { object } = await stitchPatches(gpu, patches, positions, {
      geometry,
      trim,
      window,
      batch: 7,
    });
    const expected = get(`canvas_${name}_prescale`);
    expectShape(`canvas_${name}`, object.shape, expected.shape);
    const values = toFloat32(object);
    results.push(
      compareRelative(`canvas_${name}_prescale`, values, toFloat32(expected), tolerance),
    );
    const scaled = values.map((v, i) => v * (i % 2 === 0 ? factors.s1 : factors.s2));
    const after = toFloat32(get(`canvas_${name}_varpro`));
    results.push(compareRelative(`canvas_${name}_varpro`, scaled, after, tolerance));
    const s = toFloat32(get(`varpro_s_${name}`));
    results.push(compareRelative(`varpro_s_${name}`, [factors.s1, factors.s2], s, tolerance));
  }
  const channels = patches.shape[1];
  const sums = channels === 1
    ? await shiftSum(gpu, patches, positions, trim)
    : await shiftSumGroups(gpu, patches, positions, trim, {
      centres: rowColumn(get("coords_center")),
      shifts: rowColumn(get("coords_relative")).map((v) => -v),
    });
  for (const [name, sum] of [["image", sums.numerator], ["ones", sums.coverage]] as const) {
    const expected = get(`shift_sum_${name}`);
    expectShape(`shift_sum_${name}`, sum.shape, expected.shape);
    results.push(
      compareRelative(`shift_sum_${name}`, asLike(sum, expected), toFloat32(expected), tolerance),
    );
  }
  return results;
}

/** Sums without weights or division, every patch at its own position. */
async function shiftSum(
  gpu: Gpu,
  patches: NdArray,
  positions: Float64Array,
  trim: number,
): Promise<{ numerator: NdArray; coverage: NdArray }> {
  const frame = patches.shape[3], capacity = positions.length / 2;
  const geometry = shiftSumGeometry(positions, trim);
  using stitcher = new Stitcher(gpu, { geometry, frame, trim, capacity });
  const input = gpu.tensor("patches", [...patches.shape, 2], toFloat32(patches));
  try {
    using plan = new Plan(gpu, "shift and sum");
    stitcher.record(plan, input);
    stitcher.place(positions);
    plan.submit();
    return await stitcher.readSums();
  } finally {
    gpu.arena.release(input);
  }
}

/** Sums of merged groups, each at its group's centre. */
async function shiftSumGroups(
  gpu: Gpu,
  patches: NdArray,
  positions: Float64Array,
  trim: number,
  groups: { readonly centres: Float64Array; readonly shifts: Float64Array },
): Promise<{ numerator: NdArray; coverage: NdArray }> {
  const [count, channels, frame] = patches.shape;
  const geometry = shiftSumGeometry(positions, trim);
  using stitcher = new Stitcher(gpu, { geometry, frame, trim, capacity: count });
  const input = gpu.tensor("patches", [...patches.shape, 2], toFloat32(patches));
  const shifts = gpu.tensor("shifts", [count, channels, 2], Float32Array.from(groups.shifts));
  const merged = gpu.arena.allocate("merged groups", [count, trim, trim, 4]);
  try {
    using plan = new Plan(gpu, "shift and sum of groups");
    recordMergeGroups(plan, input, shifts, merged);
    stitcher.recordWeighted(plan, merged);
    stitcher.place(groups.centres);
    plan.submit();
    return await stitcher.readSums();
  } finally {
    for (const tensor of [input, shifts, merged]) gpu.arena.release(tensor);
  }
}

/** Scale factors as the original fits them in amplitude mode: recorded amplitudes as they are. */
async function fitScale(
  gpu: Gpu,
  patches: NdArray,
  probe: NdArray,
  amplitude: NdArray,
): Promise<ScaleFactors> {
  const frame = patches.shape[3], area = frame * frame;
  const object = toFloat32(patches), count = object.length / (2 * area);
  const illumination = toFloat32(probe), modes = illumination.length / (2 * area);
  const basis = [0, 1, 2].map(() => new Float32Array(count * area));
  for (let mode = 0; mode < modes; mode++) {
    const fields = [new Float32Array(object.length), new Float32Array(object.length)];
    for (let i = 0; i < count * area; i++) {
      const p = 2 * (mode * area + i % area);
      const re = illumination[p], im = illumination[p + 1];
      fields[0].set([re * object[2 * i], im * object[2 * i]], 2 * i);
      fields[1].set([-im * object[2 * i + 1], re * object[2 * i + 1]], 2 * i);
    }
    const tensors = fields.map((field) =>
      gpu.tensor("exit waves", [count, frame, frame, 2], field)
    );
    using plan = new Plan(gpu, "basis");
    for (const tensor of tensors) recordFft2(plan, tensor, tensor, count, frame);
    plan.submit();
    const [a, b] = await gpu.readAll(tensors);
    for (const tensor of tensors) gpu.arena.release(tensor);
    for (let i = 0; i < count * area; i++) {
      const [ar, ai, br, bi] = [a[2 * i], a[2 * i + 1], b[2 * i], b[2 * i + 1]];
      const at = centred(i, frame);
      basis[0][at] += ar * ar + ai * ai;
      basis[1][at] += br * br + bi * bi;
      basis[2][at] += 2 * (ar * br + ai * bi);
    }
  }
  const [x1, x2, x3, measured] = [...basis, toFloat32(amplitude)].map((values) =>
    gpu.tensor("patterns", [count, frame, frame], values)
  );
  try {
    using plan = new Plan(gpu, "sums");
    using sums = new VarproAccumulator(gpu, count, frame);
    sums.record(plan, { x1, x2, x3, measured, kind: "intensity" });
    plan.submit();
    return solveScaleFactors(await sums.normalEquations());
  } finally {
    for (const tensor of [x1, x2, x3, measured]) gpu.arena.release(tensor);
  }
}

/** Index after moving the zero frequency from the corner to the centre. */
function centred(i: number, frame: number): number {
  const half = frame / 2, area = frame * frame;
  const row = Math.floor((i % area) / frame), column = i % frame;
  return i - i % area + ((row + half) % frame) * frame + (column + half) % frame;
}

function rowColumn(xy: NdArray): Float64Array {
  const values = toFloat64(xy);
  return values.map((_, i) => values[i ^ 1]);
}

/** Values as the expected array holds them: a real sum becomes complex where needed. */
function asLike(actual: NdArray, expected: NdArray): Float32Array {
  const values = toFloat32(actual);
  if (isComplex(actual.dtype) === isComplex(expected.dtype)) return values;
  const wide = new Float32Array(2 * values.length);
  values.forEach((value, i) => wide[2 * i] = value);
  return toFloat32(complexArray(actual.shape, wide));
}

function expectShape(name: string, actual: readonly number[], expected: readonly number[]): void {
  if (actual.join() !== expected.join()) {
    throw new Error(`${name} is ${actual.join(" x ")} instead of ${expected.join(" x ")}`);
  }
}
