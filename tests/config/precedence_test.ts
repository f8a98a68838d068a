import assert from "node:assert/strict";
import { overrideMatrix } from "../../src/config/matrix.ts";
import { fieldOf } from "../../src/config/registry/registry.ts";
import type { FieldEntry, FieldValue } from "../../src/config/registry/types.ts";
import { type Layer, layered, type Source } from "../../src/config/resolution/audit.ts";
import { createTrainingPayload } from "../../src/config/resolution/payload.ts";
import { readStatement, type Statement } from "../../src/config/resolution/statement.ts";
import { dataFile, memoryHost } from "./hosts.ts";
import { samples } from "./samples.ts";

/** A statement in which one source says one value. */
function stating(source: Source, { name: field, owner }: FieldEntry, value: FieldValue): Statement {
  const pair: Record<string, FieldValue> = { [field]: value };
  // The two halves of the units contract are only accepted together.
  if (field === "scale_contract_version") pair.measurement_domain = "count_intensity";
  if (field === "measurement_domain") pair.scale_contract_version = "ci_intensity_v2";
  if (source === "override") return { overrides: pair };
  return source === "flag" ? { flags: pair } : { file: { [owner]: pair } };
}

const STATED: readonly Source[] = ["override", "flag", "file"];

for (const row of overrideMatrix()) {
  Deno.test(`${row.owner}.${row.field}: every stronger source wins over every weaker one`, () => {
    const field = fieldOf(row.field, row.owner) as FieldEntry;
    const command = field.commands.includes("train") ? "train" : "infer";
    const values = samples(field, row.sources.length);
    for (const [i, strong] of row.sources.entries()) {
      for (const weak of row.sources.slice(i + 1)) {
        const a = values[0], b = values[values.length > 1 ? 1 : 0];
        const [above, below] = strong === "default" ? [field.value, field.value] : [a, b];
        const layers: Layer[] = [];
        let statement: Statement = {};
        for (const [source, value] of [[strong, above], [weak, below]] as const) {
          if (STATED.includes(source)) {
            statement = { ...statement, ...stating(source, field, value) };
          } else if (source !== "default") layers.push({ source, values: { [field.name]: value } });
        }
        const stated = readStatement(command, statement, undefined);
        const made = layered(stated.fields, [...layers, ...stated.layers], "recommended");
        const found = made.audit.find((r) => r.field === field.name);
        assert.ok(found !== undefined);
        assert.equal(found.source, strong === "default" && field.fixed ? "fixed" : strong);
        assert.deepEqual(found.value, above, `${strong} over ${weak}`);
        assert.deepEqual(made.values[field.name], above);
        const lost = found.overridden[0];
        assert.equal(lost.source, weak === "default" && field.fixed ? "fixed" : weak);
        assert.deepEqual(lost.value, weak === "default" ? field.value : below);
      }
    }
  });
}

const data = await dataFile([64, 64], 5e7);
const base = { train_data_file: "a.npz" };
const payload = (statement: Statement) =>
  createTrainingPayload(
    { ...statement, flags: { ...base, ...statement.flags } },
    memoryHost({ "a.npz": data }),
  );

Deno.test("preset: the reference preset changes defaults and nothing that is stated", async () => {
  const { run, audit } = await payload({ flags: { preset: "reference", nepochs: 3 } });
  assert.equal(run.training.nepochs, 3);
  assert.equal(run.training.batch_size, 16);
  assert.equal(run.model.decoder, "split");
  assert.equal(audit.find((r) => r.field === "batch_size")?.source, "default");
});

Deno.test("derived: a group of nine is chosen among nine neighbours, unless fewer are stated", async () => {
  const { run, audit } = await payload({ flags: { gridsize: 3 } });
  assert.equal(run.training.neighbor_count, 9);
  assert.equal(audit.find((r) => r.field === "neighbor_count")?.source, "derived");
  await assert.rejects(
    payload({ flags: { gridsize: 3, neighbor_count: 8 } }),
    /neighbor_count is 8/,
  );
});

Deno.test("profile: ci lies above the preset and below everything stated", async () => {
  const { run, audit } = await payload({ file: { profile: "ci" } });
  assert.equal(run.model.physics_forward_mode, "rectangular_scaled");
  assert.equal(run.model.cnn_output_mode, "real_imag");
  assert.equal(audit.find((r) => r.field === "cnn_output_mode")?.source, "profile");
  const typed = await payload({ file: { profile: "ci" }, flags: { cnn_output_mode: "amp_phase" } });
  assert.equal(typed.run.model.cnn_output_mode, "amp_phase");
  await assert.rejects(
    payload({ flags: { profile: "ci", torch_loss_mode: "mae" } }),
    /profile ci means torch_loss_mode poisson but torch_loss_mode is mae/,
  );
  await assert.rejects(payload({ flags: { profile: "cd" } }), /profile.*ci/);
});

Deno.test("one run with all six sources: each value has its source", async () => {
  const { run, audit } = await payload({
    overrides: { nepochs: 7 },
    flags: { nepochs: 6, batch_size: 8 },
    file: { training: { nepochs: 5, batch_size: 2 }, gridsize: 2, profile: "ci" },
  });
  const source = (field: string) => audit.find((r) => r.field === field);
  assert.equal(run.training.nepochs, 7);
  assert.deepEqual(source("nepochs")?.overridden, [
    { value: 6, source: "flag" },
    { value: 5, source: "file" },
    { value: 10, source: "default" },
  ]);
  assert.equal(run.training.batch_size, 8);
  assert.equal(run.model.gridsize, 2);
  assert.equal(source("gridsize")?.source, "file");
  assert.equal(run.training.nphotons, 5e7);
  assert.equal(source("nphotons")?.source, "data");
  assert.equal(source("N")?.source, "data");
  assert.equal(source("object_big")?.source, "derived");
  assert.equal(run.model.object_big, true);
  assert.equal(source("physics_forward_mode")?.source, "profile");
  assert.equal(source("momentum")?.source, "default");
});
