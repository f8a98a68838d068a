/**
 * What every result says about how it was made.
 *
 * @module
 */
import type { AuditEntry, Source } from "../config/resolution/audit.ts";
import type { Gpu } from "../gpu/device.ts";
import { VERSION } from "../version.ts";

/** Sources that no one stated. */
const UNSTATED: readonly Source[] = ["default", "fixed"];

/** What a resolved configuration adds to the record. */
export interface Resolved {
  /** Canonical configuration. */
  readonly config: unknown;
  /** How the object was reassembled, of a reconstruction. */
  readonly inference?: unknown;
  /** Execution configuration; kept apart from it. */
  readonly execution: unknown;
  /** Source of every value, with the weaker values it replaced. */
  readonly audit: readonly AuditEntry[];
}

/**
 * Command, arguments, versions and adapter of a run; nothing that changes from run to run.
 *
 * @param resolved Configuration and its audit, where the command has one.
 */
export function runRecord(
  command: string,
  gpu: Gpu,
  resolved?: Resolved,
): Record<string, unknown> {
  return {
    program: "ptychogpu",
    version: VERSION,
    command,
    argv: Deno.args,
    ...(resolved === undefined ? {} : {
      config: resolved.config,
      ...(resolved.inference === undefined ? {} : { inference: resolved.inference }),
      execution: resolved.execution,
      overrides_applied: resolved.audit.filter((row) => !UNSTATED.includes(row.source)),
      audit: resolved.audit,
    }),
    deno: Deno.version.deno,
    platform: `${Deno.build.os} ${Deno.build.arch}`,
    adapter: gpu.adapter,
  };
}
