/**
 * Orthonormal two-dimensional Fourier transforms of batches of square complex images.
 *
 * The zero frequency stays at [0, 0]; shifting it to the centre is left to whoever reads the result.
 *
 * @module
 */
import lanesSource from "../../shaders/ops/fft2_lanes.wgsl" with { type: "text" };
import imageSource from "../../shaders/ops/fft2_image.wgsl" with { type: "text" };
import line128 from "../../shaders/ops/fft2_lines/line_128.wgsl" with { type: "text" };
import line256 from "../../shaders/ops/fft2_lines/line_256.wgsl" with { type: "text" };
import source from "../../shaders/ops/fft2.wgsl" with { type: "text" };
import butterflies from "../../shaders/ops/fft_butterflies.wgsl" with { type: "text" };
import turns from "../../shaders/ops/fft_turns.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";

const shared = {
  source,
  snippets: [index, butterflies],
  bindings: { image: "texel", transformed: "store" },
  params: {
    count: "u32",
    size: "u32",
    done: "u32",
    transpose: "u32",
    inImaginary: "f32",
    outReal: "f32",
    outImaginary: "f32",
  },
} as const;

const stage8 = defineKernel({ ...shared, label: "ops/fft2#stage8", entryPoint: "stage8" });
const stage4 = defineKernel({ ...shared, label: "ops/fft2#stage4", entryPoint: "stage4" });
const image64 = defineKernel({
  source: imageSource,
  snippets: [index, turns, butterflies],
  label: "ops/fft2_image#image64",
  entryPoint: "image64",
  bindings: { image: "texel", transformed: "store" },
  params: { count: "u32", inImaginary: "f32", outReal: "f32", outImaginary: "f32" },
  workgroup: 32,
});

/** The same across 16 invocations that pass numbers to each other, without workgroup memory. */
const lanes64 = defineKernel({
  source: lanesSource,
  snippets: [index, turns, butterflies],
  label: "ops/fft2_lanes#image64",
  entryPoint: "image64",
  bindings: { image: "texel", transformed: "store_pairs" },
  params: { count: "u32", inImaginary: "f32", outReal: "f32", outImaginary: "f32" },
  workgroup: 16,
});

/** Workgroup memory `image64` needs. */
const IMAGE_BYTES = 32768;

/** Whole lines by their length, for adapters with texel reads. */
const lines = new Map(
  ([[128, line128], [256, line256]] as const).map(([size, source]) => [
    size as number,
    defineKernel({
      source,
      snippets: [index, turns, butterflies],
      label: `ops/fft2_lines#turn_columns ${size}`,
      entryPoint: "turn_columns",
      bindings: { image: "texel", transformed: "store" },
      params: { count: "u32", inImaginary: "f32", outReal: "f32", outImaginary: "f32" },
      workgroup: 32,
    }),
  ]),
);

/** Radices of the stages of one dimension. */
const RADICES: Readonly<Record<number, readonly (4 | 8)[]>> = {
  16: [4, 4],
  32: [8, 4],
  64: [8, 8],
  128: [8, 4, 4],
  256: [8, 8, 4],
  512: [8, 8, 8],
};

/** Image widths {@linkcode recordFft2} can transform. */
export const FFT_SIZES: readonly number[] = Object.keys(RADICES).map(Number);

/** @throws {ShapeError} unless images of `size` x `size` can be transformed. */
export function checkFftSize(size: number): void {
  if (RADICES[size] === undefined) {
    throw new ShapeError(
      `Cannot transform images of ${size} x ${size}: crop or pad them to one of the supported ` +
        `widths ${FFT_SIZES.join(", ")}`,
    );
  }
}

/**
 * Records an orthonormal 2-D Fourier transform, or its inverse, which is also its adjoint.
 *
 * @param input (batch, size, size, 2) f32, any leading axes; unchanged unless it is also `output`.
 * @param output same number of elements; may be `input`.
 * @param scratch working space of at least as many elements, different from both; taken from the
 *   arena for the time of recording if absent.
 * @param anyOrder true allows to add in an order that depends on the length of vectors where that is
 *   faster: images of 64 x 64 across subgroups of 16.
 * @throws {ShapeError} if the size is not supported or a tensor is too small.
 */
export function recordFft2(
  plan: Plan,
  input: Tensor,
  output: Tensor,
  batch: number,
  size: number,
  inverse = false,
  scratch?: Tensor,
  anyOrder = false,
): void {
  checkFftSize(size);
  const elements = batch * size * size * 2;
  input.checkRange(0, elements);
  output.checkRange(0, elements);
  scratch?.checkRange(0, elements);
  const { arena, profile, device } = plan.gpu;
  const sign = inverse ? -1 : 1;
  const ends = { outReal: 1 / size, outImaginary: sign / size };
  // A software adapter has registers to spare and pays for every pass over memory. Where hot reads
  // go through the buffer itself the image cannot be overwritten while it is read.
  const whole = size === 64 && profile.software &&
    device.limits.maxComputeWorkgroupStorageSize >= IMAGE_BYTES &&
    (profile.texelReads || input.slot !== output.slot);
  if (anyOrder && size === 64 && profile.texelReads && profile.shuffles === lanes64.workgroup) {
    const params = { count: batch, inImaginary: sign, ...ends };
    plan.run(lanes64, { image: input, transformed: output }, params, batch * lanes64.workgroup);
    return;
  }
  if (whole) {
    const params = { count: batch, inImaginary: sign, ...ends };
    plan.run(image64, { image: input, transformed: output }, params, batch * 32);
    return;
  }
  const line = profile.texelReads ? lines.get(size) : undefined;
  if (line !== undefined) {
    const count = batch * size / 2, half = { count, outReal: 1, outImaginary: 1 };
    const tensors = { image: output, transformed: output };
    plan.run(line, { ...tensors, image: input }, { ...half, inImaginary: sign }, count);
    plan.run(line, tensors, { count, inImaginary: 1, ...ends }, count);
    return;
  }
  const work = scratch ?? arena.allocate("fft scratch", [elements]);
  const radices = RADICES[size], stages = [...radices, ...radices];
  let from = input, done = 1;
  stages.forEach((radix, s) => {
    // The number of stages is even, so alternating ends in `output` and never starts there.
    const to = s % 2 === 0 ? work : output;
    const first = s === 0, last = s === stages.length - 1;
    const transpose = (s + 1) % radices.length === 0 ? 1 : 0;
    const kernel = radix === 8 ? stage8 : stage4;
    const count = batch * (size / 2) * (size / (2 * radix));
    plan.run(kernel, { image: from, transformed: to }, {
      count,
      size,
      done,
      transpose,
      inImaginary: first ? sign : 1,
      ...(last ? ends : { outReal: 1, outImaginary: 1 }),
    }, count);
    from = to;
    done = transpose === 1 ? 1 : done * radix;
  });
  if (scratch === undefined) arena.release(work);
}
