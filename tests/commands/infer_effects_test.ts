import assert from "node:assert/strict";
import { join } from "node:path";
import { type NdArray, realArray, toFloat32 } from "../../src/array.ts";
import { Terminal } from "../../src/commands/host.ts";
import { inferOptions, inferToFolder, loadModel } from "../../src/commands/infer.ts";
import { createInferencePayload } from "../../src/config/resolution/payload.ts";
import type { FieldValue } from "../../src/config/registry/types.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { openNpz } from "../../src/io/npz.ts";
import { bytesSource } from "../../src/io/source.ts";
import type { ScanDataset } from "../../src/scan/dataset.ts";
import { dataFile, memoryHost } from "../config/hosts.ts";
import { withGpu } from "../support/device.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";
import { inFolder, trainTiny } from "./tiny_run.ts";
import { infer } from "../../src/workflows/infer.ts";

const file = await dataFile();

/** A scan with a known object. */
function withObject(): ScanDataset {
  const size = 160, data = new Float32Array(2 * size * size);
  for (let i = 0; i < size * size; i++) data[2 * i] = 0.8 + 0.2 * Math.sin(i / 9);
  const scan = tinyScan(8);
  // Positions further apart: a comparison needs an area.
  const positions = scan.positions.map((v, i) =>
    i % 2 === 0 ? 60 + 6 * (v - 60) : 70 + 6 * (v - 70)
  );
  return { ...scan, positions, objectGuess: { height: size, width: size, data } };
}

interface Made {
  readonly arrays: ReadonlyMap<string, NdArray>;
  readonly phase: Uint8Array;
  readonly files: readonly string[];
  readonly patterns: number;
  readonly patches: number;
  readonly varpro: readonly number[] | null;
}

async function reconstruct(
  gpu: Gpu,
  dir: string,
  name: string,
  flags: Record<string, FieldValue>,
): Promise<Made> {
  const payload = await createInferencePayload(
    { flags: { model_path: "m", test_data_file: "a.npz", ...flags } },
    memoryHost({ m: file, "a.npz": file }),
  );
  const out = join(dir, name);
  await Deno.mkdir(out);
  using terminal = new Terminal({ quiet: true });
  const result = await inferToFolder(
    gpu,
    withObject(),
    await loadModel(join(dir, "model")),
    inferOptions(payload.inference, payload.execution),
    out,
    terminal,
    { payload },
  );
  const npz = await openNpz(bytesSource("r", await Deno.readFile(join(out, "reconstruction.npz"))));
  const arrays = new Map<string, NdArray>();
  for (const key of npz.keys) arrays.set(key, await npz.read(key));
  return {
    arrays,
    phase: await Deno.readFile(join(out, "phase.png")),
    files: [...Deno.readDirSync(out)].map((e) => e.name),
    patterns: result.patterns,
    patches: result.patches,
    varpro: result.varpro,
  };
}

const object = (made: Made): Float32Array => toFloat32(made.arrays.get("object") as NdArray);
const coverage = (made: Made): Float32Array =>
  toFloat32(made.arrays.get("coverage") ?? realArray([0], new Float32Array()));
const differ = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length !== b.length || Array.from(a).some((v, i) => v !== b[i]);

type Case = readonly [
  name: string,
  flags: Record<string, FieldValue>,
  against: Record<string, FieldValue>,
  changed: (made: Made, base: Made) => boolean,
];
const cases: readonly Case[] = [
  ["n_groups", { n_groups: 5 }, {}, (made) => made.patterns === 5],
  ["n_subsample", { n_subsample: 6 }, {}, (made) => made.patterns === 6],
  [
    "seed",
    { n_subsample: 6, seed: 3 },
    { n_subsample: 6 },
    (m, b) => differ(coverage(m), coverage(b)),
  ],
  [
    "patch_weighting",
    { patch_weighting: "uniform" },
    {},
    (m, b) => differ(coverage(m), coverage(b)),
  ],
  ["middle_trim", { middle_trim: 20 }, {}, (m, b) => differ(object(m), object(b))],
  [
    "varpro_scaling",
    { varpro_scaling: true },
    {},
    (m, b) => m.varpro?.length === 2 && b.varpro === null,
  ],
  ["phase_vmin", { phase_vmin: -3 }, {}, (m, b) => differ(m.phase, b.phase)],
  ["phase_vmax", { phase_vmax: 3 }, {}, (m, b) => differ(m.phase, b.phase)],
  [
    "comparison_plot",
    { comparison_plot: true },
    {},
    (m, b) => m.files.includes("comparison.png") && !b.files.includes("comparison.png"),
  ],
];

Deno.test("every reconstruction knob changes the result", () =>
  inFolder(async (dir) => {
    await trainTiny(join(dir, "model"), { enable_checkpointing: false }, { nepochs: 1 });
    await withGpu(async (gpu) => {
      const base = await reconstruct(gpu, dir, "base", {});
      for (const [name, flags, against, changed] of cases) {
        const other = Object.keys(against).length === 0
          ? base
          : await reconstruct(gpu, dir, `${name} against`, against);
        assert.ok(changed(await reconstruct(gpu, dir, name, flags), other), name);
      }
    });
  }));

const grouping: readonly Case[] = [
  ["neighbor_count", { neighbor_count: 7 }, {}, (m, b) => differ(object(m), object(b))],
  [
    "enable_oversampling",
    { enable_oversampling: true, n_groups: 20, neighbor_count: 6 },
    {},
    (m, b) => m.patches === 80 && b.patches === 32,
  ],
  [
    "neighbor_pool_size",
    { enable_oversampling: true, n_groups: 20, neighbor_pool_size: 7 },
    { enable_oversampling: true, n_groups: 20, neighbor_pool_size: 6 },
    (m, b) => differ(object(m), object(b)),
  ],
];

Deno.test("knobs of grouping change what a model of several patterns gives", () =>
  inFolder(async (dir) => {
    const model = { nepochs: 1, gridsize: 2, batch_size: 2 };
    await trainTiny(join(dir, "model"), { enable_checkpointing: false }, model);
    await withGpu(async (gpu) => {
      for (const [name, flags, against, changed] of grouping) {
        const base = await reconstruct(gpu, dir, `${name} against`, against);
        assert.ok(changed(await reconstruct(gpu, dir, name, flags), base), name);
      }
      await assert.rejects(
        reconstruct(gpu, dir, "too many", { n_groups: 20 }),
        /Cannot make 20 groups.*set enable_oversampling/,
      );
    });
    await trainTiny(join(dir, "single"), { enable_checkpointing: false }, { nepochs: 1 });
    await withGpu(async (gpu) => {
      const single = await loadModel(join(dir, "single")), warnings: string[] = [];
      const onWarning = (line: string): void => void warnings.push(line);
      await infer(gpu, tinyScan(8), single, { neighborCount: 5, onWarning });
      assert.match(warnings.join(), /the model sees single patterns/);
    });
  }));

Deno.test("requests that data cannot meet are told; a pattern counts once, its patches apart", () =>
  inFolder(async (dir) => {
    await trainTiny(dir, {}, { nepochs: 1, gridsize: 2, batch_size: 2 });
    await withGpu(async (gpu) => {
      const model = await loadModel(join(dir, "model.safetensors")), warnings: string[] = [];
      const onWarning = (line: string): void => void warnings.push(line);
      const made = await infer(gpu, tinyScan(8), model, { subsample: 20, onWarning });
      assert.deepEqual([made.patterns, made.patches], [8, 32]);
      assert.match(warnings.join(), /n_subsample is 20 but there are only 8 patterns/);
    });
  }));
