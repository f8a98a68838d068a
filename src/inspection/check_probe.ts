/**
 * Findings about the probe.
 *
 * @module
 */
import type { NdArray } from "../array.ts";
import { probeFromArray } from "../scan/layout.ts";
import type { Probe } from "../scan/probe.ts";
import { effectiveDiameter } from "../simulation/probes.ts";
import type { Findings } from "./finding.ts";
import type { ProbeFigures } from "./inspection.ts";

/** Turns a stored probe into modes; undefined, with a finding, if it cannot be used. */
export function checkProbeArray(
  key: string,
  array: NdArray,
  side: number | undefined,
  findings: Findings,
): { probe: Probe; figures: ProbeFigures } | undefined {
  let probe: Probe;
  try {
    probe = probeFromArray(key, array);
  } catch {
    findings.add(
      "problem",
      "probe_shape",
      key,
      `its shape is (${array.shape.join(", ")})`,
      "store the probe as (N, N) or (modes, N, N)",
    );
    return undefined;
  }
  if (!probe.data.every(Number.isFinite)) {
    findings.add(
      "problem",
      "probe_not_finite",
      key,
      "it holds values that are not finite",
      "repair it",
    );
    return undefined;
  }
  const { N, modes, data } = probe;
  const energies = Array.from({ length: modes }, (_, m) => {
    let sum = 0;
    for (let i = 2 * m * N * N; i < 2 * (m + 1) * N * N; i++) sum += data[i] ** 2;
    return sum;
  });
  const energy = energies.reduce((sum, value) => sum + value, 0);
  if (energy === 0) {
    findings.add("problem", "probe_zero", key, "it is all zero", "store the probe");
    return undefined;
  }
  if (side !== undefined && side !== N) {
    findings.add(
      "problem",
      "probe_size",
      key,
      `it is ${N} x ${N} and the patterns are ${side} x ${side}`,
      "store a probe of the size of the patterns",
    );
  }
  const inside = centralShare(probe, energy);
  if (inside < 0.5) {
    findings.add(
      "warning",
      "probe_off_centre",
      key,
      `only ${(100 * inside).toFixed(0)} % of its light is in the middle half of the window`,
      "shift it to the middle (np.fft.fftshift if it lies at the corners)",
    );
  }
  if (data.every((value, i) => i % 2 === 0 || value === 0)) {
    findings.add(
      "note",
      "probe_real",
      key,
      "it has no imaginary part: a flat wavefront",
      "give a measured or refined probe if there is one",
    );
  }
  return {
    probe,
    figures: {
      N,
      modes,
      diameter: effectiveDiameter(probe),
      energy,
      powers: energies.map((value) => value / energy),
    },
  };
}

/** Share of the light within N/4 of the middle on both axes. */
function centralShare({ N, modes, data }: Probe, energy: number): number {
  let sum = 0;
  for (let i = 0; i < modes * N * N; i++) {
    const y = Math.floor(i / N) % N, x = i % N;
    if (Math.abs(y - N / 2) > N / 4 || Math.abs(x - N / 2) > N / 4) continue;
    sum += data[2 * i] ** 2 + data[2 * i + 1] ** 2;
  }
  return sum / energy;
}
