import { Command } from "commander";
import assert from "node:assert/strict";
import { toFloat32 } from "../../src/array.ts";
import { measureProbe } from "../../src/engines/constraints.ts";
import { measureAgreement } from "../../src/engines/measure.ts";
import { type EngineName, ENGINES } from "../../src/engines/settings.ts";
import { PROBE_STARTS } from "../../src/engines/start.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { type ScanDataset, scanFromArrays } from "../../src/scan/dataset.ts";
import type { Reconstruction } from "../../src/workflows/infer.ts";
import { EngineRun } from "../../src/workflows/reconstruct.ts";
import {
  type ReconstructInputs,
  reconstructionSettings,
  type ReconstructSettings,
} from "../../src/workflows/reconstruct_settings.ts";
import {
  decodeReconstruction,
  encodeReconstruction,
} from "../../src/workflows/reconstruct_checkpoint.ts";
import { addReconstructFlags, reconstructSettings } from "../../src/commands/reconstruct_flags.ts";
import { type ReferenceProblem, simulateProblem } from "../reference/engine_problem.ts";
import { withGpu } from "../support/device.ts";

const problem = simulateProblem({ size: 16, grid: [3, 5], step: 3, subpixel: true });

function scanOf({ size, modes, positions, probe, diffraction }: ReferenceProblem): ScanDataset {
  return scanFromArrays({
    name: "simulated",
    positions,
    probe: { modes, N: size, data: Float32Array.from(probe) },
    patterns: Float32Array.from(diffraction),
  });
}

/** Settings as the command makes them from flags; names in camel case, true for a flag alone. */
function settingsOf(
  engine: EngineName,
  typed: Record<string, string | true> = {},
): ReconstructSettings {
  const command = new Command();
  addReconstructFlags(command);
  const given: Record<string, string | true> = { sweeps: "6", ...typed };
  const flags = Object.entries(given).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? [flag] : [flag, value];
  });
  command.parse(["--data", "scan.npz", "--engine", engine, ...flags], { from: "user" });
  return reconstructSettings(command.opts(), command);
}

async function run(
  gpu: Gpu,
  settings: ReconstructSettings,
  inputs: ReconstructInputs = {},
  scan = scanOf(problem),
): Promise<{ made: Reconstruction; errors: readonly number[]; notes: string[] }> {
  using engineRun = await EngineRun.create(gpu, scan, settings, inputs);
  const notes: string[] = [];
  for await (const event of engineRun.run()) {
    if (event.kind === "note") notes.push(event.message);
  }
  return {
    made: await engineRun.reconstruction(false),
    errors: engineRun.progress.errors,
    notes,
  };
}

Deno.test("a resumed run is the run that was never interrupted", () =>
  withGpu(async (gpu) => {
    for (const engine of ["epie", "rpie", "lsqml", "adam"] as const) {
      const settings = settingsOf(engine, {
        batchSize: engine === "epie" ? "1" : "4",
        ...(engine === "adam" ? {} : { momentum: "0.4" }),
      });
      const whole = await run(gpu, settings);
      const stop = new AbortController();
      using first = await EngineRun.create(gpu, scanOf(problem), settings, {
        signal: stop.signal,
      });
      for await (const event of first.run()) {
        if (event.kind === "sweep" && event.sweep === 3) stop.abort();
      }
      assert.equal(first.progress.sweep, 3);
      const saved = encodeReconstruction(await first.checkpoint());
      const resume = decodeReconstruction(saved, "checkpoint");
      const rest = await run(gpu, settings, { resume });
      assert.deepEqual(rest.errors, whole.errors, engine);
      assert.deepEqual(rest.made.object, whole.made.object, engine);
      assert.deepEqual(rest.made.probe, whole.made.probe, engine);
    }
  }));

Deno.test("a run is not resumed with other data", () =>
  withGpu(async (gpu) => {
    const settings = settingsOf("epie");
    using first = await EngineRun.create(gpu, scanOf(problem), settings);
    const resume = await first.checkpoint();
    const mask = new Uint8Array(256).fill(1);
    mask[7] = 0;
    await assert.rejects(
      EngineRun.create(gpu, scanOf(problem), settings, { resume, mask }),
      /3840 valid pixels.* then, .*3825 valid pixels.* now; give the same --data/,
    );
    const other = { ...problem, diffraction: problem.diffraction.map((v) => 1.01 * v) };
    await assert.rejects(
      EngineRun.create(gpu, scanOf(other), settings, { resume }),
      /not those of the run/,
    );
  }));

Deno.test("the settings of a program are those of the command line", () => {
  for (const engine of ENGINES) {
    assert.deepEqual(reconstructionSettings(engine, { sweeps: 6 }), settingsOf(engine));
  }
  const typed = settingsOf("rpie", { batchSize: "4", positionCorrection: "gradient" });
  const changes = { batch: 4, positionCorrection: "gradient" as const, sweeps: 6 };
  assert.deepEqual(reconstructionSettings("rpie", changes), typed);
});

Deno.test("every start predicts the measured energy, on a rectangular canvas", () =>
  withGpu(async (gpu) => {
    const scan = scanOf(problem);
    for (const probeStart of PROBE_STARTS) {
      const starts: Record<string, string>[] = [{}, { objectStart: "random", seed: "7" }, {
        probeModes: "3",
      }];
      for (const typed of starts) {
        const settings = settingsOf("epie", { probeStart, ...typed });
        using engineRun = await EngineRun.create(gpu, scan, settings);
        const { rows, columns, modes } = engineRun.state.shape;
        assert.ok(columns > rows);
        assert.equal(modes, "probeModes" in typed ? 3 : 1);
        const { predicted, measured } = await measureAgreement(engineRun.state);
        assert.ok(Math.abs(predicted / measured - 1) < 1e-3, `${probeStart}: ${predicted}`);
      }
    }
  }));

Deno.test("probe starts recover the object; a wrong one starts worse than the right one", () =>
  withGpu(async (gpu) => {
    const errors = new Map<string, readonly number[]>();
    for (const probeStart of PROBE_STARTS) {
      const made = ["file", "mean"].includes(probeStart) ? {} : { probeDiameter: "9" };
      const typed = { probeStart, sweeps: "12", probeStep: "0.5", ...made };
      errors.set(probeStart, (await run(gpu, settingsOf("epie", typed))).errors);
    }
    for (const [kind, list] of errors) {
      assert.ok(list[11] < list[0] / 2, `${kind}: ${list}`);
      assert.ok(kind === "file" || list[0] > errors.get("file")![0], `${kind}: ${list[0]}`);
    }
  }));

Deno.test("an earlier object is found again on another canvas", () =>
  withGpu(async (gpu) => {
    const first = await run(gpu, settingsOf("rpie", { sweeps: "12", batchSize: "3" }));
    const { made } = first, { geometry } = made;
    const object = {
      data: toFloat32(made.object),
      height: geometry.height,
      width: geometry.width,
      originY: geometry.originY,
      originX: geometry.originX,
      coverage: toFloat32(made.coverage),
    };
    const inputs = { object, probe: toFloat32(made.probe) };
    const second = await run(gpu, settingsOf("epie", { canvasMargin: "6", sweeps: "1" }), inputs);
    const cold = await run(gpu, settingsOf("epie", { sweeps: "1" }));
    assert.ok(second.errors[0] < 0.1 * cold.errors[0], `${second.errors} ${cold.errors}`);
  }));

Deno.test("bad pixels spoil a run unless they are masked", () =>
  withGpu(async (gpu) => {
    const pixels = 256, patterns = Float32Array.from(problem.diffraction);
    const mask = new Uint8Array(pixels).fill(1);
    for (const at of [0, 40, 119, 200]) {
      mask[at] = 0;
      for (let p = 0; p < patterns.length / pixels; p++) patterns[p * pixels + at] = 90;
    }
    const scan = scanFromArrays({
      name: "bad pixels",
      positions: problem.positions,
      probe: { modes: 1, N: 16, data: Float32Array.from(problem.probe) },
      patterns,
    });
    for (const engine of ["epie", "rpie", "lsqml", "adam"] as const) {
      const settings = settingsOf(engine, { sweeps: "10", probeStartSweep: "0", batchSize: "3" });
      const spoiled = await run(gpu, settings, {}, scan);
      const { errors } = await run(gpu, settings, { mask }, scan);
      const [good, bad] = [errors[9], spoiled.errors[9]];
      assert.ok(good < 0.02 && good < bad / 5, `${engine}: ${good} against ${bad}`);
    }
  }));

Deno.test("constraints hold: power, support, centre", () =>
  withGpu(async (gpu) => {
    const scan = scanOf(problem), typed = { probeStep: "1", probeStartSweep: "1", sweeps: "4" };
    const probeOf = ({ made }: { made: Reconstruction }): Float32Array => toFloat32(made.probe);
    using start = await EngineRun.create(gpu, scan, settingsOf("epie"));
    const { power } = measureProbe(await gpu.read(start.state.probe), 16);
    const free = await run(gpu, settingsOf("epie", typed));
    const kept = await run(gpu, settingsOf("epie", { ...typed, probePower: true }));
    assert.ok(Math.abs(measureProbe(probeOf(free), 16).power / power - 1) > 1e-3);
    assert.ok(Math.abs(measureProbe(probeOf(kept), 16).power / power - 1) < 1e-4);
    // Scaling both against each other changes no prediction.
    assert.ok(Math.abs(kept.errors[3] / free.errors[3] - 1) < 1e-2);
    const narrow = probeOf(await run(gpu, settingsOf("epie", { ...typed, probeSupport: "0.5" })));
    assert.equal(Math.hypot(narrow[0], narrow[1]), 0);
    assert.ok(Math.hypot(probeOf(free)[0], probeOf(free)[1]) > 0);
    // A probe that starts off centre is moved back, by whole pixels, and so is the object.
    const data = new Float32Array(512), from = Float32Array.from(problem.probe);
    for (let i = 0; i < 256; i++) {
      const to = ((Math.floor(i / 16) + 3) % 16) * 16 + (i % 16 + 14) % 16;
      data.set(from.subarray(2 * i, 2 * i + 2), 2 * to);
    }
    const held = { ...typed, probeStep: "0", canvasMargin: "4" };
    const centred = await run(gpu, settingsOf("epie", { ...held, centerProbe: true }), {
      probe: data,
    });
    const { y, x } = measureProbe(probeOf(centred), 16), before = measureProbe(data, 16);
    assert.ok(Math.abs(y - 8) <= 0.5 && Math.abs(x - 8) <= 0.5, `centre ${y}, ${x}`);
    assert.ok(Math.abs(before.y - 8) > 1);
  }));

Deno.test("a plateau stops a run", () =>
  withGpu(async (gpu) => {
    const typed = { sweeps: "40", patience: "2", minImprovement: "0.9" };
    const { errors, notes } = await run(gpu, settingsOf("epie", typed));
    assert.ok(errors.length < 10, `${errors.length} sweeps`);
    assert.match(notes[0], /no lower error for 2 sweeps/);
  }));

Deno.test("settings without meaning are refused with a remedy", () => {
  const refused: readonly [EngineName, Record<string, string>, RegExp][] = [
    ["epie", { noise: "intensity" }, /--engine adam/],
    ["epie", { objectDamping: "0.5" }, /--engine rpie/],
    ["adam", { momentum: "0.5" }, /leave --momentum away/],
    ["rpie", { probeDamping: "0" }, /--probe-damping/],
    ["adam", { probeDamping: "0.5" }, /--probe-damping with --engine adam/],
    ["epie", { randomPhase: "2" }, /--random-phase with --object-start ones/],
    ["epie", { probeDiameter: "9" }, /--probe-diameter with --probe-start file/],
    ["epie", { sweeps: "0" }, /--sweeps/],
    ["epie", { probeModes: "x" }, /--probe-modes/],
  ];
  const { near, slices } = {
    near: { wavelength: 1e-10, distance: 1, pixel: 1e-6 },
    slices: { count: 2, field: { wavelength: 1e-10, distance: 1e-5, pixel: 1e-8 } },
  };
  const unfit = [
    reconstructionSettings("rpie", { near }),
    reconstructionSettings("raar", { slices }),
    reconstructionSettings("dm", { components: 1 }),
  ];
  return withGpu(async (gpu) => {
    for (const settings of unfit) {
      await assert.rejects(EngineRun.create(gpu, scanOf(problem), settings), /use --engine epie/);
    }
    for (const [engine, typed, message] of refused) {
      await assert.rejects(async () => {
        await EngineRun.create(gpu, scanOf(problem), settingsOf(engine, typed));
      }, message);
    }
    const mask = new Uint8Array(7);
    await assert.rejects(
      EngineRun.create(gpu, scanOf(problem), settingsOf("epie"), { mask }),
      /mask of 7 pixels/,
    );
  });
});
