/**
 * The best checkpoints of a run.
 *
 * @module
 */
import { join } from "node:path";
import { ConfigError } from "../errors.ts";
import type { ExecutionConfig } from "../config/types.ts";
import type { EpochEvent } from "../workflows/events.ts";
import { writeWhole } from "./files.ts";

/** Folder of the kept checkpoints in an output folder. */
export const CHECKPOINT_FOLDER = "checkpoints";

/** What decides which checkpoints are kept. */
export type KeeperOptions = Pick<
  ExecutionConfig,
  "checkpoint_save_top_k" | "checkpoint_monitor_metric" | "checkpoint_mode"
>;

interface Kept {
  readonly name: string;
  readonly value: number;
}

/** Keeps the k best checkpoints of a run in a folder; -1 keeps all, 0 none. */
export class CheckpointKeeper {
  #folder: string;
  #options: KeeperOptions;
  #validates: boolean;
  #kept: Kept[] = [];

  private constructor(folder: string, options: KeeperOptions, validates: boolean) {
    this.#folder = folder;
    this.#options = options;
    this.#validates = validates;
  }

  /**
   * Prepares keeping.
   *
   * @param outputDir Folder of the run.
   * @param validates True if the run has validation data.
   * @param resume True to go on from what the folder holds; else it is emptied of earlier ones.
   * @throws {ConfigError} if `val_loss` is to be watched and there is none.
   */
  static async open(
    outputDir: string,
    options: KeeperOptions,
    validates: boolean,
    resume: boolean,
  ): Promise<CheckpointKeeper> {
    if (options.checkpoint_monitor_metric === "val_loss" && !validates) {
      throw new ConfigError(
        "checkpoint_monitor_metric is val_loss but nothing is held out: add validation_fraction " +
          "or test_data_file",
      );
    }
    const folder = join(outputDir, CHECKPOINT_FOLDER);
    const keeper = new CheckpointKeeper(folder, options, validates);
    if (options.checkpoint_save_top_k === 0) return keeper;
    await Deno.mkdir(folder, { recursive: true });
    for await (const { name } of Deno.readDir(folder)) {
      const match = /^epoch=\d+-(\w+)=(.+)\.safetensors$/.exec(name);
      if (match === null) continue;
      if (resume && match[1] === keeper.metric) {
        keeper.#kept.push({ name, value: Number(match[2]) });
      } else await Deno.remove(join(folder, name));
    }
    return keeper;
  }

  /** Metric that is watched. */
  get metric(): string {
    const { checkpoint_monitor_metric: metric } = this.#options;
    return metric === "auto" ? this.#validates ? "val_loss" : "train_loss" : metric;
  }

  /**
   * Offers the state after an epoch; it is written if it is among the best, and the worst goes.
   *
   * @param encode Gives the file's content; called only if it is kept.
   */
  async offer(event: EpochEvent, encode: () => Promise<Uint8Array>): Promise<void> {
    const { checkpoint_save_top_k: k } = this.#options;
    const value = valueOf(event, this.metric);
    if (k === 0 || !Number.isFinite(value)) return;
    const full = k > 0 && this.#kept.length >= k;
    const worst = this.#kept.reduce<Kept | undefined>(
      (a, b) => a === undefined || this.#better(a.value, b.value) ? b : a,
      undefined,
    );
    if (full && worst !== undefined && !this.#better(value, worst.value)) return;
    const epoch = String(event.epoch + 1).padStart(3, "0");
    const name = `epoch=${epoch}-${this.metric}=${value.toPrecision(8)}.safetensors`;
    await writeWhole(join(this.#folder, name), await encode());
    this.#kept = this.#kept.filter((kept) => kept.name !== name);
    this.#kept.push({ name, value });
    if (full && worst !== undefined && worst.name !== name) {
      this.#kept = this.#kept.filter((kept) => kept !== worst);
      await Deno.remove(join(this.#folder, worst.name)).catch(() => undefined);
    }
  }

  #better(a: number, b: number): boolean {
    return this.#options.checkpoint_mode === "max" ? a > b : a < b;
  }
}

function valueOf(event: EpochEvent, metric: string): number {
  switch (metric) {
    case "val_loss":
      return event.validationLoss ?? NaN;
    case "energy_ratio":
      return event.energyRatio;
    case "amplitude_std":
      return event.amplitudeStd;
    default:
      return event.trainLoss;
  }
}
