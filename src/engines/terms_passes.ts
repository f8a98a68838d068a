/**
 * The projection of a batch and, in its last dispatch, the first half of the way of the terms of shifted probes
 * back to their spectrum: both run down the columns, which stay in registers.
 *
 * @module
 */
import restoreTerms from "../../shaders/engines/passes/restore_terms_128.wgsl" with {
  type: "text",
};
import source from "../../shaders/engines/passes/restore_terms.wgsl" with { type: "text" };
import put from "../../shaders/engines/passes/put.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
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
import { type PassWork, recordCorrected } from "./passes.ts";
import { type Planes, recordGather } from "./shift_passes.ts";

const restore = byObject((form) =>
  defineKernel({
    label: `engines/passes/restore_terms#restore ${PASS_SIZE} ${form}`,
    source,
    snippets: [
      restoreTerms,
      put,
      planeRows("turned", "texel"),
      objectRows("object", form),
      ...shared,
    ],
    entryPoint: "restore",
    bindings: {
      visits: "read",
      object: OBJECT_ACCESS[form],
      turned: "texel",
      waves: "store",
      parts: "read",
      stats: "read_write",
      lines: "store_pairs",
    },
    params: { first: "u32", columns: "u32", scale: "f32" },
    workgroup: GROUP,
  })
);

/**
 * Records a projection and O* chi of each visit, shifted back, for the sum of their spectra. Needs an adapter with
 * texel reads.
 *
 * @param terms (count, N, N, 2) of scratch.
 */
export function recordTermsPasses(plan: Plan, work: PassWork, terms: Tensor): Planes {
  const { visits, object, waves, stats, first, count, canvas } = work, { arena } = plan.gpu;
  const parts = recordCorrected(plan, work, waves), read = objectForm(plan.gpu, canvas, count);
  plan.run(
    { ...restore[read], constants: lanesConstants(plan.gpu, read) },
    { visits, object, turned: waves, waves, parts, stats, lines: terms },
    { first, columns: canvas.columns, scale: 1 },
    [count * SHARE, 1, 1],
  );
  arena.release(parts);
  return recordGather(plan, visits, terms, { first, modes: 1, count, size: PASS_SIZE });
}
