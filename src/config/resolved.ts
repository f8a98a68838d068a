/**
 * A run whose configuration is resolved: every field known, checked and frozen.
 *
 * Loaders, models and the trainer take nothing else (CONFIG-001): an object that merely looks like
 * a configuration has not been through the checks, and the compiler and {@linkcode assertResolved}
 * refuse it.
 *
 * @module
 */
import { ConfigError } from "../errors.ts";
import type { ModelConfig, TrainingConfig } from "./types.ts";

/** `recommended` reconstructs well, `reference` is the original system number for number. */
export type Preset = "recommended" | "reference";

/** Model and training configuration of a run. */
export interface RunConfig {
  /** The preset it started from. */
  readonly preset: Preset;
  /** Network and physics. */
  readonly model: ModelConfig;
  /** Training. */
  readonly training: TrainingConfig;
}

const KEY: unique symbol = Symbol("resolved");

/** A resolved configuration; made by `resolveRun`, `createTrainingPayload` and `restoreRun` only. */
export class ResolvedRun implements RunConfig {
  /** The preset it started from. */
  readonly preset: Preset;
  /** Network and physics. */
  readonly model: ModelConfig;
  /** Training. */
  readonly training: TrainingConfig;
  #resolved = true;

  /** Not for callers: use `resolveRun`. */
  constructor(parts: RunConfig, key: symbol) {
    if (key !== KEY) {
      throw new ConfigError(
        "Cannot make a configuration by hand as it is unchecked: use resolveRun",
      );
    }
    this.preset = parts.preset;
    this.model = parts.model;
    this.training = parts.training;
    deepFreeze(this);
  }

  /** Whether an object is a resolved configuration. */
  static is(value: unknown): value is ResolvedRun {
    return typeof value === "object" && value !== null && #resolved in value;
  }

  /** The same with what the data or the device dictate: N and the batch that fits. */
  fitted(change: { readonly N?: number; readonly batch_size?: number }): ResolvedRun {
    const { N, batch_size } = change;
    return new ResolvedRun({
      preset: this.preset,
      model: N === undefined ? this.model : { ...this.model, N },
      training: batch_size === undefined ? this.training : { ...this.training, batch_size },
    }, KEY);
  }
}

/** Seals checked parts. Internal: the callers are the functions that check. */
export function sealRun(parts: RunConfig): ResolvedRun {
  return new ResolvedRun(parts, KEY);
}

/** Refuses a configuration that was not resolved. @throws {ConfigError} if it was not. */
export function assertResolved(config: unknown, doing: string): asserts config is ResolvedRun {
  if (ResolvedRun.is(config)) return;
  throw new ConfigError(
    `Cannot ${doing} as the configuration is not resolved: pass what resolveRun, ` +
      "createTrainingPayload or a loaded model gives",
  );
}

/** Freezes an object and all it holds. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
    for (const part of Object.values(value)) deepFreeze(part);
    Object.freeze(value);
  }
  return value;
}
