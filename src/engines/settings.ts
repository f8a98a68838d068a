/**
 * Settings of the engines, their defaults and checks.
 *
 * The defaults are chosen so that long runs level off: full steps of both object and probe make
 * each correct the whole residual, and power creeps from one to the other.
 *
 * @module
 */
import { ConfigError } from "../errors.ts";
import type { Subpixel } from "./state.ts";
import type { NearField } from "../physics/propagate.ts";
import type { BatchOrder } from "./batches.ts";

/** Engines. */
export const ENGINES = ["epie", "rpie", "lsqml", "adam", "dm", "raar"] as const;
/** Name of an engine. */
export type EngineName = (typeof ENGINES)[number];

/** Noise models. */
export const NOISE_MODELS = ["amplitude", "intensity", "poisson"] as const;
/** A noise model. */
export type NoiseModel = (typeof NOISE_MODELS)[number];

/** What an engine is told. */
export interface EngineSettings {
  /** Engine. */
  readonly engine: EngineName;
  /** Patterns that change the object together. */
  readonly batch: number;
  /** How batches are made. */
  readonly order: BatchOrder;
  /** Factor of the object step; learning rate of Adam. */
  readonly objectStep: number;
  /** Factor of the probe step; learning rate of Adam, relative to the size of the probe. */
  readonly probeStep: number;
  /** alpha of the object: 1 divides by the largest illumination, less by the local one. */
  readonly objectDamping: number;
  /** alpha of the probe. */
  readonly probeDamping: number;
  /** Sweep, from 1, that changes the object first. */
  readonly objectStartSweep: number;
  /** Sweep, from 1, that changes the probe first; 0 keeps the probe. */
  readonly probeStartSweep: number;
  /** Friction of the momentum, 0 for none. */
  readonly momentum: number;
  /** Noise model. */
  readonly noise: NoiseModel;
  /** What is moved by fractions of a pixel: the probe, exactly, or the object, by interpolation. */
  readonly subpixel: Subpixel;
  /** Seed. */
  readonly seed: number;
  /** Sweeps of the whole run, for engines that lower their steps towards the end. */
  readonly sweeps: number;
  /** Strength of RAAR. */
  readonly beta: number;
  /** Slices of the object and the way from one to the next, m; undefined for a thin object. */
  readonly slices: { readonly count: number; readonly field: NearField } | undefined;
  /** Components by which the probe varies from pattern to pattern. */
  readonly components: number;
  /** Way to a detector in the near field, m; undefined for the far field. */
  readonly near: NearField | undefined;
}

type Tuned = Pick<
  EngineSettings,
  "batch" | "objectStep" | "probeStep" | "objectDamping" | "probeDamping" | "probeStartSweep"
>;

/** Values that differ between engines. */
export const ENGINE_DEFAULTS: Readonly<Record<EngineName, Tuned>> = {
  epie: {
    batch: 1,
    objectStep: 0.5,
    probeStep: 0.1,
    objectDamping: 1,
    probeDamping: 1,
    probeStartSweep: 2,
  },
  rpie: {
    batch: 16,
    objectStep: 0.5,
    probeStep: 1,
    objectDamping: 0.1,
    probeDamping: 1,
    probeStartSweep: 2,
  },
  lsqml: {
    batch: 32,
    objectStep: 0.9,
    probeStep: 0.9,
    objectDamping: 0.1,
    probeDamping: 0.1,
    probeStartSweep: 2,
  },
  adam: {
    batch: 32,
    objectStep: 0.05,
    probeStep: 0.005,
    objectDamping: 1,
    probeDamping: 1,
    probeStartSweep: 2,
  },
  // Projections use all patterns at once and make no steps.
  dm: {
    batch: 1,
    objectStep: 1,
    probeStep: 1,
    objectDamping: 1,
    probeDamping: 1,
    probeStartSweep: 3,
  },
  raar: {
    batch: 1,
    objectStep: 1,
    probeStep: 1,
    objectDamping: 1,
    probeDamping: 1,
    probeStartSweep: 3,
  },
};

/**
 * Probe step of rPIE: a batch changes the probe once, so it may go as far as ten visits of 0.1 do;
 * larger steps than 0.1 of single visits diverge within 200 sweeps.
 */
export function rpieProbeStep(batch: number): number {
  return Math.min(1, 0.1 * batch);
}

/** Defaults of an engine. */
export function defaultSettings(engine: EngineName): EngineSettings {
  return {
    engine,
    ...ENGINE_DEFAULTS[engine],
    order: "random",
    objectStartSweep: 1,
    momentum: 0,
    noise: "amplitude",
    subpixel: "probe",
    seed: 0,
    sweeps: 60,
    beta: 0.75,
    slices: undefined,
    components: 0,
    near: undefined,
  };
}

/** Checks settings. @throws {ConfigError} if a combination has no meaning. */
export function checkSettings(s: EngineSettings): void {
  const fail = (message: string): never => {
    throw new ConfigError(message);
  };
  if (s.noise === "intensity" && s.engine !== "adam") {
    fail(
      `Cannot use the intensity noise model with ${s.engine}, which projects moduli: ` +
        "use --engine adam, or --noise poisson",
    );
  }
  if (s.engine === "epie" && s.objectDamping !== 1) {
    fail("Cannot damp ePIE as its damping is 1 by definition: use --engine rpie");
  }
  const general = ["epie", "lsqml", "adam"];
  if (s.slices !== undefined && !general.includes(s.engine)) {
    fail(`Cannot reconstruct slices with ${s.engine}: use --engine epie, lsqml or adam`);
  }
  if (s.components > 0 && !general.includes(s.engine)) {
    fail(`Cannot let the probe vary with ${s.engine}: use --engine epie, lsqml or adam`);
  }
  if (s.near !== undefined && s.engine === "rpie") {
    fail("Cannot use the near field with rpie: use --engine epie, lsqml, adam, dm or raar");
  }
  const thin = s.slices === undefined && s.near === undefined;
  if (s.subpixel === "object" && !(thin && ["epie", "rpie", "adam"].includes(s.engine))) {
    fail(
      `Cannot interpolate the object with ${s.engine}: use --engine epie, rpie or adam in the ` +
        "far field without slices, or --subpixel probe",
    );
  }
  if (s.momentum > 0 && s.engine === "adam") {
    fail("Cannot give Adam a momentum as it has its own: leave --momentum away");
  }
  if (!(s.momentum >= 0 && s.momentum < 1)) {
    fail(`Cannot use a momentum of ${s.momentum}: 0 to below 1 is possible`);
  }
  for (const [flag, alpha] of [["object", s.objectDamping], ["probe", s.probeDamping]] as const) {
    if (!(alpha > 0 && alpha <= 1)) fail(`--${flag}-damping is ${alpha}: above 0 to 1 is possible`);
  }
}
