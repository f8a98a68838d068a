/**
 * A run as lines of JSON, `metrics.jsonl`.
 *
 * @module
 */
import type { Clock, LogParameters, LogSink, RunLogger, RunMetadata, RunStatus } from "./logger.ts";

/** File of the lines in the run's folder. */
export const JSONL_FILE = "metrics.jsonl";

/**
 * One object a line. Field `kind` tells them apart: `start`, `scalars`, `artifact`, `finish`; `time`
 * is in ms since 1970. Values that are not finite are text, as JSON has no such numbers.
 */
export class JsonlLogger implements RunLogger {
  /** Name it is chosen by. */
  readonly name = "jsonl";
  /** Text holds no pictures. */
  readonly keepsImages = false;
  #sink: LogSink;
  #clock: Clock;

  /** Prepares; nothing is written. */
  constructor(sink: LogSink, clock: Clock) {
    this.#sink = sink;
    this.#clock = clock;
  }

  /** Begins the file, or keeps the lines up to the step from which a run goes on. */
  async start(run: RunMetadata, parameters: LogParameters): Promise<void> {
    const { resumedAfter } = run;
    let kept = "";
    if (resumedAfter !== undefined) {
      const old = await this.#sink.read(JSONL_FILE);
      kept = keptLines(old === undefined ? "" : new TextDecoder().decode(old), resumedAfter);
    }
    const line = this.#line("start", { ...run, parameters });
    await this.#sink.write(JSONL_FILE, kept + line);
  }

  /** Adds a line. */
  async scalars(step: number, values: Readonly<Record<string, number | undefined>>): Promise<void> {
    const known = Object.entries(values).filter(([, value]) => value !== undefined);
    const shown = known.map(([name, value]) => [
      name,
      Number.isFinite(value) ? value : String(value),
    ]);
    await this.#append("scalars", { step, values: Object.fromEntries(shown) });
  }

  /** Ignored. */
  image(): Promise<void> {
    return Promise.resolve();
  }

  /** Notes that a file is finished. */
  artifact(path: string): Promise<void> {
    return this.#append("artifact", { path });
  }

  /** Notes how the run ended. */
  finish(status: RunStatus): Promise<void> {
    return this.#append("finish", { status });
  }

  #append(kind: string, fields: object): Promise<void> {
    return this.#sink.append(JSONL_FILE, this.#line(kind, fields));
  }

  #line(kind: string, fields: object): string {
    return JSON.stringify({ kind, time: this.#clock(), ...fields }) + "\n";
  }
}

/** Lines that were complete and belong to steps that are done; a line cut short is dropped. */
function keptLines(text: string, last: number): string {
  const lines = text.split("\n").filter((line) => {
    try {
      const entry: unknown = JSON.parse(line);
      const step = (entry as { step?: unknown }).step;
      return typeof step !== "number" || step <= last;
    } catch {
      return false;
    }
  });
  return lines.map((line) => line + "\n").join("");
}
