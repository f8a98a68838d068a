/**
 * What an update rule works on.
 *
 * @module
 */
import type { Tensor } from "../gpu/tensor.ts";
import type { ParameterLayout } from "../ops/parameters.ts";

/** Flat weights and gradients; a training `ParameterStore` is one. */
export interface UpdateTarget {
  /** Names and places of the parameters. */
  readonly layout: ParameterLayout;
  /** (length) f32. */
  readonly weights: Tensor;
  /** (length) f32; undefined if the store is not for training. */
  readonly gradients: Tensor | undefined;
}
