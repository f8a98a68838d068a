import type { Gpu } from "../../src/gpu/device.ts";
import { toSpectrumOrder } from "../../src/engines/spectrum.ts";
import { EngineState } from "../../src/engines/state.ts";
import type { ReferenceProblem, ReferenceState } from "../reference/engine_problem.ts";

/** State on the device of a simulated scan, started from `start`. */
export function stateOf(
  gpu: Gpu,
  problem: ReferenceProblem,
  start: ReferenceState,
  positions: Float64Array = problem.positions,
): EngineState {
  const { size, modes, canvas: [rows, columns] } = problem;
  const shape = { patterns: positions.length / 2, size, modes, rows, columns };
  return new EngineState(gpu, shape, { rows, columns, originY: 0, originX: 0 }, {
    object: Float32Array.from(start.object),
    probe: Float32Array.from(start.probe),
    measured: toSpectrumOrder(
      Float32Array.from(problem.diffraction),
      size,
      Uint8Array.from(problem.mask),
    ),
    positions,
  });
}

/** A start that knows the probe and not the object. */
export function flatStart(problem: ReferenceProblem): ReferenceState {
  return {
    object: problem.object.map((_, i) => i % 2 === 0 ? 1 : 0),
    probe: problem.probe.slice(),
  };
}

/**
 * Distance of an object from the true one where the scan lights it: sqrt(min over a constant factor of
 * sum w |c O - T|^2 / sum w |T|^2), w = 1 where the illumination exceeds a tenth of its largest.
 */
export function objectDistance(problem: ReferenceProblem, object: ArrayLike<number>): number {
  const lit = illuminated(problem);
  let re = 0, im = 0, power = 0, truth = 0;
  lit.forEach((w, i) => {
    if (w === 0) return;
    const [a, b] = [object[2 * i], object[2 * i + 1]];
    const [c, d] = [problem.object[2 * i], problem.object[2 * i + 1]];
    re += a * c + b * d;
    im += a * d - b * c;
    power += a * a + b * b;
    truth += c * c + d * d;
  });
  return Math.sqrt(Math.max(0, 1 - (re * re + im * im) / (power * truth)));
}

/** (H, W): 1 where the summed illumination exceeds a tenth of its largest. */
export function illuminated(problem: ReferenceProblem): Float64Array {
  const { size, modes, canvas: [rows, columns], positions, probe } = problem;
  const sum = new Float64Array(rows * columns);
  for (let j = 0; j < positions.length / 2; j++) {
    const row = Math.round(positions[2 * j] - size / 2);
    const column = Math.round(positions[2 * j + 1] - size / 2);
    for (let i = 0; i < modes * size * size; i++) {
      const at = i % (size * size);
      const on = (row + Math.floor(at / size)) * columns + column + at % size;
      sum[on] += probe[2 * i] ** 2 + probe[2 * i + 1] ** 2;
    }
  }
  const peak = sum.reduce((a, b) => Math.max(a, b), 0);
  return sum.map((value) => value > 0.1 * peak ? 1 : 0);
}
