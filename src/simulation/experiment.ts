/**
 * A whole simulated experiment, up to the Fourier transform.
 *
 * @module
 */
import type { Probe } from "../scan/probe.ts";
import type { ComplexImage } from "../scan/resize.ts";
import { makeObject, type ObjectKind } from "./objects.ts";
import { probeInCounts } from "./patches.ts";
import {
  aberratedProbe,
  defaultProbe,
  diskProbe,
  effectiveDiameter,
  gaussianProbe,
} from "./probes.ts";
import { makeScan, overlapRatio, type ScanKind, sideForOverlap } from "./scans.ts";

/** Kinds of simulated probes. */
export type ProbeKind = "disk" | "gaussian" | "curved" | "aberrated" | "default";

/** All probe kinds. */
export const PROBE_KINDS: readonly ProbeKind[] = [
  "disk",
  "gaussian",
  "curved",
  "aberrated",
  "default",
];

/** What is simulated. */
export interface ExperimentOptions {
  /** Object. */
  readonly object: ObjectKind;
  /**
   * Probe; `gaussian` has sigma N/8 and a phase of 2 rad at 2 sigma, `curved` (a defocused beam)
   * sigma 3N/16 and 12 rad, `aberrated` the same width with defocus, astigmatism, coma, trefoil.
   */
  readonly probe: ProbeKind;
  /** Scan. */
  readonly scan: ScanKind;
  /** Side of a pattern, px: a power of two of at least 8. */
  readonly N: number;
  /** Positions. */
  readonly count: number;
  /** Photons of the mean pattern. */
  readonly nphotons: number;
  /** Linear overlap of the probes, 0 to below 1; sets the size of the object unless that is given. */
  readonly overlap: number;
  /** Side of the object, px; null follows from the overlap. */
  readonly objectSide?: number | null;
  /** Round positions to whole pixels. */
  readonly integerPositions?: boolean;
  /** Seed of object and scan. */
  readonly seed: number;
}

/** Arrays of a simulated experiment: the pattern at a position is Poisson(|FFT(probe x patch)|^2), orthonormal. */
export interface Experiment {
  /** Object. */
  readonly object: ComplexImage;
  /** Probe in count units. */
  readonly probe: Probe;
  /** (P, 2) patch centres (y, x), px. */
  readonly positions: Float64Array;
  /** Linear overlap reached. */
  readonly overlap: number;
}

/**
 * Makes object, scan and probe.
 *
 * @throws {RangeError} if sizes do not fit together.
 */
export function makeExperiment(options: ExperimentOptions): Experiment {
  const { N, seed } = options;
  if (!Number.isInteger(N) || N < 8 || (N & (N - 1)) !== 0) {
    throw new RangeError(`Cannot simulate patterns of ${N} x ${N}: use a power of two from 8`);
  }
  const shape = options.probe === "disk"
    ? diskProbe(N)
    : options.probe === "gaussian"
    ? gaussianProbe(N, N / 8, 2)
    : options.probe === "curved"
    ? gaussianProbe(N, 3 * N / 16, 12)
    : options.probe === "aberrated"
    ? aberratedProbe(N)
    : defaultProbe(N);
  const diameter = effectiveDiameter(shape);
  const side = options.objectSide ?? sideForOverlap(options.count, diameter, options.overlap, N);
  const object = makeObject(options.object, side, side, seed);
  const positions = makeScan({ height: side, width: side, N }, {
    kind: options.scan,
    count: options.count,
    seed,
    integer: options.integerPositions ?? false,
  });
  return {
    object,
    positions,
    probe: probeInCounts(shape, object, positions, options.nphotons),
    overlap: overlapRatio(positions, diameter),
  };
}
