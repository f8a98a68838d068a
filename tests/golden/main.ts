/**
 * Runs golden cases: numbers of the original system against ours.
 *
 *   deno task golden DIR [--slow] [--only WORD] [--accelerator auto|gpu|cpu]
 *
 * Prints one line a case (worst error relative to its tolerance, where) and `N passed, N failed`.
 */
import { parseArgs } from "node:util";
import { join } from "node:path";
import type { Accelerator } from "../../src/gpu/device.ts";
import { ConfigError } from "../../src/errors.ts";
import { FileSource } from "../../src/commands/files.ts";
import { openGpu, Terminal } from "../../src/commands/host.ts";
import { openNpz } from "../../src/io/npz.ts";
import type { CheckResult } from "./check.ts";
import { type GoldenCase, type GoldenContext, KINDS } from "./kinds.ts";
import { oneOf, Recorded, unexplained } from "./recorded.ts";

const USAGE = "usage: deno task golden DIR [--slow] [--only WORD] [--accelerator auto|gpu|cpu]";
const { values, positionals } = options();
const folder = positionals[0];
const cases = await readCases();

function options() {
  try {
    const read = parseArgs({
      allowPositionals: true,
      options: {
        slow: { type: "boolean" },
        only: { type: "string" },
        accelerator: { type: "string", default: "auto" },
        help: { type: "boolean" },
      },
    });
    if (read.values.help === true) {
      console.log(USAGE);
      Deno.exit(0);
    }
    if (read.positionals.length !== 1) throw new ConfigError(USAGE);
    oneOf(read.values.accelerator, ["auto", "gpu", "cpu"], "--accelerator");
    return read;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

/** Cases of the folder, each with a name, a kind, files, a configuration and tolerances. */
async function readCases(): Promise<GoldenCase[]> {
  const path = join(folder, "cases.json");
  try {
    const list = JSON.parse(await Deno.readTextFile(path));
    if (list?.format !== "ptychogpu-golden/1") throw new Error(`unknown format ${list?.format}`);
    if (!Array.isArray(list.cases)) throw new Error("it has no list of cases");
    return list.cases.map((item: Partial<GoldenCase>, i: number) => ({
      name: `case ${i}`,
      kind: "",
      files: {},
      config: {},
      tolerance: {},
      ...item,
    }));
  } catch (error) {
    return refuse(`Cannot read ${path}: ${error instanceof Error ? error.message : error}`);
  }
}

function refuse(message: string): never {
  console.error(`error: ${message}`);
  Deno.exit(2);
}

async function read(file: string): Promise<Recorded> {
  using source = await FileSource.open(join(folder, file));
  const npz = await openNpz(source);
  const arrays = new Recorded(file);
  for (const key of npz.keys) arrays.set(key, await npz.read(key));
  return arrays;
}

using gpu = await openGpu(
  { accelerator: values.accelerator as Accelerator },
  new Terminal({}),
  "network",
);
/** Roles of files of parameters: they may hold more than the network has. */
const PARAMETER_FILES = /^(weights|gradients|[a-z]+\d+)$/;
let passed = 0, failed = 0, skipped = 0;
for (const item of cases) {
  if (values.only !== undefined && !item.name.includes(values.only) && item.kind !== values.only) {
    continue;
  }
  if (item.slow === true && values.slow !== true) {
    console.log(`skip  ${item.name} (needs --slow)`);
    skipped++;
    continue;
  }
  const opened = new Map<string, Recorded>();
  const remembered = async (file: string): Promise<Recorded> => {
    if (!opened.has(file)) opened.set(file, await read(file));
    return opened.get(file)!;
  };
  const context: GoldenContext = { gpu, read: remembered, ...item };
  const start = performance.now();
  try {
    const kind = KINDS[item.kind];
    if (kind === undefined) throw new Error(`there is no runner for kind ${item.kind}`);
    const results = [...await kind(context)];
    results.push(...forgotten(item, opened));
    const worst = worstOf(results);
    const good = results.length > 0 && worst.ratio <= 1;
    if (good) passed++;
    else failed++;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(
      `${good ? "pass" : "FAIL"}  ${item.name} [${item.kind}]: worst ${worst.result.name} ` +
        `${worst.result.error.toExponential(2)} of ${worst.result.tolerance} ` +
        `(${results.length} checks, ${seconds} s)`,
    );
    if (!good) {
      for (const r of results.filter((r) => !(r.error <= r.tolerance))) {
        console.log(`      ${r.name}: ${r.error.toExponential(3)} exceeds ${r.tolerance}`);
      }
    }
  } catch (error) {
    failed++;
    console.log(
      `FAIL  ${item.name} [${item.kind}]: ${error instanceof Error ? error : String(error)}`,
    );
  }
}
if (passed + failed + skipped === 0) console.error("error: there is no such case");
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
Deno.exit(failed === 0 && passed > 0 ? 0 : 1);

/** Files and arrays of a case that its runner did not look at: what is not compared cannot pass. */
function forgotten(item: GoldenCase, opened: ReadonlyMap<string, Recorded>): CheckResult[] {
  // A whole run is judged by its losses and scores alone.
  if (item.kind === "training_run") return [];
  const results: CheckResult[] = [];
  const complain = (name: string): void => {
    results.push({ name, error: Infinity, tolerance: 0 });
  };
  for (const [role, file] of Object.entries(item.files)) {
    const arrays = opened.get(file);
    if (arrays === undefined) complain(`${role} (${file}) is not compared`);
    else if (!PARAMETER_FILES.test(role)) {
      for (const key of unexplained(arrays.unseen())) {
        complain(`${key} of ${file} is not compared`);
      }
    }
  }
  return results;
}

function worstOf(results: readonly CheckResult[]): { result: CheckResult; ratio: number } {
  let result: CheckResult = { name: "nothing was checked", error: Infinity, tolerance: 0 };
  let ratio = -1;
  for (const r of results) {
    const q = Number.isNaN(r.error) ? Infinity : r.error / Math.max(r.tolerance, 1e-300);
    if (q > ratio) [result, ratio] = [r, q];
  }
  return { result, ratio: ratio < 0 ? Infinity : ratio };
}
