/**
 * What an inspection found wrong or worth knowing.
 *
 * @module
 */

/**
 * Kinds of findings; the name is stable, so that programs can look for it.
 *
 * `problem` stops training or spoils it, `warning` needs a look, `note` is good to know.
 */
export type Severity = "problem" | "warning" | "note";

/** One finding with its remedy. */
export interface Finding {
  /** Stable name, in snake_case. */
  readonly id: string;
  /** How bad it is. */
  readonly severity: Severity;
  /** The array concerned. */
  readonly array: string;
  /** What was found, in numbers where there are any. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

const ORDER: readonly Severity[] = ["problem", "warning", "note"];

/** A list of findings in the making. */
export class Findings {
  #list: Finding[] = [];

  /** Adds one. */
  add(severity: Severity, id: string, array: string, message: string, remedy: string): void {
    this.#list.push({ id, severity, array, message, remedy });
  }

  /** True if a finding of that name was added. */
  has(id: string): boolean {
    return this.#list.some((finding) => finding.id === id);
  }

  /** All findings, the worst first, otherwise in the order they were added. */
  sorted(): readonly Finding[] {
    return ORDER.flatMap((severity) => this.#list.filter((f) => f.severity === severity));
  }
}
