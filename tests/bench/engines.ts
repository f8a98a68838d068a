/** The iterative engines, one sweep each, beside a plain NumPy ePIE in the same run. */
import type { EngineWork } from "../../src/commands/driver.ts";
import { createEngine } from "../../src/engines/create.ts";
import { defaultSettings, type EngineName } from "../../src/engines/settings.ts";
import { EngineState, placeScan } from "../../src/engines/state.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { Random } from "../../src/random.ts";
import { LineServer } from "./line_server.ts";
import { type Bench, median, onDevice } from "./measure.ts";

const REPEATS = 7;
/** Time of a position that is allowed, in times of the NumPy ePIE, at N = 128. */
const LIMITS: Partial<Record<EngineName, number>> = { epie: 1.5, rpie: 1, lsqml: 1 };

/** A state of random numbers: what is computed takes no time of its own. */
function randomState(gpu: Gpu, size: number, patterns: number, shifted: boolean): EngineState {
  const random = new Random(3);
  const positions = Float64Array.from({ length: 2 * patterns }, () => {
    const whole = size + random.integer(size / 2);
    return shifted ? whole + random.uniform() : whole;
  });
  const placement = placeScan(positions, size), { rows, columns } = placement;
  const numbers = (length: number): Float32Array =>
    Float32Array.from({ length }, () => 0.1 + random.uniform());
  return new EngineState(gpu, { patterns, size, modes: 1, rows, columns }, placement, {
    object: numbers(2 * rows * columns),
    probe: numbers(2 * size * size),
    measured: numbers(patterns * size * size),
    positions,
  });
}

const ENGINES = ["epie", "rpie", "lsqml", "adam"] as const;
const SIDES = [64, 128, 256] as const;

function nameOf(engine: string, size: number, shifted: boolean): string {
  return `${engine} N ${size}, ${shifted ? "shifted probe" : "whole pixels"}`;
}

/** What is wanted of what is measured here: its name, and what it does. */
export function engineCases(bench: Bench): { only: string; work: EngineWork }[] {
  return SIDES.flatMap((size) =>
    [false, true].flatMap((shifted) =>
      ENGINES.flatMap((engine) => {
        const only = `engines ${nameOf(engine, size, shifted)}`;
        const { batch } = defaultSettings(engine);
        return bench.wants(only)
          ? [{ only, work: { engine, size, modes: 1, batch, plain: true } }]
          : [];
      })
    )
  );
}

/** Measures every engine at three sizes; `software` binds the targets. */
export async function benchEngines(bench: Bench, software: boolean): Promise<void> {
  const script = new URL("epie.py", import.meta.url).pathname;
  const python = await LineServer.start("python3", [script]);
  if (python === undefined) bench.note("no NumPy with SciPy: engines are measured alone");
  for (const size of SIDES) {
    // Long enough that waiting for the last submission does not count.
    const patterns = size === 64 ? 2048 : size === 128 ? 1024 : 256;
    for (const shifted of [false, true]) {
      for (const engine of ENGINES) {
        const name = nameOf(engine, size, shifted);
        if (!bench.wants(`engines ${name}`)) continue;
        await onDevice(async (gpu) => {
          using state = randomState(gpu, size, patterns, shifted);
          const settings = { ...defaultSettings(engine), probeStartSweep: 1 };
          using runner = createEngine(state, settings);
          await runner.compile();
          await runner.sweep(0);
          const own: number[] = [], other: number[] = [];
          for (let repeat = 0; repeat < REPEATS; repeat++) {
            const began = performance.now();
            const { error } = await runner.sweep(repeat + 1);
            own.push(performance.now() - began);
            if (!Number.isFinite(error)) throw new Error(`${name}: the error is ${error}`);
            if (python === undefined) continue;
            const answer = await python.server.ask({ N: size, shifted, patterns });
            other.push(Number(answer.ms));
          }
          const each = (ms: number): string => `${(1000 * ms / patterns).toFixed(0)} us`;
          bench.add({
            section: "engines",
            name,
            milliseconds: median(own),
            repeats: REPEATS,
            peakBytes: gpu.arena.peakBytes,
            check: `${each(median(own))} a position, ${(median(own) / 1000).toFixed(3)} s a sweep` +
              (other.length === 0 ? "" : `, NumPy ePIE ${each(median(other))}`),
          });
          const limit = LIMITS[engine];
          if (other.length > 0 && limit !== undefined) {
            bench.targets.push({
              name: `${name} over NumPy ePIE`,
              ratio: median(own) / median(other),
              bestRatio: Math.min(...own) / Math.min(...other),
              limit,
              atLeast: false,
              binding: software && size === 128,
            });
          }
        });
      }
    }
  }
  await python?.server.stop();
}
