/**
 * Identity of a simulation: the SHA-256 of its complete recipe.
 *
 * @module
 */
import type { Recipe } from "./recipe.ts";

/** Changes whenever the same recipe gives other arrays. */
export const GENERATOR = "ptychogpu-simulation/2";

/** SHA-256 of files that a recipe names, as hex. */
export interface FileHashes {
  /** Of `object.file`. */
  readonly object?: string;
  /** Of `probe.file`. */
  readonly probe?: string;
}

/**
 * SHA-256 of a recipe in canonical form: all fields with their defaults, keys sorted, files replaced
 * by the hash of their content. Order, spelling of numbers and paths therefore do not matter.
 *
 * @returns 64 hex digits.
 */
export function recipeIdentity(recipe: Recipe, files: FileHashes = {}): Promise<string> {
  const bare = {
    ...recipe,
    object: { ...recipe.object, file: files.object ?? recipe.object.file },
    probe: { ...recipe.probe, file: files.probe ?? recipe.probe.file },
  };
  return sha256(new TextEncoder().encode(canonicalJson({ generator: GENERATOR, recipe: bare })));
}

/** SHA-256 of bytes, as 64 hex digits. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** JSON with sorted keys and no spaces. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}
