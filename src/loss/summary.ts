/**
 * What every loss returns: its value and the numbers the health of a run is judged by.
 *
 * @module
 */
import source from "../../shaders/loss/summary.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { Graph, Value } from "../ops/graph.ts";

const summarise = defineKernel({
  source,
  label: "loss/summary#summarise",
  entryPoint: "summarise",
  bindings: { rows: "read", energies: "read", divisors: "read", summary: "read_write" },
  params: {
    batch: "u32",
    elements: "u32",
    divisorStride: "u32",
    divideByMean: "u32",
    factor: "f32",
  },
  workgroup: 1,
});

/** Result of a loss that compares a prediction with what was observed; filled at every replay. */
export interface LossSummary {
  /**
   * (4) f32: loss, mean observation, sum of the predicted energy (squared amplitudes or
   * intensities), sum of the observed energy.
   */
  readonly summary: Tensor;
  /** (batch, 4) f32: column 0 is the term of each sample before it is divided and averaged. */
  readonly rows: Tensor;
}

/** Options common to the losses. */
export interface ScaledLossOptions {
  /** (batch) or (1) f32: prediction and observation of a sample are multiplied by this. */
  readonly scale: Tensor;
}

/** Sizes of a batch of predictions: samples and numbers of each. */
export interface SampleSizes {
  /** Samples. */
  readonly batch: number;
  /** Numbers of a sample. */
  readonly elements: number;
}

/** Sizes of `predicted`. @throws {ShapeError} unless `observed` holds as many numbers. */
export function sampleSizes(predicted: Value, observed: Tensor): SampleSizes {
  const { shape, length } = predicted.tensor;
  if (observed.length !== length || shape.length < 2) {
    throw new ShapeError(
      `Cannot compare a prediction of shape (${shape.join(", ")}) with observations of shape ` +
        `(${observed.shape.join(", ")}): both must be (batch, channels, N, N)`,
    );
  }
  return { batch: shape[0], elements: length / shape[0] };
}

/** 1 if a tensor holds one value a sample, 0 if it holds one for all. @throws {ShapeError} otherwise. */
export function sampleStride(name: string, tensor: Tensor, batch: number): 0 | 1 {
  if (tensor.length === 1) return 0;
  if (tensor.length === batch) return 1;
  throw new ShapeError(
    `Cannot use ${tensor.length} values as ${name} of ${batch} samples: give 1 or ${batch}`,
  );
}

/** Number of partial sums of a sample. */
export function samplePartials(elements: number): number {
  return Math.max(1, Math.min(1024, Math.ceil(elements / 32)));
}

/**
 * Records summary = [factor * sum of term / divisor, mean observation, energies].
 *
 * @param rows (batch, 4) f32: term, sum of observations, anything, observed energy.
 * @param energies (batch, 4) f32: column 2 is the predicted energy.
 * @param divisors (batch) or (1) f32; the mean observation + 1e-8 if absent.
 */
export function recordSummary(
  plan: Plan,
  rows: Tensor,
  energies: Tensor,
  summary: Tensor,
  { batch, elements }: SampleSizes,
  factor: number,
  divisors?: Tensor,
): void {
  plan.run(summarise, { rows, energies, divisors: divisors ?? rows, summary }, {
    batch,
    elements,
    divisorStride: divisors === undefined ? 0 : sampleStride("divisor", divisors, batch),
    divideByMean: divisors === undefined ? 1 : 0,
    factor,
  }, 1);
}

/** Allocates the tensors of a summary; they live as long as the graph. */
export function allocateSummary(graph: Graph, name: string, batch: number): LossSummary {
  return {
    summary: graph.allocate(`${name} summary`, [4]),
    rows: graph.allocate(`${name} rows`, [batch, 4]),
  };
}
