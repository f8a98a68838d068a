/**
 * Sums in a fixed order, so that the same input gives the same bits on every run.
 *
 * @module
 */
import source from "../../shaders/ops/reduce.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";

const shared = {
  source,
  snippets: [index],
  bindings: { input: "read", output: "read_write" },
  params: { rows: "u32", count: "u32", offset: "u32", factor: "f32", accumulate: "u32" },
} as const;

const sum = defineKernel({ ...shared, label: "ops/reduce#sum", entryPoint: "sum" });
const sum4 = defineKernel({ ...shared, label: "ops/reduce#sum4", entryPoint: "sum4" });

/** Rows longer than this are first summed in pieces. */
const PIECE = 8192;

/** Options of {@linkcode recordSum}. */
export interface SumOptions {
  /** f32 numbers an element, summed separately; default 1. */
  readonly components?: 1 | 4;
  /** Every sum is multiplied by this; default 1. */
  readonly factor?: number;
  /** First element of `output` to write; default 0. */
  readonly offset?: number;
  /** Adds to what `output` holds instead of replacing it; default false. */
  readonly accumulate?: boolean;
}

/**
 * Records output[offset + r] = (or, accumulating, +=) factor * sum of row r, as a tree in a fixed order.
 *
 * @param input (rows, count) or, with 4 components, (rows, count, 4) f32.
 * @param output receives (rows) or (rows, 4) f32.
 * @throws {ShapeError} if a tensor is too small.
 */
export function recordSum(
  plan: Plan,
  input: Tensor,
  output: Tensor,
  rows: number,
  count: number,
  options: SumOptions = {},
): void {
  const { components = 1, factor = 1, offset = 0 } = options;
  const accumulate = options.accumulate === true ? 1 : 0;
  input.checkRange(0, rows * count * components);
  output.checkRange(offset, rows * components);
  const kernel = components === 4 ? sum4 : sum;
  const pieces = count > PIECE ? equalPieces(count) : 1;
  if (pieces === 1) {
    plan.run(kernel, { input, output }, { rows, count, offset, factor, accumulate }, rows * 64);
    return;
  }
  const { arena } = plan.gpu;
  const partial = arena.allocate("partial sums", [rows * pieces * components]);
  const first = { rows: rows * pieces, count: count / pieces, offset: 0, factor: 1, accumulate: 0 };
  plan.run(kernel, { input, output: partial }, first, rows * pieces * 64);
  const last = { rows, count: pieces, offset, factor, accumulate };
  plan.run(kernel, { input: partial, output }, last, rows * 64);
  arena.release(partial);
}

/** Largest number of equal pieces of at least 64 elements each, 1 if there is none. */
function equalPieces(count: number): number {
  for (let pieces = Math.min(256, Math.floor(count / 64)); pieces > 1; pieces--) {
    if (count % pieces === 0) return pieces;
  }
  return 1;
}
