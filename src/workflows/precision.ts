/**
 * Arithmetic of the network: all in 32 bits, or products of the forward convolutions in 16; direct
 * sums, or minimal filters.
 *
 * @module
 */
import type { ModelConfig } from "../config/model.ts";
import { ConfigError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Arithmetic } from "../ops/graph.ts";

/** `16-mixed` multiplies 16-bit numbers in forward convolutions; everything else has 32 bits. */
export type Precision = "32-true" | "16-mixed";

/**
 * How the convolutions of a model multiply and add.
 *
 * @throws {ConfigError} if products shall have 16 bits and the device cannot.
 */
export function arithmeticOf(
  gpu: Pick<Gpu, "canHalf" | "adapter">,
  { convolution }: Pick<ModelConfig, "convolution">,
  precision: Precision = "32-true",
): Arithmetic {
  if (precision !== "16-mixed") return { convolution };
  if (gpu.canHalf) return { convolution, half: true };
  throw new ConfigError(
    `precision cannot be 16-mixed as ${gpu.adapter.name} offers no shader-f16: use 32-true`,
  );
}
