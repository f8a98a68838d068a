/**
 * Complex patches from two real maps, and back.
 *
 * @module
 */
import source from "../../shaders/ops/complex.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import { defineKernel } from "../gpu/kernel.ts";
import type { Dispatch } from "../gpu/plan.ts";
import type { Graph, Value } from "./graph.ts";

const params = { count: "u32", mode: "u32", constant: "f32" } as const;
const shared = { source, snippets: [index], params } as const;
const intoComplex = { first: "read", second: "read", z: "read_write" } as const;
const polarForward = defineKernel({
  ...shared,
  label: "ops/complex#polar_forward",
  entryPoint: "polar_forward",
  bindings: intoComplex,
});
const cartesianForward = defineKernel({
  ...shared,
  label: "ops/complex#cartesian_forward",
  entryPoint: "cartesian_forward",
  bindings: intoComplex,
});
const amplitudeBackward = defineKernel({
  ...shared,
  label: "ops/complex#polar_amplitude_backward",
  entryPoint: "polar_amplitude_backward",
  bindings: { zGradient: "read", phase: "read", gradient: "read_write" },
});
const phaseBackward = defineKernel({
  ...shared,
  label: "ops/complex#polar_phase_backward",
  entryPoint: "polar_phase_backward",
  bindings: { zGradient: "read", phase: "read", gradient: "read_write", modulus: "read" },
});
const cartesianBackward = defineKernel({
  ...shared,
  label: "ops/complex#cartesian_backward",
  entryPoint: "cartesian_backward",
  bindings: { zGradient: "read", part: "read_write" },
});
const parts = defineKernel({
  ...shared,
  label: "ops/complex#parts",
  entryPoint: "parts",
  bindings: { zGradient: "read", part: "read_write" },
});

/** Complex patches whose amplitude can be held constant for a while. */
export interface PolarPatches {
  /** The patches, (B, C, N, N, 2). */
  readonly patches: Value;
  /**
   * From the next replay on, replaces the amplitude by a constant (its gradient is then zero), or
   * with `undefined` uses the given amplitude again. Nothing is recorded anew.
   */
  freezeAmplitude(constant: number | undefined): void;
}

/**
 * Records z = amplitude * exp(i phase).
 *
 * @param amplitude (B, C, N, N), any number of axes.
 * @param phase in rad, same shape.
 * @throws {ShapeError} if the shapes differ.
 */
export function polarToComplex(graph: Graph, amplitude: Value, phase: Value): PolarPatches {
  const { plan } = graph;
  const { output, count } = complexOutput(graph, amplitude, phase);
  const settings = { count, mode: 0, constant: 0 };
  const dispatches: Dispatch<typeof params>[] = [];
  dispatches.push(
    plan.run(
      polarForward,
      { first: amplitude.tensor, second: phase.tensor, z: output.tensor },
      settings,
      count,
    ),
  );
  graph.onBackward([output], () => {
    const zGradient = output.gradient!;
    graph.contribute(amplitude, false, (gradient) => {
      const tensors = { zGradient, phase: phase.tensor, gradient };
      dispatches.push(plan.run(amplitudeBackward, tensors, settings, count));
    });
    graph.contribute(phase, false, (gradient) => {
      const tensors = { zGradient, phase: phase.tensor, gradient, modulus: amplitude.tensor };
      dispatches.push(plan.run(phaseBackward, tensors, settings, count));
    });
  });
  return {
    patches: output,
    freezeAmplitude: (constant) => {
      // A freeze before the backward pass is recorded has to reach that pass too.
      settings.mode = constant === undefined ? 0 : 1;
      settings.constant = constant ?? 0;
      for (const dispatch of dispatches) dispatch.update(settings);
    },
  };
}

/**
 * Records z = real + i imaginary.
 *
 * @param real (B, C, N, N), any number of axes.
 * @param imaginary same shape.
 * @returns (B, C, N, N, 2).
 * @throws {ShapeError} if the shapes differ.
 */
export function cartesianToComplex(graph: Graph, real: Value, imaginary: Value): Value {
  const { plan } = graph;
  const { output, count } = complexOutput(graph, real, imaginary);
  const settings = { count, mode: 0, constant: 0 };
  plan.run(
    cartesianForward,
    { first: real.tensor, second: imaginary.tensor, z: output.tensor },
    settings,
    count,
  );
  graph.onBackward([output], () => {
    const zGradient = output.gradient!;
    [real, imaginary].forEach((input, mode) =>
      graph.contribute(input, false, (part) => {
        plan.run(cartesianBackward, { zGradient, part }, { ...settings, mode }, count);
      })
    );
  });
  return output;
}

/** Amplitude and phase of a complex tensor. */
export interface ComplexParts {
  /** Modulus. */
  readonly amplitude: Value;
  /** Argument in rad, in [-pi, pi]; 0 where the modulus is 0. */
  readonly phase: Value;
}

/**
 * Records modulus and argument of complex values, without gradient: for results, not for losses.
 *
 * @param input (..., 2).
 * @throws {ShapeError} if the last axis is not 2.
 */
export function complexToPolar(graph: Graph, input: Value): ComplexParts {
  const { tensor } = input;
  if (tensor.shape.at(-1) !== 2) {
    throw new ShapeError(
      `Cannot split ${tensor.label} into amplitude and phase as its shape is ` +
        `(${tensor.shape.join(", ")}): the last axis must be 2`,
    );
  }
  const shape = tensor.shape.slice(0, -1);
  const [amplitude, phase] = ["amplitude", "phase"].map((label, mode) => {
    const value = graph.value(`${label} of ${tensor.label}`, shape, { differentiable: false });
    const count = Math.ceil(value.tensor.length / 4);
    const tensors = { zGradient: tensor, part: value.tensor };
    graph.plan.run(parts, tensors, { count, mode, constant: 0 }, count);
    return value;
  });
  return { amplitude, phase };
}

function complexOutput(
  graph: Graph,
  first: Value,
  second: Value,
): { output: Value; count: number } {
  const { shape, length } = first.tensor;
  second.tensor.expectShape(...shape);
  const output = graph.value(`complex(${first.tensor.label})`, [...shape, 2]);
  return { output, count: Math.ceil(length / 4) };
}
