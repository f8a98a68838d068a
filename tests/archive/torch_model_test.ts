import assert from "node:assert/strict";
import { realArray, toFloat32 } from "../../src/array.ts";
import { findStateDict } from "../../src/archive/state_dict.ts";
import { importTorchModel, type TorchModel } from "../../src/archive/torch_model.ts";
import { resolveRun } from "../../src/config/presets.ts";
import { ConfigError, FileFormatError } from "../../src/errors.ts";
import { bytesSource } from "../../src/io/source.ts";
import { writeZip, type ZipEntry } from "../../src/io/zip_writer.ts";
import { declareNetwork } from "../../src/network/architecture.ts";
import { recordNetwork } from "../../src/network/autoencoder.ts";
import { Graph } from "../../src/ops/graph.ts";
import { ParameterStore } from "../../src/ops/parameters.ts";
import { randomValues } from "../support/close.ts";
import { withGpu } from "../support/device.ts";
import { pickleOf, torchFile, zeros } from "./torch_writer.ts";

const FOLDER = new URL("fixtures/", import.meta.url);
const network = await Deno.readFile(new URL("network.ckpt", FOLDER));
const source = (bytes: Uint8Array, name = "network.ckpt") => bytesSource(name, bytes);

Deno.test("a Lightning checkpoint gives architecture, settings and weights", async () => {
  const { config, weights, notes } = await importTorchModel(source(network));
  const { model } = config;
  assert.deepEqual(
    [model.N, model.gridsize, model.n_filters_scale, model.object_big, model.decoder],
    [64, 2, 5 / 32, true, "split"],
  );
  assert.deepEqual(
    [model.probe_big, model.cbam_encoder, model.amp_activation, model.model_type],
    [true, false, "silu", "pinn"],
  );
  assert.equal(weights.size, declareNetwork(model).layout.parameters.length);
  assert.ok(notes.some((line) => /not needed here: .*alpha/.test(line)), notes.join("; "));
  assert.ok(notes.some((line) => /weights from state_dict/.test(line)));
});

Deno.test("the imported network gives what PyTorch gave", async () => {
  const expected = JSON.parse(await Deno.readTextFile(new URL("network.json", FOLDER)));
  const made = await importTorchModel(source(network));
  const input = Float32Array.from({ length: 4 * 64 * 64 }, (_, i) => (i * 37) % 128 / 64);
  const [amp, phase] = await forward(made, input);
  for (const [name, map] of [["amp", amp], ["phase", phase]] as const) {
    let at = 0, worst = 0;
    for (let c = 0; c < 4; c++) {
      for (let y = 2; y < 64; y += 11) {
        for (let x = 3; x < 64; x += 9) {
          const want = expected[name][at++];
          worst = Math.max(worst, Math.abs(map[(c * 64 + y) * 64 + x] - want));
        }
      }
    }
    assert.equal(at, expected[name].length);
    assert.ok(worst < 2e-6, `${name} differs by ${worst}`);
  }
});

Deno.test("names are found whatever wrapped the network", async () => {
  const plain = await importTorchModel(source(network));
  const state = [...plain.weights].map(([name, v]) => [name, v] as const);
  for (
    const rename of [
      (name: string) => name,
      (name: string) => name.replace("model.", ""),
      (name: string) => name.replace("model.autoencoder.", ""),
      (name: string) => `module.${name}`,
      (name: string) => name.replace("model.", "_orig_mod.model."),
    ]
  ) {
    const file = await torchFile(new Map(state.map(([name, v]) => [rename(name), v])));
    const again = await importTorchModel(source(file), { amp_activation: "silu" });
    assert.deepEqual([...again.weights.keys()], [...plain.weights.keys()]);
    const name = "model.autoencoder.decoder_amp.amp.conv2.weight";
    assert.deepEqual(toFloat32(again.weights.get(name)!), toFloat32(plain.weights.get(name)!));
  }
});

Deno.test("attention at the bottleneck by its old name; attention that is never called is left out", async () => {
  const { model } = resolveRun({ n_filters_scale: 0.25, cbam_bottleneck: true }, "reference");
  const { parameters } = declareNetwork(model).layout;
  const state = new Map(parameters.map(({ name, shape }, i) => {
    const data = randomValues(shape.reduce((a, b) => a * b, 1), i);
    return [name.replace("bottleneck_attention", "bottleneck_cbam"), realArray(shape, data)];
  }));
  const gate = "model.autoencoder.decoder_amp.attention_blocks.0.SpatialGate.compress.weight";
  state.set(gate, zeros([1, 2, 7, 7]));
  assert.ok([...state.keys()].some((name) => /bottleneck_cbam/.test(name)));
  const made = await importTorchModel(source(await torchFile(state)), { amp_activation: "silu" });
  assert.equal(made.config.model.cbam_bottleneck, true);
  assert.deepEqual([...made.weights.keys()], parameters.map((p) => p.name));
  assert.ok(made.notes.some((line) => line.includes(`not needed here: ${gate}`)));
});

Deno.test("missing, unexpected and misshapen parameters are listed", async () => {
  const { weights } = await importTorchModel(source(network));
  const change = async (edit: (map: Map<string, ReturnType<typeof zeros>>) => void) => {
    const map = new Map(weights) as Map<string, ReturnType<typeof zeros>>;
    edit(map);
    return source(await torchFile(map));
  };
  const stated = { amp_activation: "silu" } as const;
  const bias = "model.autoencoder.decoder_phase.blocks.1.conv2.bias";
  await assert.rejects(
    importTorchModel(await change((m) => m.delete(bias)), stated),
    (e) => e instanceof FileFormatError && e.message.includes(`missing: ${bias}`),
  );
  const extra = "model.autoencoder.encoder.blocks.0.bn1.weight";
  await assert.rejects(
    importTorchModel(await change((m) => m.set(extra, zeros([5]))), stated),
    (e) => e instanceof FileFormatError && e.message.includes(`unexpected: ${extra}`),
  );
  await assert.rejects(
    importTorchModel(await change((m) => m.set(bias, zeros([6]))), stated),
    /of another shape: .*\(6\) instead of \(5\)/,
  );
  await assert.rejects(
    importTorchModel(
      await change((m) => m.set(bias, { ...zeros([5]), data: new Float32Array(5).fill(NaN) })),
      stated,
    ),
    /not finite/,
  );
});

Deno.test("what shapes do not say must be stated, what they say may not be contradicted", async () => {
  const { weights } = await importTorchModel(source(network));
  const bare = source(await torchFile(weights));
  await assert.rejects(
    importTorchModel(bare),
    (e) => e instanceof ConfigError && /state amp_activation/.test(e.message),
  );
  await assert.rejects(
    importTorchModel(bare, { amp_activation: "silu", N: 128 }),
    /N is 128 but the shapes of the weights say 64/,
  );
  const { config } = await importTorchModel(bare, {
    amp_activation: "relu",
    n_filters_scale: 5 / 32,
  });
  assert.equal(config.model.amp_activation, "relu");
  // Stated values win over hyper-parameters.
  const won = await importTorchModel(source(network), { amp_activation: "sigmoid" });
  assert.equal(won.config.model.amp_activation, "sigmoid");
});

Deno.test("an archive of the original system gives its model and parameters", async () => {
  const { weights } = await importTorchModel(source(network));
  const model = await torchFile(weights);
  const entry = (name: string, content: Uint8Array): ZipEntry => ({ name, content });
  const params = pickleOf({ N: 64, gridsize: 2, amp_activation: "swish", "object.big": true });
  const files = [
    entry("manifest.dill", pickleOf({ version: "2.0-pytorch" })),
    entry("autoencoder/model.pth", model.subarray(0, 10)),
    entry("diffraction_to_obj/model.pth", model),
    entry("diffraction_to_obj/params.dill", params),
  ];
  const made = await importTorchModel(source(await writeZip(files), "wts.h5.zip"));
  assert.equal(made.config.model.amp_activation, "silu");
  assert.ok(made.notes.includes("weights from diffraction_to_obj/model.pth"));
  // Parameters that name code are left out with a note; the weights still come.
  const evil = Uint8Array.from("cos\nsystem\n(Vls\ntR.", (c) => c.charCodeAt(0));
  files[3] = entry("diffraction_to_obj/params.dill", evil);
  const noted = await importTorchModel(source(await writeZip(files)), { amp_activation: "silu" });
  assert.ok(noted.notes.some((line) => /not used: .*names os\.system/.test(line)));
  const keras = [entry("manifest.dill", params), entry("diffraction_to_obj/model.keras", params)];
  await assert.rejects(importTorchModel(source(await writeZip(keras))), /tensorflow backend/);
  const ours = [entry("manifest.json", params)];
  await assert.rejects(importTorchModel(source(await writeZip(ours))), /archive of this program/);
});

Deno.test("rectangular physics brings its two scales; elsewhere they are left out with a note", async () => {
  const { weights } = await importTorchModel(source(network));
  const name = (part: string): string => `model.forward_model.rect_scaler.${part}`;
  const scales = ["s1", "s2"].map((part, i) =>
    [name(part), { ...zeros([1]), data: Float32Array.of(1.5 + i) }] as const
  );
  const file = source(await torchFile(new Map([...weights, ...scales])));
  const stated = {
    physics_forward_mode: "rectangular_scaled",
    cnn_output_mode: "real_imag",
  } as const;
  const made = await importTorchModel(file, stated);
  assert.deepEqual(Array.from(toFloat32(made.weights.get(name("s2"))!)), [2.5]);
  const plain = await importTorchModel(file, { amp_activation: "silu" });
  assert.equal(plain.weights.has(name("s1")), false);
  assert.ok(plain.notes.some((line) => /not needed here: .*rect_scaler\.s1/.test(line)));
  await assert.rejects(importTorchModel(source(await torchFile(weights)), stated), /missing: .*s1/);
});

Deno.test("files without a network are refused", async () => {
  const plain = await Deno.readFile(new URL("plain.pth", FOLDER));
  await assert.rejects(findStateDict(source(plain, "plain.pth")), /holds no state dict/);
  const tensors = await Deno.readFile(new URL("tensors.pth", FOLDER));
  await assert.rejects(
    importTorchModel(source(tensors, "tensors.pth")),
    /no convolutional encoder.*plain, transposed/,
  );
});

/** Both maps for one input, (1, C, N, N). */
async function forward(made: TorchModel, input: Float32Array): Promise<Float32Array[]> {
  const { model } = made.config, maps: Float32Array[] = [];
  await withGpu(async (gpu) => {
    const layers = declareNetwork(model);
    const store = new ParameterStore(gpu, layers.layout, false);
    using graph = new Graph(gpu, "imported", false);
    store.load(made.weights);
    const tensor = graph.allocate("input", [1, layers.channels, model.N, model.N]);
    gpu.write(tensor, input);
    const { first, second } = recordNetwork(graph, layers, store, model, graph.wrap(tensor));
    graph.keep(first);
    graph.keep(second);
    graph.plan.submit();
    maps.push(...await gpu.readAll([first.tensor, second.tensor]));
    store.dispose();
  });
  return maps;
}
