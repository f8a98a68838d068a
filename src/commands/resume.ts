/**
 * Going on from the checkpoint of an earlier run: its configuration stays in force.
 *
 * @module
 */
import { join } from "node:path";
import { restoreRun } from "../config/presets.ts";
import { LOOP_FIELDS } from "../config/registry/execution.ts";
import { fieldOf } from "../config/registry/registry.ts";
import type { AuditEntry } from "../config/resolution/audit.ts";
import type { TrainingPayload } from "../config/resolution/payload.ts";
import type { ResolvedRun } from "../config/resolved.ts";
import type { ExecutionConfig } from "../config/types.ts";
import { ConfigError } from "../errors.ts";
import type { Checkpoint } from "../workflows/checkpoint.ts";
import { CHECKPOINT_FILE, loadCheckpoint } from "./train_folder.ts";

/** What a run computes with: fresh or resumed. */
export interface RunSettings {
  /** Network, physics, training. */
  readonly config: ResolvedRun;
  /** Machine, loop, records; the loop's fields agree with `config`. */
  readonly execution: ExecutionConfig;
  /** Source of every value that is in force. */
  readonly audit: readonly AuditEntry[];
  /** State to go on from. */
  readonly resume: Checkpoint | undefined;
}

/** Settings of a run that starts from scratch. */
export function freshSettings(payload: TrainingPayload): RunSettings {
  const { run: config, execution, audit } = payload;
  return { config, execution, audit, resume: undefined };
}

/**
 * Settings of a run that goes on: those of the checkpoint; only its length may be stated anew, and
 * where and how it is executed.
 *
 * @throws {ConfigError} if there is nothing to go on from, or another value is stated.
 */
export async function resumedSettings(payload: TrainingPayload): Promise<RunSettings> {
  const resume = await loadCheckpoint(join(payload.files.output_dir, CHECKPOINT_FILE));
  if (resume.progress === undefined) {
    throw new ConfigError("Cannot resume as the checkpoint holds no training state");
  }
  const config = resumedConfig(resume.config, payload);
  const { learning_rate, accum_steps, early_stop_patience } = config.training;
  return {
    config,
    execution: { ...payload.execution, learning_rate, accum_steps, early_stop_patience },
    audit: resumedAudit(config, payload),
    resume,
  };
}

/** Why a run has nothing left to do; undefined if it has. */
export function doneBefore({ config, resume }: RunSettings): string | undefined {
  const progress = resume?.progress;
  if (progress === undefined) return undefined;
  const { nepochs, early_stop_patience } = config.training;
  if (progress.epoch >= nepochs) {
    return `complete: all ${nepochs} epochs were done before; raise --nepochs to go on`;
  }
  return progress.stale >= early_stop_patience
    ? `complete: stopped early before, after ${progress.epoch} epochs; start a new run to go on`
    : undefined;
}

function resumedConfig(saved: ResolvedRun, payload: TrainingPayload): ResolvedRun {
  const before = valuesOf(saved);
  for (const { field, owner, source, value } of payload.audit) {
    const stated = ["override", "flag", "file", "profile"].includes(source);
    // A profile counts by the values it brings, not by its name.
    if (!stated || !isScience(field, owner) || field === "nepochs" || field === "profile") continue;
    if (before[field] === value) continue;
    throw new ConfigError(
      `Cannot resume with another ${field}: only nepochs may change, or start a new run`,
    );
  }
  const nepochs = payload.audit.find((row) => row.field === "nepochs");
  if (nepochs === undefined || nepochs.source === "default") return saved;
  return restoreRun({
    ...saved,
    training: { ...saved.training, nepochs: payload.run.training.nepochs },
  });
}

/** The audit with the values of the checkpoint, which no command line can change. */
function resumedAudit(config: ResolvedRun, payload: TrainingPayload): AuditEntry[] {
  const values = valuesOf(config);
  return payload.audit.map((row) => {
    const { field, owner, source } = row;
    if (!isScience(field, owner) || !(field in values)) return row;
    if (field === "nepochs" && source !== "default") return row;
    const value = values[field];
    const overridden = source === "default" ? [{ value: row.value, source }] : [];
    return { ...row, value, source: "checkpoint", overridden };
  });
}

function valuesOf(run: ResolvedRun): Record<string, AuditEntry["value"]> {
  return { ...run.model, ...run.training, preset: run.preset };
}

/** Whether a field belongs to what a checkpoint fixes. */
function isScience(field: string, owner: string): boolean {
  const loop: readonly string[] = LOOP_FIELDS;
  return (owner === "model" || owner === "training" || loop.includes(field)) &&
    fieldOf(field)?.type !== "text";
}
