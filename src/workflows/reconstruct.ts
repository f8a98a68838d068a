/**
 * Iterative reconstruction: a scan in, object and probe out, sweep by sweep.
 *
 * @module
 */
import { complexArray, type NdArray, realArray } from "../array.ts";
import { Constraints, measureProbe } from "../engines/constraints.ts";
import { createEngine } from "../engines/create.ts";
import { type PositionResult, Refinement } from "../engines/refine.ts";
import { sortModes } from "../engines/modes.ts";
import { checkSettings } from "../engines/settings.ts";
import { stageRadices } from "../engines/spectrum.ts";
import { resampleObject, startingObject, startingProbe } from "../engines/start.ts";
import { type Engine, EngineState, type Placement, placeScan } from "../engines/state.ts";
import { ConfigError, DivergedError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { Random } from "../random.ts";
import type { CanvasGeometry } from "../reassembly/geometry.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import type { Reconstruction } from "./infer.ts";
import type { ReconstructCheckpoint } from "./reconstruct_checkpoint.ts";
import {
  checkCanvas,
  checkMask,
  checkSameData,
  coverageOf,
  type DataMark,
  matchEnergy,
  readMeasured,
  scaleToEnergy,
} from "./reconstruct_data.ts";
import type {
  NoteEvent,
  ReconstructInputs,
  ReconstructProgress,
  ReconstructSettings,
  SweepEvent,
} from "./reconstruct_settings.ts";

/**
 * A running reconstruction by an iterative engine: make it, iterate `run()`, then ask for the
 * `reconstruction()`. Whoever makes it disposes it.
 *
 * Positions are (y, x) of patch centres on the object grid, px; object and probe are complex64, the
 * probe in the units of the data (|FFT(probe * patch)|, orthonormal, is an amplitude).
 */
export class EngineRun implements Disposable {
  /** Settings. */
  readonly settings: ReconstructSettings;
  /** Object, probe and data on the device. */
  readonly state: EngineState;
  #data: DataMark;
  #engine: Engine;
  #constraints: Constraints;
  #refinement: Refinement;
  #inputs: ReconstructInputs;
  #best: { readonly object: Tensor; readonly probe: Tensor };
  #progress: ReconstructProgress;
  #began = performance.now();

  private constructor(
    settings: ReconstructSettings,
    inputs: ReconstructInputs,
    state: EngineState,
    data: DataMark,
    power: number,
    nominal: Float64Array,
  ) {
    const { gpu, object, probe } = state;
    this.settings = settings;
    this.#inputs = inputs;
    this.state = state;
    this.#data = data;
    this.#engine = createEngine(state, settings, {
      ...(inputs.onProgress === undefined ? {} : { onBlock: inputs.onProgress }),
    });
    this.#constraints = new Constraints(state, settings);
    // Adam's moments, the waves of projections and what varies belong to the modes as they are.
    const mixes = ["epie", "rpie", "lsqml"].includes(settings.engine) && settings.components === 0;
    this.#refinement = new Refinement(state, settings, nominal, mixes, settings);
    this.#constraints.target = inputs.resume?.progress.power ?? power;
    this.#best = {
      object: gpu.tensor("best object", object.shape),
      probe: gpu.tensor("best probe", probe.shape),
    };
    this.#progress = inputs.resume?.progress ?? {
      sweep: 0,
      best: Infinity,
      bestSweep: 0,
      mark: Infinity,
      stale: 0,
      errors: [],
      power,
    };
    if (inputs.resume !== undefined) {
      gpu.write(this.#best.object, inputs.resume.bestObject);
      gpu.write(this.#best.probe, inputs.resume.bestProbe);
      this.#engine.load(inputs.resume.engine);
      this.#refinement.load(inputs.resume.engine);
    }
  }

  /**
   * Reads the data and makes the start.
   *
   * @throws {ConfigError} if settings and data do not go together.
   */
  static async create(
    gpu: Gpu,
    dataset: ScanDataset,
    settings: ReconstructSettings,
    inputs: ReconstructInputs = {},
  ): Promise<EngineRun> {
    checkSettings(settings);
    if (settings.subpixel === "object" && settings.positionCorrection !== "none") {
      throw new ConfigError("Cannot correct positions with --subpixel object: use probe");
    }
    stageRadices(dataset.N);
    const { resume } = inputs, { N: size, count: patterns } = dataset;
    const mask = inputs.mask ?? dataset.mask;
    checkMask(mask, dataset);
    const data = await readMeasured(dataset, mask);
    if (resume !== undefined) checkSameData(resume.data, data.mark);
    const positions = resume?.positions ?? dataset.positions;
    const placement: Placement = resume?.placement ??
      placeScan(dataset.positions, size, settings.margin, settings.subpixel);
    const { rows, columns } = placement;
    checkCanvas(rows, columns, gpu.device.limits.maxStorageBufferBindingSize);
    const probe = resume?.probe ?? scaleToEnergy(
      inputs.probe ?? startingProbe({
        kind: settings.probeStart,
        file: dataset.probe,
        mean: data.mean,
        diameter: settings.probeDiameter ?? size / 4,
        modes: settings.modes ?? dataset.probe.modes,
      }),
      data.mark.energy / patterns,
      inputs.object !== undefined && inputs.probe !== undefined,
    );
    const modes = probe.length / (2 * size * size);
    const random = new Random(settings.seed, 4000);
    const object = resume?.object ??
      (inputs.object === undefined
        ? startingObject(rows * columns, settings.randomPhase, random)
        : resampleObject(inputs.object, placement));
    const state = new EngineState(
      gpu,
      { patterns, size, modes, rows, columns },
      placement,
      {
        object,
        probe,
        measured: data.measured,
        positions,
      },
      settings.subpixel,
      {
        together: Math.min(settings.batch, patterns),
        bytes: inputs.bindingBytes,
      },
    );
    try {
      if (resume === undefined) await matchEnergy(state, object, inputs.object !== undefined);
      const { power } = measureProbe(await gpu.read(state.probe), size);
      return new EngineRun(settings, inputs, state, data.mark, power, dataset.positions);
    } catch (error) {
      state.dispose();
      throw error;
    }
  }

  /** Counters so far. */
  get progress(): ReconstructProgress {
    return this.#progress;
  }

  /** Positions, if they are corrected. */
  get positions(): PositionResult | undefined {
    return this.#refinement.positions;
  }

  /**
   * What else was found, after the last sweep: (S, rows, columns) c64 `object_slices` of a thick object,
   * (C, N, N) c64 `probe_components` and (P, C) f32 `probe_weights` of a varying probe.
   */
  async extras(): Promise<Record<string, NdArray>> {
    const { rows, columns, size, patterns } = this.state.shape;
    const { slices, components } = this.settings;
    if (slices === undefined && components === 0) return {};
    const saved = await this.#engine.save(), found: Record<string, NdArray> = {};
    if (slices !== undefined) {
      const shape = [slices.count, rows, columns];
      found.object_slices = complexArray(shape, saved.get("slices")!);
    }
    if (components > 0) {
      const shape = [components, size, size];
      found.probe_components = complexArray(shape, saved.get("probe_components")!);
      found.probe_weights = realArray([patterns, components], saved.get("probe_weights")!);
    }
    return found;
  }

  /** Compiles the shaders, reporting (done, all, next). */
  compile(progress?: (done: number, all: number, label: string) => void): Promise<void> {
    return this.#engine.compile(progress);
  }

  /** Sweeps until the end, the plateau or the signal; each event is a sweep. */
  async *run(): AsyncGenerator<SweepEvent | NoteEvent> {
    const { sweeps, patience, minImprovement } = this.settings;
    const start = this.#progress.sweep;
    const began = performance.now();
    for (let sweep = start; sweep < sweeps; sweep++) {
      if (this.#inputs.signal?.aborted) return;
      const mark = performance.now();
      const { error } = await this.#engine.sweep(sweep);
      await this.#constraints.apply();
      await this.#refinement.apply(sweep);
      if (!Number.isFinite(error) || error > 1e6) {
        throw new DivergedError(
          `The error is ${error} in sweep ${sweep + 1}: ` +
            (["dm", "raar"].includes(this.settings.engine)
              ? "update the probe later (--probe-start-sweep) or use another --engine"
              : "lower --object-step and --probe-step"),
          sweep,
        );
      }
      const last = this.#progress, better = error < last.best;
      if (better) this.#keepBest();
      const counts = error < last.mark * (1 - minImprovement);
      this.#progress = {
        ...last,
        sweep: sweep + 1,
        best: better ? error : last.best,
        bestSweep: better ? sweep + 1 : last.bestSweep,
        mark: counts ? error : last.mark,
        stale: counts ? 0 : last.stale + 1,
        errors: [...last.errors, error],
      };
      const now = performance.now();
      yield {
        kind: "sweep",
        sweep: sweep + 1,
        error,
        best: this.#progress.best,
        seconds: (now - mark) / 1000,
        secondsLeft: (now - began) / 1000 / (sweep + 1 - start) * (sweeps - sweep - 1),
      };
      if (patience > 0 && this.#progress.stale >= patience) {
        yield {
          kind: "note",
          message: `stopped after sweep ${sweep + 1}: no lower error for ${patience} sweeps`,
        };
        return;
      }
    }
  }

  /**
   * Object and probe.
   *
   * @param best true for those of the lowest error, false for the last ones.
   */
  async reconstruction(best = true): Promise<Reconstruction> {
    const { gpu, shape } = this.state, { size, modes, rows, columns, patterns } = shape;
    const kept = best && this.#progress.bestSweep > 0;
    const [object, probe] = await gpu.readAll(
      kept ? [this.#best.object, this.#best.probe] : [this.state.object, this.state.probe],
    );
    return {
      object: complexArray([rows, columns], object),
      coverage: coverageOf(this.state, probe),
      probe: complexArray(
        [modes, size, size],
        this.settings.components === 0 ? sortModes(probe, modes).probe : probe,
      ),
      geometry: this.#geometry(),
      varpro: undefined,
      patterns,
      patches: patterns,
      dropped: 0,
      seconds: (performance.now() - this.#began) / 1000,
    };
  }

  /** Everything needed to go on exactly from here. */
  async checkpoint(): Promise<ReconstructCheckpoint> {
    const { gpu, object, probe, placement, positions } = this.state;
    const [o, p, bestObject, bestProbe] = await gpu.readAll([
      object,
      probe,
      this.#best.object,
      this.#best.probe,
    ]);
    return {
      settings: this.settings,
      data: this.#data,
      progress: this.#progress,
      placement,
      positions,
      object: o,
      probe: p,
      bestObject,
      bestProbe,
      engine: new Map([...await this.#engine.save(), ...this.#refinement.save()]),
    };
  }

  /** Frees the device memory. */
  dispose(): void {
    this.#engine.dispose();
    this.#constraints.dispose();
    this.#refinement.dispose();
    for (const tensor of [this.#best.object, this.#best.probe]) {
      this.state.gpu.arena.release(tensor);
    }
    this.state.dispose();
  }

  /** Same as {@linkcode EngineRun.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #keepBest(): void {
    const { gpu, object, probe } = this.state;
    const encoder = gpu.device.createCommandEncoder({ label: "keep best" });
    for (const [from, to] of [[object, this.#best.object], [probe, this.#best.probe]]) {
      encoder.copyBufferToBuffer(from.buffer, 0, to.buffer, 0, 4 * from.length);
    }
    gpu.submit(encoder);
  }

  #geometry(): CanvasGeometry {
    const { placement, positions } = this.state, count = positions.length / 2;
    let y = 0, x = 0;
    for (let i = 0; i < count; i++) {
      y += positions[2 * i] / count;
      x += positions[2 * i + 1] / count;
    }
    return {
      height: placement.rows,
      width: placement.columns,
      centreY: y,
      centreX: x,
      originY: placement.originY,
      originX: placement.originX,
    };
  }
}
