/**
 * Orthonormal two-dimensional Fourier transforms of batches of square complex images.
 *
 * The zero frequency stays at [0, 0]; shifting it to the centre is left to whoever reads the result.
 *
 * @module
 */
import source from "../../shaders/ops/fft2.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";

const shared = {
  source,
  snippets: [index],
  bindings: { image: "texel", transformed: "read_write" },
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
const whole64 = defineKernel({ ...shared, label: "ops/fft2#whole64", entryPoint: "whole64" });

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
): void {
  checkFftSize(size);
  const elements = batch * size * size * 2;
  input.checkRange(0, elements);
  output.checkRange(0, elements);
  scratch?.checkRange(0, elements);
  const { arena, profile } = plan.gpu;
  const work = scratch ?? arena.allocate("fft scratch", [elements]);
  // With 64 points a software adapter keeps the whole column in its (plentiful) stack.
  const whole = size === 64 && profile.software;
  const radices = whole ? [64] : RADICES[size];
  const stages = [...radices, ...radices];
  const sign = inverse ? -1 : 1;
  let from = input, done = 1;
  stages.forEach((radix, s) => {
    // The number of stages is even, so alternating ends in `output` and never starts there.
    const to = s % 2 === 0 ? work : output;
    const first = s === 0, last = s === stages.length - 1;
    const transpose = (s + 1) % radices.length === 0 ? 1 : 0;
    const kernel = radix === 64 ? whole64 : radix === 8 ? stage8 : stage4;
    const count = radix === 64 ? batch * 32 : batch * (size / 2) * (size / (2 * radix));
    plan.run(kernel, { image: from, transformed: to }, {
      count,
      size,
      done,
      transpose,
      inImaginary: first ? sign : 1,
      outReal: last ? 1 / size : 1,
      outImaginary: last ? sign / size : 1,
    }, count);
    from = to;
    done = transpose === 1 ? 1 : done * radix;
  });
  if (scratch === undefined) arena.release(work);
}
