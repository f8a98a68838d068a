/**
 * Variables of Mesa's software driver, set before an adapter is opened. Other drivers do not read them,
 * and results are the same to the last bit with and without, but for transforms beside minimal filters
 * (docs/decisions.md, 28).
 *
 * - Long vectors. The driver computes with 256 bits unless its environment asks for more. With 512, on
 *   an AMD Zen 5, convolutions are about a fifth faster and engines that keep lines in registers a
 *   twentieth; all other engines are a little slower. On an Intel Xeon they were slower at everything,
 *   engines twice as slow: it stalls where a store of 512 bits is read again in smaller parts, and
 *   every store of the driver's code is made of such reads.
 * - Threads. Where patterns come one by one a dispatch is so short that waking the driver's threads
 *   costs more than they save. In batches twice as many as cores are quicker on two cores: the driver
 *   cuts a dispatch into one piece a thread, and smaller pieces wait less for each other.
 *
 * @module
 */
import { join } from "node:path";
import { PASS_SIZE } from "../engines/pass_forms.ts";
import type { EngineName } from "../engines/settings.ts";

/** Variable with the number of threads; 0 computes where the commands are read. */
const THREADS = "LP_NUM_THREADS";
/** Variable with the bits of a vector. */
const WIDTH = "LP_NATIVE_VECTOR_WIDTH";
/** Folder of the driver's compiled shaders. */
const CACHE = "MESA_SHADER_CACHE_DIR";
/** What the driver's code for such vectors needs of a processor. */
const NEEDED = ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"];
/** First family of processors of which long vectors were measured to be quicker: Zen 5. */
const QUICK = { vendor: "AuthenticAMD", family: 26 };

/**
 * Variables to set before an adapter is opened; none if the width is chosen already, or if the
 * processor has no such vectors or is slower with them.
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
  const entry = (name: string): string =>
    new RegExp(`^${name}\\s*:(.*)$`, "m").exec(processor)?.[1].trim() ?? "";
  const flags = new Set(entry("flags").split(/\s+/));
  const quick = entry("vendor_id") === QUICK.vendor && Number(entry("cpu family")) >= QUICK.family;
  if (!quick || !NEEDED.every((flag) => flags.has(flag))) return {};
  const { HOME, XDG_CACHE_HOME } = variables;
  const root = variables[CACHE] || XDG_CACHE_HOME || (HOME ? join(HOME, ".cache") : undefined);
  if (root === undefined) return {};
  return { [WIDTH]: "512", [CACHE]: join(root, "ptychogpu", "vectors-512") };
}

/** What a command is going to do. */
export type Workload = "network" | EngineWork;

/** A reconstruction by an iterative engine. */
export interface EngineWork {
  /** Name of the engine. */
  readonly engine: EngineName;
  /** N. */
  readonly size: number;
  /** Modes of the probe. */
  readonly modes: number;
  /** Patterns in a batch. */
  readonly batch: number;
  /** True for thin objects in the far field at known positions: projections and updates, nothing else. */
  readonly plain: boolean;
}

/** Engines that project with lines in registers. */
const PROJECTING: readonly EngineName[] = ["epie", "rpie", "lsqml"];
/** Largest N for which dispatches are short. */
const SHORT = 128;
/** Processors up to which twice as many threads were measured to be quicker. */
const FEW = 2;

/** Variables to set for a workload. */
export function driverVariables(
  workload: Workload,
  variables: Readonly<Record<string, string | undefined>>,
  processor: string,
): Readonly<Record<string, string>> {
  if (workload === "network") return longVectors(variables, processor);
  const { engine, size, modes, plain } = workload;
  if (!plain || !PROJECTING.includes(engine)) return {};
  const threads = variables[THREADS] ?? wantedThreads(workload, processor);
  return {
    ...(modes === 1 && size === PASS_SIZE ? longVectors(variables, processor) : {}),
    ...(threads === undefined || threads === variables[THREADS] ? {} : { [THREADS]: threads }),
  };
}

function wantedThreads({ size, batch }: EngineWork, processor: string): string | undefined {
  if (size > SHORT) return undefined;
  if (batch === 1) return "0";
  const cores = processor.match(/^processor\s*:/gm)?.length ?? 0;
  return cores > 1 && cores <= FEW ? String(2 * cores) : undefined;
}

/** Sets the driver up for a workload; call it before an adapter is opened. */
export function prepareDriver(workload: Workload): void {
  if (Deno.build.os !== "linux") return;
  try {
    const processor = Deno.readTextFileSync("/proc/cpuinfo");
    const wanted = driverVariables(workload, Deno.env.toObject(), processor);
    // The driver makes no folders on the way to its own, and would compile everything every time.
    if (wanted[CACHE] !== undefined) Deno.mkdirSync(wanted[CACHE], { recursive: true });
    for (const [name, value] of Object.entries(wanted)) Deno.env.set(name, value);
  } catch {
    // Where we may not look, or write no folder, the driver keeps its own choice.
  }
}
