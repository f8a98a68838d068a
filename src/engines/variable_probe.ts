/**
 * Orthogonal probe relaxation: a probe that varies from pattern to pattern,
 * P_j = P_0 + sum_k w_jk E_k, with a few components E_k common to the scan and real weights w_jk
 * (Odstrcil et al., Opt. Express 24, 8360 (2016)).
 *
 * Weights and components are fitted in turn to what the common probe leaves over, which is a power
 * iteration towards the strongest components of the residual. After every sweep the weights are
 * freed of their mean, which belongs to P_0, and the components made orthogonal, of the power of P_0.
 *
 * @module
 */
import phase from "../../shaders/engines/projection_phase.wgsl" with { type: "text" };
import source from "../../shaders/engines/variable_probe.wgsl" with { type: "text" };
import index from "../../shaders/lib/index.wgsl" with { type: "text" };
import { ShapeError } from "../errors.ts";
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { recordFft2 } from "../ops/fft2.ts";
import { Random } from "../random.ts";
import { eigenHermitian } from "./hermitian.ts";
import type { EngineState } from "./state.ts";
import type { Chunk } from "./wave_chunk.ts";

const table = {
  source,
  snippets: [index, phase],
  params: {
    count: "u32",
    size: "u32",
    modes: "u32",
    first: "u32",
    visits: "u32",
    components: "u32",
    rate: "f32",
  },
} as const;
const mix = defineKernel({
  ...table,
  label: "engines/variable_probe#mix",
  entryPoint: "mix",
  bindings: {
    visits: "read",
    components: "read",
    weights: "read",
    source: "read",
    result: "read_write",
  },
});
const correlate = defineKernel({
  ...table,
  label: "engines/variable_probe#correlate",
  entryPoint: "correlate",
  bindings: {
    visits: "read",
    components: "read",
    fitted: "read_write",
    source: "read",
    range: "read",
  },
});
const collect = defineKernel({
  ...table,
  label: "engines/variable_probe#collect",
  entryPoint: "collect",
  bindings: {
    visits: "read",
    components: "read",
    weights: "read",
    source: "read",
    result: "read_write",
  },
});

// Object and common probe correct the same residual: full steps of all four may run away.
const WEIGHT_STEP = 0.5, COMPONENT_STEP = 0.5;

/** Components and weights of a varying probe. */
export class VariableProbe implements Disposable {
  /** Number of components. */
  readonly components: number;
  #state: EngineState;
  /** (C, N, N, 2). */
  #images: Tensor;
  #spectra: Tensor;
  #sums: Tensor;
  /** (P, C). */
  #weights: Tensor;
  /** [largest sum of |O|^2 over a batch, ..] of the last batch. */
  #range: Tensor | undefined;
  #batch = 1;

  /** Starts from random components under the probe, of weight 0. */
  constructor(state: EngineState, components: number, seed: number) {
    const { gpu, shape: { size, patterns } } = state;
    if (!(Number.isInteger(components) && components >= 1 && components < patterns)) {
      throw new ShapeError(
        `Cannot vary the probe with ${components} components: 1 to ${patterns - 1} are possible`,
      );
    }
    this.components = components;
    this.#state = state;
    const random = new Random(seed, 8000), shape = [components, size, size, 2];
    const start = new Float32Array(2 * components * size * size);
    for (let i = 0; i < start.length / 2; i++) {
      const at = i % (size * size), y = Math.floor(at / size) - size / 2, x = at % size - size / 2;
      const width = Math.exp(-(x * x + y * y) / (size * size / 16));
      start[2 * i] = width * random.normal();
      start[2 * i + 1] = width * random.normal();
    }
    this.#images = gpu.tensor("probe components", shape, start);
    this.#spectra = gpu.tensor("component spectra", shape);
    this.#sums = gpu.tensor("component sums", shape);
    this.#weights = gpu.tensor("probe weights", [patterns, components]);
  }

  /** Records what a sweep begins with. */
  recordBegin(plan: Plan): void {
    recordFft2(plan, this.#images, this.#spectra, this.components, this.#state.shape.size);
    plan.clear(this.#sums);
  }

  /** Records the moved probes of a chunk, (length, K, N, N, 2), from the spectrum of the common one. */
  recordProbes(plan: Plan, visits: Tensor, chunk: Chunk, spectrum: Tensor, result: Tensor): void {
    const { size, modes } = this.#state.shape, count = chunk.length * modes * size * size;
    const tensors = {
      visits,
      components: this.#spectra,
      weights: this.#weights,
      source: spectrum,
      result,
    };
    plan.run(mix, tensors, this.#params(chunk, count), count);
    recordFft2(plan, result, result, chunk.length * modes, size, true);
  }

  /**
   * Records what a chunk says about weights and components.
   *
   * @param parts (length, K, N, N, 2): spectra of conj(patch) * what the detector misses.
   * @param range Largest sum of |patch|^2 over the chunk, as first element.
   */
  recordUpdate(plan: Plan, visits: Tensor, chunk: Chunk, parts: Tensor, range: Tensor): void {
    const count = this.components * this.#state.shape.size ** 2;
    const params = this.#params(chunk, count);
    const shared = { visits, components: this.#spectra, source: parts };
    this.#range = range;
    this.#batch = chunk.length;
    const grid = [chunk.length, this.components, 1] as const;
    plan.run(collect, { ...shared, weights: this.#weights, result: this.#sums }, params, count);
    plan.run(correlate, { ...shared, fitted: this.#weights, range }, params, grid);
  }

  /** Records what a sweep ends with. */
  recordEnd(plan: Plan): void {
    recordFft2(plan, this.#sums, this.#sums, this.components, this.#state.shape.size, true);
  }

  /** Changes the components by what a sweep collected, and makes weights and components unique. */
  async finish(): Promise<void> {
    if (this.#range === undefined) return;
    const { gpu, probe, shape: { patterns } } = this.#state, C = this.components;
    const [images, sums, weights, modes, range] = await gpu.readAll([
      this.#images,
      this.#sums,
      this.#weights,
      probe,
      this.#range,
    ]);
    const count = images.length / C, bound = range[0] / this.#batch;
    const E = Float64Array.from(images), w = Float64Array.from(weights);
    for (let k = 0; k < C; k++) {
      let squares = 0, mean = 0;
      for (let j = 0; j < patterns; j++) squares += w[j * C + k] ** 2;
      if (squares > 0 && bound > 0) {
        for (let i = k * count; i < (k + 1) * count; i++) {
          E[i] += COMPONENT_STEP * sums[i] / (C * bound * squares);
        }
      }
      for (let j = 0; j < patterns; j++) mean += w[j * C + k] / patterns;
      for (let j = 0; j < patterns; j++) w[j * C + k] -= mean;
      for (let i = 0; i < count; i++) modes[i] += mean * E[k * count + i];
    }
    // Real rotation: weights are real, so real and imaginary parts are one long vector.
    const gram = new Float64Array(2 * C * C);
    for (let k = 0; k < C; k++) {
      for (let l = 0; l < C; l++) {
        let sum = 0;
        for (let i = 0; i < count; i++) sum += E[k * count + i] * E[l * count + i];
        gram[2 * (k * C + l)] = sum;
      }
    }
    const { values, vectors } = eigenHermitian(gram, C);
    let power = 0;
    for (let i = 0; i < count; i++) power += modes[i] ** 2;
    const turned = new Float32Array(E.length), next = new Float32Array(w.length);
    for (let k = 0; k < C; k++) {
      const scale = values[k] > 0 ? Math.sqrt(power / values[k]) : 0;
      for (let l = 0; l < C; l++) {
        const v = vectors[2 * (k * C + l)];
        for (let i = 0; i < count; i++) turned[k * count + i] += scale * v * E[l * count + i];
        if (scale === 0) continue;
        for (let j = 0; j < patterns; j++) next[j * C + k] += v * w[j * C + l] / scale;
      }
    }
    gpu.write(this.#images, turned);
    gpu.write(this.#weights, next);
    gpu.write(probe, modes);
  }

  /** `probe_components` (C, N, N) complex and `probe_weights` (P, C). */
  async save(): Promise<Map<string, Float32Array>> {
    const [images, weights] = await this.#state.gpu.readAll([this.#images, this.#weights]);
    return new Map([["probe_components", images], ["probe_weights", weights]]);
  }

  /** Takes back what `save` gave. @throws {ShapeError} if it does not fit. */
  load(saved: ReadonlyMap<string, Float32Array>): void {
    const images = saved.get("probe_components"), weights = saved.get("probe_weights");
    if (images?.length !== this.#images.length || weights?.length !== this.#weights.length) {
      throw new ShapeError("Cannot resume as the saved probe components do not fit: start anew");
    }
    this.#state.gpu.write(this.#images, images);
    this.#state.gpu.write(this.#weights, weights);
  }

  /** Frees the tensors. */
  dispose(): void {
    for (const tensor of [this.#images, this.#spectra, this.#sums, this.#weights]) {
      this.#state.gpu.arena.release(tensor);
    }
  }

  /** Same as {@linkcode VariableProbe.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #params(chunk: Chunk, count: number): { [name in keyof typeof table.params]: number } {
    const { size, modes } = this.#state.shape;
    const visits = chunk.length, components = this.components;
    return { count, size, modes, first: chunk.first, visits, components, rate: WEIGHT_STEP };
  }
}
