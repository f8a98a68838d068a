/**
 * LSQ-ML: batches of patterns, directions from the whole batch, and for every pattern the steps of
 * object and probe that together reduce its residual most (Odstrcil, Menzel and Guizar-Sicairos,
 * Opt. Express 26, 3108 (2018)).
 *
 * @module
 */
import directionSource from "../../shaders/engines/lsqml_direction.wgsl" with { type: "text" };
import canvasBuffer from "../../shaders/engines/canvas_buffer.wgsl" with { type: "text" };
import canvasTexels from "../../shaders/engines/canvas_texels.wgsl" with { type: "text" };
import source from "../../shaders/engines/lsqml.wgsl" with { type: "text" };
import objectSource from "../../shaders/engines/lsqml_object.wgsl" with { type: "text" };
import sumsSource from "../../shaders/engines/lsqml_sums.wgsl" with { type: "text" };
import opaque from "../../shaders/lib/opaque.wgsl" with { type: "text" };
import powers from "../../shaders/lib/powers.wgsl" with { type: "text" };
import { defineKernel } from "../gpu/kernel.ts";
import type { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { canvasKernels, readsOften, stripAccess, stripText } from "./canvas.ts";
import {
  type GatherBatch,
  type GatherSpace,
  gatherSpace,
  recordObjectSums,
  recordPeaks,
} from "./gather.ts";
import { Momentum } from "./momentum.ts";
import { recordCollect, recordProbeSums } from "./probe_gather.ts";
import { type ProjectionNoise, recordProjection } from "./project.ts";
import { ShiftedProbe } from "./shifted_probe.ts";
import type { Engine, EngineState, SweepResult } from "./state.ts";
import { type BlockPlan, Sweeper, type SweepOptions } from "./sweep.ts";

const sumsTable = {
  source: sumsSource,
  entryPoint: "sums",
  params: {
    size: "u32",
    modes: "u32",
    columns: "u32",
    first: "u32",
    probeStride: "u32",
    directionStride: "u32",
    damping: "f32",
  },
} as const;
/** Pairs of pixels that an invocation of a software adapter takes at a time. */
const STRIP = 4;
/** Textures of the sums that read the canvas often; adapters need not have more than four. */
const TEXTURES = 5;
const sumsKernels = canvasKernels((_pairs, form) =>
  defineKernel({
    ...sumsTable,
    snippets: [directionSource, powers, stripText(form)],
    label: `engines/lsqml_sums#sums ${form}`,
    bindings: {
      visits: "read",
      object: stripAccess(form),
      probe: "texel",
      waves: "texel",
      direction: "texel",
      numerators: form === "often" ? "texel" : "load",
      peaks: "read",
      rowsOut: "read_write",
    },
  })
);
const table = {
  source,
  snippets: [opaque],
  params: {
    visits: "u32",
    count: "u32",
    withObject: "u32",
    withProbe: "u32",
    coupling: "f32",
    objectStep: "f32",
    probeStep: "f32",
  },
} as const;
const solveKernel = defineKernel({
  ...table,
  label: "engines/lsqml#solve",
  entryPoint: "solve",
  bindings: { table: "read", scalars: "read_write" },
  workgroup: 1,
});
const applyProbe = defineKernel({
  ...table,
  label: "engines/lsqml#apply_probe",
  entryPoint: "apply_probe",
  bindings: { known: "read", steps: "read", probeOut: "read_write" },
});
const objectTable = {
  source: objectSource,
  entryPoint: "apply_object",
  params: { modes: "u32", columns: "u32", rows: "u32", bins: "u32", damping: "f32" },
  workgroup: 32,
} as const;
const applyObject = {
  often: defineKernel({
    ...objectTable,
    label: "engines/lsqml_object#apply_object often",
    snippets: [directionSource, canvasTexels],
    bindings: {
      bins: "read",
      sums: "texel",
      scalars: "read",
      object: "read_write",
      objectBefore: "texel_pairs",
    },
  }),
  seldom: defineKernel({
    ...objectTable,
    label: "engines/lsqml_object#apply_object seldom",
    snippets: [directionSource, canvasBuffer],
    bindings: { bins: "read", sums: "load", scalars: "read", object: "read_write" },
  }),
};

/** Damping of the 2 x 2 systems, relative to the mean diagonal of a batch. */
const COUPLING = 0.1;

/** Options of {@linkcode LsqmlEngine}. */
export interface LsqmlOptions extends SweepOptions {
  /** Factor on the optimal step of the object. */
  readonly objectStep: number;
  /** Factor on the optimal step of the probe. */
  readonly probeStep: number;
  /** Damping of the object direction, relative to the largest illumination. */
  readonly damping: number;
  /** First sweep that changes the object. */
  readonly objectStart: number;
  /** First sweep that changes the probe; Infinity keeps it. */
  readonly probeStart: number;
  /** Noise model of the residual. */
  readonly noise: ProjectionNoise;
  /** Friction of the momentum of the object, 0 for none. */
  readonly momentum?: number | undefined;
}

type Values = Record<keyof typeof table.params, number>;

/** The LSQ-ML engine. */
export class LsqmlEngine implements Engine {
  /** Name. */
  readonly name = "lsqml";
  #state: EngineState;
  #options: LsqmlOptions;
  #sweeper: Sweeper;
  #waves: Tensor;
  #terms: Tensor | undefined;
  #direction: Tensor | undefined;
  #rows: Tensor;
  #space: GatherSpace;
  #shift: ShiftedProbe | undefined;
  #momentum: Momentum | undefined;
  #blocks = new Map<string, BlockPlan>();

  /** Allocates the work space. */
  constructor(state: EngineState, options: LsqmlOptions) {
    const { size, modes } = state.shape, { gpu } = state;
    this.#state = state;
    this.#options = options;
    this.#sweeper = new Sweeper(state, { ...options, tiles: true });
    const { batch, layout } = this.#sweeper;
    this.#waves = gpu.tensor("exit waves", [batch, modes, size, size, 2]);
    this.#rows = gpu.tensor("step sums", [batch, 2, 4]);
    this.#space = gatherSpace(state, layout);
    if ((options.momentum ?? 0) > 0) this.#momentum = new Momentum(state, options.momentum!);
  }

  /** Compiles by running a block with steps of 0. */
  async compile(progress?: (done: number, all: number, label: string) => void): Promise<void> {
    const block = this.#block(true, true, true);
    await this.#shift?.open.submitCompiling();
    await block.plan.submitCompiling(progress);
    block.plan.dispose();
    this.#blocks.delete("rehearsal");
  }

  /** One sweep. */
  async sweep(epoch: number): Promise<SweepResult> {
    const objectOn = epoch >= this.#options.objectStart;
    const probeOn = epoch >= this.#options.probeStart;
    const block = this.#block(objectOn, probeOn, false);
    const shift = this.#state.shifted ? this.#shift : undefined;
    shift?.open.submit();
    const result = await this.#sweeper.run(
      epoch,
      block,
      objectOn ? this.#momentum?.plan : undefined,
    );
    if (probeOn) shift?.close.submit();
    return result;
  }

  /** Momentum, if there is any. */
  async save(): Promise<Map<string, Float32Array>> {
    return await this.#momentum?.save() ?? new Map();
  }

  /** Takes the momentum back. */
  load(saved: ReadonlyMap<string, Float32Array>): void {
    this.#momentum?.load(saved);
  }

  /** Frees plans and work space. */
  dispose(): void {
    for (const { plan } of this.#blocks.values()) plan.dispose();
    this.#shift?.dispose();
    this.#momentum?.dispose();
    this.#sweeper.dispose();
    const own = [this.#waves, this.#terms, this.#direction, this.#rows];
    for (const tensor of [...own, ...Object.values(this.#space) as Tensor[]]) {
      if (tensor !== undefined) this.#state.gpu.arena.release(tensor);
    }
  }

  /** Same as {@linkcode LsqmlEngine.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #block(objectOn: boolean, probeOn: boolean, rehearsal: boolean): BlockPlan {
    const { shifted, gpu, probe } = this.#state;
    if (shifted && this.#shift === undefined) {
      const { visits, batch } = this.#sweeper;
      this.#shift = new ShiftedProbe(this.#state, visits, batch);
      this.#terms = gpu.tensor("probe terms", this.#waves.shape);
      this.#direction = gpu.tensor("probe direction", probe.shape);
    }
    const key = rehearsal ? "rehearsal" : `${objectOn} ${probeOn} ${shifted}`;
    let block = this.#blocks.get(key);
    if (block === undefined) {
      block = this.#sweeper.recordBlock(
        "lsqml",
        (plan, k) => this.#record(plan, k, objectOn, probeOn, shifted, rehearsal ? 0 : 1),
      );
      this.#blocks.set(key, block);
    }
    return block;
  }

  #record(
    plan: Plan,
    k: number,
    objectOn: boolean,
    probeOn: boolean,
    shifted: boolean,
    factor: number,
  ): void {
    const state = this.#state, space = this.#space, { object, gpu } = state;
    const { size, modes, columns, rows } = state.shape, plane = modes * size * size / 2;
    const { batch: visitCount, visits, stats, layout } = this.#sweeper;
    const bins = this.#sweeper.bins!, members = this.#sweeper.members!;
    const first = k * visitCount;
    const shift = shifted ? this.#shift : undefined;
    shift?.recordShift(plan, first, visitCount);
    const probe = shift?.probes ?? state.probe, waves = this.#waves;
    const { noise, damping, objectStep, probeStep } = this.#options;
    recordProjection(plan, state, { visits, first, count: visitCount, probe, waves, stats, noise });
    const batch: GatherBatch = {
      visits,
      first,
      count: visitCount,
      bins,
      binStart: k * layout.words,
      members,
      memberStart: k * layout.members,
      layout,
      probe,
      waves,
    };
    const view = { size, modes, columns, first, probeStride: shifted ? plane : 0 };
    const params: Values = {
      visits: visitCount,
      count: plane,
      withObject: objectOn ? 1 : 0,
      withProbe: probeOn ? 1 : 0,
      coupling: COUPLING,
      objectStep: factor * objectStep,
      probeStep: factor * probeStep,
    };
    recordObjectSums(plan, state, batch, space);
    let direction = space.probeSums, moved = direction;
    if (shift === undefined) {
      recordProbeSums(plan, state, batch, space);
    } else {
      // The terms are shifted back and added in the spectrum, then shifted to every visit.
      const terms = this.#terms!;
      direction = this.#direction!;
      moved = terms;
      shift.recordTerms(plan, batch, terms);
      plan.clear(direction);
      recordCollect(plan, state, terms, visitCount, direction);
      shift.recordShift(plan, first, visitCount, direction, moved);
    }
    recordPeaks(plan, batch, space, 0);
    const often = readsOften(gpu.profile, state.shape, visitCount);
    const { maxStorageTexturesPerShaderStage: textures } = gpu.device.limits;
    const strip = gpu.profile.software && size >= 64 ? STRIP : 1;
    plan.run(
      {
        ...(often && textures >= TEXTURES ? sumsKernels.often : sumsKernels.seldom),
        constants: { STRIP: strip },
      },
      {
        visits,
        object,
        probe,
        waves,
        direction: moved,
        numerators: space.objectSums,
        peaks: space.scalars,
        rowsOut: this.#rows,
      },
      { ...view, directionStride: shifted ? plane : 0, damping },
      [visitCount, 1, 1],
    );
    plan.run(solveKernel, { table: this.#rows, scalars: space.scalars }, params, 1);
    const { scalars } = space;
    if (objectOn) {
      const tensors = { bins, sums: space.objectSums, scalars, object };
      const values = { modes, columns, rows, bins: k * layout.words, damping };
      const groups = [layout.tiles, 1, 1] as const;
      if (often) {
        plan.run(applyObject.often, { ...tensors, objectBefore: object }, values, groups);
      } else plan.run(applyObject.seldom, tensors, values, groups);
    }
    if (probeOn) {
      const probeOut = shift?.spectrum ?? state.probe;
      plan.run(applyProbe, { known: direction, steps: scalars, probeOut }, params, plane);
    }
  }
}
