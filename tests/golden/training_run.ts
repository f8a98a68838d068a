import { toFloat32, toFloat64 } from "../../src/array.ts";
import { resolveRun } from "../../src/config/presets.ts";
import { alignGlobalPhase, evaluateReconstruction } from "../../src/image/metrics.ts";
import { scanFromArrays } from "../../src/scan/dataset.ts";
import { infer } from "../../src/workflows/infer.ts";
import { Trainer } from "../../src/workflows/train.ts";
import { type CheckResult, compareRelative } from "./check.ts";
import { cropWindow } from "./crop.ts";
import type { GoldenContext } from "./kinds.ts";
import { modelOverrides } from "./overrides.ts";

/** A whole training run with given weights and order, then inference, judged against the truth. */
export async function trainingRunCase(context: GoldenContext): Promise<CheckResult[]> {
  const { gpu, files, config } = context;
  const data = await context.read(files.dataset);
  const result = await context.read(files.result);
  const one = (name: string): number => toFloat32(data.get(name)!)[0];
  const counts = toFloat32(data.get("counts")!);
  const x = toFloat64(data.get("xcoords")!), y = toFloat64(data.get("ycoords")!);
  const positions = new Float64Array(2 * x.length);
  x.forEach((value, i) => positions.set([y[i], value], 2 * i));
  const probe = data.get("probeGuess")!, N = probe.shape.at(-1)!;
  const values = toFloat32(probe);
  const dataset = scanFromArrays({
    name: context.name,
    positions,
    probe: { modes: values.length / (2 * N * N), N, data: values },
    patterns: counts.map(Math.sqrt),
  });
  const orders = data.get("batch_order")!, [epochs, count] = orders.shape;
  const flat = toFloat32(orders);
  const run = resolveRun({
    ...modelOverrides(config.model),
    nepochs: Number(config.epochs),
    batch_size: Number(config.batch_size),
    learning_rate: Number(config.learning_rate),
    nphotons: Number(config.nphotons),
    probe_scale: Number(config.probe_scale),
    n_groups: null,
    // Group i is then position i, which the recorded order refers to.
    sequential_sampling: true,
  }, "reference");
  const physics = one("physics_scale");
  using trainer = await Trainer.create(gpu, dataset, run, {
    weights: await context.read(files.weights),
    order: Array.from({ length: epochs }, (_, e) => [...flat.subarray(e * count, (e + 1) * count)]),
    logInterval: 1,
    scaling: {
      input_factor: one("amplitude_norm"),
      physics_scale: physics,
      nphotons: Number(config.nphotons),
      probe_factor: 1 / Number(config.probe_scale),
    },
  });
  let first: number | undefined;
  const epochLosses: number[] = [];
  for await (const event of trainer.run()) {
    if (event.kind === "step") first ??= event.loss;
    if (event.kind === "epoch") {
      epochLosses.push(event.trainLoss);
      console.log(`      epoch ${event.epoch + 1}: loss ${event.trainLoss.toPrecision(6)}`);
    }
  }
  const tolerance = (name: string): number => Number(context.tolerance[name]);
  const batchLoss = toFloat32(result.get("batch_loss")!);
  const epochLoss = toFloat32(result.get("epoch_loss")!);
  const results: CheckResult[] = [
    compareRelative(
      "first batch loss",
      [first ?? NaN],
      [batchLoss[0]],
      tolerance("first_batch_loss_relative"),
    ),
    {
      name: "final epoch loss over the recorded one",
      error: epochLosses[epochLosses.length - 1] / epochLoss[epochLoss.length - 1],
      tolerance: tolerance("final_epoch_loss_ratio_max"),
    },
  ];
  const made = await infer(gpu, dataset, await trainer.checkpoint(), { middleTrim: 32 });
  const truth = result.get("ground_truth_canvas")!;
  const rows = [...toFloat32(result.get("eval_rows")!)];
  const columns = [...toFloat32(result.get("eval_cols")!)];
  const target = cropWindow(truth, rows, columns);
  const prediction = cropWindow(made.object, rows, columns);
  const scores = evaluateReconstruction(target, alignGlobalPhase(target, prediction));
  const recorded = (name: string): number => toFloat32(result.get(`raw_phase_aligned.${name}`)!)[1];
  const judge = (name: string, have: number, want: number): void => {
    // "No worse than the recorded one minus 5 %": the error is the shortfall.
    results.push({ name: `phase ${name} shortfall`, error: (want - have) / want, tolerance: 0.05 });
    console.log(`      phase ${name}: ${have.toPrecision(4)}, recorded ${want.toPrecision(4)}`);
  };
  judge("PSNR", scores.psnr255[1], recorded("psnr"));
  judge("SSIM", scores.ssim[1], recorded("ssim"));
  judge("FRC50", scores.frc50[1], recorded("frc50"));
  return results;
}
