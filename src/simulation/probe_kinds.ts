/**
 * Names of simulated probes.
 *
 * @module
 */

/**
 * Kinds of simulated probes; `curved` is a defocused Gaussian beam, `default` the original's
 * default disk, `file` a probe of the user.
 */
export type ProbeKind =
  | "disk"
  | "gaussian"
  | "curved"
  | "aberrated"
  | "default"
  | "zernike"
  | "zone_plate"
  | "file";

/** All probe kinds. */
export const PROBE_KINDS: readonly ProbeKind[] = [
  "disk",
  "gaussian",
  "curved",
  "aberrated",
  "default",
  "zernike",
  "zone_plate",
  "file",
];
