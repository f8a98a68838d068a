/**
 * Channel and spatial attention: a gate for each feature plane, then a gate for each pixel.
 *
 * Convolutional block attention module, Woo et al., arXiv:1807.06521; here without normalisation and with a
 * spatial convolution without bias, as in the original system. For x of shape (B, C, H, W):
 *   gate[b, c] = sigmoid(mlp(mean of the plane) + mlp(max of the plane)), y = gate * x
 *   q[b, pixel] = sigmoid(conv 7 x 7 of (max over channels of y, mean over channels of y)), z = q * y
 *
 * @module
 */
import poolSource from "../../shaders/ops/attention_pool.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import { defineKernel } from "../gpu/kernel.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { recordChannelBackward, recordChannelGate } from "./attention_channel.ts";
import type { AttentionParameters, AttentionPass, AttentionSizes } from "./attention_pass.ts";
import { recordSpatialBackward, recordSpatialGate } from "./attention_spatial.ts";
import type { Graph, Value } from "./graph.ts";
import type { Parameter, ParameterStore } from "./parameters.ts";

export type { AttentionParameters } from "./attention_pass.ts";

const apply = defineKernel({
  source: poolSource,
  snippets: [index],
  label: "ops/attention_pool#apply",
  entryPoint: "apply",
  bindings: { x: "texel", gates: "read", spatialGates: "read", y: "read_write" },
  params: { count: "u32", channels: "u32", quads: "u32", spatial: "u32" },
});

/** Called with the value after a gate: `.ChannelGate` gives y, the empty name gives z. */
export type GateProbe = (gate: ".ChannelGate" | "", value: Value) => void;

/**
 * Records the block; gradients of its parameters are written into the store.
 *
 * The gradient of a max goes to its first occurrence.
 *
 * @param input (B, C, H, W), W a multiple of 4.
 * @param probe sees the values after the two gates; a value it wants to read must be kept there.
 *   Giving it costs one more pass over the feature maps.
 * @returns (B, C, H, W).
 * @throws {ShapeError} if the parameters do not fit C or W is no multiple of 4.
 */
export function cbam(
  graph: Graph,
  input: Value,
  parameters: AttentionParameters,
  store: ParameterStore,
  probe?: GateProbe,
): Value {
  const x = input.tensor;
  const sizes = sizesOf(x, parameters);
  const { batch, channels, height, width, quads } = sizes;
  const hidden = Math.max(1, sizes.hidden);
  const pass: AttentionPass = {
    sizes,
    x,
    stats: graph.allocate("plane statistics", [batch, channels, 4]),
    hiddenUnits: graph.allocate("hidden units", [batch, 2, hidden]),
    gates: graph.allocate("channel gates", [batch, channels]),
    pooled: graph.allocate("channel maxima and means", [batch, 3, height, width]),
    spatialGates: graph.allocate("spatial gates", [batch, height, width]),
  };
  recordChannelGate(graph, pass, parameters, store.weights);
  recordSpatialGate(graph, pass, parameters, store.weights);
  const { gates, spatialGates } = pass;
  const output = graph.value(`attention(${x.label})`, x.shape);
  const count = batch * channels * quads;
  const { plan } = graph;
  if (probe !== undefined) {
    const gated = graph.value(`channel gate(${x.label})`, x.shape, { differentiable: false });
    plan.run(
      apply,
      { x, gates, spatialGates, y: gated.tensor },
      { count, channels, quads, spatial: 0 },
      count,
    );
    probe(".ChannelGate", gated);
    graph.release(gated.tensor);
  }
  plan.run(
    apply,
    { x, gates, spatialGates, y: output.tensor },
    { count, channels, quads, spatial: 1 },
    count,
  );
  probe?.("", output);
  if (!graph.training) {
    releasePass(graph, pass);
    return output;
  }
  graph.onBackward([output], () => {
    const { weights, gradients } = store;
    if (gradients === undefined) {
      throw new ShapeError("Cannot record gradients as the parameters are not open for training");
    }
    const zGradient = output.gradient!;
    const pixels = recordSpatialBackward(graph, pass, parameters, weights, gradients, zGradient);
    recordChannelBackward(graph, pass, parameters, weights, gradients, input, zGradient, pixels);
    graph.release(pixels);
    releasePass(graph, pass);
  });
  return output;
}

function sizesOf(x: Tensor, parameters: AttentionParameters): AttentionSizes {
  const [batch, channels, height, width] = x.shape;
  const { weight1, bias1, weight2, bias2, spatial } = parameters;
  const hidden = weight1.shape[0];
  const fits = (p: Parameter, ...shape: number[]): boolean =>
    !p.packed && p.shape.length === shape.length && p.shape.every((n, i) => n === shape[i]);
  if (
    x.shape.length !== 4 || width % 4 !== 0 || !fits(weight1, hidden, channels) ||
    !fits(bias1, hidden) || !fits(weight2, channels, hidden) || !fits(bias2, channels) ||
    !fits(spatial, 1, 2, 7, 7)
  ) {
    throw new ShapeError(
      `Cannot apply attention ${weight1.name} to shape (${x.shape.join(", ")}): ` +
        `(B, ${weight1.shape[1]}, H, W) with W a multiple of 4 is needed`,
    );
  }
  return { batch, channels, hidden, height, width, quads: height * width / 4 };
}

function releasePass(graph: Graph, pass: AttentionPass): void {
  const { stats, hiddenUnits, gates, pooled, spatialGates } = pass;
  for (const tensor of [stats, hiddenUnits, gates, pooled, spatialGates]) graph.release(tensor);
}
