/**
 * What a scan file holds, and which array plays which part.
 *
 * @module
 */
import { type DType, isComplex, type NdArray } from "../array.ts";
import type { NpzLike } from "../scan/dataset.ts";
import { DIFFRACTION_KEYS } from "../scan/layout.ts";
import type { Findings } from "./finding.ts";

/** One array of a file. */
export interface ArrayEntry {
  /** Name. */
  readonly key: string;
  /** Length of each axis; undefined if the array cannot be read. */
  readonly shape?: readonly number[];
  /** Element type; undefined if the array cannot be read. */
  readonly dtype?: DType;
  /** Why it cannot be read. */
  readonly error?: string;
}

/** A part that an array plays in a scan. */
export type Part = "diffraction" | "xcoords" | "ycoords" | "probeGuess" | "objectGuess";

/** Reads the headers of all arrays; what cannot be read is listed with the reason. */
export async function listArrays(npz: NpzLike): Promise<ArrayEntry[]> {
  const entries: ArrayEntry[] = [];
  for (const key of npz.keys) {
    try {
      const { shape, dtype } = await npz.header(key);
      entries.push({ key, shape, dtype });
    } catch (error) {
      entries.push({ key, error: error instanceof Error ? error.message : String(error) });
    }
  }
  return entries;
}

/** Whole numbers, real or complex: anything but text and what cannot be read. */
function numeric(entry: ArrayEntry): entry is ArrayEntry & { shape: number[]; dtype: DType } {
  return entry.shape !== undefined && entry.dtype !== undefined && entry.dtype !== "str";
}

/**
 * Which array plays which part: by its name, or else by its shape, which is a finding.
 *
 * @returns the key of each part that was found.
 */
export function assignParts(
  entries: readonly ArrayEntry[],
  findings: Findings,
): Partial<Record<Part, string>> {
  const parts: Partial<Record<Part, string>> = {};
  const known = (key: string): boolean => entries.some((e) => e.key === key && numeric(e));
  const named = DIFFRACTION_KEYS.find(known);
  const stacks = entries.filter((e) =>
    numeric(e) && !isComplex(e.dtype) && e.shape.length >= 3 && e.shape.every((n) => n > 0)
  );
  const size = (e: ArrayEntry): number => e.shape!.reduce((product, n) => product * n, 1);
  const stack = named ?? [...stacks].sort((a, b) => size(b) - size(a))[0]?.key;
  if (stack !== undefined) parts.diffraction = stack;
  missing(findings, "diffraction", named, stack, "the patterns as (P, N, N) amplitudes", entries);
  if (DIFFRACTION_KEYS.every(known)) {
    findings.add(
      "note",
      "two_stacks",
      DIFFRACTION_KEYS[0],
      `the file holds ${DIFFRACTION_KEYS.join(" and ")}: ${named} is used`,
      "remove the other one if it is not a copy",
    );
  }
  for (const key of ["xcoords", "ycoords"] as const) {
    if (known(key)) parts[key] = key;
    else missing(findings, key, undefined, undefined, "one coordinate a pattern, px", entries);
  }
  const fields = entries.filter((e) => numeric(e) && isComplex(e.dtype) && e.shape.length >= 2);
  const probe = known("probeGuess")
    ? "probeGuess"
    : fields.find((e) => /prob|illum/i.test(e.key))?.key;
  if (probe !== undefined) parts.probeGuess = probe;
  missing(
    findings,
    "probeGuess",
    known("probeGuess") ? probe : undefined,
    probe,
    "the probe as (N, N) complex64",
    entries,
  );
  if (known("objectGuess")) parts.objectGuess = "objectGuess";
  for (const entry of entries) {
    if (entry.error !== undefined && entry.key !== "_metadata") {
      findings.add(
        entry.key in NEEDED ? "problem" : "note",
        "unreadable_array",
        entry.key,
        entry.error,
        "save it as a plain numeric array",
      );
    }
  }
  return parts;
}

const NEEDED: Readonly<Record<string, true>> = {
  diffraction: true,
  diff3d: true,
  xcoords: true,
  ycoords: true,
  probeGuess: true,
};

function missing(
  findings: Findings,
  key: string,
  named: string | undefined,
  instead: string | undefined,
  what: string,
  entries: readonly ArrayEntry[],
): void {
  if (named !== undefined || entries.some((e) => e.key === key && e.error !== undefined)) return;
  findings.add(
    "problem",
    `missing_${key.toLowerCase()}`,
    key,
    `there is no ${key}` + (instead === undefined ? "" : `; ${instead} has its shape`),
    instead === undefined ? `store ${what}` : `rename ${instead} to ${key}`,
  );
}

/** Reads an array, or notes why that failed. */
export async function readLeniently(
  npz: NpzLike,
  key: string | undefined,
  findings: Findings,
): Promise<NdArray | undefined> {
  if (key === undefined) return undefined;
  try {
    return await npz.read(key);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    findings.add("problem", "unreadable_array", key, why, "copy or save the file again");
    return undefined;
  }
}
