/**
 * Far-field diffraction: what the detector records of exit waves.
 *
 * @module
 */
import source from "../../shaders/physics/diffract.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import { defineKernel } from "../gpu/kernel.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { checkFftSize, recordFft2 } from "../ops/fft2.ts";
import type { Graph, Value } from "../ops/graph.ts";

const table = {
  source,
  snippets: [index],
  params: {
    count: "u32",
    size: "u32",
    modes: "u32",
    channels: "u32",
    scaled: "u32",
    amplitude: "u32",
    epsilon: "f32",
  },
} as const;
const record = defineKernel({
  ...table,
  label: "physics/diffract#record",
  entryPoint: "record",
  bindings: { fields: "read", scale: "read", recorded: "read_write" },
});
const backward = defineKernel({
  ...table,
  label: "physics/diffract#backward",
  entryPoint: "backward",
  bindings: { fields: "read", scale: "read", gradient: "read", result: "read_write" },
});
const sumModes = defineKernel({
  ...table,
  label: "physics/diffract#sum_modes",
  entryPoint: "sum_modes",
  bindings: { fields: "read", copied: "read_write" },
});
const copyModes = defineKernel({
  ...table,
  label: "physics/diffract#copy_modes",
  entryPoint: "copy_modes",
  bindings: { fields: "read", copied: "read_write" },
});

/** Added to the intensity under the square root, so that its slope stays finite at 0. */
const EPSILON = 1e-14;

/** Options of {@linkcode diffract}. */
export interface DiffractOptions {
  /** What is returned; default `amplitude`. */
  readonly quantity?: "amplitude" | "intensity";
  /**
   * Modes of the probe add on the detector as intensities (`incoherent`, default) or as fields
   * (`coherent`, as in the amplitude mode of the original system).
   */
  readonly modeSum?: "incoherent" | "coherent";
  /** (batch) f32: the amplitude of each sample is divided by this. Ignored for intensities. */
  readonly outputScale?: Tensor;
}

/**
 * Propagates exit waves to the detector (orthonormal transform, zero frequency at [N/2, N/2]).
 *
 * @param waves (batch, channels, K, N, N, 2) f32.
 * @returns amplitude or intensity, (batch, channels, N, N) f32; the sum of the intensity is the sum
 *   of |wave|^2.
 * @throws {ShapeError} if the shape is another one or N cannot be transformed.
 */
export function diffract(graph: Graph, waves: Value, options: DiffractOptions = {}): Value {
  const { quantity = "amplitude", modeSum = "incoherent", outputScale } = options;
  const { shape } = waves.tensor;
  if (shape.length !== 6 || shape[3] !== shape[4] || shape[5] !== 2) {
    throw new ShapeError(
      `Cannot diffract waves of shape (${shape.join(", ")}): ` +
        "(batch, channels, modes, N, N, 2) is needed",
    );
  }
  const [batch, channels, K, size] = shape;
  checkFftSize(size);
  outputScale?.checkRange(0, batch);
  const { plan } = graph;
  const { arena } = graph.gpu;
  const planes = batch * channels, pairs = size * size / 2;
  const summed = modeSum === "coherent" && K > 1;
  const modes = summed ? 1 : K;
  const fields = graph.allocate("fields", [batch, channels, modes, size, size, 2]);
  const scale = outputScale ?? fields;
  const params = {
    size,
    modes,
    channels,
    scaled: outputScale === undefined ? 0 : 1,
    amplitude: quantity === "amplitude" ? 1 : 0,
    epsilon: EPSILON,
  };
  const count = planes * pairs, anyOrder = graph.arithmetic.convolution === "winograd";
  if (summed) {
    const tensors = { fields: waves.tensor, copied: fields };
    plan.run(sumModes, tensors, { ...params, modes: K, count }, count);
    recordFft2(plan, fields, fields, planes, size, false, undefined, anyOrder);
  } else {
    recordFft2(plan, waves.tensor, fields, planes * modes, size, false, undefined, anyOrder);
  }
  const recorded = graph.value(`predicted ${quantity}`, [batch, channels, size, size]);
  plan.run(record, { fields, scale, recorded: recorded.tensor }, { ...params, count }, count);
  if (!graph.training) graph.release(fields);
  graph.onBackward([recorded], () => {
    const { gradient } = recorded;
    if (gradient !== undefined) {
      graph.contribute(waves, false, (target) => {
        const result = summed ? arena.allocate("field gradient", fields.shape) : target;
        plan.run(backward, { fields, scale, gradient, result }, { ...params, count }, count);
        recordFft2(plan, result, result, planes * modes, size, true, undefined, anyOrder);
        if (summed) {
          const all = planes * K * pairs;
          const tensors = { fields: result, copied: target };
          plan.run(copyModes, tensors, { ...params, modes: K, count: all }, all);
          arena.release(result);
        }
      });
    }
    graph.release(fields);
  });
  return recorded;
}
