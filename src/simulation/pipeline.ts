/**
 * Preparation of a probe in steps, written as `smooth:0.5|pad:128|interp:64`.
 *
 * The centre is pixel floor(side / 2) before and after every step.
 *
 * @module
 */
import { nearestName } from "../config/fields.ts";
import { ConfigError } from "../errors.ts";
import { gaussianBlur } from "../scan/blur.ts";
import type { Probe } from "../scan/probe.ts";
import { extendProbe } from "./extrapolate.ts";

/** Names of steps. */
export type StepName =
  | "smooth"
  | "pad"
  | "pad_preserve"
  | "pad_extrapolate"
  | "pad_extrapolate_boundary_matched"
  | "interp"
  | "crop";

/** Steps there are. */
export const PIPELINE_STEPS: readonly StepName[] = [
  "smooth",
  "pad",
  "pad_preserve",
  "pad_extrapolate",
  "pad_extrapolate_boundary_matched",
  "interp",
  "crop",
];

/** One step and its number: px of blur for `smooth`, the new side for the others. */
export interface PipelineStep {
  /** What is done. */
  readonly step: StepName;
  /** Its number. */
  readonly value: number;
}

/** A step as it was carried out. */
export interface DoneStep extends PipelineStep {
  /** Side before, px. */
  readonly from: number;
  /** Side after, px. */
  readonly to: number;
}

/**
 * Reads a pipeline.
 *
 * @returns steps in order; none for an empty text.
 * @throws {ConfigError} for unknown steps, numbers that do not fit, and steps after
 * `pad_extrapolate_boundary_matched`, which would change what it preserves.
 */
export function parsePipeline(text: string): PipelineStep[] {
  if (text.trim() === "") return [];
  const steps = text.split("|").map((part): PipelineStep => {
    const [name, number, ...more] = part.split(":").map((piece) => piece.trim());
    const step = PIPELINE_STEPS.find((known) => known === name);
    if (step === undefined) {
      const near = nearestName(name, PIPELINE_STEPS);
      throw new ConfigError(
        `probe.pipeline has no step "${name}"${near === undefined ? "" : ` (${near}?)`}: ` +
          `use ${PIPELINE_STEPS.join(", ")}`,
      );
    }
    const value = Number(number), blur = step === "smooth";
    const good = number !== undefined && number !== "" && more.length === 0 &&
      (blur ? value > 0 && value <= 64 : Number.isInteger(value) && value >= 8 && value <= 2048);
    if (!good) {
      throw new ConfigError(
        `probe.pipeline has the step "${part.trim()}": ` +
          (blur
            ? "smooth:px with a blur above 0 up to 64"
            : `${step}:side with a side from 8 to 2048`) +
          " is needed",
      );
    }
    return { step, value };
  });
  const matched = steps.findIndex(({ step }) => step === "pad_extrapolate_boundary_matched");
  if (matched >= 0 && matched < steps.length - 1) {
    throw new ConfigError(
      "probe.pipeline continues after pad_extrapolate_boundary_matched: make it the last step",
    );
  }
  return steps;
}

/**
 * Prepares a probe.
 *
 * @returns the probe, and every step with the sides before and after.
 * @throws {ConfigError} if a step would pad to a smaller or crop to a larger side.
 */
export function runPipeline(
  probe: Probe,
  steps: readonly PipelineStep[],
): { probe: Probe; done: DoneStep[] } {
  const done: DoneStep[] = [];
  for (const { step, value } of steps) {
    const from = probe.N;
    if (step === "smooth") {
      probe = smooth(probe, value);
    } else if (step === "interp") {
      probe = interpolate(probe, value);
    } else {
      if (step === "crop" ? value > from : value < from) {
        throw new ConfigError(
          `Cannot ${step} a probe of ${from} to ${value}: use ${
            step === "crop" ? "pad" : "crop"
          } or interp`,
        );
      }
      probe = step === "pad_extrapolate"
        ? extendProbe(probe, value, false)
        : step === "pad_extrapolate_boundary_matched"
        ? extendProbe(probe, value, true)
        : recentre(probe, value);
    }
    done.push({ step, value, from, to: probe.N });
  }
  return { probe, done };
}

/**
 * Blurs the modulus; the phase becomes that of the blurred complex field, which needs no unwrapping.
 */
function smooth(probe: Probe, sigma: number): Probe {
  const { N, modes } = probe, pixels = N * N, data = new Float32Array(probe.data.length);
  const blur = (values: Float64Array): Float64Array =>
    gaussianBlur(values, N, N, sigma, Math.ceil(4 * sigma), "nearest");
  for (let m = 0; m < modes; m++) {
    const at = (i: number): number => 2 * (m * pixels + i);
    const re = Float64Array.from({ length: pixels }, (_, i) => probe.data[at(i)]);
    const im = Float64Array.from({ length: pixels }, (_, i) => probe.data[at(i) + 1]);
    const modulus = blur(re.map((v, i) => Math.hypot(v, im[i])));
    const softRe = blur(re), softIm = blur(im);
    for (let i = 0; i < pixels; i++) {
      const length = Math.hypot(softRe[i], softIm[i]);
      if (length === 0) continue;
      data[at(i)] = modulus[i] * softRe[i] / length;
      data[at(i) + 1] = modulus[i] * softIm[i] / length;
    }
  }
  return { modes, N, data };
}

/** Pads with zeros or crops around the centre; values do not change. */
function recentre(probe: Probe, side: number): Probe {
  const { N, modes } = probe, data = new Float32Array(2 * modes * side * side);
  const shift = Math.floor(side / 2) - Math.floor(N / 2);
  for (let m = 0; m < modes; m++) {
    for (let y = Math.max(0, shift); y < Math.min(side, N + shift); y++) {
      for (let x = Math.max(0, shift); x < Math.min(side, N + shift); x++) {
        const to = 2 * ((m * side + y) * side + x),
          from = 2 * ((m * N + y - shift) * N + x - shift);
        data[to] = probe.data[from];
        data[to + 1] = probe.data[from + 1];
      }
    }
  }
  return { modes, N: side, data };
}

/** Draws the same window on another number of pixels: cubic convolution of real and imaginary part. */
function interpolate(probe: Probe, side: number): Probe {
  const { N, modes } = probe, data = new Float32Array(2 * modes * side * side);
  const taps = Array.from({ length: side }, (_, i) => {
    const at = Math.floor(N / 2) + (i - Math.floor(side / 2)) * N / side;
    const first = Math.floor(at) - 1;
    return [0, 1, 2, 3].map((k): [number, number] => [
      Math.min(N - 1, Math.max(0, first + k)),
      cubic(at - first - k),
    ]);
  });
  const rows = new Float64Array(2 * N * side);
  for (let m = 0; m < modes; m++) {
    rows.fill(0);
    for (let y = 0; y < N; y++) {
      for (let x = 0; x < side; x++) {
        for (const [from, weight] of taps[x]) {
          for (const c of [0, 1]) {
            rows[2 * (y * side + x) + c] += weight * probe.data[2 * ((m * N + y) * N + from) + c];
          }
        }
      }
    }
    for (let y = 0; y < side; y++) {
      for (let i = 0; i < 2 * side; i++) {
        let sum = 0;
        for (const [from, weight] of taps[y]) sum += weight * rows[2 * side * from + i];
        data[2 * side * (m * side + y) + i] = sum;
      }
    }
  }
  return { modes, N: side, data };
}

/** Cubic convolution kernel of Keys (a = -1/2): exact for parabolas. */
function cubic(t: number): number {
  const d = Math.abs(t);
  return d < 1 ? (1.5 * d - 2.5) * d * d + 1 : d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
}
