import assert from "node:assert/strict";
import { complexArray, toFloat32 } from "../../src/array.ts";
import { logReconstructions, type ReconOptions } from "../../src/commands/recon_log.ts";
import { resolveRun } from "../../src/config/presets.ts";
import { defaultExecution } from "../../src/config/resolution/defaults.ts";
import { DatasetError } from "../../src/errors.ts";
import { polarGrids } from "../../src/image/grid.ts";
import type { ScanDataset } from "../../src/scan/dataset.ts";
import type { Picture } from "../../src/image/colors.ts";
import { Random } from "../../src/random.ts";
import { infer } from "../../src/workflows/infer.ts";
import { evenlySpaced, predictedAmplitude, previewPatches } from "../../src/workflows/previews.ts";
import { Trainer } from "../../src/workflows/train.ts";
import { withGpu } from "../support/device.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";

Deno.test("recon_log_*: how many, which patterns, and how much is stitched", () =>
  withGpu(async (gpu) => {
    const dataset = tinyScan(12);
    using trainer = await Trainer.create(gpu, dataset, resolveRun({ n_filters_scale: 0.05 }));
    const model = await trainer.checkpoint();
    const record = async (options: Partial<ReconOptions>): Promise<Map<string, Picture>> => {
      const found = new Map<string, Picture>();
      await logReconstructions(
        gpu,
        dataset,
        model,
        defaultExecution(options),
        (name, picture) => Promise.resolve(void found.set(name, picture)),
      );
      return found;
    };
    // "recon_log_num_patches"
    assert.equal((await record({ recon_log_num_patches: 3 })).size, 15);
    // "recon_log_fixed_indices"
    const fixed = await record({ recon_log_fixed_indices: [7], recon_log_num_patches: 3 });
    assert.equal(fixed.size, 5);
    const [seven] = await previewPatches(gpu, dataset, model, [7]);
    const [five] = await previewPatches(gpu, dataset, model, [5]);
    assert.notDeepEqual(seven.measured.data, five.measured.data);
    const other = await record({ recon_log_fixed_indices: [5] });
    assert.notDeepEqual(
      fixed.get("patch_00/diff_obs_logI")!.data,
      other.get("patch_00/diff_obs_logI")!.data,
    );
    await assert.rejects(record({ recon_log_fixed_indices: [12] }), /pattern 12 as there are 12/);
    // "recon_log_stitch", and of how many patterns:
    const one = { recon_log_num_patches: 1, recon_log_stitch: true };
    const all = await record(one);
    assert.deepEqual([...all.keys()].slice(5), ["stitched/amplitude", "stitched/phase"]);
    // "recon_log_max_stitch_samples"
    const few = await record({ ...one, recon_log_max_stitch_samples: 2 });
    assert.notDeepEqual(all.get("stitched/amplitude")!.data, few.get("stitched/amplitude")!.data);
  }));

Deno.test("true patches are recorded beside the predicted ones, unfit ones are left out", () =>
  withGpu(async (gpu) => {
    const plain = tinyScan(8);
    using trainer = await Trainer.create(gpu, plain, resolveRun({ n_filters_scale: 0.05 }));
    const model = await trainer.checkpoint();
    const pictures = async (dataset: ScanDataset): Promise<Map<string, Picture>> => {
      const found = new Map<string, Picture>();
      const options = defaultExecution({ recon_log_fixed_indices: [3] });
      await logReconstructions(
        gpu,
        dataset,
        model,
        options,
        (name, picture) => Promise.resolve(void found.set(name, picture)),
      );
      return found;
    };
    // The truth is the prediction itself, turned by one radian everywhere.
    const [{ patch }] = await previewPatches(gpu, plain, model, [3]);
    const { amplitude, phase } = polarGrids(patch);
    const readLabels = () =>
      Promise.resolve({
        amplitude: Float32Array.from(amplitude.data),
        phase: Float32Array.from(phase.data, (angle) => angle + 1),
      });
    const found = await pictures({ ...plain, readLabels });
    assert.equal(found.size, 9);
    const truth = found.get("patch_00/amp_gt")!.data;
    const predicted = found.get("patch_00/amp_pred")!.data;
    assert.ok(truth.every((v, i) => Math.abs(v - predicted[i]) <= 4));
    assert.notDeepEqual(found.get("patch_00/phase_gt")!, found.get("patch_00/phase_pred")!);
    // No error anywhere: one colour. With another truth there is one.
    for (const name of ["patch_00/amp_error", "patch_00/phase_error"]) {
      const errors = found.get(name)!.data;
      assert.ok(errors.every((v, i) => v === errors[i % 3]), name);
    }
    const other = async () => {
      const { amplitude: modulus, phase: angle } = await readLabels();
      return { amplitude: modulus.map((v, i) => v * (1 + i % 2)), phase: angle.fill(0, 0, 99) };
    };
    const wrong = await pictures({ ...plain, readLabels: other });
    for (const name of ["patch_00/amp_error", "patch_00/phase_error"]) {
      const errors = wrong.get(name)!.data;
      assert.ok(errors.some((v, i) => v !== errors[i % 3]), name);
    }
    const unfit = () => Promise.reject(new DatasetError("Cannot use label"));
    assert.equal((await pictures({ ...plain, readLabels: unfit })).size, 5);
  }));

Deno.test("patterns are spread evenly over a scan", () => {
  assert.deepEqual(evenlySpaced(4, 12), [1, 4, 7, 10]);
  assert.deepEqual(evenlySpaced(1, 9), [4]);
  assert.deepEqual(evenlySpaced(5, 3), [0, 1, 2]);
});

for (const overrides of [{}, { gridsize: 2 }, { gridsize: 2, object_big: false }] as const) {
  Deno.test(`a previewed patch is the one inference places ${JSON.stringify(overrides)}`, () =>
    withGpu(async (gpu) => {
      const dataset = tinyScan(12);
      const config = resolveRun({ n_filters_scale: 0.05, batch_size: 2, ...overrides });
      using trainer = await Trainer.create(gpu, dataset, config);
      const model = await trainer.checkpoint();
      const [preview] = await previewPatches(gpu, dataset, model, [6]);
      assert.equal(preview.index, 6);
      const measured = await dataset.readDiffraction([6]);
      assert.deepEqual(
        toFloat32(preview.measured),
        measured.map((v) => v * model.scaling.input_factor),
      );
      if (Object.keys(overrides).length > 0) return;
      // Alone on the canvas, at a whole pixel, a patch is the object.
      const alone = { ...dataset, count: 1, positions: Float64Array.of(100, 100) };
      const single = { ...alone, readDiffraction: () => dataset.readDiffraction([6]) };
      const { object, geometry } = await infer(gpu, single, model, {
        middleTrim: 32,
        patchWeighting: "uniform",
      });
      const values = toFloat32(object), patch = toFloat32(preview.patch);
      let compared = 0;
      for (let y = 84; y < 116; y++) {
        for (let x = 84; x < 116; x++) {
          const row = y - geometry.originY, column = x - geometry.originX;
          const at = 2 * (row * object.shape[1] + column), from = 2 * ((y - 68) * 64 + x - 68);
          assert.ok(Math.abs(values[at] - patch[from]) < 1e-5);
          assert.ok(Math.abs(values[at + 1] - patch[from + 1]) < 1e-5);
          compared++;
        }
      }
      assert.equal(compared, 1024);
    }));
}

Deno.test("the predicted pattern is the plain Fourier sum of probe times patch", () =>
  withGpu(async (gpu) => {
    using trainer = await Trainer.create(gpu, tinyScan(), resolveRun({ n_filters_scale: 0.05 }));
    const model = await trainer.checkpoint();
    const N = 8, random = new Random(3);
    const values = (count: number): Float32Array =>
      Float32Array.from({ length: count }, () => random.uniform() - 0.5);
    const patch = complexArray([N, N], values(2 * N * N));
    const probe = complexArray([2, N, N], values(4 * N * N));
    for (const sum of ["incoherent", "coherent"] as const) {
      const other = { ...model.config.model, probe_mode_sum: sum };
      const changed = { ...model, probe, config: { ...model.config, model: other } };
      const found = toFloat32(predictedAmplitude(patch, changed as typeof model));
      const p = toFloat32(probe), o = toFloat32(patch);
      for (const [v, u] of [[0, 0], [4, 4], [1, 6], [7, 3]]) {
        const fields = [0, 1].map((k) => {
          let re = 0, im = 0;
          for (let i = 0; i < N * N; i++) {
            const angle = -2 * Math.PI * ((v - 4) * Math.floor(i / N) + (u - 4) * (i % N)) / N;
            const c = Math.cos(angle), s = Math.sin(angle), q = 2 * (k * N * N + i);
            const a = p[q] * o[2 * i] - p[q + 1] * o[2 * i + 1];
            const b = p[q] * o[2 * i + 1] + p[q + 1] * o[2 * i];
            re += a * c - b * s;
            im += a * s + b * c;
          }
          return [re / N, im / N];
        });
        const wanted = sum === "coherent"
          ? Math.hypot(fields[0][0] + fields[1][0], fields[0][1] + fields[1][1])
          : Math.hypot(...fields[0], ...fields[1]);
        assert.ok(Math.abs(found[v * N + u] - wanted) < 1e-6, `${sum} ${v} ${u}`);
      }
    }
  }));
