/**
 * The probe of a scan whose positions lie between the pixels.
 *
 * @module
 */
import { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { GatherBatch } from "./gather.ts";
import { recordProbeTerms } from "./probe_gather.ts";
import { type Projection, recordProjectedTerms, recordProjection } from "./project.ts";
import {
  inPasses,
  recordShift,
  recordSpectrum,
  recordUnshift,
  type ShiftTensors,
} from "./shift.ts";
import {
  type Planes,
  recordHalfShift,
  recordTermsUnshift,
  recordUnshiftSums,
} from "./shift_passes.ts";
import type { EngineState } from "./state.ts";

/**
 * Shifted copies of a probe. During a sweep its spectrum is the master copy: replay `open` before
 * and, if the probe changed, `close` after a sweep.
 */
export class ShiftedProbe implements Disposable {
  /** (count, K, N, N, 2): the probe of each visit. */
  readonly probes: Tensor;
  /** (K, N, N, 2), by `recordSpectrum`. */
  readonly spectrum: Tensor;
  /** Probe to spectrum. */
  readonly open: Plan;
  /** Spectrum to probe. */
  readonly close: Plan;
  /** Probes on half of their way, where what uses them ends it: `probes`, or another tensor for one of them. */
  #lines: Tensor | undefined;
  #state: EngineState;
  #visits: Tensor;

  /**
   * Allocates copies for `count` visits.
   *
   * @param visits (visits, 8) words that the copies are shifted by.
   */
  constructor(state: EngineState, visits: Tensor, count: number) {
    const { gpu, probe, shape } = state, { size, modes } = shape;
    this.#state = state;
    this.#visits = visits;
    this.probes = gpu.tensor("shifted probes", [count, modes, size, size, 2]);
    this.spectrum = gpu.tensor("probe spectrum", probe.shape);
    if (modes === 1 && inPasses(gpu, shape)) {
      this.#lines = count > 1 ? this.probes : gpu.tensor("shifted lines", this.probes.shape);
    }
    const unused = { visits, spectrum: this.probes };
    this.open = new Plan(gpu, "probe to spectrum");
    this.open.copy(probe, this.spectrum, probe.length);
    recordSpectrum(this.open, this.spectrum, unused, size, modes, false);
    this.close = new Plan(gpu, "spectrum to probe");
    this.close.copy(this.spectrum, probe, probe.length);
    recordSpectrum(this.close, probe, unused, size, modes, true);
  }

  /**
   * Records the probes of some visits.
   *
   * @returns lines for the projection that has to end the shift, or undefined if nothing is left to do.
   */
  recordProbes(plan: Plan, first: number, count: number): Tensor | undefined {
    this.#recordShift(plan, first, count, this.spectrum, this.#lines ?? this.probes);
    return this.#lines;
  }

  /**
   * Records what some visits see of a direction of the probe, (K, N, N, 2), in `seen`, (count, K, N, N, 2).
   *
   * @returns true if it is on half of its way, and what uses it has to end the shift.
   */
  recordDirection(
    plan: Plan,
    first: number,
    count: number,
    direction: Tensor,
    seen: Tensor,
  ): boolean {
    this.#recordShift(plan, first, count, direction, seen);
    return this.#lines !== undefined;
  }

  /** Records the adjoint on `waves`, in place; `accumulate` adds one visit to the spectrum instead. */
  recordUnshift(
    plan: Plan,
    waves: Tensor,
    first: number,
    count: number,
    accumulate: boolean,
  ): void {
    const range = { ...this.#sizes(), first, count };
    recordUnshift(plan, this.#tensors(waves, this.spectrum), range, accumulate);
  }

  /** Records the adjoint on a batch for the sum over its visits; `waves` are overwritten. */
  recordUnshiftSums(plan: Plan, waves: Tensor, first: number, count: number): Planes {
    const range = { ...this.#sizes(), first, count };
    if (inPasses(plan.gpu, range)) return recordUnshiftSums(plan, this.#visits, waves, range);
    this.recordUnshift(plan, waves, first, count, false);
    return { tensor: waves, count, release: () => undefined };
  }

  /** Records a projection and the terms of the probe, shifted back, for their sum; `terms` is scratch. */
  recordProjectedTerms(
    plan: Plan,
    projection: Projection,
    batch: GatherBatch,
    terms: Tensor,
  ): Planes {
    const planes = recordProjectedTerms(plan, this.#state, projection, terms);
    if (planes !== undefined) return planes;
    recordProjection(plan, this.#state, projection);
    return this.#recordTerms(plan, batch, terms);
  }

  #recordTerms(plan: Plan, batch: GatherBatch, terms: Tensor): Planes {
    const { first, count, chi } = batch, range = { ...this.#sizes(), first, count };
    const state = this.#state, visits = this.#visits;
    if (inPasses(plan.gpu, range)) {
      const tensors = { visits, object: state.object, chi, terms };
      return recordTermsUnshift(plan, tensors, state.shape, range);
    }
    recordProbeTerms(plan, state, batch, terms);
    return this.recordUnshiftSums(plan, terms, first, count);
  }

  /** Frees plans and tensors. */
  dispose(): void {
    this.open.dispose();
    this.close.dispose();
    const { arena } = this.#state.gpu, lines = this.#lines;
    for (const tensor of [this.probes, this.spectrum]) arena.release(tensor);
    if (lines !== undefined && lines !== this.probes) arena.release(lines);
  }

  /** Same as {@linkcode ShiftedProbe.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #recordShift(
    plan: Plan,
    first: number,
    count: number,
    spectrum: Tensor,
    target: Tensor,
  ): void {
    const tensors = this.#tensors(target, spectrum), range = { ...this.#sizes(), first, count };
    if (this.#lines === undefined) recordShift(plan, tensors, range);
    else recordHalfShift(plan, tensors, range);
  }

  #tensors(waves: Tensor, spectrum: Tensor): ShiftTensors {
    return { visits: this.#visits, spectrum, waves };
  }

  #sizes(): { size: number; modes: number } {
    const { size, modes } = this.#state.shape;
    return { size, modes };
  }
}
