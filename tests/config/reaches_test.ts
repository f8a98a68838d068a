import assert from "node:assert/strict";
import { fieldsOf } from "../../src/config/registry/registry.ts";
import type { FieldEntry, FieldValue } from "../../src/config/registry/types.ts";
import {
  createInferencePayload,
  createTrainingPayload,
} from "../../src/config/resolution/payload.ts";
import { dataFile, memoryHost } from "./hosts.ts";
import { samples } from "./samples.ts";

const data = await dataFile([64, 64], 5e7);
const host = memoryHost({
  "a.npz": data,
  "b.npz": data,
  "c.npz": data,
  "d.npz": data,
  "x.npz": data,
});

/** What must be stated with a field for the whole to make sense. */
const WITH: Readonly<Record<string, Record<string, FieldValue>>> = {
  gridsize: { neighbor_count: 9 },
  enable_oversampling: { gridsize: 2 },
  neighbor_pool_size: { gridsize: 2, enable_oversampling: true },
  neighbor_count: { gridsize: 1 },
  prefetch_factor: { num_workers: 1 },
  phase_vmax: { phase_vmin: -4 },
  checkpoint_monitor_metric: { validation_fraction: 0.1 },
  recon_log_every_n_epochs: { logger_backend: "tensorboard" },
};

/** Values for fields whose samples only make sense with others. */
const VALUES: Readonly<Record<string, readonly FieldValue[]>> = {
  N: [64],
  crop_to: [64],
  bin: [1],
  overlap_group_size: [2, 4],
  middle_trim: [16, 32],
  phase_vmin: [-3, 1],
  phase_vmax: [-3, 1],
  validation_fraction: [0.1],
};

async function reached(
  command: "train" | "infer",
  field: FieldEntry,
  stated: Record<string, FieldValue>,
): Promise<unknown> {
  if (command === "train") {
    const payload = await createTrainingPayload(
      { flags: { train_data_file: "x.npz", ...stated } },
      host,
    );
    const { run, files, data, execution } = payload;
    const all: Record<string, unknown> = {
      ...run.model,
      ...run.training,
      ...files,
      ...data,
      ...execution,
    };
    return all[field.name];
  }
  const { inference, files, data, execution } = await createInferencePayload(
    { flags: { model_path: "x.npz", test_data_file: "x.npz", ...stated } },
    host,
  );
  return ({ ...inference, ...files, ...data, ...execution } as Record<string, unknown>)[field.name];
}

// No typed value is lost on the way: whatever is stated is what the objects hold that compute.
for (const command of ["train", "infer"] as const) {
  for (const field of fieldsOf(command)) {
    if (field.fixed !== undefined || ["preset", "profile"].includes(field.name)) continue;
    Deno.test(`${command}: a stated ${field.name} reaches the object of ${field.owner}`, async () => {
      const others = Object.entries(WITH[field.name] ?? {})
        .filter(([name]) => fieldsOf(command).some((f) => f.name === name));
      for (const value of VALUES[field.name] ?? samples(field, 2)) {
        const stated = { ...Object.fromEntries(others), [field.name]: value };
        const found = await reached(command, field, stated);
        assert.deepEqual(found, value);
      }
    });
  }
}
