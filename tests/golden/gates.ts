/**
 * Gates of the iterative engines: the numbers of docs/engines.md, by the commands that it lists.
 *
 *   deno task gates GOLDEN SIEMENS [--only B,C] [--folder DIR] [--short]
 *
 * GOLDEN is the folder with `c8_gs1_dataset.npz`, SIEMENS the measured scan; `-` leaves the gates that
 * need one of them out. --folder keeps scans and results; --short makes a tenth of the sweeps, to try the
 * script itself. Prints one line a gate (measured, wanted) and `N passed, N failed`.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type NdArray, realArray, toFloat32, toFloat64 } from "../../src/array.ts";
import { FileSource } from "../../src/commands/files.ts";
import { openNpz, writeNpz } from "../../src/io/npz.ts";

const USAGE = "usage: deno task gates GOLDEN SIEMENS [--only B,C] [--folder DIR] [--short]";

/** What `reconstruct --json` and its `errors.csv` tell. */
interface Run {
  readonly folder: string;
  readonly error: number;
  readonly errors: readonly number[];
}

/** What `evaluate --json` tells. */
interface Scores {
  readonly mae: { readonly amplitude: number; readonly phase: number };
  readonly ssim: { readonly amplitude: number; readonly phase: number };
  readonly frc50: { readonly phase: number; readonly complex: number };
}

/** What every gate may use. */
class Bench {
  readonly folder: string;
  readonly only: readonly string[];
  readonly short: boolean;
  passed = 0;
  failed = 0;

  constructor(folder: string, only: readonly string[], short: boolean) {
    this.folder = folder;
    this.only = only;
    this.short = short;
  }

  wants(gate: string): boolean {
    return this.only.length === 0 ||
      this.only.some((word) => gate.startsWith(word) || word.startsWith(gate));
  }

  /** Runs the program and returns what it prints with --json. */
  async program(args: readonly string[]): Promise<Record<string, unknown>> {
    console.log(`  $ ptychogpu ${args.join(" ")}`);
    const cli = new URL("../../cli.ts", import.meta.url).pathname;
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", cli, ...args, "--json", "--quiet"],
      cwd: this.folder,
    }).output();
    if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  }

  async reconstruct(name: string, data: string, sweeps: number, flags: string): Promise<Run> {
    const count = this.short ? Math.ceil(sweeps / 10) : sweeps;
    const typed = ["reconstruct", "--data", data, ...flags.split(" ").filter(Boolean)];
    const made = await this.program(
      [...typed, "--sweeps", `${count}`, "--patience", "0", "--output-dir", name],
    );
    const text = await Deno.readTextFile(join(this.folder, name, "errors.csv"));
    const errors = text.trim().split("\n").slice(1).map((row) => Number(row.split(",")[1]));
    return { folder: name, error: Number(made.error), errors };
  }

  async evaluate(args: readonly string[]): Promise<Scores> {
    return await this.program(["evaluate", ...args]) as unknown as Scores;
  }

  /** One measured number against what is wanted. */
  gate(id: string, text: string, value: number, low: number, high: number): void {
    const good = value >= low && value <= high;
    if (good) this.passed++;
    else this.failed++;
    const wanted = [low > -Infinity ? `>= ${low}` : "", high < Infinity ? `<= ${high}` : ""];
    console.log(
      `${good ? "ok  " : "MISS"} ${id} ${text}: ${value.toPrecision(4)}, wanted ` +
        wanted.filter(Boolean).join(" and "),
    );
  }

  most(id: string, text: string, value: number, high: number): void {
    this.gate(id, text, value, -Infinity, high);
  }

  least(id: string, text: string, value: number, low: number): void {
    this.gate(id, text, value, low, Infinity);
  }
}

/**
 * Writes the golden gridsize-1 set as `reconstruct` reads it: amplitudes instead of counts, and half a
 * pixel more in x, because its object has an even number of columns and its patches were cut half
 * a pixel off.
 */
async function writeGoldenScan(golden: string, path: string): Promise<void> {
  using source = await FileSource.open(join(golden, "c8_gs1_dataset.npz"));
  const npz = await openNpz(source), counts = await npz.read("counts");
  const x = toFloat64(await npz.read("xcoords"));
  const arrays: Record<string, NdArray> = {
    diffraction: realArray(counts.shape, toFloat32(counts).map(Math.sqrt)),
    xcoords: { shape: [x.length], dtype: "f64", data: x.map((value) => value + 0.5) },
  };
  for (const key of ["ycoords", "probeGuess", "objectGuess"]) arrays[key] = await npz.read(key);
  await Deno.writeFile(path, await writeNpz(arrays));
}

const KNOWN = "--subpixel object --probe-start-sweep 0";

async function goldenGates(bench: Bench): Promise<void> {
  const truth = ["--truth", "gs1.npz", "--no-data"];
  if (bench.wants("B1")) {
    const flags = `--engine epie --object-step 1 ${KNOWN}`;
    const early = await bench.reconstruct("b1_20", "gs1.npz", 20, flags);
    const first = await bench.evaluate(["b1_20", ...truth]);
    bench.most("B1", "error after 20 sweeps", early.error, 0.002);
    bench.least("B1", "phase SSIM after 20 sweeps", first.ssim.phase, 0.98);
    bench.least("B1", "amplitude SSIM after 20 sweeps", first.ssim.amplitude, 0.97);
    const late = await bench.reconstruct("b1_50", "gs1.npz", 50, flags);
    const last = await bench.evaluate(["b1_50", ...truth]);
    bench.most("B1", "error after 50 sweeps", late.error, 0.0018);
    bench.most("B1", "amplitude MAE after 50 sweeps", last.mae.amplitude, 0.006);
    bench.most("B1", "phase MAE after 50 sweeps", last.mae.phase, 0.03);
  }
  if (bench.wants("B2")) {
    const flags = `--engine rpie --batch-size 1 --object-step 1 ${KNOWN}`;
    const early = await bench.reconstruct("b2_5", "gs1.npz", 5, flags);
    const first = await bench.evaluate(["b2_5", ...truth]);
    bench.most("B2", "error after 5 sweeps", early.error, 0.0022);
    bench.least("B2", "phase SSIM after 5 sweeps", first.ssim.phase, 0.985);
    await bench.reconstruct("b2_10", "gs1.npz", 10, flags);
    const last = await bench.evaluate(["b2_10", ...truth]);
    bench.most("B2", "phase MAE after 10 sweeps", last.mae.phase, 0.02);
    bench.least("B2", "amplitude SSIM after 10 sweeps", last.ssim.amplitude, 0.93);
  }
  for (const noise of ["amplitude", "poisson"]) {
    if (!bench.wants("B3")) continue;
    const flags = `--engine adam --noise ${noise} ${KNOWN}`;
    const made = await bench.reconstruct(`b3_${noise}`, "gs1.npz", 50, flags);
    const scores = await bench.evaluate([`b3_${noise}`, ...truth]);
    bench.most("B3", `error (${noise})`, made.error, 0.0017);
    bench.least("B3", `amplitude SSIM (${noise})`, scores.ssim.amplitude, 0.985);
    bench.most("B3", `phase MAE (${noise})`, scores.mae.phase, 0.008);
  }
  for (const engine of ["epie", "rpie"]) {
    if (!bench.wants("B4")) continue;
    const flags = `--engine ${engine} --subpixel object`;
    const { errors } = await bench.reconstruct(`b4_${engine}`, "gs1.npz", 200, flags);
    const worst = errors[errors.length - 1] / Math.min(...errors);
    bench.most("B4", `last error over the lowest (${engine}, probe updated)`, worst, 1.15);
  }
  if (bench.wants("E1")) {
    await bench.program(
      ["train", "--train-data-file", "gs1.npz", "--nepochs", "6", "--output-dir", "net"],
    );
    const flags = `--init-model net --object-step 1 ${KNOWN}`;
    let sweeps = 0, phase = 0;
    while (phase < 0.99 && sweeps < 10) {
      await bench.reconstruct("e1", "gs1.npz", ++sweeps, flags);
      phase = (await bench.evaluate(["e1", ...truth])).ssim.phase;
    }
    bench.most("E1", "sweeps from the network to a phase SSIM of 0.99", sweeps, 6);
  }
}

/** A network trained on one scan starts another one, with an unknown probe and with little overlap. */
async function hybridGates(bench: Bench): Promise<void> {
  const kind = [
    ...["--object", "lines", "--phase-range=-2,2", "--nphotons", "1e6", "--probe", "zernike"],
    ...["--probe-pupil", "0.81", "--zernike", "0,0,0,-7,-0.4,0,-0.5,0.2,0,0,-0.4"],
  ];
  const scan = (name: string, step: number, count: number, seed: number): Promise<unknown> =>
    bench.program([
      ...["simulate", ...kind, "--scan-step", `${step}`, "--n-positions", `${count}`],
      ...["--seed", `${seed}`, "--output", `${name}.npz`],
    ]);
  await scan("many", 6, 576, 1);
  await scan("new", 12, 64, 77);
  await scan("sparse", 28, 64, 77);
  await bench.program([
    ...["train", "--train-data-file", "many.npz", "--nepochs", bench.short ? "2" : "16"],
    ...["--n-filters-scale", "0.5", "--seed", "1", "--output-dir", "net"],
  ]);
  const unknown = "--probe-start gaussian --probe-diameter 40 --probe-start-sweep 1 --probe-step 1";
  const cases = [
    { name: "new", sweeps: 100, flags: unknown, from: "--object-start-sweep 4", best: 0.5 },
    { name: "sparse", sweeps: 60, flags: "--probe-start-sweep 0", from: "", best: 0.7 },
  ];
  for (const { name, sweeps, flags, from, best } of cases) {
    const truth = ["--truth", `${name}.npz`, "--no-data"];
    await bench.reconstruct(`${name}_ones`, `${name}.npz`, sweeps, flags);
    await bench.reconstruct(
      `${name}_network`,
      `${name}.npz`,
      sweeps,
      `${flags} --init-model net ${from}`,
    );
    const ones = await bench.evaluate([`${name}_ones`, ...truth]);
    const hybrid = await bench.evaluate([`${name}_network`, ...truth]);
    bench.most(
      "E2",
      `phase MAE over that from ones (${name})`,
      hybrid.mae.phase / ones.mae.phase,
      0.5,
    );
    const ratio = hybrid.mae.amplitude / ones.mae.amplitude;
    bench.most("E2", `amplitude MAE over that from ones (${name})`, ratio, best);
  }
}

async function linesGates(bench: Bench): Promise<void> {
  const known = "--engine epie --object-step 1 --probe-start-sweep 0";
  const object = "--object lines --probe disk --scan-step 8.4 --integer-positions --seed 11";
  for (const photons of ["1e9", "1e4"]) {
    const scan = `lines_${photons}.npz`;
    const flags = [...object.split(" "), "--nphotons", photons, "--output", scan];
    await bench.program(["simulate", ...flags]);
  }
  const scores = (name: string, photons: string): Promise<Scores> =>
    bench.evaluate([name, "--truth", `lines_${photons}.npz`, "--no-data"]);
  const early = await bench.reconstruct("c1_10", "lines_1e9.npz", 10, known);
  bench.most("C1", "error after 10 sweeps", early.error, 4e-4);
  bench.most("C1", "phase MAE after 10 sweeps", (await scores("c1_10", "1e9")).mae.phase, 0.09);
  const late = await bench.reconstruct("c1_50", "lines_1e9.npz", 50, known);
  bench.most("C1", "error after 50 sweeps", late.error, 4e-5);
  const { mae } = await scores("c1_50", "1e9");
  bench.most("C1", "amplitude MAE after 50 sweeps", mae.amplitude, 0.0015);
  const low = await bench.reconstruct("c2", "lines_1e4.npz", 50, known);
  const noisy = await scores("c2", "1e4");
  bench.gate("C2", "error after 50 sweeps", low.error, 0.019, 0.021);
  bench.least("C2", "amplitude SSIM", noisy.ssim.amplitude, 0.74);
  bench.most("C2", "phase MAE", noisy.mae.phase, 0.055);
}

async function siemensGates(bench: Bench, scan: string): Promise<void> {
  if (bench.wants("D1")) {
    const { errors } = await bench.reconstruct("d1", scan, 60, "");
    bench.most("D1", "error after 20 sweeps", errors[Math.min(19, errors.length - 1)], 0.014);
    bench.most("D1", "error after 60 sweeps", errors[errors.length - 1], 0.0135);
    let lowest = Infinity, worst = 1;
    errors.forEach((error, i) => {
      lowest = Math.min(lowest, error);
      if (i >= 19) worst = Math.max(worst, error / lowest);
    });
    bench.most("D1", "rise over the lowest from sweep 20 on", worst, 1.02);
  }
  if (bench.wants("D2")) {
    for (const half of ["even", "odd"]) {
      await bench.reconstruct(`d2_${half}`, scan, 60, `--subset ${half}`);
    }
    const { frc50 } = await bench.evaluate(["--split", "d2_even", "d2_odd"]);
    bench.least("D2", "phase ring", frc50.phase, 60);
    bench.least("D2", "complex ring", frc50.complex, 50);
  }
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: "string", default: "" },
      folder: { type: "string" },
      short: { type: "boolean", default: false },
    },
  });
  if (positionals.length !== 2) {
    console.error(USAGE);
    Deno.exit(2);
  }
  const [golden, siemens] = positionals;
  const folder = values.folder ?? await Deno.makeTempDir();
  await Deno.mkdir(folder, { recursive: true });
  const bench = new Bench(folder, values.only.split(",").filter(Boolean), values.short);
  if (golden !== "-") {
    await writeGoldenScan(golden, join(folder, "gs1.npz"));
    await goldenGates(bench);
  }
  if (bench.wants("C")) await linesGates(bench);
  if (bench.wants("E2")) await hybridGates(bench);
  if (siemens !== "-") await siemensGates(bench, await Deno.realPath(siemens));
  if (values.folder === undefined) await Deno.remove(folder, { recursive: true });
  console.log(`${bench.passed} passed, ${bench.failed} failed`);
  if (bench.failed > 0 || bench.passed === 0) Deno.exit(1);
}
