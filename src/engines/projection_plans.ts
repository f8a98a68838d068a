/**
 * The work of a projection engine, recorded: first waves, object, probe, new waves.
 *
 * @module
 */
import modulusSource from "../../shaders/engines/projection_modulus.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { recordFft2 } from "../ops/fft2.ts";
import { recordSum } from "../ops/reduce.ts";
import type { Detector } from "./detector.ts";
import {
  addObject,
  addProbe,
  addWeight,
  extent,
  finishObject,
  finishProbe,
  type OverlapParams,
} from "./overlap_kernels.ts";
import type { EngineState } from "./state.ts";
import type { Chunk, WaveChunks } from "./wave_chunk.ts";

const modulus = defineKernel({
  source: modulusSource,
  snippets: [index],
  label: "engines/projection_modulus#update",
  entryPoint: "update",
  bindings: {
    visits: "read",
    model: "read",
    measured: "read",
    order: "read",
    stack: "read_write",
    partials: "read_write",
  },
  params: {
    count: "u32",
    size: "u32",
    modes: "u32",
    first: "u32",
    piece: "u32",
    x: "f32",
    a: "f32",
    b: "f32",
    c: "f32",
    y: "f32",
  },
});

/** psi <- x psi + a Q + b F(c Q + y psi), with the overlap projection Q and the modulus projection F. */
export interface ProjectionRule {
  /** Old waves. */
  readonly x: number;
  /** Overlap projection. */
  readonly a: number;
  /** Modulus projection. */
  readonly b: number;
  /** Overlap projection inside the modulus projection. */
  readonly c: number;
  /** Old waves inside the modulus projection. */
  readonly y: number;
}

/** How far object and probe are held to what they were. */
export interface Inertia {
  /** Weight of the old object, in units of the mean illumination. */
  readonly object: number;
  /** Weight of the old probe, in units of the number of patterns. */
  readonly probe: number;
}

/** Work space that plans share. */
type Lasting = Record<
  "top" | "weight" | "extents" | "probeTop" | "power" | "partials" | "error",
  Tensor
>;

/** Records the plans of a projection engine; owns their work space and the waves. */
export class ProjectionPlans implements Disposable {
  /** (length, K, N, N, 2) spectra of the waves of each chunk. */
  readonly stacks: readonly Tensor[];
  #state: EngineState;
  #chunks: WaveChunks;
  #detector: Detector;
  #lasting: Lasting;

  /** Allocates waves and work space. */
  constructor(state: EngineState, waves: WaveChunks, detector: Detector) {
    this.#state = state;
    this.#chunks = waves;
    this.#detector = detector;
    const { gpu } = state, { chunks } = waves;
    const { size, modes, rows, columns } = state.shape;
    this.stacks = chunks.map(({ length }, i) =>
      gpu.tensor(`waves ${i}`, [length, modes, size, size, 2])
    );
    this.#lasting = {
      top: gpu.tensor("object numerator", [rows, columns, 2]),
      weight: gpu.tensor("illumination", [rows, columns]),
      extents: gpu.tensor("extents", [2]),
      probeTop: gpu.tensor("probe numerator", [modes, size, size, 2]),
      power: gpu.tensor("object power", [size, size]),
      partials: gpu.tensor("error partials", [chunks.length * this.#groups(chunks[0])]),
      error: gpu.tensor("error", [1]),
    };
  }

  /** (1): sum (|model| - measured)^2 of the last update. */
  get error(): Tensor {
    return this.#lasting.error;
  }

  /** Frees waves and work space. */
  dispose(): void {
    const { arena } = this.#state.gpu;
    for (const tensor of [...this.stacks, ...Object.values(this.#lasting)]) arena.release(tensor);
  }

  /** Same as {@linkcode ProjectionPlans.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Records the spectra of probe * patch as first waves. */
  recordStart(plan: Plan): void {
    const spectrum = this.#spectrum(plan);
    this.#chunks.chunks.forEach((chunk, i) =>
      this.#recordModel(plan, chunk, spectrum, this.stacks[i])
    );
    if (spectrum !== undefined) this.#state.gpu.arena.release(spectrum);
  }

  #groups(chunk: Chunk): number {
    const { size } = this.#state.shape;
    return Math.ceil(chunk.length * size * size / 64);
  }

  /** Transform of the probe where patches are off the pixel grid. */
  #spectrum(plan: Plan): Tensor | undefined {
    const state = this.#state;
    if (!state.shifted) return undefined;
    const spectrum = state.gpu.arena.allocate("probe spectrum", state.probe.shape);
    recordFft2(plan, state.probe, spectrum, state.shape.modes, state.shape.size);
    return spectrum;
  }

  /** Spectra of probe * patch. */
  #recordModel(plan: Plan, chunk: Chunk, spectrum: Tensor | undefined, result: Tensor): void {
    const probes = this.#chunks.recordProbes(plan, chunk, spectrum);
    this.#chunks.recordExit(plan, chunk, probes, result);
    this.#detector.forward(plan, this.#chunks.visits, chunk, result);
    this.#chunks.releaseProbes(probes);
  }

  #params(chunk: Chunk, own: boolean, count: number): OverlapParams {
    const { size, modes, columns } = this.#state.shape;
    return {
      count,
      size,
      modes,
      first: chunk.first,
      visits: chunk.length,
      columns,
      own: own ? 1 : 0,
      inertia: 0,
    };
  }

  /** Records the object that fits the waves best. @param inertia See {@linkcode Inertia}. */
  recordObject(plan: Plan, inertia: number): void {
    const { gpu, object, shape } = this.#state;
    const { size, rows, columns, patterns } = shape;
    const { visits } = this.#chunks;
    const { top, weight, extents } = this.#lasting;
    plan.clear(top);
    plan.clear(weight);
    const spectrum = this.#spectrum(plan);
    this.#chunks.chunks.forEach((chunk, i) => {
      const probes = this.#chunks.recordProbes(plan, chunk, spectrum);
      const waves = this.#chunks.allocate("waves", chunk);
      plan.copy(this.stacks[i], waves, waves.length);
      this.#detector.adjoint(plan, visits, chunk, waves);
      const count = size * size;
      for (let slot = 0; slot < Math.min(chunk.length, patterns - chunk.first); slot++) {
        const params = { ...this.#params(chunk, probes.own, count), visits: slot };
        plan.run(addObject, { visits, waves, probes: probes.tensor, top, weight }, params, count);
      }
      gpu.arena.release(waves);
      this.#chunks.releaseProbes(probes);
    });
    if (spectrum !== undefined) gpu.arena.release(spectrum);
    const params = this.#params(this.#chunks.chunks[0], false, rows * columns);
    plan.run(extent, { values: weight, extents }, params, [1, 1, 1]);
    const tensors = { numerator: top, denominator: weight, range: extents, image: object };
    plan.run(finishObject, tensors, { ...params, inertia }, rows * columns);
  }

  /** Records the probe that fits the waves best. @param inertia See {@linkcode Inertia}. */
  recordProbe(plan: Plan, inertia: number): void {
    const { gpu, object, probe, shape, shifted } = this.#state;
    const { modes, size, patterns } = shape;
    const { visits } = this.#chunks;
    const { probeTop, power, extents } = this.#lasting;
    plan.clear(probeTop);
    plan.clear(power);
    const spectrum = this.#spectrum(plan);
    const all = modes * size * size;
    this.#chunks.chunks.forEach((chunk, i) => {
      const waves = this.#chunks.allocate("waves", chunk);
      const parts = this.#chunks.allocate("parts", chunk);
      plan.copy(this.stacks[i], waves, waves.length);
      this.#detector.adjoint(plan, visits, chunk, waves);
      const probes = this.#chunks.recordProbes(plan, chunk, spectrum);
      this.#chunks.recordPart(plan, chunk, probes, waves, parts);
      this.#chunks.releaseProbes(probes);
      if (shifted) recordFft2(plan, parts, parts, chunk.length * modes, size);
      const tensors = { visits, waves: parts, spectrum: probeTop };
      plan.run(addProbe, tensors, this.#params(chunk, shifted, all), all);
      const params = this.#params(chunk, false, size * size);
      plan.run(addWeight, { visits, object, power }, params, size * size);
      gpu.arena.release(waves);
      gpu.arena.release(parts);
    });
    if (spectrum !== undefined) gpu.arena.release(spectrum);
    if (shifted) recordFft2(plan, probeTop, probeTop, modes, size, true);
    const params = this.#params(this.#chunks.chunks[0], false, all);
    const tensors = { numerator: probeTop, denominator: power, range: extents, image: probe };
    plan.run(finishProbe, tensors, { ...params, inertia: inertia * patterns }, all);
  }

  /** Records new waves. @returns steps of the plan after each chunk. */
  recordUpdate(plan: Plan, rule: ProjectionRule): number[] {
    const { gpu, measured, shape } = this.#state;
    const { size, modes } = shape;
    const { visits } = this.#chunks;
    const { order } = this.#detector, { partials, error } = this.#lasting;
    const ends: number[] = [];
    const spectrum = this.#spectrum(plan);
    const groups = this.#groups(this.#chunks.chunks[0]);
    this.#chunks.chunks.forEach((chunk, i) => {
      const model = this.#chunks.allocate("model", chunk);
      this.#recordModel(plan, chunk, spectrum, model);
      const count = chunk.length * size * size;
      const { first } = chunk;
      plan.run(
        modulus,
        { visits, model, measured, order, stack: this.stacks[i], partials },
        { count, size, modes, first, piece: i * groups, ...rule },
        groups * 64,
      );
      gpu.arena.release(model);
      ends.push(plan.length);
    });
    if (spectrum !== undefined) gpu.arena.release(spectrum);
    recordSum(plan, partials, error, 1, partials.length);
    return ends;
  }
}
