/**
 * The physics-informed network on the device: weights, recorded passes, update rule.
 *
 * @module
 */
import { complexArray, type NdArray, realArray } from "../array.ts";
import type { RunConfig } from "../config/presets.ts";
import { assertResolved } from "../config/resolved.ts";
import { ShapeError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { Plan } from "../gpu/plan.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { declareNetwork, type NetworkLayers } from "../network/architecture.ts";
import { initializeParameters } from "../network/initialization.ts";
import { type Parameter, ParameterStore } from "../ops/parameters.ts";
import { recordSum } from "../ops/reduce.ts";
import { effectiveProbe } from "../physics/effective_probe.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import type { PatchLabels } from "../scan/labels.ts";
import { softDiskMask } from "../scan/probe.ts";
import { createOptimizer, type Optimizer } from "../update/optimizer.ts";
import type { Checkpoint, ScalingStatistics } from "./checkpoint.ts";
import type { Precision } from "./precision.ts";
import { TrainingPass } from "./training_pass.ts";

/** First values of a model. */
export interface PinnStart {
  /** Weights by name; random if absent. */
  readonly weights?: ReadonlyMap<string, NdArray>;
  /** State to go on from. */
  readonly resume?: Checkpoint;
  /** (2, N, N) mean and scale of the input's pixels. */
  readonly inputStatistics?: NdArray;
  /** Largest offset inside a compact group, px. */
  readonly groupReach?: number;
  /** Arithmetic of the convolutions. */
  readonly precision?: Precision | undefined;
  /** Added by Adam to the root of the second moment; default 1e-8. */
  readonly epsilon?: number;
}

/** Parameters beside the network's own. */
export interface ExtraParameters {
  /** log of the scale tied between input and output, (1). */
  readonly logScale: Parameter | undefined;
  /** Effective probe, (K, N, N, 2). */
  readonly probe: Parameter | undefined;
  /** Factor of the real part, (1), in rectangular physics. */
  readonly s1: Parameter | undefined;
  /** Factor of the imaginary part, (1). */
  readonly s2: Parameter | undefined;
}

/** Names of the extra parameters. */
export const EXTRA_NAMES = {
  logScale: "model.log_scale",
  probe: "model.probe",
  s1: "model.forward_model.rect_scaler.s1",
  s2: "model.forward_model.rect_scaler.s2",
} as const;

/** Declares network and extra parameters of a configuration. */
export function declareModel(
  config: RunConfig,
  modes: number,
): { layers: NetworkLayers; extra: ExtraParameters } {
  const { model, training } = config;
  const layers = declareNetwork(model);
  const { layout } = layers;
  const rectangular = model.physics_forward_mode === "rectangular_scaled";
  const extra: ExtraParameters = {
    logScale: training.intensity_scale_trainable
      ? layout.add(EXTRA_NAMES.logScale, [1])
      : undefined,
    probe: training.probe_trainable
      ? layout.add(EXTRA_NAMES.probe, [modes, model.N, model.N, 2])
      : undefined,
    s1: rectangular ? layout.add(EXTRA_NAMES.s1, [1]) : undefined,
    s2: rectangular ? layout.add(EXTRA_NAMES.s2, [1]) : undefined,
  };
  return { layers, extra };
}

/** The probe of the forward model: the file's, scaled and masked, (K, N, N) c64. */
export function modelProbe(
  dataset: ScanDataset,
  config: RunConfig,
  scaling: ScalingStatistics,
): NdArray {
  const { model } = config, { modes, N, data } = dataset.probe;
  const mask = model.probe_mask
    ? softDiskMask(N, model.probe_mask_diameter ?? N / 2, model.probe_mask_sigma)
    : undefined;
  return effectiveProbe(complexArray([modes, N, N], data), 1 / scaling.probe_factor, mask);
}

/** A network in training. */
export class PinnModel implements Disposable {
  /** Number of trainable numbers. */
  readonly parameterCount: number;
  #gpu: Gpu;
  #config: RunConfig;
  #layers: NetworkLayers;
  #extra: ExtraParameters;
  #store: ParameterStore;
  #optimizer: Optimizer;
  #probe: NdArray;
  #scaling: ScalingStatistics;
  #groupReach: number;
  #precision: Precision;
  #inputStatistics: NdArray | undefined;
  #mask: Uint8Array | undefined;
  #pass: TrainingPass;
  #lossSum: Tensor;
  #weightSum: Tensor;
  #watch: Plan;
  #accumulated = 0;

  private constructor(
    gpu: Gpu,
    config: RunConfig,
    scaling: ScalingStatistics,
    probe: NdArray,
    start: PinnStart,
    mask: Uint8Array | undefined,
  ) {
    this.#gpu = gpu;
    this.#mask = mask;
    this.#config = config;
    this.#scaling = scaling;
    this.#probe = probe;
    this.#groupReach = start.groupReach ?? 0;
    this.#precision = start.precision ?? "32-true";
    this.#inputStatistics = start.inputStatistics;
    const { layers, extra } = declareModel(config, probe.shape[0]);
    this.#layers = layers;
    this.#extra = extra;
    this.parameterCount = layers.layout.count;
    this.#store = new ParameterStore(gpu, layers.layout, true);
    const { training } = config;
    this.#optimizer = createOptimizer(gpu, this.#store, {
      kind: training.optimizer,
      beta1: training.adam_beta1,
      beta2: training.adam_beta2,
      ...(start.epsilon === undefined ? {} : { epsilon: start.epsilon }),
      momentum: training.momentum,
      weightDecay: training.weight_decay,
      accumulation: training.accum_steps,
      clip: training.gradient_clip_val === null ? undefined : {
        algorithm: training.gradient_clip_algorithm,
        limit: training.gradient_clip_val,
      },
    });
    this.#lossSum = gpu.tensor("loss sum", [4]);
    this.#weightSum = gpu.tensor("weight sum", [1]);
    this.#watch = new Plan(gpu, "weight watch");
    recordSum(this.#watch, this.#store.weights, this.#weightSum, 1, layers.layout.length);
    try {
      this.#pass = this.#record(this.#merges(start.resume?.progress?.epoch ?? 0));
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  /** Allocates and records everything; weights are random, given, or those of a checkpoint. */
  static async create(
    gpu: Gpu,
    dataset: ScanDataset,
    config: RunConfig,
    scaling: ScalingStatistics,
    start: PinnStart = {},
  ): Promise<PinnModel> {
    assertResolved(config, "make a model");
    const probe = start.resume?.probe ?? modelProbe(dataset, config, scaling);
    const model = new PinnModel(gpu, config, scaling, probe, start, dataset.mask);
    try {
      await gpu.settle();
      model.#load(start);
      return model;
    } catch (error) {
      model.dispose();
      throw error;
    }
  }

  /** Tells the epoch that begins: phase-first and the overlap merge depend on it. */
  setEpoch(epoch: number): void {
    const merge = this.#merges(epoch);
    if (merge !== this.#pass.merges) {
      this.#pass.dispose();
      this.#pass = this.#record(merge);
    }
    this.#pass.freezeAmplitude(epoch < this.#config.training.phase_first_epochs);
  }

  /**
   * Uploads a batch.
   *
   * @param patterns (B, C, N, N) normalised amplitudes (counts in rectangular physics).
   * @param offsets (B, C, 2) pairs (x, y), px.
   * @param labels (B, C, N, N) truth patches, for a supervised model.
   */
  upload(patterns: Float32Array, offsets: Float32Array, labels?: PatchLabels): void {
    this.#pass.upload(patterns, offsets, labels);
  }

  /** Compiles all kernels under a progress report; the batch is computed but nothing is updated. */
  async compile(progress: (done: number, all: number, label: string) => void): Promise<void> {
    await this.#pass.graph.plan.submitCompiling(progress);
    this.#gpu.clear(this.#lossSum);
  }

  /** Computes loss and gradients of the uploaded batch, and updates the weights if `update`. */
  step(updates: number, learningRate: number, update: boolean): void {
    const { device } = this.#gpu;
    const encoder = device.createCommandEncoder({ label: "training step" });
    this.#pass.graph.plan.encode(encoder);
    if (this.#optimizer.accumulation !== undefined) {
      this.#optimizer.accumulation.encode(encoder);
      this.#accumulated++;
    }
    if (update) {
      this.#optimizer.prepare(updates, learningRate, Math.max(1, this.#accumulated));
      this.#optimizer.plan.encode(encoder);
      this.#accumulated = 0;
    }
    this.#gpu.submit(encoder);
  }

  /**
   * Sum of the losses since the last call; not finite if a weight is not, which a loss may hide
   * because a ReLU turns NaN into 0.
   */
  async takeLoss(): Promise<number> {
    this.#watch.submit();
    const [[sum], [weights]] = await this.#gpu.readAll([this.#lossSum, this.#weightSum]);
    this.#gpu.clear(this.#lossSum);
    return Number.isFinite(weights) ? sum : NaN;
  }

  /** Loss of the uploaded batch; nothing is updated. */
  async evaluate(): Promise<number> {
    this.#pass.graph.plan.submit();
    const loss = await this.takeLoss();
    return loss;
  }

  /** Energy ratio and spread of the amplitude in the last batch. */
  health(): Promise<{ energyRatio: number; amplitudeStd: number }> {
    return this.#pass.health();
  }

  /** Everything a checkpoint holds of the model. */
  async save(): Promise<{
    weights: Map<string, NdArray>;
    state: Map<string, Float32Array>;
    probe: Float32Array;
    inputStatistics: NdArray | undefined;
  }> {
    const weights = await this.#store.save();
    const state = await this.#optimizer.state();
    const trained = weights.get(EXTRA_NAMES.probe);
    const probe = (trained ?? this.#probe).data as Float32Array;
    return { weights, state, probe, inputStatistics: this.#inputStatistics };
  }

  /** Gradients of the last step by name; for comparisons. */
  gradients(): Promise<Map<string, NdArray>> {
    return this.#store.saveGradients();
  }

  /** Frees the device memory. */
  dispose(): void {
    this.#pass.dispose();
    this.#release();
  }

  /** Same as {@linkcode PinnModel.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #release(): void {
    this.#watch.dispose();
    this.#optimizer.dispose();
    this.#store.dispose();
    for (const tensor of [this.#lossSum, this.#weightSum]) this.#gpu.arena.release(tensor);
  }

  #merges(epoch: number): boolean {
    const { overlap_group_size, overlap_start_epoch } = this.#config.training;
    return overlap_group_size > 0 && epoch >= overlap_start_epoch;
  }

  #record(merges: boolean): TrainingPass {
    return new TrainingPass(this.#gpu, {
      config: this.#config,
      layers: this.#layers,
      extra: this.#extra,
      store: this.#store,
      probe: this.#probe,
      scaling: this.#scaling,
      lossSum: this.#lossSum,
      inputStatistics: this.#inputStatistics,
      merges,
      groupReach: this.#groupReach,
      mask: this.#mask,
      precision: this.#precision,
    });
  }

  #load(start: PinnStart): void {
    const { model, training } = this.#config;
    const values = new Map(
      start.resume?.weights ?? start.weights ??
        initializeParameters(this.#layers.layout, model.initialization, training.seed),
    );
    const one = (name: string, value: number): void => {
      if (!values.has(name)) values.set(name, realArray([1], Float32Array.of(value)));
    };
    one(EXTRA_NAMES.logScale, 0);
    one(EXTRA_NAMES.s1, 1);
    one(EXTRA_NAMES.s2, 1);
    if (!values.has(EXTRA_NAMES.probe)) {
      values.set(
        EXTRA_NAMES.probe,
        realArray([...this.#probe.shape, 2], this.#probe.data as Float32Array),
      );
    }
    this.#store.load(values);
    if (start.resume !== undefined) {
      if (start.resume.state.size === 0) {
        throw new ShapeError("Cannot resume as the checkpoint holds no optimiser state");
      }
      this.#optimizer.load(start.resume.state);
      // The checkpoint may lie between two updates: the running sum already holds some gradients.
      this.#accumulated = (start.resume.progress?.stepInEpoch ?? 0) % training.accum_steps;
    }
  }
}
