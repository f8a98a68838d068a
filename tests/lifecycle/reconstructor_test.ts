import assert from "node:assert/strict";
import { complexArray, type NdArray, realArray, toFloat32, toFloat64 } from "../../src/array.ts";
import { legacyKeys } from "../../src/config/bridge/legacy.ts";
import { ConfigError, DatasetError, FileFormatError, ShapeError } from "../../src/errors.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { openNpz } from "../../src/io/npz.ts";
import { bytesSource } from "../../src/io/source.ts";
import { MemoryHost } from "../../src/lifecycle/host.ts";
import type { RawData } from "../../src/lifecycle/raw_data.ts";
import { createReconstructors } from "../../src/lifecycle/registry.ts";
import type { ReconstructorName } from "../../src/lifecycle/reconstructor.ts";
import { withGpu } from "../support/device.ts";
import { rawScan } from "./raw_scan.ts";

const SMALL = { n_filters_scale: 0.16, nepochs: 2, batch_size: 4, learning_rate: 2e-3 };
const NO_GPU = undefined as unknown as Gpu;

/** Both reconstructors with files in memory. */
function make(gpu: Gpu = NO_GPU) {
  const host = new MemoryHost();
  return { host, ...createReconstructors({ gpu, host }) };
}

/** Ingests and writes both files of a training folder. */
async function prepare(
  made: ReturnType<typeof make>,
  name: ReconstructorName,
  raw: RawData,
  folder = "run",
): Promise<void> {
  made[name].ingest(raw);
  for (const file of ["train_data", "test_data"]) {
    await made[name].exportTrainingData(`${folder}/${file}.npz`);
  }
}

Deno.test("instantiate: two reconstructors, one registry of settings, changed while running", () => {
  const { PINN, Supervised } = make();
  assert.deepEqual([PINN.name, Supervised.name], ["PINN", "Supervised"]);
  assert.equal(PINN.settings, Supervised.settings);
  assert.equal(PINN.configure().run.training.nepochs, Supervised.configure().run.training.nepochs);
  PINN.configure({ nepochs: 7 });
  assert.equal(Supervised.configure().run.training.nepochs, 7);
  assert.equal(PINN.configure().run.model.model_type, "pinn");
  assert.equal(Supervised.configure().run.model.model_type, "supervised");
});

Deno.test("capabilities: model file, filters, backend", () => {
  const { PINN } = make();
  assert.equal(PINN.modelFileName, "wts.h5.zip");
  assert.match(PINN.fileFilters.model, /\*\.zip/);
  assert.match(PINN.fileFilters.trainingData, /\*\.npz/);
  assert.equal(PINN.backend, "webgpu");
});

Deno.test("configure: live settings, old names, execution apart, the dictionary at once", () => {
  const { PINN, host } = make();
  const { run, execution, inference, legacy } = PINN.configure({
    gridsize: 2,
    "probe.trainable": true,
    n_images: 40,
    checkpoint_save_top_k: 3,
    learning_rate: 0.01,
  });
  assert.deepEqual([run.model.gridsize, run.model.object_big], [2, true]);
  assert.deepEqual([run.training.probe_trainable, run.training.n_groups], [true, 40]);
  assert.ok(host.lines.some((line) => /n_images is an old name/.test(line)), host.lines.join());
  // What only the command line has is told, not taken silently.
  assert.ok(
    host.lines.some((line) =>
      /without effect in a reconstructor.*: checkpoint_save_top_k$/.test(line)
    ),
    host.lines.join(),
  );
  assert.deepEqual([execution.checkpoint_save_top_k, execution.learning_rate], [3, 0.01]);
  const { intensity_scale, ...flat } = legacy;
  assert.equal(intensity_scale, null);
  assert.deepEqual(Object.keys(flat).sort(), [...legacyKeys()].sort());
  assert.deepEqual([legacy.gridsize, legacy["probe.trainable"], PINN.legacy.gridsize], [
    2,
    true,
    2,
  ]);
  assert.equal(inference.middle_trim, null);
  assert.equal(PINN.configure({ middle_trim: 20 }, "inference").inference.middle_trim, 20);
  assert.throws(() => PINN.configure({ nepoch: 3 }), /training settings.*nepochs/);
  assert.throws(() => PINN.configure({ nepochs: -1 }), ConfigError);
  // A profile brings its values at once, and what contradicts it is refused.
  const ci = make().PINN;
  assert.equal(
    ci.configure({ profile: "ci" }).run.model.physics_forward_mode,
    "rectangular_scaled",
  );
  assert.throws(() => ci.configure({ torch_loss_mode: "mae" }), /profile ci means torch_loss_mode/);
  assert.equal(ci.configure({ nepochs: 4 }).run.training.torch_loss_mode, "poisson");
  // Fields of the other surroundings are told too.
  const before = host.lines.length;
  PINN.configure({ comparison_plot: true, crop_to: 64, n_groups: 5 }, "inference");
  assert.match(host.lines.slice(before).join(), /reconstructor.*: comparison_plot, crop_to$/);
  // A refused change changes nothing.
  assert.equal(PINN.configure().run.training.nepochs, run.training.nepochs);
});

Deno.test("ingest: coordinates, patterns, probe, one object layer", async () => {
  const { PINN } = make();
  const raw = await rawScan();
  const scan = PINN.ingest(raw);
  assert.deepEqual([scan.count, scan.N, scan.objectShape?.join()], [12, 64, "140,150"]);
  const two = complexArray([2, 4, 4], new Float32Array(64));
  assert.throws(() => PINN.ingest({ ...raw, objectGuess: two }), /has 2 layers: give one/);
  const short = realArray([11], new Float32Array(11));
  assert.throws(() => PINN.ingest({ ...raw, xcoords: short }), /11 and 12 values/);
  assert.throws(
    () => PINN.ingest({ ...raw, diffraction: realArray([1, 64, 64], new Float32Array(4096)) }),
    (e) => e instanceof DatasetError && /need \(12, 64, 64\)/.test(e.message),
  );
});

Deno.test("group: every key, in (x, y), relative coordinates are centre minus position", async () => {
  const { PINN } = make();
  const raw = await rawScan();
  await assert.rejects(async () => await PINN.group(), /call ingest first/);
  const shift = (a: NdArray): NdArray => ({
    ...a,
    data: (a.data as Float64Array).map((v, i) => v + 0.1 * (i % 3)),
  });
  PINN.configure({ gridsize: 2, n_groups: 6, n_filters_scale: 0.5 });
  PINN.ingest({ ...raw, xcoordsStart: shift(raw.xcoords), ycoordsStart: shift(raw.ycoords) });
  const g = await PINN.group();
  const shapes = Object.fromEntries(
    Object.entries(g).map(([key, value]) => [key, (value as NdArray).shape.join()]),
  );
  assert.deepEqual(shapes, {
    diffraction: "6,4,64,64",
    X_full: "6,4,64,64",
    Y: "6,4,64,64",
    coords_offsets: "6,1,1,2",
    coords_relative: "6,4,1,2",
    coords_start_offsets: "6,1,1,2",
    coords_start_relative: "6,4,1,2",
    coords_nn: "6,4,1,2",
    coords_start_nn: "6,4,1,2",
    nn_indices: "6,4",
    objectGuess: "140,150",
  });
  const members = g.nn_indices.data as Int32Array, x = raw.xcoords.data, y = raw.ycoords.data;
  const nn = toFloat32(g.coords_nn), relative = toFloat32(g.coords_relative);
  const centre = toFloat32(g.coords_offsets), start = toFloat32(g.coords_start_nn);
  for (let i = 0; i < 24; i++) {
    const n = members[i];
    assert.ok(Math.abs(nn[2 * i] - Number(x[n])) < 1e-4);
    assert.ok(Math.abs(nn[2 * i + 1] - Number(y[n])) < 1e-4);
    assert.ok(Math.abs(start[2 * i] - Number(x[n]) - 0.1 * (n % 3)) < 1e-4);
    for (const axis of [0, 1]) {
      const want = centre[2 * Math.floor(i / 4) + axis] - nn[2 * i + axis];
      assert.ok(Math.abs(relative[2 * i + axis] - want) < 1e-4);
    }
  }
  // The network's amplitudes: mean energy (N/2)^2 over the scan, the measured ones as they are.
  const measured = toFloat32(g.diffraction), normal = toFloat32(g.X_full);
  const file = toFloat32(raw.diffraction).subarray(members[0] * 4096, (members[0] + 1) * 4096);
  assert.deepEqual(measured.subarray(0, 4096), file);
  const ratio = normal[2080] / measured[2080];
  assert.ok(normal.every((v, i) => Math.abs(v - ratio * measured[i]) < 1e-3));
  let energy = 0;
  for (const v of toFloat32(raw.diffraction)) energy += v * v / 12;
  assert.ok(Math.abs(ratio - Math.sqrt(1024 / energy)) < 1e-5 * ratio);
});

Deno.test("export: the keys of the contract, amplitudes, readable again", async () => {
  const { PINN, host } = make();
  const raw = await rawScan();
  PINN.ingest(raw);
  await PINN.exportTrainingData("out/data.npz");
  const npz = await openNpz(bytesSource("data.npz", host.files.get("out/data.npz")!));
  assert.deepEqual(
    [...npz.keys].sort(),
    ["diff3d", "objectGuess", "probeGuess", "scan_index", "xcoords", "ycoords"],
  );
  assert.deepEqual(toFloat32(await npz.read("diff3d")), toFloat32(raw.diffraction));
  assert.deepEqual(toFloat64(await npz.read("xcoords")), toFloat64(raw.xcoords));
  assert.deepEqual((await npz.header("objectGuess")).shape, [140, 150]);
});

Deno.test("train, predict, reconstruct, save, open: a new process gives the same object", async () => {
  await withGpu(async (gpu) => {
    const made = make(gpu), { PINN, host } = made;
    const raw = await rawScan();
    await assert.rejects(
      PINN.train("run"),
      (e) => e instanceof FileFormatError && /train_data\.npz/.test(e.message),
    );
    await prepare(made, "PINN", raw);
    PINN.configure(SMALL);
    let events = 0;
    const trained = await PINN.train("run", () => events++);
    assert.ok(events > 2);
    assert.equal(trained.backend, "webgpu");
    assert.equal(trained.history.train_loss.length, 2);
    assert.equal(trained.history.val_loss?.length, 2);
    assert.ok(trained.history.train_loss.every(Number.isFinite));
    assert.equal(trained.legacy.nepochs, 2);
    assert.equal(trained.legacy.train_data_file_path, "run/train_data.npz");
    assert.ok(trained.intensity_scale > 0);
    assert.equal(PINN.legacy.intensity_scale, trained.intensity_scale);
    // The configured rate is the one that trained.
    assert.equal(trained.config.training.learning_rate, 2e-3);

    const B = 3, size = 64 * 64;
    const x = realArray([B, 1, 64, 64], toFloat32(raw.diffraction).slice(0, B * size));
    const factor = trained.checkpoint.scaling.input_factor;
    const input = {
      x,
      positions: realArray([B, 1, 1, 2], new Float32Array(2 * B)),
      probe: raw.probeGuess,
      scale: realArray([B], new Float32Array(B).fill(factor)),
    };
    const patches = await PINN.predict(input);
    assert.deepEqual([patches.dtype, patches.shape.join()], ["c64", "3,1,64,64"]);
    const twice = {
      ...input,
      scale: realArray([B, 1, 1, 1], new Float32Array(B).fill(2 * factor)),
    };
    assert.notDeepEqual(toFloat32(await PINN.predict(twice)), toFloat32(patches));
    for (
      const bad of [
        { ...input, scale: realArray([2], new Float32Array(2)) },
        { ...input, positions: realArray([B, 2, 1, 2], new Float32Array(4 * B)) },
        { ...input, x: realArray([B, 1, 32, 32], new Float32Array(B * 1024)) },
      ]
    ) await assert.rejects(PINN.predict(bad), ShapeError);

    const { object, amplitude, phase } = await PINN.reconstruct();
    assert.equal(object.shape.length, 2);
    assert.deepEqual([amplitude.shape, phase.shape], [object.shape, object.shape]);
    assert.ok(toFloat32(object).every(Number.isFinite));
    assert.equal(await PINN.saveModel("models"), "models/wts.h5.zip");

    // Half of the patterns are another training: settings of reading count here too.
    const halves = make(gpu);
    halves.PINN.configure({ ...SMALL, subset: "even" });
    await prepare(halves, "PINN", raw);
    const half = await halves.PINN.train("run");
    assert.notDeepEqual(half.history.train_loss, trained.history.train_loss);

    const fresh = createReconstructors({ gpu, host });
    assert.equal(fresh.PINN.configure().run.model.n_filters_scale, 2);
    await assert.rejects(
      async () => await fresh.PINN.saveModel("x"),
      /call train or openModel first/,
    );
    const manifest = await fresh.PINN.openModel("models");
    assert.deepEqual(manifest.models, ["autoencoder", "diffraction_to_obj"]);
    // Opening replaces the configuration.
    assert.equal(fresh.PINN.configure().run.model.n_filters_scale, 0.16);
    assert.equal(fresh.PINN.legacy.intensity_scale, trained.intensity_scale);
    fresh.PINN.ingest(raw);
    const again = await fresh.PINN.reconstruct();
    assert.deepEqual(toFloat32(again.object), toFloat32(object));
    assert.deepEqual(toFloat32(await fresh.PINN.predict(input)), toFloat32(patches));
    await assert.rejects(
      fresh.Supervised.openModel("models/wts.h5.zip"),
      /model_type is pinn: use PINN/,
    );
    await assert.rejects(fresh.PINN.openModel("nowhere"), FileFormatError);
  });
});

Deno.test("Supervised trains on labels and refuses data without", async () => {
  await withGpu(async (gpu) => {
    const made = make(gpu), { Supervised } = made;
    Supervised.configure({ ...SMALL, nepochs: 6, learning_rate: 5e-3 });
    await prepare(made, "Supervised", await rawScan());
    await assert.rejects(
      Supervised.train("run"),
      (e) => e instanceof DatasetError && /holds no labels.*model_type pinn/.test(e.message),
    );
    await prepare(made, "Supervised", await rawScan(12, true), "labelled");
    const { history, config } = await Supervised.train("labelled");
    assert.equal(config.model.model_type, "supervised");
    assert.ok(history.train_loss[5] < 0.8 * history.train_loss[0], history.train_loss.join());
    assert.ok(history.val_loss![5] < history.val_loss![0]);
    await Supervised.saveModel("labelled");
    await made.Supervised.openModel("labelled");
    const { object } = await Supervised.reconstruct();
    assert.ok(toFloat32(object).every(Number.isFinite));
  });
});
