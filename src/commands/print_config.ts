/**
 * A resolved configuration as people and programs read it.
 *
 * @module
 */
import { canonicalConfig } from "../config/bridge/canonical.ts";
import type { AuditEntry } from "../config/resolution/audit.ts";
import { type InferencePayload, TrainingPayload } from "../config/resolution/payload.ts";
import type { Statement } from "../config/resolution/statement.ts";
import { resolveWithoutData } from "../config/resolution/without_data.ts";
import type { Terminal } from "./host.ts";
import { showValue } from "./registry_flags.ts";

/** A payload as a table of (field, value, source), and as JSON. */
export function showPayload(payload: TrainingPayload | InferencePayload): [string, unknown] {
  const { files, data, execution, audit } = payload;
  const science = payload instanceof TrainingPayload
    ? { config: canonicalConfig(payload.run) }
    : { inference: payload.inference };
  return [auditTable(audit), { ...science, files, data, execution, audit }];
}

/** The audit as aligned text: stated values first name what they replaced. */
export function auditTable(audit: readonly AuditEntry[]): string {
  const rows = audit.filter((row) => row.source !== "fixed").map((row) => [
    `${row.owner}.${row.field}`,
    showValue(row.value),
    row.source,
    row.overridden.map((old) => `${old.source} ${showValue(old.value)}`).join(", "),
  ]);
  const head = ["field", "value", "source", "instead of"];
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i].length))
  );
  return [head, ...rows].map((row) =>
    row.map((cell, i) => i === 3 ? cell : cell.padEnd(widths[i])).join("  ").trimEnd()
  ).join("\n");
}

/** The same of a command line that names no data yet: side and photons of the data are unknown. */
export function showWithoutData(
  command: "train" | "infer",
  statement: Statement,
  terminal: Terminal,
): void {
  const audit = resolveWithoutData(command, statement, (line) => terminal.warn(line));
  terminal.warn("a file is not named: what data would say of N and photons is not known");
  terminal.result(auditTable(audit), { audit });
}
