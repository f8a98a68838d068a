/**
 * Objects too thick for one plane: several slices with free space between them.
 *
 *   psi_1 = P O_1,  phi_s = D psi_s,  psi_(s+1) = phi_s O_(s+1),  Psi = F psi_S
 *
 * D is the angular spectrum over the distance of two slices. What the detector misses, chi_S, goes
 * back by the exact adjoint: chi_(s-1) = D^H (O_s* chi_s), and says about slice s: phi_(s-1)* chi_s.
 *
 * - `epie`: O_s += step sum phi* chi / max sum |phi|^2 (Maiden, Humphry and Rodenburg, JOSA A 29, 1606 (2012)).
 * - `lsqml`: the same directions, and the steps along all slices together and along the probe that
 *   reduce the residual of each pattern most, from the exact derivative of the last wave.
 * - `adam`: Adam on the gradient of the likelihood.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import { type Dispatch, Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { recordFft2 } from "../ops/fft2.ts";
import { recordSum } from "../ops/reduce.ts";
import { farField, type NearField, nearField, type Propagator } from "../physics/propagate.ts";
import { Random } from "../random.ts";
import { Detector } from "./detector.ts";
import { recordSteps } from "./slices_steps.ts";
import { VariableProbe } from "./variable_probe.ts";
import { addObject, addProbe, addWeight, extent } from "./overlap_kernels.ts";
import { adamKernel } from "../update/adam.ts";
import * as kernels from "./slices_kernels.ts";
import type { NoiseModel } from "./settings.ts";
import { complexRoot, type SliceWork, sliceWork } from "./slices_work.ts";
import type { Engine, EngineState, SweepResult } from "./state.ts";
import { type Chunk, WaveChunks } from "./wave_chunk.ts";

/** How object and probe are changed. */
export type SliceMethod = "epie" | "lsqml" | "adam";

/** Options of {@linkcode SlicedEngine}. */
export interface SliceOptions {
  /** Which one. */
  readonly method: SliceMethod;
  /** S; 1 is a thin object. */
  readonly slices: number;
  /** From one slice to the next; needed if there are two. */
  readonly field?: NearField | undefined;
  /** Way to the detector; absent for the far field. */
  readonly near?: NearField | undefined;
  /** Patterns that change the object together. */
  readonly batch: number;
  /** Seed of the visiting order. */
  readonly seed: number;
  /** Factor of the object step; learning rate of `adam`. */
  readonly objectStep: number;
  /** Factor of the probe step; learning rate of `adam`, relative to the largest modulus of the probe. */
  readonly probeStep: number;
  /** Damping of `lsqml`, of the largest illumination; default 0.1. */
  readonly damping?: number;
  /** First sweep that changes the object. */
  readonly objectStart: number;
  /** First sweep that changes the probe; Infinity keeps it. */
  readonly probeStart: number;
  /** Noise model. */
  readonly noise: NoiseModel;
  /** Components by which the probe varies from pattern to pattern; default 0. */
  readonly components?: number;
}

const ORDER_STREAM = 7000;
const NOISES: readonly NoiseModel[] = ["amplitude", "intensity", "poisson"];

interface AdamDispatch {
  readonly dispatch: Dispatch<typeof adamKernel.params>;
  readonly probe: boolean;
}

interface Recorded {
  readonly plan: Plan;
  readonly ends: readonly number[];
  readonly adam: readonly AdamDispatch[];
}

/** Reconstructs several slices; the state's object is their product. */
export class SlicedEngine implements Engine {
  /** Name of the method. */
  readonly name: string;
  #state: EngineState;
  #options: Required<Omit<SliceOptions, "field" | "near">>;
  #detector: Detector;
  #between: Propagator;
  #variable: VariableProbe | undefined;
  #chunks: WaveChunks;
  #work: SliceWork;
  #recorded = new Map<string, Recorded>();
  #started = false;
  #adamSteps = [0, 0];
  #probePeak = 1;

  /** Allocates slices and work space. @throws {ShapeError} if slices have no distance. */
  constructor(state: EngineState, options: SliceOptions) {
    const { slices, field } = options;
    if (!(Number.isInteger(slices) && slices >= 1) || (slices > 1 && field === undefined)) {
      throw new ShapeError(
        `Cannot make an object of ${slices} slices ${field === undefined ? "without" : "with"} a ` +
          "distance between them: give a whole number, and the distance if it is above 1",
      );
    }
    const { gpu, shape: { size } } = state;
    this.name = options.method;
    this.#state = state;
    this.#options = { damping: 0.1, components: 0, ...options };
    this.#detector = new Detector(state, options.near);
    this.#between = field === undefined ? farField(size) : nearField(gpu, size, field);
    this.#chunks = new WaveChunks(state, options.batch);
    const { components } = this.#options;
    if (components > 0) this.#variable = new VariableProbe(state, components, options.seed);
    const { chunks } = this.#chunks, { length } = chunks[0];
    const partials = chunks.length * this.#groups(length);
    this.#work = sliceWork(state, options.slices, length, partials, options.method === "adam");
  }

  /** (S, rows, columns, 2) slices as they are. */
  async readSlices(): Promise<Float32Array> {
    await this.#start();
    const parts = await this.#state.gpu.readAll(this.#work.slices);
    const out = new Float32Array(parts.length * parts[0].length);
    parts.forEach((part, s) => out.set(part, s * part.length));
    return out;
  }

  /** Splits the starting object into slices; the shaders are compiled by the first sweep. */
  async compile(progress?: (done: number, all: number, label: string) => void): Promise<void> {
    await this.#start();
    progress?.(1, 1, "");
  }

  /** Visits every pattern once. */
  async sweep(epoch: number): Promise<SweepResult> {
    await this.#start();
    const { objectStart, probeStart, seed } = this.#options;
    const { gpu, energy, shape: { patterns } } = this.#state;
    const sequence = Uint32Array.from({ length: patterns }, (_, i) => i);
    this.#chunks.refresh(new Random(seed, ORDER_STREAM + epoch).shuffle(sequence));
    const recorded = this.#record(epoch >= objectStart, epoch >= probeStart);
    for (const { dispatch, probe } of recorded.adam) {
      const k = probe ? 1 : 0, { objectStep, probeStep, slices } = this.#options;
      this.#adamSteps[k] += probe ? 1 : 1 / slices;
      const t = Math.ceil(this.#adamSteps[k] - 1e-6);
      const rate = probe ? probeStep * this.#probePeak : objectStep;
      dispatch.update(kernels.adamStep(-rate, t));
    }
    this.#chunks.submit(recorded.plan, recorded.ends);
    const [sum] = await gpu.read(this.#work.error);
    if (epoch >= probeStart) await this.#variable?.finish();
    return { error: sum / energy };
  }

  /** Slices, moments and counters. */
  async save(): Promise<Map<string, Float32Array>> {
    const saved = new Map([["slices", await this.readSlices()]]);
    const moments = this.#work.moments.flat();
    const values = await this.#state.gpu.readAll(moments);
    values.forEach((value, i) => saved.set(`moment ${i}`, value));
    saved.set("counters", Float32Array.of(...this.#adamSteps, this.#probePeak));
    return new Map([...saved, ...await this.#variable?.save() ?? []]);
  }

  /** Takes back what `save` gave. @throws {ShapeError} if it does not fit. */
  load(saved: ReadonlyMap<string, Float32Array>): void {
    const { gpu } = this.#state, { slices, moments } = this.#work;
    const each = slices[0].length, values = saved.get("slices");
    const counters = saved.get("counters");
    const fits = moments.flat().every((m, i) => saved.get(`moment ${i}`)?.length === m.length);
    if (values?.length !== each * slices.length || counters?.length !== 3 || !fits) {
      throw new ShapeError("Cannot resume as the saved slices do not fit: start anew");
    }
    slices.forEach((slice, s) => gpu.write(slice, values.subarray(s * each, (s + 1) * each)));
    moments.flat().forEach((moment, i) => gpu.write(moment, saved.get(`moment ${i}`)!));
    this.#adamSteps = [counters[0], counters[1]];
    this.#probePeak = counters[2];
    this.#variable?.load(saved);
    this.#started = true;
  }

  /** Frees plans, slices and work space. */
  dispose(): void {
    for (const { plan } of this.#recorded.values()) plan.dispose();
    const { arena } = this.#state.gpu, { slices, tops, moments, ...single } = this.#work;
    for (const tensor of [...slices, ...tops, ...moments.flat(), ...Object.values(single)]) {
      arena.release(tensor);
    }
    this.#chunks.dispose();
    this.#between[Symbol.dispose]();
    this.#variable?.dispose();
    this.#detector.dispose();
  }

  /** Same as {@linkcode SlicedEngine.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #groups(length: number): number {
    return Math.ceil(length * this.#state.shape.size ** 2 / 64);
  }

  /** Every slice starts as the S-th root of the object. */
  async #start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    const { gpu, object, probe } = this.#state, { slices } = this.#options;
    const [values, modes] = await gpu.readAll([object, probe]);
    const part = complexRoot(values, slices);
    for (const slice of this.#work.slices) gpu.write(slice, part);
    let peak = 0;
    for (let i = 0; i < modes.length; i += 2) {
      peak = Math.max(peak, Math.hypot(modes[i], modes[i + 1]));
    }
    this.#probePeak = peak;
  }

  #record(objectOn: boolean, probeOn: boolean): Recorded {
    const key = `${objectOn} ${probeOn}`;
    const known = this.#recorded.get(key);
    if (known !== undefined) return known;
    const { gpu, object, shape: { rows, columns } } = this.#state;
    const plan = new Plan(gpu, `${this.name} in slices`),
      { slices, found, error, steps } = this.#work;
    const adam: AdamDispatch[] = [], ends: number[] = [], recorded = { plan, ends, adam };
    this.#variable?.recordBegin(plan);
    this.#chunks.chunks.forEach((chunk, c) => {
      this.#recordBatch(plan, chunk, c, objectOn, probeOn, recorded.adam);
      ends.push(plan.length);
    });
    if (probeOn) this.#variable?.recordEnd(plan);
    recordSum(plan, found, error, 1, found.length);
    plan.copy(slices[0], object, object.length);
    for (const along of slices.slice(1)) {
      const count = rows * columns;
      plan.run(kernels.multiply, { steps, along, image: object }, this.#params({ count }), count);
    }
    plan.encode(gpu.device.createCommandEncoder(), 0, 0);
    this.#recorded.set(key, recorded);
    return recorded;
  }

  #params(values: Partial<kernels.SliceParams>): kernels.SliceParams {
    return kernels.sliceParams(this.#state.shape, values);
  }

  #recordBatch(
    plan: Plan,
    chunk: Chunk,
    c: number,
    objectOn: boolean,
    probeOn: boolean,
    adams: AdamDispatch[],
  ): void {
    const { gpu, probe, measured, shape } = this.#state, { arena } = gpu;
    const { size, modes, rows, columns, patterns } = shape, { method, noise } = this.#options;
    const { slices, tops, weight, extents, probeTop, power, found } = this.#work,
      { order } = this.#detector;
    const { visits } = this.#chunks, planes = chunk.length * modes;
    const count = planes * size * size, area = rows * columns, { first } = chunk;
    const wave = (): Tensor => this.#chunks.allocate("wave", chunk);
    const last = slices.length - 1;

    const spectrum = arena.allocate("probe spectrum", probe.shape);
    recordFft2(plan, probe, spectrum, modes, size);
    const phis = [wave()];
    if (this.#variable === undefined) {
      this.#chunks.recordShifted(plan, chunk, spectrum, phis[0]);
    } else this.#variable.recordProbes(plan, visits, chunk, spectrum, phis[0]);
    for (let s = 0; s < last; s++) {
      const next = wave();
      this.#chunks.recordExit(plan, chunk, { tensor: phis[s], own: true }, next, slices[s]);
      this.#between.forward(plan, next, next, planes);
      phis.push(next);
    }
    const chi = wave();
    this.#chunks.recordExit(plan, chunk, { tensor: phis[last], own: true }, chi, slices[last]);
    this.#detector.forward(plan, visits, chunk, chi);
    const groups = this.#groups(chunk.length);
    const kind = NOISES.indexOf(noise), pixels = chunk.length * size * size;
    plan.run(
      kernels.residual,
      { visits, measured, order, fields: chi, found },
      this.#params({ count: pixels, first, kind, piece: c * groups }),
      groups * 64,
    );
    this.#detector.adjoint(plan, visits, chunk, chi);

    const filled = Math.min(chunk.length, patterns - first);
    const damping = method === "epie" ? 1 : this.#options.damping;
    const overlap = { count: size * size, size, modes, first, columns, own: 1, inertia: 0 };
    const largest = (of: Tensor, piece: number): void => {
      plan.run(extent, { values: of, extents }, { ...overlap, count: piece, visits: 0 }, [1, 1, 1]);
    };
    const normalise = (image: Tensor, by: Tensor, piece: number): void => {
      largest(by, piece);
      const of = image.length / 2;
      const kind = method === "epie" ? 0 : 1;
      const params = this.#params({ count: of, kind, piece, alpha: damping });
      plan.run(kernels.direction, { weight: by, range: extents, image }, params, of);
    };
    let back = chi;
    for (let s = last; s >= 0; s--) {
      plan.clear(tops[s]);
      plan.clear(weight);
      for (let slot = 0; slot < filled; slot++) {
        const tensors = { visits, waves: back, probes: phis[s], top: tops[s], weight };
        plan.run(addObject, tensors, { ...overlap, visits: slot }, size * size);
      }
      if (method !== "adam") normalise(tops[s], weight, area);
      const next = wave();
      const tensors = { visits, source: back, result: next, object: slices[s] };
      plan.run(kernels.conjugate, tensors, this.#params({ count, first }), count);
      if (s > 0) this.#between.adjoint(plan, next, next, planes);
      if (back !== chi) arena.release(back);
      back = next;
    }
    if (probeOn) {
      plan.clear(probeTop);
      recordFft2(plan, back, back, planes, size);
      const all = modes * size * size;
      const params = { ...overlap, count: all, visits: chunk.length };
      plan.run(addProbe, { visits, waves: back, spectrum: probeTop }, params, all);
      recordFft2(plan, probeTop, probeTop, modes, size, true);
      if (method === "epie" || this.#variable !== undefined) {
        plan.clear(power);
        const params = { ...overlap, visits: chunk.length };
        plan.run(addWeight, { visits, object: slices[0], power }, params, size * size);
      }
      if (method === "epie") normalise(probeTop, power, size * size);
      else if (this.#variable !== undefined) largest(power, size * size);
      this.#variable?.recordUpdate(plan, visits, chunk, back, extents);
    }
    arena.release(back);
    if (method === "lsqml") {
      const place = {
        state: this.#state,
        work: this.#work,
        chunks: this.#chunks,
        between: this.#between,
      };
      recordSteps(place, plan, chunk, phis, chi, spectrum, probeOn);
    }
    for (const tensor of [chi, ...phis, spectrum]) arena.release(tensor);
    this.#recordChange(plan, objectOn, probeOn, adams);
  }

  #recordChange(
    plan: Plan,
    objectOn: boolean,
    probeOn: boolean,
    adams: AdamDispatch[],
  ): void {
    const { probe } = this.#state, { method, objectStep, probeStep } = this.#options;
    const { slices, tops, probeTop, steps, moments } = this.#work;
    const images = [
      ...objectOn ? slices.map((image, s) => ({ image, along: tops[s], s, probe: false })) : [],
      ...probeOn ? [{ image: probe, along: probeTop, s: slices.length, probe: true }] : [],
    ];
    for (const { image, along, s, probe } of images) {
      const count = image.length / 2;
      if (method !== "adam") {
        const factor = probe ? probeStep : objectStep;
        const params = this.#params({ count, kind: probe ? 1 : 0, factor });
        plan.run(kernels.change, { steps, along, image }, params, count);
        continue;
      }
      const [firstMoment, secondMoment] = moments[s], quads = Math.ceil(image.length / 4);
      const tensors = { gradient: along, weight: image, firstMoment, secondMoment };
      adams.push({
        dispatch: plan.run(adamKernel, tensors, { count: quads, ...kernels.ADAM }, quads),
        probe,
      });
    }
  }
}
