import assert from "node:assert/strict";
import { toFloat32 } from "../../src/array.ts";
import { BackendUnavailableError, ConfigError, GpuUnavailableError } from "../../src/errors.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { MemoryHost } from "../../src/lifecycle/host.ts";
import {
  type BackendRequest,
  createReconstructors,
  loadModelWithBackend,
  runExampleWithBackend,
  trainModelWithBackend,
} from "../../src/lifecycle/registry.ts";
import "../support/device.ts";
import { rawScan } from "./raw_scan.ts";

const SMALL = { n_filters_scale: 0.16, nepochs: 1, batch_size: 4 };

/** A training folder in memory. */
async function folder(): Promise<MemoryHost> {
  const host = new MemoryHost();
  const { PINN } = createReconstructors({ gpu: undefined as unknown as Gpu, host });
  PINN.ingest(await rawScan());
  for (const name of ["train_data", "test_data"]) await PINN.exportTrainingData(`run/${name}.npz`);
  return host;
}

const request = (host: MemoryHost, change: Partial<BackendRequest> = {}): BackendRequest => ({
  host,
  settings: SMALL,
  openGpu: () => Gpu.open(),
  ...change,
});

Deno.test("the three dispatched calls name their backend and agree", async () => {
  const host = await folder(), raw = await rawScan();
  const { amplitude, phase, results } = await runExampleWithBackend("run", raw, request(host));
  assert.equal(results.backend, "webgpu");
  assert.equal(results.history?.train_loss.length, 1);
  assert.deepEqual(amplitude?.shape, phase?.shape);
  assert.ok(host.files.has("run/wts.h5.zip"));
  const plain = await runExampleWithBackend("run", null, request(host));
  assert.deepEqual([plain.amplitude, plain.phase], [null, null]);
  assert.deepEqual(plain.results.history, results.history);
  const trained = await trainModelWithBackend("run", request(host, { backend: "webgpu" }));
  assert.deepEqual(trained.history, results.history);
  const loaded = await loadModelWithBackend("run", request(host, { settings: {} }));
  try {
    assert.equal(loaded.results.backend, "webgpu");
    assert.equal(loaded.results.legacy.n_filters_scale, 0.16);
    loaded.reconstructor.ingest(raw);
    const again = await loaded.reconstructor.reconstruct();
    assert.deepEqual(toFloat32(again.amplitude), toFloat32(amplitude!));
  } finally {
    loaded.gpu.dispose();
  }
});

Deno.test("other backends: the dictionary first, then the refusal, and no device is opened", async () => {
  const host = new MemoryHost();
  for (
    const [backend, kind, what] of [
      ["pytorch", BackendUnavailableError, /^PyTorch backend selected, .*install.*import-torch/],
      ["tensorflow", BackendUnavailableError, /^TensorFlow backend selected, .*install/],
      ["torch", ConfigError, /backend is "torch": webgpu is needed/],
      ["", ConfigError, /backend is "": webgpu is needed/],
    ] as const
  ) {
    const seen: unknown[] = [];
    const change = {
      backend,
      settings: { gridsize: 2 },
      onLegacy: (legacy: Readonly<Record<string, unknown>>) => seen.push(legacy.gridsize),
      openGpu: () => Promise.reject(new Error("opened")),
    };
    for (
      const call of [
        () => trainModelWithBackend("run", request(host, change)),
        () => runExampleWithBackend("run", null, request(host, change)),
        () => loadModelWithBackend("run", request(host, change)),
      ]
    ) await assert.rejects(call(), (e) => e instanceof kind && what.test(e.message));
    assert.deepEqual(seen, [2, 2, 2]);
  }
});

Deno.test("no adapter: the backend is named, and what to install", async () => {
  const openGpu = () => Promise.reject(new GpuUnavailableError("none found: run ptychogpu setup"));
  await assert.rejects(
    trainModelWithBackend("run", request(new MemoryHost(), { openGpu })),
    (e) =>
      e instanceof BackendUnavailableError &&
      /WebGPU backend selected, but no adapter opens: .*ptychogpu setup/.test(e.message),
  );
});

Deno.test("settings that contradict and unknown reconstructors stop before the backend", async () => {
  const host = new MemoryHost(), openGpu = () => Promise.reject(new Error("opened"));
  const bad = request(host, { openGpu, settings: { gridsize: 2, overlap_group_size: 4 } });
  await assert.rejects(trainModelWithBackend("run", bad), ConfigError);
  const name = "Baseline" as "PINN";
  await assert.rejects(
    trainModelWithBackend("run", request(host, { openGpu, reconstructor: name })),
    /reconstructor is "Baseline": PINN or Supervised/,
  );
});
