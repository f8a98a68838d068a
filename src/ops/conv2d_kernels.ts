/**
 * The convolution kernels; `conv2d_tiles.ts` chooses among them.
 *
 * @module
 */
import besideLanes from "../../shaders/ops/beside_lanes.wgsl" with { type: "text" };
import besideTexels from "../../shaders/ops/beside_texels.wgsl" with { type: "text" };
import enlarged4x2x4 from "../../shaders/ops/conv2d/enlarged_4x2x4.wgsl" with { type: "text" };
import enlarged8x4x1 from "../../shaders/ops/conv2d/enlarged_8x4x1.wgsl" with { type: "text" };
import enlargedGradient1x8 from "../../shaders/ops/conv2d/enlarged_gradient_1x8.wgsl" with {
  type: "text",
};
import enlargedGradient4x4 from "../../shaders/ops/conv2d/enlarged_gradient_4x4.wgsl" with {
  type: "text",
};
import enlargedInput8x8x8 from "../../shaders/ops/conv2d/enlarged_input_8x8x8.wgsl" with {
  type: "text",
};
import gradient1x2 from "../../shaders/ops/conv2d/gradient_1x2.wgsl" with { type: "text" };
import gradient4x2 from "../../shaders/ops/conv2d/gradient_4x2.wgsl" with { type: "text" };
import gradient8x1 from "../../shaders/ops/conv2d/gradient_8x1.wgsl" with { type: "text" };
import gradient8x3 from "../../shaders/ops/conv2d/gradient_8x3.wgsl" with { type: "text" };
import gradient8x4 from "../../shaders/ops/conv2d/gradient_8x4.wgsl" with { type: "text" };
import half4x4x1 from "../../shaders/ops/conv2d/half_4x4x1.wgsl" with { type: "text" };
import half4x4x4 from "../../shaders/ops/conv2d/half_4x4x4.wgsl" with { type: "text" };
import half4x8x1 from "../../shaders/ops/conv2d/half_4x8x1.wgsl" with { type: "text" };
import half4x4x8 from "../../shaders/ops/conv2d/half_4x4x8.wgsl" with { type: "text" };
import half8x4x8 from "../../shaders/ops/conv2d/half_8x4x8.wgsl" with { type: "text" };
import tile4x4x1 from "../../shaders/ops/conv2d/tile_4x4x1.wgsl" with { type: "text" };
import tile4x4x4 from "../../shaders/ops/conv2d/tile_4x4x4.wgsl" with { type: "text" };
import tile4x8x1 from "../../shaders/ops/conv2d/tile_4x8x1.wgsl" with { type: "text" };
import tile4x4x8 from "../../shaders/ops/conv2d/tile_4x4x8.wgsl" with { type: "text" };
import tile8x4x8 from "../../shaders/ops/conv2d/tile_8x4x8.wgsl" with { type: "text" };
import winograd16x4x8 from "../../shaders/ops/conv2d/winograd_16x4x8.wgsl" with { type: "text" };
import winograd8x4x4 from "../../shaders/ops/conv2d/winograd_8x4x4.wgsl" with { type: "text" };
import weightsLanes from "../../shaders/ops/weights_lanes.wgsl" with { type: "text" };
import weightsTexels from "../../shaders/ops/weights_texels.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";

const forward = {
  entryPoint: "convolve",
  snippets: [besideTexels, weightsTexels],
  bindings: { input: "texel", weights: "texel", mask: "texel", output: "read_write" },
  params: {
    inputChannels: "u32",
    firstChannel: "u32",
    channels: "u32",
    outputChannels: "u32",
    firstOutput: "u32",
    outputs: "u32",
    weights: "u32",
    weightRow: "u32",
    bias: "u32",
    height: "u32",
    width4: "u32",
    tilesX: "u32",
    tilesY: "u32",
    tiles: "u32",
    mode: "u32",
  },
} as const;
const backward = {
  entryPoint: "accumulate",
  snippets: [index, besideTexels],
  bindings: { input: "texel", gradient: "texel", partials: "read_write" },
  params: {
    inputChannels: "u32",
    firstChannel: "u32",
    channels: "u32",
    outputs: "u32",
    height: "u32",
    width4: "u32",
    bands: "u32",
    bandRows: "u32",
    strips: "u32",
    stripsPerSplit: "u32",
    splitStep: "u32",
    stripStep: "u32",
    splits: "u32",
    channelBlocks: "u32",
    outputBlocks: "u32",
    weightRow: "u32",
    stride: "u32",
    splitsFirst: "u32",
  },
} as const;
/** 8 x 4 pixels of 8 channels. */
export const wide8 = defineKernel({
  ...forward,
  label: "ops/conv2d/tile_8x4x8#convolve",
  source: tile8x4x8,
});
/** 4 x 4 pixels of 8 channels. */
export const forward8 = defineKernel({
  ...forward,
  label: "ops/conv2d/tile_4x4x8#convolve",
  source: tile4x4x8,
});
/** 4 x 4 pixels of 4 channels. */
export const forward4 = defineKernel({
  ...forward,
  label: "ops/conv2d/tile_4x4x4#convolve",
  source: tile4x4x4,
});
/** 4 x 8 pixels of one channel. */
export const tall1 = defineKernel({
  ...forward,
  label: "ops/conv2d/tile_4x8x1#convolve",
  source: tile4x8x1,
});
/** 4 x 4 pixels of one channel. */
export const forward1 = defineKernel({
  ...forward,
  label: "ops/conv2d/tile_4x4x1#convolve",
  source: tile4x4x1,
});
/** Minimal filters, 16 x 4 pixels of 8 channels. */
export const winogradWide = defineKernel({
  ...forward,
  label: "ops/conv2d/winograd_16x4x8#convolve",
  source: winograd16x4x8,
});
/** Minimal filters, 8 x 4 pixels of 4 channels. */
export const winograd = defineKernel({
  ...forward,
  label: "ops/conv2d/winograd_8x4x4#convolve",
  source: winograd8x4x4,
});
/** Of planes seen enlarged, one channel of 8 x 4 small pixels. */
export const enlarged1 = defineKernel({
  ...forward,
  label: "ops/conv2d/enlarged_8x4x1#convolve",
  source: enlarged8x4x1,
});
/** Of planes seen enlarged, 4 channels of 4 x 2 small pixels. */
export const enlarged4 = defineKernel({
  ...forward,
  label: "ops/conv2d/enlarged_4x2x4#convolve",
  source: enlarged4x2x4,
});
/** Gradient with respect to planes seen enlarged. */
export const enlargedInput = defineKernel({
  ...forward,
  label: "ops/conv2d/enlarged_input_8x8x8#convolve",
  source: enlargedInput8x8x8,
});
/** The direct ones, multiplying 16-bit numbers. */
const halfOf = (whole: typeof wide8, source: string) =>
  [
    whole,
    defineKernel({ ...forward, label: whole.label.replace("/tile_", "/half_"), source }),
  ] as const;
export const halves = new Map([
  halfOf(wide8, half8x4x8),
  halfOf(forward8, half4x4x8),
  halfOf(forward4, half4x4x4),
  halfOf(tall1, half4x8x1),
  halfOf(forward1, half4x4x1),
]);
/** Weight gradient for planes seen enlarged, 4 x 4 channels. */
export const enlargedGradientFew = defineKernel({
  ...backward,
  label: "ops/conv2d/enlarged_gradient_4x4#accumulate",
  source: enlargedGradient4x4,
});
/** Weight gradient for planes seen enlarged, one output. */
export const enlargedGradientOne = defineKernel({
  ...backward,
  label: "ops/conv2d/enlarged_gradient_1x8#accumulate",
  source: enlargedGradient1x8,
});
/** Weight gradient of 8 x 4 channels. */
export const gradientMany = defineKernel({
  ...backward,
  label: "ops/conv2d/gradient_8x4#accumulate",
  source: gradient8x4,
});
/** Weight gradient of 8 x 3 channels. */
export const gradientThree = defineKernel({
  ...backward,
  label: "ops/conv2d/gradient_8x3#accumulate",
  source: gradient8x3,
});
/** Weight gradient of 8 outputs, one input. */
export const gradientOneInput = defineKernel({
  ...backward,
  label: "ops/conv2d/gradient_8x1#accumulate",
  source: gradient8x1,
});
/** Weight gradient of 4 x 2 channels. */
export const gradientFew = defineKernel({
  ...backward,
  label: "ops/conv2d/gradient_4x2#accumulate",
  source: gradient4x2,
});
/** Weight gradient of one output. */
export const gradientOneOutput = defineKernel({
  ...backward,
  label: "ops/conv2d/gradient_1x2#accumulate",
  source: gradient1x2,
});

const siblings = new Map<object, unknown>();
/** Texts that pass numbers between invocations, by those that read them. */
const lanesFor = new Map([[besideTexels, besideLanes], [weightsTexels, weightsLanes]]);

/**
 * The same kernel for adapters whose invocations pass numbers to each other: pixels beside a tile come
 * from the invocations before and behind, which must have the tiles that lie there; weights are read
 * once a subgroup, all of whose invocations must have a tile.
 */
export function acrossLanes<K extends typeof wide8 | typeof gradientMany>(kernel: K): K {
  let sibling = siblings.get(kernel) as K | undefined;
  if (sibling === undefined) {
    const snippets = (kernel.snippets ?? []).map((text) => lanesFor.get(text) ?? text);
    sibling = { ...kernel, snippets, label: `${kernel.label} lanes` };
    siblings.set(kernel, sibling);
  }
  return sibling;
}
