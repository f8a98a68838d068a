/**
 * Default objects, for callers that resolve no payload.
 *
 * @module
 */
import { defaultOf, defaultsOf, fieldsOf, ownedBy } from "../registry/registry.ts";
import type { FieldValue } from "../registry/types.ts";
import type { RunConfig } from "../resolved.ts";
import type { ExecutionConfig } from "../types.ts";
import { type AuditEntry, layered } from "./audit.ts";

/** Execution as the registry says, with some fields changed. */
export function defaultExecution(changes: Partial<ExecutionConfig> = {}): ExecutionConfig {
  const fields = ownedBy("execution").filter((f) => f.engine);
  const made = { ...defaultsOf(fields), ...changes };
  return Object.freeze(made) as unknown as ExecutionConfig;
}

/** Audit of a run that a program made without a payload: what differs from the preset is its override. */
export function auditOfRun(run: RunConfig, execution: ExecutionConfig): AuditEntry[] {
  const fields = fieldsOf("train"), stated: Record<string, FieldValue> = {};
  const values: Record<string, unknown> = { ...execution, ...run.model, ...run.training };
  for (const field of fields) {
    if (!(field.name in values)) continue;
    const value = values[field.name] as FieldValue;
    if (value !== defaultOf(field, run.preset)) stated[field.name] = value;
  }
  return layered(fields, [{ source: "override", values: stated }], run.preset).audit;
}
