/**
 * A single trainable number inside a flat parameter tensor.
 *
 * @module
 */
import type { Tensor } from "../gpu/tensor.ts";
import type { Parameter, ParameterStore } from "./parameters.ts";

/** Where a trainable number and its gradient live. */
export interface ScalarParameter {
  /** Flat weights. */
  readonly weights: Tensor;
  /** Flat gradients; undefined if the number is not trained. */
  readonly gradients?: Tensor;
  /** Element in both. */
  readonly offset: number;
  /** True once an operation of the recording writes the gradient: later ones add to it. */
  recorded: boolean;
}

/** The scalar parameter of a store; make a new one for every recording. */
export function scalarParameter(
  { weights, gradients }: Pick<ParameterStore, "weights" | "gradients">,
  { offset }: Pick<Parameter, "offset">,
): ScalarParameter {
  const where = { weights, offset, recorded: false };
  return gradients === undefined ? where : { ...where, gradients };
}

/** Number of partial sums to split `count` products into: enough to keep a device busy. */
export function partialCount(count: number): number {
  return Math.max(1, Math.min(4096, Math.ceil(count / 32)));
}
