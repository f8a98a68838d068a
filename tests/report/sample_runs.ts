import { complexArray, realArray } from "../../src/array.ts";
import { writeNpz } from "../../src/io/npz.ts";
import type { RunFolder } from "../../src/report/run_contents.ts";
import { gaussianProbe } from "../../src/simulation/probes.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const json = (value: unknown): Uint8Array => bytes(JSON.stringify(value));

const record = {
  program: "ptychogpu",
  version: "0.1.0",
  deno: "2.9.6",
  platform: "linux x86_64",
  adapter: { name: "llvmpipe", software: true },
};

/** A folder as `train` and `infer` leave it, with a ring as object. */
export async function trainingRun(name: string): Promise<RunFolder> {
  const side = 96,
    data = new Float32Array(2 * side * side),
    weights = new Float32Array(side * side);
  for (let i = 0; i < side * side; i++) {
    const y = Math.floor(i / side) - side / 2, x = i % side - side / 2, r = Math.hypot(y, x);
    const amplitude = 0.5 + 0.4 * Math.cos(r / 4), phase = Math.atan2(y, x);
    data[2 * i] = amplitude * Math.cos(phase);
    data[2 * i + 1] = amplitude * Math.sin(phase);
    weights[i] = r < 44 ? 1 : 0;
  }
  const probe = gaussianProbe(32, 5, 2);
  const rows = [[1, 900, 950, 1e-3, 0.9, 0.1], [2, 300, 350, 5e-4, 0.97, 0.2], [
    3,
    20,
    30,
    1e-4,
    1,
    0.2,
  ]];
  return {
    name,
    files: new Map([
      [
        "run.json",
        json({
          ...record,
          command: "train",
          argv: ["train", "--train-data-file", "scan.npz", "--output-dir=out"],
          config: { model: { N: 64, gridsize: 1 } },
          audit: [
            { field: "gridsize", value: 1, source: "default" },
            { field: "n_filters_scale", value: 0.5, source: "flag" },
          ],
          warnings: ["energy is off", "energy is off"],
          result: { epochs: 3, loss: 20, parameters: 1234, seconds: 65, patterns: 484 },
        }),
      ],
      [
        "metrics.csv",
        bytes(
          ["epoch,train_loss,val_loss,learning_rate,energy_ratio,amplitude_std", ...rows].join(
            "\n",
          ),
        ),
      ],
      [
        "reconstruction.npz",
        await writeNpz({
          object: complexArray([side, side], data),
          coverage: realArray([side, side], weights),
          probe: complexArray([32, 32], probe.data),
        }),
      ],
    ]),
  };
}

/** A folder of an iterative engine. */
export function engineRun(name: string): RunFolder {
  const rows = Array.from({ length: 30 }, (_, i) => `${i},${0.5 * Math.exp(-i / 5) + 0.001}`);
  return {
    name,
    files: new Map([
      ["errors.csv", bytes(["sweep,error", ...rows].join("\n"))],
      ["run.json", json({ ...record, command: "reconstruct", argv: [], result: { seconds: 4 } })],
    ]),
  };
}

/** A folder of an evaluation. */
export function evaluationRun(name: string): RunFolder {
  const rows = Array.from(
    { length: 20 },
    (_, i) => [i, i / 36, Math.exp(-i / 9), Math.exp(-i / 14), i === 0 ? 0 : 1 / (1 + i)].join(","),
  );
  return {
    name,
    files: new Map([
      [
        "frc.csv",
        bytes(["ring,frequency_per_px,amplitude,phase,half_bit", ...rows].join("\n")),
      ],
      [
        "metrics.json",
        json({
          command: "evaluate",
          argv: ["evaluate", "run"],
          data: "scan.npz",
          mae: { amplitude: 0.1, phase: 0.2 },
          ssim: { amplitude: 0.91, phase: 0.82 },
          flat: { ssim: { amplitude: 0.3, phase: 0.7 } },
          resolution: { frc50: { phase: { half_period_px: 2.5, half_period_nm: 100 } } },
          diffraction: { r_factor: 0.12 },
          warnings: ["look twice"],
        }),
      ],
      ["metrics.csv", bytes("metric,amplitude\nmae,0.1\n")],
    ]),
  };
}
