/**
 * The best steps of LSQ-ML for objects of several slices.
 *
 * @module
 */
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { recordFft2 } from "../ops/fft2.ts";
import type { Propagator } from "../physics/propagate.ts";
import * as kernels from "./slices_kernels.ts";
import { sliceParams } from "./slices_kernels.ts";
import type { SliceWork } from "./slices_work.ts";
import type { EngineState } from "./state.ts";
import type { Chunk, WaveChunks } from "./wave_chunk.ts";

/** Where the steps are found. */
export interface StepPlace {
  /** The state. */
  readonly state: EngineState;
  /** Work space, with the directions. */
  readonly work: SliceWork;
  /** Visits. */
  readonly chunks: WaveChunks;
  /** From one slice to the next. */
  readonly between: Propagator;
}

/**
 * Records the least-squares steps along all slices together and along the probe, mean over a chunk.
 *
 * @param phis Waves before each slice.
 * @param chi What the detector misses, behind the last slice.
 * @param spectrum (K, N, N, 2) scratch.
 */
export function recordSteps(
  place: StepPlace,
  plan: Plan,
  chunk: Chunk,
  phis: readonly Tensor[],
  chi: Tensor,
  spectrum: Tensor,
  probeOn: boolean,
): void {
  const { gpu: { arena }, shape: { size, modes } } = place.state;
  const { slices, tops, probeTop, totals, steps } = place.work,
    { chunks, between } = place,
    { visits } = chunks;
  const planes = chunk.length * modes, count = planes * size * size, { first } = chunk;
  let byObject = chunks.allocate("change by the object", chunk);
  chunks.recordExit(plan, chunk, { tensor: phis[0], own: true }, byObject, tops[0]);
  let byProbe = byObject;
  if (probeOn) {
    recordFft2(plan, probeTop, spectrum, modes, size);
    const moved = chunks.recordProbes(plan, chunk, spectrum);
    byProbe = chunks.allocate("change by the probe", chunk);
    chunks.recordExit(plan, chunk, moved, byProbe, slices[0]);
    chunks.releaseProbes(moved);
  }
  for (let s = 1; s < slices.length; s++) {
    between.forward(plan, byObject, byObject, planes);
    const next = chunks.allocate("change by the object", chunk);
    const waves = phis[s], tangents = tops[s];
    plan.run(
      kernels.tangent,
      { visits, source: byObject, result: next, object: slices[s], waves, tangents },
      sliceParams(place.state.shape, { count, first }),
      count,
    );
    arena.release(byObject);
    byObject = next;
    if (!probeOn) continue;
    between.forward(plan, byProbe, byProbe, planes);
    const then = chunks.allocate("change by the probe", chunk);
    chunks.recordExit(plan, chunk, { tensor: byProbe, own: true }, then, slices[s]);
    arena.release(byProbe);
    byProbe = then;
  }
  const tensors = { visits, byObject, byProbe: probeOn ? byProbe : byObject, chi, totals };
  const visited = sliceParams(place.state.shape, { count: chunk.length, first });
  plan.run(kernels.sums, tensors, visited, [chunk.length, 1, 1]);
  const params = sliceParams(place.state.shape, {
    count: chunk.length,
    kind: probeOn ? 1 : 0,
    alpha: 0.1,
  });
  plan.run(kernels.solve, { all: totals, solved: steps }, params, [1, 1, 1]);
  arena.release(byObject);
  if (probeOn) arena.release(byProbe);
}
