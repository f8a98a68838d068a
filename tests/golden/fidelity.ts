/**
 * Reconstruction quality of the default recipe.
 *
 *   deno task fidelity DIR [--seeds 1,2,3] [--nepochs 10] [--only golden|narrow]
 *
 * On the golden gridsize-1 data set (real probe, dense scan) the scores after 4, 8 and 10 epochs; on a
 * simulated set with a narrow probe (lines, disk of radius 14, 1e9 photons) the errors relative
 * to those of a flat image after 16 epochs. Prints one row a seed and the medians.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { complexArray, type NdArray, toFloat32, toFloat64 } from "../../src/array.ts";
import { FileSource } from "../../src/commands/files.ts";
import { openGpu, Terminal } from "../../src/commands/host.ts";
import { resolveRun, type RunOverrides } from "../../src/config/presets.ts";
import { frameScan } from "../../src/image/frame.ts";
import {
  alignGlobalPhase,
  evaluateReconstruction,
  flatScores,
  type Scores,
} from "../../src/image/metrics.ts";
import { openNpz } from "../../src/io/npz.ts";
import { type ScanDataset, scanFromArrays } from "../../src/scan/dataset.ts";
import { infer } from "../../src/workflows/infer.ts";
import { evenlySpaced, previewPatches } from "../../src/workflows/previews.ts";
import { simulateScan } from "../../src/workflows/simulate.ts";
import type { Checkpoint } from "../../src/workflows/checkpoint.ts";
import { Trainer } from "../../src/workflows/train.ts";
import { cropWindow } from "./crop.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: "string", default: "1,2,3" },
    nepochs: { type: "string", default: "10" },
    only: { type: "string" },
  },
});
if (positionals.length !== 1) {
  console.error(
    "usage: deno task fidelity DIR [--seeds 1,2,3] [--nepochs 10] [--only golden|narrow]",
  );
  Deno.exit(2);
}
/** Patterns whose prediction is compared with the measurement. */
const SAMPLED = 64;
const folder = positionals[0], seeds = values.seeds.split(",").map(Number);
using gpu = await openGpu({}, new Terminal({}), "network");

async function read(file: string): Promise<Map<string, NdArray>> {
  using source = await FileSource.open(join(folder, file));
  const npz = await openNpz(source), arrays = new Map<string, NdArray>();
  for (const key of npz.keys) arrays.set(key, await npz.read(key));
  return arrays;
}

/** Trains and calls `judge` after the listed epochs. */
async function study(
  dataset: ScanDataset,
  overrides: RunOverrides,
  after: readonly number[],
  judge: (object: NdArray, place: { originY: number; originX: number }) => Scores,
): Promise<{
  scores: Map<number, Scores>;
  errors: Map<number, number>;
  energy: number;
  spread: number;
}> {
  using trainer = await Trainer.create(gpu, dataset, resolveRun(overrides));
  const scores = new Map<number, Scores>(), errors = new Map<number, number>();
  let energy = NaN, spread = NaN;
  for await (const event of trainer.run()) {
    if (event.kind !== "epoch") continue;
    [energy, spread] = [event.energyRatio, event.amplitudeStd];
    if (!after.includes(event.epoch + 1)) continue;
    const model = await trainer.checkpoint();
    const made = await infer(gpu, dataset, model);
    scores.set(event.epoch + 1, judge(made.object, made.geometry));
    errors.set(event.epoch + 1, await amplitudeError(dataset, model));
  }
  return { scores, errors, energy, spread };
}

/** sum (|F| - A)^2 / sum A^2 over some patterns, predicted from single patches. */
async function amplitudeError(dataset: ScanDataset, model: Checkpoint): Promise<number> {
  const chosen = evenlySpaced(SAMPLED, dataset.positions.length / 2);
  let error = 0, energy = 0;
  for (const { measured, predicted } of await previewPatches(gpu, dataset, model, chosen)) {
    const a = toFloat32(measured), f = toFloat32(predicted);
    for (let i = 0; i < a.length; i++) {
      error += (f[i] - a[i]) ** 2;
      energy += a[i] ** 2;
    }
  }
  return error / energy;
}

const median = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

async function goldenStudy(): Promise<void> {
  const data = await read("c8_gs1_dataset.npz"), result = await read("c8_gs1_result.npz");
  const x = toFloat64(data.get("xcoords")!), y = toFloat64(data.get("ycoords")!);
  const positions = new Float64Array(2 * x.length);
  x.forEach((value, i) => positions.set([y[i], value], 2 * i));
  const probe = data.get("probeGuess")!, N = probe.shape.at(-1)!;
  const dataset = scanFromArrays({
    name: "golden gridsize 1",
    positions,
    probe: { modes: 1, N, data: toFloat32(probe) },
    patterns: toFloat32(data.get("counts")!).map(Math.sqrt),
  });
  const rows = [...toFloat32(result.get("eval_rows")!)];
  const columns = [...toFloat32(result.get("eval_cols")!)];
  const target = cropWindow(result.get("ground_truth_canvas")!, rows, columns);
  const flat = flatScores(target);
  const epochs = Number(values.nepochs);
  const after = [4, 8, 10].filter((e) => e <= epochs);
  console.log(
    `golden gridsize 1: flat image phase SSIM ${flat.ssim[1].toFixed(3)}, amplitude ` +
      `SSIM ${flat.ssim[0].toFixed(3)}, phase MAE ${flat.mae[1].toFixed(3)}`,
  );
  const collected = new Map<string, number[]>();
  for (const seed of seeds) {
    const { scores, errors, energy, spread } = await study(
      dataset,
      { n_filters_scale: 1, nepochs: epochs, seed },
      after,
      (object) =>
        evaluateReconstruction(target, alignGlobalPhase(target, cropWindow(object, rows, columns))),
    );
    for (const [epoch, s] of scores) {
      const row = {
        phaseSsim: s.ssim[1],
        ampSsim: s.ssim[0],
        phaseMae: s.mae[1],
        ampMae: s.mae[0],
        ampError: errors.get(epoch)!,
      };
      for (const [name, value] of Object.entries(row)) {
        const key = `${epoch} ${name}`;
        collected.set(key, [...(collected.get(key) ?? []), value]);
      }
      console.log(
        `seed ${seed} epoch ${epoch}: phase SSIM ${s.ssim[1].toFixed(3)} MAE ` +
          `${s.mae[1].toFixed(3)}, amplitude SSIM ${s.ssim[0].toFixed(3)} MAE ${
            s.mae[0].toFixed(4)
          }, amplitude error ${row.ampError.toFixed(5)}`,
      );
    }
    console.log(`seed ${seed}: energy ${energy.toFixed(3)}, amplitude std ${spread.toFixed(3)}`);
  }
  for (const [key, list] of collected) console.log(`median ${key}: ${median(list).toFixed(4)}`);
}

async function narrowStudy(): Promise<void> {
  const ratios: [number, number][] = [];
  for (const seed of seeds) {
    const scan = await simulateScan(gpu, {
      object: "lines",
      probe: "disk",
      scan: "jittered",
      N: 64,
      count: 400,
      nphotons: 1e9,
      overlap: 0.7,
      seed: 10 + seed,
    });
    const { object } = scan.experiment;
    const truth = complexArray([object.height, object.width], object.data);
    let flat: Scores | undefined;
    const overrides: RunOverrides = {
      n_filters_scale: 1,
      nepochs: 16,
      seed,
    };
    const { scores } = await study(scan.dataset, overrides, [8, 16], (made, place) => {
      const { target, prediction } = frameScan(made, place, truth, scan.dataset.positions);
      flat = flatScores(target);
      return evaluateReconstruction(target, alignGlobalPhase(target, prediction));
    });
    for (const [epoch, s] of scores) {
      const ratio: [number, number] = [s.mae[0] / flat!.mae[0], s.mae[1] / flat!.mae[1]];
      console.log(
        `narrow probe seed ${seed} epoch ${epoch}: amplitude MAE ratio ${ratio[0].toFixed(3)}, ` +
          `phase MAE ratio ${ratio[1].toFixed(3)}`,
      );
      if (epoch === 16) ratios.push(ratio);
    }
  }
  console.log(
    `narrow probe, medians after 16 epochs: amplitude ${
      median(ratios.map((r) => r[0])).toFixed(3)
    }, phase ${median(ratios.map((r) => r[1])).toFixed(3)}`,
  );
}

if (values.only !== "narrow") await goldenStudy();
if (values.only !== "golden") await narrowStudy();
