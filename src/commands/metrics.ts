/**
 * Metrics of a run as CSV.
 *
 * @module
 */
import { join } from "node:path";
import type { EpochEvent } from "../workflows/events.ts";
import { writeWhole } from "./files.ts";

const COLUMNS = [
  "epoch",
  "train_loss",
  "val_loss",
  "learning_rate",
  "energy_ratio",
  "amplitude_std",
];

/** Rows of `metrics.csv`, rewritten whole after each epoch. */
export class CsvMetrics {
  #path: string;
  #rows: string[];

  private constructor(path: string, rows: string[]) {
    this.#path = path;
    this.#rows = rows;
  }

  /** Starts a file; `epochs` rows of an earlier one are kept. */
  static async open(outputDir: string, epochs: number | undefined): Promise<CsvMetrics> {
    const path = join(outputDir, "metrics.csv"), header = COLUMNS.join(",");
    if (epochs === undefined) return new CsvMetrics(path, [header]);
    const old = await Deno.readTextFile(path).catch(() => header);
    const rows = old.trimEnd().split("\n");
    return new CsvMetrics(
      path,
      rows.filter((row, i) => i === 0 || Number(row.split(",")[0]) <= epochs),
    );
  }

  /** Adds an epoch. */
  async add(event: EpochEvent): Promise<void> {
    this.#rows.push(
      [
        event.epoch + 1,
        event.trainLoss,
        event.validationLoss ?? "",
        event.learningRate,
        event.energyRatio,
        event.amplitudeStd,
      ].join(","),
    );
    await writeWhole(this.#path, this.#rows.join("\n") + "\n");
  }
}
