/**
 * Exit waves: patches of the object times the modes of the probe.
 *
 * @module
 */
import source from "../../shaders/physics/illuminate.wgsl" with { type: "text" };
import probeSource from "../../shaders/physics/illuminate_probe.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import { defineKernel } from "../gpu/kernel.ts";
import type { Graph, Value } from "../ops/graph.ts";

const table = {
  source,
  snippets: [index],
  bindings: { source: "read", probe: "texel", result: "read_write" },
  params: {
    count: "u32",
    pairs: "u32",
    modes: "u32",
    channels: "u32",
    sampleStride: "u32",
    channelStride: "u32",
  },
} as const;
const forward = defineKernel({
  ...table,
  label: "physics/illuminate#forward",
  entryPoint: "forward",
});
const backward = defineKernel({
  ...table,
  label: "physics/illuminate#backward",
  entryPoint: "backward",
});
const probeBackward = defineKernel({
  source: probeSource,
  snippets: [index],
  label: "physics/illuminate_probe#backward",
  entryPoint: "backward",
  bindings: { waves: "read", patches: "read", result: "read_write" },
  params: {
    count: "u32",
    pairs: "u32",
    modes: "u32",
    channels: "u32",
    probeSamples: "u32",
    probeChannels: "u32",
    sharedSamples: "u32",
    sharedChannels: "u32",
  },
});

/** Sizes of a batch of diffraction patterns. */
export interface BatchShape {
  /** Samples (groups of patterns). */
  readonly batch: number;
  /** Patterns of a sample. */
  readonly channels: number;
  /** N: side of a pattern, px; even. */
  readonly size: number;
}

/**
 * Illuminates patches.
 *
 * @param patches (batch, channels, N, N, 2) f32.
 * @param probe effective probe, (1 or batch, 1 or channels, K, N, N, 2) f32; leading axes of 1 may be
 *   left out. Gradients reach it if it is differentiable.
 * @returns exit waves, (batch, channels, K, N, N, 2) f32.
 * @throws {ShapeError} if the probe does not fit the patches.
 */
export function illuminate(
  graph: Graph,
  patches: Value,
  probe: Value,
  shape: BatchShape,
): Value {
  const { batch, channels, size } = shape;
  const pairs = size * size / 2;
  patches.tensor.checkRange(0, batch * channels * pairs * 4);
  const [probeSamples, probeChannels, modes] = probeAxes(probe.tensor.shape, shape);
  const waves = graph.value("exit waves", [batch, channels, modes, size, size, 2]);
  const strides = {
    channelStride: probeChannels === 1 ? 0 : modes * pairs,
    sampleStride: probeSamples === 1 ? 0 : probeChannels * modes * pairs,
  };
  const sizes = { pairs, modes, channels };
  const count = batch * channels * modes * pairs;
  graph.plan.run(
    forward,
    { source: patches.tensor, probe: probe.tensor, result: waves.tensor },
    { count, ...sizes, ...strides },
    count,
  );
  graph.onBackward([waves], () => {
    const { gradient } = waves;
    if (gradient === undefined) return;
    graph.contribute(patches, false, (target) => {
      const count = batch * channels * pairs;
      const tensors = { source: gradient, probe: probe.tensor, result: target };
      graph.plan.run(backward, tensors, { count, ...sizes, ...strides }, count);
    });
    graph.contribute(probe, false, (target) => {
      const count = probeSamples * probeChannels * modes * pairs;
      const sharing = {
        probeSamples,
        probeChannels,
        sharedSamples: batch / probeSamples,
        sharedChannels: channels / probeChannels,
      };
      const tensors = { waves: gradient, patches: patches.tensor, result: target };
      graph.plan.run(probeBackward, tensors, { count, ...sizes, ...sharing }, count);
    });
  });
  return waves;
}

/**
 * (samples, channels, modes) of a probe of shape (..., N, N, 2).
 *
 * @throws {ShapeError} if it does not fit the batch.
 */
export function probeAxes(shape: readonly number[], batch: BatchShape): [number, number, number] {
  const axes = shape.slice(0, -3);
  const leading = [1, 1, 1, ...axes].slice(-3) as [number, number, number];
  const [samples, channels] = leading;
  const fits = shape.length >= 3 && axes.length <= 3 && shape.at(-1) === 2 &&
    shape.at(-2) === batch.size && shape.at(-3) === batch.size && batch.size % 2 === 0 &&
    (samples === 1 || samples === batch.batch) && (channels === 1 || channels === batch.channels);
  if (!fits) {
    throw new ShapeError(
      `Cannot illuminate ${batch.batch} x ${batch.channels} patches of ${batch.size} px with a ` +
        `probe of shape (${
          shape.join(", ")
        }): give (1 or ${batch.batch}, 1 or ${batch.channels}, ` +
        `modes, ${batch.size}, ${batch.size}, 2)`,
    );
  }
  return leading;
}
