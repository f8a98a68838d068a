/**
 * From complex patches of the object to the amplitude on the detector.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { Graph, Value } from "../ops/graph.ts";
import { diffract, type DiffractOptions } from "./diffract.ts";
import { extractPatches, mergeGroups } from "./group_canvas.ts";
import { type BatchShape, illuminate } from "./illuminate.ts";
import type { PatchWeighting } from "./merge_weights.ts";

/** How patches of a group are made to agree where they overlap. */
export interface GroupMerge {
  /** Patches of a group; the batch is cut into runs of that many patterns, channels first. */
  readonly members: number;
  /** (batch * channels, 2) f32: (x, y) = group centre - position, px. */
  readonly offsets: Tensor;
  /** M: side of the canvas, px. */
  readonly canvas: number;
  /** Rule of the merge. */
  readonly weighting: PatchWeighting;
  /** (N, N) f32 of `patchWeights` for that rule. */
  readonly weights: Tensor;
}

/** Inputs of {@linkcode forwardModel} besides the patches. */
export interface ForwardInputs extends DiffractOptions {
  /** Effective probe, (1 or batch, 1 or channels, K, N, N, 2) f32; trained if differentiable. */
  readonly probe: Value;
  /** Absent: every patch is used as it is. */
  readonly merge?: GroupMerge;
}

/** Intermediate values of {@linkcode forwardModel}. */
export interface ForwardStages {
  /** (groups, M, M, 2): present if patches are merged. */
  readonly merged?: Value;
  /** (batch, channels, N, N, 2): what is illuminated. */
  readonly extracted: Value;
  /** (batch, channels, K, N, N, 2). */
  readonly waves: Value;
  /** (batch, channels, N, N): amplitude (or intensity) on the detector. */
  readonly predicted: Value;
}

/**
 * Records merge, extraction, illumination and diffraction and returns every stage.
 * In a graph that does not train, stages not passed to `graph.keep` are free for reuse afterwards.
 *
 * @param patches (batch, channels, N, N, 2) f32.
 * @param keep keeps all stages readable.
 * @throws {ShapeError} if the group size does not divide the batch or shapes do not fit.
 */
export function forwardStages(
  graph: Graph,
  patches: Value,
  inputs: ForwardInputs,
  keep = false,
): ForwardStages {
  const [batch, channels, size] = patches.tensor.shape;
  const shape: BatchShape = { batch, channels, size };
  const hold = (value: Value): Value => keep ? graph.keep(value) : value;
  const { merge } = inputs;
  let merged: Value | undefined;
  let extracted = patches;
  if (merge !== undefined) {
    const groups = batch * channels / merge.members;
    if (!Number.isInteger(groups)) {
      throw new ShapeError(
        `Cannot merge groups of ${merge.members} as the batch holds ${batch * channels} patches: ` +
          "make the batch a multiple of the group",
      );
    }
    const group = { groups, channels: merge.members, size, canvas: merge.canvas };
    merged = hold(
      mergeGroups(graph, patches, merge.offsets, merge.weights, group, merge.weighting),
    );
    extracted = hold(extractPatches(graph, merged, merge.offsets, group));
    graph.done(merged);
  }
  const waves = hold(illuminate(graph, extracted, inputs.probe, shape));
  if (merge !== undefined) graph.done(extracted);
  const predicted = hold(diffract(graph, waves, inputs));
  graph.done(waves);
  return merged === undefined
    ? { extracted, waves, predicted }
    : { merged, extracted, waves, predicted };
}

/**
 * Predicted amplitude on the detector, (batch, channels, N, N) f32, from patches of the object.
 *
 * @param patches (batch, channels, N, N, 2) f32.
 * @throws {ShapeError} if the group size does not divide the batch or shapes do not fit.
 */
export function forwardModel(graph: Graph, patches: Value, inputs: ForwardInputs): Value {
  return forwardStages(graph, patches, inputs).predicted;
}
