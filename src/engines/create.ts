/**
 * From settings to an engine.
 *
 * @module
 */
import { AdamEngine } from "./adam.ts";
import { LsqmlEngine } from "./lsqml.ts";
import { PieEngine } from "./pie.ts";
import { ProjectionEngine } from "./projection.ts";
import type { EngineSettings } from "./settings.ts";
import { SlicedEngine } from "./slices.ts";
import type { Engine, EngineState } from "./state.ts";

/** What an engine reports while it runs. */
export interface EngineHooks {
  /** Called after each block of a sweep with (visits done, visits in all). */
  readonly onBlock?: (done: number, all: number) => void;
}

/** Makes the engine that settings ask for. */
export function createEngine(
  state: EngineState,
  settings: EngineSettings,
  hooks: EngineHooks = {},
): Engine {
  const { batch, order, seed, momentum } = settings;
  const objectStart = settings.objectStartSweep - 1;
  const probeStart = settings.probeStartSweep === 0 ? Infinity : settings.probeStartSweep - 1;
  const visiting = { batch, order, seed, onBlock: hooks.onBlock };
  const noise = settings.noise === "poisson" ? "poisson" : "amplitude";
  const { slices, near, components, engine } = settings;
  const general = slices !== undefined || near !== undefined || components > 0;
  if (general && (engine === "epie" || engine === "lsqml" || engine === "adam")) {
    return new SlicedEngine(state, {
      method: engine,
      slices: slices?.count ?? 1,
      field: slices?.field,
      near,
      components,
      batch,
      seed,
      objectStep: settings.objectStep,
      probeStep: settings.probeStep,
      damping: settings.objectDamping,
      objectStart,
      probeStart,
      noise: settings.noise,
    });
  }
  switch (settings.engine) {
    case "dm":
    case "raar":
      return new ProjectionEngine(state, {
        method: settings.engine,
        beta: settings.beta,
        near,
        probeStart,
      });
    case "lsqml":
      return new LsqmlEngine(state, {
        ...visiting,
        objectStep: settings.objectStep,
        probeStep: settings.probeStep,
        damping: settings.objectDamping,
        objectStart,
        probeStart,
        noise,
        momentum,
      });
    case "adam":
      return new AdamEngine(state, {
        ...visiting,
        objectStep: settings.objectStep,
        probeStep: settings.probeStep,
        objectStart,
        probeStart,
        noise: settings.noise,
        sweeps: settings.sweeps,
      });
    default:
      return new PieEngine(state, {
        ...visiting,
        name: settings.engine,
        object: { alpha: settings.objectDamping, beta: settings.objectStep },
        probe: { alpha: settings.probeDamping, beta: settings.probeStep },
        objectStart,
        probeStart,
        noise,
        momentum,
      });
  }
}
