/**
 * One recorded training pass: batch -> network -> physics -> loss -> gradients.
 *
 * @module
 */
import { type NdArray, toFloat32 } from "../array.ts";
import type { RunConfig } from "../config/presets.ts";
import { ConfigError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { Tensor } from "../gpu/tensor.ts";
import { maeLoss } from "../loss/mae.ts";
import { poissonLoss } from "../loss/poisson.ts";
import { regularize } from "../loss/regularize.ts";
import { supervisedLoss } from "../loss/supervised.ts";
import type { NetworkLayers } from "../network/architecture.ts";
import { recordNetwork } from "../network/autoencoder.ts";
import { cartesianToComplex, polarToComplex } from "../ops/complex.ts";
import { recordTranspose } from "../ops/conv2d.ts";
import { recordAdd } from "../ops/elementwise.ts";
import { Graph, type Value } from "../ops/graph.ts";
import type { ParameterStore } from "../ops/parameters.ts";
import { standardize } from "../ops/standardize.ts";
import { forwardModel, type GroupMerge } from "../physics/forward_model.ts";
import { fullCanvasSize, groupCanvasSize, patchWeights } from "../physics/merge_weights.ts";
import { rectangularIntensity } from "../physics/rectangular.ts";
import { scalarParameter } from "../ops/scalar_parameter.ts";
import { scaleBy } from "../physics/scale_by.ts";
import type { PatchLabels } from "../scan/labels.ts";
import type { ScalingStatistics } from "./checkpoint.ts";
import { arithmeticOf, type Precision } from "./precision.ts";
import type { ExtraParameters } from "./pinn.ts";

/** What a pass is recorded for. */
export interface PassOptions {
  /** Configuration. */
  readonly config: RunConfig;
  /** Layers of the network. */
  readonly layers: NetworkLayers;
  /** Parameters beside the network's. */
  readonly extra: ExtraParameters;
  /** Weights and gradients. */
  readonly store: ParameterStore;
  /** Effective probe, (K, N, N) c64. */
  readonly probe: NdArray;
  /** Scales of the data. */
  readonly scaling: ScalingStatistics;
  /** Receives the loss of every replay, added up, in its first element. */
  readonly lossSum: Tensor;
  /** (2, N, N) mean and scale of the input's pixels, where it is standardised. */
  readonly inputStatistics: NdArray | undefined;
  /** Merge compact groups inside the forward model. */
  readonly merges: boolean;
  /** Largest offset inside a compact group, px. */
  readonly groupReach: number;
  /** (N, N) detector pixels that count; all if absent. */
  readonly mask: Uint8Array | undefined;
  /** Arithmetic of the network's convolutions. */
  readonly precision: Precision;
}

/** A recorded pass with its input tensors. */
export class TrainingPass implements Disposable {
  /** The recording. */
  readonly graph: Graph;
  /** True if compact groups are merged in it. */
  readonly merges: boolean;
  #gpu: Gpu;
  #input!: Tensor;
  #offsets!: Tensor;
  #owned: Tensor[] = [];
  #counts: Tensor | undefined;
  #labels: { readonly amplitude: Tensor; readonly phase: Tensor } | undefined;
  #labelEnergy = 0;
  #scale: number;
  #loss!: Tensor;
  #patches!: Tensor;
  #freeze: ((constant: number | undefined) => void) | undefined;
  #middle = 0;

  /** Records the pass; frees what it took if that fails. */
  constructor(gpu: Gpu, options: PassOptions) {
    this.#gpu = gpu;
    this.merges = options.merges;
    this.#scale = options.scaling.physics_scale;
    this.graph = new Graph(
      gpu,
      "training pass",
      true,
      arithmeticOf(gpu, options.config.model, options.precision),
    );
    try {
      this.#record(options);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  #record(options: PassOptions): void {
    const { config, layers, extra, store, scaling } = options;
    const { model, training } = config, { N } = model;
    const gpu = this.#gpu, { graph } = this, { plan } = graph;
    const batch = training.batch_size, channels = model.gridsize ** 2;
    const own = (label: string, shape: number[], values?: Float32Array): Tensor => {
      const tensor = gpu.tensor(label, shape, values);
      this.#owned.push(tensor);
      return tensor;
    };
    this.#input = own("diffraction", [batch, channels, N, N]);
    this.#offsets = own("offsets", [batch * channels, 2]);
    const probe = own(
      "probe",
      [...options.probe.shape, 2],
      options.probe.data as Float32Array,
    );
    if (extra.probe !== undefined) {
      plan.copy(store.weights, probe, probe.length, extra.probe.offset, 0);
    }
    recordTranspose(plan, store);

    // Where patches are independent the network sees every pattern of a group apart.
    const seen = layers.channels === channels
      ? [batch, channels, N, N]
      : [batch * channels, 1, N, N];
    const logScale = extra.logScale === undefined
      ? undefined
      : scalarParameter(store, extra.logScale);
    let input: Value = graph.wrap(view(this.#input, seen), {
      differentiable: logScale !== undefined,
    });
    if (logScale !== undefined) input = scaleBy(graph, input, logScale, -1);
    if (options.inputStatistics !== undefined) {
      const values = toFloat32(options.inputStatistics);
      input = standardize(graph, input, own("input statistics", [2, N, N], values));
    }
    const { first, second } = recordNetwork(graph, layers, store, model, input);
    let patches: Value;
    if (model.cnn_output_mode === "real_imag") {
      patches = cartesianToComplex(graph, first, second);
    } else {
      const polar = polarToComplex(graph, first, second);
      patches = polar.patches;
      this.#freeze = (constant) => polar.freezeAmplitude(constant);
    }
    graph.keep(patches);
    this.#patches = patches.tensor;
    this.#middle = model.amp_activation === "sigmoid" ? model.amp_scale / 2 : 0.7;
    const grouped = reshape(graph, patches, [batch, channels, N, N, 2]);
    const probeValue = graph.wrap(probe, { differentiable: extra.probe !== undefined });
    const merge = this.#merge(options, own);
    const scale = own(
      "photon scale",
      [batch],
      new Float32Array(batch).fill(scaling.physics_scale),
    );

    // Masked pixels are dark in the data: they must be in the prediction too, and give no gradient.
    const { mask } = options;
    const masked = (prediction: Value): Value => {
      if (mask === undefined) return prediction;
      const factors = Float32Array.from({ length: 2 * N * N }, (_, i) => mask[i - N * N] ?? 0);
      return standardize(graph, prediction, own("detector mask", [2, N, N], factors));
    };

    if (model.model_type === "supervised") {
      this.#labels = { amplitude: own("label amplitude", seen), phase: own("label phase", seen) };
      this.#loss = supervisedLoss(graph, { amplitude: first, phase: second }, this.#labels);
    } else if (model.physics_forward_mode === "rectangular_scaled") {
      if (merge !== undefined) {
        throw new ConfigError(
          "rectangular_scaled physics cannot merge patches: set object_big false",
        );
      }
      // The network sees normalised amplitudes; model and loss work in counts.
      this.#counts = own("counts", [batch, channels, N, N]);
      const intensity = masked(rectangularIntensity(graph, grouped, probeValue, {
        s1: scalarParameter(store, extra.s1!),
        s2: scalarParameter(store, extra.s2!),
        gain: scale,
      }, { batch, channels, size: N }));
      this.#loss = poissonLoss(graph, intensity, this.#counts, {
        scale: own("count scale", [1], Float32Array.of(1)),
        quantity: "intensity",
        divisor: own("mean count", [1], Float32Array.of(scaling.nphotons / (N * N))),
      }).summary;
    } else {
      let predicted = forwardModel(graph, grouped, {
        probe: probeValue,
        modeSum: model.probe_mode_sum,
        ...(merge === undefined ? {} : { merge }),
      });
      if (logScale !== undefined) predicted = scaleBy(graph, predicted, logScale, 1);
      predicted = masked(predicted);
      this.#loss = training.torch_loss_mode === "mae"
        ? maeLoss(graph, predicted, this.#input, {
          scale,
          matchEnergy: training.torch_mae_pred_l2_match_target,
        }).summary
        : poissonLoss(graph, predicted, this.#input, { scale }).summary;
    }
    const penalties = [
      ["total_variation", training.total_variation_weight],
      ["mean_deviation", training.mean_deviation_weight],
    ] as const;
    for (const map of [first, second]) {
      for (const [kind, weight] of penalties) {
        if (weight > 0) recordAdd(plan, options.lossSum, regularize(graph, map, kind, weight).loss);
      }
    }
    graph.backward();
    if (extra.probe !== undefined && probeValue.gradient !== undefined) {
      plan.copy(probeValue.gradient, store.gradients!, probe.length, 0, extra.probe.offset);
    }
    recordAdd(plan, options.lossSum, this.#loss);
  }

  /** Uploads a batch, with its labels where the loss needs them. */
  upload(patterns: Float32Array, offsets: Float32Array, labels?: PatchLabels): void {
    this.#gpu.write(this.#input, patterns);
    if (this.#labels !== undefined && labels !== undefined) {
      this.#gpu.write(this.#labels.amplitude, labels.amplitude);
      this.#gpu.write(this.#labels.phase, labels.phase);
      this.#labelEnergy = labels.amplitude.reduce((sum, a) => sum + a * a, 0);
    }
    if (this.#counts !== undefined) {
      this.#gpu.write(this.#counts, patterns.map((x) => (this.#scale * x) ** 2));
    }
    this.#gpu.write(this.#offsets, offsets);
  }

  /** Holds the amplitude at the middle of its range, or frees it. */
  freezeAmplitude(frozen: boolean): void {
    this.#freeze?.(frozen ? this.#middle : undefined);
  }

  /** Energy of the prediction over that of the data (or labels), and spread of the amplitude, in the last batch. */
  async health(): Promise<{ energyRatio: number; amplitudeStd: number }> {
    const [loss, patches] = await this.#gpu.readAll([this.#loss, this.#patches]);
    const [, , predicted, measured] = loss;
    let sum = 0, squares = 0;
    const count = patches.length / 2;
    for (let i = 0; i < count; i++) {
      const modulus = Math.hypot(patches[2 * i], patches[2 * i + 1]);
      sum += modulus;
      squares += modulus * modulus;
    }
    const mean = sum / count;
    return {
      energyRatio: this.#labels === undefined ? predicted / measured : squares / this.#labelEnergy,
      amplitudeStd: Math.sqrt(Math.max(0, squares / count - mean * mean)),
    };
  }

  /** Frees the recording and its tensors. */
  dispose(): void {
    this.graph.dispose();
    for (const tensor of this.#owned.splice(0)) this.#gpu.arena.release(tensor);
  }

  /** Same as {@linkcode TrainingPass.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #merge(
    options: PassOptions,
    own: (label: string, shape: number[], values?: Float32Array) => Tensor,
  ): GroupMerge | undefined {
    const { model, training } = options.config, { N } = model;
    const values = options.probe.data as Float32Array;
    if (options.merges) {
      return {
        members: training.overlap_group_size,
        offsets: this.#offsets,
        canvas: fullCanvasSize(N, options.groupReach),
        weighting: "compact",
        weights: own("patch weights", [N, N], patchWeights("compact", N, values)),
      };
    }
    if (!model.object_big) return undefined;
    return {
      members: model.gridsize ** 2,
      offsets: this.#offsets,
      canvas: groupCanvasSize(N, model.gridsize, model.max_neighbor_distance),
      weighting: model.training_patch_weighting,
      weights: own(
        "patch weights",
        [N, N],
        patchWeights(model.training_patch_weighting, N, values),
      ),
    };
  }
}

/** The same memory under another shape. */
function view(tensor: Tensor, shape: readonly number[]): Tensor {
  return new Tensor(tensor.label, shape, tensor.slot);
}

/** The same value under another shape; its gradient is passed through unchanged. */
function reshape(graph: Graph, value: Value, shape: readonly number[]): Value {
  const same = value.tensor.shape.length === shape.length &&
    shape.every((n, i) => n === value.tensor.shape[i]);
  if (same) return value;
  const other = graph.wrap(view(value.tensor, shape), { differentiable: value.differentiable });
  graph.onBackward([other], () => {
    graph.contribute(
      value,
      false,
      (target) => graph.plan.copy(other.gradient!, target, target.length),
    );
  });
  return other;
}
