/**
 * Default objects, for callers that resolve no payload.
 *
 * @module
 */
import { defaultsOf, ownedBy } from "../registry/registry.ts";
import type { ExecutionConfig } from "../types.ts";

/** Execution as the registry says, with some fields changed. */
export function defaultExecution(changes: Partial<ExecutionConfig> = {}): ExecutionConfig {
  const fields = ownedBy("execution").filter((f) => f.engine);
  const made = { ...defaultsOf(fields), ...changes };
  return Object.freeze(made) as unknown as ExecutionConfig;
}
