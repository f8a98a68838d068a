/**
 * How well object and probe predict the data, without changing them.
 *
 * @module
 */
import { recordProjection } from "./project.ts";
import { recordShift, recordSpectrum } from "./shift.ts";
import type { EngineState } from "./state.ts";
import { Sweeper } from "./sweep.ts";

/** Energies of all patterns, over measured pixels. */
export interface Agreement {
  /** sum (|Psi| - sqrt I)^2. */
  readonly difference: number;
  /** sum |Psi|^2. */
  readonly predicted: number;
  /** sum I. */
  readonly measured: number;
}

/** Predicts every pattern and compares. */
export async function measureAgreement(state: EngineState): Promise<Agreement> {
  const { gpu, shape, probe } = state, { size, modes } = shape;
  using sweeper = new Sweeper(state, { batch: 16, order: "random", seed: 0 });
  const { batch: count, visits, stats } = sweeper;
  const waves = gpu.tensor("exit waves", [count, modes, size, size, 2]);
  const shifted = state.shifted ? gpu.tensor("shifted probes", waves.shape) : undefined;
  const spectrum = gpu.tensor("probe spectrum", probe.shape);
  const block = sweeper.recordBlock("agreement", (plan, k) => {
    const first = k * count;
    if (shifted !== undefined) {
      if (k === 0) {
        plan.copy(probe, spectrum, probe.length);
        const unused = { visits, spectrum: waves };
        recordSpectrum(plan, spectrum, unused, size, modes, false);
      }
      const tensors = { visits, spectrum, waves: shifted };
      recordShift(plan, tensors, { size, modes, first, count });
    }
    recordProjection(plan, state, { visits, first, count, probe: shifted ?? probe, waves, stats });
  });
  try {
    const { stats: rows, energy } = await sweeper.visit(sweeper.batches(0), block);
    let difference = 0, predicted = 0;
    for (let i = 0; i < rows.length; i += 4) {
      difference += rows[i];
      predicted += rows[i + 3];
    }
    return { difference, predicted, measured: energy };
  } finally {
    block.plan.dispose();
    for (const tensor of [waves, shifted, spectrum]) {
      if (tensor !== undefined) gpu.arena.release(tensor);
    }
  }
}
