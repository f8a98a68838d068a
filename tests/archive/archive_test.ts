import assert from "node:assert/strict";
import { toFloat32 } from "../../src/array.ts";
import { encodeArchive, openArchive, weightsHash } from "../../src/archive/archive.ts";
import { completeModel, type SavedModel, savedModel } from "../../src/archive/saved_model.ts";
import { FileFormatError } from "../../src/errors.ts";
import { legacyKeys } from "../../src/config/bridge/legacy.ts";
import { LOOP_FIELDS } from "../../src/config/registry/execution.ts";
import { ownedBy } from "../../src/config/registry/registry.ts";
import { resolveRun } from "../../src/config/presets.ts";
import { bytesSource } from "../../src/io/source.ts";
import { memberChunks, readZipDirectory } from "../../src/io/zip.ts";
import { concatenate, writeZip, type ZipEntry } from "../../src/io/zip_writer.ts";
import { initializeParameters } from "../../src/network/initialization.ts";
import { infer } from "../../src/workflows/infer.ts";
import { declareModel } from "../../src/workflows/pinn.ts";
import { Trainer } from "../../src/workflows/train.ts";
import { withGpu } from "../support/device.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";

const SMALL = {
  n_filters_scale: 5 / 32,
  nepochs: 1,
  batch_size: 4,
  overlap_group_size: 0,
} as const;

/** A model with random weights; nothing is trained. */
function model(change: Partial<SavedModel> = {}): SavedModel {
  const config = resolveRun(
    { ...SMALL, gridsize: 2, intensity_scale_trainable: false },
    "reference",
  )
    .fitted({ N: 64 });
  const { layout } = declareModel(config, 1).layers;
  return {
    config,
    weights: initializeParameters(layout, "pytorch", 3),
    scaling: undefined,
    inputFactor: undefined,
    probe: undefined,
    inputStatistics: undefined,
    ...change,
  };
}

const open = (bytes: Uint8Array) => openArchive(bytesSource("wts.h5.zip", bytes));

/** Members of an archive, to be changed. */
async function membersOf(bytes: Uint8Array): Promise<Map<string, Uint8Array>> {
  const source = bytesSource("x", bytes), out = new Map<string, Uint8Array>();
  for (const member of await readZipDirectory(source)) {
    const parts: Uint8Array[] = [];
    for await (const chunk of memberChunks(source, member)) parts.push(chunk);
    out.set(member.name, concatenate(parts));
  }
  return out;
}

const pack = (members: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> =>
  writeZip([...members].map(([name, content]): ZipEntry => ({ name, content })));
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const parse = (bytes?: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));

Deno.test("a trained model comes back from its archive alone and infers the same", async () => {
  await withGpu(async (gpu) => {
    const scan = tinyScan();
    using trainer = await Trainer.create(gpu, scan, resolveRun(SMALL));
    for await (const _ of trainer.run()) { /* to the end */ }
    const checkpoint = await trainer.checkpoint();
    const bytes = await encodeArchive(savedModel(checkpoint));
    assert.deepEqual(bytes, await encodeArchive(savedModel(checkpoint)));
    const opened = await open(bytes);
    assert.deepEqual(opened.config.model, checkpoint.config.model);
    assert.deepEqual(opened.scaling, checkpoint.scaling);
    assert.equal(await weightsHash(opened), await weightsHash(checkpoint));
    assert.equal(opened.inputStatistics !== undefined, true);
    const before = await infer(gpu, scan, checkpoint);
    const after = await infer(gpu, scan, await completeModel(opened, tinyScan(3)));
    assert.deepEqual(toFloat32(after.object), toFloat32(before.object));
    assert.deepEqual(toFloat32(after.probe), toFloat32(before.probe));
    // What comes out again is the same archive, byte for byte.
    assert.deepEqual(await encodeArchive(opened), bytes);
  });
});

Deno.test("the manifest names two roles, backend, schema and identity", async () => {
  const bytes = await encodeArchive(model());
  const { manifest } = await open(bytes);
  assert.deepEqual(manifest.models, ["autoencoder", "diffraction_to_obj"]);
  assert.equal(manifest.backend, "webgpu");
  assert.equal(manifest.artifact_schema_version, "ptychogpu-archive/1");
  assert.match(manifest.identity, /^[0-9a-f]{64}$/);
  const other = model();
  other.weights.get("model.autoencoder.decoder_amp.amp.conv2.bias")!.data[0] = 0.5;
  const changed = await open(await encodeArchive(other));
  assert.notEqual(changed.manifest.identity, manifest.identity);
  assert.notEqual(await weightsHash(changed), await weightsHash(model()));
});

Deno.test("parameters are the 61 legacy keys; nothing of the execution is in the archive", async () => {
  const members = await membersOf(await encodeArchive(model()));
  for (const role of ["autoencoder", "diffraction_to_obj"]) {
    const params = parse(members.get(`${role}/params.json`));
    const { _version, intensity_scale, ...legacy } = params;
    assert.equal(_version, "1.0-webgpu");
    assert.equal(intensity_scale, null);
    assert.deepEqual(Object.keys(legacy).sort(), [...legacyKeys()].sort());
    assert.equal(legacy.gridsize, 2);
  }
  const config = parse(members.get("config.json"));
  const words = new Set([...Object.keys(config.training), ...Object.keys(config.model)]);
  for (const name of [...LOOP_FIELDS, ...ownedBy("execution").map((f) => f.name)]) {
    assert.ok(!words.has(name), name);
  }
});

Deno.test("scales that were not saved are measured on the data, or stated", async () => {
  const scan = tinyScan();
  const measured = await completeModel(await open(await encodeArchive(model())), scan);
  assert.ok(measured.scaling.input_factor > 0 && measured.probe.shape.join() === "1,64,64");
  const stated = await open(await encodeArchive(model({ inputFactor: 2.5 })));
  assert.equal((await completeModel(stated, scan)).scaling.input_factor, 2.5);
});

Deno.test("another backend or schema is refused by name", async () => {
  const members = await membersOf(await encodeArchive(model()));
  const manifest = parse(members.get("manifest.json"));
  const withManifest = (change: Record<string, unknown>) =>
    pack(new Map([...members, ["manifest.json", text({ ...manifest, ...change })]]));
  const cases: readonly [Uint8Array, RegExp][] = [
    [
      await withManifest({ backend: "pytorch" }),
      /backend pytorch and the active backend is webgpu: .*import-torch/,
    ],
    [
      await withManifest({ backend: "tensorflow" }),
      /backend tensorflow and the active backend is webgpu/,
    ],
    [await withManifest({ backend: undefined }), /backend unknown/],
    [
      await withManifest({ artifact_schema_version: "ptychogpu-archive/9" }),
      /schema is ptychogpu-archive\/9 and this program reads ptychogpu-archive\/1/,
    ],
    [await withManifest({ models: ["autoencoder"] }), /models are autoencoder: .*are needed/],
    [await withManifest({ members: null }), /manifest lists no members/],
    [await withManifest({ members: [] }), /manifest lists no members/],
    [await withManifest({ members: { "config.json": 3 } }), /manifest lists no members/],
    [await withManifest({ identity: "0" }), /identity is not that of its members/],
    [
      await pack(new Map([["manifest.dill", text(1)], ["autoencoder/model.pth", text(1)]])),
      /backend pytorch/,
    ],
    [
      await pack(new Map([["manifest.dill", text(1)], ["autoencoder/model.keras", text(1)]])),
      /backend tensorflow/,
    ],
    [await pack(new Map([["a.npy", text(1)]])), /holds no manifest\.json/],
    [text("no archive"), /is no archive/],
  ];
  for (const [bytes, what] of cases) {
    await assert.rejects(
      open(bytes),
      (e) => e instanceof FileFormatError && what.test(e.message),
      String(what),
    );
  }
});

Deno.test("a damaged or changed archive is refused", async () => {
  const good = await encodeArchive(model());
  await assert.rejects(open(good.subarray(0, good.length - 40)), FileFormatError);
  const members = await membersOf(good);
  const config = parse(members.get("config.json"));
  const edited = new Map([...members, [
    "config.json",
    text({ ...config, model: { ...config.model, gridsize: 1 } }),
  ]]);
  await assert.rejects(open(await pack(edited)), /config\.json was changed/);
  const extra = new Map([...members, ["execution.json", text({})]]);
  await assert.rejects(open(await pack(extra)), /execution\.json, which is not listed/);
  members.delete("scaling.json");
  await assert.rejects(open(await pack(members)), /scaling\.json is missing/);
});

Deno.test("loading is strict about names and shapes", async () => {
  const { weights } = model();
  const name = "model.autoencoder.decoder_phase.phase.conv2.weight";
  const less = new Map(weights);
  less.delete(name);
  await assert.rejects(encodeArchive(model({ weights: less })), /conv2\.weight is missing/);
  const more = new Map([...weights, ["model.spare", weights.get(name)!]]);
  await assert.rejects(encodeArchive(model({ weights: more })), /model\.spare is unknown/);
  const bent = { ...weights.get(name)!, shape: [4, 5, 9] };
  await assert.rejects(
    encodeArchive(model({ weights: new Map([...weights, [name, bent]]) })),
    /is \(4, 5, 9\) instead of \(4, 5, 3, 3\)/,
  );
});
