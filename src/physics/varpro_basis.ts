/**
 * Basis images from which the intensity of s1 Re O + i s2 Im O follows for any s1, s2:
 * I = s1^2 X1 + s2^2 X2 + s1 s2 X3.
 *
 * @module
 */
import source from "../../shaders/physics/varpro_basis.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { recordFft2 } from "../ops/fft2.ts";
import { type BatchShape, probeAxes } from "./illuminate.ts";

const table = {
  source,
  snippets: [index],
  params: {
    count: "u32",
    size: "u32",
    modes: "u32",
    channels: "u32",
    sampleStride: "u32",
    channelStride: "u32",
  },
} as const;
const split = defineKernel({
  ...table,
  label: "physics/varpro_basis#split",
  entryPoint: "split",
  bindings: { patches: "read", probe: "read", waves: "read_write" },
});
const combine = defineKernel({
  ...table,
  label: "physics/varpro_basis#combine",
  entryPoint: "combine",
  bindings: { fields: "read", x1: "read_write", x2: "read_write", x3: "read_write" },
});

/** Basis images, each (batch, channels, N, N) f32, zero frequency in the middle. */
export interface VarproBasis {
  /** Sum over modes of |F(P Re O)|^2. */
  readonly x1: Tensor;
  /** Sum over modes of |F(i P Im O)|^2. */
  readonly x2: Tensor;
  /** Sum over modes of 2 Re(F(P Re O) conj F(i P Im O)). */
  readonly x3: Tensor;
}

/**
 * Records the basis images of a batch of patches.
 *
 * @param patches (batch, channels, N, N, 2) f32.
 * @param probe effective probe, (1 or batch, 1 or channels, K, N, N, 2) f32.
 * @param basis receives the images; the caller owns the tensors.
 * @throws {ShapeError} if a tensor does not fit or N cannot be transformed.
 */
export function recordVarproBasis(
  plan: Plan,
  patches: Tensor,
  probe: Tensor,
  basis: VarproBasis,
  shape: BatchShape,
): void {
  const { batch, channels, size } = shape;
  const pairs = size * size / 2, planes = batch * channels;
  const [probeSamples, probeChannels, modes] = probeAxes(probe.shape, shape);
  patches.checkRange(0, planes * pairs * 4);
  for (const image of [basis.x1, basis.x2, basis.x3]) image.checkRange(0, planes * pairs * 2);
  const params = {
    size,
    modes,
    channels,
    channelStride: probeChannels === 1 ? 0 : modes * pairs,
    sampleStride: probeSamples === 1 ? 0 : probeChannels * modes * pairs,
  };
  const waves = plan.gpu.arena.allocate("basis waves", [2, planes, modes, size, size, 2]);
  const count = planes * modes * pairs;
  plan.run(split, { patches, probe, waves }, { ...params, count }, count);
  recordFft2(plan, waves, waves, 2 * planes * modes, size);
  const pixels = planes * pairs;
  plan.run(combine, { fields: waves, ...basis }, { ...params, count: pixels }, pixels);
  plan.gpu.arena.release(waves);
}
