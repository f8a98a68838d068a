/**
 * What the parts of the attention block share.
 *
 * @module
 */
import type { Tensor } from "../gpu/tensor.ts";
import type { Parameter } from "./parameters.ts";

/** Parameters of one attention block. */
export interface AttentionParameters {
  /** First layer of the perceptron, (hidden, C); hidden may be 0. */
  readonly weight1: Parameter;
  /** Its bias, (hidden). */
  readonly bias1: Parameter;
  /** Second layer, (C, hidden). */
  readonly weight2: Parameter;
  /** Its bias, (C). */
  readonly bias2: Parameter;
  /** Convolution of the spatial gate, (1, 2, 7, 7): plane of maxima, then plane of means. */
  readonly spatial: Parameter;
}

/** What the forward pass leaves for the backward pass. */
export interface AttentionPass {
  /** Lengths of the axes. */
  readonly sizes: AttentionSizes;
  /** (B, C, H, W). */
  readonly x: Tensor;
  /** (B, C, 4): mean, max, index of the max, 0. */
  readonly stats: Tensor;
  /** (B, 2, hidden): before the ReLU. */
  readonly hiddenUnits: Tensor;
  /** (B, C). */
  readonly gates: Tensor;
  /** (B, 3, H, W): max and mean over the channels, channel of the max. */
  readonly pooled: Tensor;
  /** (B, H, W). */
  readonly spatialGates: Tensor;
}

/** Lengths of the axes of a block. */
export interface AttentionSizes {
  /** Images. */
  readonly batch: number;
  /** C. */
  readonly channels: number;
  /** Hidden units of the channel gate. */
  readonly hidden: number;
  /** H. */
  readonly height: number;
  /** W. */
  readonly width: number;
  /** Pixels / 4. */
  readonly quads: number;
}
