import assert from "node:assert/strict";
import { join } from "node:path";
import { realArray } from "../../src/array.ts";
import { decodeCheckpoint } from "../../src/workflows/checkpoint.ts";
import { infer } from "../../src/workflows/infer.ts";
import { withGpu } from "../support/device.ts";
import { tinyScan } from "../workflows/tiny_scan.ts";
import { inFolder, trainTiny } from "./tiny_run.ts";

// Known defects of the original system that only a run can show.

Deno.test("defect 10: weights that do not fit the network are refused by name", () =>
  inFolder(async (dir) => {
    await trainTiny(dir, {}, { nepochs: 1 });
    const bytes = await Deno.readFile(join(dir, "model.safetensors"));
    const [name] = decodeCheckpoint(bytes, "m").weights.keys();
    for (const spoil of ["missing", "of another shape"]) {
      const model = decodeCheckpoint(bytes, "m");
      const weights = new Map(model.weights);
      if (spoil === "missing") weights.delete(name);
      else weights.set(name, realArray([3], new Float32Array(3)));
      await withGpu(async (gpu) => {
        await assert.rejects(
          infer(gpu, tinyScan(8), { ...model, weights }),
          (e: Error) => e.message.includes(name),
          spoil,
        );
      });
    }
  }));

Deno.test("defect 12: metrics, log and record are in the run's folder, nothing is elsewhere", () =>
  inFolder(async (dir) => {
    await trainTiny(dir, {}, { nepochs: 1 });
    const names = [...Deno.readDirSync(dir)].map((entry) => entry.name);
    for (const name of ["metrics.csv", "run.json", "logs", "checkpoints"]) {
      assert.ok(names.includes(name), name);
    }
    assert.match(await Deno.readTextFile(join(dir, "logs", "debug.log")), /training on 8 patterns/);
    const here = [...Deno.readDirSync(".")].map((entry) => entry.name);
    for (const name of ["metrics.csv", "run.json", "logs", "debug.log", "train_debug.log"]) {
      assert.ok(!here.includes(name), `${name} in the current folder`);
    }
  }));
