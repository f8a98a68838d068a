/**
 * The noise model of projections, known while compiling: what is not wanted is not computed.
 *
 * @module
 */
export { default as modulusText } from "../../shaders/engines/modulus.wgsl" with { type: "text" };

/** Noise models of the projection. */
export type ProjectionNoise = "amplitude" | "poisson";

/** Constants of kernels that correct a modulus. */
export function noiseConstants(noise: ProjectionNoise): Record<string, number> {
  return { POISSON: noise === "poisson" ? 1 : 0 };
}
