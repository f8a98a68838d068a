/**
 * Positions between the pixels by interpolating the object instead of shifting the probe.
 *
 * Patches are cut from the canvas with four bilinear weights into a stack, which then plays the
 * canvas for the other kernels: patch v of a batch is rows v N .. of a canvas N wide.
 *
 * @module
 */
import source from "../../shaders/engines/bilinear.wgsl" with { type: "text" };
import tilePlaces from "../../shaders/engines/tiles.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { TileLayout } from "./batches.ts";
import type { EngineState, EngineView } from "./state.ts";

const table = {
  source,
  snippets: [index, tilePlaces],
  params: {
    size: "u32",
    modes: "u32",
    columns: "u32",
    rows: "u32",
    first: "u32",
    count: "u32",
    tiles: "u32",
    bins: "u32",
  },
} as const;
const patch = {
  visits: "read",
  bins: "read",
  source: "read",
  result: "read_write",
} as const;
const extract = defineKernel({
  ...table,
  label: "engines/bilinear#extract",
  entryPoint: "extract",
  bindings: patch,
});
const place = defineKernel({
  ...table,
  label: "engines/bilinear#place",
  entryPoint: "place",
  bindings: patch,
  workgroup: 256,
});
const terms = defineKernel({
  ...table,
  label: "engines/bilinear#terms",
  entryPoint: "terms",
  bindings: {
    visits: "read",
    probe: "read",
    chi: "read",
    values: "read_write",
  },
});
const gather = defineKernel({
  ...table,
  label: "engines/bilinear#gather",
  entryPoint: "gather",
  bindings: {
    visits: "read",
    bins: "read",
    known: "read",
    sums: "read_write",
    scalars: "read_write",
  },
  workgroup: 256,
});

/** A batch of visits and its tile list. */
export interface BilinearBatch {
  /** (visits, 8) words of `encodeVisits`. */
  readonly visits: Tensor;
  /** First visit. */
  readonly first: number;
  /** Visits. */
  readonly count: number;
  /** Tile lists. */
  readonly bins: Tensor;
  /** First word of the list of this batch. */
  readonly binStart: number;
  /** Its layout. */
  readonly layout: TileLayout;
}

/** The stack of patches as a canvas: use it with the words of `encodeLocalVisits`. */
export function stackView(state: EngineState, patches: Tensor, count: number): EngineView {
  const { shape, probe, measured } = state;
  return {
    shape: { ...shape, rows: count * shape.size, columns: shape.size },
    object: patches,
    probe,
    measured,
  };
}

/** Records patches[v] = object interpolated at visit v; (count, N, N, 2) f32. */
export function recordExtract(
  plan: Plan,
  state: EngineState,
  batch: BilinearBatch,
  patches: Tensor,
): void {
  const { visits, bins } = batch, params = paramsOf(state, batch);
  const tensors = { visits, bins, source: state.object, result: patches };
  plan.run(extract, tensors, params, params.count);
}

/** Records gradient = sum over the visits of patches laid back onto the canvas; touched tiles only. */
export function recordPlace(
  plan: Plan,
  state: EngineState,
  batch: BilinearBatch,
  patches: Tensor,
  gradient: Tensor,
): void {
  const { visits, bins, layout } = batch;
  const tensors = { visits, bins, source: patches, result: gradient };
  plan.run(place, tensors, paramsOf(state, batch), [layout.tiles, 1, 1]);
}

/**
 * Records the sums of an object update, as `recordObjectSums` makes them.
 *
 * @param values (count, N, N, 4) f32 of scratch.
 * @param sums (tiles, 256, 4) f32.
 * @param scalars (4) f32: the first one is raised to the largest weight.
 */
export function recordBilinearSums(
  plan: Plan,
  state: EngineState,
  batch: BilinearBatch,
  tensors: {
    readonly chi: Tensor;
    readonly values: Tensor;
    readonly sums: Tensor;
    readonly scalars: Tensor;
  },
): void {
  const { visits, bins, layout } = batch, params = paramsOf(state, batch);
  const { chi, values, sums, scalars } = tensors, { probe } = state;
  plan.run(terms, { visits, probe, chi, values }, params, params.count);
  plan.run(gather, { visits, bins, known: values, sums, scalars }, params, [layout.tiles, 1, 1]);
}

function paramsOf(
  state: EngineState,
  { first, count, layout, binStart }: BilinearBatch,
): Record<keyof typeof table.params, number> {
  const { size, modes, rows, columns } = state.shape;
  return {
    size,
    modes,
    columns,
    rows,
    first,
    count: count * size * size,
    tiles: layout.tiles,
    bins: binStart,
  };
}
