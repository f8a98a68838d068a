/**
 * Long vectors for Mesa's software adapter.
 *
 * The driver computes with vectors of 256 bits unless its environment asks for more. On processors
 * with vectors of 512 bits our convolutions are about a fifth faster with them, iterative engines a tenth
 * slower; results are the same to the last bit. Other drivers do not read these variables.
 *
 * @module
 */
import { join } from "node:path";

/** Variable with the bits of a vector. */
const WIDTH = "LP_NATIVE_VECTOR_WIDTH";
/** Folder of the driver's compiled shaders. */
const CACHE = "MESA_SHADER_CACHE_DIR";
/** What the driver's code for such vectors needs of a processor. */
const NEEDED = ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"];

/**
 * Variables to set before an adapter is opened; none if the width is chosen already, or if the
 * processor has no such vectors.
 *
 * The driver's cache does not tell widths apart, so shaders of this width get a folder of their own.
 *
 * @param variables the environment.
 * @param processor text of `/proc/cpuinfo`.
 */
export function longVectors(
  variables: Readonly<Record<string, string | undefined>>,
  processor: string,
): Readonly<Record<string, string>> {
  if (variables[WIDTH] !== undefined) return {};
  const flags = new Set(/^flags\s*:(.*)$/m.exec(processor)?.[1].trim().split(/\s+/));
  if (!NEEDED.every((flag) => flags.has(flag))) return {};
  const { HOME, XDG_CACHE_HOME } = variables;
  const root = variables[CACHE] || XDG_CACHE_HOME || (HOME ? join(HOME, ".cache") : undefined);
  if (root === undefined) return {};
  return { [WIDTH]: "512", [CACHE]: join(root, "ptychogpu", "vectors-512") };
}

/** Asks the driver for long vectors where that helps; call it before an adapter is opened. */
export function useLongVectors(): void {
  if (Deno.build.os !== "linux") return;
  try {
    const processor = Deno.readTextFileSync("/proc/cpuinfo");
    const wanted = longVectors(Deno.env.toObject(), processor);
    if (wanted[CACHE] === undefined) return;
    // The driver makes no folders on the way to its own, and would compile everything every time.
    Deno.mkdirSync(wanted[CACHE], { recursive: true });
    for (const [name, value] of Object.entries(wanted)) Deno.env.set(name, value);
  } catch {
    // Where we may not look, or write no folder, the driver keeps its own choice.
  }
}
