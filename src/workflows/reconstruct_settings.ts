/**
 * What an iterative reconstruction is told, starts from and reports.
 *
 * @module
 */
import type { ConstraintOptions } from "../engines/constraints.ts";
import { NO_REFINEMENT, type RefineOptions } from "../engines/refine.ts";
import {
  defaultSettings,
  type EngineName,
  type EngineSettings,
  rpieProbeStep,
} from "../engines/settings.ts";
import type { PlacedObject, ProbeStart } from "../engines/start.ts";
import type { ReconstructCheckpoint } from "./reconstruct_checkpoint.ts";

/** Everything a reconstruction is told. */
export interface ReconstructSettings extends EngineSettings, ConstraintOptions, RefineOptions {
  /** Kind of starting probe. */
  readonly probeStart: ProbeStart;
  /** Diameter of a made probe, px; undefined is N / 4. */
  readonly probeDiameter: number | undefined;
  /** K; undefined keeps the modes of the starting probe. */
  readonly modes: number | undefined;
  /** Width of random starting phases, rad; 0 starts from ones. */
  readonly randomPhase: number;
  /** Sweeps without a better error after which a run stops; 0 never stops it. */
  readonly patience: number;
  /** Relative improvement of the best error that counts. */
  readonly minImprovement: number;
  /** Free pixels around the canvas. */
  readonly margin: number;
}

/** What else a run may start from. */
export interface ReconstructInputs {
  /** (N, N) or (P, N, N), 0 where a detector pixel is not valid. */
  readonly mask?: Uint8Array | undefined;
  /** An object to start from, of another reconstruction or a network. */
  readonly object?: PlacedObject | undefined;
  /** (K, N, N) interleaved complex: a probe to start from, instead of the kind in the settings. */
  readonly probe?: Float32Array | undefined;
  /** Bytes of patterns that kernels see at once; default what one binding of the device holds. */
  readonly bindingBytes?: number | undefined;
  /** Goes on from here. */
  readonly resume?: ReconstructCheckpoint | undefined;
  /** Stops the run after the sweep that is going on. */
  readonly signal?: AbortSignal | undefined;
  /** Called often with (patterns of this sweep done, patterns). */
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
}

/** One sweep is done. */
export interface SweepEvent {
  /** Tells events apart. */
  readonly kind: "sweep";
  /** Sweeps done. */
  readonly sweep: number;
  /** sum (|Psi| - sqrt I)^2 / sum I over the sweep. */
  readonly error: number;
  /** Lowest error so far. */
  readonly best: number;
  /** Seconds of this sweep. */
  readonly seconds: number;
  /** Estimated seconds to the end. */
  readonly secondsLeft: number;
}

/** Something to tell the user. */
export interface NoteEvent {
  /** Tells events apart. */
  readonly kind: "note";
  /** One line. */
  readonly message: string;
}

/** Counters of a run. */
export interface ReconstructProgress {
  /** Sweeps done. */
  readonly sweep: number;
  /** Lowest error and the sweep that had it. */
  readonly best: number;
  /** Sweep of the lowest error, from 1. */
  readonly bestSweep: number;
  /** Error that patience is measured from, and the sweeps since. */
  readonly mark: number;
  /** Sweeps since then. */
  readonly stale: number;
  /** Error of every sweep. */
  readonly errors: readonly number[];
  /** Power the probe is kept at. */
  readonly power: number;
}

/**
 * Settings of an engine as the command line has them without flags, with some changed.
 *
 * A canvas whose positions will be corrected gets room for that, unless `margin` is given.
 */
export function reconstructionSettings(
  engine: EngineName,
  changes: Partial<Omit<ReconstructSettings, "engine">> = {},
): ReconstructSettings {
  const batch = changes.batch ?? defaultSettings(engine).batch;
  const made = {
    ...defaultSettings(engine),
    ...(engine === "rpie" ? { probeStep: rpieProbeStep(batch) } : {}),
    ...NO_REFINEMENT,
    power: false,
    support: undefined,
    centre: false,
    probeStart: "file" as const,
    probeDiameter: undefined,
    modes: undefined,
    randomPhase: 0,
    patience: 20,
    minImprovement: 1e-4,
    margin: 1,
    ...changes,
  };
  const room = made.positionCorrection === "none" ? 1 : Math.ceil(made.positionLimit) + 1;
  return { ...made, margin: changes.margin ?? room };
}
