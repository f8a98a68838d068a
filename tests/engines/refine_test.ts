import assert from "node:assert/strict";
import { Command } from "commander";
import {
  addRefineFlags,
  type RefineSettings,
  refineSettings,
} from "../../src/commands/refine_flags.ts";
import { NO_REFINEMENT, positionTable, Refinement } from "../../src/engines/refine.ts";
import type { EngineName } from "../../src/engines/settings.ts";
import { ConfigError } from "../../src/errors.ts";
import { drawPositions } from "../../src/report/position_plot.ts";
import { simulateProblem } from "../reference/engine_problem.ts";
import { withGpu } from "../support/device.ts";
import { stateOf } from "./engine_scan.ts";

/** Settings from a typed line, with the flags of other files that some checks look at. */
function parse(engine: EngineName, line: string): RefineSettings {
  const command = new Command().exitOverride();
  for (const flag of ["batch-size", "momentum", "probe-damping", "object-damping", "noise"]) {
    command.option(`--${flag} <value>`);
  }
  command.option("--probe-power").option("--center-probe").option(
    "--probe-start <kind>",
    "",
    "file",
  );
  addRefineFlags(command);
  command.parse(line.split(" ").filter(Boolean), { from: "user" });
  return refineSettings(command.opts(), command, engine);
}

const WAY = "--wavelength 1e-10 --detector-distance 0.9 --detector-pixel 5e-6";
const SLICES = "--slices 3 --slice-distance 2e-6 --wavelength 1e-10 --object-pixel 1e-8";

Deno.test("flags become settings", () => {
  assert.deepEqual(parse("epie", ""), {
    ...NO_REFINEMENT,
    beta: 0.75,
    components: 0,
    slices: undefined,
    near: undefined,
  });
  assert.equal(parse("raar", "--raar-beta 0.9").beta, 0.9);
  const moved = parse("dm", "--position-correction annealed --position-affine --position-limit 2");
  assert.equal(moved.positionCorrection, "annealed");
  assert.equal(moved.positionAffine, true);
  assert.equal(moved.positionLimit, 2);
  assert.deepEqual(parse("lsqml", SLICES).slices, {
    count: 3,
    field: { distance: 2e-6, wavelength: 1e-10, pixel: 1e-8 },
  });
  const near = parse("dm", `--propagation near ${WAY} --source-distance 0.1`).near!;
  assert.ok(Math.abs(near.pixel - 5e-7) < 1e-15 && Math.abs(near.distance - 0.09) < 1e-12);
  assert.equal(parse("adam", "--probe-components 2").components, 2);
});

Deno.test("flags without effect and impossible values are refused with a remedy", () => {
  const wrong: readonly (readonly [EngineName, string])[] = [
    ["dm", "--batch-size 4"],
    ["raar", "--momentum 0.5"],
    ["dm", "--center-probe"],
    ["raar", "--noise poisson"],
    ["raar", "--raar-beta 0.5"],
    ["epie", "--raar-beta 0.8"],
    ["epie", "--position-affine"],
    ["epie", "--position-limit 3"],
    ["dm", SLICES],
    ["epie", "--slices 2"],
    ["epie", "--object-pixel 1e-8"],
    ["epie", `${SLICES} --probe-power`],
    ["adam", `${SLICES} --object-damping 0.1`],
    ["epie", `${SLICES} --position-correction gradient`],
    ["rpie", `--propagation near ${WAY}`],
    ["epie", "--propagation near"],
    ["epie", `--propagation near ${WAY} --source-distance 0`],
    ["epie", `--propagation near ${WAY} --position-correction gradient`],
    ["epie", `--propagation near ${WAY} --probe-start mean`],
    ["epie", "--detector-pixel 1e-6"],
    ["epie", "--wavelength 1e-10"],
    ["rpie", "--probe-components 1"],
    ["epie", "--probe-components 1 --center-probe"],
    ["epie", "--probe-components 1 --position-correction gradient"],
  ];
  for (const [engine, line] of wrong) {
    assert.throws(
      () => parse(engine, line),
      (error: Error) => error instanceof ConfigError && /: \S|possible/.test(error.message),
      `${engine} ${line}`,
    );
  }
});

Deno.test("refinement reports positions as a table and a picture", () =>
  withGpu(async (gpu) => {
    const problem = simulateProblem({
      grid: [2, 3],
      subpixel: true,
      seed: 81,
      margin: 3,
      modes: 2,
    });
    const wrong = problem.positions.map((p, i) => p + 0.5 * Math.cos(3 * i));
    using state = stateOf(gpu, problem, problem, wrong);
    const options = {
      ...NO_REFINEMENT,
      positionCorrection: "gradient",
      positionStartSweep: 1,
    } as const;
    using refinement = new Refinement(state, options, wrong, true, { sweeps: 10, seed: 1 });
    for (let epoch = 0; epoch < 3; epoch++) await refinement.apply(epoch);
    const result = refinement.positions!;
    assert.ok(refinement.last!.total > 0.1);
    const rows = positionTable(result).trimEnd().split("\n");
    assert.equal(rows.length, 7);
    const cells = rows[3].split(",").map(Number);
    assert.equal(cells[0], 2);
    assert.ok(Math.abs(cells[1] - wrong[5]) < 1e-3 && Math.abs(cells[2] - wrong[4]) < 1e-3);
    assert.ok(Math.abs(cells[3] - result.positions[5]) < 1e-3);
    const picture = drawPositions(result.nominal, result.errors);
    assert.equal(picture.data.length, 3 * picture.width * picture.height);
    const red = picture.data.filter((v, i) => i % 3 === 0 && v === 200).length;
    assert.ok(red > 6, `${red} red pixels`);
    const none = drawPositions(result.nominal, result.errors.map(() => 0));
    assert.ok(none.data.some((v) => v !== 255));
  }));
