/**
 * Training: batch -> forward -> loss -> backward -> update -> log.
 *
 * The loop yields events; nothing here prints or touches files, so the command line, the tests and
 * library users share it.
 *
 * @module
 */
import { complexArray } from "../array.ts";
import { assertResolved, type ResolvedRun } from "../config/resolved.ts";
import { ConfigError, DivergedError, GpuLimitError, GpuMemoryError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { Random } from "../random.ts";
import type { ScanDataset } from "../scan/dataset.ts";
import { createSchedule, type Schedule } from "../update/schedule.ts";
import type { Checkpoint, ScalingStatistics, TrainingProgress } from "./checkpoint.ts";
import { healthWarning, type TrainEvent } from "./events.ts";
import { addStatistics, Prefetcher, type PrefetchStatistics } from "../feeding/prefetch.ts";
import { PatternFeeder } from "./feeder.ts";
import {
  compactReach,
  compactTable,
  type GroupTable,
  selectGroups,
  splitGroups,
  tabulate,
} from "./groups.ts";
import { PinnModel } from "./pinn.ts";
import { deriveInputStatistics, deriveScaling } from "./scaling.ts";
import { type Batch, checkLabels, labelsFor } from "./supervision.ts";
import type { TrainOptions } from "./train_options.ts";

export type { TrainOptions };

/** A training run. Create it, iterate `run()`, then `checkpoint()`, then `dispose()`. */
export class Trainer implements Disposable {
  /** Configuration in force (the batch may have been halved to fit the device). */
  readonly config: ResolvedRun;
  /** Scales of the data. */
  readonly scaling: ScalingStatistics;
  #gpu: Gpu;
  #dataset: ScanDataset;
  #options: TrainOptions;
  #model: PinnModel;
  #feeder: PatternFeeder;
  #groups: GroupTable;
  #training: Uint32Array;
  #held: Uint32Array;
  #schedule: Schedule;
  #progress: TrainingProgress;
  #warnings: string[];
  #feeding: PrefetchStatistics = { batches: 0, deepest: 0, waits: 0 };

  private constructor(
    gpu: Gpu,
    dataset: ScanDataset,
    config: ResolvedRun,
    options: TrainOptions,
    parts: {
      scaling: ScalingStatistics;
      model: PinnModel;
      groups: GroupTable;
      training: Uint32Array;
      held: Uint32Array;
      warnings: string[];
    },
  ) {
    this.#gpu = gpu;
    this.#dataset = dataset;
    this.config = config;
    this.#options = options;
    this.scaling = parts.scaling;
    this.#model = parts.model;
    this.#groups = parts.groups;
    this.#training = parts.training;
    this.#held = parts.held;
    this.#warnings = parts.warnings;
    this.#feeder = new PatternFeeder(dataset, parts.scaling.input_factor);
    this.#schedule = createSchedule(config.training);
    this.#progress = options.resume?.progress ?? {
      epoch: 0,
      stepInEpoch: 0,
      updates: 0,
      lossSum: 0,
      best: Infinity,
      stale: 0,
      schedule: this.#schedule.state(),
    };
    this.#schedule.restore(this.#progress.schedule);
  }

  /**
   * Prepares a run: groups, scales, first weights, recorded plans.
   *
   * A batch that does not fit the device is halved, with a warning event.
   *
   * @throws {ConfigError} for a configuration that was not resolved.
   * @throws {DatasetError} if a supervised model is to learn from data without labels.
   */
  static async create(
    gpu: Gpu,
    dataset: ScanDataset,
    config: ResolvedRun,
    options: TrainOptions = {},
  ): Promise<Trainer> {
    assertResolved(config, "train");
    for (const data of [dataset, options.validation]) {
      if (data !== undefined) await checkLabels(config, data);
    }
    const warnings: string[] = [];
    const resolved = config.fitted({ N: dataset.N });
    const scaling = options.resume?.scaling ?? options.scaling ??
      await deriveScaling(dataset, resolved);
    const inputStatistics = resolved.model.input_transform === "standardize"
      ? options.resume?.inputStatistics ??
        await deriveInputStatistics(dataset, scaling.input_factor)
      : undefined;
    const warn = (line: string): void => void warnings.push(line);
    const groups = tabulate(dataset, resolved, warn);
    const { training, held } = splitGroups(
      groups,
      resolved,
      options.validation !== undefined,
      warn,
    );
    let batch = resolved.training.batch_size;
    if (training.length < resolved.training.overlap_group_size) {
      throw new ConfigError(
        `overlap_group_size is ${resolved.training.overlap_group_size}: there are only ` +
          `${training.length} patterns to train on`,
      );
    }
    if (batch > training.length) {
      warnings.push(
        `batch_size ${batch} is larger than the ${training.length} groups: using ${training.length}`,
      );
      batch = training.length;
      const g = resolved.training.overlap_group_size;
      if (g > 0) batch = Math.max(g, batch - batch % g);
    }
    while (true) {
      const fitted = resolved.fitted({ batch_size: batch });
      let model: PinnModel | undefined;
      try {
        model = await PinnModel.create(gpu, dataset, fitted, scaling, {
          ...(options.weights === undefined ? {} : { weights: options.weights }),
          ...(options.resume === undefined ? {} : { resume: options.resume }),
          ...(inputStatistics === undefined ? {} : { inputStatistics }),
          precision: options.precision,
          groupReach: compactReach(dataset, groups, training, fitted),
        });
        const parts = { scaling, model, groups, training, held, warnings };
        return new Trainer(gpu, dataset, fitted, options, parts);
      } catch (error) {
        model?.dispose();
        const tooLarge = error instanceof GpuLimitError || error instanceof GpuMemoryError;
        const half = Math.floor(batch / 2);
        if (!tooLarge || half < Math.max(1, resolved.training.overlap_group_size)) throw error;
        warnings.push(
          `batch_size ${batch} does not fit the device (${error.message}): using ${half}`,
        );
        await gpu.recover();
        batch = half;
      }
    }
  }

  /** Number of trainable numbers of the network. */
  get parameterCount(): number {
    return this.#model.parameterCount;
  }

  /** True if every epoch ends with a validation loss. */
  get validates(): boolean {
    return this.#options.validation !== undefined ||
      this.#held.length >= this.config.training.batch_size;
  }

  /** Steps of an epoch. */
  get stepsPerEpoch(): number {
    return Math.max(1, Math.floor(this.#training.length / this.config.training.batch_size));
  }

  /** How batches were prepared ahead in the epochs that are done. */
  get feeding(): PrefetchStatistics {
    return this.#feeding;
  }

  /** Bytes of tensors in use on the device. */
  get liveBytes(): number {
    return this.#gpu.arena.liveBytes;
  }

  /**
   * Trains to the end, or until the signal of the options fires.
   *
   * @throws {DivergedError} if a loss is not finite.
   */
  async *run(): AsyncGenerator<TrainEvent> {
    for (const message of this.#warnings.splice(0)) yield { kind: "warning", message };
    const { training } = this.config;
    const steps = this.stepsPerEpoch;
    const interval = this.#options.logInterval ?? Math.max(1, Math.floor(steps / 16));
    let compiled = false;
    const began = performance.now();
    let doneBefore = 0;
    while (this.#progress.epoch < training.nepochs) {
      const { epoch, stale } = this.#progress;
      if (stale >= training.early_stop_patience) {
        yield { kind: "warning", message: `stopped early: no better loss for ${stale} epochs` };
        return;
      }
      const start = performance.now();
      this.#model.setEpoch(epoch);
      const order = this.#order(epoch);
      const batches = new Prefetcher(
        (step) => this.#batch(order, step),
        steps,
        this.#options.prefetch ?? 0,
      );
      let mark = performance.now(), pending = 0;
      for (let step = this.#progress.stepInEpoch; step < steps; step++) {
        if (this.#options.signal?.aborted) {
          // Losses since the last event belong to the epoch that a resumed run completes.
          const lossSum = this.#progress.lossSum + (pending > 0 ? await this.#model.takeLoss() : 0);
          this.#progress = { ...this.#progress, lossSum };
          return;
        }
        this.#upload(await batches.take(step), order, step);
        const rate = this.#schedule.rate(epoch + step / steps);
        const update = (step + 1) % training.accum_steps === 0 || step + 1 === steps;
        if (!compiled) {
          const events: TrainEvent[] = [];
          await this.#model.compile((done, all, label) =>
            events.push({ kind: "compile", done, all, label })
          );
          yield* events;
          compiled = true;
          mark = performance.now();
        }
        this.#model.step(this.#progress.updates, rate, update);
        pending++;
        this.#progress = {
          ...this.#progress,
          stepInEpoch: step + 1,
          updates: this.#progress.updates + (update ? 1 : 0),
        };
        if (pending === interval || step + 1 === steps) {
          const sum = await this.#model.takeLoss();
          doneBefore += pending;
          if (!Number.isFinite(sum)) {
            throw new DivergedError(
              `The loss is not finite in epoch ${epoch + 1}, step ${step + 1}: lower ` +
                `learning_rate, or set gradient_clip_val${
                  epoch === 0 ? "" : "; the last checkpoint is good"
                }`,
              epoch * steps + step,
            );
          }
          this.#progress = { ...this.#progress, lossSum: this.#progress.lossSum + sum };
          const now = performance.now();
          const left = (training.nepochs - epoch) * steps - (step + 1);
          yield {
            kind: "step",
            epoch,
            step: step + 1,
            steps,
            loss: sum / pending,
            learningRate: rate,
            patternsPerSecond: pending * training.batch_size * this.#groups.channels /
              ((now - mark) / 1000),
            secondsLeft: left * (now - began) / 1000 / doneBefore,
          };
          mark = now;
          pending = 0;
        }
      }
      this.#feeding = addStatistics(this.#feeding, batches.statistics);
      const health = await this.#model.health();
      const trainLoss = this.#progress.lossSum / steps;
      const validationLoss = await this.#validate();
      const judged = validationLoss ?? trainLoss;
      const best = judged < this.#progress.best;
      const learningRate = this.#schedule.rate(epoch + (steps - 1) / steps);
      this.#schedule.endEpoch(judged);
      this.#progress = {
        ...this.#progress,
        epoch: epoch + 1,
        stepInEpoch: 0,
        lossSum: 0,
        best: Math.min(judged, this.#progress.best),
        stale: best ? 0 : this.#progress.stale + 1,
        schedule: this.#schedule.state(),
      };
      yield {
        kind: "epoch",
        epoch,
        trainLoss,
        validationLoss,
        learningRate,
        ...health,
        seconds: (performance.now() - start) / 1000,
        best,
      };
      const message = epoch + 1 >= Math.min(5, training.nepochs)
        ? healthWarning(health.energyRatio, health.amplitudeStd)
        : undefined;
      if (message !== undefined) yield { kind: "warning", message };
    }
  }

  /** Everything needed to go on exactly from here. */
  async checkpoint(): Promise<Checkpoint> {
    const { weights, state, probe, inputStatistics } = await this.#model.save();
    return {
      config: this.config,
      scaling: this.scaling,
      weights,
      state,
      probe: complexArray([this.#dataset.probe.modes, this.#dataset.N, this.#dataset.N], probe),
      inputStatistics,
      progress: this.#progress,
    };
  }

  /** Frees the device memory of the run. */
  dispose(): void {
    this.#model.dispose();
  }

  /** Same as {@linkcode Trainer.dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Groups of an epoch in the order they are visited; depends on seed and epoch alone. */
  #order(epoch: number): GroupTable {
    const { training } = this.config;
    const given = this.#options.order?.[epoch];
    if (given !== undefined) return selectGroups(this.#groups, given);
    const random = new Random(training.seed, 1000 + epoch);
    const g = training.overlap_group_size;
    if (g > 0) {
      return compactTable(this.#dataset, this.#groups, this.#training, g, random);
    }
    const order = this.#training.slice();
    if (!training.sequential_sampling) random.shuffle(order);
    return selectGroups(this.#groups, order);
  }

  async #batch({ indices, channels }: GroupTable, step: number): Promise<Batch> {
    const count = this.config.training.batch_size * channels;
    const wanted = indices.subarray(step * count, (step + 1) * count);
    const labels = await labelsFor(this.config, this.#dataset, wanted);
    return { patterns: await this.#feeder.read(wanted), labels };
  }

  #upload({ patterns, labels }: Batch, { offsets, channels }: GroupTable, step: number): void {
    const count = 2 * this.config.training.batch_size * channels;
    this.#model.upload(patterns, offsets.subarray(step * count, (step + 1) * count), labels);
  }

  async #validate(): Promise<number | undefined> {
    const batch = this.config.training.batch_size;
    const data = this.#options.validation ?? this.#dataset;
    let sum = 0, count = 0;
    const feed = async (groups: GroupTable, feeder: PatternFeeder): Promise<void> => {
      for (let from = 0; from + batch <= groups.count; from += batch) {
        const { channels } = groups;
        const indices = groups.indices.subarray(from * channels, (from + batch) * channels);
        const offsets = groups.offsets.subarray(from * channels * 2, (from + batch) * channels * 2);
        const labels = await labelsFor(this.config, data, indices);
        this.#model.upload(await feeder.read(indices), offsets, labels);
        sum += await this.#model.evaluate();
        count++;
      }
    };
    if (this.#options.validation !== undefined) {
      const feeder = new PatternFeeder(this.#options.validation, this.#feeder.factor);
      await feed(tabulate(this.#options.validation, this.config), feeder);
    } else if (this.#held.length >= batch) {
      await feed(selectGroups(this.#groups, this.#held), this.#feeder);
    }
    return count === 0 ? undefined : sum / count;
  }
}
