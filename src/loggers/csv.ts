/**
 * Metrics as a table, `metrics.csv`.
 *
 * @module
 */
import type { LogSink, RunLogger, RunMetadata } from "./logger.ts";

/** File of the table in the run's folder. */
export const CSV_FILE = "metrics.csv";

/** One row a step; rewritten whole each time, so that a reader never sees half a row. */
export class CsvLogger implements RunLogger {
  /** Name it is chosen by. */
  readonly name = "csv";
  /** A table holds no pictures. */
  readonly keepsImages = false;
  #sink: LogSink;
  #columns: readonly string[];
  #rows: string[] = [];

  /**
   * Prepares; nothing is written.
   *
   * @param columns Names of the values, after `epoch`.
   */
  constructor(sink: LogSink, columns: readonly string[]) {
    this.#sink = sink;
    this.#columns = columns;
  }

  /** Begins a table, or keeps the rows up to the step from which a run goes on. */
  async start(run: RunMetadata): Promise<void> {
    this.#rows = [];
    const { resumedAfter } = run;
    if (resumedAfter !== undefined) {
      const old = await this.#sink.read(CSV_FILE);
      const rows = old === undefined ? [] : new TextDecoder().decode(old).trimEnd().split("\n");
      this.#rows = rows.slice(1).filter((row) => Number(row.split(",")[0]) <= resumedAfter);
    }
    await this.#write();
  }

  /** Adds a row. */
  async scalars(
    step: number,
    values: Readonly<Record<string, number | undefined>>,
  ): Promise<void> {
    this.#rows.push([step, ...this.#columns.map((name) => values[name] ?? "")].join(","));
    await this.#write();
  }

  /** Ignored. */
  image(): Promise<void> {
    return Promise.resolve();
  }

  /** Ignored: the file is in the run's folder already. */
  artifact(): Promise<void> {
    return Promise.resolve();
  }

  /** Nothing is open. */
  finish(): Promise<void> {
    return Promise.resolve();
  }

  #write(): Promise<void> {
    const header = ["epoch", ...this.#columns].join(",");
    return this.#sink.write(CSV_FILE, [header, ...this.#rows].join("\n") + "\n");
  }
}
