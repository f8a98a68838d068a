/**
 * Measures kernels, the whole training step and inference on this adapter.
 *
 *   deno task bench [--json] [--only WORD] [--peers] [--torch] [--engines]
 *
 * Every result is checked before it is timed. `--only` (may be repeated) keeps what has the word in its name,
 * `--peers` downloads two other libraries and compares a convolution, `--torch` insists on the
 * comparisons with PyTorch and SciPy, which are otherwise made if python3 has them. The engines are
 * measured by processes of their own (`--engines`), with the driver set up as by `reconstruct`.
 */
import { parseArgs } from "node:util";
import { driverVariables, prepareDriver } from "../../src/commands/driver.ts";
import { type Baselines, openBaselines } from "./baselines.ts";
import { benchConvolutions } from "./conv.ts";
import { benchEngines, engineCases } from "./engines.ts";
import { benchFft } from "./fft.ts";
import { type Bench, mebibytes, type Row, type Target } from "./measure.ts";
import { benchMemory } from "./memory.ts";
import { benchPeers } from "./peers.ts";
import { benchPhysics } from "./physics.ts";
import { measureRoof } from "./roof.ts";
import { benchNetwork } from "./step.ts";
import { benchUpdate } from "./update.ts";

if (Deno.env.get("XDG_RUNTIME_DIR") === undefined) Deno.env.set("XDG_RUNTIME_DIR", "/tmp");

const { values: flags } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [] },
    peers: { type: "boolean", default: false },
    torch: { type: "boolean", default: false },
    engines: { type: "boolean", default: false },
  },
});
// As `train` and `infer` do; LP_NATIVE_VECTOR_WIDTH=256 in the environment measures without.
const given = Deno.env.toObject();
if (!flags.engines) prepareDriver("network");
const print = (line: string): void => {
  if (!flags.json) console.log(line);
};

const roof = await measureRoof();
print(`adapter   ${roof.adapter}${roof.software ? " (software)" : ""}`);
print(
  `roof      ${roof["GFLOP/s"].toFixed(1)} GFLOP/s multiply-add, ` +
    `${roof["GB/s"].toFixed(2)} GB/s copy by a kernel, ` +
    `${roof.copyCommand.toFixed(2)} GB/s copy command`,
);

// Another program on the same cores slows PyTorch far more than it slows us: its threads wait for each other.
const busy = (): number => Deno.loadavg()[0];
const warnIfBusy = (when: string, limit: number): void => {
  if (busy() > limit) {
    bench.note(
      `BUSY MACHINE: load ${
        busy().toFixed(1)
      } ${when} on ${navigator.hardwareConcurrency} cores: ` +
        "ratios to programs on the same cores mean little, repeat on an idle machine",
    );
  }
};

const rows: Row[] = [], targets: Target[] = [], notes: string[] = [];
const bench: Bench = {
  roof,
  rows,
  targets,
  notes,
  add: (row) => {
    rows.push(row);
    print(rowText(row));
  },
  note: (line) => {
    notes.push(line);
    if (flags.json) console.error(line);
    else console.log(line);
  },
  wants: (name) => flags.only.length === 0 || flags.only.some((word) => name.includes(word)),
};

warnIfBusy("before", navigator.hardwareConcurrency / 2 + 1);
let baselines: Baselines | undefined;
const beside = async (): Promise<Baselines> =>
  baselines ??= await openBaselines(bench, roof.software);

if (flags.engines) {
  await benchEngines(bench, roof.software);
} else {
  await benchConvolutions(bench);
  await benchFft(bench, beside);
  await benchPhysics(bench);
  await benchUpdate(bench);
  await enginesApart();
  await benchNetwork(bench, beside);
  await benchMemory(bench);
}
if (flags.peers) await benchPeers(bench);
await baselines?.[Symbol.asyncDispose]();
warnIfBusy("after", 2 * navigator.hardwareConcurrency);
for (const target of targets) print(targetText(target));
if (flags.json) console.log(JSON.stringify({ roof, rows, targets, notes }, undefined, 2));
if (flags.torch && (baselines?.torch === undefined || baselines.scipy === undefined)) {
  console.error(
    "error: --torch wants PyTorch and SciPy, and nothing was compared with both of them",
  );
  Deno.exitCode = 1;
}

/** Measures the engines, each with the variables that `reconstruct` sets for it. */
async function enginesApart(): Promise<void> {
  const processor = Deno.build.os === "linux" ? Deno.readTextFileSync("/proc/cpuinfo") : "";
  for (const { only, work } of engineCases(bench)) {
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", import.meta.filename!, "--json", "--engines", "--only", only],
      env: { ...given, ...driverVariables(work, given, processor) },
      clearEnv: true,
      stderr: "inherit",
    }).output();
    if (code !== 0) throw new Error("The engines could not be measured");
    const found = JSON.parse(new TextDecoder().decode(stdout));
    for (const row of found.rows as Row[]) bench.add(row);
    targets.push(...found.targets as Target[]);
    notes.push(...found.notes as string[]);
  }
}

function targetText(target: Target): string {
  const { ratio, bestRatio, limit } = target;
  const met = target.atLeast ? ratio >= limit : ratio <= limit;
  const verdict = !target.binding ? "for information" : met ? "met" : "MISSED";
  const wanted = `${target.atLeast ? "at least" : "at most"} ${limit}x`;
  const found = `${ratio.toFixed(2)}x (best times ${bestRatio.toFixed(2)}x)`;
  return `target    ${target.name}: ${found}, ${wanted}: ${verdict}`;
}

function rowText(row: Row): string {
  const rate = row.rate === undefined
    ? "".padStart(22)
    : `${row.rate.toFixed(2).padStart(9)} ${row.unit!.padEnd(7)} ${
      (100 * row.share!).toFixed(0).padStart(3)
    } %`;
  return `${row.section.padEnd(9)} ${row.name.padEnd(52)} ${
    row.milliseconds.toFixed(2).padStart(9)
  } ms ${rate}  peak ${
    (row.peakBytes === undefined ? "-" : mebibytes(row.peakBytes)).padStart(10)
  }  ${row.check}`;
}
