/**
 * The products for the steps of LSQ-ML in the dispatch that ends the shift of the direction of the probe, whose
 * columns stay in registers.
 *
 * @module
 */
import source from "../../shaders/engines/passes/sums.wgsl" with { type: "text" };
import sums128 from "../../shaders/engines/passes/sums_128.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { GatherBatch } from "./gather.ts";
import {
  byObject,
  GROUP,
  lanesConstants,
  OBJECT_ACCESS,
  objectForm,
  objectRows,
  PASS_SIZE,
  planeRows,
  SHARE,
  shared,
} from "./pass_forms.ts";
import type { EngineState } from "./state.ts";

const kernels = byObject((form) =>
  defineKernel({
    label: `engines/passes/sums#sums ${PASS_SIZE} ${form}`,
    source,
    snippets: [
      sums128,
      planeRows("source", "texel"),
      objectRows("object", form),
      objectRows("steps", form, "steps", "steps_columns()"),
      ...shared,
    ],
    entryPoint: "sums",
    bindings: {
      visits: "read",
      object: OBJECT_ACCESS[form],
      source: "texel",
      probe: "texel",
      chi: "texel",
      steps: OBJECT_ACCESS[form],
      rowsOut: "read_write",
    },
    params: { first: "u32", columns: "u32" },
    workgroup: GROUP,
  })
);
/** Rows of sums that a visit has. */
export const SUM_PARTS = SHARE;
/** Textures that are read; adapters need not have more than four. */
const TEXTURES = 5;

/** What the sums are made of. */
export interface SumWork {
  /** Visits, projected, with a probe for each. */
  readonly batch: GatherBatch;
  /** (count, N, N, 2): directions of the probe on half of their way. */
  readonly lines: Tensor;
  /** (rows, columns made even, 2): direction of the object. */
  readonly steps: Tensor;
  /** (count, SUM_PARTS, 2, 4): receives the sums. */
  readonly rows: Tensor;
}

/** Records the sums. */
export function recordShiftedSums(plan: Plan, state: EngineState, work: SumWork): void {
  const { batch, lines, steps, rows } = work, { visits, first, count, probe, chi } = batch;
  const { gpu, object, shape } = state, { columns } = shape;
  const enough = gpu.device.limits.maxStorageTexturesPerShaderStage >= TEXTURES;
  const read = enough ? objectForm(gpu, shape, count) : "seldom";
  plan.run(
    { ...kernels[read], constants: lanesConstants(gpu, read) },
    { visits, object, source: lines, probe, chi, steps, rowsOut: rows },
    { first, columns },
    [count * SHARE, 1, 1],
  );
}
