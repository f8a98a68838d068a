/**
 * How much each patch of a group counts at each pixel of the group's canvas.
 *
 * @module
 */
import source from "../../shaders/physics/merge_weights.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import gridPosition from "../../shaders/ops/grid_position.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { gridStep } from "../ops/translate.ts";

/** Sizes of a merge. */
export interface GroupShape {
  /** Groups in the batch. */
  readonly groups: number;
  /** Patches of a group. */
  readonly channels: number;
  /** N: side of a patch, px. */
  readonly size: number;
  /** M >= N: side of the canvas, px. */
  readonly canvas: number;
}

/**
 * Rule of a merge.
 *
 * - `central_mask`: every patch counts on its central N/2 square; sum / (weights + 0.001) where the
 *   weights exceed 1e-6.
 * - `uniform`: the same square; sum / max(weights, 1e-12) where they exceed 1e-6 of their maximum.
 * - `probe`: every patch counts by the probe intensity; normalised as `uniform`.
 * - `compact`: probe intensity relative to its maximum; sum / (weights + 1e-4), no cut.
 */
export type PatchWeighting = "central_mask" | "uniform" | "probe" | "compact";

/** factor = [w > absolute + relative * max w] / (max(w, smallest) + offset). */
const NORMALISATION: Readonly<
  Record<PatchWeighting, { absolute: number; relative: number; smallest: number; offset: number }>
> = {
  central_mask: { absolute: 1e-6, relative: 0, smallest: 0, offset: 1e-3 },
  uniform: { absolute: 0, relative: 1e-6, smallest: 1e-12, offset: 0 },
  probe: { absolute: 0, relative: 1e-6, smallest: 1e-12, offset: 0 },
  compact: { absolute: -1, relative: 0, smallest: 0, offset: 1e-4 },
};

const shared = {
  source,
  snippets: [index, gridPosition],
  params: {
    count: "u32",
    channels: "u32",
    size: "u32",
    canvas: "u32",
    absolute: "f32",
    relative: "f32",
    smallest: "f32",
    offset: "f32",
    gridStep: "f32",
  },
} as const;
const shift = defineKernel({
  ...shared,
  label: "physics/merge_weights#shift",
  entryPoint: "shift",
  bindings: { offsets: "read", weights: "read", shifted: "read_write" },
});
const total = defineKernel({
  ...shared,
  label: "physics/merge_weights#total",
  entryPoint: "total",
  bindings: { parts: "read", factor: "read_write" },
});
const peak = defineKernel({
  ...shared,
  label: "physics/merge_weights#peak",
  entryPoint: "peak",
  bindings: { sums: "read", peaks: "read_write" },
});
const normalise = defineKernel({
  ...shared,
  label: "physics/merge_weights#normalise",
  entryPoint: "normalise",
  bindings: { largest: "read", factor: "read_write" },
});

/**
 * Side of the canvas of a group on a grid: N + (gridsize - 1) * e, e = the largest distance of two
 * neighbours rounded up to an even number. Patches further out are clipped.
 */
export function groupCanvasSize(
  size: number,
  gridsize: number,
  maxNeighborDistance: number,
): number {
  return size + (gridsize - 1) * 2 * Math.ceil(Math.ceil(maxNeighborDistance) / 2);
}

/** Side of the smallest canvas that clips nothing: `largestOffset` is the largest |offset| along an axis, px. */
export function fullCanvasSize(size: number, largestOffset: number): number {
  return size + 2 * Math.ceil(largestOffset);
}

/**
 * Weights of one patch, (size, size), before they are moved to the patch's place.
 *
 * @param probe (K, size, size) interleaved complex; the intensity of all modes counts. Needed by
 *   `probe` and `compact`.
 * @throws {ShapeError} if the probe is missing or has another size.
 */
export function patchWeights(
  weighting: PatchWeighting,
  size: number,
  probe?: Float32Array,
): Float32Array {
  const weights = new Float32Array(size * size);
  if (weighting === "central_mask" || weighting === "uniform") {
    const start = Math.floor(size / 4), end = start + Math.floor(size / 2);
    for (let y = start; y < end; y++) weights.fill(1, y * size + start, y * size + end);
    return weights;
  }
  if (probe === undefined || probe.length === 0 || probe.length % (2 * size * size) !== 0) {
    throw new ShapeError(
      `Cannot weight patches of ${size} x ${size} by a probe of ${probe?.length ?? 0} numbers: ` +
        "give (modes, size, size) complex values",
    );
  }
  const intensity = new Float64Array(size * size);
  for (let i = 0; i < probe.length; i += 2) {
    intensity[(i / 2) % intensity.length] += probe[i] ** 2 + probe[i + 1] ** 2;
  }
  const scale = weighting === "compact" ? 1 / intensity.reduce((a, b) => Math.max(a, b), 0) : 1;
  intensity.forEach((value, i) => weights[i] = value * scale);
  return weights;
}

/** @throws {ShapeError} unless patches fit on the canvas. */
export function checkGroupShape({ size, canvas }: GroupShape): void {
  if (canvas < size) {
    throw new ShapeError(
      `Cannot merge patches of ${size} px on a canvas of ${canvas} px: make it at least ${size} px`,
    );
  }
}

/**
 * Records the weights of a batch of groups.
 *
 * @param offsets (groups, channels, 2) f32: (x, y) = group centre - position, px.
 * @param weights (N, N) f32 of {@linkcode patchWeights}.
 * @param shifted receives (groups, channels, M, M) f32: the weights where each patch lies.
 * @param factor receives (groups, M, M) f32: what the weighted sum is multiplied by; 0 where no
 *   patch counts.
 * @throws {ShapeError} if a tensor is too small or the canvas is smaller than a patch.
 */
export function recordMergeWeights(
  plan: Plan,
  offsets: Tensor,
  weights: Tensor,
  shifted: Tensor,
  factor: Tensor,
  shape: GroupShape,
  weighting: PatchWeighting,
): void {
  checkGroupShape(shape);
  const { groups, channels, size, canvas } = shape;
  const pixels = canvas * canvas;
  offsets.checkRange(0, groups * channels * 2);
  weights.checkRange(0, size * size);
  shifted.checkRange(0, groups * channels * pixels);
  factor.checkRange(0, groups * pixels);
  const params = {
    channels,
    size,
    canvas,
    gridStep: gridStep(canvas),
    ...NORMALISATION[weighting],
  };
  const { arena } = plan.gpu;
  const members = groups * channels * pixels;
  plan.run(shift, { offsets, weights, shifted }, { ...params, count: members }, members);
  plan.run(
    total,
    { parts: shifted, factor },
    { ...params, count: groups * pixels },
    groups * pixels,
  );
  const peaks = arena.allocate("weight peaks", [groups]);
  plan.run(peak, { sums: factor, peaks }, { ...params, count: groups }, groups * 64);
  const count = groups * pixels;
  plan.run(normalise, { largest: peaks, factor }, { ...params, count }, count);
  arena.release(peaks);
}
