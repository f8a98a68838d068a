/**
 * Arithmetic of the network: all in 32 bits, or products of the forward convolutions in 16.
 *
 * @module
 */
import { ConfigError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";

/** `16-mixed` multiplies 16-bit numbers in forward convolutions; everything else has 32 bits. */
export type Precision = "32-true" | "16-mixed";

/**
 * Whether convolutions multiply 16-bit numbers.
 *
 * @throws {ConfigError} if they shall and the device cannot.
 */
export function usesHalf(
  gpu: Pick<Gpu, "canHalf" | "adapter">,
  precision: Precision = "32-true",
): boolean {
  if (precision !== "16-mixed") return false;
  if (gpu.canHalf) return true;
  throw new ConfigError(
    `precision cannot be 16-mixed as ${gpu.adapter.name} offers no shader-f16: use 32-true`,
  );
}
